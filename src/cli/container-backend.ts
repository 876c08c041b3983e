import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError, redisUrl } from '../core/index.ts';
import { type DeploymentDraft, foreignServerOf, memoryBytes, type PlanDraft } from '../scenario/index.ts';
import type { Engine, ProgramImage, RunScope } from '../topology/container/index.ts';
import { createTopology, type ReplicaSpec, startWarden } from '../topology/index.ts';
import type { Backend, RunMeans } from './backend.ts';
import { prepareForeignImages, refuseUnlimited, replicaOfImage } from './container-servers.ts';
import { eventsPath, ledgerPath, logsPath } from './experiment-files.ts';
import type { Output } from './output.ts';
import { packageRoot, programFile, programsFolder } from './package-info.ts';
import type { OpenStore, StoreOptions } from './shared-store.ts';
import { tryOutContainer } from './try-out-container.ts';

/** The path of the MCP endpoint of the reference servers. */
const endpointPath = '/mcp';
/** Where they listen, each in a network of its own. */
const port = 8080;
const readyTimeoutMs = 30_000;
/** Where a container finds what the run keeps. */
const mountedLedger = '/record/ledger.ndjson';
const mountedStore = '/store';

/** What is loaded only where containers are asked for. */
type Containers = typeof import('../topology/container/index.ts');

interface Means {
  containers: Containers;
  engine: Engine;
  image: ProgramImage;
  /** Another version of it, if any scenario rolls one out. */
  nextImage: ProgramImage | undefined;
  redisImage: string | undefined;
}

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
  await using warden = await startWarden();
  using temporary = warden.temporaryFolder();
  await using scope = await containers.openRunScope(engine, warden);
  const tell = (what: string) => output.note(what);
  const baseImage = await containers.chooseImage(engine.docker, containers.baseImageChoice, tell);
  const files = { packageRoot, programs: programsFolder };
  const build = { folder: temporary.path, owner: scope.owner, baseImage, tell };
  const image = await containers.programImage(engine, files, build);
  const isRolledOut = plan.scenarios.some(({ faults }) => faults.some(({ fault }) => fault === 'rollout'));
  const nextImage =
    isRolledOut && plan.deployments.some(({ server }) => typeof server === 'string')
      ? await containers.programImage(engine, files, { ...build, version: '2' })
      : undefined;
  await containers.refuseRemoteEngine(scope, image.name, temporary.path);
  await prepareForeignImages(plan, engine, (name, whose) =>
    containers.ensureImage(engine.docker, name, whose, tell),
  );
  const needsRedis = plan.store === 'redis' && plan.deployments.some(usesOurStore);
  const redisImage = needsRedis
    ? await containers.chooseImage(engine.docker, containers.redisImageChoice, tell)
    : undefined;
  return containerBackend({ containers, engine, image, nextImage, redisImage });
}

/** @throws HarnessError `usage` for a store that containers cannot reach. */
export function refuseForeignRedis({ redis }: StoreOptions): void {
  if (redis === undefined) return;
  throw new HarnessError('usage', '--redis-url cannot be used with --backend container', {
    hint: 'Leave it out: with --store redis each run has a Redis in a container of its own.',
  });
}

/** What of a run, or of one that is only tried, has to be brought up. */
interface Provisioned {
  deployment: DeploymentDraft;
  /** Relative to the experiment's. */
  folder: string;
}

function containerBackend(means: Means): Backend {
  const provision = async (spec: Provisioned, run: RunMeans, signal: AbortSignal) => {
    const scope = await means.containers.openRunScope(means.engine, run.warden);
    try {
      return await provisionIn(scope, spec, run, means, signal);
    } catch (error) {
      await scope[Symbol.asyncDispose]();
      throw error;
    }
  };
  return { provision, tryOut: (deployment, signal) => tryOutContainer(deployment, provision, signal) };
}

