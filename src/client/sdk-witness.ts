import { AsyncLocalStorage } from 'node:async_hooks';
import { fetch as undiciFetch } from 'undici';
import type { StopSignal } from '../core/index.ts';
import type { Message } from './event-stream.ts';
import type { Acted } from './sdk-acted.ts';
import { toAnswer } from './sdk-body.ts';
import { follow } from './sdk-follow.ts';
import { isEnd, toListened } from './sdk-listened.ts';
import {
  type Act,
  type Asked,
  type InputResult,
  type JsonRpcId,
  newSeen,
  noteFailure,
  noteHead,
  type Seen,
  type Ways,
} from './sdk-seen.ts';
import { toStreamed } from './sdk-streamed.ts';
import type { Fetch, SdkTarget } from './sdk-target.ts';
import type { ConnectionClient } from './types.ts';
import { cancelTimeoutMs } from './wire-stateful.ts';
import { requestIdHeader } from './wire-target.ts';

/**
 * The `fetch` that an SDK's transport is given. It names each exchange, keeps to the caller's deadline, and
 * sees what the SDK does not tell: status, headers and message of every answer.
 *
 * In five cases it does not do as the SDK would have it, each time to let it see what the wire client sees:
 * - The stream for notifications (GET) is refused with 405 and never asked for, unless the journey listens or resumes: in strict
 *   rotation it would take turns from the requests that are measured.
 * - Between the answer to `initialize` and `notifications/initialized` a client takes its turnaround time.
 * - A failed `notifications/initialized` is kept from the SDK, which would give the session up. It stands.
 * - What it says to a server that asks something in the middle of an ordinary call is not waited for.
 * - An answer that ends without a response to the request is completed with an error: the SDKs would wait for
 *   one until the deadline.
 */
export interface Witness {
  fetch: Fetch;
  /**
   * Lets the SDK act until `signal` aborts at the latest. Never rejects. The signal that `act` gets follows
   * `signal` only until the SDK has settled: v1 would cancel a request that was answered long ago.
   */
  during<T>(signal: StopSignal, act: (signal: AbortSignal) => Promise<T>, ways?: Ways): Promise<Acted<T>>;
  /** What the SDK's handler for questions answers: what the act says on whose stream, or as whose result, it came. */
  onQuestion(id: JsonRpcId, signal: AbortSignal): Promise<InputResult | undefined>;
  /** What the SDK's handler for notifications does. */
  onNotification(message: Message): Promise<void>;
}

/** Whatever an SDK does because of an act, it does in the act's asynchronous context: its timers and handlers, too. */
const acts = new AsyncLocalStorage<Act>();

