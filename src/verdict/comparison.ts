import { type Prng, seededPrng } from '../core/index.ts';
import type { Metrics, NotApplicable, Rate } from '../measure/index.ts';
import { deploymentsOf, type Plan } from '../scenario/index.ts';
import type { Comparison, CountComparison, RunResult, TimeComparison } from './results.ts';
import { leastRuns, mannWhitneyP, median, ratioInterval } from './statistics.ts';

/**
 * Two deployments of one experiment, by their repeats. A run is one sample: requests within a run are not independent,
 * and one run each proves nothing. Repeats alternate (A B, B A, …), so that a drift of the machine hits both.
 *
 * Counts of what was lost are exact: no statistics decide whether a session was lost. Times and throughput differ only
 * if three things agree: chance does not explain it (Mann–Whitney U, p < 0.01), the 95 % bootstrap interval of the
 * ratio of medians leaves 1 out, and the difference is large enough to matter.
 */

const alpha = 0.01;
/** A smaller difference does not matter, be it ever so certain: 5 %, and for times one millisecond. */
const leastEffect = { share: 0.05, ms: 1 };

export const runsNeeded = leastRuns(alpha);

const counts: Record<string, (metrics: Metrics) => Rate | NotApplicable> = {
  session_loss: (metrics) => metrics.session_loss,
  state_loss: (metrics) => metrics.state_loss,
  lost_update: (metrics) => metrics.lost_update,
  duplicate_execution: (metrics) => metrics.duplicate_execution,
  result_loss: (metrics) => metrics.result_loss,
  misdelivery: (metrics) => metrics.misdelivery,
  state_leak: (metrics) => metrics.state_leak,
  stream_loss: (metrics) => metrics.stream_loss,
  stream_duplicate: (metrics) => metrics.stream_duplicate,
  input_loss: (metrics) => metrics.input_loss,
  state_forgery: (metrics) => metrics.state_forgery,
  stream_leak: (metrics) => metrics.stream_leak,
  notification_loss: (metrics) => metrics.notification_loss,
  notification_duplicate: (metrics) => metrics.notification_duplicate,
  notification_leak: (metrics) => metrics.notification_leak,
  task_loss: (metrics) => metrics.task_loss,
  result_retention: (metrics) => metrics.result_retention,
  work_after_cancel: (metrics) => metrics.work_after_cancel,
  premature_handle: (metrics) => metrics.premature_handle,
};

/** One number per run. Throughput is of operations that ended ok, per second of the scenario. */
const times: Record<string, (run: RunResult) => number | null> = {
  'latency_ms.p50': (run) => run.metrics.latency_ms.p50,
  'latency_ms.p99': (run) => run.metrics.latency_ms.p99,
  throughput: (run) => run.metrics.availability.recovered.numerator / (run.series.durationMs / 1000),
};

/** Each deployment against the first, in each scenario. */
export function compareAll(
  { scenarios, deployments, seed }: Pick<Plan, 'scenarios' | 'deployments' | 'seed'>,
  runs: readonly RunResult[],
): Comparison[] {
  const prng = seededPrng(seed).fork('comparison');
  return scenarios.flatMap((scenario) => {
    const [first, ...others] = deploymentsOf(deployments, scenario);
    if (!first) return [];
    return others.map((other) => {
      const of = (deployment: string) =>
        runs.filter((run) => run.scenario === scenario.name && run.deployment === deployment);
      const names = { scenario: scenario.name, baseline: first.name, candidate: other.name };
      return compareRuns(names, of(first.name), of(other.name), prng.fork(`${scenario.name} ${other.name}`));
    });
  });
}

