import { durationMs } from '../scenario/index.ts';
import { pickReplica } from './pick-replica.ts';
import type { Fault } from './types.ts';

/** One replica stands still, as in a long garbage collection or a stalled disk. */
export const freeze: Fault<'freeze'> = {
  describe: 'stops one replica for a while (SIGSTOP, then SIGCONT)',
  targets: (step, context) => [pickReplica(step.replica, context)],
  strike: async (step, [replica = ''], { topology, signal }) => {
    await topology.freeze(replica, durationMs(step.for), signal);
  },
};
