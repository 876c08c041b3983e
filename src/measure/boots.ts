import type { RunEvent } from '../record/index.ts';

/** Which process (boot) of each replica lived when. */
export interface Boots {
  /** The types of event it wants to see. */
  readonly types: readonly RunEvent['type'][];
  see(event: RunEvent): void;
  /** The boot that was in the replica's slot at that time; undefined if there was none yet. */
  at(replica: string, atUs: number): number | undefined;
  /**
   * Whether that boot was gone at that time: told to end, or ended. One that drains after SIGTERM has given
   * its sessions up, so it counts as gone.
   */
  goneBy(replica: string, boot: number, atUs: number): boolean;
}

export function boots(): Boots {
  const slots = new Map<string, { boot: number; fromUs: number; goneUs: number }[]>();
  const end = (replica: string, boot: number, atUs: number) => {
    const found = slots.get(replica)?.find((life) => life.boot === boot);
    if (found) found.goneUs = Math.min(found.goneUs, atUs);
  };
  return {
    types: ['replica-started', 'replica-signalled', 'replica-exited'],
    see(event) {
      if (event.type === 'replica-started') {
        const lives = slots.get(event.replica) ?? [];
        lives.push({ boot: event.boot, fromUs: event.atUs, goneUs: Number.POSITIVE_INFINITY });
        slots.set(event.replica, lives);
      } else if (event.type === 'replica-exited') {
        end(event.replica, event.boot, event.atUs);
      } else if (
        event.type === 'replica-signalled' &&
        (event.signal === 'SIGTERM' || event.signal === 'SIGKILL')
      ) {
        end(event.replica, event.boot, event.atUs);
      }
    },
    at: (replica, atUs) => slots.get(replica)?.findLast((life) => life.fromUs <= atUs)?.boot,
    goneBy: (replica, boot, atUs) =>
      (slots.get(replica)?.find((life) => life.boot === boot)?.goneUs ?? 0) <= atUs,
  };
}
