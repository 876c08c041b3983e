import type { RunEvent } from '../../record/index.ts';
import type { RunSpec } from '../../scenario/index.ts';
import type { Collector } from '../collector.ts';
import type { Route, RouteJoin } from '../route-join.ts';
import { leftAt, type Strike, type Upstreams } from './strike.ts';
import { isUndecided } from './undecided.ts';

/** What became of the sessions that arrivals opened, held against what happened to the replicas. */
export interface SessionsHeld {
  opened: number;
  lost: number;
  /** Of the lost, those that the balancer had given to a replica that the fault did not aim at. */
  lostElsewhere: number;
  /** Of the fault's targets, each at the moment at which it left the balancer or died. */
  struck: {
    /** Replicas before the fault, and how many of them it struck. */
    replicas: number;
    targets: number;
    /** Sessions that were open at the first of these moments, and whose client asked again later. */
    open: number;
    /** Sessions of the struck replicas that their client asked for again afterwards. */
    held: number;
    /**
     * The same, but the last request was under way at that moment, or nobody knows what became of it; or the moment
     * itself is not known, and it came before the latest that this can have been.
     */
    inDoubt: number;
  } | null;
  /** Sessions that were open while replicas came or went, by the numbers of replicas they lived through. */
  moves: { sizes: number[]; sessions: number }[];
}

interface Session {
  opened?: Route;
  /** When the last request that was answered for certain was sent. */
  askedUs: number;
  /** When the last request, whatever became of it, was over. */
  overUs: number;
  isLost: boolean;
}

/**
 * Seen only where sessions live in replica memory and exactly one fault is planned: with several, what one
 * strikes has been changed by another.
 */
export function sessionsHeld(
  { scenario, deployment }: Pick<RunSpec, 'scenario' | 'deployment'>,
  routes: Pick<RouteJoin, 'when'>,
): Collector<SessionsHeld | null> {
  const isSimple = scenario.faults.length === 1 && deployment.state === 'memory';
  if (!isSimple || deployment.protocol === '2026-07-28') {
    return { types: [], see: () => {}, result: () => null };
  }
  const sessions = new Map<string, Session>();
  const upstreams: { atUs: number; replicas: readonly string[] }[] = [];
  const ends: { replica: string; atUs: number }[] = [];
  let fault: Strike | undefined;

  return {
    types: [
      'session-opened',
      'session-lost',
      'operation',
      'task-seen',
      'fault-began',
      'upstreams-changed',
      'replica-signalled',
      'replica-exited',
    ],
    see(event) {
      if (event.type === 'operation') seeOperation(sessions.get(event.client), event);
      else if (event.type === 'task-seen') seeTask(sessions.get(event.client), event);
      else if (event.type === 'session-opened') {
        if (event.generation > 0 || event.sessionId === null || event.requestId === null) return;
        const session: Session = { askedUs: event.startUs, overUs: event.atUs, isLost: false };
        sessions.set(event.client, session);
        routes.when(event.requestId, (route) => {
          session.opened = route;
        });
      } else if (event.type === 'session-lost') {
        const session = sessions.get(event.client);
        if (session === undefined || event.generation > 0) return;
        Object.assign(session, { askedUs: event.atUs, overUs: event.atUs, isLost: true });
      } else if (event.type === 'fault-began') {
        fault = { name: event.name, atUs: event.atUs, targets: event.targets };
      } else if (event.type === 'upstreams-changed') {
        upstreams.push({ atUs: event.atUs, replicas: event.upstreams });
      } else if (event.type === 'replica-signalled') {
        if (event.signal === 'SIGTERM' || event.signal === 'SIGKILL') {
          ends.push({ replica: event.replica, atUs: event.atUs });
        }
      } else if (event.type === 'replica-exited') ends.push({ replica: event.replica, atUs: event.atUs });
    },
    result() {
      const all = [...sessions.values()];
      return {
        opened: all.length,
        lost: all.filter((session) => session.isLost).length,
        lostElsewhere: fault === undefined ? 0 : lostElsewhere(fault, all),
        struck: fault === undefined ? null : strikeOf(fault, all, upstreams, ends),
        moves: movesOf(all, upstreams),
      };
    },
  };
}

function seeOperation(session: Session | undefined, event: Extract<RunEvent, { type: 'operation' }>): void {
  if (session === undefined || session.isLost || event.startUs === null) return;
  session.overUs = Math.max(session.overUs, event.endUs);
  if (!isUndecided(event)) session.askedUs = Math.max(session.askedUs, event.startUs);
}

/** A client asks of its tasks in its session, long after the call. */
function seeTask(session: Session | undefined, event: Extract<RunEvent, { type: 'task-seen' }>): void {
  if (session === undefined || session.isLost || event.how === 'notification') return;
  session.overUs = Math.max(session.overUs, event.atUs);
  if (!isUndecided(event)) session.askedUs = Math.max(session.askedUs, event.sentUs);
}

function lostElsewhere({ targets }: Strike, sessions: readonly Session[]): number {
  return sessions.filter(
    ({ isLost, opened }) => isLost && opened?.replica != null && !targets.includes(opened.replica),
  ).length;
}

function strikeOf(
  fault: Strike,
  sessions: readonly Session[],
  upstreams: Upstreams,
  ends: readonly { replica: string; atUs: number }[],
): SessionsHeld['struck'] {
  const left = leftAt(fault, upstreams, ends);
  if (left.size === 0) return null;
  const firstUs = Math.min(...left.values());
  const counts = { open: 0, held: 0, inDoubt: 0 };
  for (const { opened, askedUs, overUs } of sessions) {
    if (opened?.replica == null) continue;
    if (opened.atUs < firstUs && askedUs >= firstUs) counts.open += 1;
    const leftUs = left.get(opened.replica);
    if (leftUs === undefined || opened.atUs >= leftUs) continue;
    // The system sends no signal that could be recorded: it kills at some moment from the fault's begin to the exit.
    const earliestUs = fault.name === 'out-of-memory' ? fault.atUs : leftUs;
    if (askedUs >= leftUs) counts.held += 1;
    else if (overUs >= earliestUs) counts.inDoubt += 1;
  }
  const replicas = upstreams.findLast((change) => change.atUs < fault.atUs)?.replicas.length ?? 0;
  return { replicas, targets: left.size, ...counts };
}

function movesOf(sessions: readonly Session[], upstreams: Upstreams): SessionsHeld['moves'] {
  const groups = new Map<string, { sizes: number[]; sessions: number }>();
  for (const { opened, askedUs } of sessions) {
    if (opened === undefined) continue;
    const at = upstreams.findLastIndex((change) => change.atUs <= opened.atUs);
    const to = upstreams.findLastIndex((change) => change.atUs <= askedUs);
    if (at < 0 || to <= at) continue;
    const sizes = upstreams.slice(at, to + 1).map((change) => change.replicas.length);
    const key = sizes.join();
    const group = groups.get(key) ?? { sizes, sessions: 0 };
    group.sessions += 1;
    groups.set(key, group);
  }
  return [...groups.values()];
}
