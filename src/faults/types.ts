import type { Clock, Prng } from '../core/index.ts';
import type { FaultName, FaultStep } from '../scenario/index.ts';
import type { Topology } from '../topology/index.ts';

export interface FaultContext {
  clock: Clock;
  topology: Topology;
  /** Seeded for this fault of this run. */
  prng: Prng;
  /** Aborts when the run ends before its time; a fault then lets go of what it holds. */
  signal: AbortSignal;
}

/** One kind of fault. `Name` ties it to its fields in the scenario schema. */
export interface Fault<Name extends FaultName = FaultName> {
  /** One line for a person. */
  describe: string;
  /** The replicas it will strike, e.g. `['r2']`; drawn before it begins, so that they can be recorded. */
  targets(step: Extract<FaultStep, { fault: Name }>, context: FaultContext): string[];
  /** Strikes, and resolves when it is over (a restarted replica is balanced again, a frozen one thawed). */
  strike(
    step: Extract<FaultStep, { fault: Name }>,
    targets: readonly string[],
    context: FaultContext,
  ): Promise<void>;
}
