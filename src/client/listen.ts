import type { Failure, ProtocolRevision } from '../record/index.ts';
import type { Listened, Message } from './event-stream.ts';
import { readTaskState } from './task-state.ts';
import { judgeExchange } from './tool-answer.ts';
import type { TaskState } from './types.ts';

/** Passes on the states of these tasks, and counts what else comes. */
export function stateFilter(
  protocol: ProtocolRevision,
  taskIds: readonly string[],
  onState: (state: TaskState) => void,
): { take(message: Message): void; readonly dropped: number } {
  const wanted = new Set<unknown>(taskIds);
  const method = protocol === '2025-11-25' ? 'notifications/tasks/status' : 'notifications/tasks';
  const acknowledged = 'notifications/subscriptions/acknowledged';
  let dropped = 0;
  return {
    take: (message) => {
      if (protocol === '2026-07-28' && message.method === acknowledged) return;
      const params = message.method === method ? (message.params as { taskId?: unknown } | null) : undefined;
      // Another's task is not looked at any closer.
      const read = wanted.has(params?.taskId)
        ? readTaskState(params, { protocol, detailed: true })
        : undefined;
      if (read && 'value' in read) onState(read.value);
      else dropped += 1;
    },
    get dropped() {
      return dropped;
    },
  };
}

/**
 * What kept a client from listening on; undefined if nothing went wrong.
 * @param id of the request; null where there is none (GET).
 */
export function listenFailure(
  listened: Listened,
  context: { id: number | string | null; requestId: string; inSession: boolean },
): Failure | undefined {
  if (listened === 'stopped') return undefined;
  if (listened === 'ended') {
    // A server that ends a subscription answers it; a GET has no answer (2026-07-28, basic/patterns/subscriptions).
    return context.id === null
      ? undefined
      : { kind: 'broken', status: 200, message: 'the stream ended without an answer to the subscription' };
  }
  const answer = judgeExchange(listened, { ...context, id: context.id ?? 0 });
  return answer.outcome === 'ok' ? undefined : answer.failure;
}
