import { clientKey, hashKey } from './client-key.ts';
import type { Candidate, RoutingPolicy } from './routing-policy.ts';

/**
 * A client goes to upstream number `hash mod N`, as `hash $remote_addr` of nginx does; to the next one where
 * that refuses. When N changes, nearly every client goes elsewhere.
 */
export function hashModulo<U extends Candidate>(): RoutingPolicy<U> {
  let upstreams: readonly U[] = [];
  return {
    upstreamsChanged(changed) {
      upstreams = changed;
    },
    pick(request, refused) {
      const first = hashKey(clientKey(request));
      for (let step = 0; step < upstreams.length; step++) {
        const candidate = upstreams[(first + step) % upstreams.length];
        if (candidate !== undefined && !refused.includes(candidate)) return candidate;
      }
      return undefined;
    },
    answered: () => undefined,
  };
}
