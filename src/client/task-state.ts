import { jsonText } from '../core/index.ts';
import { type Failure, type ProtocolRevision, type TaskStatus, taskStatuses } from '../record/index.ts';
import { shorten } from './exchange.ts';
import { toToolResult } from './tool-answer.ts';
import type { Answer, TaskOrResult, TaskState, ToolResult } from './types.ts';
import { isUnknownTask, type TaskMethod } from './unknown-task.ts';

/** What servers say of tasks, read with distrust: what is none of it is `malformed`. */

/** A longer one is refused: it comes back in a header, and it is recorded. */
export const maxTaskIdBytes = 10 * 1024;

type Members = Record<string, unknown>;
type Read<T> = { value: T } | { wrong: string; misdelivered?: true };

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** As the server says it, if it is a number: what a client makes of a negative or an absurd one is not for here. */
const numberOrNull = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/**
 * A task as a result, or a notification, tells of it.
 * @param detailed whether the result, or what is asked for, has to come with the state, as it has to in answers to
 * `tasks/get` and in notifications of 2026-07-28.
 */
export function readTaskState(
  told: unknown,
  { protocol, detailed }: { protocol: ProtocolRevision; detailed: boolean },
): Read<TaskState> {
  if (!isObject(told)) return { wrong: `the task is ${jsonText(told, 100)}` };
  const { taskId, status, statusMessage } = told;
  if (typeof taskId !== 'string' || taskId === '')
    return { wrong: `the task's id is ${jsonText(taskId, 100)}` };
  if (Buffer.byteLength(taskId) > maxTaskIdBytes) {
    return { wrong: `the task's id has more than ${maxTaskIdBytes} bytes` };
  }
  if (!isTaskStatus(status)) return { wrong: `the task's status is ${jsonText(status, 100)}` };
  const isOld = protocol === '2025-11-25';
  const state: TaskState = {
    taskId,
    status,
    ttlMs: numberOrNull(isOld ? told.ttl : told.ttlMs),
    pollIntervalMs: numberOrNull(isOld ? told.pollInterval : told.pollIntervalMs),
  };
  const message = typeof statusMessage === 'string' ? statusMessage : messageOfError(told);
  if (message !== undefined) state.statusMessage = shorten(message);
  if (isOld || !detailed) return { value: state };
  if (status === 'completed') {
    if (!isObject(told.result)) return { wrong: 'a completed task has no result' };
    state.result = toToolResult(told.result);
  }
  if (status === 'input_required') {
    if (!isObject(told.inputRequests)) return { wrong: 'a task that requires input does not say which' };
    state.inputRequests = told.inputRequests;
  }
  return { value: state };
}

function isTaskStatus(value: unknown): value is TaskStatus {
  return taskStatuses.some((status) => status === value);
}

/** Of a task that failed, in 2026-07-28. */
function messageOfError({ status, error }: Members): string | undefined {
  if (status !== 'failed' || !isObject(error)) return undefined;
  return typeof error.message === 'string' ? error.message : undefined;
}

/** The answer to `tools/call` where the server may make a task of it. */
export function toCreated(answer: Answer<Members>, protocol: ProtocolRevision): Answer<TaskOrResult> {
  return readAnswer<TaskOrResult>(answer, (result) => {
    const isTask = protocol === '2025-11-25' ? 'task' in result : result.resultType === 'task';
    if (!isTask) return { value: { result: toToolResult(result) } };
    const told = protocol === '2025-11-25' ? result.task : result;
    const read = readTaskState(told, { protocol, detailed: false });
    return 'value' in read ? { value: { task: read.value } } : read;
  });
}

/** The answer to `tasks/get`, and to `tasks/cancel` of 2025-11-25: of the task that was asked for, and no other. */
export function toState(
  answer: Answer<Members>,
  { method, taskId, protocol }: { method: TaskMethod; taskId: string; protocol: ProtocolRevision },
): Answer<TaskState> {
  return readAnswer(toTaskAnswer(answer, method), (result) => {
    const read = readTaskState(result, { protocol, detailed: true });
    if (!('value' in read) || read.value.taskId === taskId) return read;
    const other = jsonText(read.value.taskId, 100);
    return {
      wrong: `the answer is of the task ${other}, not of ${jsonText(taskId, 100)}`,
      misdelivered: true,
    };
  });
}

/** The answer to `tasks/result`. */
export function toTaskResult(answer: Answer<Members>): Answer<ToolResult> {
  return readAnswer(toTaskAnswer(answer, 'tasks/result'), (result) => ({ value: toToolResult(result) }));
}

/** The answer to a request that is only acknowledged. */
export function toAcknowledged(answer: Answer<Members>, method: TaskMethod): Answer<undefined> {
  return readAnswer(toTaskAnswer(answer, method), () => ({ value: undefined }));
}

/** Tells an unknown task from other errors. An unknown session, or a server that broke, stays what it is. */
function toTaskAnswer(answer: Answer<Members>, method: TaskMethod): Answer<Members> {
  if (answer.outcome === 'ok') return answer;
  const { kind, status, code, message = '' } = answer.failure;
  const isError = kind === 'rejected' || (kind === 'broken' && status === 200);
  if (!isError || !isUnknownTask(method, code, message)) return answer;
  return { ...answer, outcome: 'fail', failure: { ...answer.failure, kind: 'unknown-task' } };
}

function readAnswer<T>(answer: Answer<Members>, read: (result: Members) => Read<T>): Answer<T> {
  if (answer.outcome !== 'ok') return answer;
  const { value, requestId, transcript } = answer;
  const taken = read(value);
  if ('value' in taken) return { outcome: 'ok', value: taken.value, requestId, transcript };
  const status = transcript?.status;
  const failure: Failure = {
    kind: 'malformed',
    ...(status !== undefined && { status }),
    message: taken.wrong,
    ...(taken.misdelivered && { misdelivered: true }),
  };
  return { outcome: 'info', failure, requestId, transcript };
}
