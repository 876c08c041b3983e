import { describe, expect, it } from 'vitest';
import { measureRun } from '../../../src/measure/index.ts';
import type { LedgerEntry, RunEvent } from '../../../src/record/index.ts';
import { judgeRun } from '../../../src/verdict/index.ts';
import { spec } from '../../support/fakes.ts';
import { began, ended, left, operation, routed, started, stream, upstreams } from '../../support/log.ts';
import { deed, taskCreated, taskSeen } from '../../support/task-log.ts';

const task = { follow: 'poll', wait: true, by: 'itself', retries: 0 } as const;

/** One client with one task; the balancer logs all its requests but for those that are left out. */
async function judged(
  own: readonly RunEvent[],
  ledger: readonly LedgerEntry[],
  { unlogged = [], killed = false }: { unlogged?: readonly string[]; killed?: boolean } = {},
) {
  const run = spec({ workload: { sessions: 1, journey: [{ call: 'report', arguments: {}, task }] } });
  const requests = own.flatMap((event) =>
    'requestId' in event && event.requestId !== null ? [event.requestId] : [],
  );
  const logged = requests.filter((requestId) => !unlogged.includes(requestId));
  const events = [
    ...began(1),
    started('r1', 1, -90),
    upstreams(['r1'], -80),
    ...own,
    ...logged.map((requestId) => routed(requestId, 'r1', 1)),
    left('c1', 3000, 1),
    ...ended(3000),
  ];
  const numbered = ledger.map((entry, i) => ({ ...entry, seq: i + 1 }));
  const end: LedgerEntry = { event: 'end', atUs: 4e6, replica: 'r1', boot: 1, seq: numbered.length + 1 };
  const measured = await measureRun(run, stream(events), stream(killed ? numbered : [...numbered, end]));
  const { checks } = judgeRun(run, measured, { lines: 0, tornLines: 0 });
  return { ...measured, complete: checks.find(({ id }) => id === 'record-complete') };
}

const created = taskCreated('c1.0', 't1', 10);
const done = (rest: Parameters<typeof operation>[4] = {}) =>
  operation('c1', 0, 0, 300, { taskId: 't1', requestId: 'c1-300', ...rest });
const begun = [deed('created', 'c1.0', 't1', 8), deed('begin', 'c1.0', 't1', 9)];
const committed = [
  ...begun,
  deed('step 1', 'c1.0', 't1', 100),
  deed('commit', 'c1.0', 't1', 200),
  deed('completed', 'c1.0', 't1', 201),
];

describe('a record with tasks', () => {
  it('is complete with the many exchanges of an operation', async () => {
    const own = [
      created,
      taskSeen('c1.0', 't1', 110, 'working'),
      taskSeen('c1.0', 't1', 300, 'completed'),
      done(),
    ];
    const { complete, metrics } = await judged(own, committed);
    expect(complete).toMatchObject({ verdict: 'pass' });
    expect(metrics.task_loss).toMatchObject({ numerator: 0, denominator: 1 });
    expect(metrics.duplicate_execution).toMatchObject({ numerator: 0, denominator: 1 });
    expect(metrics.result_loss).toMatchObject({ numerator: 0, denominator: 1 });
  });

  it('is not if the balancer lacks a request that told the state of a task', async () => {
    const own = [
      created,
      taskSeen('c1.0', 't1', 110, 'working'),
      taskSeen('c1.0', 't1', 300, 'completed'),
      done(),
    ];
    const { complete, completeness } = await judged(own, committed, { unlogged: ['c1-110'] });
    expect(completeness.unrouted).toBe(1);
    expect(complete).toMatchObject({ verdict: 'unknown' });
  });

  it('shows that a fault was met by a task that was asked for behind it', async () => {
    const own = [created, taskSeen('c1.0', 't1', 300, 'completed'), done()];
    expect((await judged(own, committed)).completeness.lastIntendedUs).toBe(295_000);
  });

  it('owes no commit for what was cancelled, and no result', async () => {
    const cancel = taskSeen('c1.0', 't1', 60, 'acknowledged', { how: 'cancel' });
    const own = [created, cancel, taskSeen('c1.0', 't1', 300, 'cancelled'), done()];
    const cancelled = await judged(own, [...begun, deed('cancelled', 'c1.0', 't1', 90)]);
    expect(cancelled.complete).toMatchObject({ verdict: 'pass' });
    expect(cancelled.metrics.lost_update).toMatchObject({ notApplicable: expect.any(String) });
    const worked = await judged(own, committed);
    expect(worked.metrics.work_after_cancel).toMatchObject({ numerator: 1, denominator: 1 });
    expect(worked.metrics.result_loss).toMatchObject({ numerator: 0, denominator: 0 });
  });

  it('shows what was told to be completed, and never committed', async () => {
    const own = [created, taskSeen('c1.0', 't1', 300, 'completed'), done()];
    const { metrics } = await judged(own, [...begun, deed('completed', 'c1.0', 't1', 201)]);
    expect(metrics.lost_update).toMatchObject({ uncommitted: 1 });
  });

  it('shows a result that was committed and never told, though the task is in its final state', async () => {
    const own = [
      created,
      taskSeen('c1.0', 't1', 110, 'broken'),
      done({ outcome: 'info', failure: { kind: 'timeout' } }),
    ];
    const { metrics } = await judged(own, committed);
    expect(metrics.result_loss).toMatchObject({ numerator: 1, denominator: 1 });
    expect(metrics.task_loss).toMatchObject({ numerator: 0, denominator: 1 });
  });

  it('takes what servers note of tasks for no word on an operation', async () => {
    // A begin without commit, and lines on the task behind it: the operation is still open, and no line is missing.
    const own = [created, taskSeen('c1.0', 't1', 300, 'completed'), done()];
    const ledger = [...begun, deed('step 1', 'c1.0', 't1', 100), deed('completed', 'c1.0', 't1', 400)];
    expect((await judged(own, ledger, { killed: true })).metrics.lost_update).toMatchObject({
      uncommitted: 1,
    });
  });
});

it('a journey without tasks says so, whatever the record holds', async () => {
  const run = spec();
  const { metrics, evidence, series } = await measureRun(
    run,
    stream([...began(1), created, ...ended(10)]),
    stream([]),
  );
  expect(metrics.task_loss).toEqual({ notApplicable: 'no call of the journey is made as a task' });
  expect(evidence.tasks).toEqual({ stories: [], tasks: 0, anomalies: 0 });
  expect(series.taskSurvival.points).toEqual([]);
});
