import { pickReplica } from './pick-replica.ts';
import type { Fault } from './types.ts';

/** One replica's container runs out of memory, and the system kills its server. */
export const outOfMemory: Fault<'out-of-memory'> = {
  describe: 'has the system kill one replica for want of memory, with or without a replacement (containers)',
  targets: (step, context) => [pickReplica(step.replica, context)],
  strike: async (step, [replica = ''], { topology, signal }) => {
    await topology.exhaustMemory(replica, { replace: step.replace }, signal);
  },
};
