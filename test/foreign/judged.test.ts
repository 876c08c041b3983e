import { describe, expect, it } from 'vitest';
import { measureRun } from '../../src/measure/index.ts';
import type { LedgerEntry, RunEvent } from '../../src/record/index.ts';
import type { Deployment, Scenario } from '../../src/scenario/index.ts';
import { judgeRun } from '../../src/verdict/index.ts';
import { spec } from '../support/fakes.ts';
import { began, ended, left, lost, opened, operation, started, stream } from '../support/log.ts';

/** How runs over servers that are not ours are judged, on logs written by hand. */

const server = {
  command: ['x'],
  env: {},
  headers: {},
  ready: { within: '20s' },
  protocol: 'auto',
  ledger: false,
} as const satisfies Deployment['server'];

const plain: Scenario['workload']['journey'] = [{ call: 'echo', arguments: {} }];

async function judge(
  events: readonly RunEvent[],
  deployment: Partial<Deployment> = {},
  expectations: Scenario['expect'] = { all: { availability: { min: 0.5 } } },
) {
  const run = spec({ scenario: { expect: expectations, faults: [] }, workload: { journey: plain } });
  run.deployment = { ...run.deployment, server, state: 'unknown', ...deployment };
  const noLedger: AsyncIterable<readonly LedgerEntry[]> | undefined = undefined;
  return judgeRun(run, await measureRun(run, stream(events), noLedger), { lines: 0, tornLines: 0 });
}

const history: RunEvent[] = [
  started('r1', 1, -50),
  ...began(2),
  ...['c1', 'c2'].flatMap((client) => [
    opened(client, 0),
    operation(client, 0, 100, 5),
    left(client, 300, 1),
  ]),
  ...ended(400),
];
/** As of a server that is asked directly: nothing of ours is started, and nothing routes. */
const direct = history.filter(({ type }) => type !== 'replica-started');
/** `initialize` was answered without an id. */
const withoutIds = history.map((event) =>
  event.type === 'session-opened' ? { ...event, sessionId: null } : event,
);

describe('without a ledger', () => {
  it("a run of another's server has its verdict, and what needs one has no meaning", async () => {
    const asked = {
      all: { availability: { min: 0.5 }, duplicate_execution: { max: 0 }, result_loss: { max: 0 } },
    };
    const result = await judge(history, {}, asked);
    expect(result.checks.map(({ id }) => id)).toEqual([
      'availability',
      'record-complete',
      'generator-on-time',
    ]);
    expect(result.verdict).toBe('pass');
    const none = { notApplicable: 'the server keeps no ledger' };
    expect(result.metrics).toMatchObject({ duplicate_execution: none, result_loss: none });
  });

  it('a run of ours has none, since it should have one', async () => {
    const result = await judge(history, { server: 'stateful-v2', state: 'memory' });
    expect(result.verdict).toBe('unknown');
    expect(result.checks.find(({ id }) => id === 'record-complete')?.reason).toContain(
      'no commit in the ledger',
    );
  });

  it('what is asked of that deployment by name is not passed over', async () => {
    const result = await judge(history, {}, { 'stateful-sticky': { duplicate_execution: { max: 0 } } });
    expect(result.checks[0]).toMatchObject({ verdict: 'unknown', reason: 'the server keeps no ledger' });
  });
});

describe('a journey over tools of others', () => {
  it('that neither writes nor reads has no state to lose', async () => {
    const { metrics } = await judge(history);
    expect(metrics.state_loss).toEqual({ notApplicable: 'the journey writes no state' });
    expect(metrics.lost_update).toEqual({ notApplicable: 'the journey writes no state' });
    expect(metrics.state_leak).toEqual({ notApplicable: 'the journey never reads its state back' });
  });
});

describe('a server of 2025-11-25 that gives no session ids', () => {
  it('has no sessions to lose, and nothing is predicted of them', async () => {
    const rotating = { state: 'memory', routing: 'round-robin' } as const;
    const result = await judge(withoutIds, rotating);
    expect(result.metrics.session_loss).toEqual({
      notApplicable: 'the server gave no session ids: it keeps no sessions',
    });
    expect(result.predictions.filter(({ metric }) => metric === 'session_loss')).toEqual([]);
    // With ids the same deployment is one that theory knows.
    const known = await judge(history, rotating);
    expect(known.predictions.some(({ id }) => id === 'follow-up-found')).toBe(true);
  });
});

describe('what is not known of a server', () => {
  it('predicts nothing', async () => {
    expect((await judge(history, { state: 'unknown', routing: 'round-robin' })).predictions).toEqual([]);
  });

  it('of 2026-07-28 is whether it found a handle: only ours says that', async () => {
    const modern = { state: 'memory', routing: 'round-robin', protocol: '2026-07-28' } as const;
    expect((await judge(history, modern)).predictions).toEqual([]);
    const ours = await judge(history, { ...modern, server: 'stateless-v2' });
    expect(ours.predictions.some(({ id }) => id === 'handle-found')).toBe(true);
  });
});

describe('a server that is asked directly', () => {
  it('is judged by what its clients saw', async () => {
    const asked = { all: { availability: { min: 0.5 }, load_skew: { max: 2 }, replica_cpu: { max: 9 } } };
    const result = await judge(direct, { routing: 'none', replicas: 1 }, asked);
    expect(result.checks.map(({ id }) => id)).toEqual([
      'availability',
      'record-complete',
      'generator-on-time',
    ]);
    expect(result.verdict).toBe('pass');
    const elsewhere = { notApplicable: expect.stringContaining('runs elsewhere') };
    expect(result.metrics).toMatchObject({
      load_skew: elsewhere,
      replica_cpu: elsewhere,
      replica_rss: elsewhere,
    });
  });

  it('does not say why it lost a session', async () => {
    const events = direct.flatMap((event) =>
      event.type === 'client-ended' ? [lost(event.client, 200), event] : [event],
    );
    const { metrics } = await judge(events, { routing: 'none', replicas: 1 });
    expect(metrics.session_loss).toMatchObject({
      numerator: 2,
      causes: { misroute: 0, crash: 0, expiry: 0, unattributed: 2 },
    });
  });
});
