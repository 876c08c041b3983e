import { TextDecoder } from 'node:util';
import { createParser, type EventSourceParser } from 'eventsource-parser';
import { BadAnswer } from './http/index.ts';

/** One server-sent event. */
export interface ServerEvent {
  id: string | undefined;
  data: string;
}

/** More than this of one event is not read: a server must not be able to fill the harness's memory. */
const eventCharsMax = 4 * 1024 * 1024;

/** Reads server-sent events out of the bytes of an answer; keeps no more than the event that is under way. */
export class EventStreamReader {
  readonly #parser: EventSourceParser;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #last = '';

  constructor(onEvent: (event: ServerEvent) => void, onRetry: (ms: number) => void) {
    this.#parser = createParser({
      maxBufferSize: eventCharsMax,
      onEvent: ({ id, data }) => onEvent({ id, data }),
      onRetry,
      onError(error) {
        // What the standard says to pass over is passed over.
        if (error.type === 'max-buffer-size-exceeded') {
          throw new BadAnswer(`an event has more than ${eventCharsMax} characters`);
        }
      },
    });
  }

  /** @throws BadAnswer when an event is too large, or the stream no UTF-8. */
  take(chunk: Buffer): void {
    let text: string;
    try {
      text = this.#decoder.decode(chunk, { stream: true });
    } catch {
      throw new BadAnswer('the stream is not valid UTF-8');
    }
    this.#last = text.at(-1) ?? this.#last;
    this.#parser.feed(text);
  }

  /** The stream is over: a CR at its end was the end of a line. */
  end(): void {
    if (this.#last === '\r') this.#parser.feed('\n');
  }
}
