import { type StopSignal, TimeLimit } from '../core/index.ts';
import { uriOfTopic } from '../record/index.ts';
import { isHonoured, seeChange } from './changes.ts';
import type { Message } from './event-stream.ts';
import { endOf } from './sdk-listen-end.ts';
import type { SdkClient } from './sdk-target.ts';
import type { Witness } from './sdk-witness.ts';
import type { Connection, ListenEnd } from './types.ts';

interface Host {
  during: Witness['during'];
  nextRequestId(): string;
  sdk(): Promise<SdkClient>;
}

/**
 * `subscriptions/listen` of an official client (`Client.listen`). It cancels it in two ways at its end: by closing the stream, and
 * by a notification, to which nobody waits for the answer.
 */
export function sdkSubscriptions({ during, nextRequestId, sdk }: Host) {
  const listen = async (
    filter: Record<string, unknown>,
    { onMessage, onHonored }: { onMessage(message: Message): void; onHonored(honored: object): void },
    signal: StopSignal,
    requestId: string,
  ): Promise<ListenEnd> => {
    const client = await sdk();
    const act = async (until: AbortSignal) => {
      const { honored, closed } = await client.listening.listen(filter, until);
      onHonored(honored);
      await closed;
    };
    const ways = {
      listening: { requestId, onOpen: () => {}, onEnd: () => {} },
      onNotification: (message: Message) => void (signal.aborted || onMessage(message)),
    };
    return endOf(await during(signal, act, ways), { requestId, signal, inSession: false });
  };

  const subscribe: NonNullable<Connection['subscribe']> = async (topics, watch, signal) => {
    const requestId = nextRequestId();
    const filter = {
      resourcesListChanged: true,
      resourceSubscriptions: topics.map((topic) => uriOfTopic(topic)),
    };
    using stop = new TimeLimit(signal, Number.POSITIVE_INFINITY);
    let isRefused = false;
    const { show, flush } = inOrder((message) => isRefused || seeChange(watch, message));
    const onHonored = (notifications: object) => {
      isRefused = !isHonoured({ params: { notifications } }, topics);
      if (isRefused) stop.abort();
      else watch.onListening(requestId);
      flush();
    };
    const ended = await listen(filter, { onMessage: show, onHonored }, stop, requestId);
    flush();
    if (!isRefused) return ended;
    const message = 'the server acknowledges less than was asked for';
    return { requestId, failure: { kind: 'rejected', message } };
  };

  const listenForTasks = (
    taskIds: readonly string[],
    onMessage: (message: Message) => void,
    signal: StopSignal,
  ) => listen({ taskIds: [...taskIds] }, { onMessage, onHonored: () => {} }, signal, nextRequestId());

  return { subscribe, listenForTasks };
}

/** More than this of what comes before the acknowledgement does not wait for it. */
const earlyMax = 1000;

/** The SDK tells of the acknowledgement some microtasks after what came right behind it; held back until `flush`. */
function inOrder(take: (message: Message) => void): { show(message: Message): void; flush(): void } {
  let early: Message[] | undefined = [];
  const flush = () => {
    const held = early ?? [];
    early = undefined;
    for (const message of held) take(message);
  };
  const show = (message: Message) => {
    if (early !== undefined && early.length >= earlyMax) flush();
    if (early === undefined) take(message);
    else early.push(message);
  };
  return { show, flush };
}
