import type { Clock } from '../core/index.ts';
import { type EventSink, ndjsonWriter } from './writer.ts';

/** One line of `ledger.ndjson`. */
export type LedgerEntry = LedgerOperation | LedgerEnd;

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
  write(entry: Omit<LedgerOperation, keyof LedgerMark>): void;
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
    write: ({ event, ...rest }) => file.write({ event, ...mark(), ...rest }),
    close() {
      file.write({ event: 'end', ...mark() });
      file.close();
    },
  };
}
