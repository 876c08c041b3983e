import { describe, expect, it } from 'vitest';
import { unrouted } from '../../src/measure/unrouted.ts';
import { collect, operation, routed, upstreams } from '../support/log.ts';

const ok = operation('c1', 0, 100, 5, { requestId: 'c1-7' });
const other = operation('c2', 0, 100, 5, { requestId: 'c2-7' });
const count = (events: Parameters<typeof collect>[1]) =>
  collect(unrouted(), [upstreams(['r1'], 0), ...events]);

describe('acknowledged operations that the balancer did not log', () => {
  it('are counted, each once, in whatever order the lines stand', () => {
    expect(count([ok, other])).toBe(2);
    expect(count([ok, routed('c1-7', 'r1', 101), other])).toBe(1);
    expect(count([routed('c2-7', 'r1', 101), routed('c1-7', 'r1', 101), ok, other])).toBe(0);
    expect(count([routed('c1-70', 'r1', 101), routed('c11-7', 'r1', 101), ok])).toBe(1);
  });

  it('are not asked for where their fate is unknown, or nothing was sent', () => {
    expect(count([{ ...ok, outcome: 'info' }])).toBe(0);
    expect(count([{ ...ok, outcome: 'fail' }])).toBe(0);
    expect(count([{ ...ok, requestId: null }])).toBe(0);
  });

  it('are none where no balancer keeps a log', () => {
    expect(collect(unrouted(), [ok, other])).toBe(0);
  });

  it('take no more than a byte each from ids that nobody could have sent', () => {
    expect(
      count([
        { ...ok, requestId: 'c1-99999999999' },
        { ...ok, requestId: '' },
        { ...ok, requestId: '-1' },
      ]),
    ).toBe(0);
  });
});
