import type { Failure, LedgerOperation, Outcome, RecordedMessage } from '../record/index.ts';
import type { LossCause } from './loss-cause.ts';
import type { TaskEvidence } from './tasks/types.ts';

/** What stands behind the numbers of a run: single clients, and the exchanges in which they lost something. */
export interface Evidence {
  /** How many clients there were to choose from. */
  clients: number;
  /** A bounded choice of them: every kind of story that was seen, then more of each. */
  stories: ClientStory[];
  /** A bounded choice: every cause of a loss and every kind of failure, then more of each. */
  exchanges: Exchange[];
  /** Single tasks, where there are any. */
  tasks: TaskEvidence;
  /** Why `ledger` is empty everywhere, if the server keeps none. */
  noLedger?: string;
}

/** How it went for a client, by the worst that it met. */
export type Fate = LossCause | 'state-missing' | 'failed' | 'kept';

/** One client from its arrival to its leave. Times are milliseconds since the workload began. */
export interface ClientStory {
  client: string;
  fate: Fate;
  endMs: number | null;
  /** What became of its sessions and its state, in order of time. */
  turns: Turn[];
  /** Its operations; where there were too many, only every n-th of those that were ok, and of the others. */
  calls: StoryCall[];
  everyNth: { ok: number; other: number };
}

export interface Turn {
  atMs: number;
  what: 'opened' | 'not-opened' | 'lost' | 'state-missing' | 'closed';
  /** The replica that was asked; null if it is not known. */
  replica: string | null;
  /** Of a loss. */
  cause?: LossCause;
  /** The exchange in which it came out. */
  requestId?: string;
}

export type StoryCall = [
  atMs: number,
  tookMs: number,
  /** Of the last attempt; null if it was never sent or is not known. */
  replica: string | null,
  outcome: Outcome | 'not-sent',
  tool: string,
];

/** An exchange, with what the other witnesses say of it. */
export interface Exchange {
  requestId: string;
  client: string;
  /** What came out in it: the cause of a lost session, `state-missing`, or the kind of a failure. */
  about: string;
  /** When it was sent, and how long it took. */
  atMs: number;
  tookMs: number;
  /** What was asked, e.g. `tools/call basket_add`. */
  asked: string;
  opId: string | null;
  /** The replica that the balancer chose, with the number of its process; null if it chose none. */
  replica: Place | null;
  /** Who had established the session that was lost, and whether that process was gone. */
  owner?: Place & { gone: boolean };
  request: RecordedMessage & { method: string; path: string };
  answer: (RecordedMessage & { status: number }) | null;
  failure?: Failure;
  /**
   * What the servers say they executed of that operation, in the order of the file; null if that was not kept,
   * which happens in runs of very many operations.
   */
  ledger: { event: LedgerOperation['event']; atMs: number; replica: string; boot: number }[] | null;
}

export interface Place {
  replica: string;
  /** Which process of this replica, counted from 1; null if none was seen to start. */
  boot: number | null;
}
