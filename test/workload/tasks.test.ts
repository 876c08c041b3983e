import { describe, expect, it } from 'vitest';
import type { Answer, TaskCalls, TaskState, ToolResult } from '../../src/client/index.ts';
import type { RunEvent } from '../../src/record/index.ts';
import type { CallStep, Policy, Scenario } from '../../src/scenario/index.ts';
import { fakeClock } from '../support/fake-clock.ts';
import {
  eventsOf,
  failed,
  fakeConnector,
  localGenerator,
  memorySink,
  ok,
  spec,
  taskState,
} from '../support/fakes.ts';

type Options = Partial<NonNullable<CallStep['task']>>;

const step = (task: Options = {}, rest: Partial<CallStep> = {}): CallStep => ({
  call: 'report',
  arguments: {},
  deadline: '20s',
  ...rest,
  task: { follow: 'poll', wait: true, by: 'itself', retries: 0, ...task },
});

/** One client whose server answers as the test says; what it recorded. */
async function play(
  tasks: Partial<TaskCalls>,
  journey: Scenario['workload']['journey'],
  {
    policy = {},
    call = () => ok(),
    stop = new AbortController().signal,
    turnaroundMs = 0,
  }: {
    policy?: Partial<Policy>;
    call?: () => Answer<ToolResult>;
    stop?: AbortSignal;
    turnaroundMs?: number;
  } = {},
) {
  const base = spec({
    workload: {
      sessions: 1,
      ratePerSecond: 1,
      arrivals: { overMs: 0, process: 'even' },
      turnaroundMs,
      journey,
    },
  });
  Object.assign(base.scenario.workload.policy, policy);
  const sink = memorySink();
  const connector = fakeConnector(call, undefined, tasks);
  const generator = localGenerator(base, { clock: fakeClock(), events: sink, connector });
  await generator.run({ entryUrl: '', beginUs: 0 }, stop);
  const { events } = sink;
  return {
    connector,
    events,
    operations: eventsOf(events, 'operation'),
    created: eventsOf(events, 'task-created'),
    seen: eventsOf(events, 'task-seen'),
  };
}

/** A server of 2026-07-28 that makes one task and tells these states of it, the last one again and again. */
function telling(
  states: readonly (Partial<TaskState> | Answer<TaskState>)[],
  first: Partial<TaskState> = {},
): Partial<TaskCalls> & { polls: number } {
  const server = {
    polls: 0,
    create: async () => created(first),
    get: async () => {
      const next = states[Math.min(server.polls, states.length - 1)] ?? {};
      server.polls += 1;
      return 'outcome' in next ? next : taskState(next);
    },
  };
  return server;
}

function created(changes: Partial<TaskState> = {}): Answer<{ task: TaskState }> {
  const answer = taskState(changes);
  if (answer.outcome !== 'ok') throw new Error('a task is always there');
  return { ...answer, value: { task: answer.value } };
}

const result: ToolResult = { content: [], structuredContent: { steps: 3 }, isError: false, meta: {} };
const done: Partial<TaskState> = { status: 'completed', result };
const gapsMs = (events: { atUs: number }[]) =>
  events.slice(1).map(({ atUs }, i) => (atUs - (events[i]?.atUs ?? 0)) / 1000);

