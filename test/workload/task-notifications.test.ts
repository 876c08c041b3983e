import { describe, expect, it } from 'vitest';
import type { Answer, TaskCalls, TaskState, ToolResult } from '../../src/client/index.ts';
import type { Clock } from '../../src/core/index.ts';
import type { CallStep } from '../../src/scenario/index.ts';
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

const result: ToolResult = { content: [], structuredContent: {}, isError: false, meta: {} };
const state = (changes: Partial<TaskState> = {}): TaskState => {
  const answer = taskState(changes);
  if (answer.outcome !== 'ok') throw new Error('a state is always there');
  return answer.value;
};
const step: CallStep = {
  call: 'report',
  arguments: {},
  deadline: '20s',
  task: { follow: 'notifications', wait: true, by: 'itself', retries: 0 },
};

type Listen = TaskCalls['listen'];

/** One client that listens to its task; `listen` is told of the clock, since news have their time. */
async function play(
  listen: (clock: Clock) => Listen,
  get: (n: number) => Answer<TaskState>,
  rest: Partial<TaskCalls> = {},
) {
  const base = spec({
    workload: {
      sessions: 1,
      ratePerSecond: 1,
      arrivals: { overMs: 0, process: 'even' },
      turnaroundMs: 0,
      journey: [step],
    },
  });
  const clock = fakeClock();
  const sink = memorySink();
  let polls = 0;
  const connector = fakeConnector(() => ok(), undefined, {
    create: async () => ({ outcome: 'ok', value: { task: state() }, requestId: 'r' }),
    get: async () => get(++polls),
    listen: listen(clock),
    ...rest,
  });
  const generator = localGenerator(base, { clock, events: sink, connector });
  await generator.run({ entryUrl: '', beginUs: 0 }, new AbortController().signal);
  const seen = eventsOf(sink.events, 'task-seen');
  const [handle] = eventsOf(sink.events, 'task-created');
  return {
    operations: eventsOf(sink.events, 'operation'),
    seen,
    /** What was seen, and how long after the handle. */
    when: seen.map(({ how, status, atUs }) => [how, status, (atUs - (handle?.atUs ?? 0)) / 1000]),
  };
}

/** Until the client has had enough. */
const stopped = (signal: Parameters<Listen>[2]) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });

/** A stream that tells `news` at their times and stays open. */
const telling =
  (news: readonly { afterMs: number; of: TaskState }[]) =>
  (clock: Clock): Listen =>
  async (_ids, onState, signal) => {
    const beganUs = clock.nowUs();
    for (const { afterMs, of } of news) {
      await clock.sleepUntil(beganUs + afterMs * 1000, signal).catch(() => {});
      onState(of);
    }
    await stopped(signal);
    return { requestId: 'l', failure: undefined };
  };

const completed = state({ status: 'completed', result });

