import { describe, expect, it } from 'vitest';
import { emittedEvents, streamEvents, streamFacts } from '../../../src/measure/streams/index.ts';
import type { LedgerEntry, RunEvent, StreamEvent } from '../../../src/record/index.ts';
import { spec } from '../../support/fakes.ts';
import { collect, signalled } from '../../support/log.ts';

type Ended = Extract<StreamEvent, { type: 'stream-ended' }>;
const us = (ms: number) => ms * 1000;

const ended = (stream: string, changes: Partial<Ended> = {}): Ended => ({
  type: 'stream-ended',
  atUs: us(1000),
  client: 'c1',
  opId: stream.split('/')[0] ?? '',
  stream,
  requestId: `${stream}-call`,
  sentUs: 0,
  how: 'answered',
  events: 3,
  received: [[1, 3]],
  foreign: [],
  resumptions: 0,
  keyed: false,
  ...changes,
});
const broke = (stream: string, ms: number, dropped = false): RunEvent => ({
  type: 'stream-broken',
  atUs: us(ms),
  client: 'c1',
  opId: stream.split('/')[0] ?? '',
  stream,
  requestId: `${stream}-call`,
  dropped,
  lastEventId: 's_1',
  next: 'resume',
  failure: { kind: 'broken' },
});
const resumed = (stream: string, isRefused = false): RunEvent => ({
  type: 'stream-resumed',
  atUs: us(500),
  client: 'c1',
  opId: stream.split('/')[0] ?? '',
  stream,
  requestId: `${stream}-rest`,
  status: isRefused ? 400 : 200,
  ...(isRefused && { failure: { kind: 'rejected' as const } }),
});

/** The ledger's word: events of a stream, each with when it was noted. */
const sent = (stream: string, numbers: readonly number[], ms = 100): LedgerEntry[] =>
  numbers.map((number) => ({
    event: 'emitted',
    opId: stream.split('/')[0] ?? '',
    stream,
    number,
    atUs: us(ms),
    replica: 'r1',
    boot: 1,
  }));

function measure(ledger: readonly LedgerEntry[], events: readonly RunEvent[], asked = true) {
  const emitted = emittedEvents();
  for (const entry of ledger) emitted.note(entry);
  return collect(streamEvents(asked, emitted), [...events]);
}

describe('stream_loss', () => {
  it('counts what was sent on a stream and never came', () => {
    const { loss } = measure(
      [...sent('c1.0/1', [1, 2, 3, 4]), ...sent('c1.1/1', [1, 2, 3])],
      [ended('c1.0/1'), ended('c1.1/1')],
    );
    expect(loss).toMatchObject({ numerator: 1, denominator: 7, unjudged: 0 });
  });

  it('counts nothing that was sent when its client listened no more, or was still on its way at the deadline', () => {
    const late = [...sent('c1.0/1', [1], 100), ...sent('c1.0/1', [2], 1100)];
    const nothing: Partial<Ended> = { events: 0, received: [], how: 'broken' };
    expect(measure(late, [ended('c1.0/1', nothing)]).loss).toMatchObject({ numerator: 1, denominator: 1 });
    const onItsWay = [...sent('c1.0/1', [1], 700), ...sent('c1.0/1', [2], 800)];
    expect(measure(onItsWay, [ended('c1.0/1', { ...nothing, how: 'timeout' })]).loss).toMatchObject({
      numerator: 1,
      denominator: 1,
    });
    expect(measure(onItsWay, [ended('c1.0/1', nothing)]).loss).toMatchObject({
      numerator: 2,
      denominator: 2,
    });
  });

  it('counts nothing that was on its way when its client let go of the stream for good, but for gaps before', () => {
    const some: Partial<Ended> = {
      events: 2,
      received: [
        [1, 1],
        [3, 3],
      ],
      how: 'broken',
    };
    const events = sent('c1.0/1', [1, 2, 3, 4, 5]);
    const again = { ...broke('c1.0/1', 1000, true), next: 'again' } as RunEvent;
    expect(measure(events, [again, ended('c1.0/1', some)]).loss).toMatchObject({
      numerator: 1,
      denominator: 3,
    });
    // What asks for the rest is still listened to, and so is what broke by itself.
    for (const other of [broke('c1.0/1', 1000, true), { ...again, dropped: false } as RunEvent]) {
      const { loss } = measure(events, [other, ended('c1.0/1', some)]);
      expect(loss).toMatchObject({ numerator: 3, denominator: 5 });
    }
  });

  it('does not count an event that came and was noted no more, as by a process that died in between', () => {
    expect(measure(sent('c1.0/1', [1, 2]), [ended('c1.0/1')]).loss).toMatchObject({
      numerator: 0,
      denominator: 2,
    });
  });

  it('is not judged for what the record of a stream does not hold', () => {
    const { loss } = measure(sent('c1.0/1', [1, 2, 3, 4]), [ended('c1.0/1', { events: 10 })]);
    expect(loss).toMatchObject({ numerator: 0, denominator: 4, unjudged: 1 });
    const absurd: [number, number][] = [[0, Number.MAX_SAFE_INTEGER]];
    expect(measure(sent('c1.0/1', [1]), [ended('c1.0/1', { received: absurd })]).loss).toMatchObject({
      numerator: 0,
    });
  });

  it('says what became of the streams', () => {
    const { loss } = measure(sent('c1.0/1', [1]), [
      ended('c1.0/1'),
      broke('c1.1/1', 100),
      resumed('c1.1/1', true),
      resumed('c1.1/1'),
      broke('c1.1/1', 600),
      ended('c1.1/1'),
      broke('c1.2/1', 100),
      resumed('c1.2/1', true),
      ended('c1.2/1', { how: 'broken' }),
      broke('c1.3/1', 100),
      resumed('c1.3/1'),
      ended('c1.3/1', { how: 'timeout' }),
    ]);
    expect(loss).toMatchObject({
      streams: { opened: 4, broken: 3, resumed: 2, refused: 1, unanswered: 2, timedOut: 1 },
    });
  });

  it('has no meaning without streams, nor of a server that notes no events; and no samples are no loss', () => {
    expect(measure([], [], false).loss).toMatchObject({ notApplicable: expect.stringContaining('no call') });
    expect(measure([], [ended('c1.0/1')]).loss).toMatchObject({
      notApplicable: expect.stringContaining('notes no events'),
    });
    expect(measure([], []).loss).toMatchObject({ value: null });
  });
});

