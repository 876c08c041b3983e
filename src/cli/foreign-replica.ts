import { durationMs, type ForeignServer } from '../scenario/index.ts';
import type { ReplicaSpec } from '../topology/index.ts';

/** The path of an MCP endpoint, where nothing else is said. */
export const defaultEndpointPath = '/mcp';

/**
 * How to start a replica that runs the user's own command.
 * @param own what every replica is told; what the deployment file says stands before it.
 * @param ledgerPath where it is noted what a server says that keeps a ledger on its output.
 */
export function foreignReplica(
  server: ForeignServer,
  protocol: ReplicaSpec['protocol'],
  slot: Pick<ReplicaSpec, 'replica' | 'boot' | 'logPath'>,
  own: Record<string, string>,
  ledgerPath?: string,
): ReplicaSpec {
  const { path, output } = server.ready;
  return {
    ...slot,
    command: server.command ?? [],
    cwd: server.cwd,
    env: { ...own, ...server.env },
    mayFork: true,
    path: server.path ?? defaultEndpointPath,
    protocol,
    headers: server.headers,
    ...(server.ledger && ledgerPath !== undefined && { ledgerPath }),
    ...(path !== undefined && { readyWhen: { path } }),
    ...(output !== undefined && { readyWhen: { output } }),
    readyTimeoutMs: durationMs(server.ready.within),
  };
}
