import type { Progress } from '../workload/index.ts';
import type { Counts } from './messages.ts';

export function countingProgress(): Progress & { counts: Counts } {
  const counts: Counts = { arrived: 0, ok: 0, notOk: 0, lost: 0 };
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
  };
}
