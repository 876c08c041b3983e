import { describe, expect, it } from 'vitest';
import { routeJoin } from '../../src/measure/route-join.ts';
import { routed } from '../support/log.ts';

describe('a join by request id', () => {
  it('tells whichever side comes first, once', () => {
    const join = routeJoin();
    const told: string[] = [];
    join.see(routed('a', 'r1', 1));
    join.when('a', () => told.push('a'));
    join.when('b', ({ replica }) => told.push(`b ${replica}`));
    join.see(routed('b', 'r2', 1));
    join.see(routed('b', 'r2', 1));
    expect(told).toEqual(['a', 'b r2']);
  });

  it('tells everyone who asks', () => {
    const join = routeJoin();
    const told: number[] = [];
    join.when('a', () => told.push(1));
    join.when('a', () => told.push(2));
    join.see(routed('a', 'r1', 1));
    join.when('a', () => told.push(3));
    expect(told).toEqual([1, 2, 3]);
  });

  it('keeps a bounded number of what nobody asks for', () => {
    const join = routeJoin();
    for (let i = 0; i < 250_000; i++) join.see(routed(`n${i}`, 'r1', 1));
    const told: string[] = [];
    join.when('n0', () => told.push('n0'));
    join.when('n150000', () => told.push('n150000'));
    join.when('n249999', () => told.push('n249999'));
    expect(told).toEqual(['n150000', 'n249999']);
  });
});
