import { boots } from './boots.ts';
import { type ClientHistory, clientHistories } from './client-history.ts';
import { hashOf } from './client-sample.ts';
import type { Collector } from './collector.ts';
import type { Evidence, Exchange } from './evidence-types.ts';
import { type Candidate, exchangeCandidates } from './exchange-candidates.ts';
import type { LedgerNotes } from './ledger-notes.ts';
import { type LossCause, lossCause } from './loss-cause.ts';
import type { RouteJoin } from './route-join.ts';
import { spreadOver } from './spread-over.ts';
import { storyOf } from './story.ts';

/** So many clients are shown, and so many exchanges. */
const storiesMax = 12;
const exchangesMax = 24;

/**
 * Chooses what stands behind the numbers: clients of every fate (each cause of a loss, then failures, then
 * those that kept everything), and the exchanges of every cause and kind of failure, those of the chosen
 * clients first. All of it is bounded, whatever a run was.
 * @param notes what the ledger says; undefined if the server keeps none.
 */
export function evidence(
  routes: Pick<RouteJoin, 'when'>,
  notes: Pick<LedgerNotes, 'of'> | undefined,
): Collector<Omit<Evidence, 'tasks'>> {
  const lives = boots();
  const histories = clientHistories(routes);
  const candidates = exchangeCandidates(routes, (client) => histories.get(client) !== undefined);
  let beginUs = 0;
  let clients = 0;

  return {
    types: [
      'workload-began',
      ...lives.types,
      'session-opened',
      'session-open-failed',
      'session-lost',
      'session-closed',
      'operation',
      'task-seen',
      'exchange',
      'client-ended',
    ],
    see(event) {
      if (event.type === 'workload-began') {
        beginUs = event.atUs;
        clients = event.clients;
      }
      lives.see(event);
      histories.see(event);
      candidates.see(event);
    },
    result() {
      const causeIn = (history: ClientHistory | undefined, requestId: string): LossCause | undefined => {
        const session = history?.sessions.find((one) => one.lost?.requestId === requestId);
        if (!session?.lost) return undefined;
        return lossCause(lives, session.lost.atUs, session.opened, session.lost.answered);
      };
      const all = [...histories.all()].map((history) => storyOf(history, { beginUs, lives }));
      // In the order of a hash, so that those who came first are not preferred; shown by arrival all the same.
      const mixed = [...all].sort((a, b) => hashOf(a.client) - hashOf(b.client));
      const chosen = new Set(spreadOver(mixed, (story) => story.fate, storiesMax));
      const stories = all.filter((story) => chosen.has(story));
      const shown = new Set(stories.map((story) => story.client));
      const judged = candidates.all().map((candidate) => {
        const history = histories.get(candidate.event.client);
        const cause = causeIn(history, candidate.event.requestId);
        return { candidate, history, about: aboutOf(candidate, cause) };
      });
      // Why a client that is no longer watched lost its session cannot be said.
      const known = judged.filter(({ about }) => about !== 'unknown-session');
      // Within a kind, those of the clients that are shown come first.
      known.sort(
        (a, b) =>
          Number(shown.has(b.candidate.event.client)) - Number(shown.has(a.candidate.event.client)) ||
          a.candidate.event.sentUs - b.candidate.event.sentUs,
      );
      const exchanges = spreadOver(known, kindOf, exchangesMax)
        .map(({ candidate, history, about }) => exchangeOf(candidate, history, about))
        .sort((a, b) => a.atMs - b.atMs);
      const noLedger = notes === undefined ? { noLedger: 'the server keeps no ledger' } : {};
      return { clients, stories, exchanges, ...noLedger };
    },
  };

  function noted(opId: string | null | undefined): Exchange['ledger'] {
    if (!opId || notes === undefined) return [];
    const found = notes.of(opId);
    return found?.map(({ atUs, ...rest }) => ({ ...rest, atMs: Math.round(atUs - beginUs) / 1000 })) ?? null;
  }

  function exchangeOf(candidate: Candidate, history: ClientHistory | undefined, about: string): Exchange {
    const { event, told, route } = candidate;
    const { requestId, client, sentUs, atUs, request, answer, failure } = event;
    const session = history?.sessions.find((one) => one.lost?.requestId === requestId);
    const place = (replica: string, when: number) => ({ replica, boot: lives.at(replica, when) ?? null });
    const owner = session?.opened?.replica ? place(session.opened.replica, session.opened.atUs) : undefined;
    const gone = owner?.boot != null && lives.goneBy(owner.replica, owner.boot, session?.lost?.atUs ?? atUs);
    return {
      requestId,
      client,
      about,
      atMs: Math.round(sentUs - beginUs) / 1000,
      tookMs: Math.round(atUs - sentUs) / 1000,
      asked: told.asked ?? request.method,
      opId: told.opId ?? null,
      replica: route?.replica ? place(route.replica, route.atUs) : null,
      ...(owner ? { owner: { ...owner, gone } } : {}),
      request,
      answer,
      ...(failure ? { failure } : {}),
      ledger: noted(told.opId),
    };
  }
}

/** A refusal with 500 is another thing to see than a connection that broke, though both are `broken`. */
function kindOf({ about, candidate }: { about: string; candidate: Candidate }): string {
  const { answer, failure } = candidate.event;
  return [about, answer?.status, failure?.code].join(' ');
}

function aboutOf({ event, told }: Candidate, cause: LossCause | undefined): string {
  if (cause) return cause;
  if (told.stateMissing) return 'state-missing';
  return event.failure?.kind ?? 'answered';
}
