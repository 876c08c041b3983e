import type { ClientStory, Evidence, Exchange, StoryCall, Survival } from '../../src/measure/index.ts';
import { type Subject, survivalCurve } from '../../src/measure/survival.ts';
import type { Story } from './fixture-series.ts';

/** What stands behind the fixture's numbers: twelve clients, and the exchanges in which they lost something. */

const durationMs = 10_000;

export function survivalOf(story: Story): Survival {
  const { prng, fault } = story;
  const subjects = Array.from({ length: 60 }, (_, i): Subject => {
    const enterMs = prng.next() * 2000;
    const lost = i < story.lost;
    const lostMs = story.misrouted
      ? enterMs + prng.next() * 600
      : fault.startMs + (i % 3) * 900 + prng.next() * 400;
    const leaveMs = lost ? Math.max(enterMs + 1, lostMs) : durationMs - prng.next() * 480;
    return { enterUs: enterMs * 1000, leaveUs: leaveMs * 1000, lost };
  });
  const of = story.sessions ? 'session' : 'state';
  return { of, watched: 60, lost: story.lost, points: survivalCurve(subjects, 0) };
}

export function evidenceOf(story: Story): Evidence {
  const stories = Array.from({ length: 12 }, (_, i) => clientStory(story, i));
  const losses = stories.flatMap(({ client, turns }) =>
    turns.flatMap((turn) => (turn.what === 'lost' ? [{ client, turn }] : [])),
  );
  const exchanges = losses
    .slice(0, 8)
    .map(({ client, turn }): Exchange => lossOf(client, turn.atMs, turn.requestId ?? '', turn.cause ?? ''));
  return {
    clients: 60,
    stories,
    exchanges: story.scenario === 'crash' ? [...exchanges, broken(story)] : exchanges,
    tasks: { stories: [], tasks: 0, anomalies: 0 },
  };
}

function clientStory(story: Story, i: number): ClientStory {
  const { prng, fault, misrouted } = story;
  const client = `c${i * 5 + 1}`;
  const bornMs = 100 + i * 160 + prng.next() * 40;
  const owner = `r${(i % 3) + 1}`;
  const loses = misrouted || story.lost === 60 || (story.lost > 0 && i % 3 === 1);
  const lostMs = misrouted ? bornMs + 300 : fault.startMs + 100 + (i % 3) * 300;
  const cause = misrouted ? ('misroute' as const) : ('crash' as const);
  const calls = Array.from({ length: 20 }, (_, n): StoryCall => {
    const atMs = bornMs + 60 + n * ((durationMs - bornMs - 200) / 20);
    const after = loses && atMs > lostMs;
    const rotates = misrouted || !story.sessions;
    const replica = rotates
      ? `r${((i + n) % 3) + 1}`
      : after && story.scenario === 'crash'
        ? `r${((i + 1) % 3) + 1}`
        : owner;
    return [atMs, 4 + prng.next() * 9, replica, misrouted && n % 3 !== 0 ? 'fail' : 'ok', 'basket_add'];
  });
  const requestId = `${client}-9`;
  return {
    client,
    fate: loses ? cause : 'kept',
    endMs: durationMs - 60,
    turns: story.sessions
      ? [
          { atMs: bornMs, what: 'opened', replica: owner },
          ...(loses
            ? [
                { atMs: lostMs, what: 'lost' as const, replica: `r${((i + 1) % 3) + 1}`, cause, requestId },
                { atMs: lostMs + 30, what: 'opened' as const, replica: `r${((i + 1) % 3) + 1}` },
              ]
            : []),
          { atMs: durationMs - 60, what: 'closed', replica: null },
        ]
      : [],
    calls,
    everyNth: { ok: 1, other: 1 },
  };
}

function lossOf(client: string, atMs: number, requestId: string, about: string): Exchange {
  return {
    requestId,
    client,
    about,
    atMs: atMs - 5,
    tookMs: 5,
    asked: 'tools/call basket_add',
    opId: `${client}.4`,
    replica: { replica: 'r2', boot: 1 },
    owner: { replica: 'r1', boot: 1, gone: about === 'crash' },
    request: {
      method: 'POST',
      path: '/mcp',
      headers: [
        ['content-type', 'application/json'],
        ['mcp-protocol-version', '2025-11-25'],
        ['mcp-session-id', 'c96fe1c9-6346-48be-9182-4eb1943e8d9c'],
        ['x-windtunnel-request', requestId],
      ],
      body: `{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"basket_add","arguments":{"item":"${client}.4"},"_meta":{"io.mcp-windtunnel/opId":"${client}.4"}}}`,
    },
    answer: {
      status: 404,
      headers: [['content-type', 'application/json']],
      body: '{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}',
    },
    failure: { kind: 'unknown-session', status: 404, code: -32001, message: 'Session not found' },
    ledger: [
      { event: 'begin', atMs: atMs + 40, replica: 'r2', boot: 1 },
      { event: 'commit', atMs: atMs + 41, replica: 'r2', boot: 1 },
    ],
  };
}

/** The process died while it was answering. */
function broken({ fault }: Story): Exchange {
  const { request } = lossOf('c2', 0, 'c2-14', 'broken');
  return {
    requestId: 'c2-14',
    client: 'c2',
    about: 'broken',
    atMs: fault.startMs - 3,
    tookMs: 6,
    asked: 'tools/call work',
    opId: 'c2.11',
    replica: { replica: 'r2', boot: 1 },
    request,
    answer: null,
    failure: { kind: 'broken', message: 'socket hang up' },
    ledger: [{ event: 'begin', atMs: fault.startMs - 1, replica: 'r2', boot: 1 }],
  };
}
