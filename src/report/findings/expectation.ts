import { type Check, type RunResult, type Verdict, worst } from '../../verdict/index.ts';
import type { Cell } from './experiment.ts';
import { count, listOf } from './format.ts';
import type { Loss } from './losses.ts';

/**
 * What the scenario had declared about a loss: `expected` and its check held; `not-expected`, `too-few` or
 * `out-of-range` and its check failed; `undeclared`; `skipped` with a reason; or `not-judged` for want of samples.
 */
type Expectation =
  | 'expected'
  | 'not-expected'
  | 'too-few'
  | 'out-of-range'
  | 'undeclared'
  | 'skipped'
  | 'not-judged';

const expectationWords: Record<Expectation, string> = {
  expected: 'expected',
  'not-expected': 'not expected',
  'too-few': 'more expected',
  'out-of-range': 'outside the expected range',
  undeclared: 'not declared',
  skipped: 'not judged',
  'not-judged': 'not judged',
};

type Judged = Pick<Cell, 'runs' | 'skipped'>;

/** How a loss relates to what was declared, in a word or two; empty where nothing was lost, as it should be. */
export function expectationNote(cell: Judged, metric: string, lost: boolean): string {
  const expectation = expectationOf(cell, metric);
  if (lost) return expectationWords[expectation];
  return expectation === 'too-few' || expectation === 'out-of-range' ? 'a loss was expected' : '';
}

export function verdictOf(runs: RunResult[]): Verdict {
  return worst(runs.map((run) => run.verdict));
}

/** By the check of that metric: it has the metric's name as its id, or `no-…` where nothing may be lost. */
function expectationOf({ runs, skipped }: Judged, metric: string): Expectation {
  const ids = [metric, `no-${metric.replaceAll('_', '-')}`];
  const checks = runs.flatMap((run) => run.checks.filter((check) => ids.includes(check.id)));
  if (checks.length === 0) return metric in skipped ? 'skipped' : 'undeclared';
  const verdict = worst(checks.map((check) => check.verdict));
  if (verdict === 'pass') return 'expected';
  if (verdict !== 'fail') return 'not-judged';
  const limit = checks.find((check) => check.verdict === 'fail')?.limit ?? '';
  if (limit.startsWith('>=')) return 'too-few';
  return limit.includes(' to ') ? 'out-of-range' : 'not-expected';
}

/** What the verdict of a cell rests on, in a few words. */
export function verdictSummary(cell: Judged, losses: Record<string, Loss>): string {
  const { runs } = cell;
  const checks = runs.flatMap((run) => run.checks);
  switch (verdictOf(runs)) {
    case 'fail':
      return `not as expected: ${idsOf(checks, 'fail')}`;
    case 'unknown': {
      const ids = idsOf(checks, 'unknown');
      if (runs.length === 0) return 'not run';
      return ids === '' ? 'nothing was judged' : `could not be judged: ${ids}`;
    }
    case 'pass':
      return passSummary(cell, checks, losses);
  }
}

function passSummary(cell: Judged, checks: Check[], losses: Record<string, Loss>): string {
  const lost = Object.entries(losses)
    .filter(([, loss]) => loss.kind === 'counted' && loss.pooled.numerator > 0)
    .map(([metric]) => metric);
  const declared = lost.filter((metric) => expectationOf(cell, metric) === 'expected');
  const undeclared = lost.filter((metric) => expectationOf(cell, metric) === 'undeclared');
  const words = (metrics: string[]) => listOf(metrics.map((metric) => metric.replaceAll('_', ' ')));
  if (undeclared.length > 0) {
    const expected = declared.length > 0 ? `${words(declared)} expected; ` : '';
    return `${expected}${words(undeclared)} not declared`;
  }
  if (lost.length > 0)
    return lost.length === 1 ? `the ${words(lost)} was expected` : 'the losses were expected';
  if (checks.length === 0) return 'nothing was declared';
  return `nothing lost; ${checks.length === 1 ? 'its check holds' : `all ${count(checks.length)} checks hold`}`;
}

function idsOf(checks: Check[], verdict: Verdict): string {
  const ids = [...new Set(checks.filter((check) => check.verdict === verdict).map((check) => check.id))];
  if (ids.length <= 3) return listOf(ids);
  return `${ids.slice(0, 2).join(', ')} and ${ids.length - 2} more`;
}
