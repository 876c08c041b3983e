import type { EventSink } from './writer.ts';

/**
 * One line of `ledger.ndjson`: what a server says it executed. Written synchronously, before the answer
 * leaves, so that a `kill -9` right after the commit loses nothing.
 */
export interface LedgerEntry {
  /** `begin`: the tool started. `commit`: its effect stands. `abort`: it ended without effect. */
  event: 'begin' | 'commit' | 'abort';
  /** Microseconds since the run's epoch. */
  atUs: number;
  replica: string;
  boot: number;
  /** From `_meta["io.mcp-windtunnel/opId"]`. */
  opId: string;
  tool: string;
  /** The application object it touched (a basket's id), if any. */
  subject?: string;
  /** What was written, if it was a write. */
  value?: string;
}

export type LedgerSink = EventSink<LedgerEntry>;
