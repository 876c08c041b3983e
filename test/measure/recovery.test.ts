import { describe, expect, it } from 'vitest';
import { recovery } from '../../src/measure/recovery.ts';

const windowMs = 100;
/** One character a window: `#` all ok, `.` none. */
function judge(windows: string, faults: [startMs: number, endMs: number | null][]) {
  return recovery({
    windowMs,
    windows: [...windows].map((mark, i) => ({
      startMs: i * windowMs,
      intended: 20,
      ok: mark === '#' ? 20 : 0,
      recovered: mark === '#' ? 20 : 0,
      p50Ms: 1,
      p99Ms: 1,
    })),
    faults: faults.map(([startMs, endMs], fault) => ({
      fault,
      name: 'crash',
      targets: ['r1'],
      startMs,
      endMs,
    })),
  });
}

describe('recovery_ms', () => {
  it('is 0 when availability never fell', () =>
    expect(judge('##########', [[350, 400]])).toMatchObject({ value: 0 }));

  it('runs from the begin of the fault to the first window that is good and holds', () => {
    expect(judge('###...####', [[300, 350]])).toMatchObject({ value: 300 });
  });

  it('is not fooled by a window that does not hold', () => {
    expect(judge('###.##.####', [[300, 350]])).toMatchObject({ value: 400 });
  });

  it('must hold until the fault is over', () => {
    expect(judge('###.#####.####', [[300, 950]])).toMatchObject({ value: 700 });
  });

  it('is null when it did not come back before the end, or the fault never ended', () => {
    expect(judge('###.......', [[300, 350]])).toMatchObject({ value: null });
    expect(judge('###.....##', [[300, 350]])).toMatchObject({ value: null });
    expect(judge('##########', [[300, null]])).toMatchObject({ value: null });
  });

  it('has no meaning without a fault, a time before it, or anything to recover to', () => {
    expect(judge('##########', [])).toHaveProperty('notApplicable');
    expect(judge('##########', [[0, 50]])).toHaveProperty('notApplicable');
    expect(judge('#..#######', [[300, 350]])).toHaveProperty('notApplicable');
  });
});
