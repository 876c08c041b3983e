import type { Dispatcher } from 'undici';
import type { InputResult, JsonRpcId } from './sdk-seen.ts';

/** What the parts of the SDK client share: what it asks of an SDK, and where it sends its requests. */

/** A `fetch` as both SDKs' transports take it. */
export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** The official client of one SDK with its transport: one connection, and one session if there are any. */
export interface SdkClient {
  /** The handshake of 2025-11-25; nothing on the wire for 2026-07-28. */
  connect(signal: AbortSignal): Promise<void>;
  /** `tools/call`; its result as the SDK hands it over. */
  call(params: CallParams, signal: AbortSignal): Promise<Record<string, unknown>>;
  readonly tasks: SdkTasks;
  readonly listening: SdkListening;
  /** DELETE. */
  terminate(): Promise<void>;
  /** Lets go of everything, without a word to the server. */
  close(): Promise<void>;
}

/** How an SDK listens. What comes goes to its handler for notifications. */
export interface SdkListening {
  /** The GET stream of the session (2025-11-25); resolves once it is open. */
  open(): Promise<void>;
  /** `resources/subscribe` (2025-11-25). */
  subscribe(uri: string, signal: AbortSignal): Promise<unknown>;
  /**
   * `subscriptions/listen` (2026-07-28); resolves once it is acknowledged, with what is, and with what settles when it has ended.
   * @param filter what is of interest; the SDK passes on what it does not know, as the tasks extension's `taskIds`.
   */
  listen(
    filter: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<{ honored: Record<string, unknown>; closed: Promise<unknown> }>;
}

/**
 * An SDK's calls of one request each. What they resolve with is of no interest, since the exchange shows it; that
 * they reject is: the SDK did not accept it.
 */
export interface SdkTasks {
  /** `tools/call` as a task; must not go on to poll. */
  create(params: CallParams, ttlMs: number | undefined, signal: AbortSignal): Promise<unknown>;
  get(taskId: string, signal: AbortSignal): Promise<unknown>;
  /** Of 2025-11-25. */
  result(taskId: string, signal: AbortSignal): Promise<unknown>;
  cancel(taskId: string, signal: AbortSignal): Promise<unknown>;
  /** Of 2026-07-28. */
  update(taskId: string, inputResponses: Record<string, unknown>, signal: AbortSignal): Promise<unknown>;
}

/** The `params` of `tools/call`. */
export interface CallParams {
  name: string;
  arguments: Record<string, unknown>;
  _meta: Record<string, unknown>;
}

export type NewSdkClient = (url: URL, fetch: Fetch, handlers: SdkHandlers) => SdkClient;

/** What an SDK's handlers do. */
export interface SdkHandlers {
  /** Answers the server's questions; without it the client does not declare that it can be asked. */
  onQuestion: OnQuestion | undefined;
  /** Any but those that the SDKs keep for themselves: cancellation and progress. */
  onNotification(message: Record<string, unknown>): Promise<void>;
}

/** @param signal aborts if nobody waits for the answer any more. @returns undefined to leave it without an answer. */
export type OnQuestion = (id: JsonRpcId, signal: AbortSignal) => Promise<InputResult | undefined>;

/** A question without an answer is one as long as somebody waits for it. */
export async function answered(
  id: JsonRpcId,
  signal: AbortSignal,
  onQuestion: OnQuestion,
): Promise<{ action: InputResult['action']; content?: never }> {
  const result = await onQuestion(id, signal);
  if (result === undefined) await aborted(signal);
  // What the user enters is from the scenario; the SDK has the last word on its form.
  return result as { action: InputResult['action'] };
}

async function aborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  throw new Error('left without an answer');
}

/** Where an SDK's requests go, and over which sockets. */
export interface SdkTarget {
  url: URL;
  dispatcher: Dispatcher;
  /** What the user has every request carry. */
  headers: Readonly<Record<string, string>>;
  /** Takes an exchange whose answer nobody waits for; it is over before the connector is disposed. */
  background(exchange: Promise<unknown>): void;
}

/**
 * The SDKs' own clock for a request, in milliseconds: the longest that a timer takes. The caller's signal is
 * the only deadline.
 */
export const noTimeoutMs = 2 ** 31 - 1;

/**
 * The SDKs open a stream again by themselves, at once; which ones, and how often, is decided beneath them (`sdk-witness.ts`): the
 * rest of a call's stream, if the journey wants it, and no other.
 */
export const reconnection = {
  maxRetries: Number.MAX_SAFE_INTEGER,
  initialReconnectionDelay: 0,
  maxReconnectionDelay: 0,
  reconnectionDelayGrowFactor: 1,
};
