import type { Progress } from '../workload/index.ts';
import { type Counts, noCounts } from './messages.ts';

export function countingProgress(): Progress & { counts: Counts } {
  const counts: Counts = { ...noCounts };
  return {
    counts,
    clientArrived: () => {
      counts.arrived += 1;
    },
    operationEnded: (outcome) => {
      counts[outcome === 'ok' ? 'ok' : 'notOk'] += 1;
    },
    sessionLost: () => {
      counts.lost += 1;
    },
    taskCreated: () => {
      counts.tasks += 1;
    },
    taskLost: () => {
      counts.tasksLost += 1;
    },
  };
}