describe('a client that listens', () => {
  it('learns of the end from the notification, without a poll', async () => {
    const { operations, seen, when } = await play(telling([{ afterMs: 300, of: completed }]), () =>
      taskState(),
    );
    expect(when).toEqual([['notification', 'completed', 300]]);
    expect(seen[0]).toMatchObject({ requestId: null });
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
  });

  it('polls behind it, ten times more seldom: what tells of the end may be lost', async () => {
    const { when } = await play(telling([]), (n) => taskState(n < 2 ? {} : { status: 'completed', result }));
    expect(when).toEqual([
      ['get', 'working', 1000],
      ['get', 'completed', 2000],
    ]);
  });

  it('does what is due in spite of news without end', async () => {
    const often = (of: TaskState) => telling(Array.from({ length: 300 }, () => ({ afterMs: 0, of })));
    // Each as soon as the one before was taken, for as long as the task is followed.
    const always =
      (of: TaskState) =>
      (clock: Clock): Listen =>
      async (_ids, onState, signal) => {
        while (!signal.aborted) {
          onState(of);
          await clock.sleepUntil(clock.nowUs() + 1_000, signal).catch(() => {});
        }
        return { requestId: 'l', failure: undefined };
      };
    const inVain: Answer<never> = {
      outcome: 'info',
      failure: { kind: 'broken', message: 'no' },
      requestId: 'r',
    };
    const ended = await play(always(state({ status: 'completed' })), () => taskState(), {
      result: async () => inVain,
    });
    const results = ended.seen.filter(({ how }) => how === 'result').length;
    // At once, and then as often as is usual behind notifications: one in a second, of 20 s.
    expect(results).toBeGreaterThan(10);
    expect(results).toBeLessThanOrEqual(21);

    let updates = 0;
    const update = async () => {
      updates += 1;
      return inVain;
    };
    const asking = state({ status: 'input_required', inputRequests: { a: {} }, pollIntervalMs: 0 });
    await play(always(asking), () => taskState(), { update });
    // At most one in 20 ms, of 20 s.
    expect(updates).toBeGreaterThan(100);
    expect(updates).toBeLessThanOrEqual(1000);
    updates = 0;
    await play(often(asking), () => taskState({ status: 'completed', result }), { update });
    expect(updates).toBe(1);
  });

  it('fetches the result that a notification does not hold', async () => {
    const news = telling([{ afterMs: 300, of: state({ status: 'completed' }) }]);
    const inState = await play(news, () => taskState({ status: 'completed', result }));
    expect(inState.when.map(([how]) => how)).toEqual(['notification', 'get']);
    const apart = await play(news, () => taskState(), { result: async () => ok(result) });
    expect(apart.when.map(([how]) => how)).toEqual(['notification', 'result']);
    expect(apart.operations).toMatchObject([{ outcome: 'ok' }]);
  });

  it('passes over what is told of other tasks', async () => {
    const news = telling([
      { afterMs: 100, of: state({ taskId: 't2', status: 'failed' }) },
      { afterMs: 200, of: completed },
    ]);
    const { when } = await play(news, () => taskState());
    expect(when).toEqual([['notification', 'completed', 200]]);
  });

  it('asks at once when the stream has ended, and listens again', async () => {
    let streams = 0;
    const listen = (clock: Clock): Listen => {
      return async (ids, onState, signal) => {
        streams += 1;
        if (streams > 1) return telling([{ afterMs: 500, of: completed }])(clock)(ids, onState, signal);
        await clock.sleepUntil(clock.nowUs() + 300_000, signal).catch(() => {});
        return { requestId: 'l', failure: { kind: 'broken' } };
      };
    };
    const { when } = await play(listen, () => taskState());
    expect(when).toEqual([
      ['get', 'working', 300],
      ['notification', 'completed', 800],
    ]);
  });

  it('polls as often as the server says where it cannot listen', async () => {
    let streams = 0;
    const listen = (): Listen => async () => {
      streams += 1;
      return { requestId: 'l', failure: { kind: 'rejected' } };
    };
    const { when } = await play(listen, (n) => taskState(n < 4 ? {} : { status: 'completed', result }));
    // The first at once, since the stream ended; then in the server's pace.
    expect(when.map(([, , ms]) => ms)).toEqual([0, 100, 200, 300]);
    expect(streams).toBe(1);
  });

  it('does not ask without end for a stream that ends each time', async () => {
    let streams = 0;
    const listen = (): Listen => async () => {
      streams += 1;
      return { requestId: 'l', failure: { kind: 'broken' } };
    };
    await play(listen, (n) => taskState(n < 30 ? {} : { status: 'completed', result }));
    expect(streams).toBe(5);
  });

  it('writes down the first of a flood, and the end', async () => {
    const flood = Array.from({ length: 1000 }, () => ({ afterMs: 100, of: state() }));
    const { seen, operations } = await play(telling([...flood, { afterMs: 200, of: completed }]), () =>
      taskState(),
    );
    expect(seen).toHaveLength(201);
    expect(seen.at(-1)).toMatchObject({ how: 'notification', status: 'completed' });
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
  });

  it('goes on polling behind a stream that tells nothing of a lost task', async () => {
    const { operations, seen } = await play(telling([]), () => failed('unknown-task'));
    expect(operations).toMatchObject([{ outcome: 'info', failure: { kind: 'unknown-task' } }]);
    expect(seen).toHaveLength(5);
  });
});
