import type { Response as UndiciResponse } from 'undici';
import { AnswerTooLarge, lingerMs, maxAnswerBytes } from './exchange.ts';
import { type Act, isStream, messageIn, noteFailure, type Seen } from './sdk-seen.ts';

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/**
 * The answer as the SDK gets it, with its body noted in `seen`. An answer that ends without a response to the
 * request is completed with an error: the SDKs would wait for one until the deadline.
 *
 * @param signal ends the exchange.
 */
export async function toAnswer(
  response: UndiciResponse,
  seen: Seen,
  act: Act,
  signal: AbortSignal,
): Promise<Response> {
  const head = { status: response.status, headers: [...response.headers] };
  const reader = response.body?.getReader() as Reader | undefined;
  if (reader && seen.id !== null && response.status === 200 && isStream(seen)) {
    return new Response(watchedStream(reader, seen, act, signal), head);
  }
  if (reader) await readAll(reader, seen, signal);
  if (seen.id !== null && response.ok && messageIn(seen)?.id !== seen.id) {
    return Response.json(noResponse(seen.id));
  }
  return new Response(seen.bytes === 0 ? null : Buffer.concat(seen.chunks), head);
}

async function readAll(reader: Reader, seen: Seen, signal: AbortSignal): Promise<void> {
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) keep(seen, read.value);
  } catch (error) {
    noteFailure(seen, error, signal);
    reader.cancel().catch(() => {});
    throw error;
  }
}

/** Passes the stream on as the SDK reads it. Once the SDK has its response, it is cut after a while. */
function watchedStream(
  reader: Reader,
  seen: Seen,
  act: Act,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  let linger: NodeJS.Timeout | undefined;
  const cut = () => void reader.cancel().catch(() => {});
  act.onSettled.push(() => {
    linger = setTimeout(cut, lingerMs).unref();
  });
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          if (!act.settled) keep(seen, value);
          controller.enqueue(value);
          return;
        }
      } catch (error) {
        if (!act.settled) noteFailure(seen, error, signal);
        cut();
      }
      clearTimeout(linger);
      if (!act.settled) controller.enqueue(endOfStream(seen.id));
      controller.close();
    },
    cancel: cut,
  });
}

function keep(seen: Seen, chunk: Uint8Array): void {
  seen.bytes += chunk.length;
  if (seen.bytes > maxAnswerBytes) throw new AnswerTooLarge();
  seen.chunks.push(chunk);
}

const noResponse = (id: number | null) => ({
  jsonrpc: '2.0',
  id,
  error: { code: -32603, message: 'no JSON-RPC response in the answer' },
});

/**
 * If the response has come before, the SDK passes this over. The first line spoils an event that broke off,
 * which must not be taken for a whole one.
 */
function endOfStream(id: number | null): Uint8Array {
  return new TextEncoder().encode(`\ndata: broken off\n\ndata: ${JSON.stringify(noResponse(id))}\n\n`);
}
