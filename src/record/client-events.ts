import type { ChangeEvent } from './change-events.ts';
import type { Failure, Outcome } from './failure.ts';
import type { InputEvent } from './input-events.ts';
import type { StreamEvent } from './stream-events.ts';
import type { TaskEvent } from './task-events.ts';

/** What clients did and saw. Times are those of `events.ts`. */

export type ClientEvent =
  /**
   * A client has a session. `generation` 0 is the one its arrival opened; higher ones replace a session
   * it lost. For 2026-07-28 there is no session: `sessionId` is null and nothing was exchanged.
   */
  | {
      type: 'session-opened';
      atUs: number;
      client: string;
      generation: number;
      sessionId: string | null;
      /** The exchange that established it; joins with `routed`. */
      requestId: string | null;
      intendedUs: number;
      startUs: number;
      /** What establishing it took: exchanges, and bytes of their requests and answers, heads and bodies. */
      requests?: number;
      bytes?: number;
    }
  | {
      type: 'session-open-failed';
      atUs: number;
      client: string;
      generation: number;
      requestId: string | null;
      failure: Failure;
    }
  /** The first unknown-session answer that a session got. */
  | {
      type: 'session-lost';
      atUs: number;
      client: string;
      generation: number;
      sessionId: string;
      requestId: string;
      /** The operation that met it; null if it was part of opening or closing. */
      opId: string | null;
      /** What was being asked, e.g. `tools/call basket_add`, `notifications/initialized`. */
      asked: string;
      failure: Failure;
    }
  /** The client ended its session: by DELETE, or by leaving. `status` is the answer to the DELETE. */
  | {
      type: 'session-closed';
      atUs: number;
      client: string;
      generation: number;
      how: 'deleted' | 'left';
      status?: number;
    }
  | OperationEvent
  | ExchangeEvent
  | TaskEvent
  | StreamEvent
  | InputEvent
  | ChangeEvent
  /** The client has done all it intended to do: so many operations, each with a record of its own. */
  | { type: 'client-ended'; atUs: number; client: string; operations: number };

/** One intended operation (a `call` step of the journey), written once, when its fate is known. */
export interface OperationEvent {
  type: 'operation';
  /** Unique within the run; the server's ledger carries the same. */
  opId: string;
  client: string;
  /** Position in the client's journey, from 0. */
  index: number;
  tool: string;
  /** When it was due, whatever the server did. */
  intendedUs: number;
  /** When its first attempt was sent; null if it never was. */
  startUs: number | null;
  /** When its fate was known. */
  endUs: number;
  outcome: Outcome;
  failure?: Failure;
  /** Outcome of the first attempt alone, before the client's own recovery. */
  firstOutcome: Outcome;
  /** `tools/call` exchanges made for it. */
  attempts: number;
  /** Sending to answer of the last attempt, in microseconds; null if never sent. */
  serviceUs: number | null;
  /** The last exchange; joins with `routed`. */
  requestId: string | null;
  /** The task it became; of several, the last. At most 200 characters. */
  taskId?: string;
  /** The value this operation writes to the client's application state, if it is a write. */
  writes?: string;
  /** The values it found there, if it is a read that was answered. */
  reads?: string[];
  /**
   * Why it was never sent: its `deadline` passed before its client turned to it, a `value` it needs was never
   * answered, no `session` could be opened, or its client `gave-up`.
   */
  unsentBecause?: 'deadline' | 'value' | 'session' | 'gave-up';
  /** The tool said that the application state this operation needs does not exist. */
  stateMissing?: true;
  /**
   * Bytes of the last request that are there for the protocol's sake: headers that only MCP defines, and
   * `_meta` members under `io.modelcontextprotocol/`.
   */
  protocolBytes?: number;
}

/**
 * The exact exchange behind a loss or a failure. Not every one is kept: each loss of a session or of state, and
 * of other failures the first of each kind, up to a bound per run.
 */
export interface ExchangeEvent {
  type: 'exchange';
  atUs: number;
  /** Joins with `routed`, `operation` and `session-lost`. */
  requestId: string;
  client: string;
  sentUs: number;
  request: RecordedMessage & { method: string; path: string };
  /** Null if there was none: `failure` says what came instead. */
  answer: (RecordedMessage & { status: number }) | null;
  failure?: Failure;
}

export interface RecordedMessage {
  /** In the order in which they were sent or came; at most 50. */
  headers: [name: string, value: string][];
  /** At most 4096 characters of it. */
  body: string;
  /** How long it was, if it was longer. */
  bodyBytes?: number;
}