describe('stream_duplicate', () => {
  it('counts what came again, and not that a number is missing', () => {
    const received: [number, number][] = [
      [1, 3],
      [3, 4],
      [6, 6],
    ];
    expect(measure([], [ended('c1.0/1', { events: 6, received })]).duplicate).toMatchObject({
      numerator: 1,
      denominator: 6,
    });
    expect(measure([], []).duplicate).toMatchObject({ value: null });
  });
});

describe('stream_leak', () => {
  it('counts what belongs to others, of all that came', () => {
    const foreign = [
      { stream: 'c2.0/1', events: 2 },
      { stream: '7', events: 1 },
    ];
    expect(measure([], [ended('c1.0/1', { foreign }), ended('c1.1/1')]).leak).toMatchObject({
      numerator: 3,
      denominator: 9,
    });
  });
});

describe('the facts of streams', () => {
  const crash = { fault: 'crash' as const, at: '50%', atMs: 500, replica: 1, replace: true };
  const commits = (opId: string) => Number(opId.endsWith('c2.0'));
  const of = (faults: (typeof crash)[], events: RunEvent[], replica: (stream: string) => string) => {
    const routes = {
      when: (requestId: string, tell: (route: { replica: string; atUs: number }) => void) =>
        tell({ replica: replica(requestId), atUs: 0 }),
    };
    const stream = { onBreak: 'resume' as const, idempotencyKey: false };
    const journey = [{ call: 'report', arguments: {}, stream }];
    return collect(
      streamFacts(spec({ scenario: { faults }, workload: { journey } }), routes, { commits }),
      events,
    );
  };

  it('tell which streams a crash struck, and which of them were as good as answered', () => {
    const facts = of(
      [crash],
      [
        { type: 'fault-began', atUs: us(500), fault: 0, name: 'crash', targets: ['r1'] },
        signalled('r1', 1, 'SIGKILL', 500),
        broke('r1 c1.0/1', 510),
        ended('r1 c1.0/1', { sentUs: us(100), how: 'broken' }),
        ended('r1 c1.1/1', { sentUs: us(100), atUs: us(520) }),
        // Over before, begun afterwards, elsewhere.
        ended('r1 c1.2/1', { sentUs: us(100), atUs: us(400) }),
        ended('r1 c1.3/1', { sentUs: us(600), atUs: us(700) }),
        broke('r1 c1.5/1', 900),
        ended('r1 c1.5/1', { sentUs: us(800), how: 'broken' }),
        // Sent at once after it.
        broke('r1 c1.6/1', 520),
        ended('r1 c1.6/1', { sentUs: us(510), how: 'broken' }),
        ended('r2 c1.4/1', { sentUs: us(100), atUs: us(900) }),
        // Resumed, one behind its commit, the other in vain; and two that were given up where they ran, r1 being back.
        broke('r1 c2.0/1', 510),
        ended('r1 c2.0/1', { sentUs: us(100) }),
        broke('r1 c2.1/1', 510),
        ended('r1 c2.1/1', { sentUs: us(100), how: 'timeout' }),
        ended('r1 c3.0/1', { sentUs: us(800), how: 'timeout' }),
        ended('r2 c3.1/1', { sentUs: us(100), how: 'timeout' }),
      ],
      (requestId) => requestId.slice(0, 2),
    );
    expect(facts).toMatchObject({ struck: { held: 3, inDoubt: 2 }, cut: 5 });
    expect(facts?.struck).toMatchObject({ broken: 3, committed: 1, unanswered: 2, late: 2 });
  });

  it('tell what was sent again, by its key, and what the client let go of itself', () => {
    const facts = of(
      [],
      [
        broke('c1.0/1', 100, true),
        ended('c1.0/1', { how: 'broken', keyed: true }),
        ended('c1.0/2', { keyed: true }),
        ended('c1.0/3', { keyed: true }),
        ended('c1.1/2'),
      ],
      () => 'r1',
    );
    expect(facts).toMatchObject({ sentAgain: { keyed: 1, unkeyed: 1 }, cut: 0, struck: null });
  });
});