describe('a task', () => {
  it('is one operation, which is ok with the result that its last state holds', async () => {
    const { operations, created, seen } = await play(telling([{}, done]), [
      step({}, { expect: { '$.steps': 3 } }),
    ]);
    expect(operations).toMatchObject([{ outcome: 'ok', attempts: 1, taskId: 't1', opId: 'c1.0' }]);
    expect(created).toMatchObject([{ opId: 'c1.0', taskId: 't1', ttlMs: 60_000, pollIntervalMs: 100 }]);
    expect(seen.map(({ how, status }) => [how, status])).toEqual([
      ['get', 'working'],
      ['get', 'completed'],
    ]);
    expect(operations[0]?.endUs).toBe(seen.at(-1)?.atUs);
  });

  it('is recorded with times that the record can hold, whatever its server says', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const { created } = await play(telling([done], { ttlMs: 1e300, pollIntervalMs: -1e300 }), [step()]);
    expect(created).toMatchObject([{ ttlMs: most, pollIntervalMs: -most }]);
    const negative = await play(telling([done], { ttlMs: -1, pollIntervalMs: 0 }), [step()]);
    expect(negative.created).toMatchObject([{ ttlMs: -1, pollIntervalMs: 0 }]);
  });

  it('is a call if the server answers with the result at once', async () => {
    const create = async () => ({ outcome: 'ok' as const, value: { result }, requestId: 'r' });
    const { operations, created } = await play({ create }, [step()]);
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
    expect(operations[0]).not.toHaveProperty('taskId');
    expect(created).toEqual([]);
  });

  it('has its result fetched once it has been seen to be completed (2025-11-25)', async () => {
    const server = { ...telling([{}, { status: 'completed' }]), result: async () => ok(result) };
    const { operations, seen } = await play(server, [step({}, { expect: { '$.steps': 3 } })]);
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
    expect(seen.map(({ how }) => how)).toEqual(['get', 'get', 'result']);
  });

  it('that the server says has failed is a failure, with what it says of it', async () => {
    const server = telling([{ status: 'failed', statusMessage: 'out of paper' }]);
    const { operations } = await play(server, [step()]);
    expect(operations).toMatchObject([
      { outcome: 'fail', failure: { kind: 'task-failed', message: 'out of paper' } },
    ]);
  });

  it('that was cancelled though nobody asked for it is a failure', async () => {
    const { operations } = await play(telling([{ status: 'cancelled' }]), [step()]);
    expect(operations).toMatchObject([{ outcome: 'fail', failure: { kind: 'task-failed' } }]);
  });

  it('whose end was not seen by the deadline may yet have its effect', async () => {
    const { operations, seen } = await play(telling([{}]), [step({}, { deadline: '2s' })]);
    expect(operations).toMatchObject([
      {
        outcome: 'info',
        failure: { kind: 'timeout', message: 'the task was working when it was last heard of' },
      },
    ]);
    expect(seen.length).toBeLessThanOrEqual(20);
  });

  it('whose answer has no result is malformed, and is not asked for without end', async () => {
    const { operations, seen } = await play(telling([{ status: 'completed' }]), [step()]);
    expect(operations).toMatchObject([{ outcome: 'info', failure: { kind: 'malformed' } }]);
    expect(seen).toHaveLength(1);
  });
});

describe('polls', () => {
  const pace = async (pollIntervalMs: number | null) => {
    const said = { pollIntervalMs };
    const { seen } = await play(telling([said, said, { ...done, ...said }], said), [
      step({}, { deadline: '5m' }),
    ]);
    return gapsMs(seen);
  };

  it('come as often as the server says', async () => {
    expect(await pace(250)).toEqual([250, 250]);
  });

  it('are made by a client that has its turnaround, which keeps clients with one interval out of step', async () => {
    const said = { pollIntervalMs: 250 };
    const { seen } = await play(telling([said, said, said, said, done], said), [step()], {
      turnaroundMs: 20,
    });
    const gaps = seen.slice(1).map(({ sentUs }, i) => (sentUs - (seen[i]?.sentUs ?? 0)) / 1000 - 250);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(10);
    for (const gap of gaps) expect(gap).toBeLessThanOrEqual(30);
    expect(new Set(gaps).size).toBe(gaps.length);
  });

  it('do not come so often that the client would spin, nor so seldom that it would learn nothing', async () => {
    expect(await pace(0)).toEqual([20, 20]);
    expect(await pace(-1)).toEqual([20, 20]);
    expect(await pace(1e300)).toEqual([30_000, 30_000]);
    expect(await pace(null)).toEqual([1000, 1000]);
  });

  it('go on when they break', async () => {
    const broken = failed('broken', 'info');
    const { operations, seen } = await play(telling([...Array<typeof broken>(7).fill(broken), done]), [
      step(),
    ]);
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
    expect(seen.filter(({ failure }) => failure?.kind === 'broken')).toHaveLength(7);
  });
});

