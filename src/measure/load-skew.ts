import type { Collector } from './collector.ts';
import type { LoadSkew, NotApplicable, Series, Skew } from './metrics.ts';
import { notStartedHere } from './not-applicable.ts';
import type { Route, RouteJoin } from './route-join.ts';

/** A time in which the set of replicas did not change. */
interface Period {
  fromUs: number;
  replicas: readonly string[];
  requests: Map<string, number>;
  sessions: Map<string, number>;
}

/** A period with fewer per replica says nothing about balance. */
const leastPerReplica = 5;

/**
 * `load_skew`: max ÷ mean over replicas and the coefficient of variation, apart for requests and for sessions
 * established, in periods of constant membership only. Several periods are pooled (Σ max ÷ Σ mean), so that a
 * period weighs by what happened in it.
 */
export function loadSkew(
  hasSessions: boolean,
  windowMs: number,
  routes: Pick<RouteJoin, 'when'>,
  isExternal = false,
): Collector<{ skew: LoadSkew | NotApplicable; load: Series['load']; upstreams: Series['upstreams'] }> {
  const periods: Period[] = [];
  const load = new Map<number, Record<string, number>>();
  let beginUs = 0;

  const count = (kind: 'requests' | 'sessions', { replica, atUs }: Route) => {
    const period = periods.findLast((candidate) => candidate.fromUs <= atUs);
    if (period && replica) period[kind].set(replica, (period[kind].get(replica) ?? 0) + 1);
  };

  return {
    types: ['workload-began', 'upstreams-changed', 'routed', 'session-opened'],
    see(event) {
      switch (event.type) {
        case 'workload-began':
          beginUs = event.atUs;
          return;
        case 'upstreams-changed':
          periods.push({
            fromUs: event.atUs,
            replicas: event.upstreams,
            requests: new Map(),
            sessions: new Map(),
          });
          return;
        case 'routed': {
          count('requests', event);
          const window = Math.floor((event.atUs - beginUs) / 1000 / windowMs);
          const counts = load.get(window) ?? {};
          if (event.replica) counts[event.replica] = (counts[event.replica] ?? 0) + 1;
          load.set(window, counts);
          return;
        }
        case 'session-opened':
          if (event.requestId) routes.when(event.requestId, (route) => count('sessions', route));
          return;
        default:
          return;
      }
    },
    result: () => ({
      skew: isExternal
        ? { notApplicable: notStartedHere }
        : {
            ...skewOver(periods, 'requests'),
            sessions: hasSessions ? skewOver(periods, 'sessions') : noSessions,
          },
      load: [...load.entries()]
        .filter(([window]) => window >= 0)
        .sort(([a], [b]) => a - b)
        .map(([window, requests]) => ({ startMs: window * windowMs, requests })),
      upstreams: periods.map(({ fromUs, replicas }) => ({
        atMs: (fromUs - beginUs) / 1000,
        replicas: [...replicas],
      })),
    }),
  };
}

const noSessions: NotApplicable = { notApplicable: '2026-07-28 has no sessions' };

function skewOver(periods: readonly Period[], kind: 'requests' | 'sessions'): Skew {
  let counted = 0;
  let maxima = 0;
  let means = 0;
  let deviations = 0;
  for (const period of periods) {
    const counts = period.replicas.map((replica) => period[kind].get(replica) ?? 0);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (counts.length === 0 || total < leastPerReplica * counts.length) continue;
    const mean = total / counts.length;
    counted += total;
    maxima += Math.max(...counts);
    means += mean;
    deviations += Math.sqrt(counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length);
  }
  if (means === 0) return { value: null, coefficientOfVariation: null, count: 0 };
  return { value: maxima / means, coefficientOfVariation: deviations / means, count: counted };
}
