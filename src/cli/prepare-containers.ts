import { HarnessError } from '../core/index.ts';
import { type PlanDraft, usesSharedStore } from '../scenario/index.ts';
import type { RunScope } from '../topology/container/index.ts';
import { startWarden, type Warden } from '../topology/index.ts';
import type { Backend } from './backend.ts';
import { type ContainerMeans, containerBackend } from './container-backend.ts';
import { prepareForeignImages, refuseUnlimited } from './container-servers.ts';
import type { Output } from './output.ts';
import { packageRoot, programsFolder } from './package-info.ts';
import type { StoreOptions } from './shared-store.ts';

/**
 * Replicas, balancer and store as containers. Known to be usable by then: the engine answers and is on this machine,
 * the images are there. What harnesses that were killed have left is removed.
 *
 * @throws HarnessError `usage` that says what is missing and what to do.
 */
export async function prepareContainers(plan: PlanDraft, output: Output): Promise<Backend> {
  const containers = await import('../topology/container/index.ts');
  const engine = await containers.findEngine();
  refuseUnlimited(plan, engine);
  await containers.removeOrphans(engine.docker);
  const warden = await startWarden();
  const scope = await containers.openRunScope(engine, warden).catch(async (error) => {
    await warden[Symbol.asyncDispose]();
    throw error;
  });
  const end = async () => {
    try {
      await scope[Symbol.asyncDispose]();
    } finally {
      await warden[Symbol.asyncDispose]();
    }
  };
  try {
    return containerBackend(await prepareIn(scope, warden, plan, output), end);
  } catch (error) {
    await end();
    throw error;
  }
}

/** @param scope of the whole experiment; in it the images are held that runs use. */
async function prepareIn(
  scope: RunScope,
  warden: Warden,
  plan: PlanDraft,
  output: Output,
): Promise<ContainerMeans> {
  const containers = await import('../topology/container/index.ts');
  const { engine } = scope;
  using temporary = warden.temporaryFolder();
  const tell = (what: string) => output.note(what);
  const baseImage = await containers.chooseImage(engine.docker, containers.baseImageChoice, tell);
  const files = { packageRoot, programs: programsFolder };
  const build = { folder: temporary.path, owner: scope.owner, baseImage, tell };
  const image = await containers.programImage(engine, files, build);
  await containers.holdImage(scope, image.name);
  const isRolledOut = plan.scenarios.some(({ faults }) => faults.some(({ fault }) => fault === 'rollout'));
  const nextImage =
    isRolledOut && plan.deployments.some(({ server }) => typeof server === 'string')
      ? await containers.programImage(engine, files, { ...build, version: '2' })
      : undefined;
  if (nextImage) await containers.holdImage(scope, nextImage.name);
  await containers.refuseRemoteEngine(scope, image.name, temporary.path);
  await prepareForeignImages(plan, engine, (name, whose) =>
    containers.ensureImage(engine.docker, name, whose, tell),
  );
  const needsRedis = plan.store === 'redis' && plan.deployments.some(usesSharedStore);
  const redisImage = needsRedis
    ? await containers.chooseImage(engine.docker, containers.redisImageChoice, tell)
    : undefined;
  return { engine, image, nextImage, redisImage };
}

/** @throws HarnessError `usage` for a store that containers cannot reach. */
export function refuseForeignRedis({ redis }: StoreOptions): void {
  if (redis === undefined) return;
  throw new HarnessError('usage', '--redis-url cannot be used with --backend container', {
    hint: 'Leave it out: with --store redis each run has a Redis in a container of its own.',
  });
}
