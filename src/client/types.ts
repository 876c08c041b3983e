import type { StopSignal } from '../core/index.ts';
import type { Failure } from '../record/index.ts';
import type { Transcript } from './transcript.ts';

/** What became of one exchange with a server; what a server does wrong is a value here, never an exception. */
export type Answer<T> =
  | { outcome: 'ok'; value: T; requestId: string; transcript?: Transcript | undefined }
  | { outcome: 'fail' | 'info'; failure: Failure; requestId: string; transcript?: Transcript | undefined };

export interface SessionOpened {
  /** Null where the protocol, or the server, keeps no sessions. */
  sessionId: string | null;
  /**
   * Set when the session was established but its first follow-up (`notifications/initialized`) was answered
   * with an unknown session.
   */
  lost?: { failure: Failure; requestId: string; transcript?: Transcript | undefined };
  /** What establishing it took: exchanges, and bytes of their requests and answers; undefined if not known. */
  cost?: { requests: number; bytes: number };
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
 * time. Each waits until `signal` stops it at the latest, and then cancels what it asked for.
 */
export interface Connection {
  /** Opens a session (2025-11-25); where there are none it exchanges nothing. */
  open(signal: StopSignal): Promise<Answer<SessionOpened>>;
  call(call: ToolCall, signal: StopSignal): Promise<Answer<ToolResult>>;
  /** Ends the session with DELETE, if there is one; returns the status of the answer. */
  close(signal: StopSignal): Promise<{ status?: number }>;
}

/** What a connection asks of the client it belongs to. */
export interface ConnectionClient {
  /** Names an exchange; unique within the run. */
  nextRequestId(): string;
  /** Waits as long as a client takes between an answer and the request that follows from it. */
  turnAround(signal: StopSignal): Promise<void>;
}

/** What there is to say of a server beside its URL. */
export interface Access {
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** What to connect to; by default what the host of the URL resolves to at that moment. */
  address?: string | undefined;
}

/** Makes connections that share one pool of sockets. */
export interface Connector extends AsyncDisposable {
  connect(client: ConnectionClient): Connection;
}
