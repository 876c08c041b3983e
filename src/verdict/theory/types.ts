import type { Measured } from '../../measure/index.ts';
import type { RunSpec } from '../../scenario/index.ts';
import type { Prediction } from '../results.ts';

/** What a row is decided and computed from. */
export type Case = Pick<RunSpec, 'scenario' | 'deployment'> & Pick<Measured, 'metrics' | 'facts'>;

/** A prediction before it is held against what was measured. */
export interface Forecast extends Omit<Prediction, 'verdict' | 'reason'> {
  /** Why the run does not meet what the formula takes for granted; it is not judged then. */
  doubt?: string | undefined;
}

/** One row of what theory predicts: nothing where it does not apply. */
export type Row = (one: Case) => Forecast[];

/** The only fault of a scenario; undefined if there is none, or there are several. */
export function onlyFault({ scenario }: Pick<Case, 'scenario'>) {
  return scenario.faults.length === 1 ? scenario.faults[0] : undefined;
}

/** Null where there are none to be a share of. */
export const share = (count: number, of: number): number | null => (of === 0 ? null : count / of);
