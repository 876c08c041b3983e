import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  type JSONRPCMessage,
  type JSONRPCRequest,
  RELATED_TASK_META_KEY,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { TaskEngine, TaskRecord } from '../tasks/index.ts';

/**
 * What a task asks of its client goes out on the stream of `tasks/result` (2025-11-25, tasks, "Input Required Status"). The
 * request's id names task and question, not a request of this process: with a shared store the answer may reach another
 * replica, and is as good there.
 */

const prefix = 'task-input:';

export function inputRequests({ taskId, inputRequests }: TaskRecord): JSONRPCRequest[] {
  return Object.entries(inputRequests).map(([key, { method, params }]) => ({
    jsonrpc: '2.0',
    id: `${prefix}${taskId}:${key}`,
    method,
    params: { ...params, _meta: { [RELATED_TASK_META_KEY]: { taskId } } },
  }));
}

/** Hands the answers to such requests to the engine; the SDK, which did not ask, would take them for a mistake. */
export function takeInput(transport: Transport, tasks: TaskEngine): void {
  const before = transport.onmessage;
  transport.onmessage = (message, extra) => {
    const answered = inputAnswer(message);
    if (answered === undefined) {
      before?.(message, extra);
      return;
    }
    const { taskId, key, answer } = answered;
    tasks.update(taskId, { [key]: answer }).catch((error) => transport.onerror?.(error));
  };
}

/** A client that answers with an error will not give any: to whoever asked, that is a cancelled elicitation. */
function inputAnswer(message: JSONRPCMessage): { taskId: string; key: string; answer: unknown } | undefined {
  if ('method' in message) return undefined;
  const named = namesOf(message.id);
  if (named === undefined) return undefined;
  return { ...named, answer: 'result' in message ? message.result : { action: 'cancel' } };
}

function namesOf(id: RequestId | undefined): { taskId: string; key: string } | undefined {
  if (typeof id !== 'string' || !id.startsWith(prefix)) return undefined;
  const [taskId = '', ...rest] = id.slice(prefix.length).split(':');
  return { taskId, key: rest.join(':') };
}
