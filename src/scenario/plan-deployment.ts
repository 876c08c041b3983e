import { dirname, resolve } from 'node:path';
import { HarnessError } from '../core/index.ts';
import type { ProtocolRevision } from '../record/index.ts';
import { type DeploymentFile, type ServerName, servers } from './deployment-schema.ts';
import type { ForeignServer } from './foreign-server-schema.ts';
import type { Deployment, DeploymentDraft, Plan, PlanDraft } from './plan.ts';

/** From what a deployment file says to a deployment with every default filled in. */

const defaultReplicas = 3;
const defaultPath = '/mcp';

/** @param path of the file, which its relative paths start from. */
export function draftDeployment(
  file: DeploymentFile,
  path: string,
  replicas: number | undefined,
): DeploymentDraft {
  const { server } = file;
  if (typeof server === 'string') {
    return {
      ...file,
      // That both are there has been checked.
      state: file.state ?? 'unknown',
      routing: file.routing ?? 'round-robin',
      replicas: replicas ?? file.replicas ?? defaultReplicas,
      protocol: servers[server],
    };
  }
  const isExternal = server.url !== undefined;
  return {
    ...file,
    server: withPaths(server, dirname(resolve(path))),
    state: file.state ?? 'unknown',
    routing: isExternal ? 'none' : (file.routing ?? 'round-robin'),
    replicas: isExternal ? 1 : (replicas ?? file.replicas ?? defaultReplicas),
    protocol: server.protocol,
  };
}

function withPaths(server: ForeignServer, folder: string): ForeignServer {
  if (server.url !== undefined) {
    const url = new URL(server.url);
    if (url.pathname === '/') url.pathname = server.path ?? defaultPath;
    return { ...server, url: url.href, path: url.pathname };
  }
  const path = server.path ?? defaultPath;
  return server.command === undefined
    ? { ...server, path }
    : { ...server, path, cwd: resolve(folder, server.cwd ?? '.') };
}

/**
 * The plan, once every server that was to be asked for its protocol revision has been.
 * @param found by the deployment's name.
 */
export function settledPlan(
  draft: PlanDraft,
  found: ReadonlyMap<string, ProtocolRevision> = new Map(),
): Plan {
  const deployments = draft.deployments.map((deployment): Deployment => {
    const protocol = deployment.protocol === 'auto' ? found.get(deployment.name) : deployment.protocol;
    if (protocol !== undefined) return { ...deployment, protocol };
    throw new HarnessError('internal', `${deployment.name} was not asked for its protocol revision`);
  });
  return { ...draft, deployments };
}

/** The server that is not one of ours, if it is such a one. */
export function foreignServerOf({
  server,
}: {
  server: ServerName | ForeignServer;
}): ForeignServer | undefined {
  return typeof server === 'string' ? undefined : server;
}

/** Whether its replicas share a store of ours. Where somebody else's server keeps what it shares is its own affair. */
export function usesSharedStore({ server, state, tasks, bus }: DeploymentDraft): boolean {
  const anyShared = [state, tasks?.store, bus].includes('shared');
  return typeof server === 'string' && anyShared;
}
