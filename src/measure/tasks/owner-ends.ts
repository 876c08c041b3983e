import type { Collector } from '../collector.ts';

export interface OwnerEnd {
  atUs: number;
  replica: string;
  boot: number;
}

/** When each process of a replica was killed, or ended. */
export function ownerEnds(): Collector<OwnerEnd[]> {
  const ends = new Map<string, OwnerEnd>();
  return {
    types: ['replica-signalled', 'replica-exited'],
    see(event) {
      if (event.type !== 'replica-exited' && event.type !== 'replica-signalled') return;
      // One that is asked to end still works until it has.
      if (event.type === 'replica-signalled' && event.signal !== 'SIGKILL') return;
      const { replica, boot, atUs } = event;
      const key = `${boot} ${replica}`;
      const known = ends.get(key);
      if (known === undefined || atUs < known.atUs) ends.set(key, { atUs, replica, boot });
    },
    result: () => [...ends.values()],
  };
}
