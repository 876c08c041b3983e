/**
 * Everything a run can record, as one union. Each event is one line of `events.ndjson`.
 *
 * Times (`…Us`) are microseconds since the run's epoch on one monotonic clock, whichever process wrote
 * them. Several processes append to the file, so its lines are nearly but not strictly in time order;
 * readers must not rely on the order of lines.
 */
export type RunEvent = FrameEvent | ClientEvent | TopologyEvent | FaultEvent;

/** The two protocol revisions under test, by the date the specification gives them. */
export type ProtocolRevision = '2025-11-25' | '2026-07-28';

// ── the frame of a run ───────────────────────────────────────────────────────────────────────────

export type FrameEvent =
  /** First line. `startedAt` is wall-clock time, for people only. */
  | {
      type: 'run-began';
      atUs: number;
      scenario: string;
      deployment: string;
      repeat: number;
      startedAt: string;
    }
  /** The window in which operations are intended; what lies outside is set-up and tear-down. */
  | { type: 'workload-began'; atUs: number; clients: number }
  | { type: 'workload-ended'; atUs: number }
  /** Last line of the harness. Its absence means that the harness was killed. */
  | { type: 'run-ended'; atUs: number; how: 'completed' | 'interrupted' | 'failed'; reason?: string };

// ── what clients did and saw ─────────────────────────────────────────────────────────────────────

/** How an exchange ended: `ok`, `fail` (certainly no effect), `info` (unknown: it may have run). */
export type Outcome = 'ok' | 'fail' | 'info';

/** Why an exchange was not `ok`. */
export type FailureKind =
  /** The server does not know the session (2025-11-25); see `client/unknown-session.ts`. */
  | 'unknown-session'
  /** The tool answered `isError`. `message` is its text. */
  | 'tool-error'
  /** A JSON-RPC error, or a 4xx, that says the request was not carried out. */
  | 'rejected'
  /** No connection could be made, so nothing was sent. */
  | 'refused'
  /** The connection broke, or a gateway answered 5xx, after the request was sent. */
  | 'broken'
  /** No answer by the deadline; the client has cancelled. */
  | 'timeout'
  /** An answer that is no MCP: not JSON, wrong id, no result. */
  | 'malformed'
  /** The answer came, but is not what the journey expects. */
  | 'unexpected'
  /** Never sent: its session was gone, a value it needs was never answered, or its deadline passed first. */
  | 'not-sent'
  /** The run was cut short while it was under way. */
  | 'interrupted';

export interface Failure {
  kind: FailureKind;
  /** HTTP status, if there was one. */
  status?: number;
  /** JSON-RPC error code, if there was one. */
  code?: number;
  /** At most 500 characters, as the server or the system put it. */
  message?: string;
}

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
}

// ── what replicas and the balancer did ───────────────────────────────────────────────────────────

export type TopologyEvent =
  | { type: 'replica-started'; atUs: number; replica: string; boot: number; pid: number }
  /** It answered an MCP request. */
  | { type: 'replica-ready'; atUs: number; replica: string; boot: number; url: string }
  | { type: 'replica-signalled'; atUs: number; replica: string; boot: number; signal: string }
  | {
      type: 'replica-exited';
      atUs: number;
      replica: string;
      boot: number;
      exitCode: number | null;
      signal: string | null;
      /** False: it ended although nobody asked it to. */
      expected: boolean;
    }
  /** Written by the balancer when it takes effect: the replicas that get new requests from now on. */
  | { type: 'upstreams-changed'; atUs: number; upstreams: string[] }
  /** The balancer's word on one request; written when the answer has ended or failed. */
  | {
      type: 'routed';
      /** When the replica was chosen. */
      atUs: number;
      endUs: number;
      /** From the `x-windtunnel-request` header; null for a request without one. */
      requestId: string | null;
      method: string;
      /** The replica that got it; null if none could be reached. */
      replica: string | null;
      /** Replicas that refused the connection before. */
      refusedBy?: string[];
      /** The status sent to the client; null if the client went away before there was one. */
      status: number | null;
      /** Why the balancer itself answered, or `broken-mid-stream` if an answer broke off behind its status. */
      error?: string;
    };

// ── what the harness did to them ─────────────────────────────────────────────────────────────────

export type FaultEvent =
  /** `fault` is its index in the plan's timeline, `name` its kind. */
  | { type: 'fault-began'; atUs: number; fault: number; name: string; targets: string[] }
  | { type: 'fault-ended'; atUs: number; fault: number; name: string; error?: string };
