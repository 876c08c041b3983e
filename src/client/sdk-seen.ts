import { errors } from 'undici';
import { messageOf, monotonicUs, type StopSignal } from '../core/index.ts';
import type { Failure } from '../record/index.ts';
import { AnswerBody, type JsonRpcResponse } from './answer-body.ts';
import type { Message } from './event-stream.ts';
import { type Exchanged, failureOf, shorten, stopFailure } from './exchange.ts';
import { type AnswerHead, BadAnswer, headerOf } from './http/index.ts';
import type { ServerEvent } from './sse-reader.ts';
import { judgeExchange } from './tool-answer.ts';
import type { Transcript } from './transcript.ts';
import type { Answer } from './types.ts';

/** The SDKs count their requests, but for `subscriptions/listen`, whose ids of v2 are texts. */
export type JsonRpcId = number | string;

/** One exchange as the fetch of an SDK client saw it; what the SDK itself makes of it says less. */
export interface Seen {
  requestId: string;
  /** Of the JSON-RPC request; null for a notification, for an answer to the server, for GET and for DELETE. */
  id: JsonRpcId | null;
  /** Heads are as `fetch` shows them, without what it adds by itself (`Host`, `User-Agent` …). */
  transcript: Transcript;
  answer: { head: AnswerHead; body: AnswerBody } | undefined;
  /** The JSON-RPC response in the answer. */
  message: JsonRpcResponse | undefined;
  failure: Failure | undefined;
  /** Of a stream whose events count: how it begins. */
  text?: string;
}

/** Something that an SDK client was told to do. */
export interface Act {
  signal: AbortSignal;
  /** Those that its result depends on. */
  exchanges: Seen[];
  /** The SDK has come to a result. */
  settled: boolean;
  /** Called once when it has. */
  onSettled: (() => void)[];
  ways: Ways;
}

/** What an act has done beside its own exchanges, or with them. */
export interface Ways {
  /**
   * The server asks something while it lasts.
   * @param signal aborts if nobody waits for the answer any more.
   * @returns undefined to leave it without an answer. Rejects if the act is to fail.
   */
  onQuestion?(id: JsonRpcId, act: Act, signal: AbortSignal): Promise<InputResult | undefined>;
  /** The SDK answers the server. @returns how that is sent; undefined if it is of no interest. */
  replyTo?(id: JsonRpcId): Reply | undefined;
  /** Changes what is about to be sent. */
  alter?(message: Asked['message']): void;
  /** Its only exchange is one whose answer is a stream that is listened to. */
  listening?: SeenListening;
  /** Every event of its answers counts. */
  streaming?: SeenStreaming;
  /** The SDK hands over what came on a stream of the act. */
  onNotification?(message: Message): void;
}

export interface SeenStreaming {
  /** An event has come. @returns true to let go of the connection. */
  onEvent(event: ServerEvent, message: Message | undefined): boolean;
  /** An exchange is over. @returns whether the SDK is to ask for the rest. */
  onOver(seen: Seen): boolean;
  /** It may ask for the rest now. */
  wantsRest: boolean;
}

export interface SeenListening {
  requestId: string;
  /** The answer has begun, and is a stream. */
  onOpen(): void;
  /** Nothing more comes, and all that came has been handed over. */
  onEnd(): void;
}

/** How an answer to the server is sent, and who is told what came of it. */
export interface Reply {
  signal: AbortSignal;
  /** @param refusal what the SDK says instead of the answer it was given. */
  onSent(seen: Seen, refusal: string | undefined): void;
}

/** What a client answers to `elicitation/create`. */
export interface InputResult {
  action: 'accept' | 'decline' | 'cancel';
  content?: Readonly<Record<string, unknown>>;
}

/** What is sent: `headers` with the exchange's own, `message` as it is in the body. */
export interface Asked {
  method: string;
  path: string;
  headers: Headers;
  body: string | null;
  message: {
    id?: JsonRpcId;
    method?: string;
    params?: { _meta?: Record<string, unknown>; requestState?: unknown };
    error?: { message?: unknown };
  };
}

export function newSeen(requestId: string, asked: Asked): Seen {
  const { method, path, headers, body, message } = asked;
  return {
    requestId,
    id: message.method === undefined ? null : (message.id ?? null),
    transcript: {
      sentUs: monotonicUs(),
      method,
      path,
      requestHead: `${method} ${path} HTTP/1.1\r\n${lines([...headers])}`,
      requestBody: body,
      answerHead: undefined,
      status: undefined,
      answerBody: '',
      answerBytes: 0,
      protocolBytes: protocolBytesOf(asked),
    },
    answer: undefined,
    message: undefined,
    failure: undefined,
  };
}

const lines = (headers: [string, string][]) =>
  headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');

