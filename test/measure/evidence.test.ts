import { describe, expect, it } from 'vitest';
import { clientSample } from '../../src/measure/client-sample.ts';
import { evidence } from '../../src/measure/evidence.ts';
import { ledgerNotes } from '../../src/measure/ledger-notes.ts';
import { routeJoin } from '../../src/measure/route-join.ts';
import { spreadOver } from '../../src/measure/spread-over.ts';
import type { LedgerEntry, RunEvent } from '../../src/record/index.ts';
import {
  began,
  collect,
  committed,
  ended,
  exchanged,
  left,
  lost,
  opened,
  operation,
  routed,
  signalled,
  started,
} from '../support/log.ts';

function behind(events: readonly RunEvent[], ledger?: readonly LedgerEntry[]) {
  const routes = routeJoin();
  const notes = ledgerNotes();
  for (const entry of ledger ?? []) notes.note(entry);
  return collect(evidence(routes, ledger && notes), events, routes);
}

const replicas = [started('r1', 1, -90), started('r2', 1, -90)];
/** A client whose session r1 established; the request that found it gone went to `asked`. */
const misled = (client: string, asked: string, ms = 50): RunEvent[] => [
  opened(client, 0),
  routed(`${client}-open-0`, 'r1', 0),
  operation(client, 0, 10, 5),
  routed(`${client}-call-0`, 'r1', 10),
  lost(client, ms),
  routed(`${client}-lost-0`, asked, ms - 1),
  exchanged(client, `${client}-lost-0`, ms),
];

describe('the story of a client', () => {
  it('says where each call went, when the session was lost, and to what', () => {
    const { stories, clients } = behind([
      ...began(2),
      ...replicas,
      ...misled('c1', 'r2'),
      opened('c1', 60, 1),
      routed('c1-open-1', 'r2', 60),
      operation('c1', 1, 70, 8, { outcome: 'info' }),
      left('c1', 90, 2),
      ...ended(100),
    ]);
    expect(clients).toBe(2);
    expect(stories).toEqual([
      {
        client: 'c1',
        fate: 'misroute',
        endMs: 90,
        turns: [
          { atMs: 0, what: 'opened', replica: 'r1' },
          { atMs: 50, what: 'lost', replica: 'r2', cause: 'misroute', requestId: 'c1-lost-0' },
          { atMs: 60, what: 'opened', replica: 'r2' },
        ],
        calls: [
          [10, 5, 'r1', 'ok', 'echo'],
          // The balancer did not log this one.
          [70, 8, null, 'info', 'echo'],
        ],
        everyNth: { ok: 1, other: 1 },
      },
    ]);
  });

  it('tells the fates apart', () => {
    const { stories } = behind([
      ...began(6),
      ...replicas,
      ...misled('crash', 'r2', 50),
      ...misled('misroute', 'r2', 40),
      ...misled('expiry', 'r1', 40),
      opened('unattributed', 0),
      lost('unattributed', 40),
      opened('state', 0),
      operation('state', 0, 10, 5, { outcome: 'fail', stateMissing: true }),
      opened('failed', 0),
      operation('failed', 0, 10, 5, { outcome: 'fail', startUs: null }),
      opened('kept', 0),
      operation('kept', 0, 10, 5),
      signalled('r1', 1, 'SIGKILL', 45),
    ]);
    expect(Object.fromEntries(stories.map(({ client, fate }) => [client, fate]))).toEqual({
      crash: 'crash',
      misroute: 'misroute',
      expiry: 'expiry',
      unattributed: 'unattributed',
      state: 'state-missing',
      failed: 'failed',
      kept: 'kept',
    });
    expect(stories.find(({ client }) => client === 'failed')?.calls[0]?.[3]).toBe('not-sent');
    expect(stories.find(({ client }) => client === 'state')?.turns.at(-1)).toMatchObject({
      what: 'state-missing',
      atMs: 15,
    });
  });

  it('is told of every fate, and of twelve clients at most, not of the first alone', () => {
    const kept = Array.from({ length: 200 }, (_, i) => [
      opened(`k${i}`, i),
      operation(`k${i}`, 0, i, 5),
    ]).flat();
    const { stories } = behind([...began(201), ...replicas, ...kept, ...misled('m', 'r2', 250)]);
    expect(stories).toHaveLength(12);
    expect(stories.map((story) => story.fate)).toContain('misroute');
    expect(stories.filter(({ client }) => Number(client.slice(1)) >= 100).length).toBeGreaterThan(2);
  });

  it('has a bounded number of calls, every n-th of those that were ok', () => {
    const calls = Array.from({ length: 3000 }, (_, i) => operation('c1', i, i, 1));
    const failed = operation('c1', 3000, 3000, 1, { outcome: 'fail' });
    const [story] = behind([...began(1), opened('c1', 0), ...calls, failed]).stories;
    expect(story?.calls.length).toBeLessThanOrEqual(240);
    expect(story?.calls.length).toBeGreaterThan(100);
    expect(story?.everyNth).toEqual({ ok: 16, other: 1 });
    expect(story?.calls.at(-1)?.[3]).toBe('fail');
  });
});

