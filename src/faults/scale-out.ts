import type { Fault } from './types.ts';

/** More replicas join. */
export const scaleOut: Fault<'scale-out'> = {
  describe: 'adds replicas',
  targets: (step, { topology }) => {
    const last = lastNumber(topology.replicas().map((running) => running.replica));
    return Array.from({ length: step.add }, (_, i) => `r${last + i + 1}`);
  },
  strike: async (step, _targets, { topology, signal }) => {
    await topology.scaleTo(topology.replicas().length + step.add, { drainMs: 0 }, signal);
  },
};

function lastNumber(replicas: readonly string[]): number {
  return Math.max(0, ...replicas.map((replica) => Number(replica.slice(1))));
}
