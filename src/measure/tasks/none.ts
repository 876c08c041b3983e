import type { Collector } from '../collector.ts';
import type { NotApplicable } from '../metrics.ts';
import type { TaskEvidence, TaskMetrics, TaskSurvival } from './types.ts';

/** What is said of tasks, and shown of them. */
export interface TaskMeasures {
  metrics: TaskMetrics;
  survival: TaskSurvival;
  evidence: TaskEvidence;
}

/** What is said where nothing can be. */
export function noTasks(why: string): TaskMeasures {
  const never: NotApplicable = { notApplicable: why };
  return {
    metrics: {
      task_loss: never,
      result_retention: never,
      work_after_cancel: never,
      premature_handle: never,
      notification_delay_ms: never,
      polls_per_task: never,
      commit_to_known_ms: never,
      repeated_work_ms: never,
    },
    survival: { points: [] },
    evidence: { stories: [], tasks: 0, anomalies: 0 },
  };
}

/** Of a scenario that makes no tasks. */
export const withoutTasks: Collector<TaskMeasures> = {
  types: [],
  see: () => {},
  result: () => noTasks('no call of the journey is made as a task'),
};

export const taskMeasureNames = Object.keys(withoutTasks.result().metrics) as (keyof TaskMetrics)[];