describe('an unknown task', () => {
  const unknown = failed('unknown-task');

  it('is asked for again, and may be found', async () => {
    const server = telling([
      unknown,
      unknown,
      unknown,
      unknown,
      {},
      unknown,
      unknown,
      unknown,
      unknown,
      done,
    ]);
    const { operations } = await play(server, [step()]);
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
  });

  it('is lost after five answers in a row, and its effect may stand', async () => {
    const { operations, seen } = await play(telling([{}, unknown]), [step()]);
    expect(operations).toMatchObject([{ outcome: 'info', failure: { kind: 'unknown-task' } }]);
    expect(seen).toHaveLength(6);
    expect(seen.at(-1)).toMatchObject({ status: null, failure: { kind: 'unknown-task' } });
  });
});

describe('an unknown session', () => {
  it('is replaced, and the task asked for in the new one', async () => {
    const { operations, events, connector } = await play(telling([failed('unknown-session'), done]), [
      step(),
    ]);
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
    expect(eventsOf(events, 'session-lost')).toMatchObject([{ opId: 'c1.0', asked: 'tasks/get' }]);
    expect(connector.opens).toBe(2);
  });

  it('ends the task of a client that gives up', async () => {
    const { operations, connector } = await play(telling([failed('unknown-session')]), [step()], {
      policy: { unknownSession: 'give-up' },
    });
    expect(operations).toMatchObject([{ outcome: 'info', failure: { kind: 'unknown-session' } }]);
    expect(connector.opens).toBe(1);
  });
});

describe('a client that may call again', () => {
  it('does so when the task has failed, as the same operation', async () => {
    let made = 0;
    const create = async () => created({ taskId: `t${++made}` });
    const get = async (taskId: string) =>
      taskState(taskId === 't1' ? { taskId, status: 'failed' } : { taskId, ...done });
    const { operations, created: handles } = await play({ create, get }, [step({ retries: 2 })]);
    expect(operations).toMatchObject([
      { outcome: 'ok', firstOutcome: 'fail', attempts: 2, taskId: 't2', opId: 'c1.0' },
    ]);
    expect(handles.map(({ opId, taskId }) => [opId, taskId])).toEqual([
      ['c1.0', 't1'],
      ['c1.0', 't2'],
    ]);
  });

  it('does so no more often than it may', async () => {
    const { operations } = await play(telling([{ status: 'failed' }]), [step({ retries: 1 })]);
    expect(operations).toMatchObject([{ outcome: 'fail', failure: { kind: 'task-failed' }, attempts: 2 }]);
  });

  it('does not when the task is unknown: it may be at work', async () => {
    const { operations } = await play(telling([failed('unknown-task')]), [step({ retries: 3 })]);
    expect(operations).toMatchObject([{ outcome: 'info', attempts: 1 }]);
  });
});

describe('a client that cancels', () => {
  it('does so that long after it has its handle, and wants to know how it ended', async () => {
    let cancelled = false;
    const cancel = async () => {
      cancelled = true;
      return { outcome: 'ok' as const, value: undefined, requestId: 'r' };
    };
    const get = async () => taskState({ status: cancelled ? 'cancelled' : 'working' });
    const {
      operations,
      created: handles,
      seen,
    } = await play({ create: async () => created(), get, cancel }, [step({ cancelAfter: '250ms' })]);
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
    expect(seen.map(({ how, status }) => [how, status])).toEqual([
      ['get', 'working'],
      ['get', 'working'],
      ['cancel', null],
      ['get', 'cancelled'],
    ]);
    expect((seen[2]?.atUs ?? 0) - (handles[0]?.atUs ?? 0)).toBe(250_000);
  });

  it('asks again when that broke, a few times', async () => {
    let asked = 0;
    const cancel = async () => {
      asked += 1;
      return failed('broken', 'info');
    };
    await play({ ...telling([{}]), cancel }, [step({ cancelAfter: '100ms' }, { deadline: '3s' })]);
    expect(asked).toBe(3);
  });

  it('is content with a task that was completed first', async () => {
    const server = { ...telling([done]), cancel: async () => failed('rejected') };
    const { operations } = await play(server, [step({ cancelAfter: '50ms' })]);
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
  });
});

