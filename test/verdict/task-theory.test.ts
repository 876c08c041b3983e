import { describe, expect, it } from 'vitest';
import type { Facts, Metrics, TaskFacts } from '../../src/measure/index.ts';
import { rate } from '../../src/measure/rate.ts';
import type { Deployment, Scenario } from '../../src/scenario/index.ts';
import type { Prediction } from '../../src/verdict/index.ts';
import { predict } from '../../src/verdict/theory/index.ts';
import { spec } from '../support/fakes.ts';

const none: TaskFacts = {
  taskPolls: { asked: 0, found: 0 },
  firstPolls: [],
  acknowledged: 60,
  taskStrike: null,
  orphans: { tasks: 0, takenOver: 0, inDoubt: 0 },
  takeovers: 0,
  repeatedSteps: 0,
  pace: {
    tasks: 0,
    polls: 0,
    least: 0,
    expected: 0,
    most: 0,
    tenths: 0,
    fetched: 0,
    intervalMs: 0,
    lateMs: 0,
  },
  known: { tasks: 0, meanMs: null, cycleMs: 0, serviceMs: 0, quarters: [0, 0, 0, 0] },
};
type Task = NonNullable<Extract<Scenario['workload']['journey'][number], { call: string }>['task']>;
type Tasks = NonNullable<Deployment['tasks']>;

interface Changes {
  facts?: Partial<TaskFacts>;
  deployment?: Partial<Deployment>;
  tasks?: Partial<Tasks>;
  task?: Partial<Task>;
  faults?: Scenario['faults'];
  lost?: number;
  stalled?: number;
  distances?: number[];
}

/** A run of 60 tasks, as theory is told of it; 2026-07-28, in rotation over three replicas. */
function predictions(one: Changes): Map<string, Prediction> {
  const { lost = 0, stalled = 0, distances = [] } = one;
  const task: Task = { follow: 'poll', wait: true, by: 'itself', retries: 0, ...one.task };
  const journey = [{ call: 'report', arguments: {}, task }];
  const { scenario, deployment } = spec({ scenario: { faults: one.faults ?? [] }, workload: { journey } });
  const tasks: Tasks = {
    ...{
      store: 'shared',
      lease: '500ms',
      retry: 'nobody',
      ttl: '60s',
      retention: 'kept',
      pollInterval: '100ms',
    },
    ...one.tasks,
  };
  const times = { count: 9, p50: 20, p90: 30, p99: 700, p999: 900, max: 950 };
  const all = predict({
    scenario,
    deployment: {
      ...deployment,
      ...{ protocol: '2026-07-28', server: 'stateless-v2', routing: 'round-robin', state: 'unknown', tasks },
      ...one.deployment,
    },
    metrics: {
      session_loss: { notApplicable: '' },
      state_loss: { notApplicable: '' },
      latency_ms: times,
      service_ms: times,
      duplicate_execution: rate(0, 60),
      task_loss: {
        ...rate(lost, 60),
        kinds: { unknown: lost - stalled, flap: 0, stalled, wronglyFailed: 0 },
      },
      polls_per_task: { value: 1, polls: 1, tasks: 1 },
    } as unknown as Metrics,
    facts: {
      followUps: { asked: 0, found: 0 },
      lookups: { asked: 0, found: 0 },
      mixing: { distances },
      intendedFollowUps: new Map(),
      sessionsHeld: null,
      broken: { operations: 60, broken: 0, meanServiceMs: 12 },
      waits: null,
      streams: null,
      input: null,
      changes: null,
      tasks: { ...none, ...one.facts },
    } satisfies Facts,
  });
  return new Map(
    all.filter(({ id }) => id.startsWith('task-')).map((prediction) => [prediction.id, prediction]),
  );
}

const crash: Scenario['faults'] = [{ fault: 'crash', at: '4s', atMs: 4000, replica: 1, replace: true }];
const memory = { store: 'memory' } as const;

describe('tasks in memory, in rotation', () => {
  const of = (found: number, survivors: number, more: Changes = {}) =>
    predictions({
      tasks: memory,
      facts: {
        taskPolls: { asked: 900, found },
        firstPolls: [
          { polls: 1, tasks: 30, found: survivors },
          { polls: 2, tasks: 270, found: 30 },
        ],
      },
      ...more,
    });

  it('are found with 1/N by a poll, and with (1/N)^k by all of k', () => {
    const all = of(300, 10);
    expect(all.get('task-found')).toMatchObject({ predicted: 1 / 3, verdict: 'pass' });
    expect(all.get('task-survives')).toMatchObject({
      predicted: (30 / 3 + 270 / 9) / 300,
      measured: 40 / 300,
      verdict: 'pass',
    });
    expect(of(400, 10).get('task-found')).toMatchObject({ verdict: 'fail' });
    expect(of(300, 30).get('task-survives')).toMatchObject({ verdict: 'fail' });
  });

  it('are no matter of chance where clients come in step', () => {
    const all = of(900, 10, { distances: [880, 10, 10] });
    expect(all.get('task-found')).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('in step'),
    });
  });

  it('predict nothing where a task can be found', () => {
    expect(of(900, 10, { tasks: {} }).has('task-found')).toBe(false);
    expect(of(900, 10, { task: { follow: 'notifications' } }).has('task-found')).toBe(false);
    expect(of(300, 10).has('task-polls')).toBe(false);
    expect(of(300, 10).has('task-known')).toBe(false);
  });
});