export function witness(target: SdkTarget, client: ConnectionClient): Witness {
  /** The exchange itself; rejects, as `fetch` does, when there is no answer. */
  const ask = async (asked: Asked, seen: Seen, signal: AbortSignal) => {
    try {
      const response = await undiciFetch(target.url, {
        method: asked.method,
        headers: [...asked.headers],
        body: asked.body,
        redirect: 'manual',
        signal,
        dispatcher: target.dispatcher,
      });
      noteHead(seen, response.status, [...response.headers]);
      return response;
    } catch (error) {
      noteFailure(seen, error, signal);
      throw error;
    }
  };

  const begin = (asked: Asked, requestId = client.nextRequestId()): Seen => {
    for (const [name, value] of Object.entries(target.headers)) asked.headers.set(name, value);
    asked.headers.set(requestIdHeader, requestId);
    return newSeen(requestId, asked);
  };

  /** An exchange of what the SDK is doing now. */
  const exchange = async (asked: Asked, ended: AbortSignal | null | undefined): Promise<Response> => {
    const act = acts.getStore();
    if (act === undefined) throw new Error('the SDK sends something that nobody asked of it');
    const { signal: deadline, ways } = act;
    if (ways.alter && asked.body !== null) {
      ways.alter(asked.message);
      asked.body = JSON.stringify(asked.message);
    }
    const { listening, streaming } = ways;
    const seen = begin(asked, listening?.requestId);
    // The rest of a stream has the response to the request that began it.
    if (streaming && asked.method === 'GET') seen.id = act.exchanges[0]?.id ?? null;
    act.exchanges.push(seen);
    const signal = ended ? AbortSignal.any([deadline, ended]) : deadline;
    if (streaming) return toStreamed(() => ask(asked, seen, signal), seen, act, streaming, signal);
    if (listening) return toListened(await ask(asked, seen, signal), seen, act, listening, signal);
    return toAnswer(await ask(asked, seen, signal), seen, act, signal);
  };

  /** What nobody waits for the answer to, as to a cancellation; what comes next does not cut it short. */
  const mention = (asked: Asked) => {
    const answer = ask(asked, begin(asked), AbortSignal.timeout(cancelTimeoutMs));
    target.background(answer.then((response) => response.body?.cancel()));
  };

  /** An answer to the server is an exchange of its own, which the result of the act does not depend on. */
  const reply = async (asked: Asked, act: Act | undefined) => {
    const { id, error } = asked.message;
    const how = id === undefined ? undefined : act?.ways.replyTo?.(id);
    if (how === undefined || act === undefined) {
      mention(asked);
      return accepted();
    }
    const seen = begin(asked);
    try {
      return await toAnswer(await ask(asked, seen, how.signal), seen, act, how.signal);
    } finally {
      how.onSent(seen, error && String(error.message));
    }
  };

  const fetch: Fetch = async (_url, init = {}) => {
    const act = acts.getStore();
    if (init.method === 'GET' && !isWanted(act)) return new Response(null, { status: 405 });
    const body = typeof init.body === 'string' ? init.body : null;
    const asked: Asked = {
      method: init.method ?? 'POST',
      path: `${target.url.pathname}${target.url.search}`,
      headers: new Headers(init.headers),
      body,
      message: body === null ? {} : JSON.parse(body),
    };
    switch (asked.message.method) {
      case undefined:
        if (asked.body !== null) return reply(asked, act);
        // A client takes its time before it asks for the rest of a stream, as before any request that follows from another.
        if (act?.ways.streaming) await client.turnAround(act.signal);
        act?.signal.throwIfAborted();
        return exchange(asked, init.signal);
      case 'notifications/cancelled':
        mention(asked);
        return accepted();
      case 'notifications/initialized':
        if (act) await client.turnAround(act.signal);
        await exchange(asked, init.signal).catch(() => {});
        return accepted();
      default:
        return exchange(asked, init.signal);
    }
  };

  const during: Witness['during'] = async (signal, run, ways = {}) => {
    using until = follow(signal);
    const mine: Act = { signal: until.signal, exchanges: [], settled: false, onSettled: [], ways };
    try {
      return { exchanges: mine.exchanges, value: await acts.run(mine, () => run(mine.signal)) };
    } catch (error) {
      return { exchanges: mine.exchanges, error };
    } finally {
      mine.settled = true;
      for (const done of mine.onSettled) done();
    }
  };

  const onQuestion: Witness['onQuestion'] = async (id, signal) => {
    const act = acts.getStore();
    return act?.ways.onQuestion?.(id, act, signal);
  };

  const onNotification: Witness['onNotification'] = async (message) => {
    const { ways } = acts.getStore() ?? {};
    if (isEnd(message)) ways?.listening?.onEnd();
    else ways?.onNotification?.(message);
  };

  return { fetch, during, onQuestion, onNotification };
}

/** Whether a stream is listened to, or resumed; once it has ended, the SDK is not the one to open it again. */
function isWanted(act: Act | undefined): boolean {
  if (act === undefined || act.settled) return false;
  const { listening, streaming } = act.ways;
  return (listening !== undefined && act.exchanges.length === 0) || streaming?.wantsRest === true;
}

const accepted = () => new Response(null, { status: 202 });
