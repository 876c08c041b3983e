import type { Task, TaskStore } from '@modelcontextprotocol/sdk/experimental/tasks';
import { ErrorCode, McpError, type Result } from '@modelcontextprotocol/sdk/types.js';
import { isFinal, type TaskEngine, type TaskRecord } from '../tasks/index.ts';
import { toResult } from '../tools/index.ts';

/** A page of `tasks/list`; the engine gives no more at once. */
const pageMax = 100;

/** A task in the words of 2025-11-25, where one whose tool has said `isError` has failed. */
export function taskOf(record: TaskRecord): Task {
  const { taskId, status, statusMessage, createdAt, lastUpdatedAt, ttlMs, pollIntervalMs, result } = record;
  return {
    taskId,
    status: status === 'completed' && result?.isError ? 'failed' : status,
    ...(statusMessage !== undefined && { statusMessage }),
    createdAt,
    lastUpdatedAt,
    ttl: ttlMs,
    pollInterval: pollIntervalMs,
  };
}

/**
 * What the call would have come to, had it not been made a task.
 * @throws the JSON-RPC error that it would have come to.
 */
export function resultOf({ result, error, status }: TaskRecord): Result {
  if (error) throw Object.assign(new Error(error.message), { code: error.code, data: error.data });
  if (result) return { ...result };
  if (status === 'cancelled') return { ...toResult({ kind: 'cancelled' }) };
  throw new McpError(ErrorCode.InternalError, 'the task has no result');
}

export function unknownTask(taskId: string): McpError {
  return new McpError(ErrorCode.InvalidParams, `Task not found: ${taskId.slice(0, 100)}`);
}

/**
 * The engine's tasks as SDK v1 asks for them: it answers `tasks/get`, `tasks/list` and `tasks/cancel` out of this. Who has
 * a task's id may ask for it, in whatever session, since there is no other sign of who is who; a list shows only what was
 * made in the session. Tasks are made, and their results kept, by the engine.
 */
export function sdkTaskStore(tasks: TaskEngine, session: string): TaskStore {
  const find = async (taskId: string): Promise<TaskRecord> => {
    const record = await tasks.get(taskId);
    if (!record) throw unknownTask(taskId);
    return record;
  };
  const notHere = async (): Promise<never> => {
    throw new Error('tasks are made and ended by the engine');
  };
  return {
    createTask: notHere,
    storeTaskResult: notHere,
    async getTask(taskId) {
      const record = await tasks.get(taskId);
      return record ? taskOf(record) : null;
    },
    getTaskResult: async (taskId) => resultOf(await find(taskId)),
    async updateTaskStatus(taskId, status) {
      if (status !== 'cancelled') return notHere();
      const record = await tasks.cancel(taskId, { atOnce: true });
      if (!record) throw unknownTask(taskId);
      // It came to its end in the same moment.
      if (isFinal(record) && record.status !== 'cancelled') {
        throw new McpError(
          ErrorCode.InvalidParams,
          `Cannot cancel task in terminal status: ${record.status}`,
        );
      }
    },
    async listTasks(cursor) {
      if (cursor !== undefined && (await find(cursor)).session !== session) throw unknownTask(cursor);
      const page = await tasks.list(session, cursor);
      const last = page.at(-1);
      return {
        tasks: page.map(taskOf),
        ...(page.length === pageMax && last && { nextCursor: last.taskId }),
      };
    },
  };
}
