import { durationMs } from '../scenario/index.ts';
import type { Fault } from './types.ts';

/** Replicas leave, highest number first: no new requests, time to answer the old ones, SIGTERM. */
export const scaleIn: Fault<'scale-in'> = {
  describe: 'removes replicas after letting them drain',
  targets: (step, { topology }) =>
    topology
      .replicas()
      .map((running) => running.replica)
      .slice(-step.remove),
  strike: async (step, _targets, { topology, signal }) => {
    const count = topology.replicas().length - step.remove;
    await topology.scaleTo(count, { drainMs: durationMs(step.drain) }, signal);
  },
};
