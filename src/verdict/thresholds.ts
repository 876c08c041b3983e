import { unreachable } from '../core/index.ts';
import type { Metrics, Rate } from '../measure/index.ts';
import type { BoundableMetric, Scenario, Threshold } from '../scenario/index.ts';
import { formatBound, formatValue, unitOf } from './format.ts';
import type { Check, Verdict } from './results.ts';

/** What a metric has to say to a threshold. */
type Reading =
  | { value: number; observed: string; rate?: Rate; unjudged?: number; unexpected?: number }
  | { noSamples: string }
  | { notApplicable: string };

/**
 * Judges the thresholds that a scenario sets for a deployment: its own entries, and those of `all` that it has
 * no own entry for. Counts are exact: a rate is compared as it is, not by its interval.
 */
export function judgeThresholds(scenario: Scenario, deployment: string, metrics: Metrics): Check[] {
  const own = scenario.expect[deployment] ?? {};
  const forAll = scenario.expect.all ?? {};
  const names = Object.keys({ ...forAll, ...own }) as BoundableMetric[];
  return names.flatMap((name) => {
    const threshold = own[name] ?? forAll[name];
    if (threshold === undefined || threshold.skip !== undefined) return [];
    const reading = readMetric(metrics, name);
    // What is asked of all deployments is asked of those for which it has a meaning.
    if ('notApplicable' in reading && own[name] === undefined) return [];
    return [judge(name, threshold, reading)];
  });
}

function judge(name: BoundableMetric, threshold: Threshold, reading: Reading): Check {
  const limit = formatBound(name, threshold);
  const because = threshold.because ?? '';
  const id = threshold.max === 0 && unitOf(name) === 'share' ? `no-${name.replaceAll('_', '-')}` : name;
  if ('notApplicable' in reading) {
    return { id, verdict: 'unknown', observed: 'not applicable', limit, reason: reading.notApplicable };
  }
  if ('noSamples' in reading)
    return { id, verdict: 'unknown', observed: 'no samples', limit, reason: reading.noSamples };
  const verdict = compare(threshold, reading);
  return { id, verdict, observed: reading.observed, limit, reason: reasonFor(verdict, reading, because) };
}

function compare(threshold: Threshold, reading: Extract<Reading, { value: number }>): Verdict {
  const { value, rate, unjudged = 0, unexpected = 0 } = reading;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = threshold;
  if (value > max || unexpected > 0) return 'fail';
  // What could not be judged may count, or may not.
  const most = rate && rate.denominator > 0 ? (rate.numerator + unjudged) / rate.denominator : value;
  if (value < min) return most >= min ? 'unknown' : 'fail';
  return most > max ? 'unknown' : 'pass';
}

function reasonFor(verdict: Verdict, reading: Extract<Reading, { value: number }>, because: string): string {
  if ((reading.unexpected ?? 0) > 0)
    return `${reading.unexpected} values were read that their client never wrote`;
  if (verdict === 'unknown')
    return `${reading.unjudged} journeys never learned whether their state is still there`;
  return because;
}

function readMetric(metrics: Metrics, name: BoundableMetric): Reading {
  switch (name) {
    case 'availability.recovered':
      return readRate(metrics.availability.recovered);
    case 'availability':
      return readRate(metrics.availability);
    case 'session_loss':
    case 'state_loss':
    case 'duplicate_execution':
    case 'lost_update': {
      const metric = metrics[name];
      return 'notApplicable' in metric ? metric : readRate(metric);
    }
    case 'latency_ms.p50':
      return readTime(metrics.latency_ms.p50);
    case 'latency_ms.p99':
      return readTime(metrics.latency_ms.p99);
    case 'latency_ms.max':
      return readTime(metrics.latency_ms.max);
    case 'service_ms.p99':
      return readTime(metrics.service_ms.p99);
    case 'recovery_ms': {
      const metric = metrics.recovery_ms;
      if ('notApplicable' in metric) return metric;
      if (metric.value !== null) return readTime(metric.value);
      return { value: Number.POSITIVE_INFINITY, observed: 'not recovered by the end' };
    }
    case 'load_skew': {
      const { value } = metrics.load_skew;
      if (value === null) return { noSamples: 'too few requests in any period of constant membership' };
      return { value, observed: formatValue('ratio', value) };
    }
    default:
      return unreachable(name);
  }
}

function readRate(rate: Rate & { unjudged?: number; unexpected?: number }): Reading {
  const { unjudged = 0, unexpected = 0 } = rate;
  if (rate.value === null && unexpected === 0) {
    return { noSamples: 'nothing was seen that this could be judged by' };
  }
  return {
    value: rate.value ?? 0,
    observed: `${rate.numerator} of ${rate.denominator}`,
    rate,
    unjudged,
    unexpected,
  };
}

function readTime(ms: number | null): Reading {
  return ms === null
    ? { noSamples: 'no operation ended ok' }
    : { value: ms, observed: formatValue('ms', ms) };
}
