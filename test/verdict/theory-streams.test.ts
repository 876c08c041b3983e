import { describe, expect, it } from 'vitest';
import type { Facts, Metrics, StreamFacts } from '../../src/measure/index.ts';
import { rate } from '../../src/measure/rate.ts';
import type { Deployment, JourneyStep, Scenario, StreamOptions } from '../../src/scenario/index.ts';
import { predict } from '../../src/verdict/theory/index.ts';
import { spec } from '../support/fakes.ts';

const joined: Scenario['faults'] = [{ fault: 'scale-out', at: '4s', atMs: 4000, add: 1 }];
const crash: Scenario['faults'] = [{ fault: 'crash', at: '4s', atMs: 4000, replica: 1, replace: true }];
const sticky = {
  protocol: '2025-11-25',
  server: 'stateful-v2',
  state: 'memory',
  routing: 'session-affinity',
  streams: { events: 'memory' },
} as const;
const shared = { ...sticky, state: 'shared', routing: 'round-robin', streams: { events: 'shared' } } as const;
const { streams: _none, ...rest } = shared;
const stateless = { ...rest, protocol: '2026-07-28', server: 'stateless-v2' } as const;

const counts = { opened: 200, broken: 10, resumed: 0, refused: 0, unanswered: 0, timedOut: 0 };

/** What theory says of a run of 200 calls, by the name of the prediction. */
function verdicts(
  deployment: Partial<Deployment>,
  faults: Scenario['faults'],
  {
    streams = {},
    lost = 0,
    twice = 0,
    results = 0,
    options = {},
    ignoreCancel = false,
  }: {
    streams?: Partial<StreamFacts>;
    lost?: number;
    twice?: number;
    results?: number;
    options?: Partial<StreamOptions>;
    ignoreCancel?: boolean;
  },
): Record<string, string> {
  const stream = { onBreak: 'resume', idempotencyKey: false, ...options } as StreamOptions;
  const journey: JourneyStep[] = [{ call: 'report', arguments: { ignoreCancel }, stream }];
  const run = spec({ scenario: { faults }, workload: { ratePerSecond: 20, journey } });
  const metrics = {
    session_loss: { notApplicable: '' },
    state_loss: { notApplicable: '' },
    stream_loss: { ...rate(lost, 2000), streams: counts, unjudged: 0 },
    duplicate_execution: rate(twice, 200),
    result_loss: rate(results, 200),
    service_ms: { count: 1, p50: 1000, p90: 1000, p99: 1000, p999: 1000, max: 1000 },
  } as unknown as Metrics;
  const facts = {
    followUps: { asked: 0, found: 0 },
    lookups: { asked: 0, found: 0 },
    mixing: { distances: [] },
    intendedFollowUps: new Map(),
    sessionsHeld: null,
    broken: { operations: 200, broken: 0, meanServiceMs: 1000 },
    waits: null,
    input: null,
    tasks: null,
    changes: null,
    streams: { counts, sentAgain: { keyed: 0, unkeyed: 0 }, cut: 0, struck: null, ...streams },
  } as Facts;
  const of = { ...run.deployment, replicas: 3, ...deployment };
  const predicted = predict({ scenario: run.scenario, deployment: of, metrics, facts });
  return Object.fromEntries(predicted.map(({ id, verdict }) => [id, verdict]));
}

