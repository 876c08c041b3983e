import type { ExchangeEvent, RunEvent } from '../record/index.ts';
import type { Route, RouteJoin } from './route-join.ts';

/** A recorded exchange, with what its client and the balancer say of it. */
export interface Candidate {
  event: ExchangeEvent;
  /** Empty until the client's own record of it is seen; also if it belongs to no operation. */
  told: Told;
  route?: Route;
}

interface Told {
  opId?: string | null;
  asked?: string;
  stateMissing?: boolean;
}

/** Of each other kind of failure so many are kept, and of so many kinds: what a server says must not fill the memory. */
const perKindMax = 64;
const kindsMax = 40;
/** Records of clients that came before their exchange was recorded, oldest out. */
const toldMax = 2000;

export interface ExchangeCandidates {
  see(event: RunEvent): void;
  all(): Candidate[];
}

/**
 * Keeps recorded exchanges to choose from: of each watched client the first in which its session was lost, and
 * of every other kind of failure the first, then those of watched clients.
 */
export function exchangeCandidates(
  routes: Pick<RouteJoin, 'when'>,
  isWatched: (client: string) => boolean,
): ExchangeCandidates {
  const byKind = new Map<string, number>();
  const kept = new Map<string, Candidate>();
  const told = new Map<string, Told>();
  let otherKinds = 0;

  const tell = (requestId: string, words: Told) => {
    const candidate = kept.get(requestId);
    if (candidate) Object.assign(candidate.told, words);
    else {
      told.set(requestId, { ...told.get(requestId), ...words });
      if (told.size > toldMax) told.delete(told.keys().next().value ?? '');
    }
  };

  return {
    all: () => [...kept.values()],
    see(event) {
      if (event.type === 'exchange') {
        const { kind: failure, code } = event.failure ?? {};
        // The cause of a lost session comes out at the end: of every watched client the first is kept.
        const own = failure === 'unknown-session' ? event.client : '';
        if (own !== '' && !isWatched(own)) return;
        const kind = [failure, code, event.answer?.status, own].join(' ');
        const n = byKind.get(kind) ?? 0;
        if (own !== '' && n > 0) return;
        if (n >= perKindMax || (n === 0 && own === '' && otherKinds++ >= kindsMax)) return;
        if (n > 0 && !isWatched(event.client)) return;
        byKind.set(kind, n + 1);
        const candidate: Candidate = { event, told: told.get(event.requestId) ?? {} };
        kept.set(event.requestId, candidate);
        routes.when(event.requestId, (route) => {
          candidate.route = route;
        });
      } else if (event.type === 'session-lost') {
        const { requestId, opId, asked } = event;
        tell(requestId, { ...(opId === null ? {} : { opId }), asked });
      } else if (event.type === 'task-seen' && event.requestId !== null) {
        if (event.failure === undefined && !kept.has(event.requestId)) return;
        tell(event.requestId, { opId: event.opId, asked: `tasks/${event.how}` });
      } else if (event.type === 'operation' && event.requestId !== null) {
        if (event.failure === undefined && !event.stateMissing && !kept.has(event.requestId)) return;
        const { requestId, opId, tool } = event;
        const missing = event.stateMissing ? { stateMissing: true } : {};
        // The last exchange for a task is seldom its call, and has said itself what it is.
        const asked = event.taskId === undefined ? { asked: `tools/call ${tool}` } : {};
        tell(requestId, { opId, ...asked, ...missing });
      }
    },
  };
}
