import type { Clock } from '../core/index.ts';
import type { EventSink, RunEvent } from '../record/index.ts';
import type { RunSpec } from '../scenario/index.ts';
import type { Topology, Warden } from '../topology/index.ts';

/**
 * Where the replicas, the balancer and the store of an experiment's runs live: as processes of this machine, or in
 * containers. Chosen once, and known to be usable; nothing else knows which it is.
 */
export interface Backend {
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
}
