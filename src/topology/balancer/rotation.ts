import type { Candidate, RoutingPolicy } from './routing-policy.ts';

/** Strict rotation: every pick moves on by one, whatever the request and whatever became of the last. */
export function rotation<U extends Candidate>(): RoutingPolicy<U> {
  let upstreams: readonly U[] = [];
  let next = 0;

  return {
    upstreamsChanged(changed) {
      next = nextAmong(changed, [...upstreams.slice(next), ...upstreams.slice(0, next)]);
      upstreams = changed;
    },
    pick(_request, refused) {
      for (let step = 0; step < upstreams.length; step++) {
        const index = (next + step) % upstreams.length;
        const candidate = upstreams[index];
        if (candidate === undefined || refused.includes(candidate)) continue;
        next = (index + 1) % upstreams.length;
        return candidate;
      }
      return undefined;
    },
    answered: () => undefined,
  };
}

/** The rotation goes on with the first of those whose turn it was that is still there. */
function nextAmong<U extends Candidate>(changed: readonly U[], inTurn: readonly U[]): number {
  for (const { replica } of inTurn) {
    const index = changed.findIndex((upstream) => upstream.replica === replica);
    if (index !== -1) return index;
  }
  return 0;
}
