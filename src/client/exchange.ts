import { messageOf, monotonicUs, type StopSignal } from '../core/index.ts';
import type { Failure } from '../record/index.ts';
import { AnswerBody, type JsonRpcResponse } from './answer-body.ts';
import { type AnswerHead, BadAnswer, type HttpPool, headerOf } from './http/index.ts';
import type { Transcript } from './transcript.ts';

/** One HTTP exchange: a JSON-RPC message out, and the JSON-RPC response to it back, as JSON or as SSE. */

export interface WireRequest {
  method: 'POST' | 'DELETE';
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
  return new Promise((resolve) => {
    const { method, path, head: requestHead, body: requestBody, protocolBytes } = request;
    const transcript: Transcript = {
      sentUs: monotonicUs(),
      method,
      path,
      requestHead,
      requestBody,
      answerHead: undefined,
      status: undefined,
      answerBody: '',
      answerBytes: 0,
      protocolBytes,
    };
    let answer: { head: AnswerHead; body: AnswerBody } | undefined;
    let isSettled = false;
    let linger: NodeJS.Timeout | undefined;
    const settle = (exchanged: Exchanged) => {
      isSettled = true;
      signal.removeEventListener('abort', onStop);
      if (answer) {
        transcript.answerBody = answer.body.text;
        answer.body.release();
      }
      resolve(exchanged);
    };
    const fail = (failure: Failure, sent: boolean) => {
      if (isSettled) return;
      const status = answer?.head.status;
      settle({ failure: status === undefined ? failure : { ...failure, status }, sent, transcript });
    };
    const complete = (head: AnswerHead, message: JsonRpcResponse | undefined) => {
      if (!isSettled) settle({ status: head.status, head, message, transcript });
    };
    const onStop = () => {
      const { sent } = http;
      http.abandon();
      fail(stopFailure(signal), sent);
    };
    if (signal.aborted) {
      resolve({ failure: stopFailure(signal), sent: false, transcript });
      return;
    }
    const http = pool.send(requestHead, requestBody, {
      onHead(head, raw) {
        transcript.answerHead = raw;
        transcript.status = head.status;
        transcript.answerBytes = raw.length + 4;
        answer = { head, body: new AnswerBody(headerOf(head, 'content-type'), request.id, pool.memory) };
      },
      onBody(chunk) {
        if (answer === undefined || isSettled) return;
        transcript.answerBytes += chunk.length;
        answer.body.take(chunk);
        if (answer.body.response === undefined) return;
        // A server that keeps the stream open after the response is not waited for.
        complete(answer.head, answer.body.response);
        linger = setTimeout(() => http.abandon(), lingerMs).unref();
      },
      onEnd() {
        clearTimeout(linger);
        if (answer === undefined || isSettled) return;
        try {
          complete(answer.head, answer.body.end());
        } catch (error) {
          fail(failureOf(error, true), true);
        }
      },
      onError(error, sent) {
        clearTimeout(linger);
        fail(failureOf(error, sent), sent);
      },
    });
    if (!isSettled) signal.addEventListener('abort', onStop);
  });
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
  const isRefused = sent === undefined ? syscall === 'connect' || neverSent.has(String(code)) : !sent;
  return { kind: isRefused ? 'refused' : 'broken', message };
}

/** Errors of making a connection, whatever call they come from. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EMFILE', 'EADDRNOTAVAIL']);

/** The stop reason that tells a cut-short run from a passed deadline. */
export const runInterrupted = Symbol('the run was cut short');

/** Messages go into the event log; a server must not be able to fill it. */
export function shorten(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 499)}…`;
}
