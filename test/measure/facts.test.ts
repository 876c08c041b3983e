import { describe, expect, it } from 'vitest';
import { showTo } from '../../src/measure/collector.ts';
import { facts } from '../../src/measure/facts/index.ts';
import { takenAnswers } from '../../src/measure/input/index.ts';
import { routeJoin } from '../../src/measure/route-join.ts';
import { ledgerTasks } from '../../src/measure/tasks/index.ts';
import type { RunEvent } from '../../src/record/index.ts';
import type { Deployment, Scenario } from '../../src/scenario/index.ts';
import { spec } from '../support/fakes.ts';
import {
  began,
  exited,
  left,
  lost,
  opened,
  operation,
  routed,
  signalled,
  upstreams,
} from '../support/log.ts';

function measure(
  events: readonly RunEvent[],
  faults: Scenario['faults'] = [],
  deployment: Partial<Deployment> = {},
  journey: Scenario['workload']['journey'] = [{ call: 'echo', arguments: {} }],
) {
  const run = spec({ scenario: { faults }, workload: { journey } });
  run.deployment = { ...run.deployment, ...deployment };
  const routes = routeJoin();
  const all = facts(run, routes, {
    ledger: { commits: () => 0 },
    deeds: ledgerTasks(),
    taken: takenAnswers(),
  });
  events.forEach(showTo([routes, ...all.collectors]));
  return all.result();
}

const crashAt = (ms: number): Scenario['faults'] => [
  { fault: 'crash', at: `${ms}ms`, atMs: ms, replica: 1, replace: true },
];
const struck = (name: string, targets: string[], ms: number): RunEvent => ({
  type: 'fault-began',
  atUs: ms * 1000,
  fault: 0,
  name,
  targets,
});
const unknown = { outcome: 'fail', failure: { kind: 'unknown-session' } } as const;

describe('follow-ups', () => {
  it('are the confirmation of each session, and each attempt of a call', () => {
    const { followUps } = measure([
      ...began(1),
      opened('c1', 10),
      operation('c1', 0, 20, 5),
      { ...lost('c1', 42), opId: 'c1.1' } as RunEvent,
      opened('c1', 50, 1),
      // Its first attempt met an unknown session, the second was fine.
      operation('c1', 1, 40, 20, { attempts: 2, firstOutcome: 'fail' }),
      operation('c1', 2, 80, 20, unknown),
    ]);
    expect(followUps).toEqual({ asked: 2 + 1 + 2 + 1, found: 4 });
  });

  it('include the confirmation that was lost, and leave out what nobody answered', () => {
    const early = { ...lost('c1', 12), opId: null } as RunEvent;
    const { followUps } = measure([
      ...began(1),
      opened('c1', 10),
      early,
      opened('c1', 20, 1),
      operation('c1', 0, 30, 5, { outcome: 'info', failure: { kind: 'timeout' } }),
      operation('c1', 1, 40, 5, { startUs: null, attempts: 0, outcome: 'fail', unsentBecause: 'session' }),
    ]);
    expect(followUps).toEqual({ asked: 2, found: 1 });
  });

  it('end with the first fault', () => {
    const events = [...began(1), opened('c1', 10), operation('c1', 0, 20, 5), operation('c1', 1, 95, 10)];
    expect(measure(events, crashAt(100)).followUps).toEqual({ asked: 2, found: 2 });
  });

  it('are known as intended by what a client did in all', () => {
    const { intendedFollowUps } = measure([
      ...began(2),
      opened('c1', 1),
      opened('c2', 1),
      left('c1', 90, 4),
      left('c2', 90, 4),
      left('c3', 90, 4),
    ]);
    expect([...intendedFollowUps]).toEqual([[5, 2]]);
  });
});

