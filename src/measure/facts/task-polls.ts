import { isPoll, type JudgedTask } from '../tasks/index.ts';
import type { Found } from './follow-ups.ts';

/** Whether polls met a replica that knows the task, before the first fault is due. */
export interface TaskPolls {
  /** Polls within the promised time that were answered with a state, or with an unknown task. */
  taskPolls: Found;
  /**
   * Tasks by how many of their first polls are looked at: at most three, all of them sent before the task had ended, so
   * that their number does not depend on what they found. `found`: tasks that every one of these found.
   */
  firstPolls: { polls: number; tasks: number; found: number }[];
}

/** A client gives a task up after more empty answers than that; see `workload/task-follow.ts`. */
const firstMax = 3;

export function taskPolls(until: { readonly endUs: number }) {
  const taskPolls = { asked: 0, found: 0 };
  const firstPolls = Array.from({ length: firstMax }, (_, i) => ({ polls: i + 1, tasks: 0, found: 0 }));
  return {
    seeTask({ sights, fate, notes }: JudgedTask): void {
      const polls = sights.filter((one) => isPoll(one) && one.atUs < until.endUs);
      for (const { came, atUs, sentUs } of polls) {
        if (atUs >= fate.promisedUntilUs || sentUs >= fate.knownUs) continue;
        if (came === 'found' || came === 'unknown') taskPolls.asked += 1;
        if (came === 'found') taskPolls.found += 1;
      }
      const endUs = Math.min(notes?.finalUs ?? Number.POSITIVE_INFINITY, fate.promisedUntilUs);
      const first = polls.slice(0, firstMax).filter(({ sentUs }) => sentUs < endUs);
      const told = first.every(({ came }) => came === 'found' || came === 'unknown');
      const group = firstPolls[first.length - 1];
      if (group === undefined || !told) return;
      group.tasks += 1;
      if (first.every(({ came }) => came === 'found')) group.found += 1;
    },
    result: (): TaskPolls => ({ taskPolls, firstPolls: firstPolls.filter(({ tasks }) => tasks > 0) }),
  };
}
