import { learnedTable } from './learned-table.ts';
import { rotation } from './rotation.ts';
import type { Candidate, RoutingPolicy } from './routing-policy.ts';

/**
 * A request with a session id goes where that id was last answered with; all others in rotation, as do those
 * whose upstream is gone, is another boot by now, or has refused.
 */
export function sessionAffinity<U extends Candidate>(sessionsMax: number): RoutingPolicy<U> {
  const inRotation = rotation<U>();
  const learned = learnedTable<U>(sessionsMax);
  let upstreams: readonly U[] = [];

  return {
    upstreamsChanged(changed) {
      upstreams = changed;
      inRotation.upstreamsChanged(changed);
    },
    pick(request, refused) {
      const home = request.sessionId === undefined ? undefined : learned.get(request.sessionId);
      if (home !== undefined && upstreams.includes(home) && !refused.includes(home)) return home;
      return inRotation.pick(request, refused);
    },
    answered(request, by, answer) {
      const isOk = answer.status >= 200 && answer.status < 300;
      if (!isOk) return undefined;
      if (request.method === 'DELETE' && request.sessionId !== undefined) learned.delete(request.sessionId);
      else if (answer.sessionId !== undefined) learned.set(answer.sessionId, by);
      return undefined;
    },
  };
}
