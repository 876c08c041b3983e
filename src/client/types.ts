import type { StopSignal } from '../core/index.ts';
import type { Failure, TaskStatus } from '../record/index.ts';
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

/** A task as a server tells of it; both revisions, in the words of the newer one. */
export interface TaskState {
  taskId: string;
  status: TaskStatus;
  /** From its creation; null: for ever. */
  ttlMs: number | null;
  /** As the server says it, whatever that is; null: it does not. */
  pollIntervalMs: number | null;
  /** At most 500 characters. */
  statusMessage?: string;
  /** Of a completed one, where the revision says it with the state (2026-07-28). */
  result?: ToolResult;
  /** What it waits for, by key, with `input_required` (2026-07-28). */
  inputRequests?: Readonly<Record<string, unknown>>;
}

/** What `tools/call` came to where the server may make a task of it: the task, or the result at once. */
export type TaskOrResult = { task: TaskState } | { result: ToolResult };

/**
 * Tasks of one client: SEP-1686 within a session of 2025-11-25, the extension `io.modelcontextprotocol/tasks` (SEP-2663) in
 * 2026-07-28. A task that the server does not know is a failure of kind `unknown-task`.
 */
export interface TaskCalls {
  /** Calls a tool as a task. `ttlMs` is asked for in 2025-11-25; in 2026-07-28 the server decides alone. */
  create(
    call: ToolCall,
    options: { ttlMs?: number | undefined },
    signal: StopSignal,
  ): Promise<Answer<TaskOrResult>>;
  /** `tasks/get`. */
  get(taskId: string, signal: StopSignal): Promise<Answer<TaskState>>;
  /**
   * `tasks/result` (2025-11-25), which waits for the end; undefined where the state holds the result (2026-07-28). With `watch`
   * the client answers what the task asks on the stream meanwhile. With an answer that was not taken the exchange ends as
   * `broken`: only another one is asked again.
   */
  result:
    | ((taskId: string, signal: StopSignal, watch?: InputWatch) => Promise<Answer<ToolResult>>)
    | undefined;
  /** `tasks/cancel`; the state if the answer tells it (2025-11-25). */
  cancel(taskId: string, signal: StopSignal): Promise<Answer<TaskState | undefined>>;
  /** `tasks/update` (2026-07-28); undefined where input is asked for on a stream (2025-11-25). */
  update:
    | ((
        taskId: string,
        inputResponses: Record<string, unknown>,
        signal: StopSignal,
      ) => Promise<Answer<undefined>>)
    | undefined;
  /**
   * Listens for changes of these tasks until `signal` stops it or the stream ends, which is what it resolves with:
   * `subscriptions/listen` (2026-07-28), the GET stream of the session (2025-11-25). Beside other exchanges.
   * `onState` is called as states come, and more is read only then; it must not throw. `failure` is undefined if
   * `signal` stopped it, or the server ended it as its revision has it. `dropped` counts what came besides: messages
   * of other tasks, of other kinds, and those that are no state of a task; of an official client, those that it hands over.
   */
  listen(
    taskIds: readonly string[],
    onState: (state: TaskState) => void,
    signal: StopSignal,
  ): Promise<{ requestId: string; failure: Failure | undefined; dropped?: number }>;
}

/** A long call whose answer is a stream, with progress on the way. */
export interface StreamCall extends ToolCall {
  /** Its progress token, by which its events are told from others': unique within the run. */
  stream: string;
  /** Sent as `_meta["io.mcp-windtunnel/idempotencyKey"]`, if there is one. */
  idempotencyKey: string | undefined;
}

/** What is told of a stream while it lasts. */
export interface StreamWatch {
  /**
   * A `notifications/progress` came.
   * @param token as it came: of this stream, or, if it belongs to another, of that.
   * @returns true to let go of the connection, as if the network had failed.
   */
  onProgress(token: unknown, progress: unknown): boolean;
  /**
   * The stream broke before its response came.
   * @returns whether the client asks for the rest, which it can if `lastEventId` is not null.
   */
  onBreak(broken: {
    requestId: string;
    failure: Failure;
    dropped: boolean;
    lastEventId: string | null;
  }): boolean;
  /** It was asked for the rest: with this status, or not at all. */
  onResumed(resumed: { requestId: string; status: number | null; failure: Failure | undefined }): void;
}

