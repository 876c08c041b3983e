import { type Subject, survivalCurve, thin } from '../survival.ts';
import type { JudgedTask } from './judged-task.ts';
import type { TaskSurvival } from './types.ts';

/**
 * Kaplan-Meier over the age of tasks: at risk is one until it is lost, or until its client knows its fate or asks no more;
 * see `survivalCurve`.
 */
export function taskSurvival(): { see(task: JudgedTask): void; result(): TaskSurvival } {
  const subjects: Subject[] = [];
  let oldestUs = 0;
  return {
    see({ created, fate, operation, sights }) {
      const isKnown = fate.knownUs < Number.POSITIVE_INFINITY;
      const lastUs = Math.max(operation?.endUs ?? 0, sights.at(-1)?.atUs ?? 0);
      const untilUs = fate.loss?.atUs ?? (isKnown ? fate.knownUs : lastUs);
      // What is lost at once was there for a moment: nobody is at risk before all have come.
      const leaveUs = Math.max(1, untilUs - created.atUs);
      oldestUs = Math.max(oldestUs, leaveUs);
      subjects.push({ enterUs: 0, leaveUs, lost: fate.loss !== null });
    },
    result() {
      const points = thin(survivalCurve(subjects, 0), oldestUs / 1000);
      return { points: points.map(({ atMs, alive, atRisk }) => ({ ageMs: atMs, alive, atRisk })) };
    },
  };
}
