import type { Collector } from './collector.ts';
import type { Series } from './metrics.ts';

/** More points than this no chart can show. */
const maxPoints = 400;

/**
 * Clients present over time: those with everything that was theirs (`intact`), and those that have lost their
 * session or whose application state was found missing (`lost`). A client is lost once and stays so.
 */
export function clientSeries(): Collector<Series['clients']> {
  const changes: { atUs: number; intact: number; lost: number }[] = [];
  const present = new Map<string, { lost: boolean }>();
  let beginUs = 0;

  const lose = (client: string, atUs: number) => {
    const state = present.get(client);
    if (state === undefined || state.lost) return;
    state.lost = true;
    changes.push({ atUs, intact: -1, lost: 1 });
  };

  return {
    types: ['workload-began', 'session-opened', 'session-lost', 'operation', 'client-ended'],
    see(event) {
      switch (event.type) {
        case 'workload-began':
          beginUs = event.atUs;
          return;
        case 'session-opened':
          if (present.has(event.client)) return;
          present.set(event.client, { lost: false });
          changes.push({ atUs: event.atUs, intact: 1, lost: 0 });
          return;
        case 'session-lost':
          lose(event.client, event.atUs);
          return;
        case 'operation':
          if (event.stateMissing) lose(event.client, event.endUs);
          return;
        case 'client-ended': {
          const state = present.get(event.client);
          present.delete(event.client);
          if (state)
            changes.push({ atUs: event.atUs, intact: state.lost ? 0 : -1, lost: state.lost ? -1 : 0 });
          return;
        }
        default:
          return;
      }
    },
    result() {
      changes.sort((a, b) => a.atUs - b.atUs);
      let intact = 0;
      let lost = 0;
      const points = changes.map((change) => {
        intact += change.intact;
        lost += change.lost;
        return { atMs: (change.atUs - beginUs) / 1000, intact, lost };
      });
      return thin(points);
    },
  };
}

/** Every n-th point, and always the last; the counts are cumulative, so a left-out point hides no total. */
function thin<T>(points: readonly T[]): T[] {
  const step = Math.max(1, Math.ceil(points.length / maxPoints));
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}
