import { monotonicUs, type StopSignal } from '../core/index.ts';
import type { Failure } from '../record/index.ts';
import { AnswerBody, type JsonRpcResponse } from './answer-body.ts';
import { type Exchanged, failureOf, lingerMs, stopFailure } from './exchange.ts';
import {
  type AnswerHead,
  type HttpExchange,
  type HttpHandler,
  type HttpPool,
  headerOf,
} from './http/index.ts';
import { EventStreamReader, type ServerEvent } from './sse-reader.ts';
import type { Transcript } from './transcript.ts';

/** One HTTP exchange whose answer is a stream of which every event counts: a POST of a long call, or a GET of the rest. */

export interface StreamRequest {
  method: 'POST' | 'GET';
  path: string;
  /** The request line and the headers, each with its end. */
  head: string;
  body: string | null;
  /** The id of the JSON-RPC request that the stream answers. */
  id: number;
  protocolBytes: number;
}

export interface StreamMessage extends JsonRpcResponse {
  method?: unknown;
  params?: unknown;
}

export interface StreamHandler {
  /**
   * An event has come; `message` is undefined if it holds no JSON object. @returns true to let go of the connection.
   */
  onEvent(event: ServerEvent, message: StreamMessage | undefined): boolean;
  /** How long the server would have a client wait before it comes back. */
  onRetry(ms: number): void;
}

const isEventStream = /^text\/event-stream/i;
/** How much of an answer's text is kept to be shown. */
const keptChars = 8192;

/** An event may be the whole result of a call. */
const eventCharsMax = 4 * 1024 * 1024;

/** What a client that lets go of its own connection sees. */
export const droppedMessage = 'the client let go of the connection';

/** As `exchange`, and every event on the way is shown to `handler`. */
export function streamExchange(
  pool: HttpPool,
  request: StreamRequest,
  handler: StreamHandler,
  signal: StopSignal,
): Promise<Exchanged> {
  return new Promise((resolve) => new StreamExchange(request, handler, signal, resolve).begin(pool));
}

class StreamExchange implements HttpHandler {
  readonly #request: StreamRequest;
  readonly #handler: StreamHandler;
  readonly #signal: StopSignal;
  readonly #resolve: (exchanged: Exchanged) => void;
  readonly #transcript: Transcript;
  readonly #onStop = () => this.#stop();
  #pool: HttpPool | undefined;
  #http: HttpExchange | undefined;
  #head: AnswerHead | undefined;
  #stream: EventStreamReader | undefined;
  #body: AnswerBody | undefined;
  #text = '';
  #isSettled = false;
  #linger: NodeJS.Timeout | undefined;

  constructor(
    request: StreamRequest,
    handler: StreamHandler,
    signal: StopSignal,
    resolve: (exchanged: Exchanged) => void,
  ) {
    this.#request = request;
    this.#handler = handler;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#transcript = {
      sentUs: monotonicUs(),
      method: request.method,
      path: request.path,
      requestHead: request.head,
      requestBody: request.body,
      answerHead: undefined,
      status: undefined,
      answerBody: '',
      answerBytes: 0,
      protocolBytes: request.protocolBytes,
    };
  }

  begin(pool: HttpPool): void {
    if (this.#signal.aborted) {
      this.#fail(stopFailure(this.#signal), false);
      return;
    }
    this.#pool = pool;
    this.#http = pool.send(this.#request.head, this.#request.body, this);
    if (!this.#isSettled) this.#signal.addEventListener('abort', this.#onStop);
  }

  onHead(head: AnswerHead, raw: string): void {
    this.#transcript.answerHead = raw;
    this.#transcript.status = head.status;
    this.#transcript.answerBytes = raw.length + 4;
    this.#head = head;
    const type = headerOf(head, 'content-type');
    if (type === undefined || !isEventStream.test(type)) {
      this.#body = new AnswerBody(type, this.#request.id, this.#pool?.memory);
      return;
    }
    this.#stream = new EventStreamReader({
      eventCharsMax,
      memory: this.#pool?.memory,
      onEvent: (event) => this.#onEvent(event),
      onRetry: (ms) => this.#handler.onRetry(ms),
    });
  }

  onBody(chunk: Buffer): void {
    if (this.#isSettled) return;
    this.#transcript.answerBytes += chunk.length;
    if (this.#stream === undefined) {
      this.#body?.take(chunk);
      return;
    }
    if (this.#text.length < keptChars) this.#text += chunk.toString('utf8', 0, keptChars);
    this.#stream.take(chunk);
  }

  onEnd(): void {
    if (this.#linger !== undefined) clearTimeout(this.#linger);
    if (this.#isSettled) return;
    try {
      this.#stream?.end();
      if (!this.#isSettled) this.#complete(this.#body?.end());
    } catch (error) {
      this.#fail(failureOf(error, true), true);
    }
  }

  onError(error: Error, sent: boolean): void {
    if (this.#linger !== undefined) clearTimeout(this.#linger);
    this.#fail(failureOf(error, sent), sent);
  }

  #onEvent(event: ServerEvent): void {
    if (this.#isSettled) return;
    const message = parseMessage(event.data);
    const letsGo = this.#handler.onEvent(event, message);
    if (message?.id === this.#request.id && (message.result !== undefined || message.error !== undefined)) {
      // A server that keeps the stream open after the response is not waited for.
      this.#complete(message);
      this.#linger = setTimeout(() => this.#http?.abandon(), lingerMs).unref();
    } else if (letsGo) {
      this.#http?.abandon();
      this.#fail({ kind: 'broken', message: droppedMessage }, true);
    }
  }

  #stop(): void {
    const sent = this.#http?.sent ?? false;
    this.#http?.abandon();
    this.#fail(stopFailure(this.#signal), sent);
  }

  #complete(message: JsonRpcResponse | undefined): void {
    const head = this.#head;
    if (head === undefined || this.#isSettled) return;
    this.#settle({ status: head.status, head, message, transcript: this.#transcript });
  }

  #fail(failure: Failure, sent: boolean): void {
    if (this.#isSettled) return;
    const status = this.#head?.status;
    const transcript = this.#transcript;
    this.#settle({ failure: status === undefined ? failure : { ...failure, status }, sent, transcript });
  }

  #settle(exchanged: Exchanged): void {
    this.#isSettled = true;
    this.#signal.removeEventListener('abort', this.#onStop);
    this.#transcript.answerBody = this.#body?.text ?? this.#text.slice(0, keptChars);
    this.#body?.release();
    this.#stream?.release();
    this.#resolve(exchanged);
  }
}

function parseMessage(text: string): StreamMessage | undefined {
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
