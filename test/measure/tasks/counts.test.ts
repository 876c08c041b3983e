import { describe, expect, it } from 'vitest';
import { operation } from '../../support/log.ts';
import { deed, measureTasks, taskCreated, taskSeen } from '../../support/task-log.ts';

const created = taskCreated('c1.0', 't1', 10);
const seen = (ms: number, told: Parameters<typeof taskSeen>[3], rest: Parameters<typeof taskSeen>[4] = {}) =>
  taskSeen('c1.0', 't1', ms, told, rest);
const ended = (ms: number) => operation('c1', 0, 0, ms, { taskId: 't1' });
const ledger = [
  deed('created', 'c1.0', 't1', 8),
  deed('step 1', 'c1.0', 't1', 100),
  deed('commit', 'c1.0', 't1', 180),
  deed('completed', 'c1.0', 't1', 181),
];

describe('a result that is asked for again', () => {
  const known = [created, seen(210, 'completed'), ended(210)];
  const retention = async (...again: ReturnType<typeof seen>[]) =>
    (await measureTasks([...known, ...again])).metrics.result_retention;

  it('is kept, or forgotten, within the promised time', async () => {
    expect(await retention(seen(500, 'completed'))).toMatchObject({ numerator: 0, denominator: 1 });
    expect(await retention(seen(500, 'unknown-task'))).toMatchObject({ numerator: 1, denominator: 1 });
    expect(await retention(seen(500, 'unknown-task', { how: 'result' }))).toMatchObject({ value: 1 });
  });

  it('says nothing after the promised time, or where nobody answered, or nobody asked', async () => {
    const never = { notApplicable: 'no result was asked for again within the promised time' };
    expect(await retention(seen(60_100, 'unknown-task'))).toEqual(never);
    expect(await retention(seen(500, 'broken'))).toEqual(never);
    expect(await retention()).toEqual(never);
  });
});

describe('work after a cancellation', () => {
  const worked = async (ms: number, commits = ledger) => {
    const cancelled = seen(ms, 'acknowledged', { how: 'cancel' });
    const { metrics } = await measureTasks([created, cancelled, seen(210, 'cancelled'), ended(210)], commits);
    return metrics.work_after_cancel;
  };

  it('is an effect that is committed after the answer to it', async () => {
    expect(await worked(150)).toMatchObject({ numerator: 1, denominator: 1 });
    expect(await worked(190)).toMatchObject({ numerator: 0, denominator: 1 });
    expect(await worked(150, ledger.slice(0, 2))).toMatchObject({ numerator: 0, denominator: 1 });
  });

  it('cannot be told without a ledger, or where no cancellation was acknowledged', async () => {
    const refused = [created, seen(150, 'rejected', { how: 'cancel' }), ended(210)];
    expect((await measureTasks(refused, ledger)).metrics.work_after_cancel).toEqual({
      notApplicable: 'no cancellation was acknowledged',
    });
    const acknowledged = [created, seen(150, 'cancelled', { how: 'cancel' }), ended(210)];
    expect((await measureTasks(acknowledged)).metrics.work_after_cancel).toEqual({
      notApplicable: 'the server keeps no ledger',
    });
  });
});

describe('a handle', () => {
  const premature = async (entries: typeof ledger) =>
    (await measureTasks([created, seen(210, 'completed'), ended(210)], entries)).metrics.premature_handle;

  it('is premature if it comes before the task is stored, or if it never is', async () => {
    expect(await premature(ledger)).toMatchObject({ numerator: 0, denominator: 1 });
    expect(await premature([deed('created', 'c1.0', 't1', 11)])).toMatchObject({ numerator: 1 });
    expect(await premature([deed('created', 'c9.0', 't9', 8)])).toMatchObject({ numerator: 1 });
  });

  it('is not judged by a ledger that says nothing of tasks', async () => {
    expect(await premature([deed('commit', 'c1.0', 't1', 180)])).toEqual({
      notApplicable: 'its ledger says nothing of tasks',
    });
  });
});

describe('the time until a client knows', () => {
  it('is from the commit to the first final state, and from the final state to its notification', async () => {
    const told = seen(201, 'completed', { how: 'notification' });
    const { metrics } = await measureTasks([created, told, seen(250, 'completed'), ended(250)], ledger);
    expect(metrics.commit_to_known_ms).toMatchObject({ count: 1 });
    expect(metrics.commit_to_known_ms).toHaveProperty('max', expect.closeTo(21, 1));
    expect(metrics.notification_delay_ms).toHaveProperty('max', expect.closeTo(20, 1));
  });

  it('has no notification where nobody was notified', async () => {
    const { metrics } = await measureTasks([created, seen(250, 'completed'), ended(250)], ledger);
    expect(metrics.notification_delay_ms).toEqual({ notApplicable: 'no client was notified of a task' });
  });
});

describe('polls', () => {
  it('are requests for state and result until the client knows, of tasks that ended', async () => {
    const { metrics } = await measureTasks([
      created,
      seen(110, 'working'),
      seen(115, 'acknowledged', { how: 'update' }),
      seen(210, 'completed'),
      seen(215, 'completed', { how: 'result' }),
      ended(215),
      seen(400, 'completed'),
      taskCreated('c2.0', 't1', 10),
      taskSeen('c2.0', 't1', 110, 'working'),
    ]);
    expect(metrics.polls_per_task).toEqual({ value: 3, polls: 3, tasks: 1 });
  });
});

describe('repeated work', () => {
  const repeated = async (entries: typeof ledger) =>
    (await measureTasks([created, ended(900)], entries)).metrics.repeated_work_ms;

  it('is the time of steps that were done before, by another owner or after a retry', async () => {
    const taken = [
      ...ledger.slice(0, 2),
      deed('step 2', 'c1.0', 't1', 200),
      deed('taken-over', 'c1.0', 't1', 800, 'r2'),
      deed('step 2', 'c1.0', 't1', 900, 'r2'),
      deed('step 3', 'c1.0', 't1', 1000, 'r2'),
    ];
    expect(await repeated(taken)).toEqual({ value: 100, steps: 1, tasks: 1 });
    expect(await repeated(ledger)).toEqual({ value: 0, steps: 0, tasks: 0 });
  });

  it('counts what the client had done again under another task', async () => {
    const again = [
      ...ledger.slice(0, 2),
      deed('created', 'c1.0', 't2', 300),
      deed('step 1', 'c1.0', 't2', 400),
    ];
    const both = await measureTasks([created, taskCreated('c1.0', 't2', 310)], again);
    expect(both.metrics.repeated_work_ms).toEqual({ value: 100, steps: 1, tasks: 1 });
  });
});

describe('the survival of tasks', () => {
  it('is over their age: what has ended is at risk no more, what is unknown is lost', async () => {
    const { survival } = await measureTasks([
      created,
      seen(110, 'completed'),
      ended(110),
      taskCreated('c2.0', 't1', 500),
      taskSeen('c2.0', 't1', 700, 'unknown-task'),
      operation('c2', 0, 0, 900, { taskId: 't1', outcome: 'info', failure: { kind: 'unknown-task' } }),
    ]);
    expect(survival.points).toEqual([
      { ageMs: 0, alive: 1, atRisk: 2 },
      { ageMs: 100, alive: 1, atRisk: 1 },
      { ageMs: 200, alive: 0, atRisk: 0 },
    ]);
  });

  it('counts a task that is unknown at once', async () => {
    const { survival } = await measureTasks([created, seen(10, 'unknown-task')]);
    expect(survival.points.at(-1)).toMatchObject({ alive: 0 });
  });
});
