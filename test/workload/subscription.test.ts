import { expect, it } from 'vitest';
import type { Connection } from '../../src/client/index.ts';
import type { JourneyStep } from '../../src/scenario/index.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { eventsOf, fakeConnector, localGenerator, memorySink, ok, spec } from '../support/fakes.ts';

type Subscribe = NonNullable<Connection['subscribe']>;

const journey: JourneyStep[] = [
  { subscribe: ['news', 'of-${client}'] },
  { call: 'publish', arguments: { topic: 'news', value: '${opId}' } },
  { pause: '4s' },
  { call: 'publish', arguments: { topic: 'news', value: '${opId}' } },
];

/** One client that calls twice, seconds apart, and listens as the test says. */
async function play(subscribe: Subscribe, policy?: 'give-up') {
  const base = spec({
    workload: {
      ...{ sessions: 1, ratePerSecond: 1, journey, arrivals: { overMs: 0, process: 'even' } },
      policy: { unknownSession: policy ?? 'reinitialize', unknownOutcome: 'give-up', maxAttempts: 3 },
    },
  });
  const clock = fakeClock();
  const sink = memorySink();
  const connector = fakeConnector(() => ok(), undefined, {}, subscribe);
  await localGenerator(base, { clock, events: sink, connector }).run(
    { entryUrl: '', beginUs: 0 },
    new AbortController().signal,
  );
  return { events: sink.events, connector, operations: eventsOf(sink.events, 'operation') };
}

/** Listens until the client leaves. */
const untilLeft: Subscribe = (_topics, watch, signal) =>
  new Promise((resolve) => {
    watch.onListening('c1-9');
    watch.onListChanged();
    watch.onChange('news', 'c1.0');
    signal.addEventListener('abort', () => resolve({ requestId: 'c1-9', failure: undefined }));
  });

it('a client listens from its arrival until it leaves, beside its calls', async () => {
  const { events, operations } = await play(untilLeft);
  expect(operations.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  const [began] = eventsOf(events, 'listening-began');
  expect(began).toMatchObject({ listening: 0, requestId: 'c1-9', topics: ['news', 'of-c1'] });
  expect(eventsOf(events, 'change-seen')).toMatchObject([{ topic: 'news', value: 'c1.0', client: 'c1' }]);
  const [ended, ...more] = eventsOf(events, 'listening-ended');
  expect(more).toEqual([]);
  expect(ended).toMatchObject({ how: 'left', listChanges: 1 });
  expect(ended?.atUs).toBeGreaterThanOrEqual(operations[1]?.endUs ?? Number.POSITIVE_INFINITY);
});

it('it listens again when the stream has ended, and after each failure waits longer', async () => {
  const begun: number[] = [];
  let n = 0;
  const { events } = await play(async (...args) => {
    n += 1;
    if (n === 1) {
      args[1].onListening('c1-5');
      return { requestId: 'c1-5', failure: undefined };
    }
    if (n < 6) return { requestId: `c1-${n}`, failure: { kind: 'refused' } };
    begun.push(n);
    return untilLeft(...args);
  });
  const ends = eventsOf(events, 'listening-ended');
  expect(ends.map(({ how }) => how)).toEqual(['ended', ...new Array(4).fill('failed'), 'left']);
  const gaps = ends.slice(1, 5).map(({ atUs }, i) => (atUs - (ends[i]?.atUs ?? 0)) / 1000);
  expect(gaps).toEqual([20, 40, 80, 160]);
  expect(eventsOf(events, 'listening-began').map(({ listening }) => listening)).toEqual([0, 5]);
});

it('a session that is unknown to the stream is lost, and replaced, once', async () => {
  let n = 0;
  const { events, connector } = await play(async (...args) => {
    n += 1;
    if (n > 1) return untilLeft(...args);
    return { requestId: 'c1-3', failure: { kind: 'unknown-session', status: 404 } };
  });
  expect(eventsOf(events, 'session-lost')).toMatchObject([{ opId: null, asked: 'listening' }]);
  expect(connector.opens).toBe(2);
  expect(eventsOf(events, 'listening-began')).toHaveLength(1);
});

it('a client that gives up with its session listens no more', async () => {
  const { events } = await play(
    async () => ({ requestId: 'c1-3', failure: { kind: 'unknown-session', status: 404 } }),
    'give-up',
  );
  expect(eventsOf(events, 'listening-ended')).toHaveLength(1);
  expect(eventsOf(events, 'client-ended')).toHaveLength(1);
});
