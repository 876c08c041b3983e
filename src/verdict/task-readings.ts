import type { Metrics } from '../measure/index.ts';
import type { BoundableMetric } from '../scenario/index.ts';

/** What the metrics of tasks have to say to a threshold. */

type TaskMetric = Extract<
  BoundableMetric,
  'commit_to_known_ms.p99' | 'notification_delay_ms.p99' | 'polls_per_task' | 'repeated_work_ms'
>;

/** The value that is bounded, null without a sample; or why the metric has no meaning. */
export function taskValue(
  metrics: Metrics,
  name: TaskMetric,
): { value: number | null } | { notApplicable: string } {
  switch (name) {
    case 'commit_to_known_ms.p99': {
      const metric = metrics.commit_to_known_ms;
      return 'notApplicable' in metric ? metric : { value: metric.p99 };
    }
    case 'notification_delay_ms.p99': {
      const metric = metrics.notification_delay_ms;
      return 'notApplicable' in metric ? metric : { value: metric.p99 };
    }
    case 'polls_per_task':
    case 'repeated_work_ms': {
      const metric = metrics[name];
      return 'notApplicable' in metric ? metric : { value: metric.value };
    }
  }
}
