import { describe, expect, it } from 'vitest';
import type { Facts, Metrics, SessionsHeld } from '../../src/measure/index.ts';
import type { Deployment, Scenario } from '../../src/scenario/index.ts';
import type { Prediction } from '../../src/verdict/index.ts';
import { moved } from '../../src/verdict/theory/hash-modulo.ts';
import { predict } from '../../src/verdict/theory/index.ts';
import { spec } from '../support/fakes.ts';

const times = { count: 990, p50: 20, p90: 30, p99: 700, p999: 900, max: 950 };
const rate = (numerator: number, denominator: number) => ({
  value: denominator === 0 ? null : numerator / denominator,
  numerator,
  denominator,
  interval: null,
});

/** A run of 60 sessions, as theory is told of it. */
function predictions(
  deployment: Partial<Deployment>,
  faults: Scenario['faults'],
  facts: Partial<Facts>,
  lost: { sessions?: number; states?: number; p90?: number; p99?: number } = {},
): Prediction[] {
  const run = spec({ scenario: { faults }, workload: { sessions: 60, ratePerSecond: 120 } });
  const { sessions = 0, states = 0, p90 = 30, p99 = 700 } = lost;
  const metrics = {
    session_loss: rate(sessions, 60),
    state_loss: { ...rate(states, 60), unjudged: 0 },
    latency_ms: { ...times, p90, p99 },
    service_ms: times,
  } as unknown as Metrics;
  return predict({
    scenario: run.scenario,
    deployment: { ...run.deployment, ...deployment },
    metrics,
    facts: {
      followUps: { asked: 0, found: 0 },
      lookups: { asked: 0, found: 0 },
      mixing: { distances: [] },
      intendedFollowUps: new Map([[17, 60]]),
      sessionsHeld: null,
      changes: null,
      broken: { operations: 1000, broken: 0, meanServiceMs: 12 },
      waits: null,
      streams: null,
      input: null,
      tasks: null,
      ...facts,
    },
  });
}

const only = (all: readonly Prediction[], id: string) => {
  const found = all.filter((one) => one.id === id);
  expect(found).toHaveLength(1);
  return found[0];
};

const rotating = { routing: 'round-robin', state: 'memory' } as const;
const stateless = { protocol: '2026-07-28', server: 'stateless-v2', routing: 'round-robin' } as const;
const crash: Scenario['faults'] = [{ fault: 'crash', at: '4s', atMs: 4000, replica: 1, replace: true }];
const rolling: Scenario['faults'] = [
  { fault: 'rolling-restart', at: '4s', atMs: 4000, grace: '5s', pause: '0ms' },
];
const rollout: Scenario['faults'] = [{ fault: 'rollout', at: '4s', atMs: 4000, grace: '5s', pause: '0ms' }];
const outOfMemory = (replace = true): Scenario['faults'] => [
  { fault: 'out-of-memory', at: '4s', atMs: 4000, replica: 1, replace },
];
const disconnect: Scenario['faults'] = [{ fault: 'disconnect', at: '4s', atMs: 4000, replica: 1, for: '1s' }];
const scaleOut: Scenario['faults'] = [{ fault: 'scale-out', at: '4s', atMs: 4000, add: 2 }];
const freeze: Scenario['faults'] = [{ fault: 'freeze', at: '4s', atMs: 4000, replica: 1, for: '1s' }];

const held = (
  lost: number,
  struck: SessionsHeld['struck'],
  moves: SessionsHeld['moves'] = [],
  lostElsewhere = 0,
): Partial<Facts> => ({ sessionsHeld: { opened: 60, lost, lostElsewhere, struck, moves } });

