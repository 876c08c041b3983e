import { existsSync, readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { LedgerEntry, LedgerOperation } from '../../src/record/index.ts';

export function readLedger(path: string): LedgerOperation[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  // What follows the last line break is a line that is still being written.
  const entries = lines.slice(0, -1).map((line) => JSON.parse(line) as LedgerEntry);
  return entries.filter((entry): entry is LedgerOperation => entry.event !== 'end' && entry.event !== 'task');
}

/** `begin basket_add op1 …`: one line per entry, for a test to compare. */
export const brief = (entries: readonly LedgerOperation[]) =>
  entries.map((e) => `${e.event} ${e.tool} ${e.opId}`);

/** Resolves once the ledger holds such an entry: woken by the file system, bounded by the test's timeout. */
export function ledgerEntry(
  path: string,
  event: LedgerOperation['event'],
  opId: string,
): Promise<LedgerOperation> {
  return new Promise((resolve) => {
    const look = () => {
      const found = readLedger(path).find((entry) => entry.event === event && entry.opId === opId);
      if (!found) return;
      watcher.close();
      resolve(found);
    };
    const watcher = watch(dirname(path), (_event, name) => {
      if (name === basename(path)) look();
    });
    // It may have been written before the watch began.
    look();
  });
}
