import type { Distribution, LoadSkew, Metrics, NotApplicable, Rate } from '../../measure/index.ts';
import type { Cell } from './experiment.ts';
import { count, duration, intervalText, percent, range } from './format.ts';
import { isApplicable, lossOf, noSessionsAtAll, valuesOf } from './losses.ts';

/** One number of a cell, with what belongs to it. */
export interface NumberCell {
  text: string;
  details: string[];
  /** `lost`: something is gone; `none`: there is no number, and `details` says why. */
  tone: 'lost' | 'plain' | 'none';
}

type PickRate = (metrics: Metrics) => Rate | NotApplicable;

export function none(text: string, ...details: string[]): NumberCell {
  return { text, details, tone: 'none' };
}

export function rate(
  cell: Cell,
  pick: PickRate,
  toneAboveZero: 'lost' | 'plain',
  ...more: string[]
): NumberCell {
  const loss = lossOf(cell, pick);
  switch (loss.kind) {
    case 'not-run':
      return none('not run');
    case 'not-applicable':
      return none('n/a', loss.reason);
    case 'no-sample':
      return none('no sample', 'none was seen, so nothing is known');
    case 'counted': {
      const { numerator, denominator, shares, counts, interval } = loss.pooled;
      const details = [
        interval
          ? `${range(shares, percent)}; 95 % interval ${intervalText(interval)}`
          : `${range(shares, percent)}`,
        ...(counts.length > 1 ? [`${range(counts, count)} in each of ${counts.length} runs`] : []),
        ...more,
      ];
      return {
        text: `${count(numerator)} of ${count(denominator)}`,
        details,
        tone: numerator > 0 ? toneAboveZero : 'plain',
      };
    }
  }
}

function sum(values: number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

export function sessionsLost(cell: Cell): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.session_loss);
  const lost = sum(found.map((f) => f.numerator));
  const causes = (['misroute', 'crash', 'expiry', 'unattributed'] as const)
    .map((cause) => ({ cause, n: sum(found.map((f) => f.causes[cause])) }))
    .filter(({ n }) => n > 0)
    .map(({ cause, n }) => `${cause} ${count(n)}`);
  const opened = sum(found.map((f) => f.replacements.opened));
  const again = sum(found.map((f) => f.replacements.lost));
  const cellOfRate = rate(
    cell,
    (m) => m.session_loss,
    'lost',
    ...(lost > 0 && causes.length > 0 ? [`by ${causes.join(', ')}`] : []),
    ...(opened > 0 ? [`of the sessions opened instead, ${count(again)} of ${count(opened)} lost too`] : []),
  );
  return noSessionsAtAll(cell) ? { ...cellOfRate, text: 'no session to lose' } : cellOfRate;
}

export function stateLost(cell: Cell): NumberCell {
  const unjudged = sum(valuesOf(cell.runs, (m) => m.state_loss).map((found) => found.unjudged));
  return rate(
    cell,
    (m) => m.state_loss,
    'lost',
    ...(unjudged > 0 ? [`${count(unjudged)} never learned whether their state is there`] : []),
  );
}

export function updatesLost(cell: Cell): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.lost_update);
  const recovered = sum(found.map((f) => f.recovered));
  const unexpected = sum(found.map((f) => f.unexpected));
  return rate(
    cell,
    (m) => m.lost_update,
    'lost',
    ...(recovered > 0 ? [`${count(recovered)} of unknown outcome found later`] : []),
    ...(unexpected > 0 ? [`${count(unexpected)} found that were never sent`] : []),
  );
}

/** Availability leads with its share: here the share is what people ask for. */
export function share(cell: Cell, pick: PickRate): NumberCell {
  const found = rate(cell, pick, 'plain');
  const loss = lossOf(cell, pick);
  if (loss.kind !== 'counted') return found;
  const { shares, interval } = loss.pooled;
  return {
    text: range(shares, percent),
    details: [`${found.text} operations${interval ? `; 95 % interval ${intervalText(interval)}` : ''}`],
    tone: 'plain',
  };
}

export function times(
  cell: Cell,
  pick: (metrics: Metrics) => Distribution,
  percentile: 'p50' | 'p90' | 'p99' | 'p999' | 'max',
): NumberCell {
  const values = cell.runs.map((run) => pick(run.metrics)[percentile]).filter((value) => value !== null);
  if (values.length === 0) return none('no sample', 'no operation ended ok');
  return { text: range(values, duration), details: [], tone: 'plain' };
}

export function recovery(cell: Cell): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.recovery_ms);
  const [first] = found;
  if (!first) {
    const measure = cell.runs[0]?.metrics.recovery_ms;
    return none('n/a', measure && !isApplicable(measure) ? measure.notApplicable : '');
  }
  const values = found.map((f) => f.value).filter((value) => value !== null);
  const never = found.length - values.length;
  const details =
    first.faults.length > 1
      ? first.faults.map((f) => `${f.name}: ${f.value === null ? 'not before the end' : duration(f.value)}`)
      : [];
  if (values.length === 0) return { text: 'not before the end', details, tone: 'lost' };
  const runs = never > 0 ? [`not before the end in ${never} of ${found.length} runs`] : [];
  return {
    text: range(values, duration),
    details: [...runs, ...details],
    tone: never > 0 ? 'lost' : 'plain',
  };
}

export function loadSkew(cell: Cell): NumberCell {
  const all = cell.runs.map((run) => run.metrics.load_skew);
  const found: LoadSkew[] = all.filter((skew) => isApplicable(skew));
  const [first] = all;
  if (first && !isApplicable(first)) return none('n/a', first.notApplicable);
  const values = found.map((f) => f.value).filter((value) => value !== null);
  if (values.length === 0) return none('no sample', 'no request was routed');
  const sessions = found.map((f) => f.sessions);
  const bySession = sessions
    .filter((s) => isApplicable(s))
    .map((s) => s.value)
    .filter((value) => value !== null);
  const reason = sessions.map((s) => (isApplicable(s) ? '' : s.notApplicable)).find((text) => text !== '');
  return {
    text: range(values, timesMean),
    details: [
      bySession.length > 0
        ? `counted by sessions ${range(bySession, timesMean)}`
        : `by sessions: n/a${reason ? `, ${reason}` : ''}`,
    ],
    tone: 'plain',
  };
}

/** `1.04 ×`. */
function timesMean(value: number): string {
  return `${value.toFixed(2)} ×`;
}
