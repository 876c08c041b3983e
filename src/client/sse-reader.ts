import { TextDecoder } from 'node:util';
import { createParser, type EventSourceParser } from 'eventsource-parser';
import { maxHeldBytes } from './answer-body.ts';
import { BadAnswer } from './http/index.ts';

/** One server-sent event. */
export interface ServerEvent {
  id: string | undefined;
  /** Its type; by default `message`. */
  event?: string | undefined;
  data: string;
}

interface Reading {
  /** A longer event is refused, in characters: a server must not be able to fill the harness's memory. */
  eventCharsMax: number;
  /** What all answers under way hold; the event that has begun is counted up in it. */
  memory?: { bytes: number } | undefined;
  onEvent(event: ServerEvent): void;
  /** How long the server would have a client wait before it comes back. */
  onRetry?(ms: number): void;
}

/** Reads server-sent events out of the bytes of an answer; holds no more than the event that is under way. */
export class EventStreamReader {
  readonly #parser: EventSourceParser;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #memory: { bytes: number };
  /** Bytes of the event that has begun. */
  #held = 0;
  /** An event, or a comment, was over in this chunk. */
  #isPassed = false;
  #isReleased = false;
  /** The stream's last character; a CR may be the end of a line, or half of it. */
  #last = '';

  constructor({ eventCharsMax, memory = { bytes: 0 }, onEvent, onRetry }: Reading) {
    this.#memory = memory;
    this.#parser = createParser({
      maxBufferSize: eventCharsMax,
      onEvent: ({ id, event, data }) => {
        this.#isPassed = true;
        onEvent({ id, event, data });
      },
      onComment: () => {
        this.#isPassed = true;
      },
      ...(onRetry && { onRetry }),
      onError(error) {
        // What the standard says to pass over is passed over.
        if (error.type === 'max-buffer-size-exceeded') {
          throw new BadAnswer(`an event has more than ${eventCharsMax} characters`);
        }
      },
    });
  }

  /** @throws BadAnswer when an event is too large, all answers under way are, or the stream is no UTF-8. */
  take(chunk: Buffer): void {
    this.#hold(this.#held + chunk.length);
    if (this.#memory.bytes > maxHeldBytes) {
      throw new BadAnswer(`all answers under way have more than ${maxHeldBytes} bytes together`);
    }
    this.#isPassed = false;
    const text = this.#decode(chunk);
    this.#last = text.at(-1) ?? this.#last;
    this.#parser.feed(text);
    if (this.#isPassed) this.#hold(chunk.length - behindBlankLine(chunk));
  }

  /** The stream is over: a CR at its end was the end of a line. */
  end(): void {
    if (this.#last === '\r') this.#parser.feed('\n');
  }

  /** Nothing more will be asked of it. */
  release(): void {
    this.#hold(0);
    this.#isReleased = true;
  }

  #decode(chunk: Buffer): string {
    try {
      return this.#decoder.decode(chunk, { stream: true });
    } catch {
      throw new BadAnswer('the stream is not valid UTF-8');
    }
  }

  /** An event may be the one after which nobody reads on: then nothing is held any more. */
  #hold(bytes: number): void {
    if (this.#isReleased) return;
    this.#memory.bytes += bytes - this.#held;
    this.#held = bytes;
  }
}

const blankLines = ['\n\n', '\r\n\r\n'];

/** Where an event may have begun that is not over. */
function behindBlankLine(chunk: Buffer): number {
  const ends = blankLines.map((line) => {
    const at = chunk.lastIndexOf(line);
    return at < 0 ? 0 : at + line.length;
  });
  return Math.max(...ends);
}