export function compareRuns(
  names: Pick<Comparison, 'scenario' | 'baseline' | 'candidate'>,
  baseline: readonly RunResult[],
  candidate: readonly RunResult[],
  prng: Prng,
): Comparison {
  const [a, b] = [baseline.filter(isSound), candidate.filter(isSound)];
  const measures = [
    ...Object.entries(counts).flatMap(([metric, pick]) => compareCounts(metric, pick, a, b)),
    ...Object.entries(times).map(([metric, pick]) =>
      compareTimes(metric, numbers(a, pick), numbers(b, pick), prng.fork(metric)),
    ),
  ];
  const runs: [number, number] = [a.length, b.length];
  const compared = { ...names, runs, runsNeeded, measures };
  const unknown = measures.find((measure) => measure.verdict === 'unknown');
  // What was counted stands, however few the runs.
  const differs = measures.some((measure) => !['same', 'no-difference', 'unknown'].includes(measure.verdict));
  if (differs) return { ...compared, verdict: 'difference', reason: '' };
  if (unknown) return { ...compared, verdict: 'unknown', reason: unknown.reason };
  return { ...compared, verdict: 'no-difference', reason: '' };
}

/** Checks that bound no metric and yet are about what the deployment did, not about the record. */
const noDoubt = new Set(['replicas-stayed', 'something-expected']);

/** A run whose record is in doubt is no sample. What bounds no metric is about the record. */
function isSound(run: RunResult): boolean {
  return run.checks.every(
    ({ id, metric, verdict }) => metric !== undefined || noDoubt.has(id) || verdict === 'pass',
  );
}

function numbers(runs: readonly RunResult[], pick: (run: RunResult) => number | null): number[] {
  return runs.map(pick).filter((value) => value !== null);
}

function compareCounts(
  metric: string,
  pick: (metrics: Metrics) => Rate | NotApplicable,
  a: readonly RunResult[],
  b: readonly RunResult[],
): CountComparison[] {
  const sum = (runs: readonly RunResult[]) => {
    const rates = runs.map((run) => pick(run.metrics)).filter((found) => 'numerator' in found);
    const add = (part: 'numerator' | 'denominator') => rates.reduce((total, rate) => total + rate[part], 0);
    return { numerator: add('numerator'), denominator: add('denominator') };
  };
  const [baseline, candidate] = [sum(a), sum(b)];
  // Where it has no meaning for one side, there is nothing to compare.
  if (baseline.denominator === 0 || candidate.denominator === 0) return [];
  const more = candidate.numerator * baseline.denominator - baseline.numerator * candidate.denominator;
  const verdict = more === 0 ? 'same' : more > 0 ? 'more' : 'fewer';
  return [{ kind: 'count', metric, baseline, candidate, verdict, reason: '' }];
}

/** @param a one number per run; `b` likewise. */
export function compareTimes(
  metric: string,
  a: readonly number[],
  b: readonly number[],
  prng: Prng,
): TimeComparison {
  const kind = 'time' as const;
  const least = Math.min(a.length, b.length);
  if (least < runsNeeded) {
    const reason = `${least} sound runs a side are too few to tell a difference from chance; it takes at least ${runsNeeded} (--repeat ${runsNeeded}), and 10 to find one of 15 %`;
    return {
      kind,
      metric,
      baseline: null,
      candidate: null,
      ratio: null,
      interval: null,
      pValue: null,
      verdict: 'unknown',
      reason,
    };
  }
  const [baseline, candidate] = [median(a), median(b)];
  const ratio = candidate / baseline;
  const pValue = mannWhitneyP(a, b);
  const interval = ratioInterval(a, b, prng);
  const absoluteLeast = metric.includes('_ms') ? leastEffect.ms : 0;
  const doubts = [
    ...(pValue < alpha ? [] : [`chance explains it (p = ${pValue.toPrecision(2)})`]),
    ...(interval[0] > 1 || interval[1] < 1 ? [] : ['the interval of the ratio holds 1']),
    ...(Math.abs(ratio - 1) > leastEffect.share && Math.abs(candidate - baseline) > absoluteLeast
      ? []
      : ['it is too small to matter']),
  ];
  const worse = metric === 'throughput' ? ratio < 1 : ratio > 1;
  const verdict = doubts.length > 0 ? 'no-difference' : worse ? 'regression' : 'improvement';
  return { kind, metric, baseline, candidate, ratio, interval, pValue, verdict, reason: doubts.join('; ') };
}
