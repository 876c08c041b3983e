import { clientKey, hashKey } from './client-key.ts';
import type { Candidate, RoutingPolicy } from './routing-policy.ts';

/** Points on the ring for each upstream; as many as ketama and `hash … consistent` of nginx have. */
const pointsEach = 160;

/**
 * A client goes to the upstream whose point on a ring comes next after the client's hash, and to the one after
 * that where it refuses. An upstream that joins takes over only what falls to its own points; one that leaves
 * gives only its own away. (Karger et al., "Consistent hashing and random trees", STOC 1997.)
 */
export function consistentHash<U extends Candidate>(): RoutingPolicy<U> {
  let ring: { at: number; upstream: U }[] = [];
  return {
    upstreamsChanged(changed) {
      ring = changed
        .flatMap((upstream) =>
          Array.from({ length: pointsEach }, (_, i) => ({
            at: hashKey(`${upstream.replica}#${i}`),
            upstream,
          })),
        )
        .sort((a, b) => a.at - b.at);
    },
    pick(request, refused) {
      const first = nextPoint(ring, hashKey(clientKey(request)));
      for (let step = 0; step < ring.length; step++) {
        const candidate = ring[(first + step) % ring.length]?.upstream;
        if (candidate !== undefined && !refused.includes(candidate)) return candidate;
      }
      return undefined;
    },
    answered: () => undefined,
  };
}

/** The first point at or after `hash`; past the last it is the first again. */
function nextPoint(ring: readonly { at: number }[], hash: number): number {
  let low = 0;
  let high = ring.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ring[middle]?.at ?? 0) < hash) low = middle + 1;
    else high = middle;
  }
  return low;
}
