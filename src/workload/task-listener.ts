import type { TaskState } from '../client/index.ts';
import { type StopSignal, TimeLimit } from '../core/index.ts';
import type { Alarm } from './task-alarm.ts';
import { type Follower, recordedId } from './task-exchanges.ts';
import { isFinal } from './task-pace.ts';

/** Hears of a task's changes, if its server tells of them. */
export interface Listener extends AsyncDisposable {
  /** Whether a stream is open, as far as the client knows. */
  readonly isListening: boolean;
  /** The latest news, once; undefined without any. */
  take(): TaskState | undefined;
  /** Listens again after the stream has ended, a bounded number of times. */
  resume(): void;
}

/** A server that ends each stream at once shall not be asked for ever. */
const streamsMax = 5;
/** A server may tell the same a million times: so many are written down, and then only the first final state. */
const recordedMax = 200;

/** @param news rings when there is some, or when the stream has ended. */
export function listenTo(follower: Follower, news: Alarm): Listener {
  const { opId, client, taskId, side, context } = follower;
  const { clock, events } = context;
  const stop = new TimeLimit(follower.signal, (follower.deadlineUs - clock.nowUs()) / 1000);
  let streams = 0;
  let listening: Promise<void> | undefined;
  let latest: TaskState | undefined;
  let heard = 0;
  let finalHeard = false;

  const hear = (state: TaskState) => {
    // A stream of the session tells of all its tasks.
    if (state.taskId !== taskId || stop.aborted) return;
    heard += 1;
    const isNewEnd = isFinal(state) && !finalHeard;
    finalHeard ||= isNewEnd;
    if (heard <= recordedMax || isNewEnd) {
      const atUs = clock.nowUs();
      events.write({
        type: 'task-seen',
        ...{ atUs, client, opId, taskId: recordedId(taskId), how: 'notification' as const },
        ...{ requestId: null, sentUs: atUs, status: state.status },
      });
    }
    latest = state;
    news.ring();
  };
  const listen = async (signal: StopSignal) => {
    const ended = await side.connection.tasks.listen([taskId], hear, signal);
    listening = undefined;
    // One that has no such stream will not have it the next time.
    if (ended.failure?.kind === 'rejected') streams = streamsMax;
    if (ended.failure && !signal.aborted) context.evidence.keep(client, ended, ended.failure, 'failure');
    news.ring();
  };
  const resume = () => {
    if (listening !== undefined || streams >= streamsMax || stop.aborted) return;
    streams += 1;
    listening = listen(stop);
  };
  resume();
  return {
    get isListening() {
      return listening !== undefined;
    },
    take() {
      const news = latest;
      latest = undefined;
      return news;
    },
    resume,
    async [Symbol.asyncDispose]() {
      stop.abort();
      stop[Symbol.dispose]();
      await listening;
    },
  };
}
