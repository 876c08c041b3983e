import { describe, expect, it } from 'vitest';
import { misdelivery, stateLeak } from '../../src/measure/misdelivery.ts';
import { stateLoss } from '../../src/measure/state-loss.ts';
import { began, collect, left, operation } from '../support/log.ts';

const wrong = operation('c1', 0, 0, 1, {
  outcome: 'info',
  failure: { kind: 'malformed', misdelivered: true },
});
const broken = operation('c1', 1, 5, 1, { outcome: 'info', failure: { kind: 'broken' } });
const fine = operation('c1', 2, 9, 1);

describe('misdelivery', () => {
  it('is answers to other requests over answers', () => {
    expect(collect(misdelivery(), [wrong, broken, fine])).toMatchObject({ numerator: 1, denominator: 2 });
  });
  it('has no value while nothing was answered', () => {
    expect(collect(misdelivery(), [broken])).toMatchObject({ value: null, denominator: 0 });
  });
});

describe('state_leak', () => {
  const read = (index: number, reads: string[]) => operation('c1', index, index * 10, 1, { reads });

  it('is reads that return what another client wrote', () => {
    const leak = collect(stateLeak(true), [read(0, ['c1.0', 'hat c12.3']), read(1, ['c1.0']), read(2, [])]);
    expect(leak).toMatchObject({ numerator: 1, denominator: 3 });
  });

  it('does not count what names no operation, or names it within another word', () => {
    const odd = [read(0, ['hat', 'abc2.7']), read(1, ['c1.0-2'])];
    expect(collect(stateLeak(true), odd)).toMatchObject({ numerator: 0, denominator: 2 });
  });

  it('has no meaning for a journey that never reads, and no value for one that got no answer', () => {
    expect(collect(stateLeak(false), [])).toEqual({
      notApplicable: 'the journey never reads its state back',
    });
    expect(collect(stateLeak(true), [])).toMatchObject({ value: null });
  });

  it('says nothing of the state of the client that met it', () => {
    const journey = [
      ...began(1),
      operation('c1', 0, 0, 1, { writes: 'c1.0' }),
      read(1, ['c2.0']),
      read(2, ['c1.0']),
      left('c1', 50, 3),
    ];
    const { state, updates } = collect(stateLoss({ writes: true, reads: true }), journey);
    expect(updates).toMatchObject({ numerator: 0, denominator: 1, unexpected: 0 });
    expect(state).toMatchObject({ numerator: 0, unjudged: 0 });
  });
});
