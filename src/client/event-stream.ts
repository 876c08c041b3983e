import { monotonicUs, objectIn, type StopSignal } from '../core/index.ts';
import { AnswerBody, type JsonRpcResponse } from './answer-body.ts';
import { type Exchanged, failureOf, type WireRequest } from './exchange.ts';
import {
  type AnswerHead,
  type HttpExchange,
  type HttpHandler,
  type HttpPool,
  headerOf,
} from './http/index.ts';
import { EventStreamReader } from './sse-reader.ts';
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
  readonly #onStop = () => this.#settle('stopped');
  #memory = { bytes: 0 };
  #http: HttpExchange | undefined;
  #head: AnswerHead | undefined;
  /** Of an answer that is no stream. */
  #body: AnswerBody | undefined;
  #reader: EventStreamReader | undefined;
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
    this.#reader = new EventStreamReader({
      eventCharsMax: maxEventChars,
      memory: this.#memory,
      onEvent: ({ data }) => this.#take(data),
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
    this.#reader?.take(chunk);
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
    if (this.#isSettled) return;
    const message = objectIn(data);
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

  #settle(listened: Listened): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#reader?.release();
    this.#body?.release();
    this.#listener.signal.removeEventListener('abort', this.#onStop);
    // Whatever else would come on it, nobody listens any more. After `onEnd` and `onError` there is nothing to end.
    const isOver = listened === 'ended' || (typeof listened === 'object' && this.#reader === undefined);
    if (!isOver) this.#http?.abandon();
    this.#listener.resolve(listened);
  }
}