describe('a crash under streams', () => {
  // 20 calls a second of one second each over 3 replicas: 7 under way on one of them.
  const ends = { broken: 7, committed: 0, unanswered: 7, late: 0 };
  const struck = { struck: { held: 7, inDoubt: 1, ...ends } };

  it('breaks those of that replica, which no other can go on with where their events are in memory', () => {
    const right = { ...struck, cut: 7, counts: { ...counts, refused: 7 } };
    expect(verdicts(sticky, crash, { streams: right })).toEqual({
      'stream-resumed': 'pass',
      'crash-streams-cut': 'pass',
      'crash-streams-in-flight': 'pass',
    });
    const wrong = { ...struck, cut: 60, counts: { ...counts, resumed: 1, refused: 6 } };
    expect(verdicts(sticky, crash, { streams: wrong })).toEqual({
      'stream-resumed': 'fail',
      'crash-streams-cut': 'fail',
      'crash-streams-in-flight': 'fail',
    });
  });

  it('loses no event, and no stream that any can go on with, where all replicas see them', () => {
    const right = { ...struck, cut: 8, counts: { ...counts, resumed: 8 } };
    const rows = {
      'shared-stream-events': 'pass',
      'stream-resumed': 'pass',
      'crash-streams-cut': 'pass',
      'crash-streams-in-flight': 'pass',
      'crash-calls-dead': 'pass',
      'late-results': 'pass',
    };
    expect(verdicts(shared, crash, { streams: right })).toEqual(rows);
    const wrong = { ...struck, cut: 9, counts: { ...counts, resumed: 8, refused: 1 } };
    expect(verdicts(shared, crash, { streams: wrong, lost: 1 })).toEqual({
      ...rows,
      'shared-stream-events': 'fail',
      'stream-resumed': 'fail',
      'crash-streams-cut': 'fail',
    });
  });

  it('leaves each call of that replica without its response, but for those that were committed before', () => {
    const dead = (changes: Partial<typeof ends>) => {
      const streams = { struck: { held: 7, inDoubt: 0, ...ends, ...changes } };
      return verdicts(shared, crash, { streams })['crash-calls-dead'];
    };
    expect(dead({ unanswered: 6 })).toBe('fail');
    expect(dead({ committed: 1, unanswered: 6 })).toBe('pass');
    expect(dead({ committed: 1, unanswered: 7 })).toBe('pass');
    expect(dead({ committed: 1, unanswered: 5 })).toBe('fail');
    expect(dead({ broken: 0, unanswered: 0 })).toBeUndefined();
  });

  it('loses results of calls that were given up while they ran, if their cancellation went elsewhere', () => {
    const lose = (results: number, changes: Partial<typeof ends>) => {
      const streams = { struck: { held: 7, inDoubt: 0, ...ends, ...changes } };
      return verdicts(shared, crash, { streams, results })['late-results'];
    };
    expect(lose(0, { late: 2 })).toBe('pass');
    expect(lose(2, { late: 2 })).toBe('pass');
    expect(lose(3, { late: 2 })).toBe('fail');
    expect(lose(3, { late: 2, committed: 1 })).toBe('pass');
    expect(lose(1, { late: 0 })).toBe('fail');
    // Of thirty, two thirds: with fewer than 1 in 200 these are 27.
    expect(lose(26, { late: 30 })).toBe('pass');
    expect(lose(27, { late: 30 })).toBe('fail');
  });

  it('is not judged where nobody asked for the rest of a stream', () => {
    expect(verdicts(shared, [], {})['stream-resumed']).toBe('unknown');
  });
});

describe('a connection that its client lets go of', () => {
  const options = { dropAfter: 3 };

  it('costs nothing where the replica that has the events lives', () => {
    const streams = { counts: { ...counts, resumed: 200 } };
    expect(verdicts(sticky, [], { streams, options })).toEqual({ 'stream-resumed': 'pass' });
    const one = { counts: { ...counts, resumed: 199, refused: 1 } };
    expect(verdicts(sticky, [], { streams: one, options })).toEqual({ 'stream-resumed': 'fail' });
    expect(verdicts(sticky, joined, { streams, options })).toMatchObject({ 'stream-resumed': 'pass' });
    expect(verdicts(sticky, crash, { streams, options })).not.toHaveProperty('stream-resumed');
  });

  it('says nothing of memory in rotation, nor of clients that do not ask', () => {
    expect(verdicts({ ...sticky, routing: 'round-robin' }, [], { options })).toEqual({});
    expect(verdicts(sticky, [], { options: { ...options, onBreak: 'again' } })).toEqual({});
  });
});

describe('a call that is sent again in 2026-07-28', () => {
  const again = { options: { dropAfter: 3 }, ignoreCancel: true };

  it('is carried out twice without a key, where its server carries on', () => {
    const streams = { sentAgain: { keyed: 0, unkeyed: 200 } };
    expect(verdicts(stateless, [], { ...again, streams, twice: 200 })).toEqual({ 'unkeyed-again': 'pass' });
    expect(verdicts(stateless, [], { ...again, streams, twice: 199 })).toEqual({ 'unkeyed-again': 'fail' });
    expect(verdicts(stateless, joined, { ...again, streams, twice: 199 })).toEqual({
      'unkeyed-again': 'fail',
    });
    expect(verdicts(stateless, [], { ...again, ignoreCancel: false, streams })).toEqual({});
  });

  it('is carried out once with a key, whatever happens', () => {
    const keyed = { ...again, options: { dropAfter: 3, idempotencyKey: true } };
    expect(verdicts(stateless, [], keyed)).toEqual({ 'keyed-again': 'pass' });
    expect(verdicts(stateless, [], { ...keyed, twice: 1 })).toEqual({ 'keyed-again': 'fail' });
  });
});
