import type { StopSignal } from '../core/index.ts';
import { type Failure, opIdKey } from '../record/index.ts';
import type { Message } from './event-stream.ts';
import { stateFilter } from './listen.ts';
import { toCreated, toState, toTaskResult } from './task-state.ts';
import type { Answer, InputWatch, TaskCalls } from './types.ts';

const protocol = '2025-11-25';

/** What tasks need of the session they live in. */
export interface StatefulSession {
  ask(method: string, params: object, signal: StopSignal): Promise<Answer<Record<string, unknown>>>;
  /** As `ask`, and what its server asks on the stream of the answer is answered. */
  askAnswering(
    request: { method: string; params: object; isRepeatable: boolean },
    watch: InputWatch,
    signal: StopSignal,
  ): Promise<Answer<Record<string, unknown>>>;
  listen(
    onMessage: (message: Message) => void,
    signal: StopSignal,
  ): Promise<{ requestId: string; failure: Failure | undefined }>;
}

/**
 * Tasks of 2025-11-25. The client declares no capability `tasks` of its own, which is for requests that a server makes; that tasks
 * may ask it (`elicitation`) it has declared when its session was opened.
 * Source: specification 2025-11-25, basic/utilities/tasks.
 */
export function statefulTasks({ ask, askAnswering, listen }: StatefulSession): TaskCalls {
  const askResult = (taskId: string, signal: StopSignal, watch: InputWatch | undefined) =>
    watch === undefined
      ? ask('tasks/result', { taskId }, signal)
      : askAnswering({ method: 'tasks/result', params: { taskId }, isRepeatable: true }, watch, signal);
  return {
    create: async ({ tool, arguments: args, opId }, { ttlMs }, signal) => {
      const task = ttlMs === undefined ? {} : { ttl: ttlMs };
      const params = { name: tool, arguments: args, task, _meta: { [opIdKey]: opId } };
      return toCreated(await ask('tools/call', params, signal), protocol);
    },
    get: async (taskId, signal) =>
      toState(await ask('tasks/get', { taskId }, signal), { method: 'tasks/get', taskId, protocol }),
    result: async (taskId, signal, watch) => toTaskResult(await askResult(taskId, signal, watch)),
    cancel: async (taskId, signal) =>
      toState(await ask('tasks/cancel', { taskId }, signal), { method: 'tasks/cancel', taskId, protocol }),
    update: undefined,
    listen: async (taskIds, onState, signal) => {
      const filter = stateFilter(protocol, taskIds, onState);
      const { requestId, failure } = await listen(filter.take, signal);
      return { requestId, failure, dropped: filter.dropped };
    },
  };
}