describe('tasks in memory, with affinity', () => {
  const of = (lost: number, more: Changes = {}) =>
    predictions({
      tasks: memory,
      deployment: { protocol: '2025-11-25', routing: 'session-affinity' },
      faults: crash,
      facts: { taskStrike: { targets: 1, held: 20, inDoubt: 2 } },
      lost,
      ...more,
    }).get('task-held');

  it('are lost with their process, exactly', () => {
    expect(of(20)).toMatchObject({ predicted: 20 / 60, interval: [20 / 60, 22 / 60], verdict: 'pass' });
    expect(of(22)).toMatchObject({ verdict: 'pass' });
    expect(of(19)).toMatchObject({ verdict: 'fail' });
    expect(of(23)).toMatchObject({ verdict: 'fail' });
  });

  it('are not judged where tasks stalled for another reason', () => {
    expect(of(20, { stalled: 1 })).toMatchObject({ verdict: 'unknown' });
  });

  it('predict nothing where another client, or nothing, leads to them', () => {
    expect(of(20, { task: { by: 'another' } })).toBeUndefined();
    expect(of(20, { deployment: { routing: 'round-robin' } })).toBeUndefined();
    expect(of(20, { facts: { taskStrike: null } })).toBeUndefined();
  });
});

describe('tasks in a shared store', () => {
  it('are lost with no replica', () => {
    expect(predictions({ lost: 0 }).get('task-shared-loss')).toMatchObject({ predicted: 0, verdict: 'pass' });
    expect(predictions({ lost: 1 }).get('task-shared-loss')).toMatchObject({ verdict: 'fail' });
    expect(predictions({ lost: 1, tasks: { retention: 'ignored' } }).get('task-shared-loss')).toMatchObject({
      verdict: 'unknown',
    });
    const session = { protocol: '2025-11-25', state: 'memory' } as const;
    expect(predictions({ deployment: session }).size).toBe(1);
  });

  it('are each taken over from an owner that went', () => {
    const of = (takenOver: number, inDoubt = 0) =>
      predictions({ facts: { orphans: { tasks: 20, takenOver, inDoubt } } }).get('task-taken-over');
    expect(of(20)).toMatchObject({ verdict: 'pass' });
    expect(of(19)).toMatchObject({ verdict: 'fail' });
    expect(of(19, 1)).toMatchObject({ verdict: 'pass' });
    expect(predictions({}).has('task-taken-over')).toBe(false);
  });

  it('repeat one step per takeover at most', () => {
    const of = (repeatedSteps: number, more: Changes = {}) =>
      predictions({ facts: { takeovers: 5, repeatedSteps }, ...more }).get('task-repeats');
    expect(of(5)).toMatchObject({ verdict: 'pass' });
    expect(of(6)).toMatchObject({ verdict: 'fail' });
    expect(of(6, { tasks: { retry: 'server' } })).toMatchObject({ verdict: 'unknown' });
    expect(of(6, { task: { retries: 1 } })).toMatchObject({ verdict: 'unknown' });
  });
});

describe('polls per task', () => {
  const pace = { ...none.pace, tasks: 10, least: 90, expected: 100, most: 110, intervalMs: 100 };
  const of = (polls: number, more: Partial<typeof pace> = {}, task: Partial<Task> = {}) =>
    predictions({ facts: { pace: { ...pace, polls, ...more } }, task }).get('task-polls');

  it('are duration / interval, within what rounding allows', () => {
    expect(of(100)).toMatchObject({ predicted: 10, interval: [9, 11], verdict: 'pass' });
    expect(of(111)).toMatchObject({ verdict: 'fail' });
    expect(of(89)).toMatchObject({ verdict: 'fail' });
    expect(of(70, { lateMs: 40 })).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('40 ms late'),
    });
  });

  it('are about one where the client is notified', () => {
    expect(of(10, { tenths: 10 }, { follow: 'notifications' })).toMatchObject({
      predicted: 1,
      verdict: 'pass',
    });
    expect(of(40, { tenths: 10 }, { follow: 'notifications' })).toMatchObject({ verdict: 'fail' });
  });
});

describe('the wait of a client that polls', () => {
  const known = {
    tasks: 300,
    meanMs: 52,
    cycleMs: 100,
    serviceMs: 4,
    quarters: [75, 75, 75, 75] as [number, number, number, number],
  };
  const of = (more: Partial<typeof known>, changes: Changes = {}) =>
    predictions({ facts: { known: { ...known, ...more } }, ...changes }).get('task-known');

  it('is half the distance of two polls, on average', () => {
    expect(of({})).toMatchObject({ predicted: 52, verdict: 'pass' });
    expect(of({ meanMs: 60 })).toMatchObject({ verdict: 'fail' });
    expect(of({ meanMs: 44 })).toMatchObject({ verdict: 'fail' });
  });

  it('is no matter of chance where tasks take equally long, or are few', () => {
    expect(of({ quarters: [300, 0, 0, 0] })).toMatchObject({ verdict: 'unknown' });
    expect(of({ tasks: 8, quarters: [2, 2, 2, 2] })).toMatchObject({ verdict: 'unknown' });
    expect(of({}, { faults: crash })).toBeUndefined();
  });
});
