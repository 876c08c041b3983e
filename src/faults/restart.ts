import { durationMs } from '../scenario/index.ts';
import { pickReplica } from './pick-replica.ts';
import type { Fault } from './types.ts';

/** Graceful restart of one replica: out of the balancer, SIGTERM, a new process in its place. */
export const restart: Fault<'restart'> = {
  describe: 'restarts one replica gracefully (SIGTERM)',
  targets: (step, context) => [pickReplica(step.replica, context)],
  strike: async (step, [replica = ''], { topology, signal }) => {
    await topology.restart(replica, { graceMs: durationMs(step.grace) }, signal);
  },
};
