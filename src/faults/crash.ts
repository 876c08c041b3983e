import { pickReplica } from './pick-replica.ts';
import type { Fault } from './types.ts';

/** Sudden death of one replica; the balancer finds out by itself. */
export const crash: Fault<'crash'> = {
  describe: 'kills one replica (SIGKILL), with or without a replacement',
  targets: (step, context) => [pickReplica(step.replica, context)],
  strike: async (step, [replica = ''], { topology, signal }) => {
    await topology.crash(replica, { replace: step.replace }, signal);
  },
};
