import type { ChangeWatch, Connection, ListenEnd } from '../client/index.ts';
import { HarnessError, type StopSignal, StopSource, TimeLimit } from '../core/index.ts';
import type { Failure } from '../record/index.ts';
import type { ClientSession } from './client-session.ts';
import type { Turns } from './task-turns.ts';
import type { ClientContext } from './types.ts';

/** The record names topics and values; a server may make up some of any length. */
const recordedCharsMax = 200;
/** Of one client; a server that tells without end shall not fill the disk. */
const recordedMax = 1_000_000;
/** Between one attempt that failed and the next: a turnaround, and then twice as long each time, up to so many. */
const turnaroundsMax = 32;

interface Means {
  client: string;
  connection: Connection;
  session: ClientSession;
  /** Opening a session is no affair of two at once. */
  turns: Turns;
}

/**
 * Listens for changes of topics beside the journey, until it is ended: again and again, since a stream ends with its
 * replica. What is told while the client does not listen is lost on it.
 * @returns what ends it; resolves when that is recorded.
 */
export function subscription(
  topics: readonly string[],
  { client, connection, session, turns }: Means,
  context: ClientContext,
): { end(): Promise<void> } {
  const { clock, events, evidence, deadlineMs, turnaroundMs } = context;
  const stop = new StopSource();
  const onStop = () => stop.abort(context.signal.reason);
  if (context.signal.aborted) onStop();
  else context.signal.addEventListener('abort', onStop);
  let recorded = 0;

  /** @returns whether it was told that it is listened to. */
  const listenOnce = async (listening: number): Promise<boolean> => {
    if (connection.subscribe === undefined) throw new HarnessError('internal', 'this client cannot listen');
    const { generation } = session;
    let began = false;
    let listChanges = 0;
    const watch: ChangeWatch = {
      onListening(requestId) {
        began = true;
        const at = { type: 'listening-began' as const, atUs: clock.nowUs() };
        events.write({ ...at, client, listening, requestId, topics: [...topics] });
      },
      onChange(topic, value) {
        recorded += 1;
        if (recorded > recordedMax) return;
        events.write({
          type: 'change-seen',
          ...{ atUs: clock.nowUs(), client, listening },
          topic: topic.slice(0, recordedCharsMax),
          value: value === null ? null : value.slice(0, recordedCharsMax),
        });
      },
      onListChanged() {
        listChanges += 1;
      },
    };
    const ended = await connection.subscribe(topics, watch, stop);
    const { failure, requestId } = ended;
    const how = stop.aborted ? 'left' : failure === undefined ? 'ended' : 'failed';
    const at = { type: 'listening-ended' as const, atUs: clock.nowUs() };
    const said = how === 'failed' && failure !== undefined ? { failure } : {};
    events.write({ ...at, client, listening, requestId, how, listChanges, ...said });
    if (how === 'failed' && failure) await account(ended, failure, generation);
    return began;
  };

  const account = async (ended: ListenEnd, failure: Failure, generation: number) => {
    const { requestId } = ended;
    const isLoss = failure.kind === 'unknown-session';
    evidence.keep(client, ended, failure, isLoss ? 'loss' : 'failure');
    if (!isLoss) return;
    await turns.take(async () => {
      // A call may have met the loss before.
      if (session.generation !== generation || !session.isOpen) return;
      session.lose({ failure, requestId, opId: null, asked: 'listening' });
    });
  };

  const opened = async (): Promise<boolean> =>
    turns.take(async () => {
      if (!session.usable) return false;
      using limit = new TimeLimit(stop, deadlineMs);
      return (await session.ensure(limit)) === undefined;
    });

  const pause = (failures: number): Promise<void> => {
    const turnarounds = Math.min(2 ** failures, turnaroundsMax);
    return sleep(clock.nowUs() + turnaroundMs * 1000 * turnarounds, stop);
  };
  const sleep = (untilUs: number, signal: StopSignal) => clock.sleepUntil(untilUs, signal).catch(() => {});

  const listen = async () => {
    let failures = 0;
    for (let listening = 0; !stop.aborted && session.usable; listening++) {
      const began = (await opened()) && !stop.aborted && (await listenOnce(listening));
      failures = began ? 0 : failures + 1;
      if (!stop.aborted) await pause(failures);
    }
  };
  const listening = listen();
  // Whoever ends it learns of it.
  listening.catch(() => {});
  return {
    async end() {
      stop.abort();
      context.signal.removeEventListener('abort', onStop);
      await listening;
    },
  };
}
