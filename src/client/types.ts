import type { Failure } from '../record/index.ts';

/** What became of one exchange with a server; what a server does wrong is a value here, never an exception. */
export type Answer<T> =
  | { outcome: 'ok'; value: T; requestId: string }
  | { outcome: 'fail' | 'info'; failure: Failure; requestId: string };

export interface SessionOpened {
  /** Null where the protocol, or the server, keeps no sessions. */
  sessionId: string | null;
  /**
   * Set when the session was established but its first follow-up (`notifications/initialized`) was answered
   * with an unknown session.
   */
  lost?: { failure: Failure; requestId: string };
}

export interface ToolCall {
  tool: string;
  arguments: Record<string, unknown>;
  /** Sent as `_meta["io.mcp-windtunnel/opId"]`; the reference servers write it to the ledger. */
  opId: string;
}

export interface ToolResult {
  content: unknown[];
  structuredContent: unknown;
  /** The tool said that it failed (`isError`). */
  isError: boolean;
  meta: Record<string, unknown>;
}

/**
 * One MCP client of one protocol revision, with at most one session at a time. It runs one exchange at a
 * time. Each waits until `signal` aborts at the latest, and then cancels what it asked for.
 */
export interface Connection {
  /** Opens a session (2025-11-25); where there are none it exchanges nothing. */
  open(signal: AbortSignal): Promise<Answer<SessionOpened>>;
  call(call: ToolCall, signal: AbortSignal): Promise<Answer<ToolResult>>;
  /** Ends the session with DELETE, if there is one; returns the status of the answer. */
  close(signal: AbortSignal): Promise<{ status?: number }>;
}

/** What a connection asks of the client it belongs to. */
export interface ConnectionClient {
  /** Names an exchange; unique within the run. */
  nextRequestId(): string;
  /** Waits as long as a client takes between an answer and the request that follows from it. */
  turnAround(signal: AbortSignal): Promise<void>;
}

/** Makes connections that share one pool of sockets. */
export interface Connector extends AsyncDisposable {
  connect(client: ConnectionClient): Connection;
}
