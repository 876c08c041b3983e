import type { FailureKind, OperationEvent } from '../../record/index.ts';

const kinds: ReadonlySet<FailureKind> = new Set(['refused', 'broken', 'timeout', 'interrupted', 'malformed']);

/** Whether an operation ended without a word on whether the server knew its session. */
export function isUndecided({ failure }: Pick<OperationEvent, 'failure'>): boolean {
  return failure !== undefined && kinds.has(failure.kind);
}