describe('the exchange behind a loss', () => {
  it('comes with the replica, its process, the owner of the session and what the ledger says', () => {
    const found = behind(
      [
        ...began(1),
        ...replicas,
        ...misled('c1', 'r2').map((event) =>
          event.type === 'session-lost' ? { ...event, opId: 'c1.1', asked: 'tools/call basket_add' } : event,
        ),
        signalled('r1', 1, 'SIGTERM', 40),
        started('r1', 2, 60),
        routed('c1-call-1', 'r1', 70),
      ],
      [
        { ...committed('c1.1', 'r1'), event: 'begin', boot: 2, atUs: 71_000 },
        { ...committed('c1.1', 'r1'), boot: 2, atUs: 72_000 },
        committed('c1.0', 'r1'),
      ],
    );
    expect(found.exchanges).toEqual([
      {
        requestId: 'c1-lost-0',
        client: 'c1',
        about: 'crash',
        atMs: 45,
        tookMs: 5,
        asked: 'tools/call basket_add',
        opId: 'c1.1',
        replica: { replica: 'r2', boot: 1 },
        owner: { replica: 'r1', boot: 1, gone: true },
        request: expect.objectContaining({ method: 'POST' }),
        answer: expect.objectContaining({ status: 404 }),
        failure: { kind: 'unknown-session', status: 404, code: -32001 },
        ledger: [
          { event: 'begin', atMs: 71, replica: 'r1', boot: 2 },
          { event: 'commit', atMs: 72, replica: 'r1', boot: 2 },
        ],
      },
    ]);
  });

  it('is found whichever record comes first', () => {
    const record = operation('c1', 3, 40, 5, {
      outcome: 'fail',
      stateMissing: true,
      failure: { kind: 'tool-error' },
    });
    const exchange = exchanged('c1', 'c1-call-3', 45, { failure: { kind: 'tool-error' } });
    for (const events of [
      [record, exchange],
      [exchange, record],
    ]) {
      const { exchanges } = behind([...began(1), opened('c1', 0), ...events]);
      expect(exchanges).toMatchObject([{ about: 'state-missing', opId: 'c1.3', asked: 'tools/call echo' }]);
    }
  });

  it('is one of 24 at most, with every cause and every kind of failure among them', () => {
    const many = Array.from({ length: 200 }, (_, i) => misled(`c${i}`, 'r2')).flat();
    const { exchanges, stories } = behind([
      ...began(201),
      ...replicas,
      ...many,
      ...misled('late', 'r1'),
      exchanged('c7', 'c7-x', 60, { answer: null, failure: { kind: 'timeout' } }),
      exchanged('c8', 'c8-x', 61, { answer: null, failure: { kind: 'broken', message: 'socket hang up' } }),
    ]);
    expect(exchanges).toHaveLength(24);
    expect(new Set(exchanges.map(({ about }) => about))).toEqual(
      new Set(['misroute', 'expiry', 'timeout', 'broken']),
    );
    const shown = new Set(exchanges.map(({ client }) => client));
    const losers = stories.filter(({ fate }) => fate === 'misroute');
    expect(losers.filter(({ client }) => shown.has(client)).length).toBe(losers.length);
  });
});

