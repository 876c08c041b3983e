import { TextDecoder } from 'node:util';
import { createParser, type EventSourceParser } from 'eventsource-parser';
import { monotonicUs, type StopSignal } from '../core/index.ts';
import { AnswerBody, type JsonRpcResponse, maxHeldBytes } from './answer-body.ts';
import { type Exchanged, failureOf, type WireRequest } from './exchange.ts';
import {
  type AnswerHead,
  BadAnswer,
  type HttpExchange,
  type HttpHandler,
  type HttpPool,
  headerOf,
} from './http/index.ts';
import type { Transcript } from './transcript.ts';

/** A stream of server-sent events that is listened to until somebody ends it. */

/** A longer event is refused. No more than this of a stream is ever held. */
export const maxEventChars = 1024 * 1024;

/** A JSON-RPC message; nothing is known of its members. */
export type Message = Record<string, unknown>;

/** How listening ended: by `signal`, by the end of the stream, or with an answer, or without one. */
export type Listened = 'stopped' | 'ended' | Exchanged;

/**
 * Sends a request whose answer is a stream, and hands over each message but the response as it comes. What is read
 * is handed over before more is read, so a server that sends faster than that has to wait, and nothing heaps up.
 * Never throws for what a server or the network does.
 * @param onOpen is told that the answer has begun, and is a stream.
 */
export function listenTo(
  pool: HttpPool,
  request: WireRequest,
  onMessage: (message: Message) => void,
  signal: StopSignal,
  onOpen: () => void = () => {},
): Promise<Listened> {
  return new Promise((resolve) => new Listening({ request, onMessage, onOpen, signal, resolve }).begin(pool));
}

interface Listener {
  request: WireRequest;
  onMessage: (message: Message) => void;
  onOpen: () => void;
  signal: StopSignal;
  resolve: (listened: Listened) => void;
}

class Listening implements HttpHandler {
  readonly #listener: Listener;
  readonly #transcript: Transcript;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #onStop = () => this.#settle('stopped');
  #memory = { bytes: 0 };
  /** Bytes of the event that has begun. */
  #held = 0;
  /** An event, or a comment, was over in this chunk. */
  #isPassed = false;
  #http: HttpExchange | undefined;
  #head: AnswerHead | undefined;
  /** Of an answer that is no stream. */
  #body: AnswerBody | undefined;
  #parser: EventSourceParser | undefined;
  #isSettled = false;

  constructor(listener: Listener) {
    const { method, path, head, body, protocolBytes } = listener.request;
    this.#listener = listener;
    this.#transcript = {
      ...{ sentUs: monotonicUs(), method, path, requestHead: head, requestBody: body, protocolBytes },
      ...{ answerHead: undefined, status: undefined, answerBody: '', answerBytes: 0 },
    };
  }

  begin(pool: HttpPool): void {
    const { request, signal } = this.#listener;
    if (signal.aborted) {
      this.#settle('stopped');
      return;
    }
    this.#memory = pool.memory;
    this.#http = pool.send(request.head, request.body, this);
    if (!this.#isSettled) signal.addEventListener('abort', this.#onStop);
  }

  onHead(head: AnswerHead, raw: string): void {
    this.#transcript.answerHead = raw;
    this.#transcript.status = head.status;
    this.#head = head;
    const type = headerOf(head, 'content-type');
    if (head.status !== 200 || !/^text\/event-stream/i.test(type ?? '')) {
      this.#body = new AnswerBody(type, this.#listener.request.id, this.#memory);
      return;
    }
    this.#parser = createParser({
      maxBufferSize: maxEventChars,
      onEvent: ({ data }) => this.#take(data),
      onComment: () => {
        this.#isPassed = true;
      },
      onError: ({ type: what }) => {
        if (what === 'max-buffer-size-exceeded') {
          throw new BadAnswer(`an event has more than ${maxEventChars} characters`);
        }
      },
    });
    if (!this.#isSettled) this.#listener.onOpen();
  }

  onBody(chunk: Buffer): void {
    if (this.#isSettled) return;
    this.#transcript.answerBytes += chunk.length;
    if (this.#body) {
      this.#body.take(chunk);
      return;
    }
    this.#hold(this.#held + chunk.length);
    if (this.#memory.bytes > maxHeldBytes) {
      throw new BadAnswer(`all answers under way have more than ${maxHeldBytes} bytes together`);
    }
    this.#isPassed = false;
    this.#parser?.feed(this.#decode(chunk));
    if (this.#isPassed && !this.#isSettled) this.#hold(chunk.length - behindBlankLine(chunk));
  }

  onEnd(): void {
    const head = this.#head;
    if (this.#body === undefined || head === undefined) {
      this.#settle('ended');
      return;
    }
    try {
      this.#answered(head, this.#body.end());
    } catch (error) {
      this.onError(error as Error, true);
    }
  }

  onError(error: Error, sent: boolean): void {
    const failure = failureOf(error, sent);
    const status = this.#head?.status;
    const transcript = this.#transcript;
    this.#settle({ failure: status === undefined ? failure : { ...failure, status }, sent, transcript });
  }

  #take(data: string): void {
    this.#isPassed = true;
    if (this.#isSettled) return;
    const message = parseObject(data);
    if (message === undefined) return;
    const { id } = this.#listener.request;
    const isResponse = id !== null && message.id === id && message.method === undefined;
    if (isResponse && this.#head) this.#answered(this.#head, message);
    else this.#listener.onMessage(message);
  }

  #answered(head: AnswerHead, message: JsonRpcResponse | undefined): void {
    this.#transcript.answerBody = this.#body?.text ?? '';
    this.#settle({ status: head.status, head, message, transcript: this.#transcript });
  }

  #decode(chunk: Buffer): string {
    try {
      return this.#decoder.decode(chunk, { stream: true });
    } catch {
      throw new BadAnswer('the stream is not valid UTF-8');
    }
  }

  #hold(bytes: number): void {
    this.#memory.bytes += bytes - this.#held;
    this.#held = bytes;
  }

  #settle(listened: Listened): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#hold(0);
    this.#body?.release();
    this.#listener.signal.removeEventListener('abort', this.#onStop);
    // Whatever else would come on it, nobody listens any more. After `onEnd` and `onError` there is nothing to end.
    const isOver = listened === 'ended' || (typeof listened === 'object' && this.#parser === undefined);
    if (!isOver) this.#http?.abandon();
    this.#listener.resolve(listened);
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

function parseObject(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Message)
      : undefined;
  } catch {
    return undefined;
  }
}
