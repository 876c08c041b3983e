import type { LedgerEntry } from '../../record/index.ts';

/** When servers say that they went on with the answer to a question, by operation. */
export interface TakenAnswers {
  note(entry: LedgerEntry): void;
  /** Whether an answer of this operation was taken by then. */
  by(opId: string, atUs: number): boolean;
}

export function takenAnswers(): TakenAnswers {
  /** The first of each. */
  const taken = new Map<string, number>();
  return {
    note(entry) {
      if (entry.event === 'answered' && !taken.has(entry.opId)) taken.set(entry.opId, entry.atUs);
    },
    by: (opId, atUs) => (taken.get(opId) ?? Number.POSITIVE_INFINITY) <= atUs,
  };
}
