import { fetch as undiciFetch } from 'undici';
import { toAnswer } from './sdk-body.ts';
import { type Act, noteFailure, type Seen } from './sdk-seen.ts';
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
  during<T>(signal: AbortSignal, act: (signal: AbortSignal) => Promise<T>): Promise<Acted<T>>;
}

/** What the SDK came to, and the exchanges it made, without those whose answer nobody waits for. */
export type Acted<T> = { exchanges: Seen[] } & ({ value: T } | { error: unknown });

export function witness(target: SdkTarget, client: ConnectionClient): Witness {
  let act: Act | undefined;

  /** The exchange itself; rejects, as `fetch` does, when there is no answer. */
  const ask = async (url: string | URL, init: RequestInit, signal: AbortSignal, seen: Seen) => {
    const headers = new Headers(init.headers);
    headers.set(requestIdHeader, seen.requestId);
    try {
      const response = await undiciFetch(url, {
        method: init.method ?? 'POST',
        headers: [...headers],
        body: typeof init.body === 'string' ? init.body : null,
        redirect: 'manual',
        signal,
        dispatcher: target.dispatcher,
      });
      seen.status = response.status;
      seen.headers = Object.fromEntries(response.headers);
      return response;
    } catch (error) {
      noteFailure(seen, error, signal);
      throw error;
    }
  };

  /** An exchange of what the SDK is doing now. */
  const exchange = async (url: string | URL, init: RequestInit, id: number | null): Promise<Response> => {
    if (act === undefined) throw new Error('the SDK sends something that nobody asked of it');
    const { signal: deadline } = act;
    const seen = newSeen(client.nextRequestId(), id);
    act.exchanges.push(seen);
    const signal = init.signal ? AbortSignal.any([deadline, init.signal]) : deadline;
    return toAnswer(await ask(url, init, signal, seen), seen, act, signal);
  };

  /** Nobody waits for the answer to a cancellation, and what comes next does not cut it short. */
  const cancel = (url: string | URL, init: RequestInit) => {
    const seen = newSeen(client.nextRequestId(), null);
    const answer = ask(url, init, AbortSignal.timeout(cancelTimeoutMs), seen);
    target.background(answer.then((response) => response.body?.cancel()));
  };

  const fetch: Fetch = async (url, init = {}) => {
    if (init.method === 'GET') return new Response(null, { status: 405 });
    const { id, method } = typeof init.body === 'string' ? JSON.parse(init.body) : {};
    switch (method) {
      case 'notifications/cancelled':
        cancel(url, init);
        return accepted();
      case 'notifications/initialized':
        if (act) await client.turnAround(act.signal);
        await exchange(url, init, null).catch(() => {});
        return accepted();
      default:
        return exchange(url, init, id ?? null);
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

const newSeen = (requestId: string, id: number | null): Seen => ({
  requestId,
  id,
  headers: {},
  chunks: [],
  bytes: 0,
  sent: true,
});
