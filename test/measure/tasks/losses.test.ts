import { describe, expect, it } from 'vitest';
import type { LedgerEntry, RunEvent } from '../../../src/record/index.ts';
import { operation } from '../../support/log.ts';
import { deed, measureTasks, taskCreated, taskSeen } from '../../support/task-log.ts';

/** The kinds that are not zero, of all tasks. */
async function lossesOf(events: readonly RunEvent[], ledger?: readonly LedgerEntry[]) {
  const { metrics } = await measureTasks(events, ledger);
  const loss = metrics.task_loss;
  if ('notApplicable' in loss) throw new Error(loss.notApplicable);
  const kinds = Object.fromEntries(Object.entries(loss.kinds).filter(([, count]) => count > 0));
  return { ...kinds, of: loss.denominator };
}

/** The operation of a task: it was due at 0. */
const ended = (
  opId: string,
  ms: number,
  failure?: 'timeout' | 'unknown-task' | 'interrupted' | 'task-failed',
) => {
  const [client = '', index] = opId.split('.');
  const rest = failure
    ? ({ outcome: failure === 'task-failed' ? 'fail' : 'info', failure: { kind: failure } } as const)
    : {};
  return operation(client, Number(index), 0, ms, { taskId: 't1', ...rest });
};
const created = taskCreated('c1.0', 't1', 10);
const seen = (ms: number, told: Parameters<typeof taskSeen>[3], rest: Parameters<typeof taskSeen>[4] = {}) =>
  taskSeen('c1.0', 't1', ms, told, rest);

describe('a task', () => {
  it('is not lost when its client learns its end', async () => {
    const events = [created, seen(110, 'working'), seen(210, 'completed'), ended('c1.0', 210)];
    expect(await lossesOf(events)).toEqual({ of: 1 });
  });

  it('is lost when it is unknown and not found again', async () => {
    const events = [
      created,
      seen(110, 'working'),
      seen(210, 'unknown-task'),
      ended('c1.0', 600, 'unknown-task'),
    ];
    expect(await lossesOf(events)).toEqual({ unknown: 1, of: 1 });
  });

  it('flaps when it is unknown and found again, by a poll or a notification, in whatever order the lines stand', async () => {
    const end = ended('c1.0', 400);
    const unknown = seen(110, 'unknown-task');
    expect(await lossesOf([created, unknown, seen(400, 'completed'), end])).toEqual({ flap: 1, of: 1 });
    expect(await lossesOf([seen(400, 'completed'), unknown, end, created])).toEqual({ flap: 1, of: 1 });
    const told = seen(400, 'completed', { how: 'notification' });
    expect(await lossesOf([created, unknown, told, end])).toEqual({ flap: 1, of: 1 });
  });

  it('is not found again by what was answered before it was unknown', async () => {
    const events = [created, seen(110, 'working'), seen(111, 'unknown-task', { sentUs: 100_000 })];
    expect(await lossesOf([...events, ended('c1.0', 600, 'unknown-task')])).toEqual({ unknown: 1, of: 1 });
  });

  it('has expired, and is not lost, when it is unknown after the promised time', async () => {
    const short = taskCreated('c1.0', 't1', 10, { ttlMs: 500 });
    // From the sending of the call, at 5: the server may have counted from there.
    const late = [short, seen(505, 'unknown-task'), ended('c1.0', 600, 'unknown-task')];
    expect(await lossesOf(late)).toEqual({ of: 1 });
    const early = [short, seen(504, 'unknown-task'), ended('c1.0', 600, 'unknown-task')];
    expect(await lossesOf(early)).toEqual({ unknown: 1, of: 1 });
  });

  it('never expires where the server promises to keep it for ever', async () => {
    const forEver = taskCreated('c1.0', 't1', 10, { ttlMs: null });
    const events = [forEver, seen(9_000_000, 'unknown-task'), ended('c1.0', 9_000_001, 'unknown-task')];
    expect(await lossesOf(events)).toEqual({ unknown: 1, of: 1 });
  });

  it('promises nothing with a negative ttl', async () => {
    const never = taskCreated('c1.0', 't1', 10, { ttlMs: -1 });
    expect(await lossesOf([never, seen(20, 'unknown-task'), ended('c1.0', 30, 'unknown-task')])).toEqual({
      of: 1,
    });
  });

  it('stalls when it is in no final state by the deadline', async () => {
    const events = [created, seen(110, 'working'), ended('c1.0', 2000, 'timeout')];
    expect(await lossesOf(events)).toEqual({ stalled: 1, of: 1 });
    expect(await lossesOf(events, [deed('created', 'c1.0', 't1', 8)])).toEqual({ stalled: 1, of: 1 });
  });

  it('does not stall when it has ended, and only its client did not learn of it', async () => {
    const events = [created, seen(110, 'broken'), ended('c1.0', 2000, 'timeout')];
    const ledger = [deed('created', 'c1.0', 't1', 8), deed('completed', 'c1.0', 't1', 1999)];
    expect(await lossesOf(events, ledger)).toEqual({ of: 1 });
    const late = [deed('created', 'c1.0', 't1', 8), deed('completed', 'c1.0', 't1', 2001)];
    expect(await lossesOf(events, late)).toEqual({ stalled: 1, of: 1 });
  });

  it('does not stall when its run was cut short, or the record has no word of its operation', async () => {
    expect(await lossesOf([created, seen(110, 'working'), ended('c1.0', 150, 'interrupted')])).toEqual({
      of: 1,
    });
    expect(await lossesOf([created, seen(110, 'working')])).toEqual({ of: 1 });
  });

  it('that failed is lost only if its effect is committed', async () => {
    const events = [created, seen(110, 'failed'), ended('c1.0', 110, 'task-failed')];
    const ledger = [deed('created', 'c1.0', 't1', 8), deed('failed', 'c1.0', 't1', 100)];
    expect(await lossesOf(events, ledger)).toEqual({ of: 1 });
    const committed = [...ledger, deed('commit', 'c1.0', 't1', 90)];
    expect(await lossesOf(events, committed)).toEqual({ wronglyFailed: 1, of: 1 });
  });

  it('that is cancelled is lost only if nobody had asked for that, and its effect is committed', async () => {
    const ledger = [deed('created', 'c1.0', 't1', 8), deed('commit', 'c1.0', 't1', 90)];
    const cancelled = seen(110, 'cancelled');
    expect(await lossesOf([created, cancelled, ended('c1.0', 110)], ledger)).toEqual({
      wronglyFailed: 1,
      of: 1,
    });
    const asked = seen(60, 'acknowledged', { how: 'cancel' });
    expect(await lossesOf([created, asked, cancelled, ended('c1.0', 110)], ledger)).toEqual({ of: 1 });
  });

  it('counts once, by the worst that happened to it', async () => {
    const events = [
      created,
      seen(50, 'unknown-task'),
      seen(110, 'failed'),
      ended('c1.0', 110, 'task-failed'),
    ];
    const ledger = [deed('created', 'c1.0', 't1', 8), deed('commit', 'c1.0', 't1', 90)];
    expect(await lossesOf(events, ledger)).toEqual({ wronglyFailed: 1, of: 1 });
  });

  it('is not lost with its session if another finds it, and is unknown if none does', async () => {
    const severed = [created, seen(110, 'working'), seen(210, 'unknown-session')];
    const found = [...severed, seen(310, 'working'), seen(410, 'completed'), ended('c1.0', 410)];
    expect(await lossesOf(found)).toEqual({ of: 1 });
    expect(await lossesOf([...severed, ended('c1.0', 2000, 'timeout')])).toEqual({ unknown: 1, of: 1 });
    const unknown = [...severed, seen(310, 'unknown-task'), ended('c1.0', 2000, 'unknown-task')];
    expect(await lossesOf(unknown)).toEqual({ unknown: 1, of: 1 });
  });

  it('that was told to be completed is lost when its result is unknown before its client has it', async () => {
    const told = [created, seen(110, 'completed')];
    const never = [...told, seen(115, 'unknown-task', { how: 'result' }), ended('c1.0', 600, 'unknown-task')];
    expect(await lossesOf(never)).toEqual({ unknown: 1, of: 1 });
    // Once the client has it, a result that is forgotten is no loss of the task.
    const had = [...told, ended('c1.0', 120), seen(300, 'unknown-task')];
    expect(await lossesOf(had)).toEqual({ of: 1 });
  });
});