/** What a user says to a question. */
export interface InputAnswer {
  action: 'accept' | 'decline' | 'cancel';
  /** Sent with `accept`. */
  content: Readonly<Record<string, unknown>>;
  /** The state that goes with it is to be altered, where there is one. */
  tamper: boolean;
}

/** What is told of questions that come in the middle of a call, or of a task while its result is waited for. */
export interface InputWatch {
  /** What is asked more often than so many times in one exchange is left without an answer. */
  readonly roundsMax: number;
  /** In 2025-11-25: how long an answer may take to be taken, in milliseconds; by default as long as what it is for. */
  readonly answerMs?: number;
  /** A server asks. @returns the answer as soon as the user gives it; undefined if `signal` stops that. */
  onAsked(
    asked: { round: number; requestId: string; how: 'stream' | 'result' },
    signal: StopSignal,
  ): Promise<InputAnswer | undefined>;
  /** The answer was sent, and this came of the exchange. */
  onAnswered(answered: {
    round: number;
    requestId: string;
    tampered: boolean;
    status: number | null;
    failure: Failure | undefined;
  }): void;
}

/** How listening ended; `failure` is undefined if nothing went wrong. */
export interface ListenEnd {
  requestId: string;
  failure: Failure | undefined;
  /** Of the exchange that failed. */
  transcript?: Transcript | undefined;
}

/** What is told of changes while a client listens for them. */
export interface ChangeWatch {
  /** The server has acknowledged all that was asked for: it owes every change from now on. */
  onListening(requestId: string): void;
  /**
   * A `notifications/resources/updated` came, of whatever topic; of a resource that is no topic, `topic` is its URI.
   * @param value by which changes are told apart; null: the notification tells none.
   */
  onChange(topic: string, value: string | null): void;
  onListChanged(): void;
}

/**
 * One MCP client of one protocol revision, with at most one session at a time. It runs one exchange at a
 * time. Each waits until `signal` stops it at the latest, and then cancels what it asked for.
 */
export interface Connection {
  /** Opens a session (2025-11-25); where there are none it exchanges nothing. */
  open(signal: StopSignal): Promise<Answer<SessionOpened>>;
  call(call: ToolCall, signal: StopSignal): Promise<Answer<ToolResult>>;
  /** Beside `listen`, an exchange like any other. */
  readonly tasks: TaskCalls;
  /**
   * As `call`, with every event on the way. In 2025-11-25 a stream that broke is resumed with `Last-Event-ID`, if `watch` says
   * so; 2026-07-28 has no such thing. Once it has begun, an answer that is not the response is `info`: the call may be carried
   * out.
   */
  readonly stream?: (call: StreamCall, watch: StreamWatch, signal: StopSignal) => Promise<Answer<ToolResult>>;
  /**
   * As `call`, of a client that can be asked in its middle (elicitation, by forms) and answers. In 2025-11-25 it has to say so when
   * its session is opened: `ConnectionClient.answers`. What an official client is asked goes through its own handlers.
   */
  readonly callAnswering?: (
    call: ToolCall,
    watch: InputWatch,
    signal: StopSignal,
  ) => Promise<Answer<ToolResult>>;
  /**
   * Listens for changes of topics and of their list, beside other exchanges, until `signal` stops it or the stream ends, which
   * is what it resolves with; `failure` as of `TaskCalls.listen`. `subscriptions/listen` (2026-07-28); the GET stream of the
   * session, and `resources/subscribe` once that is open (2025-11-25). Absent where a client cannot.
   */
  readonly subscribe?: (
    topics: readonly string[],
    watch: ChangeWatch,
    signal: StopSignal,
  ) => Promise<ListenEnd>;
  /** Ends the session with DELETE, if there is one; returns the status of the answer. */
  close(signal: StopSignal): Promise<{ status?: number }>;
}

/** What a connection asks of the client it belongs to. */
export interface ConnectionClient {
  /** It can be asked in the middle of calls and of tasks; by default it cannot. */
  answers?: boolean;
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
