import type { Response as UndiciResponse } from 'undici';
import type { StopSignal } from '../core/index.ts';
import { lingerMs } from './exchange.ts';
import { headerOf } from './http/index.ts';
import { type Act, noteBody, noteEnd, noteFailure, type Seen } from './sdk-seen.ts';

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
  signal: StopSignal,
): Promise<Response> {
  const { status } = response;
  const head = { status, headers: [...response.headers] };
  const reader = response.body?.getReader() as Reader | undefined;
  if (reader && seen.id !== null && status === 200 && isStream(seen)) {
    return new Response(watchedStream(reader, seen, act, signal), head);
  }
  const body = await readAll(reader, seen, signal);
  if (seen.id !== null && response.ok && seen.message?.id !== seen.id) {
    return Response.json(noResponse(seen.id));
  }
  return new Response(body.length === 0 ? null : body, head);
}

/** Whether it is answered by a stream of events. */
export const isStream = ({ answer }: Seen) =>
  answer !== undefined && headerOf(answer.head, 'content-type')?.startsWith('text/event-stream');

async function readAll(reader: Reader | undefined, seen: Seen, signal: StopSignal): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  try {
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      noteBody(seen, read.value);
      chunks.push(read.value);
    }
    noteEnd(seen);
  } catch (error) {
    noteFailure(seen, error, signal);
    reader?.cancel().catch(() => {});
    throw error;
  }
  return Buffer.concat(chunks);
}

/** Passes the stream on as the SDK reads it. Once the SDK has its response, it is cut after a while. */
function watchedStream(reader: Reader, seen: Seen, act: Act, signal: StopSignal): ReadableStream<Uint8Array> {
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
          if (!act.settled) noteBody(seen, value);
          controller.enqueue(value);
          return;
        }
      } catch (error) {
        if (!act.settled) noteFailure(seen, error, signal);
        cut();
      }
      clearTimeout(linger);
      if (!act.settled) controller.enqueue(lastWord(noResponse(seen.id)));
      controller.close();
    },
    cancel: cut,
  });
}

/** What an SDK gets in the place of a response that does not come. */
export const noResponse = (id: Seen['id']) => ({
  jsonrpc: '2.0',
  id,
  error: { code: -32603, message: 'no JSON-RPC response in the answer' },
});

/**
 * A message at the end of a stream. If the response has come before, the SDK passes this over. The first line spoils an
 * event that broke off, which must not be taken for a whole one.
 */
export function lastWord(message: object): Uint8Array {
  return new TextEncoder().encode(`\ndata: broken off\n\ndata: ${JSON.stringify(message)}\n\n`);
}
