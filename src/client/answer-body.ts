import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { createParser, type EventSourceParser } from 'eventsource-parser';
import { BadAnswer } from './http/index.ts';

export interface JsonRpcResponse {
  id?: unknown;
  result?: unknown;
  error?: { code?: unknown; message?: unknown };
}

/** More than this of one answer is not read: a server must not be able to fill the harness's memory. */
export const maxAnswerBytes = 16 * 1024 * 1024;

/** More than this of all answers under way at once neither, however many clients there are. */
export const maxHeldBytes = 192 * 1024 * 1024;

/** How much of an answer's text is kept to be shown. */
const keptChars = 8192;

const isEventStream = /^text\/event-stream/i;

/** The body of one answer: JSON, or server-sent events of which one holds the response. */
export class AnswerBody {
  /** The response, as soon as a stream has brought it; what came before it (progress, logs) is passed over. */
  response: JsonRpcResponse | undefined;
  /** A response to another request, of a stream. */
  #other: JsonRpcResponse | undefined;
  readonly #stream: { parser: EventSourceParser; decoder: TextDecoder } | undefined;
  /** As it came, if it came at once; else in the beginning of a buffer that grows. */
  #bytesHeld: Buffer | undefined;
  #isOwn = false;
  #bytes = 0;
  #text = '';
  readonly #memory: { bytes: number };
  #counted = 0;
  /** The stream's last character; a CR may be the end of a line, or half of it. */
  #last = '';

  /** @param memory what all answers under way hold; counted up with each chunk, until `release`. */
  constructor(contentType: string | undefined, id: number | string | null, memory = { bytes: 0 }) {
    this.#memory = memory;
    if (contentType === undefined || !isEventStream.test(contentType)) return;
    const parser = createParser({
      onEvent: ({ data }) => {
        const message = parseMessage(data);
        if (this.response !== undefined || message === undefined) return;
        if (message.id === id) this.response = message;
        else if (message.result !== undefined || message.error !== undefined) this.#other = message;
      },
    });
    this.#stream = { parser, decoder: new TextDecoder('utf-8', { fatal: true }) };
  }

  /** What a stream has to show so far: the response, or else one to another request. */
  get shown(): JsonRpcResponse | undefined {
    return this.response ?? this.#other;
  }

  /** What has come, as text; at most some thousand characters of it. */
  get text(): string {
    const held = this.#held();
    if (held !== undefined) this.#text = held.toString('utf8', 0, keptChars * 4);
    return this.#text.slice(0, keptChars);
  }

  /** @throws BadAnswer when it is too much, or no UTF-8. */
  take(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > maxAnswerBytes) throw new BadAnswer(`the answer has more than ${maxAnswerBytes} bytes`);
    this.#counted += chunk.length;
    this.#memory.bytes += chunk.length;
    if (this.#memory.bytes > maxHeldBytes) {
      throw new BadAnswer(`all answers under way have more than ${maxHeldBytes} bytes together`);
    }
    if (this.#stream === undefined) {
      this.#hold(chunk);
      return;
    }
    const text = decode(this.#stream.decoder, chunk);
    this.#last = text.at(-1) ?? this.#last;
    if (this.#text.length < keptChars) this.#text += text;
    this.#stream.parser.feed(text);
  }

  /**
   * The body is complete. @returns the JSON-RPC response in it, if there is one.
   * @throws BadAnswer when it is no UTF-8.
   */
  end(): JsonRpcResponse | undefined {
    if (this.#last === '\r') this.#stream?.parser.feed('\n');
    const bytes = this.#held();
    if (bytes === undefined) return this.shown;
    if (!isUtf8(bytes)) throw new BadAnswer('the answer is not valid UTF-8');
    this.#bytesHeld = undefined;
    const text = bytes.toString('utf8');
    this.#text = text;
    return parseMessage(text);
  }

  /** Nothing more will be asked of it. */
  release(): void {
    this.#memory.bytes -= this.#counted;
    this.#counted = 0;
  }

  #held(): Buffer | undefined {
    return this.#isOwn ? this.#bytesHeld?.subarray(0, this.#bytes) : this.#bytesHeld;
  }

  /** A server may send single bytes; each kept as a chunk of its own would take a hundred. */
  #hold(chunk: Buffer): void {
    const held = this.#bytesHeld;
    if (held === undefined) {
      this.#bytesHeld = chunk;
      return;
    }
    const before = this.#bytes - chunk.length;
    if (!this.#isOwn || held.length < this.#bytes) {
      this.#bytesHeld = Buffer.allocUnsafe(Math.min(this.#bytes * 2, maxAnswerBytes));
      held.copy(this.#bytesHeld, 0, 0, before);
      this.#isOwn = true;
    }
    chunk.copy(this.#bytesHeld as Buffer, before);
  }
}

function decode(decoder: TextDecoder, chunk: Buffer): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw new BadAnswer('the stream is not valid UTF-8');
  }
}

function parseMessage(text: string): JsonRpcResponse | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
