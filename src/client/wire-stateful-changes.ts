import { type StopSignal, StopSource } from '../core/index.ts';
import { uriOfTopic } from '../record/index.ts';
import { seeChange } from './changes.ts';
import type { Message } from './event-stream.ts';
import type { Answer, Connection, ListenEnd } from './types.ts';

/** What listening needs of the session it happens in. */
interface Owner {
  ask(method: string, params: object, signal: StopSignal): Promise<Answer<Record<string, unknown>>>;
  listen(
    onMessage: (message: Message) => void,
    signal: StopSignal,
    options: { onOpen: () => void; requestId: string },
  ): Promise<ListenEnd>;
  nextRequestId(): string;
}

/**
 * Changes in 2025-11-25: a subscription belongs to the session, and is told of on its GET stream. The stream is opened
 * first: what is told of a subscription while there is none goes nowhere.
 * Source: specification 2025-11-25, server/resources, "Subscriptions"; basic/transports, "Listening for Messages".
 */
export function subscriptionOf({ ask, listen, nextRequestId }: Owner): NonNullable<Connection['subscribe']> {
  return async (topics, watch, signal) => {
    const stop = new StopSource();
    const onStop = () => stop.abort(signal.reason);
    if (signal.aborted) onStop();
    else signal.addEventListener('abort', onStop);
    const requestId = nextRequestId();
    let refused: ListenEnd | undefined;
    let subscribing: Promise<void> | undefined;
    const subscribe = async () => {
      for (const topic of topics) {
        const answer = await ask('resources/subscribe', { uri: uriOfTopic(topic) }, stop);
        if (stop.aborted) return;
        if (answer.outcome === 'ok') continue;
        const { requestId: refusedWith, failure, transcript } = answer;
        refused = { requestId: refusedWith, failure, transcript };
        stop.abort();
        return;
      }
      watch.onListening(requestId);
    };
    const onOpen = () => {
      subscribing = subscribe();
    };
    const ended = await listen((message) => seeChange(watch, message), stop, { onOpen, requestId });
    // A stream that has ended has nothing to tell of what is still being asked for.
    stop.abort(signal.reason);
    await subscribing;
    signal.removeEventListener('abort', onStop);
    return refused ?? ended;
  };
}
