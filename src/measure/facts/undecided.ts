import type { Failure, FailureKind } from '../../record/index.ts';

const kinds: ReadonlySet<FailureKind> = new Set(['refused', 'broken', 'timeout', 'interrupted', 'malformed']);

/** Whether an exchange ended without a word on whether the server knew its session. */
export function isUndecided({ failure }: { failure?: Pick<Failure, 'kind'> | undefined }): boolean {
  return failure !== undefined && kinds.has(failure.kind);
}
