/** What became of an exchange, and why. */

/** How an exchange ended: `ok`, `fail` (certainly no effect), `info` (unknown: it may have run). */
export type Outcome = 'ok' | 'fail' | 'info';

/** Why an exchange was not `ok`. */
export type FailureKind =
  /** The server does not know the session (2025-11-25); see `client/unknown-session.ts`. */
  | 'unknown-session'
  /** The server does not know the task, before the time was over for which it had promised to keep it. */
  | 'unknown-task'
  /** The task has ended without a result: the server says `failed`, or `cancelled` though nobody had asked for that. */
  | 'task-failed'
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
  /** There was an answer, and it was to another request: by its JSON-RPC id, or by what it says. */
  misdelivered?: true;
}
