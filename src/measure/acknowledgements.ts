import type { OperationEvent } from '../record/index.ts';
import type { Collector } from './collector.ts';
import type { Ledger } from './ledger.ts';
import type { WithoutEffect } from './tasks/index.ts';

/** What the ledger says of what was acknowledged. It must see each event before those that ask it. */
export interface Acknowledgements extends Collector<{ unproven: number }> {
  /** Whether the ledger proves that this operation was acknowledged and never committed. */
  isUncommitted(operation: OperationEvent): boolean;
}

/**
 * @param owesCommits whether an acknowledged operation without a commit is a doubt about the record.
 * @param tasks which operations were acknowledged to have ended without effect: they owe no commit.
 */
export function acknowledgements(
  ledger: Pick<Ledger, 'fateOf'>,
  owesCommits: boolean,
  tasks: Pick<WithoutEffect, 'endedWithout'>,
): Acknowledgements {
  const started = new Set<string>();
  const uncommitted = { last: '' };
  let unproven = 0;
  return {
    types: ['replica-started', 'operation'],
    see(event) {
      if (event.type === 'replica-started') started.add(`${event.replica} ${event.boot}`);
      if (event.type !== 'operation' || event.outcome !== 'ok' || tasks.endedWithout(event.opId)) return;
      const fate = ledger.fateOf(event, started);
      if (fate === 'unproven' && owesCommits) unproven += 1;
      uncommitted.last = fate === 'uncommitted' ? event.opId : '';
    },
    isUncommitted: ({ opId }) => uncommitted.last === opId,
    result: () => ({ unproven }),
  };
}
