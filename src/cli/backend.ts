import type { Clock } from '../core/index.ts';
import type { EventSink, RunEvent } from '../record/index.ts';
import type { ContainerEngine, DeploymentDraft, RunSpec } from '../scenario/index.ts';
import type { Learned, Topology, Warden } from '../topology/index.ts';

/**
 * Where the replicas, the balancer and the store of an experiment's runs live: as processes of this machine, or in
 * containers. Chosen once, and known to be usable; nothing else knows which it is. Disposed when all runs are over.
 */
export interface Backend extends AsyncDisposable {
  /** Absent where no containers are. */
  readonly engine?: ContainerEngine;
  /**
   * Starts one replica of a deployment whose server is of somebody else, asks what it offers, and ends it; nothing of it
   * is left.
   * @throws HarnessError `usage` where this backend cannot have such a server, `server` for one that does not start.
   */
  tryOut(deployment: DeploymentDraft, signal: AbortSignal): Promise<Learned>;
  /** Brings a deployment up. Disposing the topology takes everything down, the store last. */
  provision(spec: RunSpec, means: RunMeans, signal: AbortSignal): Promise<Topology>;
}

/** What one run has. */
export interface RunMeans {
  clock: Clock;
  events: EventSink<RunEvent>;
  warden: Warden;
  /** The experiment's folder. */
  folder: string;
  /** Of this run, and gone after it. */
  temporaryFolder: string;
  /** What the hosts of servers that run elsewhere stand for, by deployment. */
  addresses: ReadonlyMap<string, string>;
}
