import { describe, expect, it } from 'vitest';
import { loadSkew } from '../../src/measure/load-skew.ts';
import type { LoadSkew } from '../../src/measure/metrics.ts';
import { routeJoin } from '../../src/measure/route-join.ts';
import type { RunEvent } from '../../src/record/index.ts';
import { began, collect, opened, routed, upstreams } from '../support/log.ts';

const requests = (replica: string, count: number, ms: number): RunEvent[] =>
  Array.from({ length: count }, (_, i) => routed(`${replica}-${ms}-${i}`, replica, ms));

const measure = (hasSessions: boolean, events: readonly RunEvent[]) => {
  const routes = routeJoin();
  const { skew, ...series } = collect(loadSkew(hasSessions, 250, routes), events, routes);
  return { ...series, skew: skew as LoadSkew };
};

describe('load_skew', () => {
  it('is max ÷ mean over the replicas, those without a request included', () => {
    const events = [upstreams(['r1', 'r2'], -10), ...began(1), ...requests('r1', 20, 5)];
    const { skew } = measure(true, events);
    expect(skew).toMatchObject({ value: 2, coefficientOfVariation: 1, count: 20 });
  });

  it('keeps periods of different membership apart', () => {
    const events = [
      upstreams(['r1'], -10),
      ...began(1),
      ...requests('r1', 30, 5),
      upstreams(['r1', 'r2'], 10),
      ...requests('r1', 15, 20),
      ...requests('r2', 15, 20),
    ];
    expect(measure(true, events).skew.value).toBe(1);
  });

  it('counts sessions where they were established', () => {
    const sessions = Array.from({ length: 10 }, (_, i) => [
      routed(`c${i}-open-0`, 'r1', 5),
      opened(`c${i}`, 5),
    ]).flat();
    const { skew } = measure(true, [upstreams(['r1', 'r2'], -10), ...began(10), ...sessions]);
    expect(skew.sessions).toMatchObject({ value: 2, count: 10 });
  });

  it('says nothing about a handful of requests, nor about sessions where there are none', () => {
    const events = [upstreams(['r1', 'r2'], -10), ...began(1), ...requests('r1', 3, 5)];
    const { skew } = measure(false, events);
    expect(skew.value).toBeNull();
    expect(skew.sessions).toEqual({ notApplicable: '2026-07-28 has no sessions' });
  });

  it('has no meaning for a server that runs elsewhere', () => {
    const { skew } = collect(loadSkew(true, 250, routeJoin(), true), began(1));
    expect(skew).toEqual({ notApplicable: expect.stringContaining('runs elsewhere') });
  });
});