async function provisionIn(
  scope: RunScope,
  spec: Provisioned,
  run: RunMeans,
  means: Means,
  signal: AbortSignal,
) {
  const { containers, engine, image } = means;
  const { routing } = spec.deployment;
  if (routing === 'none') throw new HarnessError('usage', `${spec.deployment.name} cannot run in containers`);
  const { clock, events, folder, temporaryFolder } = run;
  const server = foreignServerOf(spec.deployment);
  // Somebody else's server has nothing of the machine; what it says of its ledger is taken from its output.
  const ledger = server ? undefined : containers.handOver(ledgerPath(folder, spec), engine);
  const eventsFile = containers.handOver(eventsPath(folder, spec), engine);
  const store = await openStore(scope, spec, temporaryFolder, folder, means, signal);
  const balancer = containers.startContainerBalancer(
    {
      scope,
      image,
      program: programFile('src/topology/balancer/main'),
      routing,
      path: server?.path ?? endpointPath,
      eventsPath: eventsFile,
      epochUs: clock.epochUs,
    },
    signal,
  );
  // Whoever waits for it says so; the topology does.
  balancer.catch(() => {});
  return createTopology({
    provisioner: containers.containerProvisioner({
      scope,
      clock,
      events,
      balancer,
      image: image.name,
      nodeImage: image.name,
      isForeign: server !== undefined,
      port: server?.port ?? port,
      mounts: ledger === undefined ? [] : [{ from: ledger, to: mountedLedger }, ...store.mounts],
      limits: limitsOf(spec.deployment),
    }),
    startBalancer: () => balancer,
    replicaSpec: (replica, boot, release) => {
      const slot = { replica, boot, release };
      if (!server) return replicaSpec(spec, slot, run, means, store);
      const logPath = join(logsPath(folder, spec), `${replica}-${boot}.log`);
      const notes = { release, ledgerPath: ledgerPath(folder, spec) };
      return replicaOfImage(server, spec.deployment.protocol, { replica, boot, logPath }, notes);
    },
    store: {
      async [Symbol.asyncDispose]() {
        await store[Symbol.asyncDispose]();
        await scope[Symbol.asyncDispose]();
      },
    },
    count: spec.deployment.replicas,
    clock,
    signal,
  });
}

function limitsOf({ limits }: DeploymentDraft) {
  return {
    cpus: limits?.cpus,
    memoryBytes: limits?.memory === undefined ? undefined : memoryBytes(limits.memory),
  };
}

/** Where somebody else's server keeps what it shares is its own affair. */
function usesOurStore(deployment: DeploymentDraft): boolean {
  return deployment.state === 'shared' && foreignServerOf(deployment) === undefined;
}

interface ContainerStore extends OpenStore {
  mounts: { from: string; to: string }[];
}

async function openStore(
  scope: RunScope,
  spec: Provisioned,
  temporaryFolder: string,
  folder: string,
  { containers, engine, redisImage }: Means,
  signal: AbortSignal,
): Promise<ContainerStore> {
  const lasting = (store: string, mounts: ContainerStore['mounts']) => ({
    env: { WINDTUNNEL_STORE: store },
    mounts,
    [Symbol.asyncDispose]: async () => {},
  });
  if (!usesOurStore(spec.deployment)) return lasting('memory', []);
  if (redisImage === undefined) {
    const shared = join(temporaryFolder, 'store');
    mkdirSync(shared);
    containers.handOver(shared, engine);
    return lasting(`sqlite:${mountedStore}/store.sqlite`, [{ from: shared, to: mountedStore }]);
  }
  const logPath = join(logsPath(folder, spec), 'store.log');
  const redis = await containers.startContainerRedis(scope, redisImage, logPath, signal);
  return {
    env: { WINDTUNNEL_STORE: redisUrl(redis.address) },
    mounts: [],
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

function replicaSpec(
  spec: Provisioned,
  { replica, boot, release }: { replica: string; boot: number; release: string | undefined },
  { clock, folder }: RunMeans,
  { image, nextImage }: Means,
  store: OpenStore,
): ReplicaSpec {
  const { deployment } = spec;
  return {
    replica,
    boot,
    command: ['node', image.pathOf(programFile(`infra/servers/${deployment.server}`))],
    env: {
      WINDTUNNEL_REPLICA: replica,
      WINDTUNNEL_BOOT: String(boot),
      WINDTUNNEL_LEDGER: mountedLedger,
      WINDTUNNEL_EPOCH_US: String(clock.epochUs),
      WINDTUNNEL_LIFELINE: 'stdin',
      ...store.env,
    },
    image: (release === undefined ? image : (nextImage ?? image)).name,
    path: endpointPath,
    protocol: deployment.protocol,
    logPath: join(logsPath(folder, spec), `${replica}-${boot}.log`),
    readyTimeoutMs,
  };
}
