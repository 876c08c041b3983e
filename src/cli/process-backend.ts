import { join } from 'node:path';
import { HarnessError } from '../core/index.ts';
import { foreignServerOf, type RunSpec } from '../scenario/index.ts';
import {
  createTopology,
  externalTopology,
  processProvisioner,
  type ReplicaSpec,
  startEmbeddedBalancer,
  type Topology,
} from '../topology/index.ts';
import type { Backend, RunMeans } from './backend.ts';
import { eventsPath, ledgerPath, logsPath } from './experiment-files.ts';
import { defaultEndpointPath, foreignReplica } from './foreign-replica.ts';
import { inputEnv } from './input-env.ts';
import { programPath } from './package-info.ts';
import type { OpenStore, SharedStore } from './shared-store.ts';
import { storeEnv } from './store-env.ts';
import { streamEnv } from './stream-env.ts';
import { tryOutProcess } from './try-out.ts';

const readyTimeoutMs = 20_000;

/** Replicas, the embedded balancer and, if need be, a Redis as processes of this machine. */
export function processBackend(sharedStore: SharedStore): Backend {
  return {
    tryOut: tryOutProcess,
    [Symbol.asyncDispose]: async () => {},
    async provision(spec, means, signal) {
      const { routing } = spec.deployment;
      if (routing === 'none') return external(spec, means);
      const { clock, events, warden, folder, temporaryFolder } = means;
      const logPath = join(logsPath(folder, spec), 'store.log');
      const storeMeans = { clock, warden, folder: temporaryFolder, logPath };
      const store = foreignServerOf(spec.deployment)
        ? undefined
        : await sharedStore.open(spec.deployment, storeMeans, signal);
      const ofRun = inputEnv(spec);
      return createTopology({
        provisioner: processProvisioner({ clock, events, guard: warden }),
        startBalancer: (stop) =>
          startEmbeddedBalancer(
            {
              routing,
              path: foreignServerOf(spec.deployment)?.path ?? defaultEndpointPath,
              eventsPath: eventsPath(folder, spec),
              epochUs: clock.epochUs,
              guard: warden,
            },
            stop,
          ),
        replicaSpec: (replica, boot) => replicaSpec(spec, { replica, boot }, means, store, ofRun),
        ...(store && { store }),
        count: spec.deployment.replicas,
        clock,
        signal,
      });
    },
  };
}

function external({ deployment }: RunSpec, { addresses }: RunMeans): Topology {
  const url = foreignServerOf(deployment)?.url;
  const address = addresses.get(deployment.name);
  if (url !== undefined && address !== undefined) return externalTopology(url, address);
  throw new HarnessError('internal', `where ${deployment.name} is was not looked up`);
}

function replicaSpec(
  spec: RunSpec,
  { replica, boot }: { replica: string; boot: number },
  { clock, folder }: RunMeans,
  store: OpenStore | undefined,
  ofRun: Record<string, string>,
): ReplicaSpec {
  const { deployment } = spec;
  const own = {
    // What the user's environment says of a host is about something else.
    HOST: '127.0.0.1',
    WINDTUNNEL_REPLICA: replica,
    WINDTUNNEL_BOOT: String(boot),
  };
  const slot = { replica, boot, logPath: join(logsPath(folder, spec), `${replica}-${boot}.log`) };
  if (typeof deployment.server !== 'string') {
    return foreignReplica(deployment.server, deployment.protocol, slot, own, ledgerPath(folder, spec));
  }
  return {
    ...slot,
    command: [process.execPath, programPath(`infra/servers/${deployment.server}`)],
    env: {
      ...own,
      WINDTUNNEL_LEDGER: ledgerPath(folder, spec),
      WINDTUNNEL_EPOCH_US: String(clock.epochUs),
      ...(store && storeEnv(deployment, store.env)),
      ...streamEnv(deployment),
      ...ofRun,
    },
    path: defaultEndpointPath,
    protocol: deployment.protocol,
    readyTimeoutMs,
  };
}
