import type { Collector } from '../collector.ts';
import { isFinal } from './task-log.ts';

/** Operations that were carried out as tasks and owe no effect. It must see each event before those that ask it. */
export interface WithoutEffect extends Collector<void> {
  /** Its client asked to cancel it: it wants no result. */
  wasCancelled(opId: string): boolean;
  /** The last final state that its client was told is `failed` or `cancelled`: nothing was acknowledged as done. */
  endedWithout(opId: string): boolean;
}

export function withoutEffect(): WithoutEffect {
  const cancelled = new Set<string>();
  const without = new Set<string>();
  return {
    types: ['task-seen'],
    see(event) {
      if (event.type !== 'task-seen') return;
      if (event.how === 'cancel') cancelled.add(event.opId);
      if (event.status === 'completed') without.delete(event.opId);
      else if (isFinal(event.status)) without.add(event.opId);
    },
    wasCancelled: (opId) => cancelled.has(opId),
    endedWithout: (opId) => without.has(opId),
    result: () => {},
  };
}
