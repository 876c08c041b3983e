import type { Clock } from '../core/index.ts';
import { type EventSink, ndjsonWriter } from './writer.ts';

/** One line of `ledger.ndjson`. */
export type LedgerEntry = LedgerOperation | LedgerTask | LedgerEmitted | LedgerAnswered | LedgerEnd;

/**
 * What a server says it executed. Written synchronously, before the answer leaves, so that a `kill -9` right
 * after the commit loses nothing.
 */
export interface LedgerOperation extends LedgerMark {
  /** `begin`: the tool started. `commit`: its effect stands. `abort`: it ended without effect. */
  event: 'begin' | 'commit' | 'abort';
  /** From `_meta["io.mcp-windtunnel/opId"]`. */
  opId: string;
  tool: string;
  /** The application object it touched (a basket's id), if any. */
  subject?: string;
  /** What was written, if it was a write. */
  value?: string;
  /** Of a commit: the task that it was carried out as. Who takes a task over finds by it that its effect stands. */
  taskId?: string;
}

/**
 * What a server did with a task. The effect itself is noted as that of any call, by `begin` and `commit`, under the same
 * `opId`; a replica that takes a task over begins anew.
 */
export interface LedgerTask extends LedgerMark {
  event: 'task';
  /**
   * `created`: the store has it; noted before the handle leaves. `taken-over`: this replica carries it on, since its owner
   * is gone. `step`: one step is done. `input-required`: it waits for its client. `retried`: it failed transiently, and
   * the server begins it again. `completed`, `failed`, `cancelled`: its final state stands. `expired`: it was forgotten.
   */
  what: (typeof taskDeeds)[number];
  taskId: string;
  opId: string;
  /** Of a `step`: which one, from 1. */
  step?: number;
  /** Of a `step`: how long it took, in milliseconds. */
  ms?: number;
}

export const taskDeeds = [
  'created',
  'taken-over',
  'step',
  'input-required',
  'retried',
  'completed',
  'failed',
  'cancelled',
  'expired',
] as const;

/**
 * A server has sent a progress event on the stream of a call: it was written to the stream, and stands in the event store
 * if there is one.
 */
export interface LedgerEmitted extends LedgerMark {
  event: 'emitted';
  opId: string;
  /** The progress token of the call. */
  stream: string;
  /** The `progress` it tells. */
  number: number;
}

/**
 * The server has the answer to what it asked in the middle of a call, or of a task, and goes on with that. A replica that takes a task
 * over notes it anew.
 */
export interface LedgerAnswered extends LedgerMark {
  event: 'answered';
  opId: string;
}

/** The last line of a process that ended in order: it has written all it had to write. */
interface LedgerEnd extends LedgerMark {
  event: 'end';
}

interface LedgerMark {
  /** Microseconds since the run's epoch. */
  atUs: number;
  replica: string;
  boot: number;
  /**
   * The how-manieth line of this process, from 1. A gap shows that a line is missing: only without one can a
   * missing commit be held against the server. Absent from ledgers of other servers.
   */
  seq?: number;
}

export interface LedgerSink {
  write(
    entry:
      | Omit<LedgerOperation, keyof LedgerMark>
      | Omit<LedgerTask, keyof LedgerMark>
      | Omit<LedgerEmitted, keyof LedgerMark>
      | Omit<LedgerAnswered, keyof LedgerMark>,
  ): void;
  /** Writes the end mark; nothing can be written afterwards. */
  close(): void;
}

/** @throws HarnessError `internal` when the file cannot be written. */
export function ledgerWriter(
  path: string,
  { clock, replica, boot }: { clock: Clock; replica: string; boot: number },
): LedgerSink {
  const file: EventSink<LedgerEntry> = ndjsonWriter(path, { flushMs: 0 });
  let seq = 0;
  const mark = (): Required<LedgerMark> => {
    seq += 1;
    return { atUs: clock.nowUs(), replica, boot, seq };
  };
  return {
    write: (entry) => file.write({ ...entry, ...mark() }),
    close() {
      file.write({ event: 'end', ...mark() });
      file.close();
    },
  };
}
