import { taskOptions } from './task-options.ts';
import type { Row } from './types.ts';

/** The two-sided 99 % quantile of the standard normal distribution. */
const z99 = 2.5758293035489004;
/** What chance allows a quarter, in standard deviations; as in `unmixed.ts`. */
const roomInDeviations = 3;
/** With fewer the mean is not normal. */
const tasksMin = 30;

/**
 * A client that polls learns of a commit at its next poll: the wait is uniform between nothing and the distance of two
 * polls, half of it on average, and the answer takes its time. Where all polls find the task, and nothing happens.
 */
export const taskKnown: Row = (one) => {
  const { facts, scenario, deployment } = one;
  if (facts.tasks === null || scenario.faults.length > 0 || taskOptions(one).follow !== 'poll') return [];
  if (deployment.tasks === undefined) return [];
  if (deployment.tasks.store === 'memory' && deployment.routing === 'round-robin') return [];
  const { tasks, meanMs, cycleMs, serviceMs, quarters } = facts.tasks.known;
  const predicted = cycleMs / 2 + serviceMs / 2;
  // The replica looks at some moment of the poll's time.
  const spread = (z99 * cycleMs) / Math.sqrt(12 * Math.max(1, tasks)) + serviceMs / 2;
  return [
    {
      id: 'task-known',
      metric: 'commit_to_known_ms',
      what: `mean time from a commit to its client knowing, of ${tasks} tasks whose end a poll told`,
      formula: `interval/2 + poll/2 = ${cycleMs.toPrecision(3)} ms/2 + ${serviceMs.toPrecision(3)} ms/2`,
      source: 'the moment of a commit is uniform between two polls; normal, by the central limit theorem',
      predicted,
      interval: [Math.max(0, predicted - spread), predicted + spread],
      measured: meanMs,
      doubt: inStep(tasks, quarters),
    },
  ];
};

/** Why the moment of a commit between two polls is no matter of chance; undefined where it is. */
function inStep(tasks: number, quarters: readonly number[]): string | undefined {
  if (tasks < tasksMin) return `${tasks} tasks are too few: it takes ${tasksMin}`;
  const mean = tasks / quarters.length;
  const most = Math.max(...quarters.map((count) => Math.abs(count - mean)));
  if (most <= roomInDeviations * Math.sqrt(mean * (1 - 1 / quarters.length))) return undefined;
  return `tasks take nearly equally long, so that commits fall on the same moment between two polls: in its quarters ${quarters.join(', ')}`;
}