describe('mixing', () => {
  const rotating = { routing: 'round-robin' } as const;

  it('is how many requests lie between two of one client, mod N, in the order in which they came', () => {
    const { mixing } = measure(
      [
        ...began(2),
        // Written when they are over: the second came first.
        routed('c1-2', 'r2', 20),
        routed('c1-1', 'r1', 10),
        { ...routed('c2-1', 'r3', 30), requestId: null } as RunEvent,
        routed('c2-1', 'r1', 40),
        routed('c1-3', 'r2', 50),
        routed('c2-2', 'r3', 60),
        routed('c1-4', 'r3', 100),
      ],
      crashAt(90),
      rotating,
    );
    // c1: 1 and 3 requests further; c2: 2.
    expect(mixing).toEqual({ distances: [1, 1, 1] });
  });

  it('matters in rotation only, and where state is in memory', () => {
    const events = [...began(1), routed('c1-1', 'r1', 10), routed('c1-2', 'r2', 20)];
    expect(measure(events).mixing.distances).toEqual([]);
    expect(measure(events, [], { ...rotating, state: 'shared' }).mixing.distances).toEqual([]);
  });
});

it('lookups are calls that need a handle, and were told whether it leads anywhere', () => {
  const journey: Scenario['workload']['journey'] = [
    { call: 'make', arguments: {}, save: { it: '$.id' } },
    { call: 'use', arguments: { it: '${it}', op: '${opId}' } },
  ];
  const events = [
    ...began(1),
    operation('c1', 0, 1, 1, { tool: 'make' }),
    operation('c1', 1, 2, 1, { tool: 'use' }),
    operation('c1', 2, 3, 1, { tool: 'use', outcome: 'fail', stateMissing: true }),
    operation('c1', 3, 4, 1, { tool: 'use', outcome: 'info', failure: { kind: 'timeout' } }),
  ];
  expect(measure(events, [], {}, journey).lookups).toEqual({ asked: 2, found: 1 });
});

describe('sessions held', () => {
  const three = upstreams(['r1', 'r2', 'r3'], -5);
  const open = (client: string, replica: string, ms: number): RunEvent[] => [
    routed(`${client}-open-0`, replica, ms),
    opened(client, ms + 1),
  ];

  it('are those of the struck replica that were asked for again; others are in doubt or not concerned', () => {
    const { sessionsHeld } = measure(
      [
        ...began(5),
        three,
        ...open('c1', 'r1', 1),
        ...open('c2', 'r1', 1),
        ...open('c3', 'r1', 1),
        ...open('c4', 'r2', 1),
        ...open('c5', 'r1', 1),
        operation('c5', 0, 50, 10),
        struck('crash', ['r1'], 100),
        signalled('r1', 1, 'SIGKILL', 101),
        lost('c1', 150),
        operation('c2', 0, 95, 20, { outcome: 'info', failure: { kind: 'broken' } }),
        operation('c3', 0, 120, 20),
        operation('c4', 0, 120, 20),
      ],
      crashAt(100),
    );
    // c1 and c3 asked again; c2's request was under way; c4 is elsewhere; c5 had done all it wanted.
    expect(sessionsHeld).toMatchObject({
      opened: 5,
      lost: 1,
      struck: { replicas: 3, targets: 1, open: 3, held: 2, inDoubt: 1 },
    });
  });

  it('of one that runs out of memory are in doubt if the last request came before its end was seen', () => {
    const { sessionsHeld } = measure(
      [
        ...began(4),
        three,
        ...open('c1', 'r1', 1),
        ...open('c2', 'r1', 1),
        ...open('c3', 'r1', 1),
        ...open('c4', 'r2', 1),
        operation('c3', 0, 50, 5),
        struck('out-of-memory', ['r1'], 100),
        // Before or after the system's kill: nobody knows.
        operation('c2', 0, 120, 5),
        lost('c4', 160),
        exited('r1', 1, 200),
        operation('c1', 0, 210, 5, unknown),
      ],
      [{ fault: 'out-of-memory', at: '100ms', atMs: 100, replica: 1, replace: true }],
    );
    expect(sessionsHeld).toMatchObject({
      lostElsewhere: 1,
      struck: { replicas: 3, targets: 1, held: 1, inDoubt: 1 },
    });
  });

  it('of a restarted replica go when it leaves the balancer', () => {
    const { sessionsHeld } = measure(
      [
        ...began(2),
        three,
        ...open('c1', 'r1', 1),
        struck('restart', ['r1'], 100),
        upstreams(['r2', 'r3'], 101),
        ...open('c2', 'r2', 102),
        signalled('r1', 1, 'SIGTERM', 130),
        operation('c1', 0, 110, 5, unknown),
        operation('c2', 0, 140, 5),
      ],
      [{ fault: 'restart', at: '100ms', atMs: 100, replica: 1, grace: '1s' }],
    );
    expect(sessionsHeld).toMatchObject({ struck: { held: 1, open: 1, inDoubt: 0 } });
  });

  it('are told by the numbers of replicas they lived through', () => {
    const { sessionsHeld } = measure(
      [
        ...began(3),
        three,
        ...open('c1', 'r1', 1),
        ...open('c2', 'r1', 1),
        operation('c2', 0, 50, 5),
        upstreams(['r1', 'r2', 'r3', 'r4'], 100),
        ...open('c3', 'r4', 110),
        upstreams(['r1', 'r2', 'r3', 'r4', 'r5'], 120),
        operation('c1', 0, 150, 5),
        operation('c3', 0, 150, 5),
      ],
      [{ fault: 'scale-out', at: '90ms', atMs: 90, add: 2 }],
    );
    expect(sessionsHeld?.moves).toEqual([
      { sizes: [3, 4, 5], sessions: 1 },
      { sizes: [4, 5], sessions: 1 },
    ]);
  });

  it('are not looked at with several faults, in a shared store, or without sessions', () => {
    expect(measure(began(1), [...crashAt(1), ...crashAt(2)]).sessionsHeld).toBeNull();
    expect(measure(began(1), crashAt(1), { state: 'shared' }).sessionsHeld).toBeNull();
    expect(measure(began(1), crashAt(1), { protocol: '2026-07-28' }).sessionsHeld).toBeNull();
  });
});

