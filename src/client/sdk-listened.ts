import type { Response as UndiciResponse } from 'undici';
import { objectIn } from '../core/index.ts';
import { type Message, maxEventChars } from './event-stream.ts';
import { isStream, lastWord, toAnswer } from './sdk-body.ts';
import { type Act, noteFailure, type Seen, type SeenListening } from './sdk-seen.ts';
import { EventStreamReader } from './sse-reader.ts';

/** Comes last on a stream, so that the SDK has handed over all that came before. */
const endOfListening = { jsonrpc: '2.0', method: 'notifications/io.mcp-windtunnel/end' };

/**
 * A stream that an SDK listens to, as it gets it: all of it, however long it is, but no event that is too large.
 * @param signal ends the exchange.
 */
export async function toListened(
  response: UndiciResponse,
  seen: Seen,
  act: Act,
  listening: SeenListening,
  signal: AbortSignal,
): Promise<Response> {
  if (response.status !== 200 || response.body === null || !isStream(seen)) {
    try {
      return await toAnswer(response, seen, act, signal);
    } finally {
      listening.onEnd();
    }
  }
  listening.onOpen();
  const { status } = response;
  return new Response(passed(response.body, seen, signal), { status, headers: [...response.headers] });
}

function passed(
  body: NonNullable<UndiciResponse['body']>,
  seen: Seen,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const cut = () => void reader.cancel().catch(() => {});
  const events = new EventStreamReader({
    eventCharsMax: maxEventChars,
    onEvent: ({ data }) => noteResponse(seen, data),
  });
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          const chunk = value as Uint8Array;
          seen.transcript.answerBytes += chunk.length;
          events.take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
          controller.enqueue(chunk);
          return;
        }
      } catch (error) {
        noteFailure(seen, error, signal);
        cut();
      }
      events.release();
      controller.enqueue(lastWord(endOfListening));
      controller.close();
    },
    cancel: cut,
  });
}

/** The answer to `subscriptions/listen` is what it ends with. */
function noteResponse(seen: Seen, data: string): void {
  if (seen.id === null || seen.message !== undefined) return;
  const message = objectIn(data);
  if (message?.id === seen.id && message.method === undefined) seen.message = message;
}

/** Whether this is the end of what came on a stream, which no server has said. */
export const isEnd = ({ method }: Message): boolean => method === endOfListening.method;
