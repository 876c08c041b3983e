import type { OperationEvent, RunEvent } from '../record/index.ts';
import { clientSample } from './client-sample.ts';
import type { Route, RouteJoin } from './route-join.ts';

/** What is kept of one client of the sample. Times are microseconds of the run's clock. */
export interface ClientHistory {
  client: string;
  endUs: number | null;
  sessions: SessionHistory[];
  notOpenedUs: number[];
  calls: CallHistory[];
  /** The first call that was told that the application state does not exist. */
  stateMissing?: CallHistory;
  /** Of so many calls, one was kept. */
  everyNth: { ok: number; other: number };
  seen: { ok: number; other: number };
}

export interface SessionHistory {
  openedUs: number;
  /** False for 2026-07-28, where a client has none. */
  real: boolean;
  opened?: Route;
  closedUs?: number;
  lost?: { atUs: number; requestId: string; opId: string | null; asked: string; answered?: Route };
}

export interface CallHistory {
  opId: string;
  tool: string;
  requestId: string | null;
  startUs: number;
  endUs: number;
  outcome: OperationEvent['outcome'] | 'not-sent';
  route?: Route;
}

/** So many clients are watched; what is kept of each is bounded too. */
const clientsMax = 256;
const callsMax = 240;
const sessionsMax = 50;

export interface ClientHistories {
  see(event: RunEvent): void;
  get(client: string): ClientHistory | undefined;
  all(): Iterable<ClientHistory>;
}

/** The histories of a sample of clients; of all others nothing is kept. */
export function clientHistories(routes: Pick<RouteJoin, 'when'>): ClientHistories {
  const histories = new Map<string, ClientHistory>();
  const sample = clientSample(clientsMax, (client) => histories.delete(client));

  const arrive = (client: string) => {
    if (!sample.offer(client)) return;
    const everyNth = { ok: 1, other: 1 };
    const seen = { ok: 0, other: 0 };
    histories.set(client, { client, endUs: null, sessions: [], notOpenedUs: [], calls: [], everyNth, seen });
  };

  return {
    get: (client) => histories.get(client),
    all: () => histories.values(),
    see(event) {
      switch (event.type) {
        case 'session-opened':
        case 'session-open-failed':
          // An arrival opens generation 0, once: later attempts at it come from operations.
          if (event.generation === 0 && !histories.has(event.client)) arrive(event.client);
          seeOpening(histories.get(event.client), event, routes);
          return;
        case 'session-lost': {
          const session = histories.get(event.client)?.sessions.at(-1);
          if (session === undefined) return;
          const { atUs, requestId, opId, asked } = event;
          const lost: NonNullable<SessionHistory['lost']> = { atUs, requestId, opId, asked };
          session.lost = lost;
          routes.when(requestId, (route) => {
            lost.answered = route;
          });
          return;
        }
        case 'session-closed': {
          const session = histories.get(event.client)?.sessions.at(-1);
          if (session) session.closedUs = event.atUs;
          return;
        }
        case 'operation': {
          const history = histories.get(event.client);
          if (history) seeCall(history, event, routes);
          return;
        }
        case 'client-ended': {
          const history = histories.get(event.client);
          if (history) history.endUs = event.atUs;
          return;
        }
        default:
          return;
      }
    },
  };
}

function seeOpening(
  history: ClientHistory | undefined,
  event: Extract<RunEvent, { type: 'session-opened' | 'session-open-failed' }>,
  routes: Pick<RouteJoin, 'when'>,
): void {
  if (history === undefined) return;
  if (event.type === 'session-open-failed') {
    if (history.notOpenedUs.length < sessionsMax) history.notOpenedUs.push(event.atUs);
    return;
  }
  const session: SessionHistory = { openedUs: event.atUs, real: event.sessionId !== null };
  history.sessions.push(session);
  // The first session matters most, then the latest.
  if (history.sessions.length > sessionsMax) history.sessions.splice(1, 1);
  if (event.requestId !== null) {
    routes.when(event.requestId, (route) => {
      session.opened = route;
    });
  }
}

function seeCall(history: ClientHistory, event: OperationEvent, routes: Pick<RouteJoin, 'when'>): void {
  const kind = event.outcome === 'ok' ? 'ok' : 'other';
  const { everyNth, calls } = history;
  const missesState = event.stateMissing === true && history.stateMissing === undefined;
  const nth = history.seen[kind]++;
  if (nth % everyNth[kind] !== 0 && !missesState) return;
  const call: CallHistory = {
    opId: event.opId,
    tool: event.tool,
    requestId: event.requestId,
    startUs: event.startUs ?? event.intendedUs,
    endUs: event.endUs,
    outcome: event.startUs === null ? 'not-sent' : event.outcome,
  };
  calls.push(call);
  if (missesState) history.stateMissing = call;
  if (event.requestId !== null) {
    routes.when(event.requestId, (route) => {
      call.route = route;
    });
  }
  if (calls.length > callsMax) thin(history);
}

/** Leaves out every second of those calls of which there are more: the ok ones, or the others. */
function thin(history: ClientHistory): void {
  const isOk = (call: CallHistory) => call.outcome === 'ok';
  const oks = history.calls.filter(isOk).length;
  const kind = oks * 2 >= history.calls.length ? 'ok' : 'other';
  let place = 0;
  history.calls = history.calls.filter((call) => isOk(call) !== (kind === 'ok') || place++ % 2 === 0);
  history.everyNth[kind] *= 2;
}
