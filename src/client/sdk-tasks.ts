import type { StopSignal } from '../core/index.ts';
import { opIdKey, type ProtocolRevision } from '../record/index.ts';
import type { Message } from './event-stream.ts';
import { untaken } from './input-parts.ts';
import { stateFilter } from './listen.ts';
import { judgeActed } from './sdk-acted.ts';
import { actAsked } from './sdk-stateful-input.ts';
import type { SdkClient, SdkTasks } from './sdk-target.ts';
import type { Witness } from './sdk-witness.ts';
import { toAcknowledged, toCreated, toState, toTaskResult } from './task-state.ts';
import type { Answer, ListenEnd, TaskCalls } from './types.ts';

interface Host {
  during: Witness['during'];
  inSession(): boolean;
  nextRequestId(): string;
  protocol: ProtocolRevision;
  /** The client that is connected; undefined if there is no session. */
  sdk(): Promise<SdkClient | undefined>;
  listen(
    taskIds: readonly string[],
    onMessage: (message: Message) => void,
    signal: StopSignal,
  ): Promise<ListenEnd>;
}

function tasksOf(client: SdkClient | undefined): SdkTasks {
  if (client === undefined) throw new Error('there is no session to have tasks in');
  return client.tasks;
}

type Judged = Answer<Record<string, unknown>>;

/**
 * Tasks of an official client. Each call is one request; what it came to is read from the exchange, as the wire
 * client reads it, and is malformed if only the SDK does not accept it: the SDKs ask for more of a task than is
 * needed here, `createdAt` and `lastUpdatedAt` among it.
 */
export function sdkTasks({ during, inSession, nextRequestId, protocol, sdk, listen }: Host): TaskCalls {
  /** @param read makes of an answer what was asked for; it sees an answer that the SDK did not accept, too. */
  const act = async <T>(
    run: (tasks: SdkTasks, signal: AbortSignal) => Promise<unknown>,
    read: (answer: Judged) => Answer<T>,
    signal: StopSignal,
    orTask = false,
  ): Promise<Answer<T>> => {
    const client = await sdk();
    const acted = await during(signal, async (until) => {
      return run(tasksOf(client), until);
    });
    return judgeActed(acted, read, { signal, inSession: inSession(), nextRequestId, orTask });
  };

  const result: TaskCalls['result'] = async (taskId, signal, watch) => {
    const ask = (tasks: SdkTasks, until: AbortSignal) => tasks.result(taskId, until);
    if (watch === undefined) return act(ask, toTaskResult, signal);
    const client = await sdk();
    const asking = async (until: AbortSignal) => ask(tasksOf(client), until);
    const { acted, isUntaken } = await actAsked(during, asking, { watch, signal, isRepeatable: true });
    const answer = judgeActed(acted, toTaskResult, { signal, inSession: inSession(), nextRequestId });
    return isUntaken && answer.outcome !== 'ok' ? { ...answer, outcome: 'info', failure: untaken } : answer;
  };

  return {
    create: ({ tool, arguments: args, opId }, { ttlMs }, signal) => {
      const params = { name: tool, arguments: args, _meta: { [opIdKey]: opId } };
      return act(
        (tasks, until) => tasks.create(params, ttlMs, until),
        (answer) => toCreated(answer, protocol),
        signal,
        true,
      );
    },
    get: (taskId, signal) =>
      act(
        (tasks, until) => tasks.get(taskId, until),
        (answer) => toState(answer, { method: 'tasks/get', taskId, protocol }),
        signal,
      ),
    result: protocol === '2026-07-28' ? undefined : result,
    cancel: (taskId, signal) =>
      act(
        (tasks, until) => tasks.cancel(taskId, until),
        (answer) =>
          protocol === '2026-07-28'
            ? toAcknowledged(answer, 'tasks/cancel')
            : toState(answer, { method: 'tasks/cancel', taskId, protocol }),
        signal,
      ),
    update:
      protocol === '2025-11-25'
        ? undefined
        : (taskId, inputResponses, signal) =>
            act(
              (tasks, until) => tasks.update(taskId, inputResponses, until),
              (answer) => toAcknowledged(answer, 'tasks/update'),
              signal,
            ),
    listen: async (taskIds, onState, signal) => {
      const filter = stateFilter(protocol, taskIds, onState);
      const { requestId, failure } = await listen(taskIds, filter.take, signal);
      return { requestId, failure, dropped: filter.dropped };
    },
  };
}