/** The headers that only MCP defines, and the protocol's members of `_meta`. */
function protocolBytesOf({ headers, message }: Asked): number {
  const own = lines([...headers].filter(([name]) => name.startsWith('mcp-')));
  const meta = Object.entries(message.params?._meta ?? {}).filter(([key]) =>
    key.startsWith('io.modelcontextprotocol/'),
  );
  return own.length + (meta.length === 0 ? 0 : JSON.stringify(Object.fromEntries(meta)).slice(1, -1).length);
}

export function noteHead(seen: Seen, status: number, headers: [string, string][]): void {
  const head: AnswerHead = { status, minor: 1, headers };
  seen.answer = { head, body: new AnswerBody(headerOf(head, 'content-type'), seen.id) };
  const raw = `HTTP/1.1 ${status}\r\n${lines(headers)}`.trimEnd();
  seen.transcript.status = status;
  seen.transcript.answerHead = raw;
  seen.transcript.answerBytes = raw.length + 4;
}

/** @throws BadAnswer when it is too much, or no UTF-8. */
export function noteBody({ transcript, answer }: Seen, chunk: Uint8Array): void {
  transcript.answerBytes += chunk.length;
  answer?.body.take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
}

/** @throws BadAnswer when the body is no UTF-8. */
export function noteEnd(seen: Seen): void {
  seen.message = seen.answer?.body.end();
}

/** An answer that is no HTTP, as undici puts it. */
const noHttp = [
  errors.HTTPParserError,
  errors.HeadersOverflowError,
  errors.ResponseContentLengthMismatchError,
];

export function noteFailure(seen: Seen, error: unknown, signal: StopSignal): void {
  const status = seen.answer?.head.status;
  const failure = signal.aborted ? stopFailure(signal) : fetchFailure(error);
  seen.failure = status === undefined ? failure : { ...failure, status };
}

function fetchFailure(error: unknown): Failure {
  // `fetch` wraps what went wrong with the connection.
  const cause = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  if (noHttp.some((kind) => cause instanceof kind)) return failureOf(new BadAnswer(messageOf(cause)));
  if (cause instanceof errors.ConnectTimeoutError) return { kind: 'refused', message: messageOf(cause) };
  return failureOf(cause);
}

/** As the wire client has it. */
export function exchangedOf({ transcript, answer, message, failure }: Seen): Exchanged {
  if (failure !== undefined) return { failure, sent: failure.kind !== 'refused', transcript };
  const head = answer?.head ?? { status: 0, minor: 1, headers: [] };
  return { status: head.status, head, message: message ?? answer?.body.shown, transcript };
}

/** What the SDK has come to is known: so much of the answer is to be told of. */
export function told(seen: Seen): Transcript {
  if (seen.answer) seen.transcript.answerBody = seen.text ?? seen.answer.body.text;
  return seen.transcript;
}

/** Judges what was seen as the wire client judges what it sees. */
export function judgeSeen(
  seen: Seen,
  inSession: boolean,
  offered: { orTask?: boolean; orInput?: boolean } = {},
): Answer<Record<string, unknown>> {
  told(seen);
  const { id, requestId } = seen;
  return judgeExchange(exchangedOf(seen), { id: id ?? 0, requestId, inSession, ...offered });
}

export function okAnswer<T>(value: T, seen: Seen): Answer<T> {
  return { outcome: 'ok', value, requestId: seen.requestId, transcript: told(seen) };
}

/**
 * What an SDK's error means: what the exchange shows, whatever words the SDK has for it. An answer that nothing
 * is wrong with but the SDK does not accept is malformed.
 *
 * @param seen undefined if the SDK gave up before it sent anything; `requestId` is then a new one.
 */
export function judgeError(
  error: unknown,
  seen: Seen | undefined,
  context: { signal: StopSignal; inSession: boolean; nextRequestId: () => string },
): Answer<never> {
  const { signal, inSession } = context;
  if (seen === undefined) {
    const requestId = context.nextRequestId();
    const failure: Failure = signal.aborted
      ? stopFailure(signal)
      : { kind: 'not-sent', message: shorten(messageOf(error)) };
    return { outcome: 'fail', failure, requestId };
  }
  // The SDK settles at once; what it was waiting for fails a moment later.
  if (signal.aborted) noteFailure(seen, error, signal);
  const answer = judgeSeen(seen, inSession);
  return answer.outcome === 'ok' ? notAccepted(error, seen) : answer;
}

/** An answer that nothing is wrong with but the SDK does not accept. */
export function notAccepted(error: unknown, { requestId, transcript }: Seen): Answer<never> {
  const { status } = transcript;
  const failure: Failure = {
    kind: 'malformed',
    ...(status !== undefined && { status }),
    message: shorten(messageOf(error)),
  };
  return { outcome: 'info', failure, requestId, transcript };
}
