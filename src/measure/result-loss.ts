import type { OperationEvent } from '../record/index.ts';
import type { Collector } from './collector.ts';
import type { Ledger } from './ledger.ts';
import type { NotApplicable, Rate } from './metrics.ts';
import { rate } from './rate.ts';
import type { WithoutEffect } from './tasks/index.ts';

/**
 * `result_loss`: committed operations without a final answer to the client by the deadline ÷ committed operations.
 *
 * A final answer is what the tool said, be it that it failed. An answer that belongs to another request is one too:
 * that it is the wrong one is for `misdelivery` to say. No answer: a broken connection, a 5xx, a refusal although it
 * was carried out, silence until the deadline. Where a client sends a call again, its last attempt counts.
 * That a task has failed is an answer, though a wrong one if it is committed: `task_loss`. Who asks to cancel a task wants
 * no result of it; what is committed all the same is for `work_after_cancel`.
 */
export function resultLoss(
  ledger: Pick<Ledger, 'kept' | 'commits'>,
  tasks: Pick<WithoutEffect, 'wasCancelled'>,
): Collector<Rate | NotApplicable> {
  let committed = 0;
  let lost = 0;
  return {
    types: ['operation'],
    see(event) {
      if (event.type !== 'operation' || ledger.commits(event.opId) === 0) return;
      if (tasks.wasCancelled(event.opId)) return;
      committed += 1;
      if (!isAnswered(event)) lost += 1;
    },
    result: () => (ledger.kept ? rate(lost, committed) : { notApplicable: 'the server keeps no ledger' }),
  };
}

/** Whether the client got an answer of a tool by the deadline, to this call or to another. */
export function isAnswered({ outcome, failure }: OperationEvent): boolean {
  if (outcome === 'ok' || failure?.misdelivered) return true;
  const { kind } = failure ?? {};
  return kind === 'tool-error' || kind === 'unexpected' || kind === 'task-failed';
}
