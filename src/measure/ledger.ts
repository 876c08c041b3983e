import type { LedgerEntry, OperationEvent } from '../record/index.ts';
import type { NotApplicable, Rate } from './metrics.ts';
import { operationCounts } from './operation-counts.ts';
import { rate } from './rate.ts';

/** What the ledger says, to be held against what clients were told. */
export interface Ledger {
  /** False: the server keeps none. */
  readonly kept: boolean;
  /**
   * Lines are numbered: the server promises to note every operation, so that one without a commit says something. A
   * server that does not may note what it likes; what it has not noted is then no doubt about the record.
   */
  readonly numbered: boolean;
  /** How often this operation was committed. */
  commits(opId: string): number;
  /** Operations with two commits or more ÷ operations with at least one. */
  duplicates(): Rate | NotApplicable;
  /**
   * What it says of an operation that was acknowledged: that it was `committed`; or that it certainly was not; or
   * `unproven`: it has no commit, and the ledger may lack lines.
   * @param started the processes that had been started by then, as `replica boot`.
   */
  fateOf(
    acknowledged: OperationEvent,
    started: ReadonlySet<string>,
  ): 'committed' | 'uncommitted' | 'unproven';
}

/** The ledger of one process of a replica. */
interface Book {
  seq: number;
  lastUs: number;
  /** No line is missing before the last one that is there. */
  gapless: boolean;
  /** It has its end mark, so no line is missing behind it either. */
  ended: boolean;
}

/**
 * @param entries undefined if the server keeps none.
 * @param note is shown each of them.
 */
export async function readLedger(
  entries: AsyncIterable<readonly LedgerEntry[]> | undefined,
  note: (entry: LedgerEntry) => void = () => {},
): Promise<Ledger> {
  const commits = operationCounts();
  let numbered = false;
  const books = new Map<string, Book>();
  /** Operations that were begun and neither committed nor aborted, with the process that had begun them. */
  const open = new Map<string, Book>();

  const enter = (entry: LedgerEntry) => {
    const key = `${entry.replica} ${entry.boot}`;
    const book = books.get(key) ?? { seq: 0, lastUs: 0, gapless: true, ended: false };
    books.set(key, book);
    numbered ||= entry.seq !== undefined;
    book.gapless &&= entry.seq === book.seq + 1;
    book.seq = entry.seq ?? 0;
    book.lastUs = Math.max(book.lastUs, entry.atUs);
    if (entry.event === 'end') {
      book.ended = true;
      return;
    }
    // What became of a task, came on a stream, or was answered, says nothing of the effect: that has a begin and a commit of its own.
    if (entry.event === 'task' || entry.event === 'emitted' || entry.event === 'answered') return;
    const opId = String(entry.opId);
    if (entry.event === 'begin') open.set(opId, book);
    else open.delete(opId);
    if (entry.event === 'commit') commits.increment(opId);
  };

  for await (const batch of entries ?? []) {
    for (const entry of batch) {
      enter(entry);
      note(entry);
    }
  }

  return {
    kept: entries !== undefined,
    numbered,
    commits: (opId) => commits.count(opId),
    duplicates: () =>
      entries === undefined
        ? { notApplicable: 'the server keeps no ledger' }
        : rate(commits.atLeast(2), commits.atLeast(1)),
    fateOf({ opId, endUs }, started) {
      if (commits.count(opId) > 0) return 'committed';
      const book = open.get(opId);
      // What a process wrote after the acknowledgement shows that its ledger was not cut off before it.
      if (book) {
        return book.gapless && (book.ended || book.lastUs >= endUs) ? 'uncommitted' : 'unproven';
      }
      // Nobody admits to have begun it (or it was aborted): then no line of anyone may be missing.
      const whole = [...started].every((key) => books.get(key)?.gapless && books.get(key)?.ended);
      return whole && started.size > 0 ? 'uncommitted' : 'unproven';
    },
  };
}
