import type {
  Answer,
  Connection,
  ConnectionClient,
  InputWatch,
  TaskCalls,
  TaskState,
  ToolResult,
} from '../client/index.ts';
import { type StopSignal, TimeLimit } from '../core/index.ts';
import type { Failure, TaskExchange, TaskStatus } from '../record/index.ts';
import type { ClientSession } from './client-session.ts';
import type { User } from './input-watch.ts';
import type { Turns } from './task-turns.ts';
import type { ClientContext } from './types.ts';

/** The record names a task; a server may give it a name of 10 KB. */
const recordedIdCharsMax = 200;

export function recordedId(taskId: string): string {
  return taskId.slice(0, recordedIdCharsMax);
}

/** What a server says of time, which may be 1e300: a number that the record can hold. */
export function recordedMs(said: number | null): number | null {
  const most = Number.MAX_SAFE_INTEGER;
  return said === null ? null : Math.min(Math.max(said, -most), most);
}

/** What a client asks of its tasks through. */
export interface TaskSide {
  connection: Connection;
  session: ClientSession;
  self: ConnectionClient;
  turns: Turns;
}

/** One client that is after one task. */
export interface Follower {
  opId: string;
  client: string;
  taskId: string;
  side: TaskSide;
  context: ClientContext;
  /** Who answers what the task asks. */
  user: User;
  /** Stops at the operation's deadline, or with the run. */
  signal: StopSignal;
  deadlineUs: number;
  /** Its last exchange. */
  last: Answer<unknown> | undefined;
}

export function askState(follower: Follower): Promise<Answer<TaskState>> {
  const { taskId } = follower;
  return ask(
    follower,
    'get',
    (tasks, signal) => tasks.get(taskId, signal),
    ({ status }) => status,
  );
}

/** The result of a task that has ended. */
export function askResult(follower: Follower): Promise<Answer<ToolResult>> {
  const { taskId } = follower;
  return ask(
    follower,
    'result',
    (tasks, signal) => tasks.result?.(taskId, signal) ?? Promise.resolve(noResult),
    () => 'completed',
  );
}

/**
 * The result of a task that waits for input (2025-11-25), which asks for that on the stream of the answer. It is waited for
 * until the task's end, beside other exchanges, as its stream is one of notifications as well.
 * @param untilMs how long, in milliseconds; infinite: until the operation's deadline.
 */
export function waitForResult(
  follower: Follower,
  input: InputWatch,
  untilMs: number,
): Promise<Answer<ToolResult>> {
  const { taskId } = follower;
  return ask(
    follower,
    'result',
    (tasks, signal) => tasks.result?.(taskId, signal, input) ?? Promise.resolve(noResult),
    () => 'completed',
    { timeoutMs: untilMs, beside: true },
  );
}

export function askToCancel(follower: Follower): Promise<Answer<TaskState | undefined>> {
  const { taskId } = follower;
  return ask(
    follower,
    'cancel',
    (tasks, signal) => tasks.cancel(taskId, signal),
    (state) => state?.status ?? null,
  );
}

export function sendInput(
  follower: Follower,
  responses: Record<string, unknown>,
): Promise<Answer<undefined>> {
  const { taskId } = follower;
  return ask(
    follower,
    'update',
    (tasks, signal) => tasks.update?.(taskId, responses, signal) ?? Promise.resolve(noResult),
    () => null,
  );
}

const noResult: Answer<never> = {
  outcome: 'fail',
  failure: { kind: 'not-sent', message: 'the protocol has no such exchange' },
  requestId: '',
};

/**
 * Makes one exchange when it is its turn, in a session, and writes down what came of it. What was never sent is
 * answered `not-sent`, or with why there is no session, and is not written down.
 * @param beside the turn is over once there is a session.
 */
async function ask<T>(
  follower: Follower,
  how: TaskExchange,
  exchange: (tasks: TaskCalls, signal: StopSignal) => Promise<Answer<T>>,
  statusOf: (value: T) => TaskStatus | null,
  { timeoutMs = follower.context.deadlineMs, beside = false } = {},
): Promise<Answer<T>> {
  const { session, turns } = follower.side;
  const ready = async (limit: StopSignal): Promise<Answer<never> | undefined> => {
    if (limit.aborted) return unsent('its time was over before its turn came');
    if (!session.usable && !session.isOpen) return unsent('the client gave up after its session was lost');
    const noSession = session.isOpen ? undefined : await session.ensure(limit);
    return noSession && { outcome: 'fail', failure: noSession, requestId: '' };
  };
  const made = (limit: StopSignal) =>
    recorded(follower, how, () => exchange(follower.side.connection.tasks, limit), statusOf);
  if (beside) {
    using limit = new TimeLimit(follower.signal, timeoutMs);
    return (await turns.take(() => ready(limit))) ?? (await made(limit));
  }
  return turns.take(async () => {
    using limit = new TimeLimit(follower.signal, timeoutMs);
    return (await ready(limit)) ?? (await made(limit));
  });
}

async function recorded<T>(
  follower: Follower,
  how: TaskExchange,
  exchange: () => Promise<Answer<T>>,
  statusOf: (value: T) => TaskStatus | null,
): Promise<Answer<T>> {
  const { opId, client, taskId, side, context } = follower;
  const { clock, events, evidence } = context;
  const { generation } = side.session;
  const sentUs = clock.nowUs();
  const answer = await exchange();
  follower.last = answer;
  const { requestId } = answer;
  const failure = answer.outcome === 'ok' ? undefined : answer.failure;
  events.write({
    type: 'task-seen',
    atUs: clock.nowUs(),
    client,
    opId,
    taskId: recordedId(taskId),
    how,
    requestId: requestId === '' ? null : requestId,
    sentUs,
    status: answer.outcome === 'ok' ? statusOf(answer.value) : null,
    ...(failure ? { failure } : {}),
  });
  if (failure === undefined) return answer;
  const isLoss = failure.kind === 'unknown-session' || failure.kind === 'unknown-task';
  evidence.keep(client, answer, failure, isLoss ? 'loss' : 'failure');
  // Beside this exchange another may have lost the session, and opened the next.
  if (failure.kind === 'unknown-session' && side.session.generation === generation) {
    side.session.lose({ failure, requestId, opId, asked: `tasks/${how}` });
  }
  return answer;
}

function unsent(message: string): Answer<never> {
  const failure: Failure = { kind: 'not-sent', message };
  return { outcome: 'fail', failure, requestId: '' };
}
