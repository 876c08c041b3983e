import type { Scenario } from '../scenario/index.ts';

/** A thread makes about 15,000 calls a second when it does nothing else; at a third of that it is still punctual. */
const ratePerThread = 5_000;
/** Each client that is there takes some time of its own, if only to sleep. */
const clientsPerThread = 20_000;

/** How many threads help: enough for the load, and never more than half the processors, since servers need some too. */
export function threadsFor({ workload }: Scenario, cores: number): number {
  const wanted = Math.max(workload.ratePerSecond / ratePerThread, workload.sessions / clientsPerThread);
  return Math.max(1, Math.min(Math.ceil(wanted), Math.floor(cores / 2)));
}
