import { describe, expect, it } from 'vitest';
import { failures } from '../../src/measure/failures.ts';
import { rate } from '../../src/measure/rate.ts';
import { sendLag } from '../../src/measure/send-lag.ts';
import { operationMeasures, windowMsFor } from '../../src/measure/windows.ts';
import { began, collect, opened, operation } from '../support/log.ts';

describe('rate', () => {
  it('carries the 95 % Wilson interval', () => {
    // Newcombe 1998, table I, method 3: 81 of 263, and 0 of 20.
    expect(rate(81, 263).interval?.map((x) => Number(x.toFixed(4)))).toEqual([0.2553, 0.3662]);
    expect(rate(0, 20).interval?.map((x) => Number(x.toFixed(4)))).toEqual([0, 0.1611]);
    for (const n of [1, 7, 20, 60, 1036]) {
      expect(rate(n, n).interval?.[1]).toBe(1);
      expect(rate(0, n).interval?.[0]).toBe(0);
    }
  });
  it('knows nothing of nothing', () => expect(rate(0, 0)).toMatchObject({ value: null, interval: null }));
});

describe('availability and latency', () => {
  const measure = (operations: ReturnType<typeof operation>[]) =>
    collect(operationMeasures(1000, 250), [...began(1), ...operations]);

  it('counts operations that were never sent against it', () => {
    const unsent = operation('c1', 1, 300, 0, { outcome: 'fail', startUs: null, serviceUs: null });
    const { availability, windows } = measure([operation('c1', 0, 0, 5), unsent]);
    expect(availability).toMatchObject({ numerator: 1, denominator: 2 });
    expect(windows.map((w) => [w.intended, w.ok])).toEqual([
      [1, 1],
      [1, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  it('tells first attempts from what the client recovered', () => {
    const recovered = operation('c1', 1, 300, 9, { firstOutcome: 'fail', attempts: 2 });
    const { availability } = measure([operation('c1', 0, 0, 5), recovered]);
    expect(availability).toMatchObject({ numerator: 1, recovered: { numerator: 2 } });
  });

  it('counts latency from the intended start, service time from the last sending', () => {
    const late = operation('c1', 0, 0, 100, { startUs: 90_000, serviceUs: 10_000 });
    const { latency, service } = measure([late]);
    expect(latency.p50).toBeCloseTo(100, 0);
    expect(service.p50).toBeCloseTo(10, 1);
  });

  it('takes latency of operations that ended ok only, and none is null, not 0', () => {
    const { latency } = measure([operation('c1', 0, 0, 5, { outcome: 'info' })]);
    expect(latency).toEqual({ count: 0, p50: null, p90: null, p99: null, p999: null, max: null });
  });

  it('has as few windows for a week as for minutes', () => {
    expect(windowMsFor(10_000)).toBe(250);
    expect(windowMsFor(1000)).toBe(100);
    expect(windowMsFor(120_000)).toBe(1000);
    expect((7 * 24 * 3_600_000) / windowMsFor(7 * 24 * 3_600_000)).toBe(240);
  });
});

describe('send_lag_ms', () => {
  it('leaves out what a client waits for its own earlier call', () => {
    const slow = operation('c1', 0, 0, 500);
    const queued = operation('c1', 1, 100, 1, { startUs: 500_000 });
    const late = operation('c1', 2, 600, 1, { startUs: 603_000 });
    const lag = collect(sendLag(), [...began(1), opened('c1', -1), slow, queued, late]);
    expect(lag.count).toBe(2);
    expect(lag.max).toBeCloseTo(3, 1);
    expect(lag.missed).toBe(0);
  });

  it('counts what a free client came too late for, however many', () => {
    const overdue = (index: number, at: number) =>
      operation('c1', index, at, 3000 - at, { outcome: 'fail', startUs: null, unsentBecause: 'deadline' });
    const stalled = [operation('c1', 0, 0, 5), overdue(1, 100), overdue(2, 200), overdue(3, 900)];
    const lag = collect(sendLag(), [...began(1), opened('c1', -1), ...stalled]);
    expect(lag).toMatchObject({ count: 4, missed: 3 });
    expect(lag.max).toBeCloseTo(2900, -1);
  });

  it('does not blame the generator for what waited behind a slow call', () => {
    const slow = operation('c1', 0, 0, 2500);
    const behind = operation('c1', 1, 100, 2400, {
      outcome: 'fail',
      startUs: null,
      unsentBecause: 'deadline',
    });
    const lag = collect(sendLag(), [...began(1), opened('c1', -1), slow, behind]);
    expect(lag).toMatchObject({ count: 1, missed: 0 });
  });
});

describe('failures', () => {
  it('groups by kind, most frequent first, with the words of one', () => {
    const broken = operation('c1', 0, 0, 1, {
      outcome: 'info',
      failure: { kind: 'broken', status: 502, message: 'gone' },
    });
    const unsent = operation('c1', 1, 0, 1, { outcome: 'fail', failure: { kind: 'not-sent' } });
    expect(collect(failures(), [unsent, broken, broken])).toEqual([
      { kind: 'broken', count: 2, example: 'echo · HTTP 502 · gone' },
      { kind: 'not-sent', count: 1, example: 'echo' },
    ]);
  });
});
