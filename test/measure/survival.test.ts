import { describe, expect, it } from 'vitest';
import { type Subject, survival, survivalCurve } from '../../src/measure/survival.ts';
import type { RunEvent } from '../../src/record/index.ts';
import { began, collect, ended, left, lost, opened, operation } from '../support/log.ts';

const closed = (client: string, ms: number, generation = 0): RunEvent => ({
  type: 'session-closed',
  atUs: ms * 1000,
  client,
  generation,
  how: 'deleted',
  status: 200,
});

const subject = (enterMs: number, leaveMs: number, isLost: boolean): Subject => ({
  enterUs: enterMs * 1000,
  leaveUs: leaveMs * 1000,
  lost: isLost,
});

describe('the survival curve', () => {
  it('agrees with the published one of 21 patients on 6-MP, and its log-log intervals', () => {
    // E. J. Freireich et al., Blood 21, 1963; estimates and intervals as in Stata's manual, `sts list`.
    const relapsed = [6, 6, 6, 7, 10, 13, 16, 22, 23].map((week) => subject(0, week, true));
    const censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map((week) => subject(0, week, false));
    const curve = survivalCurve([...relapsed, ...censored], 0);
    const published = [
      [6, 0.8571, 0.6197, 0.9516],
      [7, 0.8067, 0.5631, 0.9228],
      [10, 0.7529, 0.5032, 0.8894],
      [13, 0.6902, 0.4316, 0.8491],
      [16, 0.6275, 0.3675, 0.8049],
      [22, 0.5378, 0.2678, 0.7468],
      [23, 0.4482, 0.1881, 0.6801],
    ];
    for (const [week, alive = 0, low = 0, high = 0] of published) {
      const point = curve.find(({ atMs }) => atMs === week);
      expect(point?.alive).toBeCloseTo(alive, 4);
      expect(point?.interval?.[0]).toBeCloseTo(low, 4);
      expect(point?.interval?.[1]).toBeCloseTo(high, 4);
    }
  });

  it('counts those at risk that came before and have not gone', () => {
    // By hand: at 4 of two at risk one is lost, 1/2; c joins at 5; at 6 of two (b, c) one is lost, 1/2 × 1/2.
    const curve = survivalCurve(
      [subject(0, 4, true), subject(1, 6, true), subject(5, Number.POSITIVE_INFINITY, false)],
      0,
    );
    expect(curve.map(({ atMs, atRisk, alive }) => [atMs, atRisk, alive])).toEqual([
      [0, 1, 1],
      [1, 2, 1],
      [4, 1, 0.5],
      [5, 2, 0.5],
      [6, 1, 0.25],
    ]);
    // Greenwood: 1/(2·1) + 1/(2·1) = 1; exp(±1.96 / ln 0.25) around 0.25.
    expect(curve[4]?.interval?.[0]).toBeCloseTo(0.25 ** Math.exp(1.959964 / Math.log(4)), 6);
    expect(curve[4]?.interval?.[1]).toBeCloseTo(0.25 ** Math.exp(-1.959964 / Math.log(4)), 6);
  });

  it('has what leaves at the moment of a loss still at risk, and what comes then not yet', () => {
    const curve = survivalCurve([subject(0, 4, true), subject(0, 4, false), subject(4, 9, false)], 0);
    expect(curve.map(({ atMs, atRisk, alive }) => [atMs, atRisk, alive])).toEqual([
      [0, 2, 1],
      [4, 1, 0.5],
      [9, 0, 0.5],
    ]);
  });

  it('has no interval while nothing is lost, nor when everything is', () => {
    const curve = survivalCurve([subject(0, 4, true), subject(0, 5, true)], 0);
    expect(curve.map((point) => point.interval === null)).toEqual([true, false, true]);
    expect(curve.at(-1)?.alive).toBe(0);
  });
});

describe('survival', () => {
  const stateful = () => survival('2025-11-25', 10_000);

  it('watches the sessions that arrivals opened until they are lost or closed', () => {
    const seen = collect(stateful(), [
      ...began(3),
      opened('a', 0),
      opened('b', 10),
      opened('c', 20),
      lost('a', 100),
      opened('a', 110, 1),
      lost('a', 200, 1),
      closed('a', 210, 2),
      closed('b', 300),
      left('b', 301, 0),
      ...ended(400),
    ]);
    expect(seen).toMatchObject({ of: 'session', watched: 3, lost: 1 });
    expect(seen.points.map(({ atMs, atRisk }) => [atMs, atRisk])).toEqual([
      [20, 3],
      [100, 2],
      [300, 1],
    ]);
    expect(seen.points[1]?.alive).toBeCloseTo(2 / 3, 6);
  });

  it('watches application state where there are no sessions, from its first write on', () => {
    const stateless = survival('2026-07-28', 10_000);
    const seen = collect(stateless, [
      ...began(3),
      ...['a', 'b', 'c'].map((client): RunEvent => ({ ...opened(client, 0), sessionId: null }) as RunEvent),
      operation('a', 0, 100, 5, { writes: 'x' }),
      operation('b', 0, 200, 5, { writes: 'y' }),
      operation('c', 0, 300, 5, { outcome: 'fail', stateMissing: true }),
      operation('a', 1, 400, 5, { outcome: 'fail', stateMissing: true }),
      operation('a', 2, 500, 5, { writes: 'z' }),
      left('b', 600, 1),
      ...ended(700),
    ]);
    expect(seen).toMatchObject({ of: 'state', watched: 2, lost: 1 });
    expect(seen.points.at(-1)).toEqual({ atMs: 600, atRisk: 0, alive: 0.5, interval: expect.anything() });
  });

  it('has no point where nothing was opened, and few where much was', () => {
    expect(collect(stateful(), [...began(0), ...ended(10)])).toEqual({
      of: 'session',
      watched: 0,
      lost: 0,
      points: [],
    });
    const many = Array.from({ length: 5000 }, (_, i) => [opened(`c${i}`, i), lost(`c${i}`, i + 4000)]).flat();
    const seen = collect(stateful(), [...began(5000), ...many, ...ended(10_000)]);
    expect(seen.lost).toBe(5000);
    expect(seen.points.length).toBeLessThanOrEqual(401);
    expect(seen.points.at(-1)?.alive).toBe(0);
  });
});
