import { describe, expect, it } from 'vitest';
import type {
  Answer,
  Connector,
  InputWatch,
  TaskCalls,
  TaskState,
  ToolResult,
} from '../../src/client/index.ts';
import type { Clock, StopSignal } from '../../src/core/index.ts';
import type { AnswersOptions, CallStep, JourneyStep } from '../../src/scenario/index.ts';
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

/** Tasks that ask their clients, and what is recorded of it. */

const result: ToolResult = { content: [], structuredContent: { steps: 2 }, isError: false, meta: {} };
const options = { follow: 'poll', wait: true, by: 'itself', retries: 0 } as const;
const answers: AnswersOptions = {
  ...{ action: 'accept', content: { goOn: true }, after: '300ms', tamper: false },
};
const step = (changes: Partial<CallStep> = {}): CallStep => ({
  ...{ call: 'report', arguments: {}, deadline: '20s', task: options },
  ...changes,
});

type Tasks = Partial<TaskCalls>;

/** One client whose server answers as the test says; the clock is the test's. */
async function play(tasks: (clock: Clock) => Tasks, journey: JourneyStep[] = [step({ answers })]) {
  const base = spec({
    workload: {
      ...{ sessions: 1, ratePerSecond: 20, turnaroundMs: 0, journey },
      arrivals: { overMs: 0, process: 'even' },
    },
  });
  const clock = fakeClock();
  const sink = memorySink();
  const own = tasks(clock);
  const plain = fakeConnector(() => ok(), undefined, { create: async () => created(), ...own });
  const declared: (boolean | undefined)[] = [];
  const connector: Connector = {
    ...plain,
    connect(client) {
      declared.push(client.answers);
      return plain.connect(client);
    },
  };
  const generator = localGenerator(base, { clock, events: sink, connector });
  await generator.run({ entryUrl: '', beginUs: 0 }, new AbortController().signal);
  const { events } = sink;
  const beganUs = eventsOf(events, 'task-created')[0]?.atUs ?? 0;
  return {
    ...{ events, declared, opens: plain.opens },
    operations: eventsOf(events, 'operation'),
    /** What was seen, asked and answered, each with the milliseconds since the handle. */
    course: events.flatMap((event) => {
      const ms = 'atUs' in event ? Math.round((event.atUs - beganUs) / 1000) : 0;
      if (event.type === 'task-seen') return [[event.how, event.status ?? event.failure?.kind ?? 'done', ms]];
      if (event.type === 'asked') return [['asked', event.round, ms]];
      return event.type === 'answered' ? [['answered', event.round, ms]] : [];
    }),
  };
}

function created(taskId = 't1'): Answer<{ task: TaskState }> {
  const answer = taskState({ taskId });
  if (answer.outcome !== 'ok') throw new Error('a task is always there');
  return { ...answer, value: { task: answer.value } };
}

/** Asks so many questions on its stream, each when the one before was answered. */
async function asking(watch: InputWatch | undefined, signal: StopSignal, questions = 1): Promise<void> {
  for (let round = 1; round <= questions; round++) {
    const given = await watch?.onAsked({ round, requestId: 'q', how: 'stream' }, signal);
    if (given === undefined) return;
    watch?.onAnswered({ round, requestId: 'a', tampered: false, status: 202, failure: undefined });
  }
}

const waits: Partial<TaskState> = { status: 'input_required' };

