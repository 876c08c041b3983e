import { join } from 'node:path';
import { HarnessError } from '../core/index.ts';
import type { RunSpec } from '../scenario/index.ts';
import {
  createTopology,
  processProvisioner,
  type ReplicaSpec,
  startEmbeddedBalancer,
} from '../topology/index.ts';
import type { Backend, RunMeans } from './backend.ts';
import { eventsPath, ledgerPath, logsPath } from './experiment-files.ts';
import { programPath } from './package-info.ts';
import type { OpenStore, SharedStore } from './shared-store.ts';

/** The path of the MCP endpoint of the reference servers. */
const endpointPath = '/mcp';
const readyTimeoutMs = 20_000;

/** Replicas, the embedded balancer and, if need be, a Redis as processes of this machine. */
export function processBackend(sharedStore: SharedStore): Backend {
  return {
    async provision(spec, means, signal) {
      const { routing, server } = spec.deployment;
      if (routing === 'none' || typeof server !== 'string') {
        throw new HarnessError('usage', `${spec.deployment.name}: only reference servers can be started`);
      }
      const { clock, events, warden, folder, temporaryFolder } = means;
      const logPath = join(logsPath(folder, spec), 'store.log');
      const store = await sharedStore.open(
        spec.deployment,
        { clock, warden, folder: temporaryFolder, logPath },
        signal,
      );
      return createTopology({
        provisioner: processProvisioner({ clock, events, guard: warden }),
        startBalancer: (stop) =>
          startEmbeddedBalancer(
            {
              routing,
              path: endpointPath,
              eventsPath: eventsPath(folder, spec),
              epochUs: clock.epochUs,
              guard: warden,
            },
            stop,
          ),
        replicaSpec: (replica, boot) => replicaSpec(spec, replica, boot, means, store),
        store,
        count: spec.deployment.replicas,
        clock,
        signal,
      });
    },
  };
}

function replicaSpec(
  spec: RunSpec,
  replica: string,
  boot: number,
  { clock, folder }: RunMeans,
  store: OpenStore,
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