describe('a task that needs input', () => {
  it('is answered each key once, however often it is asked for', async () => {
    const sent: Record<string, unknown>[] = [];
    const update = async (_id: string, responses: Record<string, unknown>) => {
      sent.push(responses);
      return { outcome: 'ok' as const, value: undefined, requestId: 'r' };
    };
    const asks = (...keys: string[]): Partial<TaskState> => ({
      status: 'input_required',
      inputRequests: Object.fromEntries(keys.map((key) => [key, { method: 'elicitation/create' }])),
    });
    const server = { ...telling([asks('a'), asks('a'), asks('a', 'b'), done]), update };
    const { operations } = await play(server, [step()]);
    const answer = { action: 'accept', content: { answer: 'yes' } };
    expect(sent).toEqual([{ a: answer }, { b: answer }]);
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
  });

  it('is answered again if the answer may not have come', async () => {
    let sent = 0;
    const update = async () => {
      sent += 1;
      return sent === 1
        ? failed('broken', 'info')
        : { outcome: 'ok' as const, value: undefined, requestId: 'r' };
    };
    const asks: Partial<TaskState> = { status: 'input_required', inputRequests: { a: {} } };
    await play({ ...telling([asks, asks, asks, done]), update }, [step()]);
    expect(sent).toBe(2);
  });

  it('is waited for on the stream of its result where that asks (2025-11-25)', async () => {
    const server = {
      ...telling([{ status: 'input_required' }]),
      result: async () => ok(result),
    };
    const { operations, seen } = await play(server, [step()]);
    expect(seen.map(({ how }) => how)).toEqual(['get', 'result']);
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
  });
});

describe('tasks that the journey does not wait for', () => {
  it('are followed beside it, one exchange at a time, and each has its record', async () => {
    let made = 0;
    let atOnce = 0;
    let most = 0;
    const alone = async <T>(answer: T): Promise<T> => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise(setImmediate);
      atOnce -= 1;
      return answer;
    };
    const polls = new Map<string, number>();
    const create = async () => alone(created({ taskId: `t${++made}` }));
    const get = async (taskId: string) => {
      polls.set(taskId, (polls.get(taskId) ?? 0) + 1);
      return alone(taskState((polls.get(taskId) ?? 0) < 20 ? { taskId } : { taskId, ...done }));
    };
    const { operations, events } = await play({ create, get }, [
      { repeat: 3, steps: [step({ wait: false })] },
      { collect: 'all' },
      { call: 'a', arguments: {} },
    ]);
    expect(most).toBe(1);
    expect(operations.map(({ opId, outcome }) => [opId, outcome])).toEqual([
      ['c1.0', 'ok'],
      ['c1.1', 'ok'],
      ['c1.2', 'ok'],
      ['c1.3', 'ok'],
    ]);
    const [first, , third, last] = operations;
    // They overlap, and what comes after them begins when they have ended.
    expect(third?.startUs).toBeLessThan(first?.endUs ?? 0);
    expect(last?.startUs).toBeGreaterThanOrEqual(third?.endUs ?? 0);
    expect(eventsOf(events, 'client-ended')).toMatchObject([{ operations: 4 }]);
  });

  it('are waited for when the journey is over', async () => {
    const { operations, events } = await play(telling([{}, {}, done]), [step({ wait: false })]);
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
    expect(events.map(({ type }: RunEvent) => type).lastIndexOf('operation')).toBeLessThan(
      events.findIndex(({ type }) => type === 'client-ended'),
    );
  });

  it('keep what they save, and their own operation id', async () => {
    const create = async () => created();
    const get = async () => taskState({ ...done, result: { ...result, structuredContent: { id: 'c1.0' } } });
    const { operations, connector } = await play({ create, get }, [
      step({ wait: false }, { expect: { '$.id': '${opId}' }, save: { made: '$.id' } }),
      { collect: 'all' },
      { call: 'a', arguments: { of: '${made}' } },
    ]);
    expect(operations).toMatchObject([{ outcome: 'ok' }, { outcome: 'ok' }]);
    expect(connector.calls[0]?.arguments).toEqual({ of: 'c1.0' });
  });
});

