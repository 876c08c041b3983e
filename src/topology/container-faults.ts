import { type Clock, HarnessError } from '../core/index.ts';
import type { ReplicaSlot } from './replica-slot.ts';
import type { Balancer, ContainerAfflictions, RunningReplica } from './types.ts';

/** What a topology does to containers only. */

/** @throws HarnessError `usage` for a process. */
export function asContainer({ replica, container }: RunningReplica): ContainerAfflictions {
  if (container) return container;
  throw new HarnessError('usage', `${replica} is no container`, { hint: 'Use --backend container.' });
}

/** Off its network, and back after `durationMs` or when `stop` aborts. */
export async function cutOff(
  slot: ReplicaSlot,
  durationMs: number,
  { balancer, clock }: { balancer: Balancer; clock: Clock },
  stop: AbortSignal,
): Promise<void> {
  const live = slot.live();
  const container = asContainer(live);
  await container.disconnect();
  try {
    await clock.sleepUntil(clock.nowUs() + durationMs * 1000, stop);
  } finally {
    const url = await container.reconnect();
    // Who found it by another address before must be told.
    if (slot.running === live && url !== live.url) await balancer.add(slot.replica, url);
  }
}
