import { createParser } from 'eventsource-parser';
import { messageOf } from '../core/index.ts';
import type { Failure } from '../record/index.ts';
import {
  type Exchanged,
  failureOf,
  type JsonRpcResponse,
  parseMessage,
  shorten,
  wasSent,
} from './exchange.ts';
import { judgeExchange } from './tool-answer.ts';
import type { Answer } from './types.ts';

/** One exchange as the fetch of an SDK client saw it; what the SDK itself makes of it says less. */
export interface Seen {
  requestId: string;
  /** Of the JSON-RPC request; null for a notification, and for DELETE. */
  id: number | null;
  /** Undefined until there is an answer. */
  status?: number;
  headers: Record<string, string>;
  /** What has come of the body, until the SDK has settled. */
  chunks: Uint8Array[];
  bytes: number;
  failure?: Failure;
  /** Whether the server may have seen the request. */
  sent: boolean;
}

/** Something that an SDK client was told to do. */
export interface Act {
  signal: AbortSignal;
  /** Those that its result depends on. */
  exchanges: Seen[];
  /** The SDK has come to a result. */
  settled: boolean;
  /** Called once when it has. */
  onSettled: (() => void)[];
}

export const isStream = (seen: Seen) => (seen.headers['content-type'] ?? '').startsWith('text/event-stream');

export function noteFailure(seen: Seen, error: unknown, signal: AbortSignal): void {
  // `fetch` wraps what went wrong with the connection.
  const cause = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  const status = seen.status === undefined ? {} : { status: seen.status };
  seen.failure = { ...failureOf(cause, signal), ...status };
  seen.sent = seen.status !== undefined || wasSent(cause);
}

/** The JSON-RPC message in the body; of a stream, the response with the request's id. */
export function messageIn(seen: Seen): JsonRpcResponse | undefined {
  const text = Buffer.concat(seen.chunks).toString('utf8');
  if (!isStream(seen)) return parseMessage(text);
  let found: JsonRpcResponse | undefined;
  const parser = createParser({
    onEvent: ({ data }) => {
      const message = parseMessage(data);
      if (message !== undefined && message.id === seen.id) found ??= message;
    },
  });
  parser.feed(text);
  return found;
}

function exchangedOf(seen: Seen): Exchanged {
  const { failure, sent, status, headers } = seen;
  if (failure !== undefined) return { failure, sent };
  return { status: status ?? 0, headers, message: messageIn(seen) };
}

/** Judges what was seen as the wire client judges what it sees. */
export function judgeSeen(seen: Seen, inSession: boolean): Answer<Record<string, unknown>> {
  return judgeExchange(exchangedOf(seen), { id: seen.id ?? 0, requestId: seen.requestId, inSession });
}

/**
 * What an SDK's error means: what the exchange shows, whatever words the SDK has for it. An answer that nothing
 * is wrong with but the SDK does not accept is malformed.
 *
 * @param seen undefined if the SDK gave up before it sent anything; `requestId` is then a new one.
 */
export function judgeError(
  error: unknown,
  seen: Seen | undefined,
  context: { signal: AbortSignal; inSession: boolean; nextRequestId: () => string },
): Answer<never> {
  const { signal, inSession } = context;
  const requestId = seen?.requestId ?? context.nextRequestId();
  const status = seen?.status === undefined ? {} : { status: seen.status };
  if (signal.aborted) {
    return { outcome: 'info', failure: { ...failureOf(signal.reason, signal), ...status }, requestId };
  }
  const message = shorten(messageOf(error));
  if (seen === undefined) return { outcome: 'fail', failure: { kind: 'not-sent', message }, requestId };
  const answer = judgeSeen(seen, inSession);
  if (answer.outcome !== 'ok') return answer;
  return { outcome: 'info', failure: { kind: 'malformed', ...status, message }, requestId };
}
