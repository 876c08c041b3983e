import type { RunEvent } from '../record/index.ts';

/** Which process (boot) of each replica lived when. */
export interface Boots {
  /** The types of event it wants to see. */
  readonly types: readonly RunEvent['type'][];
  see(event: RunEvent): void;
  /** The boot that was in the replica's slot at that time; undefined if there was none yet. */
  at(replica: string, atUs: number): number | undefined;
  /**
   * Whether that boot was gone at that time: ended, told to end, or taken out of the balancer to be ended. One that
   * drains has given its sessions up: no routing could bring a request there any more.
   */
  goneBy(replica: string, boot: number, atUs: number): boolean;
}

interface Life {
  boot: number;
  fromUs: number;
  goneUs: number;
}

export function boots(): Boots {
  const slots = new Map<string, Life[]>();
  /** By replica: when the balancer took it in, and when out again. */
  const terms = new Map<string, { inUs: number; outUs: number }[]>();
  const end = (replica: string, boot: number, atUs: number) => {
    const found = slots.get(replica)?.find((life) => life.boot === boot);
    if (found) found.goneUs = Math.min(found.goneUs, atUs);
  };
  const balance = (upstreams: readonly string[], atUs: number) => {
    for (const [replica, held] of terms) {
      const last = held.at(-1);
      if (last?.outUs === Number.POSITIVE_INFINITY && !upstreams.includes(replica)) last.outUs = atUs;
    }
    for (const replica of upstreams) {
      const held = terms.get(replica) ?? [];
      terms.set(replica, held);
      if (held.at(-1)?.outUs !== Number.POSITIVE_INFINITY) {
        held.push({ inUs: atUs, outUs: Number.POSITIVE_INFINITY });
      }
    }
  };
  /** Its end, or when it was taken out of the balancer for good before that. */
  const goneUs = (replica: string, { fromUs, goneUs: endUs }: Life): number => {
    if (endUs === Number.POSITIVE_INFINITY) return endUs;
    const last = terms.get(replica)?.findLast(({ inUs }) => inUs <= endUs && inUs >= fromUs);
    return Math.min(endUs, last?.outUs ?? endUs);
  };
  return {
    types: ['replica-started', 'replica-signalled', 'replica-exited', 'upstreams-changed'],
    see(event) {
      if (event.type === 'replica-started') {
        const lives = slots.get(event.replica) ?? [];
        lives.push({ boot: event.boot, fromUs: event.atUs, goneUs: Number.POSITIVE_INFINITY });
        slots.set(event.replica, lives);
      } else if (event.type === 'upstreams-changed') {
        balance(event.upstreams, event.atUs);
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
    goneBy(replica, boot, atUs) {
      const life = slots.get(replica)?.find((one) => one.boot === boot);
      return (life === undefined ? 0 : goneUs(replica, life)) <= atUs;
    },
  };
}
