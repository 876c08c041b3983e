import { describe, expect, it } from 'vitest';
import type { Answer, Connector, InputAnswer, InputWatch, ToolResult } from '../../src/client/index.ts';
import type { AnswersOptions, JourneyStep } from '../../src/scenario/index.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { eventsOf, failed, fakeConnector, localGenerator, memorySink, ok, spec } from '../support/fakes.ts';

/** One client that calls once, over a connection that asks as the test scripts. */
async function play(
  script: (watch: InputWatch, signal: AbortSignal) => Promise<Answer<ToolResult>>,
  options: Partial<AnswersOptions> = {},
) {
  const plain = fakeConnector(() => failed('malformed'));
  const declared: (boolean | undefined)[] = [];
  const connector: Connector = {
    connect(client) {
      declared.push(client.answers);
      return {
        ...plain.connect(client),
        callAnswering: (_call, watch, signal) => script(watch, signal as AbortSignal),
      };
    },
    [Symbol.asyncDispose]: async () => {},
  };
  const answers: AnswersOptions = {
    action: 'accept',
    content: { goOn: true },
    after: '300ms',
    tamper: false,
  };
  const journey: JourneyStep[] = [{ call: 'report', arguments: {}, answers: { ...answers, ...options } }];
  const sink = memorySink();
  const played = spec({ workload: { sessions: 1, ratePerSecond: 1, journey } });
  const generator = localGenerator(played, { clock: fakeClock(), events: sink, connector });
  await generator.run({ entryUrl: '', beginUs: 0 }, new AbortController().signal);
  const [operation] = eventsOf(sink.events, 'operation');
  const [asked, answered] = [eventsOf(sink.events, 'asked'), eventsOf(sink.events, 'answered')];
  return { operation, asked, answered, declared };
}

const question = { round: 1, requestId: 'q', how: 'stream' } as const;

describe('a call that is asked', () => {
  it('is one operation, with its question and the answer on record, that long after it', async () => {
    let given: InputAnswer | undefined;
    const { operation, asked, answered, declared } = await play(async (watch, signal) => {
      given = await watch.onAsked(question, signal);
      watch.onAnswered({ round: 1, requestId: 'a', tampered: false, status: 202, failure: undefined });
      return ok();
    });
    expect(declared).toEqual([true]);
    expect(given).toEqual({ action: 'accept', content: { goOn: true }, tamper: false });
    expect(operation).toMatchObject({ outcome: 'ok', attempts: 1 });
    expect(asked).toMatchObject([{ opId: 'c1.0', round: 1, requestId: 'q', how: 'stream' }]);
    expect(answered).toMatchObject([{ opId: 'c1.0', requestId: 'a', status: 202, action: 'accept' }]);
    expect((answered[0]?.sentUs ?? 0) - (asked[0]?.atUs ?? 0)).toBe(300_000);
  });

  it('has no answer from a user who takes longer than there is time', async () => {
    const { answered } = await play(
      async (watch) => {
        expect(await watch.onAsked(question, AbortSignal.abort())).toBeUndefined();
        return failed('timeout', 'info');
      },
      { after: '1h' },
    );
    expect(answered).toEqual([]);
  });

  it('notes why an answer was not taken', async () => {
    const { answered, operation } = await play(async (watch, signal) => {
      await watch.onAsked(question, signal);
      const failure = { kind: 'rejected', status: 404 } as const;
      watch.onAnswered({ round: 1, requestId: 'a', tampered: false, status: 404, failure });
      return failed('timeout', 'info');
    });
    expect(answered).toMatchObject([{ status: 404, failure: { kind: 'rejected' } }]);
    expect(operation).toMatchObject({ outcome: 'info' });
  });
});
