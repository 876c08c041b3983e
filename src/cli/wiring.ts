import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Clock, HarnessError, messageOf, systemClock } from '../core/index.ts';
import { type RunDeps, run } from '../engine/index.ts';
import { startGenerator, threadsFor } from '../generator/index.ts';
import { type EventSink, ndjsonWriter, type RunEvent } from '../record/index.ts';
import type { RunSpec } from '../scenario/index.ts';
import {
  createTopology,
  processProvisioner,
  type ReplicaSpec,
  startEmbeddedBalancer,
  startWarden,
  type Topology,
  type Warden,
} from '../topology/index.ts';
import { eventsPath, ledgerPath, logsPath } from './experiment-files.ts';
import { programPath } from './package-info.ts';
import type { RunProgress } from './progress.ts';
import type { OpenStore, SharedStore } from './shared-store.ts';

/** The one place that chooses implementations: processes, the embedded balancer, the generator. */

/** The path of the MCP endpoint of the reference servers. */
const endpointPath = '/mcp';
const readyTimeoutMs = 20_000;
/** How long an event may stay in memory before it is on disk. */
const flushMs = 100;

/** Carries one run out and leaves its records in the experiment's folder. */
export async function carryOut(
  spec: RunSpec,
  folder: string,
  store: SharedStore,
  progress: RunProgress,
  signal: AbortSignal,
): Promise<'completed' | 'interrupted'> {
  makeFolder(logsPath(folder, spec));
  const clock = systemClock();
  const unwritable = new AbortController();
  const events = ndjsonWriter<RunEvent>(eventsPath(folder, spec), {
    flushMs,
    onBroken: (error) => unwritable.abort(error),
  });
  try {
    await using warden = await startWarden();
    using temporary = warden.temporaryFolder();
    const means = {
      clock,
      warden,
      folder: temporary.path,
      logPath: join(logsPath(folder, spec), 'store.log'),
    };
    let opened: OpenStore | undefined;
    const deps: RunDeps = {
      clock,
      events,
      provision: async (_spec, stop) => {
        opened = await store.open(spec.deployment, means, stop);
        return provision(spec, { clock, events, warden, folder, store: opened }, stop);
      },
      startGenerator: (_spec, stop) =>
        startGenerator(
          {
            spec,
            threads: threadsFor(spec.scenario, availableParallelism()),
            eventsPath: eventsPath(folder, spec),
            epochUs: clock.epochUs,
            guard: warden,
            onCounts: progress.update,
          },
          stop,
        ),
      onBegin: () => progress.workloadBegan(),
    };
    try {
      const how = await run(spec, deps, AbortSignal.any([signal, unwritable.signal]));
      unwritable.signal.throwIfAborted();
      return how;
    } catch (error) {
      // Whatever else went wrong followed from it.
      throw unwritable.signal.aborted ? unwritable.signal.reason : error;
    } finally {
      // Not before: replicas write to it until they are down.
      await opened?.[Symbol.asyncDispose]();
    }
  } finally {
    events.close();
  }
}

interface ProvisionDeps {
  clock: Clock;
  events: EventSink<RunEvent>;
  warden: Warden;
  folder: string;
  store: OpenStore;
}

function provision(spec: RunSpec, deps: ProvisionDeps, signal: AbortSignal): Promise<Topology> {
  const { clock, events, warden, folder } = deps;
  return createTopology({
    provisioner: processProvisioner({ clock, events, guard: warden }),
    startBalancer: (stop) =>
      startEmbeddedBalancer(
        {
          routing: spec.deployment.routing,
          path: endpointPath,
          eventsPath: eventsPath(folder, spec),
          epochUs: clock.epochUs,
          guard: warden,
        },
        stop,
      ),
    replicaSpec: (replica, boot) => replicaSpec(spec, replica, boot, deps),
    count: spec.deployment.replicas,
    clock,
    signal,
  });
}

function replicaSpec(
  spec: RunSpec,
  replica: string,
  boot: number,
  { clock, folder, store }: Pick<ProvisionDeps, 'clock' | 'folder' | 'store'>,
): ReplicaSpec {
  const { deployment } = spec;
  return {
    replica,
    boot,
    command: [process.execPath, programPath(`infra/servers/${deployment.server}`)],
    env: {
      // What the user's environment says of a host is about something else.
      HOST: '127.0.0.1',
      WINDTUNNEL_REPLICA: replica,
      WINDTUNNEL_BOOT: String(boot),
      WINDTUNNEL_LEDGER: ledgerPath(folder, spec),
      WINDTUNNEL_EPOCH_US: String(clock.epochUs),
      ...store.env,
    },
    path: endpointPath,
    protocol: deployment.protocol,
    logPath: join(logsPath(folder, spec), `${replica}-${boot}.log`),
    readyTimeoutMs,
  };
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new HarnessError('usage', `cannot make the folder ${path}: ${messageOf(cause)}`, {
      hint: 'Choose a folder that can be written with --out.',
      cause,
    });
  }
}
