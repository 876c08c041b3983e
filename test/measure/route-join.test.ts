import { describe, expect, it } from 'vitest';
import { type Route, routeJoin } from '../../src/measure/route-join.ts';

const route: Route = { replica: 'r1', atUs: 1 };

describe('a join by request id', () => {
  it('tells whichever side comes first, once', () => {
    const join = routeJoin();
    const told: string[] = [];
    join.routed('a', route);
    join.when('a', () => told.push('a'));
    join.when('b', () => told.push('b'));
    join.routed('b', route);
    join.routed('b', route);
    expect(told).toEqual(['a', 'b']);
  });

  it('forgets what is dropped, before or after', () => {
    const join = routeJoin();
    join.routed('a', route);
    join.drop('a');
    join.when('a', () => expect.fail('a was dropped'));
    join.drop('b');
    join.routed('b', route);
    join.when('b', () => expect.fail('b was dropped'));
  });

  it('keeps a bounded number of what nobody asks for', () => {
    const join = routeJoin();
    for (let i = 0; i < 250_000; i++) join.routed(`n${i}`, route);
    const told: string[] = [];
    join.when('n0', () => told.push('n0'));
    join.when('n249999', () => told.push('n249999'));
    expect(told).toEqual(['n249999']);
  });
});
