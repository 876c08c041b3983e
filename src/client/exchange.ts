import { messageOf, monotonicUs, type StopSignal } from '../core/index.ts';
import type { Failure } from '../record/index.ts';
import { AnswerBody, type JsonRpcResponse } from './answer-body.ts';
import {
  type AnswerHead,
  BadAnswer,
  type HttpExchange,
  type HttpHandler,
  type HttpPool,
  headerOf,
} from './http/index.ts';
import type { Transcript } from './transcript.ts';

/** One HTTP exchange: a JSON-RPC message out, and the JSON-RPC response to it back, as JSON or as SSE. */

export interface WireRequest {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  /** The request line and the headers, each with its end. */
  head: string;
  body: string | null;
  /** The id of the JSON-RPC request; null: no response is expected. */
  id: number | null;
  protocolBytes: number;
}

export type Exchanged = (
  | /** An HTTP answer. `message` is the JSON-RPC response in it; undefined if it holds none. */
  { status: number; head: AnswerHead; message: JsonRpcResponse | undefined }
  /** No complete answer. `sent`: whether the server may have seen the request. */
  | { failure: Failure; sent: boolean }
) & { transcript: Transcript };

/** How long a stream may stay open after the response, for the sake of keep-alive, before it is cut. */
export const lingerMs = 1000;

/**
 * Sends a request and reads the answer until the JSON-RPC response with `id` has come, or `signal` stops it.
 * Never throws for what a server or the network does.
 */
export function exchange(pool: HttpPool, request: WireRequest, signal: StopSignal): Promise<Exchanged> {
  return new Promise((resolve) => new Exchange(request, signal, resolve).begin(pool));
}

/** One object for all that an exchange needs: it is made for each call. */
class Exchange implements HttpHandler {
  readonly #request: WireRequest;
  readonly #signal: StopSignal;
  readonly #resolve: (exchanged: Exchanged) => void;
  readonly #transcript: Transcript;
  readonly #onStop = () => this.#stop();
  #pool: HttpPool | undefined;
  #http: HttpExchange | undefined;
  #head: AnswerHead | undefined;
  #body: AnswerBody | undefined;
  #isSettled = false;
  #linger: NodeJS.Timeout | undefined;

  constructor(request: WireRequest, signal: StopSignal, resolve: (exchanged: Exchanged) => void) {
    this.#request = request;
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
    this.#body = new AnswerBody(headerOf(head, 'content-type'), this.#request.id, this.#pool?.memory);
  }

  onBody(chunk: Buffer): void {
    const body = this.#body;
    if (body === undefined || this.#isSettled) return;
    this.#transcript.answerBytes += chunk.length;
    body.take(chunk);
    if (body.response === undefined) return;
    // A server that keeps the stream open after the response is not waited for.
    this.#complete(body.response);
    this.#linger = setTimeout(() => this.#http?.abandon(), lingerMs).unref();
  }

  onEnd(): void {
    if (this.#linger !== undefined) clearTimeout(this.#linger);
    const body = this.#body;
    if (body === undefined || this.#isSettled) return;
    try {
      this.#complete(body.end());
    } catch (error) {
      this.#fail(failureOf(error, true), true);
    }
  }

  onError(error: Error, sent: boolean): void {
    if (this.#linger !== undefined) clearTimeout(this.#linger);
    this.#fail(failureOf(error, sent), sent);
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
    const body = this.#body;
    if (body) {
      this.#transcript.answerBody = body.text;
      body.release();
    }
    this.#resolve(exchanged);
  }
}

export function stopFailure(signal: StopSignal): Failure {
  return signal.reason === runInterrupted
    ? { kind: 'interrupted', message: 'the run was cut short' }
    : { kind: 'timeout', message: 'no answer by the deadline' };
}

/** @param sent whether the server may have seen the request; undefined if only the error can tell. */
export function failureOf(error: unknown, sent?: boolean): Failure {
  const message = shorten(messageOf(error));
  if (error instanceof BadAnswer) return { kind: 'malformed', message };
  // What Node calls the call that failed; only `connect` comes before anything was sent.
  const { syscall, code } = error as NodeJS.ErrnoException;
  const isRefused = sent === undefined ? syscall === 'connect' || isOfConnecting(String(code)) : !sent;
  return { kind: isRefused ? 'refused' : 'broken', message };
}

/** Errors of making a connection, whatever call they come from. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EMFILE', 'EADDRNOTAVAIL']);

/** Certificates are looked at before anything is sent. OpenSSL's names for what is wrong with one, and Node's. */
const badCertificate = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/;

const isOfConnecting = (code: string) => neverSent.has(code) || badCertificate.test(code);

/** The stop reason that tells a cut-short run from a passed deadline. */
export const runInterrupted = Symbol('the run was cut short');

/** Messages go into the event log; a server must not be able to fill it. */
export function shorten(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 499)}…`;
}
