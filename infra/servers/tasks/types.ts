import type { LedgerSink, TaskStatus } from '../../../src/record/index.ts';
import type { TaskPolicy } from '../host/config.ts';
import type { CallToolResult, Tool, ToolArguments, ToolContext } from '../tools/index.ts';

/** A value, or the promise of one: what is nearby answers at once. */
export type Awaitable<T> = T | Promise<T>;

/** A task as it is kept; what JSON can hold. It is never changed in place: each change is another record. */
export interface TaskRecord {
  /** A random UUID. */
  taskId: string;
  /** Of the operation it belongs to; null for a client that is not the harness's. */
  opId: string | null;
  tool: string;
  /** As the tool's schema leaves them. */
  args: ToolArguments;
  /** The session it was made in (2025-11-25); null where there are none. */
  session: string | null;
  status: TaskStatus;
  statusMessage?: string;
  /** For a person to read: ISO 8601. */
  createdAt: string;
  lastUpdatedAt: string;
  /** How long the server says that it keeps it from its creation, in milliseconds. */
  ttlMs: number;
  pollIntervalMs: number;
  /** When it is forgotten, whatever was said; milliseconds of the machine's monotonic clock. */
  keptUntilMs: number;
  /** Of a completed one. */
  result?: CallToolResult;
  /** Of a failed one. */
  error?: TaskError;
  /** What it waits for with `input_required`, by key. A key is never used again. */
  inputRequests: Readonly<Record<string, InputRequest>>;
  /** What was answered, by the same keys. */
  inputResponses: Readonly<Record<string, unknown>>;
  /** Someone asked for its end. */
  cancelRequested: boolean;
  /** How many steps are done; who takes it over goes on behind them. */
  steps: number;
  /**
   * Who carries it on, unique to a process. Null: nobody; before its end whoever looks first may. One that was cancelled
   * at once keeps its owner until that has stopped.
   */
  owner: string | null;
  /** Goes up by one with each change. */
  version: number;
}

/** A JSON-RPC error. */
export interface TaskError {
  code: number;
  message: string;
  data?: unknown;
}

/** What a server would have sent its client, had it a way to: `elicitation/create`. */
export interface InputRequest {
  method: string;
  params: Record<string, unknown>;
}

/**
 * What becomes of a task in one change: the next record (`version` is the store's affair), or a word why it is not
 * changed. Pure, and maybe asked more than once: a store that is far away tries again when another was faster.
 */
export type Decide<Refusal extends string> = (task: TaskRecord) => TaskRecord | Refusal;

/** What a process still holds. */
export interface Held {
  taskId: string;
  cancelRequested: boolean;
}

/**
 * Where tasks live. Every call has taken effect, as a whole or not at all, when its answer is there. What is past its
 * `keptUntilMs` is not there any more, whether `forget` was there already or not.
 */
export interface TaskStore {
  /** Whether other replicas see the same: then any of them may answer for a task, and carry it on. */
  readonly shared: boolean;

  /**
   * Keeps a new task, held by its owner for `leaseMs`.
   * @throws HarnessError `server` when the store is full.
   */
  create(task: TaskRecord, leaseMs: number): Awaitable<void>;
  get(taskId: string): Awaitable<TaskRecord | undefined>;
  /** The versions of tasks, in the order of the ids; undefined for those that are not there. */
  versions(taskIds: readonly string[]): Awaitable<(number | undefined)[]>;
  /**
   * Changes a task by what `decide` says of it, with nobody else in between (compare-and-set). A record without an owner
   * is held by nobody from then on.
   * @param effect is run at most once: when it is certain that the change will stand, and before anyone can see it.
   * @returns the record as it stands, the refusal of `decide`, or undefined if there is no such task.
   */
  change<Refusal extends string>(
    taskId: string,
    decide: Decide<Refusal>,
    effect?: () => void,
  ): Awaitable<TaskRecord | Refusal | undefined>;

