import { describe, expect, it } from 'vitest';
import { sessionRecovery } from '../../src/measure/session-recovery.ts';
import { began, collect, left, lost, opened, operation } from '../support/log.ts';

const near = (ms: number) => expect.closeTo(ms, 0);

describe('session_recovery_ms', () => {
  it('is from the loss to the end of the next ok of the same client', () => {
    const result = collect(sessionRecovery('2025-11-25'), [
      ...began(2),
      opened('c1', 0),
      opened('c2', 0),
      lost('c1', 100),
      operation('c2', 0, 110, 5),
      operation('c1', 0, 95, 55),
      left('c1', 200, 1),
      left('c2', 200, 1),
    ]);
    expect(result).toMatchObject({ count: 1, p50: near(50), max: near(50), never: 0 });
  });

  it('takes losses in a row for one, from its begin', () => {
    const result = collect(sessionRecovery('2025-11-25'), [
      ...began(1),
      lost('c1', 100),
      operation('c1', 0, 90, 20, { outcome: 'fail' }),
      lost('c1', 140, 1),
      operation('c1', 1, 150, 50),
      left('c1', 300, 2),
    ]);
    expect(result).toMatchObject({ count: 1, max: near(100), never: 0 });
  });

  it('counts a client that got no ok any more apart', () => {
    const result = collect(sessionRecovery('2025-11-25'), [
      ...began(2),
      lost('c1', 100),
      left('c1', 300, 0),
      lost('c2', 100),
    ]);
    expect(result).toMatchObject({ count: 0, p50: null, never: 2 });
  });

  it('has no meaning without sessions', () => {
    expect(collect(sessionRecovery('2026-07-28'), began(1))).toHaveProperty('notApplicable');
  });
});
