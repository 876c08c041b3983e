import { HarnessError } from '../core/index.ts';
import type { FaultContext } from './types.ts';

/** The replica that a fault's `replica` field means, among those that live now. */
export function pickReplica(wanted: number | 'random', { topology, prng }: FaultContext): string {
  const live = topology.replicas().map((running) => running.replica);
  const picked =
    wanted === 'random' ? live[prng.below(live.length)] : live.find((replica) => replica === `r${wanted}`);
  if (picked !== undefined) return picked;
  throw new HarnessError(
    'usage',
    `no replica ${wanted === 'random' ? '' : `r${wanted} `}is alive when the fault begins`,
    {
      hint: `Alive: ${live.join(', ') || 'none'}. Another fault has ended it before; change \`replica\` or \`at\`.`,
    },
  );
}