describe('in memory, in rotation', () => {
  const followUp = (found: number) =>
    only(
      predictions(rotating, [], { followUps: { asked: 900, found } }, { sessions: 60 }),
      'follow-up-found',
    );

  it('a follow-up finds its session with 1/N', () => {
    expect(followUp(300)).toMatchObject({ predicted: 1 / 3, verdict: 'pass', formula: '1/N = 1/3' });
    expect(followUp(263)).toMatchObject({ verdict: 'fail', reason: expect.stringContaining('below') });
    expect(followUp(338)).toMatchObject({ verdict: 'fail', reason: expect.stringContaining('above') });
  });

  it('is unknown when nobody asked', () => {
    const all = predictions(rotating, [], {}, { sessions: 60 });
    expect(only(all, 'follow-up-found')).toMatchObject({ measured: null, verdict: 'unknown' });
  });

  it('is not judged where clients come in step, so that rotation deals them no chance', () => {
    const of = (distances: number[], found: number) =>
      only(
        predictions(
          rotating,
          [],
          { followUps: { asked: 900, found }, mixing: { distances } },
          { sessions: 60 },
        ),
        'follow-up-found',
      );
    // Two requests of a client that nobody else's come between.
    expect(of([20, 860, 20], 20)).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('860 came 1, 4, … requests after it'),
    });
    expect(of([880, 10, 10], 880)).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('880 came 3, 6, … requests after it'),
    });
    // The order was that of chance, so it must be something else.
    expect(of([300, 300, 300], 900)).toMatchObject({ verdict: 'fail' });
    expect(of([330, 285, 285], 300)).toMatchObject({ verdict: 'pass' });
    const rest = predictions({ ...stateless, state: 'memory' }, [], {
      lookups: { asked: 600, found: 0 },
      mixing: { distances: [0, 600, 0] },
    });
    expect(only(rest, 'handle-found')).toMatchObject({ verdict: 'unknown' });
  });

  it('a session survives k follow-ups with (1/N)^k', () => {
    const two = {
      intendedFollowUps: new Map([
        [1, 30],
        [2, 30],
      ]),
    };
    const all = (sessions: number) =>
      only(predictions({ ...rotating, replicas: 2 }, [], two, { sessions }), 'session-survives');
    expect(all(38)).toMatchObject({ predicted: 1 - (1 / 2 + 1 / 4) / 2, verdict: 'pass' });
    expect(all(60)).toMatchObject({ verdict: 'fail' });
    const long = (sessions: number) => only(predictions(rotating, [], {}, { sessions }), 'session-survives');
    expect(long(60)).toMatchObject({ interval: [1, 1], verdict: 'pass' });
    expect(long(59)).toMatchObject({ verdict: 'fail' });
  });
});

describe('in memory, with learned affinity', () => {
  const struck = { replicas: 3, targets: 1, open: 57, held: 20, inDoubt: 1 };

  it('a crash loses about 1/N, and exactly what the log shows', () => {
    const all = predictions({}, crash, held(20, struck));
    expect(only(all, 'affinity-crash')).toMatchObject({ predicted: 19 / 60, verdict: 'pass' });
    expect(only(all, 'affinity-held')).toMatchObject({ interval: [20 / 60, 21 / 60], verdict: 'pass' });
    const wrong = predictions({}, crash, held(22, struck));
    expect(only(wrong, 'affinity-crash')).toMatchObject({ verdict: 'pass' });
    expect(only(wrong, 'affinity-held')).toMatchObject({ verdict: 'fail' });
    expect(only(predictions({}, crash, held(45, struck)), 'affinity-crash')).toMatchObject({
      verdict: 'fail',
    });
  });

  it('a rolling restart loses every session that is open throughout exactly once', () => {
    const all = { replicas: 3, targets: 3, open: 60, held: 58, inDoubt: 0 };
    const id = 'affinity-rolling-restart';
    expect(only(predictions({}, rolling, held(58, all)), id)).toMatchObject({ verdict: 'pass' });
    expect(only(predictions({}, rolling, held(57, all)), id)).toMatchObject({ verdict: 'fail' });
  });

  it('a rollout is a rolling restart', () => {
    const all = { replicas: 3, targets: 3, open: 60, held: 58, inDoubt: 0 };
    expect(predictions({}, rollout, held(58, all))).toMatchObject([
      { id: 'affinity-rollout', predicted: 58 / 60, verdict: 'pass' },
    ]);
    expect(only(predictions({}, rollout, held(59, all)), 'affinity-rollout')).toMatchObject({
      verdict: 'fail',
    });
  });

  it('out of memory is a crash, at a moment that nobody has recorded', () => {
    const ids = predictions({}, outOfMemory(), held(20, struck)).map(({ id, verdict }) => [id, verdict]);
    expect(ids).toEqual([
      ['affinity-out-of-memory', 'pass'],
      ['affinity-held', 'pass'],
    ]);
    const told = only(predictions({}, outOfMemory(), held(22, struck)), 'affinity-held');
    expect(told).toMatchObject({ verdict: 'fail', formula: expect.stringContaining('while memory ran out') });
  });

  it('a disconnect loses none of those that others hold, and of its own nobody knows how many', () => {
    const of = (elsewhere: number) => predictions({}, disconnect, held(12, null, [], elsewhere));
    expect(of(0)).toMatchObject([{ id: 'disconnect-elsewhere', predicted: 0, verdict: 'pass' }]);
    expect(of(1)).toMatchObject([{ id: 'disconnect-elsewhere', verdict: 'fail' }]);
    // A client that arrives meanwhile is hashed elsewhere, and goes home when its replica is back.
    for (const routing of ['hash', 'consistent-hash'] as const) {
      expect(predictions({ routing }, disconnect, held(12, null, [], 1))).toEqual([]);
    }
  });

  it('a scale-out, a freeze or nothing loses none', () => {
    expect(only(predictions({}, scaleOut, {}), 'learned-scale-out')).toMatchObject({ verdict: 'pass' });
    expect(only(predictions({}, scaleOut, {}, { sessions: 1 }), 'learned-scale-out')).toMatchObject({
      verdict: 'fail',
    });
    expect(only(predictions({}, [], {}), 'affinity-keeps')).toMatchObject({ verdict: 'pass' });
    expect(only(predictions({}, freeze, {}), 'affinity-keeps')).toMatchObject({ verdict: 'pass' });
  });
});