describe('2025-11-25', () => {
  it('the result is asked for at once, what it asks is answered, and its end waited for', async () => {
    const { operations, course, declared, events } = await play((clock) => ({
      get: async () => taskState(waits),
      result: async (_id, signal, watch) => {
        await asking(watch, signal, 2);
        await clock.sleepUntil(clock.nowUs() + 1_000_000, signal);
        return ok(result);
      },
    }));
    expect(course).toEqual([
      ['get', 'input_required', 100],
      ['asked', 1, 100],
      ['answered', 1, 400],
      ['asked', 2, 400],
      ['answered', 2, 700],
      ['result', 'completed', 1700],
    ]);
    expect(operations).toMatchObject([{ outcome: 'ok', attempts: 1 }]);
    expect(eventsOf(events, 'asked')).toMatchObject([{ opId: 'c1.0', requestId: 'q', how: 'stream' }, {}]);
    expect(eventsOf(events, 'answered')[0]).toMatchObject({ action: 'accept', status: 202, tampered: false });
    expect(declared).toEqual([true]);
  });

  it('who says nothing of answers accepts at once', async () => {
    let given: unknown;
    const { course } = await play(
      () => ({
        get: async () => taskState(waits),
        result: async (_id, signal, watch) => {
          given = await watch?.onAsked({ round: 1, requestId: 'q', how: 'stream' }, signal);
          return ok(result);
        },
      }),
      [step()],
    );
    expect(given).toMatchObject({ action: 'accept' });
    expect(course.at(-1)).toEqual(['result', 'completed', 100]);
  });

  it('a stream that broke is replaced: the state is asked for, and the result again', async () => {
    let streams = 0;
    const { course, operations } = await play(() => ({
      get: async () => taskState(waits),
      result: async (_id, signal, watch) => {
        streams += 1;
        await asking(watch, signal);
        return streams === 1 ? failed('broken', 'info') : ok(result);
      },
    }));
    expect(course).toEqual([
      ['get', 'input_required', 100],
      ['asked', 1, 100],
      ['answered', 1, 400],
      ['result', 'broken', 400],
      ['get', 'input_required', 500],
      ['asked', 2, 500],
      ['answered', 2, 800],
      ['result', 'completed', 800],
    ]);
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
  });

  it('a server whose results always break is asked no more often than it says', async () => {
    const { course, operations } = await play(
      () => ({ get: async () => taskState(waits), result: async () => failed('broken', 'info') }),
      [step({ answers, deadline: '2s' })],
    );
    expect(operations).toMatchObject([{ outcome: 'info', failure: { kind: 'timeout' } }]);
    const times = (how: string) => course.filter(([one]) => one === how).map(([, , ms]) => ms);
    expect(times('result').slice(0, 3)).toEqual([100, 200, 300]);
    expect(times('result').length).toBeLessThanOrEqual(20);
  });

  it('a task that is to be cancelled is waited for no longer than until then', async () => {
    let isCancelled = false;
    const { operations, course } = await play(
      () => ({
        get: async () => taskState(isCancelled ? { status: 'cancelled' } : waits),
        result: async (_id, signal) => {
          await new Promise<void>((resolve) => signal.addEventListener('abort', resolve));
          return failed('timeout', 'info');
        },
        cancel: async () => {
          isCancelled = true;
          return taskState({ status: 'cancelled' });
        },
      }),
      [step({ answers, task: { ...options, cancelAfter: '150ms' } })],
    );
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
    expect(course.find(([how]) => how === 'result')).toEqual(['result', 'timeout', expect.any(Number)]);
    expect(course.at(-1)?.[0]).toBe('cancel');
  });

  it('what is told by a notification is asked for at once, too, however often it is told', async () => {
    const { course } = await play(
      (clock) => ({
        get: async () => taskState(),
        listen: async (_ids, onState, signal) => {
          const told = taskState(waits);
          for (const afterMs of [40, 1, 1]) {
            await clock.sleepUntil(clock.nowUs() + afterMs * 1000, signal).catch(() => {});
            if (told.outcome === 'ok') onState(told.value);
          }
          await clock.sleepUntil(clock.nowUs() + 60_000_000, signal).catch(() => {});
          return { requestId: 'l', failure: undefined };
        },
        result: async (_id, signal, watch) => {
          await asking(watch, signal);
          return ok(result);
        },
      }),
      [step({ answers, task: { ...options, follow: 'notifications' } })],
    );
    expect(course.filter(([how]) => how !== 'notification')).toEqual([
      ['asked', 1, 40],
      ['answered', 1, 340],
      ['result', 'completed', 340],
    ]);
  });

  it('other tasks of the client go on meanwhile', async () => {
    let made = 0;
    let isAnswered = false;
    const { operations, course } = await play(
      () => ({
        create: async () => created(`t${++made}`),
        get: async (taskId) =>
          taskId === 't1' ? taskState({ taskId, ...waits }) : taskState({ taskId, status: 'completed' }),
        result: async (taskId, signal, watch) => {
          if (taskId !== 't1') {
            expect(isAnswered).toBe(false);
            return ok(result);
          }
          await asking(watch, signal);
          isAnswered = true;
          return ok(result);
        },
      }),
      [step({ answers, task: { ...options, wait: false } }), step()],
    );
    expect(operations.map(({ opId, outcome }) => [opId, outcome])).toEqual([
      ['c1.1', 'ok'],
      ['c1.0', 'ok'],
    ]);
    expect(course.at(-1)?.[0]).toBe('result');
  });

  it('the session that was opened meanwhile is not lost with the one in which it was asked', async () => {
    let made = 0;
    const lost = failed('unknown-session');
    const asked = new Map<string, number>();
    const { events, opens, operations } = await play(
      (clock) => ({
        create: async () => created(`t${++made}`),
        get: async (taskId) => {
          const n = (asked.get(taskId) ?? 0) + 1;
          asked.set(taskId, n);
          if (taskId === 't2') return n === 1 ? lost : taskState({ taskId, status: 'completed' });
          return taskState({ taskId, ...(n === 1 ? waits : { status: 'completed' as const }) });
        },
        result: async (taskId, signal, watch) => {
          if (taskId !== 't1' || asked.get('t1') !== 1) return ok(result);
          await asking(watch, signal);
          await clock.sleepUntil(clock.nowUs() + 1_000_000, signal);
          return lost;
        },
      }),
      [step({ answers, task: { ...options, wait: false } }), step()],
    );
    expect(operations.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
    expect(eventsOf(events, 'session-lost')).toMatchObject([{ opId: 'c1.1' }]);
    expect(opens).toBe(2);
  });
});

describe('2026-07-28', () => {
  const asks = (...keys: string[]): Partial<TaskState> => ({
    status: 'input_required',
    inputRequests: Object.fromEntries(keys.map((key) => [key, { method: 'elicitation/create' }])),
  });
  const telling = (states: readonly Partial<TaskState>[]) => {
    let polls = 0;
    return async () => taskState(states[Math.min(polls++, states.length - 1)]);
  };
  const done: Partial<TaskState> = { status: 'completed', result };

  it('the state asks, and what was asked and answered is on record, after the time that the user takes', async () => {
    const sent: unknown[] = [];
    const { course, events, operations } = await play(() => ({
      get: telling([asks('a'), asks('a'), asks('a', 'b'), done]),
      update: async (_id, responses) => {
        sent.push(responses);
        return { outcome: 'ok', value: undefined, requestId: 'u' };
      },
    }));
    const answer = { action: 'accept', content: { goOn: true } };
    expect(sent).toEqual([{ a: answer }, { b: answer }]);
    expect(course.slice(0, 4)).toEqual([
      ['get', 'input_required', 100],
      ['asked', 1, 100],
      ['update', 'done', 400],
      ['answered', 1, 400],
    ]);
    expect(eventsOf(events, 'asked')).toMatchObject([
      { round: 1, requestId: 'r', how: 'state' },
      { round: 2, how: 'state' },
    ]);
    expect(eventsOf(events, 'answered')).toMatchObject([{ round: 1, requestId: 'u' }, { round: 2 }]);
    expect(operations).toMatchObject([{ outcome: 'ok' }]);
  });

  it('an answer that broke is sent again at once, and answers the same question', async () => {
    let updates = 0;
    const { course, events } = await play(() => ({
      get: telling([asks('a'), asks('a'), done]),
      update: async () =>
        ++updates === 1 ? failed('broken', 'info') : { outcome: 'ok', value: undefined, requestId: 'u' },
    }));
    expect(course.filter(([how]) => how === 'asked' || how === 'answered')).toEqual([
      ['asked', 1, 100],
      ['answered', 1, 400],
      ['answered', 1, 500],
    ]);
    const [first, second] = eventsOf(events, 'answered');
    expect(first?.failure?.kind).toBe('broken');
    expect(second).toMatchObject({ sentUs: second?.atUs });
    expect(second).not.toHaveProperty('failure');
  });

  it('a user who declines enters nothing', async () => {
    let sent: unknown;
    const decline = step({ answers: { ...answers, action: 'decline' } });
    await play(
      () => ({
        get: telling([asks('a'), done]),
        update: async (_id, responses) => {
          sent = responses;
          return { outcome: 'ok', value: undefined, requestId: 'u' };
        },
      }),
      [decline],
    );
    expect(sent).toEqual({ a: { action: 'decline' } });
  });
});
