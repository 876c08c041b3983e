import { callsOf, type RunSpec } from '../../scenario/index.ts';
import type { Collector } from '../collector.ts';
import type { Deed, JudgedTask } from '../tasks/index.ts';
import { quietUntil } from './quiet-until.ts';
import { type TaskKnown, taskKnown } from './task-known.ts';
import { type TaskOwners, taskOwners } from './task-owners.ts';
import { type TaskPace, taskPace } from './task-pace.ts';
import { type TaskPolls, taskPolls } from './task-polls.ts';

/** What arithmetic on tasks is held against. */
export interface TaskFacts extends TaskPolls, TaskOwners {
  pace: TaskPace;
  known: TaskKnown;
}

/** @param deedsOf what the ledger says of one task, in order of time. */
export function taskFacts(
  { scenario, deployment }: Pick<RunSpec, 'scenario' | 'deployment'>,
  deedsOf: (opId: string, taskId: string) => Deed[],
): Collector<TaskFacts | null> & { seeTask(task: JudgedTask): void } {
  const hasTasks = callsOf(scenario.workload.journey).some((call) => call.task !== undefined);
  if (!hasTasks) return { types: [], see: () => {}, seeTask: () => {}, result: () => null };
  const until = quietUntil(scenario);
  const polls = taskPolls(until);
  const owners = taskOwners(scenario, deployment, deedsOf);
  const pace = taskPace();
  const known = taskKnown();
  return {
    types: ['workload-began', ...(owners.types ?? [])],
    see(event) {
      if (event.type === 'workload-began') until.beginUs = event.atUs;
      else owners.see(event);
    },
    seeTask(task) {
      for (const part of [polls, owners, pace, known]) part.seeTask(task);
    },
    result: () => ({
      ...polls.result(),
      ...owners.result(),
      pace: pace.result(),
      known: known.result(),
    }),
  };
}
