import { describe, expect, it } from 'vitest';
import { routeJoin } from '../../src/measure/route-join.ts';
import { sessionLoss } from '../../src/measure/session-loss.ts';
import type { ProtocolRevision, RunEvent } from '../../src/record/index.ts';
import { began, collect, lost, opened, routed, signalled, started, upstreams } from '../support/log.ts';

const measure = (protocol: ProtocolRevision, events: readonly RunEvent[]) => {
  const routes = routeJoin();
  return collect(sessionLoss(protocol, routes), events, routes);
};

const boots = [started('r1', 1, -50), started('r2', 1, -50)];

describe('session_loss', () => {
  it('counts a session that met an unknown-session answer, once, over sessions established', () => {
    const result = measure('2025-11-25', [
      ...began(3),
      opened('c1', 1),
      opened('c2', 1),
      opened('c3', 1),
      lost('c2', 5),
    ]);
    expect(result).toMatchObject({ value: 1 / 3, numerator: 1, denominator: 3 });
  });

  it('calls it a misroute when the owner lived and another was asked', () => {
    const events = [
      ...began(1),
      ...boots,
      routed('c1-open-0', 'r1', 1),
      opened('c1', 1),
      routed('c1-lost-0', 'r2', 5),
      lost('c1', 5),
    ];
    expect(measure('2025-11-25', events)).toMatchObject({
      causes: { misroute: 1, crash: 0, expiry: 0 },
    });
  });

  it('joins the balancer’s lines also when they come after the client’s', () => {
    const events = [
      ...began(1),
      ...boots,
      opened('c1', 1),
      lost('c1', 5),
      routed('c1-lost-0', 'r2', 5),
      routed('c1-open-0', 'r1', 1),
    ];
    expect(measure('2025-11-25', events)).toMatchObject({
      causes: { misroute: 1, unattributed: 0 },
    });
  });

  it('calls it a crash when the owner was gone, whoever answered', () => {
    const killed = [signalled('r1', 1, 'SIGKILL', 3), started('r1', 2, 4)];
    const events = [
      ...began(1),
      ...boots,
      routed('c1-open-0', 'r1', 1),
      opened('c1', 1),
      ...killed,
      routed('c1-lost-0', 'r1', 5),
      lost('c1', 5),
    ];
    expect(measure('2025-11-25', events)).toMatchObject({
      causes: { misroute: 0, crash: 1, expiry: 0 },
    });
  });

  it('counts an owner that drains after SIGTERM as gone', () => {
    const events = [
      ...began(1),
      ...boots,
      routed('c1-open-0', 'r1', 1),
      opened('c1', 1),
      signalled('r1', 1, 'SIGTERM', 3),
      routed('c1-lost-0', 'r2', 5),
      lost('c1', 5),
    ];
    expect(measure('2025-11-25', events)).toMatchObject({ causes: { crash: 1 } });
  });

  describe('of an owner that has left the balancer', () => {
    const lostWhileOut = (after: RunEvent[]) => [
      ...began(1),
      ...boots,
      upstreams(['r1', 'r2'], 0),
      routed('c1-open-0', 'r1', 1),
      opened('c1', 1),
      upstreams(['r2'], 3),
      routed('c1-lost-0', 'r2', 5),
      lost('c1', 5),
      ...after,
    ];
    it('counts it as gone when it left to be ended', () =>
      expect(measure('2025-11-25', lostWhileOut([signalled('r1', 1, 'SIGTERM', 8)]))).toMatchObject({
        causes: { crash: 1 },
      }));
    it('calls it a misroute when it came back', () => {
      const back = [upstreams(['r1', 'r2'], 6), signalled('r1', 1, 'SIGTERM', 8)];
      expect(measure('2025-11-25', lostWhileOut(back))).toMatchObject({ causes: { misroute: 1 } });
    });
  });

  it('calls it an expiry when the owner lived, was asked and did not know', () => {
    const events = [
      ...began(1),
      ...boots,
      routed('c1-open-0', 'r1', 1),
      opened('c1', 1),
      routed('c1-lost-0', 'r1', 5),
      lost('c1', 5),
    ];
    expect(measure('2025-11-25', events)).toMatchObject({ causes: { expiry: 1 } });
  });

  it('says so when the balancer did not log the request', () => {
    const events = [...began(1), ...boots, opened('c1', 1), lost('c1', 5)];
    expect(measure('2025-11-25', events)).toMatchObject({ causes: { unattributed: 1 } });
  });

  it('keeps replacements out of the rate, so that reconnecting does not dilute it', () => {
    const events = [
      ...began(1),
      opened('c1', 1),
      lost('c1', 5),
      opened('c1', 6, 1),
      lost('c1', 8, 1),
      opened('c1', 9, 2),
    ];
    expect(measure('2025-11-25', events)).toMatchObject({
      value: 1,
      numerator: 1,
      denominator: 1,
      replacements: { lost: 1, opened: 2 },
    });
  });

  it('counts which answers it met, by status and code', () => {
    const plain = { ...lost('c2', 6), failure: { kind: 'unknown-session', status: 401 } } as RunEvent;
    const events = [...began(2), lost('c1', 5), lost('c1', 7, 1), plain];
    expect(measure('2025-11-25', events)).toMatchObject({ answers: { '404 -32001': 2, '401 none': 1 } });
  });

  it('has no value without sessions, and no meaning for 2026-07-28', () => {
    expect(measure('2025-11-25', began(1))).toMatchObject({ value: null, interval: null });
    expect(measure('2026-07-28', [...began(1), opened('c1', 1)])).toEqual({
      notApplicable: '2026-07-28 has no sessions',
    });
  });
});
