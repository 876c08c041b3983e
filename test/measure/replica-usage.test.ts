import { describe, expect, it } from 'vitest';
import { replicaUsage } from '../../src/measure/replica-usage.ts';
import { medianOf, medianSlope } from '../../src/measure/robust.ts';
import { thinned } from '../../src/measure/thinned.ts';
import type { RunEvent } from '../../src/record/index.ts';
import { began, collect, ended, opened, operation } from '../support/log.ts';

const usage = (ms: number, cpuMs: number, rssMb: number, replica = 'r1', boot = 1): RunEvent => ({
  type: 'replica-usage',
  atUs: ms * 1000,
  replica,
  boot,
  cpuUs: cpuMs * 1000,
  rssBytes: rssMb * 1e6,
});
const exited = (ms: number, replica = 'r1'): RunEvent => ({
  type: 'replica-exited',
  atUs: ms * 1000,
  replica,
  boot: 1,
  exitCode: 0,
  signal: null,
  expected: true,
});
const measure = (events: readonly RunEvent[], protocol: '2025-11-25' | '2026-07-28' = '2025-11-25') =>
  collect(replicaUsage(protocol), events);
/** Ten seconds, a sample every 250 ms. */
const samples = (rssAt: (second: number) => number, replica = 'r1') =>
  Array.from({ length: 40 }, (_, i) => usage(i * 250, 100 + i, rssAt(i / 4), replica));
const calls = (count: number) => Array.from({ length: count }, (_, i) => operation('c1', i, i, 1));

describe('replica_cpu', () => {
  it('is what was used while the workload ran, per operation that ended ok', () => {
    const failed = operation('c1', 90, 10, 1, { outcome: 'fail' });
    const { cpu } = measure([
      usage(-50, 300, 60),
      ...began(1),
      ...calls(10),
      failed,
      usage(500, 350, 60),
      // A boot that a fault started counts with its start.
      usage(600, 40, 60, 'r1', 2),
      ...ended(1000),
      usage(1100, 90, 60, 'r1', 2),
    ]);
    expect(cpu).toEqual({ value: 9, cpuMs: 90, calls: 10 });
  });

  it('has no value without a useful call, and no meaning where it was not recorded', () => {
    expect(measure([usage(-50, 0, 1), ...began(1), usage(5, 1, 1), ...ended(10)]).cpu).toMatchObject({
      value: null,
    });
    const none = { notApplicable: expect.stringContaining('Linux') };
    expect(measure([...began(1), ...calls(3), ...ended(10)])).toEqual({ cpu: none, rss: none });
  });
});

describe('replica_rss', () => {
  it('grows by what a call leaves behind, whatever the garbage collector does', () => {
    // 2 MB a second and 50 calls a second; two replicas; a saw-tooth of 20 MB on one of them.
    const { rss } = measure([
      usage(-50, 0, 60),
      usage(-50, 0, 60, 'r2'),
      ...began(1),
      ...samples((s) => 60 + 2 * s + 20 * (s % 1)),
      ...samples((s) => 60 + 2 * s, 'r2'),
      ...calls(500),
      ...ended(10_000),
    ]);
    expect(rss).toMatchObject({ growth: expect.closeTo(80, 0) });
    expect(rss).toMatchObject({ peak: expect.closeTo(60 + 19.5 + 15, 1) });
  });

  it('does not take a warm-up for a leak', () => {
    const warm = samples((s) => 60 + 40 * Math.min(1, s / 2));
    const { rss } = measure([usage(-50, 0, 60), ...began(1), ...warm, ...calls(500), ...ended(10_000)]);
    expect(rss).toMatchObject({ growth: 0 });
  });

  it('has no growth where the run was too short, or no process was there throughout', () => {
    const few = samples((s) => 60 + s).slice(0, 7);
    expect(measure([usage(-50, 0, 60), ...began(1), ...few, ...calls(9), ...ended(2000)]).rss).toMatchObject({
      growth: null,
    });
    const gone = [usage(-50, 0, 60), ...began(1), exited(5000), ...samples((s) => 60 + s)];
    expect(measure([...gone, ...calls(9), ...ended(10_000)]).rss).toMatchObject({ growth: null });
  });

  it('is shared among the sessions held, where there are enough and no process ended', () => {
    const arrivals = Array.from({ length: 20 }, (_, i) => opened(`c${i}`, 100 + i));
    const full = samples((s) => (s < 0.2 ? 60 : 70)).slice(1);
    const held = [usage(-50, 0, 60), ...began(20), ...arrivals, ...full];
    expect(measure([...held, ...ended(10_000)]).rss).toMatchObject({ perSession: { value: 0.5 } });
    expect(measure([...held, exited(9000), ...ended(10_000)]).rss).toMatchObject({
      perSession: { value: null },
    });
    const few = held.filter((event) => event.type !== 'session-opened' || event.client < 'c14');
    expect(measure([...few, ...ended(10_000)]).rss).toMatchObject({ perSession: { value: null } });
    expect(measure([...held, ...ended(10_000)], '2026-07-28').rss).toMatchObject({
      perSession: { notApplicable: '2026-07-28 has no sessions' },
    });
  });
});

describe('robust statistics', () => {
  it('median', () => {
    expect(medianOf([5, 1, 3])).toBe(3);
    expect(medianOf([4, 1, 3, 2])).toBe(2.5);
    expect(medianOf([])).toBeNaN();
  });
  it('slope', () => {
    const line = Array.from({ length: 9 }, (_, x) => [x, x === 4 ? 1000 : 3 * x] as const);
    expect(medianSlope(line)).toBe(3);
    expect(
      medianSlope([
        [1, 2],
        [1, 3],
      ]),
    ).toBeNaN();
  });
});

it('keeps samples of a run of any length, evenly', () => {
  const kept = thinned<number>();
  for (let i = 0; i < 100_000; i++) kept.add(i);
  const all = kept.all();
  expect(all.length).toBeGreaterThan(190);
  expect(all.length).toBeLessThan(400);
  expect(new Set(all.slice(1).map((value, i) => value - (all[i] ?? 0))).size).toBe(1);
});
