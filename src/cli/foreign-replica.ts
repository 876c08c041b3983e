import { durationMs, type ForeignServer } from '../scenario/index.ts';
import type { ReplicaSpec } from '../topology/index.ts';

/** The path of an MCP endpoint, where nothing else is said. */
export const defaultEndpointPath = '/mcp';

/** Of what a replica is told of the run, what a server of somebody else gets that keeps no ledger. */
const forEveryone = ['HOST', 'WINDTUNNEL_REPLICA', 'WINDTUNNEL_BOOT'];

/**
 * How to start a replica that runs the user's own command.
 * @param own what the replicas of this project are told; what the deployment file says stands before it.
 */
export function foreignReplica(
  server: ForeignServer,
  protocol: ReplicaSpec['protocol'],
  slot: Pick<ReplicaSpec, 'replica' | 'boot' | 'logPath'>,
  own: Record<string, string>,
): ReplicaSpec {
  const told = Object.entries(own).filter(([name]) => server.ledger || forEveryone.includes(name));
  const { path, output } = server.ready;
  return {
    ...slot,
    command: server.command ?? [],
    cwd: server.cwd,
    env: { ...Object.fromEntries(told), ...server.env },
    path: server.path ?? defaultEndpointPath,
    protocol,
    headers: server.headers,
    ...(path !== undefined && { readyWhen: { path } }),
    ...(output !== undefined && { readyWhen: { output } }),
    readyTimeoutMs: durationMs(server.ready.within),
  };
}
