import { join } from 'node:path';
import { HarnessError, revealed } from '../core/index.ts';
import {
  durationMs,
  type ForeignServer,
  foreignServerOf,
  type Plan,
  portPlaceholder,
  type RunSpec,
} from '../scenario/index.ts';
import type { Engine } from '../topology/container/index.ts';
import type { ReplicaSpec } from '../topology/index.ts';
import { logsPath } from './experiment-files.ts';

/** What replicas in containers run that are of somebody else. */

/**
 * Has every image that the plan names, before anything is started.
 * @param ensure sees to it that the engine has an image.
 * @throws HarnessError `usage` for one that is not there, and for what cannot be done to it.
 */
export async function prepareForeignImages(
  plan: Plan,
  { cgroupVersion }: Engine,
  ensure: (image: string, whose: string) => Promise<void>,
): Promise<void> {
  const faults = plan.scenarios.flatMap((scenario) => scenario.faults);
  for (const deployment of plan.deployments) {
    const image = foreignServerOf(deployment)?.image;
    if (image === undefined) continue;
    if (cgroupVersion === 1 && faults.some(({ fault }) => fault === 'out-of-memory')) {
      throw new HarnessError(
        'usage',
        `${deployment.name}: out-of-memory is not possible here with its image`,
        {
          hint: 'It needs control groups of version 2 (this machine has version 1); leave that fault out.',
        },
      );
    }
    const next = faults.flatMap((fault) => (fault.fault === 'rollout' ? (fault.image ?? []) : []));
    for (const name of [image, ...next]) await ensure(name, deployment.name);
  }
}

/** How to start a replica of the image that a deployment names. */
export function foreignReplica(
  spec: RunSpec,
  server: ForeignServer,
  { replica, boot, release }: { replica: string; boot: number; release: string | undefined },
  folder: string,
): ReplicaSpec {
  const { deployment } = spec;
  const { port = 0, env, ready, path = '/mcp' } = server;
  const told = Object.entries(revealed(env, process.env, 'server.env')).map(([name, value]) => [
    name,
    value.replaceAll(portPlaceholder, String(port)),
  ]);
  return {
    replica,
    boot,
    // The image's own.
    command: [],
    env: Object.fromEntries(told) as Record<string, string>,
    image: release ?? server.image,
    path,
    protocol: deployment.protocol,
    logPath: join(logsPath(folder, spec), `${replica}-${boot}.log`),
    readyTimeoutMs: durationMs(ready.within),
  };
}
