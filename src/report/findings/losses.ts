import type { Metrics, NotApplicable, Rate } from '../../measure/index.ts';
import type { RunResult, SoundnessId } from '../../verdict/index.ts';
import type { Cell } from './experiment.ts';

/** Counts of several runs, added. Losses are exact, so that no statistics are needed to add them. */
export interface Pooled {
  numerator: number;
  denominator: number;
  /** The rate of each run that had samples. */
  shares: number[];
  /** The count of each run. */
  counts: number[];
  /** The 95 % Wilson interval; only of a single run, since runs differ by more than chance. */
  interval: [number, number] | null;
}

/** What was lost, or why that cannot be said. */
export type Loss =
  | { kind: 'not-run' }
  | { kind: 'not-applicable'; reason: string }
  | { kind: 'no-sample' }
  | { kind: 'counted'; pooled: Pooled };

export function isApplicable<T extends object>(measure: T | NotApplicable): measure is T {
  return !('notApplicable' in measure);
}

function pool(rates: Rate[]): Pooled {
  const counted = rates.filter((rate) => rate.denominator > 0);
  return {
    numerator: counted.reduce((sum, rate) => sum + rate.numerator, 0),
    denominator: counted.reduce((sum, rate) => sum + rate.denominator, 0),
    shares: counted.map((rate) => rate.value ?? rate.numerator / rate.denominator),
    counts: counted.map((rate) => rate.numerator),
    interval: rates.length === 1 ? (rates[0]?.interval ?? null) : null,
  };
}

/** The measure of each run it applies to. */
export function valuesOf<T extends object>(
  runs: RunResult[],
  pick: (metrics: Metrics) => T | NotApplicable,
): T[] {
  return runs.map((run) => pick(run.metrics)).filter((measure) => isApplicable(measure));
}

export function lossOf(cell: Pick<Cell, 'runs'>, pick: (metrics: Metrics) => Rate | NotApplicable): Loss {
  if (cell.runs.length === 0) return { kind: 'not-run' };
  const rates = valuesOf(cell.runs, pick);
  if (rates.length === 0) {
    const first = cell.runs.map((run) => pick(run.metrics)).find((measure) => !isApplicable(measure));
    return { kind: 'not-applicable', reason: first && !isApplicable(first) ? first.notApplicable : '' };
  }
  const pooled = pool(rates);
  return pooled.denominator === 0 ? { kind: 'no-sample' } : { kind: 'counted', pooled };
}

/** Session loss has no meaning here because the protocol has no sessions, rather than for another reason. */
export function noSessionsAtAll(cell: Cell): boolean {
  return cell.deployment.sessionless && lossOf(cell, (m) => m.session_loss).kind === 'not-applicable';
}

/** Every record was whole; of another, that nothing was lost until it ended says little. */
export function recordsAreWhole({ runs }: Pick<Cell, 'runs'>): boolean {
  const id: SoundnessId = 'record-complete';
  return runs.every((run) => run.checks.every((check) => check.id !== id || check.verdict === 'pass'));
}

/** What is said of those of which nothing was seen to be lost before their records end. */
export const notToTheEnd = 'could not be measured to the end';
