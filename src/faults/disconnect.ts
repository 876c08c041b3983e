import { durationMs } from '../scenario/index.ts';
import { pickReplica } from './pick-replica.ts';
import type { Fault } from './types.ts';

/** One replica is cut off its network for a while: it runs on, nobody reaches it, and nobody is refused either. */
export const disconnect: Fault<'disconnect'> = {
  describe: 'cuts one replica off its network for a while (containers)',
  targets: (step, context) => [pickReplica(step.replica, context)],
  strike: async (step, [replica = ''], { topology, signal }) => {
    await topology.disconnect(replica, durationMs(step.for), signal);
  },
};
