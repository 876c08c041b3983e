import { messageOf, unreachable } from '../core/index.ts';
import type { Measured, Metrics, Rate } from '../measure/index.ts';
import { type BoundableMetric, type Scenario, type Threshold, unitOf } from '../scenario/index.ts';
import { formatBound, formatValue } from './format.ts';
import type { Check, Verdict } from './results.ts';
import { taskValue } from './task-readings.ts';

/** What a metric has to say to a threshold. */
type Reading =
  | {
      value: number;
      observed: string;
      rate?: Rate;
      unjudged?: number;
      unexpected?: number;
      uncommitted?: number;
    }
  | { noSamples: string }
  | { unmeasured: string }
  | { notApplicable: string };

/**
 * Judges the thresholds that a scenario sets for a deployment: its own entries, and those of `all` that it has
 * no own entry for. Counts are exact: a rate is compared as it is, not by its interval.
 */
export function judgeThresholds(
  scenario: Scenario,
  deployment: string,
  { metrics, unmeasured }: Pick<Measured, 'metrics' | 'unmeasured'>,
): Check[] {
  const own = scenario.expect[deployment] ?? {};
  const forAll = scenario.expect.all ?? {};
  const names = Object.keys({ ...forAll, ...own }) as BoundableMetric[];
  return names.flatMap((name) => {
    const threshold = own[name] ?? forAll[name];
    if (threshold === undefined || threshold.skip !== undefined) return [];
    const reading = read(metrics, unmeasured, name);
    // What is asked of all deployments is asked of those for which it has a meaning.
    if ('notApplicable' in reading && own[name] === undefined) return [];
    return [judge(name, threshold, reading)];
  });
}

/** What broke off is unmeasured, whatever its metric seems to say. */
function read(metrics: Metrics, unmeasured: Measured['unmeasured'], name: BoundableMetric): Reading {
  const [metric = ''] = name.split('.');
  const reason = unmeasured[metric];
  if (reason !== undefined) return { unmeasured: reason };
  try {
    return readMetric(metrics, name);
  } catch (error) {
    return { unmeasured: `it could not be read: ${messageOf(error)}` };
  }
}

function judge(name: BoundableMetric, threshold: Threshold, reading: Reading): Check {
  const id = threshold.max === 0 && unitOf(name) === 'share' ? `no-${name.replaceAll('_', '-')}` : name;
  const check = { id, metric: name, limit: formatBound(name, threshold) };
  const unknown = (observed: string, reason: string): Check => ({
    ...check,
    verdict: 'unknown',
    observed,
    reason,
  });
  if ('notApplicable' in reading) return unknown('not applicable', reading.notApplicable);
  if ('unmeasured' in reading) return unknown('not measured', reading.unmeasured);
  if ('noSamples' in reading) return unknown('no samples', reading.noSamples);
  const verdict = compare(threshold, reading);
  const reason = reasonFor(name, verdict, reading, threshold.because ?? '');
  return { ...check, verdict, observed: reading.observed, reason };
}

function compare(threshold: Threshold, reading: Extract<Reading, { value: number }>): Verdict {
  const { value, rate, unjudged = 0, unexpected = 0, uncommitted = 0 } = reading;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = threshold;
  if (value > max || unexpected > 0 || uncommitted > 0) return 'fail';
  // What could not be judged may count, or may not.
  const most = rate && rate.denominator > 0 ? (rate.numerator + unjudged) / rate.denominator : value;
  if (value < min) return most >= min ? 'unknown' : 'fail';
  return most > max ? 'unknown' : 'pass';
}

function reasonFor(
  name: BoundableMetric,
  verdict: Verdict,
  reading: Extract<Reading, { value: number }>,
  because: string,
): string {
  if ((reading.unexpected ?? 0) > 0) return `${reading.unexpected} values were read that no client wrote`;
  if ((reading.uncommitted ?? 0) > 0)
    return `${reading.uncommitted} operations were acknowledged and never committed, as the ledger proves`;
  if (verdict === 'unknown' && name === 'stream_loss')
    return `of ${reading.unjudged} events it is not known whether they came: more came on their streams than is recorded`;
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
    case 'lost_update':
    case 'result_loss':
    case 'misdelivery':
    case 'state_leak':
    case 'stream_loss':
    case 'stream_duplicate':
    case 'stream_leak':
    case 'input_loss':
    case 'state_forgery':
    case 'notification_loss':
    case 'notification_duplicate':
    case 'notification_leak':
    case 'task_loss':
    case 'result_retention':
    case 'work_after_cancel':
    case 'premature_handle': {
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
    case 'change_delay_ms.p50':
    case 'change_delay_ms.p99': {
      const metric = metrics.change_delay_ms;
      if ('notApplicable' in metric) return metric;
      const value = name.endsWith('p50') ? metric.p50 : metric.p99;
      if (value === null) return { noSamples: 'nobody was told of a change' };
      return readTime(value);
    }
    case 'replica_cpu': {
      const metric = metrics.replica_cpu;
      return 'notApplicable' in metric ? metric : readTime(metric.value);
    }
    case 'replica_rss.peak':
    case 'replica_rss.perSession':
    case 'replica_rss.growth':
      return readMemory(metrics.replica_rss, name);
    case 'load_skew': {
      if ('notApplicable' in metrics.load_skew) return metrics.load_skew;
      const { value } = metrics.load_skew;
      if (value === null) return { noSamples: 'too few requests in any period of constant membership' };
      return { value, observed: formatValue('ratio', value) };
    }
    case 'commit_to_known_ms.p99':
    case 'notification_delay_ms.p99':
    case 'polls_per_task':
    case 'repeated_work_ms': {
      const reading = taskValue(metrics, name);
      if ('notApplicable' in reading) return reading;
      const { value } = reading;
      if (value === null) return { noSamples: 'no task ended that this could be judged by' };
      return { value, observed: formatValue(unitOf(name), value) };
    }
    default:
      return unreachable(name);
  }
}

function readMemory(
  rss: Metrics['replica_rss'],
  name: 'replica_rss.peak' | 'replica_rss.perSession' | 'replica_rss.growth',
): Reading {
  if ('notApplicable' in rss) return rss;
  if (name === 'replica_rss.perSession' && 'notApplicable' in rss.perSession) return rss.perSession;
  const perSession = 'value' in rss.perSession ? rss.perSession.value : null;
  const { peak, growth } = rss;
  const value = {
    'replica_rss.peak': peak,
    'replica_rss.perSession': perSession,
    'replica_rss.growth': growth,
  }[name];
  if (value === null) return { noSamples: 'there were too few samples, or too few sessions, to tell' };
  const per = {
    'replica_rss.peak': '',
    'replica_rss.perSession': ' per session',
    'replica_rss.growth': ' per 1000 calls',
  };
  return { value, observed: `${formatValue('mb', value)}${per[name]}` };
}

function readRate(rate: Rate & { unjudged?: number; unexpected?: number; uncommitted?: number }): Reading {
  const { unjudged = 0, unexpected = 0, uncommitted = 0 } = rate;
  if (rate.value === null && unexpected === 0 && uncommitted === 0) {
    return { noSamples: 'nothing was seen that this could be judged by' };
  }
  return {
    value: rate.value ?? 0,
    observed: `${rate.numerator} of ${rate.denominator}`,
    rate,
    unjudged,
    unexpected,
    uncommitted,
  };
}

function readTime(ms: number | null): Reading {
  return ms === null
    ? { noSamples: 'no operation ended ok' }
    : { value: ms, observed: formatValue('ms', ms) };
}
