import { describe, expect, it } from 'vitest';
import { stateLoss } from '../../src/measure/state-loss.ts';
import type { RunEvent } from '../../src/record/index.ts';
import { began, collect, left, lost, opened, operation } from '../support/log.ts';

const judge = (events: readonly RunEvent[]) =>
  collect(stateLoss({ writes: true, reads: true }), [...began(1), ...events]);
const write = (index: number, at: number, outcome: 'ok' | 'fail' | 'info' = 'ok') =>
  operation('c1', index, at, 1, { writes: `w${index}`, outcome });
const read = (index: number, at: number, reads: string[]) => operation('c1', index, at, 1, { reads });

describe('lost_update', () => {
  it('is none when each acknowledged write is read', () => {
    const { updates, state } = judge([
      write(0, 0),
      write(1, 5),
      read(2, 10, ['w0', 'w1']),
      left('c1', 20, 3),
    ]);
    expect(updates).toMatchObject({ value: 0, numerator: 0, denominator: 2, recovered: 0, unexpected: 0 });
    expect(state).toMatchObject({ value: 0, numerator: 0, denominator: 1, unjudged: 0 });
  });

  it('counts an acknowledged write that a later read lacks', () => {
    const { updates, state } = judge([write(0, 0), write(1, 5), read(2, 10, ['w1']), left('c1', 20, 3)]);
    expect(updates).toMatchObject({ numerator: 1, denominator: 2 });
    expect(state).toMatchObject({ numerator: 1, denominator: 1 });
  });

  it('does not expect a write in a read that began before its acknowledgement', () => {
    const overlapping = operation('c1', 0, 0, 50, { writes: 'w0' });
    const { updates } = judge([overlapping, read(1, 10, []), left('c1', 60, 2)]);
    expect(updates).toMatchObject({ value: null, denominator: 0 });
  });

  it('counts apart what was of unknown outcome and is there, and what was never written', () => {
    const { updates } = judge([
      write(0, 0, 'info'),
      write(1, 2, 'fail'),
      read(2, 10, ['w0', 'w1', 'x']),
      left('c1', 20, 3),
    ]);
    expect(updates).toMatchObject({ numerator: 0, denominator: 0, recovered: 1, unexpected: 2 });
  });

  it('has no value while nothing was read back', () => {
    expect(judge([write(0, 0), left('c1', 20, 1)]).updates).toMatchObject({ value: null });
  });

  it('has no meaning for a journey that never reads', () => {
    const result = collect(stateLoss({ writes: true, reads: false }), [write(0, 0)]);
    expect(result.updates).toEqual({ notApplicable: 'the journey never reads its state back' });
  });
});

describe('state_loss', () => {
  it('counts a journey whose tool says that its state is missing', () => {
    const missing = operation('c1', 1, 5, 1, { outcome: 'fail', stateMissing: true });
    expect(judge([write(0, 0), missing, left('c1', 20, 2)]).state).toMatchObject({
      numerator: 1,
      denominator: 1,
    });
  });

  it('does not count a journey that had written nothing yet', () => {
    const missing = operation('c1', 0, 0, 1, { outcome: 'fail', stateMissing: true });
    expect(judge([missing, left('c1', 20, 1)]).state).toMatchObject({ value: null, denominator: 0 });
  });

  it('counts a lost session after a write, unless a later read finds everything', () => {
    const gone = [opened('c1', 0), write(0, 1), lost('c1', 5)];
    expect(judge([...gone, left('c1', 20, 1)]).state).toMatchObject({ numerator: 1 });
    expect(judge([...gone, read(1, 9, ['w0']), left('c1', 20, 2)]).state).toMatchObject({
      numerator: 0,
      denominator: 1,
    });
  });

  it('leaves open what was never read back', () => {
    expect(judge([write(0, 0), left('c1', 20, 1)]).state).toMatchObject({
      numerator: 0,
      denominator: 1,
      unjudged: 1,
    });
  });

  it('judges clients that a cut-short run left behind', () => {
    expect(judge([write(0, 0), read(1, 5, [])]).state).toMatchObject({ numerator: 1, denominator: 1 });
  });
});