  /** Holds on to all tasks of an owner for `leaseMs` from now; what is not in the answer is held no longer. */
  renew(owner: string, leaseMs: number): Awaitable<Held[]>;
  /** Lets go of all tasks of an owner. */
  release(owner: string): Awaitable<void>;
  /** Makes `owner` the owner of tasks before their end that nobody holds, or whose lease is over; at most `max` at once. */
  takeOver(owner: string, leaseMs: number, max: number): Awaitable<TaskRecord[]>;

  /** Tasks of a session, oldest first, behind the given one. */
  list(session: string, afterTaskId: string | undefined, max: number): Awaitable<TaskRecord[]>;
  /** Counts a transient failure of an operation; how many there were, this one included. */
  countFailure(opId: string): Awaitable<number>;
  /** Forgets what is past its time; each task is in the answer to one caller only. */
  forget(): Awaitable<Pick<TaskRecord, 'taskId' | 'opId'>[]>;

  close(): Awaitable<void>;
}

export type { TaskPolicy };

/** What a task engine is made of. */
export interface TaskEngineParts {
  store: TaskStore;
  policy: TaskPolicy;
  /** Names this process among all that ever were: `replica`, `boot` and something random. */
  owner: string;
  tools: readonly Tool[];
  /** What a tool works with when it is run for this task. */
  toolContext(task: TaskRecord): Pick<ToolContext, 'store' | 'baskets'>;
  ledger: LedgerSink | undefined;
  /** Which of these tasks have their commit in the ledger, whoever wrote it. */
  committed(taskIds: readonly string[]): Promise<ReadonlySet<string>>;
  onTrouble(message: string): void;
}

export interface CreateOptions {
  opId?: string | undefined;
  session?: string | undefined;
  /** What was answered before there was a task, by the keys that the tool asks with. */
  inputResponses?: Readonly<Record<string, unknown>> | undefined;
  /** What the client asks for (2025-11-25); taken up to a day, and only where the retention is `kept` or `ignored`. */
  ttlMs?: number | undefined;
}

/**
 * Carries tasks out and answers for them, in either revision. Of a shared store any replica's engine will do, and takes
 * over what others no longer hold.
 */
export interface TaskEngine {
  readonly policy: TaskPolicy;
  /**
   * Begins a task. When it resolves the task is in the store, and in the ledger as `created`. While tasks are handed over,
   * another replica begins it.
   * @throws HarnessError `server` when there are too many, or when the process ends and its memory with it.
   */
  create(tool: Tool, args: ToolArguments, options: CreateOptions): Promise<TaskRecord>;
  /** Undefined for one that is unknown or forgotten; for ids longer than 100 characters without a look. */
  get(taskId: string): Promise<TaskRecord | undefined>;
  /** Of one session, oldest first, at most 100 behind `afterTaskId`. */
  list(session: string, afterTaskId?: string): Promise<TaskRecord[]>;
  /**
   * Asks for a task's end, which the tool hears of between and within its steps.
   * @param atOnce the state is `cancelled` when it resolves, whatever the work does (2025-11-25); else it becomes
   * that when the work has stopped.
   * @returns the task as it is then; one that was at its end already stays as it was. Undefined: unknown.
   */
  cancel(taskId: string, options?: { atOnce?: boolean }): Promise<TaskRecord | undefined>;
  /** Takes answers to what the task waits for; other keys are passed over. Undefined: the task is unknown. */
  update(taskId: string, inputResponses: Readonly<Record<string, unknown>>): Promise<TaskRecord | undefined>;
  /**
   * Tells of the present state and of each that a task comes to, wherever it is carried out, none twice; with a shared store within half a poll
   * interval, and states that lasted shorter may be left out.
   * @returns what ends it; it ends by itself after the final state.
   */
  onChange(taskId: string, listener: (task: TaskRecord) => void): () => void;
  /** Takes no new task from now on and lets go of those that run, so that other replicas carry them on at once. */
  handOver(): Promise<void>;
  /** Ends everything; the store is not its own, and stays open. */
  close(): void;
}

export const finalStatuses: readonly TaskStatus[] = ['completed', 'failed', 'cancelled'];

export function isFinal({ status }: Pick<TaskRecord, 'status'>): boolean {
  return finalStatuses.includes(status);
}
