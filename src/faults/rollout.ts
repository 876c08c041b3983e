import { durationMs } from '../scenario/index.ts';
import type { Fault } from './types.ts';

/** A new version of the image: every replica is restarted gracefully with it, one after the other. */
export const rollout: Fault<'rollout'> = {
  describe: 'rolls a new image version out, replica by replica (containers)',
  targets: (_step, { topology }) => topology.replicas().map((running) => running.replica),
  strike: async (step, targets, { topology, clock, signal }) => {
    // Whatever boots from now on, also in the place of one that dies meanwhile, is of the new version.
    topology.release(step.image ?? 'next');
    for (const [i, replica] of targets.entries()) {
      if (i > 0) await clock.sleepUntil(clock.nowUs() + durationMs(step.pause) * 1000, signal);
      await topology.restart(replica, { graceMs: durationMs(step.grace) }, signal);
    }
  },
};