it('among exchanges that broke shows one of each status, however many there are of another', () => {
  const answer = { status: 500, headers: [], body: '' };
  const dropped = Array.from({ length: 60 }, (_, i) => [
    opened(`c${i}`, 0),
    exchanged(`c${i}`, `c${i}-x`, 10 + i, { answer: null, failure: { kind: 'broken' } }),
  ]).flat();
  const refused = exchanged('c60', 'c60-x', 80, { answer, failure: { kind: 'broken', status: 500 } });
  const { exchanges } = behind([...began(61), ...dropped, refused]);
  expect(exchanges).toHaveLength(24);
  expect(exchanges.filter((one) => one.answer?.status === 500)).toHaveLength(1);
});

describe('the sample of clients', () => {
  const sampleOf = (names: string[]) => {
    const out = new Set<string>();
    const sample = clientSample(50, (client) => out.add(client));
    for (const name of names) sample.offer(name);
    return names.filter((name) => sample.has(name) && !out.has(name)).sort();
  };
  const names = Array.from({ length: 1000 }, (_, i) => `c${i + 1}`);

  it('has a fixed size and does not depend on the order of arrival', () => {
    expect(sampleOf(names)).toHaveLength(50);
    expect(sampleOf([...names].reverse())).toEqual(sampleOf(names));
  });

  it('is spread over all of them', () => {
    const sampled = sampleOf(names).map((name) => Number(name.slice(1)));
    for (const from of [0, 250, 500, 750]) {
      expect(sampled.filter((n) => n > from && n <= from + 250).length).toBeGreaterThan(5);
    }
  });
});

it('spreads a choice over all kinds before it takes a second of one', () => {
  const list = ['a1', 'a2', 'a3', 'b1', 'c1', 'c2'];
  expect(spreadOver(list, ([kind = '']) => kind, 4)).toEqual(['a1', 'a2', 'b1', 'c1']);
  expect(spreadOver(list, ([kind = '']) => kind, 2)).toEqual(['a1', 'b1']);
  expect(spreadOver(list, ([kind = '']) => kind, 99)).toEqual(list);
});

describe('the notes from a ledger', () => {
  const of = (clients: number, operations: number, notesMax?: number) => {
    const notes = ledgerNotes(notesMax);
    for (let i = 0; i < operations; i++) {
      for (let c = 0; c < clients; c++) {
        notes.note({ ...committed(`c${c}.${i}`), event: 'begin', atUs: i });
        notes.note({ ...committed(`c${c}.${i}`), atUs: i + 1 });
      }
    }
    return notes;
  };

  it('are of every operation while they are few', () => {
    const notes = of(60, 20);
    expect(notes.of('c7.3')).toEqual([
      { event: 'begin', atUs: 3, replica: 'r1', boot: 1 },
      { event: 'commit', atUs: 4, replica: 'r1', boot: 1 },
    ]);
    expect(notes.of('c7.20')).toEqual([]);
    expect(notes.of('c99.0')).toEqual([]);
  });

  it('are of fewer clients when they become many, and then say so', () => {
    const notes = of(60, 20, 400);
    const kept = Array.from({ length: 60 }, (_, c) => notes.of(`c${c}.5`));
    const known = kept.filter((one) => one !== null);
    expect(known.length).toBeGreaterThan(3);
    expect(known.length).toBeLessThanOrEqual(10);
    for (const one of known) expect(one).toHaveLength(2);
  });

  it('take no more than so many of one operation, and no end mark for one', () => {
    const notes = ledgerNotes();
    for (let i = 0; i < 1000; i++) notes.note(committed('c1.0'));
    notes.note({ event: 'end', atUs: 1, replica: 'r1', boot: 1 });
    expect(notes.of('c1.0')).toHaveLength(20);
  });
});
