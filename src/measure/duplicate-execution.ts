import type { LedgerEntry } from '../record/index.ts';
import type { NotApplicable, Rate } from './metrics.ts';
import { type OperationCounts, operationCounts } from './operation-counts.ts';
import { rate } from './rate.ts';

/** What the ledger says, held against what clients were told. */
export interface LedgerMeasures {
  duplicates: Rate | NotApplicable;
  /** Operations that were acknowledged and have no commit; all of them if there is no ledger. */
  uncommitted: number;
}

/**
 * `duplicate_execution`: operations with two commits or more ÷ operations with at least one.
 * @param acknowledged operations that ended ok.
 */
export async function readLedger(
  ledger: AsyncIterable<readonly LedgerEntry[]> | undefined,
  acknowledged: OperationCounts,
): Promise<LedgerMeasures> {
  const commits = operationCounts();
  if (ledger === undefined) {
    const duplicates = { notApplicable: 'the server keeps no ledger' };
    return { duplicates, uncommitted: acknowledged.missingFrom(commits) };
  }
  for await (const batch of ledger) {
    for (const entry of batch) if (entry.event === 'commit') commits.increment(String(entry.opId));
  }
  return {
    duplicates: rate(commits.atLeast(2), commits.atLeast(1)),
    uncommitted: acknowledged.missingFrom(commits),
  };
}
