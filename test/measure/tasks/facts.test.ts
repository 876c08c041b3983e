import { describe, expect, it } from 'vitest';
import { measureRun } from '../../../src/measure/index.ts';
import type { LedgerEntry, RunEvent } from '../../../src/record/index.ts';
import type { Deployment, Scenario } from '../../../src/scenario/index.ts';
import { spec } from '../../support/fakes.ts';
import { began, operation, signalled, stream, upstreams } from '../../support/log.ts';
import { deed, taskCreated, taskSeen } from '../../support/task-log.ts';

const task = { follow: 'poll', wait: true, by: 'itself', retries: 0 } as const;
const store = (where: 'memory' | 'shared'): Partial<Deployment> => ({
  tasks: {
    store: where,
    lease: '500ms',
    retry: 'nobody',
    ttl: '60s',
    retention: 'kept',
    pollInterval: '100ms',
  },
});
const crashAt = (ms: number): Scenario['faults'] => [
  { fault: 'crash', at: `${ms}ms`, atMs: ms, replica: 1, replace: true },
];

async function factsOf(
  events: readonly RunEvent[],
  ledger: readonly LedgerEntry[],
  { faults = [], deployment = {} }: { faults?: Scenario['faults']; deployment?: Partial<Deployment> } = {},
) {
  const run = spec({
    scenario: { faults },
    workload: { journey: [{ call: 'report', arguments: {}, task }] },
  });
  run.deployment = { ...run.deployment, ...deployment };
  const { facts, unmeasured } = await measureRun(run, stream([...began(1), ...events]), stream(ledger));
  expect(unmeasured).toEqual({});
  if (facts.tasks === null) throw new Error('no tasks were seen');
  return facts.tasks;
}

const done = (opId: string, ms: number) => operation(opId.slice(0, -2), 0, 0, ms, { taskId: 't1' });

describe('polls', () => {
  it('are those before the first fault, that were answered with a state or an unknown task', async () => {
    const { taskPolls } = await factsOf(
      [
        taskCreated('c1.0', 't1', 10),
        taskSeen('c1.0', 't1', 110, 'working'),
        taskSeen('c1.0', 't1', 210, 'unknown-task'),
        taskSeen('c1.0', 't1', 310, 'broken'),
        taskSeen('c1.0', 't1', 510, 'unknown-task'),
      ],
      [],
      { faults: crashAt(500) },
    );
    expect(taskPolls).toEqual({ asked: 2, found: 1 });
  });

  it('are looked at up to the third, and to the end of the task, so that their number is no matter of what they found', async () => {
    const { firstPolls } = await factsOf(
      [
        taskCreated('c1.0', 't1', 10),
        ...[110, 210, 310, 410].map((ms) => taskSeen('c1.0', 't1', ms, 'working')),
        taskCreated('c2.0', 't1', 10),
        taskSeen('c2.0', 't1', 110, 'unknown-task'),
        taskSeen('c2.0', 't1', 210, 'unknown-task'),
        taskCreated('c3.0', 't1', 10),
        taskSeen('c3.0', 't1', 110, 'completed'),
      ],
      [
        deed('created', 'c2.0', 't1', 8),
        deed('completed', 'c2.0', 't1', 150),
        deed('completed', 'c3.0', 't1', 90),
      ],
    );
    expect(firstPolls).toEqual([
      { polls: 1, tasks: 1, found: 0 },
      { polls: 3, tasks: 1, found: 1 },
    ]);
  });
});

describe('tasks in memory whose process goes', () => {
  const struck: RunEvent[] = [
    { type: 'fault-began', atUs: 500_000, fault: 0, name: 'crash', targets: ['r1'] },
    upstreams(['r1', 'r2'], -50),
    signalled('r1', 1, 'SIGKILL', 500),
    upstreams(['r2'], 505),
  ];
  const strikeOf = async (client: readonly RunEvent[], replica = 'r1') =>
    (
      await factsOf(
        [...struck, taskCreated('c1.0', 't1', 10), ...client],
        [deed('created', 'c1.0', 't1', 8, replica)],
        {
          faults: crashAt(500),
          deployment: store('memory'),
        },
      )
    ).taskStrike;

  it('are held if their client asks for them afterwards', async () => {
    expect(await strikeOf([taskSeen('c1.0', 't1', 600, 'unknown-task')])).toEqual({
      targets: 1,
      held: 1,
      inDoubt: 0,
    });
    expect(await strikeOf([taskSeen('c1.0', 't1', 600, 'unknown-task')], 'r2')).toMatchObject({
      held: 0,
      inDoubt: 0,
    });
    expect(await strikeOf([taskSeen('c1.0', 't1', 400, 'completed'), done('c1.0', 400)])).toMatchObject({
      held: 0,
      inDoubt: 0,
    });
  });

  it('are in doubt if they were asked for at that moment, or afterwards in vain', async () => {
    expect(await strikeOf([taskSeen('c1.0', 't1', 502, 'completed')])).toMatchObject({ held: 0, inDoubt: 1 });
    expect(await strikeOf([taskSeen('c1.0', 't1', 600, 'broken')])).toMatchObject({ held: 0, inDoubt: 1 });
  });
});

