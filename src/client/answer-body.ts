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

/** How much of an answer's text is kept to be shown. */
const keptChars = 8192;

/** The body of one answer: JSON, or server-sent events of which one holds the response. */
export class AnswerBody {
  /** The response, as soon as a stream has brought it; what came before it (progress, logs) is passed over. */
  response: JsonRpcResponse | undefined;
  /** A response to another request, of a stream. */
  #other: JsonRpcResponse | undefined;
  readonly #stream: { parser: EventSourceParser; decoder: TextDecoder } | undefined;
  #chunks: Buffer | Buffer[] | undefined;
  #bytes = 0;
  #text = '';

  constructor(contentType: string | undefined, id: number | null) {
    if (!contentType?.startsWith('text/event-stream')) return;
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
    if (this.#chunks !== undefined) this.#text = joined(this.#chunks).toString('utf8', 0, keptChars * 4);
    return this.#text.slice(0, keptChars);
  }

  /** @throws BadAnswer when it is too much, or no UTF-8. */
  take(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > maxAnswerBytes) throw new BadAnswer(`the answer has more than ${maxAnswerBytes} bytes`);
    if (this.#stream === undefined) {
      if (this.#chunks === undefined) this.#chunks = chunk;
      else if (Array.isArray(this.#chunks)) this.#chunks.push(chunk);
      else this.#chunks = [this.#chunks, chunk];
      return;
    }
    const text = decode(this.#stream.decoder, chunk);
    if (this.#text.length < keptChars) this.#text += text;
    this.#stream.parser.feed(text);
  }

  /**
   * The body is complete. @returns the JSON-RPC response in it, if there is one.
   * @throws BadAnswer when it is no UTF-8.
   */
  end(): JsonRpcResponse | undefined {
    if (this.#stream !== undefined || this.#chunks === undefined) return this.shown;
    const bytes = joined(this.#chunks);
    if (!isUtf8(bytes)) throw new BadAnswer('the answer is not valid UTF-8');
    this.#chunks = undefined;
    const text = bytes.toString('utf8');
    this.#text = text;
    return parseMessage(text);
  }
}

function joined(chunks: Buffer | Buffer[]): Buffer {
  return Array.isArray(chunks) ? Buffer.concat(chunks) : chunks;
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
