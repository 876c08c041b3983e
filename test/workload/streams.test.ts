import { describe, expect, it } from 'vitest';
import type { Answer, Connector, StreamCall, StreamWatch, ToolResult } from '../../src/client/index.ts';
import type { JourneyStep, StreamOptions } from '../../src/scenario/index.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { eventsOf, failed, fakeConnector, localGenerator, memorySink, ok, spec } from '../support/fakes.ts';

type Script = (call: StreamCall, watch: StreamWatch, n: number) => Answer<ToolResult>;

/** One client that calls once, over a connection whose streams the test scripts. */
async function play(script: Script, options: Partial<StreamOptions> = {}) {
  const calls: StreamCall[] = [];
  const plain = fakeConnector(() => failed('malformed'));
  const connector: Connector = {
    connect: (client) => ({
      ...plain.connect(client),
      stream: async (call, watch) => {
        calls.push(call);
        return script(call, watch, calls.length);
      },
    }),
    [Symbol.asyncDispose]: async () => {},
  };
  const stream = { onBreak: 'resume', idempotencyKey: false, ...options } as StreamOptions;
  const journey: JourneyStep[] = [{ call: 'report', arguments: {}, stream }];
  const sink = memorySink();
  const played = spec({ workload: { sessions: 1, ratePerSecond: 1, journey } });
  const generator = localGenerator(played, { clock: fakeClock(), events: sink, connector });
  await generator.run({ entryUrl: '', beginUs: 0 }, new AbortController().signal);
  const [operation] = eventsOf(sink.events, 'operation');
  return { calls, operation, ended: eventsOf(sink.events, 'stream-ended'), events: sink.events };
}

const breaks = (watch: StreamWatch, lastEventId: string | null = null, dropped = false) =>
  watch.onBreak({ requestId: 'q', failure: { kind: 'broken' }, dropped, lastEventId });

describe('a stream that breaks', () => {
  const once: Script = (_call, watch, n) => {
    if (n > 1) return ok();
    breaks(watch);
    return failed('broken', 'info');
  };

  it('is resumed, which is no other attempt', async () => {
    const { operation, ended, events } = await play((call, watch) => {
      watch.onProgress(call.stream, 1);
      expect(breaks(watch, 's_1')).toBe(true);
      watch.onResumed({ requestId: 'q2', status: 200, failure: undefined });
      watch.onProgress(call.stream, 2);
      return ok();
    });
    expect(operation).toMatchObject({ outcome: 'ok', firstOutcome: 'ok', attempts: 1 });
    expect(eventsOf(events, 'stream-broken')).toMatchObject([{ next: 'resume', lastEventId: 's_1' }]);
    expect(eventsOf(events, 'stream-resumed')).toMatchObject([{ status: 200 }]);
    expect(ended).toMatchObject([
      { stream: 'c1.0/1', requestId: 'q', how: 'answered', events: 2, received: [[1, 2]], resumptions: 1 },
    ]);
  });

  it('is sent again where it cannot be resumed, on a stream of its own, without a key or with the same', async () => {
    const { operation, calls, ended, events } = await play(once);
    expect(operation).toMatchObject({ outcome: 'ok', firstOutcome: 'info', attempts: 2 });
    expect(calls.map(({ stream, idempotencyKey }) => [stream, idempotencyKey])).toEqual([
      ['c1.0/1', undefined],
      ['c1.0/2', undefined],
    ]);
    expect(eventsOf(events, 'stream-broken')).toMatchObject([{ next: 'again' }]);
    expect(ended.map(({ how, keyed }) => [how, keyed])).toEqual([
      ['broken', false],
      ['answered', false],
    ]);
    const keyed = await play(once, { idempotencyKey: true });
    expect(keyed.calls.map((call) => call.idempotencyKey)).toEqual(['c1.0', 'c1.0']);
  });

  it('again: is not resumed, though it could be', async () => {
    const { calls } = await play(
      (_call, watch, n) => {
        if (n > 1) return ok();
        expect(breaks(watch, 's_1')).toBe(false);
        return failed('broken', 'info');
      },
      { onBreak: 'again' },
    );
    expect(calls).toHaveLength(2);
  });

  it('give-up: is left', async () => {
    const { operation, events } = await play(once, { onBreak: 'give-up' });
    expect(operation).toMatchObject({ outcome: 'info', attempts: 1, failure: { kind: 'broken' } });
    expect(eventsOf(events, 'stream-broken')).toMatchObject([{ next: 'give-up' }]);
  });

  it('is sent no more often than the policy allows', async () => {
    const { operation, calls } = await play((_call, watch) => {
      breaks(watch);
      return failed('broken', 'info');
    });
    expect(operation).toMatchObject({ outcome: 'info', attempts: 3 });
    expect(calls).toHaveLength(3);
  });

  it('whose session is gone is sent again in a new one, and its outcome stays open until then', async () => {
    const { operation, events } = await play((_call, watch, n) => {
      if (n > 1) return ok();
      breaks(watch, 's_1');
      watch.onResumed({ requestId: 'q2', status: 404, failure: { kind: 'rejected' } });
      return failed('unknown-session', 'info');
    });
    expect(operation).toMatchObject({ outcome: 'ok', attempts: 2 });
    expect(eventsOf(events, 'session-lost')).toHaveLength(1);
    expect(eventsOf(events, 'stream-ended').map(({ how }) => how)).toEqual(['broken', 'answered']);
  });
});

