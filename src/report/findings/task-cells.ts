import type { Distribution, NotApplicable, TaskMetrics } from '../../measure/index.ts';
import type { Cell } from './experiment.ts';
import { count, duration, range } from './format.ts';
import { isApplicable, valuesOf } from './losses.ts';
import { type NumberCell, none, rate } from './number-cells.ts';

/** What is said of tasks: how many were lost and how, and what following them cost. */

/** Tasks were asked for, whether or not any was acknowledged. */
export function hasTasks(cells: readonly Pick<Cell, 'runs'>[]): boolean {
  return cells.some(({ runs }) => runs.some(({ metrics }) => isApplicable(metrics.task_loss)));
}

const kindWords = {
  unknown: 'not found again',
  flap: 'not found for a while',
  stalled: 'never ended',
  wronglyFailed: 'wrongly called failed',
} as const;

/** `30 not found again, 8 never ended`; empty if none was lost. */
export function lossKinds({ runs }: Pick<Cell, 'runs'>): string {
  const found = valuesOf(runs, (m) => m.task_loss);
  return Object.entries(kindWords)
    .map(([kind, words]) => {
      const n = found.reduce((sum, loss) => sum + loss.kinds[kind as keyof typeof kindWords], 0);
      return n === 0 ? '' : `${count(n)} ${words}`;
    })
    .filter((words) => words !== '')
    .join(', ');
}

export function tasksLost(cell: Cell): NumberCell {
  return rate(cell, (m) => m.task_loss, 'lost', lossKinds(cell));
}

/** Polls ÷ tasks over all runs, and how many that were. */
export function pollsPerTask(cell: Cell): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.polls_per_task);
  if (found.length === 0) return notApplicable(cell, 'polls_per_task');
  const values = found.map(({ value }) => value).filter((value) => value !== null);
  if (values.length === 0) return none('no sample', 'no task ended');
  const polls = found.reduce((sum, one) => sum + one.polls, 0);
  const tasks = found.reduce((sum, one) => sum + one.tasks, 0);
  return {
    text: range(values, (value) => String(Number(value.toFixed(2)))),
    details: [`${count(polls)} polls of ${count(tasks)} tasks`],
    tone: 'plain',
  };
}

export function repeatedWork(cell: Cell): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.repeated_work_ms);
  if (found.length === 0) return notApplicable(cell, 'repeated_work_ms');
  const steps = found.reduce((sum, one) => sum + one.steps, 0);
  const tasks = found.reduce((sum, one) => sum + one.tasks, 0);
  return {
    text: range(
      found.map(({ value }) => value),
      duration,
    ),
    details: steps === 0 ? [] : [`${count(steps)} steps of ${count(tasks)} tasks`],
    tone: 'plain',
  };
}

type Times = 'commit_to_known_ms' | 'notification_delay_ms';

export function taskTimes(cell: Cell, name: Times, percentile: 'p50' | 'p99'): NumberCell {
  const found = valuesOf<Distribution>(cell.runs, (m) => m[name]);
  if (found.length === 0) return notApplicable(cell, name);
  const values = found.map((one) => one[percentile]).filter((value) => value !== null);
  if (values.length === 0)
    return none('no sample', name === 'commit_to_known_ms' ? 'no end became known' : 'no notification came');
  return { text: range(values, duration), details: [], tone: 'plain' };
}

/** What following tasks costs, in the order in which a table shows it. */
export function taskCosts(cell: Cell): { label: string; number: NumberCell }[] {
  return [
    { label: 'Polls per task', number: pollsPerTask(cell) },
    { label: 'Commit to known, p50', number: taskTimes(cell, 'commit_to_known_ms', 'p50') },
    { label: 'p99', number: taskTimes(cell, 'commit_to_known_ms', 'p99') },
    { label: 'End to its notification, p50', number: taskTimes(cell, 'notification_delay_ms', 'p50') },
    { label: 'p99', number: taskTimes(cell, 'notification_delay_ms', 'p99') },
  ];
}

function notApplicable(cell: Cell, name: keyof TaskMetrics): NumberCell {
  const measure: object | NotApplicable | undefined = cell.runs[0]?.metrics[name];
  return none('n/a', measure && !isApplicable(measure) ? (measure as NotApplicable).notApplicable : '');
}
