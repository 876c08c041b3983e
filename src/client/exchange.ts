import { createParser } from 'eventsource-parser';
import type { Dispatcher } from 'undici';
import { messageOf } from '../core/index.ts';
import type { Failure } from '../record/index.ts';

/** One HTTP exchange: a JSON-RPC message out, and the JSON-RPC response to it back, as JSON or as SSE. */

export interface JsonRpcResponse {
  id?: unknown;
  result?: unknown;
  error?: { code?: unknown; message?: unknown };
}

export type Exchanged =
  /** An HTTP answer. `message` is the JSON-RPC response in it; undefined if it holds none. */
  | {
      status: number;
      headers: Record<string, string | string[] | undefined>;
      message: JsonRpcResponse | undefined;
    }
  /** No complete answer. `sent`: whether the server may have seen the request. */
  | { failure: Failure; sent: boolean };

/** More than this of one answer is not read: a server must not be able to fill the harness's memory. */
export const maxAnswerBytes = 16 * 1024 * 1024;

/**
 * Sends `body` and reads the answer until the JSON-RPC response with `id` has come.
 * Never throws for what a server or the network does.
 */
export async function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.RequestOptions,
  id: number | null,
): Promise<Exchanged> {
  let response: Dispatcher.ResponseData;
  try {
    response = await dispatcher.request(request);
  } catch (error) {
    return { failure: failureOf(error, request.signal), sent: wasSent(error) };
  }
  const { statusCode: status, headers, body } = response;
  try {
    const streamed = String(headers['content-type'] ?? '').startsWith('text/event-stream');
    const message = streamed ? await readStream(body, id) : await readJson(body);
    return { status, headers, message };
  } catch (error) {
    body.destroy();
    const failure = failureOf(error, request.signal);
    return { failure: { ...failure, status }, sent: true };
  }
}

async function readJson(body: Dispatcher.ResponseData['body']): Promise<JsonRpcResponse | undefined> {
  const text = await readText(body);
  if (text === '') return undefined;
  try {
    return asMessage(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function readText(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new AnswerTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** How long a stream may stay open after the response, for the sake of keep-alive, before it is cut. */
const lingerMs = 1000;

/**
 * Reads server-sent events until the response with `id`; what came before it (progress, logs) is passed over.
 * A server that keeps the stream open after the response is not waited for.
 */
function readStream(
  body: Dispatcher.ResponseData['body'],
  id: number | null,
): Promise<JsonRpcResponse | undefined> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let found = false;
    const decoder = new TextDecoder();
    const parser = createParser({
      onEvent: ({ data }) => {
        const message = parseMessage(data);
        if (found || message === undefined || message.id !== id) return;
        found = true;
        const linger = setTimeout(() => body.destroy(), lingerMs).unref();
        body.once('close', () => clearTimeout(linger));
        resolve(message);
      },
    });
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxAnswerBytes) body.destroy(new AnswerTooLarge());
      else if (!found) parser.feed(decoder.decode(chunk, { stream: true }));
    });
    body.once('error', reject);
    body.once('end', () => resolve(undefined));
    body.once('close', () => resolve(undefined));
  });
}

function parseMessage(data: string): JsonRpcResponse | undefined {
  try {
    return asMessage(JSON.parse(data));
  } catch {
    return undefined;
  }
}

function asMessage(value: unknown): JsonRpcResponse | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

class AnswerTooLarge extends Error {
  constructor() {
    super(`the answer has more than ${maxAnswerBytes} bytes`);
  }
}

/** Errors that undici gives when no connection could be made, so that nothing was sent. */
const notSentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EMFILE',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function wasSent(error: unknown): boolean {
  return !notSentCodes.has(String((error as { code?: unknown }).code));
}

function failureOf(error: unknown, signal: unknown): Failure {
  const message = shorten(messageOf(error));
  if (error instanceof AnswerTooLarge) return { kind: 'malformed', message };
  if (signal instanceof AbortSignal && signal.aborted) {
    return signal.reason === runInterrupted
      ? { kind: 'interrupted', message: 'the run was cut short' }
      : { kind: 'timeout', message: 'no answer by the deadline' };
  }
  return { kind: wasSent(error) ? 'broken' : 'refused', message };
}

/** The abort reason that tells a cut-short run from a passed deadline. */
export const runInterrupted = Symbol('the run was cut short');

/** Messages go into the event log; a server must not be able to fill it. */
export function shorten(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 499)}…`;
}