describe('an answer that is no break', () => {
  it.each([
    ['a refusal', failed('rejected'), 'refused'],
    ['an internal error', failed('broken', 'info'), 'refused'],
    ['the deadline', failed('timeout', 'info'), 'timeout'],
  ] as const)('%s is not sent again', async (_name, answer, how) => {
    const { calls, ended } = await play(() => answer);
    expect(calls).toHaveLength(1);
    expect(ended).toMatchObject([{ how }]);
  });
});

describe('the account of a stream', () => {
  it('holds numbers as runs, what came twice twice, and what belongs to others apart', async () => {
    const { ended } = await play((call, watch) => {
      for (const number of [1, 2, 3, 3, 4, 2]) watch.onProgress(call.stream, number);
      for (const token of ['c2.0/1', 'c2.0/1', 7, undefined]) watch.onProgress(token, 1);
      watch.onProgress(call.stream, 'many');
      return ok();
    });
    expect(ended).toMatchObject([
      {
        events: 7,
        received: [
          [1, 3],
          [3, 4],
          [2, 2],
        ],
        foreign: [
          { stream: 'c2.0/1', events: 2 },
          { stream: '7', events: 1 },
          { stream: 'undefined', events: 1 },
        ],
      },
    ]);
  });

  it('cannot be filled by a server', async () => {
    const { ended } = await play((call, watch) => {
      for (let number = 0; number < 10_000; number += 2) watch.onProgress(call.stream, number);
      for (let token = 0; token < 1000; token += 1) watch.onProgress(`${token}${'x'.repeat(10_000)}`, 1);
      return ok();
    });
    expect(ended[0]?.events).toBe(5000);
    expect(ended[0]?.received).toHaveLength(256);
    expect(ended[0]?.foreign).toHaveLength(20);
    expect(JSON.stringify(ended[0]).length).toBeLessThan(10_000);
  });

  it('lets go of the connection once, at the event that the journey says', async () => {
    const drops: boolean[] = [];
    await play(
      (call, watch, n) => {
        for (const number of [1, 2, 3]) drops.push(watch.onProgress(call.stream, number));
        if (n > 1) return ok();
        breaks(watch, null, true);
        return failed('broken', 'info');
      },
      { dropAfter: 2 },
    );
    expect(drops).toEqual([false, true, false, false, false, false]);
  });
});