describe('affinity by a hash', () => {
  it('mod N moves 1 - 1/max(N, M) when one joins, and 1 - gcd/max in general', () => {
    expect(moved([3, 4])).toBeCloseTo(3 / 4);
    expect(moved([4, 3])).toBeCloseTo(3 / 4);
    expect(moved([3, 5])).toBeCloseTo(4 / 5);
    expect(moved([2, 4])).toBeCloseTo(1 / 2);
    expect(moved([3, 4, 5])).toBeCloseTo(1 - 3 / 60);
    const hash = (lost: number) =>
      only(
        predictions({ routing: 'hash' }, scaleOut, held(lost, null, [{ sizes: [3, 4], sessions: 40 }])),
        'hash-scale-out',
      );
    expect(hash(30)).toMatchObject({ predicted: 30 / 60, verdict: 'pass' });
    expect(hash(20)).toMatchObject({ verdict: 'fail' });
  });

  it('allows for who asks between two changes', () => {
    const moves = [{ sizes: [3, 4, 5], sessions: 60 }];
    const [one] = predictions({ routing: 'hash' }, scaleOut, held(54, null, moves));
    expect(one?.interval[0]).toBeLessThan(0.8);
    expect(one?.interval[1]).toBe(1);
  });

  it('on a ring moves (M - N)/M, with the spread of the arcs', () => {
    const moves = [{ sizes: [3, 4, 5], sessions: 50 }];
    const ring = (lost: number) =>
      only(
        predictions({ routing: 'consistent-hash' }, scaleOut, held(lost, null, moves)),
        'consistent-hash-scale-out',
      );
    expect(ring(20)).toMatchObject({ predicted: 20 / 60, verdict: 'pass' });
    expect(ring(40)).toMatchObject({ verdict: 'fail' });
  });

  it('loses with a crash what the dead one held', () => {
    const struck = { replicas: 3, targets: 1, open: 60, held: 0, inDoubt: 0 };
    for (const routing of ['hash', 'consistent-hash'] as const) {
      const all = predictions({ routing }, crash, held(24, struck));
      expect(all.map(({ id, verdict }) => [id, verdict])).toEqual([['affinity-crash', 'pass']]);
      const killed = predictions({ routing }, outOfMemory(), held(24, struck));
      expect(killed.map(({ id, verdict }) => [id, verdict])).toEqual([['affinity-out-of-memory', 'pass']]);
    }
  });

  it('mod N says nothing of one that nobody replaces: then N is another, and all are dealt anew', () => {
    const struck = { replicas: 3, targets: 1, open: 60, held: 0, inDoubt: 0 };
    const unreplaced = crash.map((fault) => ({ ...fault, replace: false })) as Scenario['faults'];
    for (const faults of [unreplaced, outOfMemory(false)]) {
      expect(predictions({ routing: 'hash' }, faults, held(45, struck))).toEqual([]);
      expect(predictions({ routing: 'consistent-hash' }, faults, held(20, struck))).toHaveLength(1);
    }
  });
});

describe('in a shared store', () => {
  it('no session and no state is lost, whatever happens', () => {
    for (const faults of [[], crash, rolling, scaleOut, outOfMemory(), disconnect, rollout]) {
      const all = predictions({ state: 'shared', routing: 'round-robin' }, faults, {});
      expect(only(all, 'shared-session-loss')).toMatchObject({ verdict: 'pass' });
      expect(only(all, 'shared-state-loss')).toMatchObject({ verdict: 'pass' });
    }
    const bad = predictions({ ...stateless, state: 'shared' }, crash, {}, { states: 1 });
    expect(only(bad, 'shared-state-loss')).toMatchObject({ verdict: 'fail' });
  });

  it('a crash breaks requests in flight there: rate x service / N', () => {
    const inFlight = (broken: number) =>
      only(
        predictions({ ...stateless, state: 'shared' }, crash, {
          broken: { operations: 1000, broken, meanServiceMs: 12 },
        }),
        'crash-in-flight',
      );
    // 120/s x 12 ms / 3 = 0.48, and Poisson allows up to 3.
    expect(inFlight(0)?.predicted).toBeCloseTo(1 - 0.48 / 1000, 9);
    expect(inFlight(3)).toMatchObject({ verdict: 'pass' });
    expect(inFlight(4)).toMatchObject({ verdict: 'fail' });
    // What a replica takes while its memory runs out is not what it takes otherwise.
    const slow = predictions({ ...stateless, state: 'shared' }, outOfMemory(), {});
    expect(slow.map(({ id }) => id)).not.toContain('crash-in-flight');
  });
});

