import { isFinal, type TaskRecord } from '../tasks/index.ts';

/** Tasks in the words of SEP-2663. */

export const tasksExtension = 'io.modelcontextprotocol/tasks';
export const missingCapability = -32021;
export const invalidParams = -32602;

/** `data` of the error for a client that does not declare the extension. */
export const requiredCapabilities = { requiredCapabilities: { extensions: { [tasksExtension]: {} } } };

/** Whether a client's capabilities, as they came, declare the extension. */
export function declaresTasks(capabilities: unknown): boolean {
  const { extensions } = Object(capabilities) as { extensions?: unknown };
  return typeof extensions === 'object' && extensions !== null && Object.hasOwn(extensions, tasksExtension);
}

/** `Task`: what `tools/call` answers with. */
export function toTask(task: TaskRecord) {
  const { taskId, status, statusMessage, createdAt, lastUpdatedAt, ttlMs, pollIntervalMs } = task;
  return {
    taskId,
    status,
    ...(statusMessage !== undefined && { statusMessage }),
    createdAt,
    lastUpdatedAt,
    ttlMs,
    pollIntervalMs,
  };
}

/** `DetailedTask`: what `tasks/get` answers with, and `notifications/tasks` tells. */
export function toDetailedTask(task: TaskRecord) {
  const { status, result, error, inputRequests } = task;
  return {
    ...toTask(task),
    ...(status === 'completed' && { result }),
    ...(status === 'failed' && { error }),
    ...(status === 'input_required' && !isFinal(task) && { inputRequests }),
  };
}
