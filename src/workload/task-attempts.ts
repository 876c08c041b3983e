import type { TaskOrResult, TaskState } from '../client/index.ts';
import { type StopSignal, TimeLimit } from '../core/index.ts';
import type { Outcome } from '../record/index.ts';
import { durationMs, type TaskOptions } from '../scenario/index.ts';
import { type Attempted, attempt, type Means, type Send, type Tried } from './attempts.ts';
import type { ClientTasks } from './client-tasks.ts';
import { userOf } from './input-watch.ts';
import { askAgain } from './task-ask-again.ts';
import { type Follower, recordedId, recordedMs } from './task-exchanges.ts';
import { type Fate, followTask } from './task-follow.ts';
import { confirming } from './task-input.ts';
import type { ClientContext } from './types.ts';

interface TaskMeans extends Means {
  tasks: ClientTasks;
}

interface Until {
  limit: StopSignal;
  deadlineUs: number;
}

const sendTask: Send<TaskOrResult> = ({ tasks }, call, { task }, signal) => {
  const ttlMs = task?.ttl === undefined ? undefined : durationMs(task.ttl);
  return tasks.create(call, { ttlMs }, signal);
};

/**
 * Calls a tool as a task and follows that until its fate is known; calls again, under the same operation, when it has
 * failed and the step says so. A server that answers with the result at once has made it a call.
 */
export async function attemptTask(
  operation: Attempted,
  args: Record<string, unknown>,
  means: TaskMeans,
  context: ClientContext,
  until: Until,
): Promise<Tried> {
  const { step } = operation;
  const { limit } = until;
  let before: Tried | undefined;
  for (let retries = step.task?.retries ?? 0; ; retries -= 1) {
    const made = await means.tasks.side.turns.take(async () => {
      using creation = new TimeLimit(limit, context.deadlineMs);
      return attempt(operation, args, means, context, creation, sendTask);
    });
    const tried = await carryOn(operation, made, means, context, until);
    const all = before === undefined ? tried : together(before, tried);
    if (tried.failure?.kind !== 'task-failed' || retries <= 0 || limit.aborted) return all;
    before = all;
    await means.self.turnAround(limit);
  }
}

/** What comes of a call that was answered with a task, or with something else. */
async function carryOn(
  operation: Attempted,
  made: Tried<TaskOrResult>,
  means: TaskMeans,
  context: ClientContext,
  until: Until,
): Promise<Tried> {
  const { result: answer, ...rest } = made;
  if (answer === undefined) return rest;
  if ('result' in answer) return { ...rest, result: answer.result };
  const { task } = answer;
  const options = operation.step.task;
  if (options === undefined) return rest;
  const sentUs = made.endUs - (made.serviceUs ?? 0);
  acknowledged(operation, task, { atUs: made.endUs, sentUs, requestId: made.requestId ?? '' }, context);
  const { tasks } = means;
  const follower: Follower = {
    opId: operation.opId,
    client: operation.client,
    taskId: task.taskId,
    side: options.by === 'another' ? await tasks.another(until.limit) : tasks.side,
    context,
    user: operation.step.answers ? userOf(operation.step.answers) : confirming,
    signal: until.limit,
    deadlineUs: until.deadlineUs,
    last: undefined,
  };
  const fate = await followTask({ task, requestId: made.requestId }, follower, options);
  const endUs = context.clock.nowUs();
  const come = comeTo(fate, options);
  if (come.failure?.kind === 'unknown-task' || come.failure?.kind === 'timeout') context.progress.taskLost();
  if (options.askAgainAfter !== undefined && 'result' in fate) {
    await tasks.beside(askAgain(fate.state, follower, durationMs(options.askAgainAfter)));
  }
  const { last } = follower;
  return {
    ...rest,
    ...come,
    firstOutcome: made.attempts > 1 ? made.firstOutcome : come.outcome,
    endUs,
    serviceUs: endUs - sentUs,
    requestId: last === undefined || last.requestId === '' ? made.requestId : last.requestId,
    transcript: last?.transcript ?? made.transcript,
    taskId: recordedId(task.taskId),
  };
}

function acknowledged(
  { client, opId, onTask }: Attempted,
  { taskId, ttlMs, pollIntervalMs }: TaskState,
  when: { atUs: number; sentUs: number; requestId: string },
  { events, progress }: ClientContext,
): void {
  events.write({
    type: 'task-created',
    ...when,
    client,
    opId,
    taskId: recordedId(taskId),
    ttlMs: recordedMs(ttlMs),
    pollIntervalMs: recordedMs(pollIntervalMs),
  });
  progress.taskCreated();
  onTask?.();
}

function comeTo(fate: Fate, { cancelAfter }: TaskOptions): Pick<Tried, 'outcome' | 'failure' | 'result'> {
  // What is not known may have been done, and may yet be.
  if ('failure' in fate) return { outcome: 'info', failure: fate.failure };
  const { state, result } = fate;
  if (result !== undefined) return { outcome: 'ok', failure: undefined, result };
  // Who cancels wants to know that it is over, however it ended.
  if (cancelAfter !== undefined) return { outcome: 'ok', failure: undefined };
  const message = state.statusMessage ?? `the server says ${state.status}`;
  return { outcome: 'fail', failure: { kind: 'task-failed', message } };
}

/** What two tries of one operation come to. */
function together(first: Tried, second: Tried): Tried {
  const { taskId = first.taskId } = second;
  const firstOutcome: Outcome = first.firstOutcome;
  return {
    ...second,
    firstOutcome,
    maybeDone: first.maybeDone || second.maybeDone,
    attempts: first.attempts + second.attempts,
    sentUs: first.sentUs,
    ...(taskId === undefined ? {} : { taskId }),
  };
}
