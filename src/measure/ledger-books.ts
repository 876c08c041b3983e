import type { LedgerEntry } from '../record/index.ts';
import { type ChangeLedger, changeLedger } from './changes/index.ts';
import { type TakenAnswers, takenAnswers } from './input/index.ts';
import { type Ledger, readLedger } from './ledger.ts';
import { type LedgerNotes, ledgerNotes } from './ledger-notes.ts';
import { type Emitted, emittedEvents } from './streams/index.ts';
import { type LedgerTasks, ledgerTasks } from './tasks/index.ts';

/** What the ledger says, each measure's part of it by itself. */
export interface LedgerBooks {
  ledger: Ledger;
  notes: LedgerNotes;
  deeds: LedgerTasks;
  emitted: Emitted;
  taken: TakenAnswers;
  changes: ChangeLedger;
}

/**
 * Reads the ledger once. It must be read before the events, so that each operation can be held against it when it is seen.
 * @param entries undefined if the server keeps none.
 */
export async function readBooks(
  entries: AsyncIterable<readonly LedgerEntry[]> | undefined,
): Promise<LedgerBooks> {
  const books = {
    notes: ledgerNotes(),
    deeds: ledgerTasks(),
    emitted: emittedEvents(),
    taken: takenAnswers(),
    changes: changeLedger(),
  };
  const all = Object.values(books);
  const ledger = await readLedger(entries, (entry) => {
    for (const book of all) book.note(entry);
  });
  return { ledger, ...books };
}
