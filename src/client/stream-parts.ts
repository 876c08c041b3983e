import { type Failure, idempotencyKeyKey, opIdKey } from '../record/index.ts';
import { type Exchanged, shorten } from './exchange.ts';
import { droppedMessage, type StreamMessage } from './stream-exchange.ts';
import type { StreamCall, StreamWatch } from './types.ts';

/** What the streams of both revisions have in common. */

/** `_meta` of a call with a stream, beside what the revision asks for. */
export function streamMeta({
  opId,
  stream,
  idempotencyKey,
}: Pick<StreamCall, 'opId' | 'stream' | 'idempotencyKey'>): Record<string, string> {
  return {
    [opIdKey]: opId,
    progressToken: stream,
    ...(idempotencyKey !== undefined && { [idempotencyKeyKey]: idempotencyKey }),
  };
}

/** Shows a message of a stream to `watch`, if it tells of progress. @returns true to let go of the connection. */
export function seeProgress(watch: StreamWatch, message: StreamMessage | undefined): boolean {
  if (message?.method !== 'notifications/progress') return false;
  const { progressToken, progress } = (message.params ?? {}) as Record<string, unknown>;
  return watch.onProgress(progressToken, progress);
}

/**
 * Why a stream broke: its connection, or whoever stands between, went away before the response was there. Undefined if it
 * did not: it was answered, refused, or never sent, or its client stopped waiting.
 */
export function breakOf(exchanged: Exchanged): Failure | undefined {
  if ('failure' in exchanged) {
    return exchanged.sent && exchanged.failure.kind === 'broken' ? exchanged.failure : undefined;
  }
  const { status, message, transcript } = exchanged;
  if (status >= 500 && message?.result === undefined) {
    return { kind: 'broken', status, message: shorten(transcript.answerBody) };
  }
  if (status !== 200 || message !== undefined) return undefined;
  return { kind: 'broken', status, message: 'the stream ended without a response' };
}

export const wasDropped = ({ message }: Failure): boolean => message === droppedMessage;
