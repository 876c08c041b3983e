// Tasks: what was lost of long work that a server had acknowledged, from what clients saw and what servers noted.
// Both are kept for all tasks, in few bytes, and joined when all is read.
import type { Collector } from '../collector.ts';
import type { Ledger } from '../ledger.ts';
import { type JudgedTask, judgedTasks } from './judged-task.ts';
import type { LedgerTasks } from './ledger-tasks.ts';
import type { TaskMeasures } from './none.ts';
import { ownerEnds } from './owner-ends.ts';
import { taskCounts } from './task-counts.ts';
import { taskLog } from './task-log.ts';
import { evidenceOf, storyOf, taskStories } from './task-stories.ts';
import { taskSurvival } from './task-survival.ts';

export { isPoll } from './fate.ts';
export type { JudgedTask } from './judged-task.ts';
export { type Deed, type LedgerTasks, ledgerTasks } from './ledger-tasks.ts';
export { type TaskMeasures, taskMeasureNames, withoutTasks } from './none.ts';

/** @param alsoTo are shown each acknowledged task, before the result is. */
export function taskMeasures(
  ledger: Pick<Ledger, 'kept' | 'commits'>,
  ledgerTasks: Pick<LedgerTasks, 'any' | 'of' | 'deeds'>,
  alsoTo: readonly ((task: JudgedTask) => void)[] = [],
): Collector<TaskMeasures> {
  const log = taskLog();
  const ends = ownerEnds();
  let beginUs = 0;
  return {
    types: ['workload-began', ...(log.types ?? []), ...(ends.types ?? [])],
    see(event) {
      if (event.type === 'workload-began') beginUs = event.atUs;
      else if (event.type === 'replica-exited' || event.type === 'replica-signalled') ends.see(event);
      else log.see(event);
    },
    result() {
      const speaks = ledger.kept ? (ledgerTasks.any ? 'speaks' : 'silent') : 'none';
      const counts = taskCounts(speaks);
      const survival = taskSurvival();
      const stories = taskStories(ledger.commits);
      const shown = [counts.see, survival.see, stories.see, ...alsoTo];
      for (const task of judgedTasks(log, ledgerTasks)) for (const see of shown) see(task);
      const { places, ...numbers } = stories.chosen();
      const ended = ends.result();
      const told = [];
      for (const task of judgedTasks(log, ledgerTasks, places)) {
        const deeds = ledgerTasks.deeds(task.opId, task.taskId);
        told.push(storyOf(task, places.get(task.place) ?? null, deeds, ended, beginUs));
      }
      return {
        metrics: counts.result(),
        survival: survival.result(),
        evidence: evidenceOf(told, numbers),
      };
    },
  };
}
export { type WithoutEffect, withoutEffect } from './without-effect.ts';
