import { latencyHistogram } from '../histogram.ts';
import type { NotApplicable } from '../metrics.ts';
import { rate } from '../rate.ts';
import type { JudgedTask } from './judged-task.ts';
import { isFinal } from './task-log.ts';
import type { TaskLoss, TaskMetrics } from './types.ts';

/** What the ledger can be asked: `none`, the server keeps none; `silent`, it says nothing of tasks. */
export type TaskLedger = 'none' | 'silent' | 'speaks';

/** The counts and times of all acknowledged tasks. */
export function taskCounts(ledger: TaskLedger): { see(task: JudgedTask): void; result(): TaskMetrics } {
  let tasks = 0;
  const kinds: TaskLoss['kinds'] = { unknown: 0, flap: 0, stalled: 0, wronglyFailed: 0 };
  const kept = { asked: 0, forgotten: 0 };
  const cancels = { acknowledged: 0, worked: 0 };
  const polls = { polls: 0, tasks: 0 };
  const repeated = { value: 0, steps: 0, tasks: 0 };
  let premature = 0;
  let notified = false;
  const notification = latencyHistogram();
  const commitToKnown = latencyHistogram();

  return {
    see({ fate, notes, sights }) {
      tasks += 1;
      if (fate.loss) kinds[fate.loss.kind] += 1;
      if (fate.keptResult !== null) kept.asked += 1;
      if (fate.keptResult === false) kept.forgotten += 1;
      if (fate.cancelledUs !== null) cancels.acknowledged += 1;
      if (fate.workedAfterCancel) cancels.worked += 1;
      if (fate.premature) premature += 1;
      if (fate.told) {
        polls.tasks += 1;
        polls.polls += fate.polls;
      }
      const news = sights.filter(({ how }) => how === 'notification');
      notified ||= news.length > 0;
      if (notes === undefined) return;
      const last = news.find(({ status }) => isFinal(status));
      if (last && notes.finalUs !== null) notification.record(last.atUs - notes.finalUs);
      if (fate.told && notes.commitUs !== null) commitToKnown.record(fate.told.atUs - notes.commitUs);
      if (notes.repeatedSteps === 0) return;
      repeated.tasks += 1;
      repeated.steps += notes.repeatedSteps;
      repeated.value += notes.repeatedMs;
    },
    result() {
      const lost = Object.values(kinds).reduce((sum, count) => sum + count, 0);
      const silent: NotApplicable | undefined =
        ledger === 'speaks' ? undefined : { notApplicable: whySilent[ledger] };
      return {
        task_loss: { ...rate(lost, tasks), kinds },
        result_retention:
          kept.asked > 0
            ? rate(kept.forgotten, kept.asked)
            : { notApplicable: 'no result was asked for again within the promised time' },
        work_after_cancel:
          silent ??
          (cancels.acknowledged > 0
            ? rate(cancels.worked, cancels.acknowledged)
            : { notApplicable: 'no cancellation was acknowledged' }),
        premature_handle: silent ?? rate(premature, tasks),
        notification_delay_ms:
          silent ??
          (notified ? notification.distribution() : { notApplicable: 'no client was notified of a task' }),
        polls_per_task: { value: polls.tasks === 0 ? null : polls.polls / polls.tasks, ...polls },
        commit_to_known_ms: silent ?? commitToKnown.distribution(),
        repeated_work_ms: silent ?? (tasks > 0 ? repeated : { notApplicable: 'no task was acknowledged' }),
      };
    },
  };
}

const whySilent = {
  none: 'the server keeps no ledger',
  silent: 'its ledger says nothing of tasks',
} as const;