it('2026-07-28 with state in memory, in rotation: a handle leads somewhere with 1/N', () => {
  const handle = (found: number) =>
    only(
      predictions({ ...stateless, state: 'memory' }, [], { lookups: { asked: 600, found } }),
      'handle-found',
    );
  expect(handle(200)).toMatchObject({ predicted: 1 / 3, verdict: 'pass' });
  expect(handle(260)).toMatchObject({ verdict: 'fail' });
});

describe('a freeze', () => {
  /** Two operations of each of 54 clients, evenly spread over the first nine tenths of a freeze of a second. */
  const clients = Array.from({ length: 54 }, (_, i) => [1000 - (i * 450) / 54, 550 - (i * 450) / 54]);
  const waits = (waited: number, ok = 1000): Partial<Facts> => ({
    waits: { operations: 1000, ok, frozenMs: 1000, clients, waited },
  });

  it('with affinity lets 1/N of the arrivals wait, client by client', () => {
    const one = (waited: number) => only(predictions({}, freeze, waits(waited)), 'freeze-waits');
    expect(one(36)).toMatchObject({ predicted: expect.closeTo(0.036, 9), verdict: 'pass' });
    expect(one(10)).toMatchObject({ verdict: 'fail' });
  });

  it('in rotation lets more wait: all that a client intends after it met the frozen one', () => {
    const deployment = { ...stateless, state: 'memory' } as const;
    const one = only(predictions(deployment, freeze, waits(48)), 'freeze-waits');
    // 1/3 for the first and 1 - (2/3)^2 for the second of 54 clients.
    expect(one?.predicted).toBeCloseTo((54 * (1 / 3 + 5 / 9)) / 1000, 9);
    expect(one).toMatchObject({ verdict: 'pass' });
  });

  it('says p99: d (1 - 0.01/s) where who waits is evenly spread', () => {
    const tail = (p99: number) => only(predictions({}, freeze, waits(36), { p99 }), 'freeze-p99');
    expect(Math.abs((tail(760)?.predicted ?? 0) - 1000 * (1 - 0.01 / 0.04))).toBeLessThan(30);
    expect(tail(760)).toMatchObject({ verdict: 'pass' });
    expect(tail(80)).toMatchObject({ verdict: 'fail', reason: expect.stringContaining('below') });
    expect(tail(1500)).toMatchObject({ verdict: 'fail', reason: expect.stringContaining('above') });
  });

  it('counts for p99 only those that end ok, of all and of those that wait', () => {
    const tail = (ok: number) => only(predictions({}, freeze, waits(36, ok)), 'freeze-p99');
    expect(Math.abs((tail(600)?.predicted ?? 0) - (tail(1000)?.predicted ?? 0))).toBeLessThan(30);
  });

  it('knows for p99 that in rotation it is rather the later ones that wait', () => {
    const deployment = { ...stateless, state: 'memory' } as const;
    const one = only(predictions(deployment, freeze, waits(48)), 'freeze-p99');
    // Of the first half 1/3 wait and of the second 5/9, so 11 do of the first 33; then they take 20 ms.
    expect(one?.predicted).toBeCloseTo(1000 - (32 * 450) / 54 + 20, 6);
  });

  it('says nothing of sessions that rotation loses, or of a freeze longer than the deadline', () => {
    const long: Scenario['faults'] = [{ fault: 'freeze', at: '4s', atMs: 4000, replica: 1, for: '2s' }];
    const ids = predictions({}, long, waits(36)).map(({ id }) => id);
    expect(ids).toEqual(['affinity-keeps']);
    expect(predictions(rotating, freeze, waits(36)).map(({ id }) => id)).toEqual(['follow-up-found']);
  });

  it('says nothing of replicas that share a store, and judges nothing where others are slow too', () => {
    const shared = predictions({ ...stateless, state: 'shared' }, freeze, waits(36));
    expect(shared.map(({ id }) => id)).not.toContain('freeze-waits');
    expect(only(predictions({}, freeze, waits(36), { p90: 150 }), 'freeze-waits')).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('others than the frozen replica are slow'),
    });
  });
});