describe('tasks in a shared store whose owner goes', () => {
  const orphansOf = async (ledger: readonly LedgerEntry[], endMs = 10_000) =>
    (
      await factsOf(
        [
          signalled('r1', 1, 'SIGKILL', 500),
          { type: 'workload-ended', atUs: endMs * 1000 },
          signalled('r2', 1, 'SIGTERM', endMs + 100),
          taskCreated('c1.0', 't1', 10),
        ],
        [deed('created', 'c1.0', 't1', 8), ...ledger],
        { deployment: store('shared') },
      )
    ).orphans;

  it('are taken over, or not', async () => {
    const taken = [
      deed('taken-over', 'c1.0', 't1', 1000, 'r2'),
      deed('completed', 'c1.0', 't1', 20_000, 'r2'),
    ];
    expect(await orphansOf(taken)).toEqual({ tasks: 1, takenOver: 1, inDoubt: 0 });
    expect(await orphansOf([])).toEqual({ tasks: 1, takenOver: 0, inDoubt: 0 });
    expect(await orphansOf([], 2000)).toEqual({ tasks: 1, takenOver: 0, inDoubt: 1 });
  });

  it('are not those that had ended, that ended in its grace, or that it had given away', async () => {
    expect(await orphansOf([deed('completed', 'c1.0', 't1', 400)])).toMatchObject({ tasks: 0 });
    expect(await orphansOf([deed('completed', 'c1.0', 't1', 600)])).toMatchObject({ tasks: 0 });
    expect(await orphansOf([deed('taken-over', 'c1.0', 't1', 450, 'r2')])).toMatchObject({ tasks: 0 });
  });
});

describe('the pace of polls', () => {
  it('is held against the time until the end, in intervals', async () => {
    const { pace } = await factsOf(
      [
        taskCreated('c1.0', 't1', 10),
        // Asked for 5 ms before each: 100 ms after the handle, then after each answer.
        taskSeen('c1.0', 't1', 115, 'working'),
        taskSeen('c1.0', 't1', 220, 'working'),
        taskSeen('c1.0', 't1', 325, 'completed'),
        done('c1.0', 325),
        // Its polls did not all find it: they came in another rhythm.
        taskCreated('c2.0', 't1', 10),
        taskSeen('c2.0', 't1', 115, 'unknown-task'),
        taskSeen('c2.0', 't1', 325, 'completed'),
        done('c2.0', 325),
        // Its client was asked on the stream of its result, and waited there.
        taskCreated('c3.0', 't1', 10),
        taskSeen('c3.0', 't1', 115, 'input_required'),
        taskSeen('c3.0', 't1', 325, 'completed', { how: 'result', sentUs: 116_000 }),
        done('c3.0', 325),
      ],
      ['c1.0', 'c2.0', 'c3.0'].map((opId) => deed('completed', opId, 't1', 300)),
    );
    expect(pace).toEqual({
      tasks: 1,
      polls: 3,
      // 290 ms: of 130 ms each, of 105, and of 100.
      least: 3,
      expected: 3,
      most: 3,
      tenths: 0,
      fetched: 0,
      intervalMs: 100,
      lateMs: expect.closeTo(0, 6),
    });
  });
});

describe('the wait for a commit to be known', () => {
  it('is the mean, with the moments at which commits fell between two polls', async () => {
    const { known } = await factsOf(
      [
        taskCreated('c1.0', 't1', 10),
        taskSeen('c1.0', 't1', 115, 'working'),
        taskSeen('c1.0', 't1', 220, 'completed'),
        taskCreated('c2.0', 't1', 10),
        taskSeen('c2.0', 't1', 115, 'completed'),
        taskCreated('c3.0', 't1', 10),
        taskSeen('c3.0', 't1', 60, 'completed', { how: 'notification' }),
      ],
      ['c1.0', 'c2.0', 'c3.0'].flatMap((opId, i) => [
        deed('created', opId, 't1', 8),
        deed('commit', opId, 't1', [195, 45, 50][i] ?? 0),
      ]),
    );
    expect(known).toMatchObject({ tasks: 2, meanMs: (25 + 70) / 2, serviceMs: 5, quarters: [0, 1, 0, 1] });
  });
});
