import type { RunEvent } from '../../record/index.ts';

/** One time that a client listened. */
interface Listening {
  beganUs: number;
  /** Infinity: its end was not recorded, since the run was cut short. */
  endedUs: number;
}

/** What one client listened to and was told. */
export interface Heard {
  topics: ReadonlySet<string>;
  /** In the order in which they began. */
  listenings: readonly Listening[];
  /** By topic, and by value: when it was first told, and how often. */
  seen: ReadonlyMap<string, ReadonlyMap<string | null, { atUs: number; times: number }>>;
}

interface Growing {
  topics: Set<string>;
  listenings: Map<number, Listening>;
  seen: Map<string, Map<string | null, { atUs: number; times: number }>>;
}

/** Gathers what clients listened to; a few bytes for each notification. Lines come in any order. */
export function listenersHeard() {
  const clients = new Map<string, Growing>();
  const of = (client: string): Growing => {
    const known = clients.get(client);
    if (known) return known;
    const made: Growing = { topics: new Set(), listenings: new Map(), seen: new Map() };
    clients.set(client, made);
    return made;
  };
  return {
    types: ['listening-began', 'listening-ended', 'change-seen'] as const,
    see(event: RunEvent): void {
      if (event.type === 'listening-began') {
        const { topics, listenings } = of(event.client);
        for (const topic of event.topics) topics.add(topic);
        const endedUs = listenings.get(event.listening)?.endedUs ?? Number.POSITIVE_INFINITY;
        listenings.set(event.listening, { beganUs: event.atUs, endedUs });
      } else if (event.type === 'listening-ended') {
        const { listenings } = of(event.client);
        const beganUs = listenings.get(event.listening)?.beganUs ?? Number.POSITIVE_INFINITY;
        listenings.set(event.listening, { beganUs, endedUs: event.atUs });
      } else if (event.type === 'change-seen') {
        const { seen } = of(event.client);
        const values = seen.get(event.topic) ?? new Map<string | null, { atUs: number; times: number }>();
        seen.set(event.topic, values);
        const told = values.get(event.value);
        if (told === undefined) values.set(event.value, { atUs: event.atUs, times: 1 });
        else {
          told.times += 1;
          told.atUs = Math.min(told.atUs, event.atUs);
        }
      }
    },
    result: (): Heard[] =>
      [...clients.values()].map(({ topics, listenings, seen }) => ({
        topics,
        seen,
        // One that never began has nothing to tell.
        listenings: [...listenings.values()]
          .filter(({ beganUs }) => Number.isFinite(beganUs))
          .sort((a, b) => a.beganUs - b.beganUs),
      })),
  };
}