describe('a task that another client follows', () => {
  it('is polled in a session of that client, which is closed in the end', async () => {
    const { operations, events } = await play(telling([{}, done]), [step({ by: 'another' })]);
    expect(operations).toMatchObject([{ outcome: 'ok', client: 'c1' }]);
    expect(eventsOf(events, 'session-opened').map(({ client }) => client)).toEqual(['c1', 'c1-other']);
    expect(eventsOf(events, 'session-closed').map(({ client }) => client)).toEqual(['c1-other', 'c1']);
  });
});

describe('a result that is asked for again', () => {
  it('is so once, that long after its client has learned of it', async () => {
    const { operations, seen } = await play(telling([done, failed('unknown-task')]), [
      step({ askAgainAfter: '3s' }),
    ]);
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
    expect(seen).toHaveLength(2);
    expect(seen[1]).toMatchObject({ how: 'get', status: null, failure: { kind: 'unknown-task' } });
    expect(gapsMs(seen)).toEqual([3000]);
  });

  it('is asked for with tasks/result where there is one', async () => {
    const server = { ...telling([{ status: 'completed' }]), result: async () => ok(result) };
    const { seen } = await play(server, [step({ askAgainAfter: '1s' })]);
    expect(seen.map(({ how }) => how)).toEqual(['get', 'result', 'result']);
  });

  it('is asked for once more when that broke', async () => {
    const { seen } = await play(telling([done, failed('broken', 'info'), done]), [
      step({ askAgainAfter: '1s' }),
    ]);
    expect(seen.map(({ status }) => status)).toEqual(['completed', null, 'completed']);
  });
});

describe('a run that is cut short', () => {
  it.each([true, false])('ends what is under way, which has its record (wait: %s)', async (wait) => {
    const controller = new AbortController();
    let polls = 0;
    const get = async () => {
      polls += 1;
      if (polls === 3) controller.abort();
      return taskState();
    };
    const { operations, events } = await play(
      { create: async () => created(), get },
      [step({ wait }, { deadline: '1h' })],
      { stop: controller.signal },
    );
    expect(operations).toMatchObject([{ outcome: 'info', failure: { kind: 'interrupted' }, taskId: 't1' }]);
    expect(polls).toBe(3);
    expect(eventsOf(events, 'client-ended')).toEqual([]);
  });
});

describe('a journey that starts tasks without end', () => {
  it('has a thousand under way at most', async () => {
    let made = 0;
    let ended = 0;
    let most = 0;
    const create = async () => {
      made += 1;
      most = Math.max(most, made - ended);
      return created({ taskId: `t${made}`, pollIntervalMs: 4000 });
    };
    const get = async (taskId: string) => {
      ended += 1;
      return taskState({ taskId, ...done });
    };
    const { operations } = await play({ create, get }, [
      { repeat: 1500, steps: [step({ wait: false }, { deadline: '1h' }), { think: '1ms' }] },
    ]);
    expect(operations).toHaveLength(1500);
    expect(most).toBe(1000);
  });
});
