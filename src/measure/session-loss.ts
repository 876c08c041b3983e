import type { ProtocolRevision } from '../record/index.ts';
import { boots } from './boots.ts';
import type { Collector } from './collector.ts';
import { lossCause } from './loss-cause.ts';
import type { NotApplicable, SessionLoss } from './metrics.ts';
import { rate } from './rate.ts';
import type { Route, RouteJoin } from './route-join.ts';

/** A session, and the request that established it. */
interface Session {
  opened?: Route;
}

interface Loss {
  atUs: number;
  session: Session;
  /** Where the request went that the unknown-session answer is to. */
  answered?: Route;
}

/**
 * `session_loss`: sessions that got at least one unknown-session answer before the client closed them ÷
 * sessions established. A session that a client opened to replace a lost one is counted apart: with those in
 * the denominator, a client that reconnects often would dilute the loss.
 *
 * Its causes are told apart in `loss-cause.ts`. A server of 2025-11-25 need keep no sessions, and then has none to lose.
 */
export function sessionLoss(
  protocol: ProtocolRevision,
  routes: Pick<RouteJoin, 'when'>,
): Collector<SessionLoss | NotApplicable> {
  if (protocol === '2026-07-28') {
    return { types: [], see: () => {}, result: () => ({ notApplicable: '2026-07-28 has no sessions' }) };
  }
  const lives = boots();
  const sessions = new Map<string, Session>();
  const losses: Loss[] = [];
  const answers: Record<string, number> = {};
  const counts = { opened: 0, lost: 0, openedAgain: 0, lostAgain: 0, withoutId: 0 };

  return {
    types: [...lives.types, 'session-opened', 'session-lost', 'session-closed'],
    see(event) {
      lives.see(event);
      switch (event.type) {
        case 'session-opened': {
          if (event.sessionId === null) {
            counts.withoutId += 1;
            return;
          }
          if (event.generation === 0) counts.opened += 1;
          else counts.openedAgain += 1;
          const session: Session = {};
          sessions.set(event.client, session);
          if (event.requestId) {
            routes.when(event.requestId, (route) => {
              session.opened = route;
            });
          }
          return;
        }
        case 'session-lost': {
          if (event.generation > 0) counts.lostAgain += 1;
          else counts.lost += 1;
          const { status, code } = event.failure;
          const answer = `${status ?? 'no status'} ${code ?? 'none'}`;
          answers[answer] = (answers[answer] ?? 0) + 1;
          const loss: Loss = { atUs: event.atUs, session: sessions.get(event.client) ?? {} };
          sessions.delete(event.client);
          if (event.generation === 0) losses.push(loss);
          routes.when(event.requestId, (route) => {
            loss.answered = route;
          });
          return;
        }
        case 'session-closed':
          sessions.delete(event.client);
          return;
        default:
          return;
      }
    },
    result() {
      if (counts.opened === 0 && counts.withoutId > 0) {
        return { notApplicable: 'the server gave no session ids: it keeps no sessions' };
      }
      const causes = { misroute: 0, crash: 0, expiry: 0, unattributed: 0 };
      for (const { atUs, session, answered } of losses) {
        causes[lossCause(lives, atUs, session.opened, answered)] += 1;
      }
      return {
        ...rate(counts.lost, counts.opened),
        causes,
        answers,
        replacements: { lost: counts.lostAgain, opened: counts.openedAgain },
      };
    },
  };
}
