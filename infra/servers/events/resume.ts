import { setTimeout as wait } from 'node:timers/promises';
import type { EventLog, KeptEvent, StreamMessage } from './types.ts';

/**
 * The stream that stands open for a session without a request; the SDKs call it so. One that is taken up again has no end of
 * its own.
 */
export const standingStream = '_GET_stream';

/** How often an event log is asked for what is new: it may be another replica that writes. */
const pollMs = 20;

/** Names an event within its session. */
export const eventIdOf = (stream: string, number: number): string => `${stream}_${number}`;

function parseEventId(id: string): { stream: string; number: number } | undefined {
  const match = /^(.{1,100})_([1-9]\d{0,14})$/.exec(id);
  return match ? { stream: match[1] ?? '', number: Number(match[2]) } : undefined;
}

/**
 * The rest of a stream, from behind the event that the client saw last: what is kept of it and what comes yet, whichever
 * replica sends it, until its response.
 *
 * In front of the SDK's transport, which has the same for streams of its own: of one that another replica has opened it
 * replays what is there, and then ends it.
 *
 * @param gone aborts when the client is gone, or the server ends.
 * @returns undefined if this session knows no such event. That of another stream or session is none: its events were never
 * sent to this client.
 */
export async function resumed(
  log: EventLog,
  session: string,
  lastEventId: string,
  gone: AbortSignal,
): Promise<Response | undefined> {
  const from = parseEventId(lastEventId);
  if (from === undefined) return undefined;
  const { stream } = from;
  const first = await log.after(session, stream, from.number);
  if (first === undefined) return undefined;
  const encoder = new TextEncoder();
  let { number } = from;
  let pending: KeptEvent[] | undefined = first;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(': resumed\n\n')),
    async pull(controller) {
      const events = await nextEvents();
      for (const event of events) {
        number = event.number;
        controller.enqueue(encoder.encode(sse(event.message, eventIdOf(stream, number))));
      }
      // Ended by the server: not by its response, so the client may come back for the rest.
      if (events.length === 0 || events.some(({ message }) => isResponse(message))) controller.close();
    },
  });
  /** None if the client is gone. */
  const nextEvents = async (): Promise<KeptEvent[]> => {
    while (!gone.aborted) {
      const events = pending ?? (await log.after(session, stream, number));
      pending = undefined;
      if (events === undefined) return [];
      if (events.length > 0) return events;
      await wait(pollMs, undefined, { signal: gone }).catch(() => {});
    }
    return [];
  };
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
  });
}

function sse(message: StreamMessage, id: string): string {
  // The event that opened the stream has nothing to say.
  const data = Object.keys(message).length === 0 ? '' : JSON.stringify(message);
  return `event: message\nid: ${id}\ndata: ${data}\n\n`;
}

const isResponse = (message: StreamMessage) => 'result' in message || 'error' in message;
