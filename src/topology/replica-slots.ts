import { HarnessError } from '../core/index.ts';
import { ReplicaSlot, type SlotDeps } from './replica-slot.ts';

/** The slots of a topology, in order of their number: `r1`, `r2`, … */
export interface ReplicaSlots {
  /** Taken or not. */
  all(): readonly ReplicaSlot[];
  /** @throws HarnessError `usage` when there has never been one of that name. */
  of(replica: string): ReplicaSlot;
  /**
   * So many empty slots, above all that are taken. One that was emptied before is among them rather than a
   * new one, and goes on with its next boot.
   */
  vacant(count: number): readonly ReplicaSlot[];
}

export function replicaSlots(deps: SlotDeps): ReplicaSlots {
  const slots: ReplicaSlot[] = [];
  return {
    all: () => slots,
    of(replica) {
      const slot = slots.find((candidate) => candidate.replica === replica);
      if (slot) return slot;
      throw new HarnessError('usage', `there is no replica ${replica}`);
    },
    vacant(count) {
      const first = slots.findLastIndex((slot) => !slot.isFree) + 1;
      while (slots.length < first + count) slots.push(new ReplicaSlot(`r${slots.length + 1}`, deps));
      return slots.slice(first, first + Math.max(count, 0));
    },
  };
}
