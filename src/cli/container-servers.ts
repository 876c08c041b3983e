import { HarnessError, revealed } from '../core/index.ts';
import { type ForeignServer, foreignServerOf, type PlanDraft, portPlaceholder } from '../scenario/index.ts';
import type { Engine } from '../topology/container/index.ts';
import type { ReplicaSpec } from '../topology/index.ts';
import { foreignReplica } from './foreign-replica.ts';

/** What replicas in containers run that are of somebody else. */

/**
 * What an engine would only warn of, and then leave out.
 * @throws HarnessError `usage` where a deployment is to be limited, or run out of memory, and cannot be.
 */
export function refuseUnlimited(
  { deployments, scenarios }: PlanDraft,
  { canLimit }: Pick<Engine, 'canLimit'>,
): void {
  if (canLimit) return;
  const limited = deployments.find(({ limits }) => limits !== undefined);
  const starved = scenarios.find(({ faults }) => faults.some(({ fault }) => fault === 'out-of-memory'));
  const what = limited
    ? `${limited.name}: \`limits\``
    : starved
      ? `${starved.name}: out-of-memory`
      : undefined;
  if (what === undefined) return;
  throw new HarnessError(
    'usage',
    `${what} cannot be had from this container engine, which bounds no memory and no CPU`,
    {
      hint: 'Use an engine that runs as root, or a machine with control groups of version 2; or leave that out.',
    },
  );
}

/**
 * Has every image that the plan names, before anything is started.
 * @param ensure sees to it that the engine has an image.
 * @throws HarnessError `usage` for one that is not there, and for what cannot be done to it.
 */
export async function prepareForeignImages(
  plan: PlanDraft,
  { cgroupVersion, canNestGroups }: Engine,
  ensure: (image: string, whose: string) => Promise<void>,
): Promise<void> {
  const faults = plan.scenarios.flatMap((scenario) => scenario.faults);
  for (const deployment of plan.deployments) {
    const server = foreignServerOf(deployment);
    const image = server?.image;
    if (image === undefined) continue;
    if (cgroupVersion === 1 && !canNestGroups && faults.some(({ fault }) => fault === 'out-of-memory')) {
      throw new HarnessError(
        'usage',
        `${deployment.name}: out-of-memory is not possible here with its image`,
        {
          hint: 'It needs control groups of version 2, or an engine that keeps those of version 1 itself (its cgroup driver is systemd); leave that fault out.',
        },
      );
    }
    const next = faults.flatMap((fault) => (fault.fault === 'rollout' ? (fault.image ?? []) : []));
    for (const name of [image, ...next]) await ensure(name, deployment.name);
  }
}

/** How to start a replica of the image that a deployment names; what its environment holds in secret is put in. */
export function replicaOfImage(
  server: ForeignServer,
  protocol: ReplicaSpec['protocol'],
  slot: Pick<ReplicaSpec, 'replica' | 'boot' | 'logPath'>,
  { release, ledgerPath }: { release: string | undefined; ledgerPath: string },
): ReplicaSpec {
  const spec = foreignReplica(server, protocol, slot, {}, ledgerPath);
  const env = Object.entries(revealed(server.env, process.env, 'server.env')).map(([name, value]) => [
    name,
    value.replaceAll(portPlaceholder, String(server.port)),
  ]);
  return {
    ...spec,
    env: Object.fromEntries(env) as Record<string, string>,
    headers: revealed(server.headers, process.env, 'server.headers'),
    image: release ?? server.image,
  };
}
