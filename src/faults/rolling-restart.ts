import { setTimeout as sleep } from 'node:timers/promises';
import { durationMs } from '../scenario/index.ts';
import type { Fault } from './types.ts';

/** Graceful restart of every replica, one after the other, as a rollout does it. */
export const rollingRestart: Fault<'rolling-restart'> = {
  describe: 'restarts every replica gracefully, one after the other',
  targets: (_step, { topology }) => topology.replicas().map((running) => running.replica),
  strike: async (step, targets, { topology, signal }) => {
    for (const [i, replica] of targets.entries()) {
      if (i > 0) await sleep(durationMs(step.pause), undefined, { signal });
      await topology.restart(replica, { graceMs: durationMs(step.grace) }, signal);
    }
  },
};
