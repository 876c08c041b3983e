import type { NotApplicable, Recovery, Series } from './metrics.ts';

/** How far below the baseline a window may be and still count as recovered. */
const epsilon = 0.05;
/** How many windows it must hold. */
const holdWindows = 4;
/** Below this there is nothing to recover to. */
const leastBaseline = 0.9;

/**
 * `recovery_ms`: from a fault's begin to the start of the first window with availability ≥ baseline − ε that
 * then holds for k windows and until the fault is over; 0 if it never fell. Baseline: the windows before the
 * first fault. Availability here is after the client's own recovery.
 */
export function recovery(series: Pick<Series, 'faults' | 'windows' | 'windowMs'>): Recovery | NotApplicable {
  const { faults, windows, windowMs } = series;
  const first = Math.min(...faults.map((fault) => fault.startMs));
  if (faults.length === 0) return { notApplicable: 'no fault happened' };
  const before = windows.filter((window) => window.startMs + windowMs <= first && window.intended > 0);
  const intended = before.reduce((sum, window) => sum + window.intended, 0);
  if (intended === 0) return { notApplicable: 'nothing was measured before the first fault' };
  const baseline = before.reduce((sum, window) => sum + window.recovered, 0) / intended;
  if (baseline < leastBaseline) {
    const share = `${(baseline * 100).toFixed(0)} %`;
    return { notApplicable: `availability was only ${share} before the first fault: nothing to recover to` };
  }
  const after = windows.filter((window) => window.startMs + windowMs > first);
  if (!after.some((window) => window.intended > 0)) {
    return { notApplicable: 'no operation was intended after the first fault' };
  }
  const good = windows.map((w) => w.intended === 0 || w.recovered / w.intended >= baseline - epsilon);
  const each = faults.map(({ fault, name, startMs, endMs }) => ({
    fault,
    name,
    value: endMs === null ? null : recoveredAfter(good, windowMs, startMs, endMs),
  }));
  const values = each.map((entry) => entry.value);
  const all = values.every((value) => value !== null);
  return {
    value: all ? Math.max(...values) : null,
    faults: each,
    baseline,
    epsilon,
    windowMs,
    holdWindows,
  };
}

function recoveredAfter(
  good: readonly boolean[],
  windowMs: number,
  startMs: number,
  endMs: number,
): number | null {
  const from = Math.floor(startMs / windowMs);
  const over = Math.floor(endMs / windowMs);
  for (let i = from; i < good.length; i++) {
    const until = Math.max(i + holdWindows, Math.min(over + 1, good.length));
    if (until > good.length) return null;
    if (good.slice(i, until).every(Boolean)) return Math.max(0, i * windowMs - startMs);
  }
  return null;
}
