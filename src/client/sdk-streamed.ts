import type { Response as UndiciResponse } from 'undici';
import { objectIn } from '../core/index.ts';
import type { Message } from './event-stream.ts';
import { lingerMs } from './exchange.ts';
import { isStream, lastWord, noResponse, toAnswer } from './sdk-body.ts';
import { type Act, noteFailure, type Seen, type SeenStreaming } from './sdk-seen.ts';
import { EventStreamReader, type ServerEvent } from './sse-reader.ts';
import { droppedMessage } from './stream-exchange.ts';

/** A stream of which every event counts, as an SDK gets it: whole events only, and nothing behind the one that is let go of. */

/** An event may be the whole result of a call. */
const eventCharsMax = 4 * 1024 * 1024;
/** How much of a stream's text is kept to be shown. */
const keptChars = 8192;

type Reader = ReadableStreamDefaultReader<Uint8Array>;
const streamHead = { status: 200, headers: { 'content-type': 'text/event-stream' } };

/**
 * @param ask makes the exchange. What becomes of it is told to `streaming`, which says whether the SDK goes on with it. If not, the
 * SDK gets an error in the place of the response, since it would wait for one until the deadline.
 * @param signal ends the exchange.
 */
export async function toStreamed(
  ask: () => Promise<UndiciResponse>,
  seen: Seen,
  act: Act,
  streaming: SeenStreaming,
  signal: AbortSignal,
): Promise<Response> {
  const isRest = seen.transcript.method === 'GET';
  const given = () => new Response(lastWord(noResponse(seen.id)), streamHead);
  let response: UndiciResponse;
  try {
    response = await ask();
  } catch (error) {
    const goesOn = streaming.onOver(seen);
    if (isRest && !goesOn) return given();
    throw error;
  }
  if (response.body !== null && isStream(seen)) {
    const reader = response.body.getReader() as Reader;
    const { status } = response;
    return new Response(events(reader, seen, streaming, signal), { status, headers: [...response.headers] });
  }
  let answer: Response | undefined;
  try {
    answer = await toAnswer(response, seen, act, signal);
    return answer;
  } finally {
    const goesOn = streaming.onOver(seen);
    if (isRest && !goesOn) {
      // biome-ignore lint/correctness/noUnsafeFinally: whatever became of it, the SDK shall not wait.
      return given();
    }
  }
}

function events(
  reader: Reader,
  seen: Seen,
  streaming: SeenStreaming,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const passed: string[] = [];
  const isOver = () => seen.message !== undefined || seen.failure !== undefined;
  const { status } = seen.transcript;
  const parser = new EventStreamReader({
    eventCharsMax,
    onEvent: (event) => {
      if (isOver()) return;
      passed.push(written(event));
      const message = objectIn(event.data);
      const letsGo = streaming.onEvent(event, message);
      if (message !== undefined && isResponse(message, seen)) seen.message = message;
      else if (letsGo) seen.failure = { kind: 'broken', message: droppedMessage, ...(status && { status }) };
    },
    onRetry: (ms) => passed.push(`retry: ${ms}\n\n`),
  });

  /** Reads on until there is something to pass on. @returns whether there may be more. */
  const more = async (): Promise<boolean> => {
    const { done, value } = await reader.read();
    if (done) {
      parser.end();
      return false;
    }
    seen.transcript.answerBytes += value.length;
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.length);
    if ((seen.text ?? '').length < keptChars)
      seen.text = (seen.text ?? '') + chunk.toString('utf8', 0, keptChars);
    parser.take(chunk);
    return !isOver();
  };

  const cut = () => void reader.cancel().catch(() => {});
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      let goesOn = true;
      try {
        while (goesOn && passed.length === 0) goesOn = await more();
      } catch (error) {
        noteFailure(seen, error, signal);
        goesOn = false;
      }
      if (passed.length > 0) controller.enqueue(Buffer.from(passed.splice(0).join('')));
      if (goesOn) return;
      parser.release();
      if (seen.message !== undefined) leave(reader);
      else cut();
      if (!streaming.onOver(seen) && seen.message === undefined) {
        controller.enqueue(lastWord(noResponse(seen.id)));
      }
      controller.close();
    },
    cancel: cut,
  });
}

/** Behind the response a server ends the stream; it is waited for so long, for the sake of keep-alive. */
function leave(reader: Reader): void {
  const linger = setTimeout(() => reader.cancel().catch(() => {}), lingerMs).unref();
  const drain = async () => {
    while (!(await reader.read()).done);
    clearTimeout(linger);
  };
  drain().catch(() => {});
}

const isResponse = (message: Message, { id }: Seen) =>
  message.id === id && (message.result !== undefined || message.error !== undefined);

function written({ id, event, data }: ServerEvent): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`);
  return `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}${lines.join('')}\n`;
}