describe('an operation that is tried again', () => {
  const events = [
    taskCreated('c1.0', 't1', 10),
    taskSeen('c1.0', 't1', 110, 'failed'),
    taskCreated('c1.0', 't2', 120),
    taskSeen('c1.0', 't2', 220, 'completed'),
    operation('c1', 0, 0, 220, { taskId: 't2' }),
  ];
  it('has several tasks, and the commit is of the one whose process made it', async () => {
    const ledger = [
      deed('created', 'c1.0', 't1', 8, 'r1'),
      deed('failed', 'c1.0', 't1', 100, 'r1'),
      deed('created', 'c1.0', 't2', 118, 'r2'),
      deed('commit', 'c1.0', 't2', 200, 'r2'),
      deed('completed', 'c1.0', 't2', 201, 'r2'),
    ];
    expect(await lossesOf(events, ledger)).toEqual({ of: 2 });
    // The first carries on, though it was told to have failed.
    const both = [...ledger, deed('commit', 'c1.0', 't1', 210, 'r1')];
    expect(await lossesOf(events, both)).toEqual({ wronglyFailed: 1, of: 2 });
    // A commit that names its task is of that one, whoever has others.
    const named = { ...deed('commit', 'c1.0', 't1', 210, 'r2'), taskId: 't1' } as LedgerEntry;
    expect(await lossesOf(events, [...ledger, named])).toEqual({ wronglyFailed: 1, of: 2 });
  });

  it('is not stalled in the one that it gave up for another', async () => {
    const timedOut = operation('c1', 0, 0, 2000, {
      taskId: 't2',
      outcome: 'info',
      failure: { kind: 'timeout' },
    });
    expect(await lossesOf([...events.slice(0, 3), timedOut])).toEqual({ stalled: 1, of: 2 });
  });
});

it('tasks that were never acknowledged are none', async () => {
  const { metrics } = await measureTasks([
    taskSeen('c1.0', 't1', 110, 'unknown-task'),
    operation('c1', 0, 0, 100),
  ]);
  expect(metrics.task_loss).toMatchObject({ value: null, numerator: 0, denominator: 0 });
});
