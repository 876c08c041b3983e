import type { DealtRows, RunSpec } from '../scenario/index.ts';

/** What a generator is to do, as plain data: it goes to another process and on to its threads. */
export interface GeneratorTask {
  spec: RunSpec;
  threads: number;
  /** The run's `events.ndjson`, to which the generator appends. */
  eventsPath: string;
  /** The epoch of the run's clock. */
  epochUs: number;
}

/** The moment everything is ready for: where to send, and when the workload begins on the run's clock. */
export interface Start {
  entryUrl: string;
  /** What to connect to, where the URL's host is not to be looked up again. */
  entryAddress?: string | undefined;
  beginUs: number;
}

/** Harness → generator process → each of its threads. */
export type GeneratorOrder = { order: 'prepare'; task: GeneratorTask } | { order: 'end' } | ThreadOrder;
export type ThreadOrder = { order: 'begin'; start: Start } | { order: 'stop' } | { order: 'recorded' };

/** Since the begin; for a person to watch, nothing is judged by them. */
export interface Counts {
  arrived: number;
  ok: number;
  notOk: number;
  /** Of the sessions that arrivals opened; not of those that replaced one. */
  lost: number;
  /** Acknowledged tasks, and those of them whose end their clients never learned. */
  tasks: number;
  tasksLost: number;
}

export const noCounts: Counts = { arrived: 0, ok: 0, notOk: 0, lost: 0, tasks: 0, tasksLost: 0 };

/** Generator process → harness. */
export type GeneratorReport =
  /** Its threads are up and wait for the begin. */
  | { report: 'ready' }
  | { report: 'counts'; counts: Counts }
  /** The last client has left, and all that was recorded is on disk. */
  | { report: 'done' }
  | { report: 'failed'; message: string };

/** Thread → generator process. */
export type ThreadReport =
  | { report: 'ready' }
  | { report: 'counts'; counts: Counts }
  /** Whole lines of the event log; answered with `recorded`. */
  | { report: 'lines'; lines: string }
  | { report: 'done' }
  | { report: 'failed'; message: string };

export interface ThreadTask {
  spec: RunSpec;
  /** The clients' rows, in memory that all threads share. */
  rows?: DealtRows;
  thread: number;
  threads: number;
  epochUs: number;
}