describe('waits', () => {
  const freeze: Scenario['faults'] = [{ fault: 'freeze', at: '1s', atMs: 1000, replica: 1, for: '1s' }];
  const frozen = [signalled('r1', 1, 'SIGSTOP', 1002), signalled('r1', 1, 'SIGCONT', 2002)];

  it('are operations under way or intended in the first nine tenths of a freeze that were over only after it', () => {
    const { waits } = measure(
      [
        ...began(3),
        ...frozen,
        operation('c1', 0, 500, 5),
        operation('c1', 1, 1100, 910),
        operation('c1', 2, 1500, 530),
        operation('c2', 0, 1200, 5),
        operation('c3', 0, 1950, 60),
        operation('c4', 0, 990, 10),
        operation('c4', 1, 1000, 1010),
      ],
      freeze,
    );
    expect(waits).toEqual({
      operations: 7,
      ok: 7,
      frozenMs: 1000,
      clients: [[1002], [902, 502], [802]],
      waited: 3,
    });
  });

  it('are not told where the replica never stood still, or another fault is planned too', () => {
    expect(measure(began(1), freeze).waits).toBeNull();
    expect(measure([...began(1), ...frozen], [...freeze, ...crashAt(5)]).waits).toBeNull();
  });
});

it('broken operations are those whose first attempt broke, with the mean service time of the good ones', () => {
  const { broken } = measure([
    ...began(1),
    operation('c1', 0, 1, 10),
    operation('c1', 1, 20, 30),
    operation('c1', 2, 60, 5, { outcome: 'info', failure: { kind: 'broken' } }),
    operation('c1', 3, 80, 20, { attempts: 2, firstOutcome: 'info' }),
    operation('c1', 4, 99, 5, { outcome: 'fail', failure: { kind: 'rejected' } }),
  ]);
  expect(broken).toEqual({ operations: 5, broken: 2, meanServiceMs: 20 });
});
