import type { JudgedTask } from '../tasks/index.ts';
import { intervalOf } from './task-pace.ts';

/** How long clients that poll did not know of a commit. */
export interface TaskKnown {
  /** Completed tasks of which a poll told the end. */
  tasks: number;
  /** Mean from commit to answer; null without any task. */
  meanMs: number | null;
  /** Means of the distance of two polls, and of the time that the telling one took. */
  cycleMs: number;
  serviceMs: number;
  /**
   * Tasks by the quarter of an interval at which they were committed, counted from their handle. Only where all quarters
   * are met alike is the wait for the next poll a matter of chance.
   */
  quarters: [number, number, number, number];
}

export function taskKnown() {
  const quarters: TaskKnown['quarters'] = [0, 0, 0, 0];
  const sums = { tasks: 0, waitMs: 0, cycleMs: 0, serviceMs: 0 };
  return {
    seeTask({ created, sights, fate: { told }, notes }: JudgedTask): void {
      const intervalMs = intervalOf(created.pollIntervalMs);
      if (told === null || told.how !== 'get' || told.status !== 'completed' || intervalMs === null) return;
      if (notes?.commitUs == null) return;
      const gets = sights.filter(({ how, atUs }) => how === 'get' && atUs <= told.atUs);
      sums.tasks += 1;
      sums.waitMs += (told.atUs - notes.commitUs) / 1000;
      sums.serviceMs += (told.atUs - told.sentUs) / 1000;
      sums.cycleMs += (told.sentUs - created.atUs) / gets.length / 1000;
      const phase = (Math.max(0, notes.commitUs - created.atUs) / 1000 / intervalMs) % 1;
      const quarter = Math.min(3, Math.floor(phase * 4)) as 0 | 1 | 2 | 3;
      quarters[quarter] += 1;
    },
    result(): TaskKnown {
      const { tasks, waitMs, cycleMs, serviceMs } = sums;
      const of = (sum: number) => (tasks === 0 ? 0 : sum / tasks);
      return {
        tasks,
        meanMs: tasks === 0 ? null : waitMs / tasks,
        cycleMs: of(cycleMs),
        serviceMs: of(serviceMs),
        quarters,
      };
    },
  };
}
