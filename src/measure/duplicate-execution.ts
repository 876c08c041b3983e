import type { LedgerEntry } from '../record/index.ts';
import type { NotApplicable, Rate } from './metrics.ts';
import { operationCounts } from './operation-counts.ts';
import { rate } from './rate.ts';

/** `duplicate_execution`: operations with two commits or more ÷ operations with at least one (by the ledger). */
export async function duplicateExecution(
  ledger: AsyncIterable<LedgerEntry> | undefined,
): Promise<Rate | NotApplicable> {
  if (ledger === undefined) return { notApplicable: 'the server keeps no ledger' };
  const commits = operationCounts();
  for await (const entry of ledger) if (entry.event === 'commit') commits.increment(String(entry.opId));
  return rate(commits.atLeast(2), commits.atLeast(1));
}
