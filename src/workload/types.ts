import type { Connector } from '../client/index.ts';
import type { Clock, Redact, StopSignal } from '../core/index.ts';
import type { EventSink, RunEvent } from '../record/index.ts';
import type { Policy } from '../scenario/index.ts';
import type { EvidenceBook } from './evidence.ts';

/** What every client of a run shares. */
export interface ClientContext {
  clock: Clock;
  events: EventSink<RunEvent>;
  connector: Connector;
  policy: Policy;
  /**
   * Whether a tool that says that it failed has certainly had no effect. Ours promise that; MCP does not (`isError`,
   * server/tools), and with another's server the outcome is unknown.
   */
  errorsAreCertain: boolean;
  /** The scenario's deadline for a call that has none of its own. */
  deadlineMs: number;
  /** Mean time between an answer and a request that follows from it. */
  turnaroundMs: number;
  /** When the workload begins, on `clock`. */
  beginUs: number;
  /** Stops when the run is cut short. */
  signal: StopSignal;
  evidence: EvidenceBook;
  progress: Progress;
  /** What the environment holds for the journey, as templates name it: `env:NAME`. */
  constants: ReadonlyMap<string, unknown>;
  /** The row of the client at an index (from 0): values by column. */
  rowOf(index: number): Readonly<Record<string, unknown>>;
  /** Takes secrets out of what is recorded in parts: a part of a secret is none to whoever looks for it later. */
  redact: Redact;
}

/** Counts for a person to watch; nothing is judged by them. */
export interface Progress {
  clientArrived(): void;
  operationEnded(outcome: 'ok' | 'fail' | 'info'): void;
  /** The session that the client's arrival opened; not one that replaced it. */
  sessionLost(): void;
  /** A server has acknowledged a task. */
  taskCreated(): void;
  /** One that its server does not know any more, or whose end was not seen in time. */
  taskLost(): void;
}
