import { readLedger } from '../../src/measure/ledger.ts';
import { ledgerTasks, taskMeasures } from '../../src/measure/tasks/index.ts';
import { type LedgerEntry, type LedgerTask, type RunEvent, taskStatuses } from '../../src/record/index.ts';
import { began, collect, stream } from './log.ts';

/** Hand-written histories of tasks, as `log.ts` has them of sessions. Times are in milliseconds. */

const us = (ms: number) => ms * 1000;

/** What is measured of these tasks. @param ledger undefined if the server keeps none. */
export async function measureTasks(events: readonly RunEvent[], ledger?: readonly LedgerEntry[]) {
  const deeds = ledgerTasks();
  const books = await readLedger(ledger && stream(ledger), deeds.note);
  return collect(taskMeasures(books, deeds), [...began(1), ...events]);
}

/** A server's acknowledgement of a task, asked for 5 ms before; kept for a minute, polled each 100 ms. */
export const taskCreated = (
  opId: string,
  taskId: string,
  ms: number,
  rest: Partial<Extract<RunEvent, { type: 'task-created' }>> = {},
): RunEvent => ({
  type: 'task-created',
  atUs: us(ms),
  client: clientOf(opId),
  opId,
  taskId,
  requestId: `${clientOf(opId)}-${ms}`,
  sentUs: us(ms - 5),
  ttlMs: 60_000,
  pollIntervalMs: 100,
  ...rest,
});

type TaskSeen = Extract<RunEvent, { type: 'task-seen' }>;

/**
 * What a client was told of a task, asked for 5 ms before: a state, `unknown-task`, `acknowledged` or another kind of
 * failure.
 */
export const taskSeen = (
  opId: string,
  taskId: string,
  ms: number,
  told: NonNullable<TaskSeen['status']> | 'acknowledged' | NonNullable<TaskSeen['failure']>['kind'],
  rest: Partial<TaskSeen> = {},
): RunEvent => {
  const status = taskStatuses.find((one) => one === told) ?? null;
  const isFailure = status === null && told !== 'acknowledged';
  const how = rest.how ?? 'get';
  return {
    type: 'task-seen',
    atUs: us(ms),
    client: clientOf(opId),
    opId,
    taskId,
    how,
    requestId: how === 'notification' ? null : `${clientOf(opId)}-${ms}`,
    sentUs: us(how === 'notification' ? ms : ms - 5),
    status,
    ...(isFailure ? { failure: { kind: told as NonNullable<TaskSeen['failure']>['kind'] } } : {}),
    ...rest,
  };
};

/** A line of the ledger: `created`, `step 2`, `completed`, …, or `commit`, of one task. */
export const deed = (
  what: string,
  opId: string,
  taskId: string,
  ms: number,
  replica = 'r1',
  boot = 1,
): LedgerEntry => {
  const [word = '', step] = what.split(' ');
  const mark = { atUs: us(ms), replica, boot };
  if (word === 'commit' || word === 'begin') return { event: word, ...mark, opId, tool: 'report' };
  return {
    event: 'task',
    what: word as LedgerTask['what'],
    taskId,
    opId,
    ...mark,
    ...(step === undefined ? {} : { step: Number(step), ms: 100 }),
  };
};

const clientOf = (opId: string) => opId.slice(0, opId.lastIndexOf('.'));
