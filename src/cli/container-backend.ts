import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError, redisUrl } from '../core/index.ts';
import {
  type DeploymentDraft,
  foreignServerOf,
  memoryBytes,
  type RunSpec,
  usesSharedStore,
} from '../scenario/index.ts';
import type { Engine, ProgramImage, RunScope } from '../topology/container/index.ts';
import { createTopology, type ReplicaSpec } from '../topology/index.ts';
import type { Backend, RunMeans } from './backend.ts';
import { replicaOfImage } from './container-servers.ts';
import { eventsPath, ledgerPath, logsPath } from './experiment-files.ts';
import { inputEnv } from './input-env.ts';
import { programFile } from './package-info.ts';
import type { OpenStore } from './shared-store.ts';
import { storeEnv } from './store-env.ts';
import { streamEnv } from './stream-env.ts';
import { tryOutContainer } from './try-out-container.ts';

/** The path of the MCP endpoint of the reference servers. */
const endpointPath = '/mcp';
/** Where they listen, each in a network of its own. */
const port = 8080;
const readyTimeoutMs = 30_000;
/** Where a container finds what the run keeps. */
const mountedLedger = '/record/ledger.ndjson';
const mountedStore = '/store';

/** Loaded only where containers are asked for. */
const loadContainers = () => import('../topology/container/index.ts');

export interface ContainerMeans {
  engine: Engine;
  image: ProgramImage;
  /** Another version of it, if any scenario rolls one out. */
  nextImage: ProgramImage | undefined;
  redisImage: string | undefined;
}

/** What of a run, or of one that is only tried, has to be brought up. */
interface Provisioned {
  /** Of a run. */
  scenario?: RunSpec['scenario'];
  deployment: DeploymentDraft;
  /** Relative to the experiment's. */
  folder: string;
}

/** @param end of all that is there for the whole experiment. */
export function containerBackend(means: ContainerMeans, end: () => Promise<void>): Backend {
  const provision = async (spec: Provisioned, run: RunMeans, signal: AbortSignal) => {
    const { openRunScope } = await loadContainers();
    const scope = await openRunScope(means.engine, run.warden);
    try {
      return await provisionIn(scope, spec, run, means, signal);
    } catch (error) {
      await scope[Symbol.asyncDispose]();
      throw error;
    }
  };
  return {
    engine: means.engine.facts,
    provision,
    tryOut: (deployment, signal) => tryOutContainer(deployment, provision, signal),
    [Symbol.asyncDispose]: end,
  };
}

async function provisionIn(
  scope: RunScope,
  spec: Provisioned,
  run: RunMeans,
  means: ContainerMeans,
  signal: AbortSignal,
) {
  const { engine, image } = means;
  const containers = await loadContainers();
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
  const ofRun = inputEnv(spec);
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
      if (!server) return replicaSpec(spec, slot, run, means, store, ofRun);
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

interface ContainerStore extends OpenStore {
  mounts: { from: string; to: string }[];
}

async function openStore(
  scope: RunScope,
  spec: Provisioned,
  temporaryFolder: string,
  folder: string,
  { engine, redisImage }: ContainerMeans,
  signal: AbortSignal,
): Promise<ContainerStore> {
  const lasting = (store: string, mounts: ContainerStore['mounts']) => ({
    env: { WINDTUNNEL_STORE: store },
    mounts,
    [Symbol.asyncDispose]: async () => {},
  });
  if (!usesSharedStore(spec.deployment)) return lasting('memory', []);
  const containers = await loadContainers();
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
  { image, nextImage }: ContainerMeans,
  store: OpenStore,
  ofRun: Record<string, string>,
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
      ...storeEnv(deployment, store.env),
      ...streamEnv(deployment),
      ...ofRun,
    },
    image: (release === undefined ? image : (nextImage ?? image)).name,
    path: endpointPath,
    protocol: deployment.protocol,
    logPath: join(logsPath(folder, spec), `${replica}-${boot}.log`),
    readyTimeoutMs,
  };
}
