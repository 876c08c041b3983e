import { fetch as undiciFetch } from 'undici';
import type { StopSignal } from '../core/index.ts';
import { toAnswer } from './sdk-body.ts';
import { type Act, type Asked, newSeen, noteFailure, noteHead, type Seen } from './sdk-seen.ts';
import type { Fetch, SdkTarget } from './sdk-target.ts';
import type { ConnectionClient } from './types.ts';
import { cancelTimeoutMs } from './wire-stateful.ts';
import { requestIdHeader } from './wire-target.ts';

/**
 * The `fetch` that an SDK's transport is given. It names each exchange, keeps to the caller's deadline, and
 * sees what the SDK does not tell: status, headers and message of every answer.
 *
 * In four cases it does not do as the SDK would have it, each time to let it see what the wire client sees:
 * - The stream for notifications (GET) is refused with 405 and never asked for: no journey listens to it, and
 *   in strict rotation it would take turns from the requests that are measured.
 * - Between the answer to `initialize` and `notifications/initialized` a client takes its turnaround time.
 * - A failed `notifications/initialized` is kept from the SDK, which would give the session up. It stands.
 * - An answer that ends without a response to the request is completed with an error: the SDKs would wait for
 *   one until the deadline.
 */
export interface Witness {
  fetch: Fetch;
  /**
   * Lets the SDK act until `signal` aborts at the latest. Never rejects. The signal that `act` gets follows
   * `signal` only until the SDK has settled: v1 would cancel a request that was answered long ago.
   */
  during<T>(signal: StopSignal, act: (signal: AbortSignal) => Promise<T>): Promise<Acted<T>>;
}

/** What the SDK came to, and the exchanges it made, without those whose answer nobody waits for. */
export type Acted<T> = { exchanges: Seen[] } & ({ value: T } | { error: unknown });

export function witness(target: SdkTarget, client: ConnectionClient): Witness {
  let act: Act | undefined;

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

  const begin = (asked: Asked): Seen => {
    const requestId = client.nextRequestId();
    for (const [name, value] of Object.entries(target.headers)) asked.headers.set(name, value);
    asked.headers.set(requestIdHeader, requestId);
    return newSeen(requestId, asked);
  };

  /** An exchange of what the SDK is doing now. */
  const exchange = async (asked: Asked, ended: AbortSignal | null | undefined): Promise<Response> => {
    if (act === undefined) throw new Error('the SDK sends something that nobody asked of it');
    const { signal: deadline } = act;
    const seen = begin(asked);
    act.exchanges.push(seen);
    const signal = ended ? AbortSignal.any([deadline, ended]) : deadline;
    return toAnswer(await ask(asked, seen, signal), seen, act, signal);
  };

  /** Nobody waits for the answer to a cancellation, and what comes next does not cut it short. */
  const cancel = (asked: Asked) => {
    const answer = ask(asked, begin(asked), AbortSignal.timeout(cancelTimeoutMs));
    target.background(answer.then((response) => response.body?.cancel()));
  };

  const fetch: Fetch = async (_url, init = {}) => {
    if (init.method === 'GET') return new Response(null, { status: 405 });
    const body = typeof init.body === 'string' ? init.body : null;
    const asked: Asked = {
      method: init.method ?? 'POST',
      path: `${target.url.pathname}${target.url.search}`,
      headers: new Headers(init.headers),
      body,
      message: body === null ? {} : JSON.parse(body),
    };
    switch (asked.message.method) {
      case 'notifications/cancelled':
        cancel(asked);
        return accepted();
      case 'notifications/initialized':
        if (act) await client.turnAround(act.signal);
        await exchange(asked, init.signal).catch(() => {});
        return accepted();
      default:
        return exchange(asked, init.signal);
    }
  };

  const during: Witness['during'] = async (signal, run) => {
    const controller = new AbortController();
    const follow = () => controller.abort(signal.reason);
    if (signal.aborted) follow();
    else signal.addEventListener('abort', follow, { once: true });
    const mine: Act = { signal: controller.signal, exchanges: [], settled: false, onSettled: [] };
    act = mine;
    try {
      return { exchanges: mine.exchanges, value: await run(mine.signal) };
    } catch (error) {
      return { exchanges: mine.exchanges, error };
    } finally {
      signal.removeEventListener('abort', follow);
      mine.settled = true;
      for (const done of mine.onSettled) done();
    }
  };

  return { fetch, during };
}

const accepted = () => new Response(null, { status: 202 });
