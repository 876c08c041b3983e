import type { StopSignal } from '../core/index.ts';
import { messageOf } from '../core/index.ts';
import type { Listened } from './event-stream.ts';
import { shorten } from './exchange.ts';
import { listenFailure } from './listen.ts';
import type { Acted } from './sdk-acted.ts';
import { isStream } from './sdk-body.ts';
import { exchangedOf, type Seen, told } from './sdk-seen.ts';
import type { ListenEnd } from './types.ts';

/** How an SDK's listening ended, by its exchange, as the wire client sees it. */
export function endOf(
  acted: Acted<unknown>,
  { requestId, signal, inSession }: { requestId: string; signal: StopSignal; inSession: boolean },
): ListenEnd {
  const seen = acted.exchanges[0];
  if (signal.aborted) return { requestId, failure: undefined };
  if (seen === undefined) {
    const message = 'error' in acted ? shorten(messageOf(acted.error)) : 'the SDK has not listened';
    return { requestId, failure: { kind: 'not-sent', message } };
  }
  const listened = listenedOf(seen);
  const failure = listenFailure(listened, { id: seen.id, requestId, inSession });
  return { requestId, failure, transcript: listened === 'ended' ? undefined : told(seen) };
}

function listenedOf(seen: Seen): Listened {
  // Once it is answered, the SDK lets go of the stream.
  if (seen.message !== undefined) return exchangedOf({ ...seen, failure: undefined });
  return seen.failure === undefined && seen.transcript.status === 200 && isStream(seen)
    ? 'ended'
    : exchangedOf(seen);
}
