import { fateOf, type TaskFate } from './fate.ts';
import type { LedgerTaskNotes, LedgerTasks } from './ledger-tasks.ts';
import type { SeenTask, TaskLog } from './task-log.ts';

/** A task that was acknowledged, with what both witnesses say of it. */
export interface JudgedTask extends SeenTask {
  created: NonNullable<SeenTask['created']>;
  fate: TaskFate;
  /** Undefined if the ledger does not name it. */
  notes: LedgerTaskNotes | undefined;
}

/**
 * One after another: a run may have more than can be held at once.
 * @param wanted the places of those that are; all, if it does not say.
 */
export function* judgedTasks(
  log: Pick<TaskLog, 'each'>,
  ledger: Pick<LedgerTasks, 'any' | 'of'>,
  wanted?: { has(place: number): boolean },
): Iterable<JudgedTask> {
  for (const task of log.each(wanted)) {
    const { created } = task;
    if (created === null) continue;
    const notes = ledger.of(task.opId, task.taskId);
    yield { ...task, created, notes, fate: fateOf(task, notes, ledger.any) };
  }
}
