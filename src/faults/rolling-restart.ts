import { durationMs } from '../scenario/index.ts';
import type { Fault } from './types.ts';

/** Graceful restart of every replica, one after the other, as a rollout does it. */
export const rollingRestart: Fault<'rolling-restart'> = {
  describe: 'restarts every replica gracefully, one after the other',
  targets: (_step, { topology }) => topology.replicas().map((running) => running.replica),
  strike: async (step, targets, { topology, clock, signal }) => {
    for (const [i, replica] of targets.entries()) {
      if (i > 0) await clock.sleepUntil(clock.nowUs() + durationMs(step.pause) * 1000, signal);
      await topology.restart(replica, { graceMs: durationMs(step.grace) }, signal);
    }
  },
};
