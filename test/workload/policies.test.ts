import { describe, expect, it } from 'vitest';
import type { Connector } from '../../src/client/index.ts';
import type { Policy, RunSpec, Scenario } from '../../src/scenario/index.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { eventsOf, failed, fakeConnector, localGenerator, memorySink, ok, spec } from '../support/fakes.ts';

/** One client; what it met and what it did about it. */
async function play(
  connector: Connector,
  policy: Partial<Policy> = {},
  workload: Partial<Scenario['workload']> = {},
  clock = fakeClock(),
) {
  const base = spec({ workload: { sessions: 1, ratePerSecond: 1, ...workload } });
  const full = { ...base.scenario.workload.policy, ...policy };
  const sink = memorySink();
  const played: RunSpec = {
    ...base,
    scenario: { ...base.scenario, workload: { ...base.scenario.workload, policy: full } },
  };
  const generator = localGenerator(played, { clock, events: sink, connector });
  await generator.run({ entryUrl: '', beginUs: 0 }, new AbortController().signal);
  return { events: sink.events, operations: eventsOf(sink.events, 'operation') };
}

describe('on an unknown session', () => {
  it('reinitialize: opens a new one and sends the call again', async () => {
    const connector = fakeConnector((_call, n) => (n === 1 ? failed('unknown-session') : ok()));
    const { events, operations } = await play(connector);
    expect(operations[0]).toMatchObject({ outcome: 'ok', firstOutcome: 'fail', attempts: 2 });
    expect(eventsOf(events, 'session-opened').map((event) => event.generation)).toEqual([0, 1]);
    expect(eventsOf(events, 'session-lost')).toMatchObject([
      { generation: 0, opId: 'c1.0', asked: 'tools/call a' },
    ]);
  });

  it('reinitialize: does so once for a call, and again for the next', async () => {
    const connector = fakeConnector(() => failed('unknown-session'));
    const { events, operations } = await play(connector);
    expect(operations.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
      ['fail', 2],
      ['fail', 2],
    ]);
    expect(eventsOf(events, 'session-lost')).toHaveLength(4);
  });

  it('give-up: leaves, and everything it still intended is recorded as never sent', async () => {
    const connector = fakeConnector(() => failed('unknown-session'));
    const { events, operations } = await play(connector, { unknownSession: 'give-up' });
    expect(
      operations.map(({ outcome, failure, startUs }) => [outcome, failure?.kind, startUs === null]),
    ).toEqual([
      ['fail', 'unknown-session', false],
      ['fail', 'not-sent', true],
    ]);
    expect(connector.calls).toHaveLength(1);
    expect(connector.closes).toBe(0);
    expect(eventsOf(events, 'client-ended')).toMatchObject([{ operations: 2 }]);
  });

  it('keep: goes on with the same session, whose loss is recorded once', async () => {
    const connector = fakeConnector((_call, n) => (n === 1 ? failed('unknown-session') : ok()));
    const { events, operations } = await play(connector, { unknownSession: 'keep' });
    expect(operations.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
      ['fail', 1],
      ['ok', 1],
    ]);
    expect(connector.opens).toBe(1);
    expect(connector.closes).toBe(1);
    expect(eventsOf(events, 'session-lost')).toMatchObject([{ generation: 0, opId: 'c1.0' }]);
    expect(eventsOf(events, 'session-closed')).toMatchObject([{ generation: 0 }]);
  });

  it('keep: goes on also when the first follow-up met an unknown session', async () => {
    const lost = { failure: { kind: 'unknown-session' as const }, requestId: 'r2' };
    const connector = fakeConnector(
      () => failed('unknown-session'),
      () => ({ outcome: 'ok', value: { sessionId: 's', lost }, requestId: 'r' }),
    );
    const { events, operations } = await play(connector, { unknownSession: 'keep' });
    expect(operations.map(({ failure }) => failure?.kind)).toEqual(['unknown-session', 'unknown-session']);
    expect(connector.calls).toHaveLength(2);
    expect(eventsOf(events, 'session-lost')).toMatchObject([{ asked: 'notifications/initialized' }]);
  });

  it('counts a session that is lost before its first call', async () => {
    const lost = { failure: { kind: 'unknown-session' as const }, requestId: 'r2' };
    const connector = fakeConnector(
      () => ok(),
      (n) => ({ outcome: 'ok', value: { sessionId: `s${n}`, ...(n === 1 ? { lost } : {}) }, requestId: 'r' }),
    );
    const { events } = await play(connector);
    expect(eventsOf(events, 'session-lost')).toMatchObject([
      { opId: null, asked: 'notifications/initialized' },
    ]);
    expect(connector.opens).toBe(2);
  });
});

describe('on an unknown outcome', () => {
  it('give-up: leaves the call and goes on with the next', async () => {
    const connector = fakeConnector((_call, n) => (n === 1 ? failed('broken', 'info') : ok()));
    const { operations } = await play(connector);
    expect(operations.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
      ['info', 1],
      ['ok', 1],
    ]);
  });

  it('retry: sends it again under the same operation id, at most maxAttempts times', async () => {
    const connector = fakeConnector(() => failed('broken', 'info'));
    const { operations } = await play(connector, { unknownOutcome: 'retry', maxAttempts: 3 });
    expect(operations[0]).toMatchObject({ outcome: 'info', attempts: 3 });
    expect(connector.calls.slice(0, 3).map(({ opId }) => opId)).toEqual(['c1.0', 'c1.0', 'c1.0']);
  });

  it('retry: an earlier attempt may have had its effect, whatever the last one was told', async () => {
    const connector = fakeConnector((_call, n) =>
      n === 1 ? failed('broken', 'info') : ok({ isError: true }),
    );
    const { operations } = await play(connector, { unknownOutcome: 'retry' });
    expect(operations[0]).toMatchObject({ outcome: 'info', failure: { kind: 'tool-error' }, attempts: 2 });
  });

  it('never retries what is certain', async () => {
    const connector = fakeConnector(() => failed('rejected'));
    const { operations } = await play(connector, { unknownOutcome: 'retry' });
    expect(operations[0]).toMatchObject({ outcome: 'fail', attempts: 1 });
  });
});

describe('an answer that belongs to another request', () => {
  const echo = [{ call: 'echo', arguments: { text: '${opId}' }, expect: { '$.text': '${opId}' } }];
  const answering = async (text: unknown, journey: Scenario['workload']['journey'] = echo) => {
    const connector = fakeConnector(() => ok({ structuredContent: { text } }));
    const { operations } = await play(connector, {}, { journey });
    return operations[0]?.failure;
  };

  it('is told by the operation that it names', async () => {
    expect(await answering('c7.3')).toMatchObject({ kind: 'unexpected', misdelivered: true });
    expect(await answering('c1.1')).toMatchObject({ kind: 'unexpected', misdelivered: true });
    expect(await answering('c1.0')).toBeUndefined();
  });

  it('is not what is merely wrong', async () => {
    for (const text of ['hat', 7, undefined, 'c1.0 and c7.3']) {
      expect(await answering(text)).toMatchObject({ kind: 'unexpected' });
      expect(await answering(text)).not.toHaveProperty('misdelivered');
    }
    const fixed = [{ call: 'echo', arguments: {}, expect: { '$.text': 'hat' } }];
    expect(await answering('c7.3', fixed)).not.toHaveProperty('misdelivered');
  });
});

describe('a session that cannot be opened', () => {
  it('is tried again with the next call; what could not be sent is recorded so', async () => {
    const connector = fakeConnector(
      () => ok(),
      (n) => (n < 3 ? failed('refused') : { outcome: 'ok', value: { sessionId: 's' }, requestId: 'r' }),
    );
    const { events, operations } = await play(connector);
    expect(operations.map(({ outcome, failure }) => [outcome, failure?.kind])).toEqual([
      ['fail', 'not-sent'],
      ['ok', undefined],
    ]);
    expect(eventsOf(events, 'session-open-failed')).toHaveLength(2);
    expect(eventsOf(events, 'session-opened')).toMatchObject([{ generation: 0 }]);
  });
});

describe('a deadline of its own', () => {
  it('ends a call before that of the scenario, and leaves the others theirs', async () => {
    const connector = fakeConnector(
      ({ tool }, _n, signal) =>
        new Promise((resolve) => {
          if (tool === 'slow') signal.addEventListener('abort', () => resolve(failed('timeout', 'info')));
          else resolve(ok());
        }),
    );
    const journey = [
      { call: 'slow', arguments: {}, deadline: '30ms' },
      { call: 'b', arguments: {} },
    ];
    // Beyond what the test may take: only the call's own deadline can end it.
    const { operations } = await play(connector, {}, { journey, deadlineMs: 600_000 });
    expect(operations.map(({ outcome, failure }) => [outcome, failure?.kind])).toEqual([
      ['info', 'timeout'],
      ['ok', undefined],
    ]);
  });

  it('that has passed when its client turns to it keeps a call from being sent', async () => {
    const clock = fakeClock();
    const connector = fakeConnector(async ({ tool }, _n, signal) => {
      if (tool === 'long') await clock.sleepUntil(clock.nowUs() + 5_000_000, signal);
      return ok();
    });
    const journey = [
      { call: 'long', arguments: {} },
      { call: 'b', arguments: {}, deadline: '1s' },
    ];
    const { operations } = await play(connector, {}, { journey, deadlineMs: 600_000 }, clock);
    expect(operations.map(({ unsentBecause }) => unsentBecause)).toEqual([undefined, 'deadline']);
  });
});

describe('values', () => {
  const journey: Scenario['workload']['journey'] = [
    { call: 'create', arguments: {}, save: { id: '$.basketId' } },
    { call: 'add', arguments: { basketId: '${id}', item: '${opId}' }, writes: '${opId}' },
    { call: 'read', arguments: {}, reads: '$.items', expect: { '$.count': 1 } },
  ];

  it('are carried from an answer into later arguments; writes and reads are recorded', async () => {
    const connector = fakeConnector(({ tool }) =>
      ok({ structuredContent: tool === 'create' ? { basketId: 'b7' } : { items: ['c1.1'], count: 1 } }),
    );
    const { operations } = await play(connector, {}, { journey });
    expect(connector.calls[1]?.arguments).toEqual({ basketId: 'b7', item: 'c1.1' });
    expect(operations[1]).toMatchObject({ writes: 'c1.1' });
    expect(operations[2]).toMatchObject({ reads: ['c1.1'] });
  });

  it('that never came keep a call from being sent', async () => {
    const connector = fakeConnector(({ tool }) => (tool === 'create' ? failed('broken', 'info') : ok()));
    const { operations } = await play(connector, {}, { journey });
    expect(operations[1]).toMatchObject({
      outcome: 'fail',
      failure: { kind: 'not-sent', message: expect.stringContaining('${id}') },
    });
  });

  it('that are no list where a read expects one are unexpected, not a loss', async () => {
    const connector = fakeConnector(() => ok({ structuredContent: { basketId: 'b', count: 1 } }));
    const { operations } = await play(connector, {}, { journey });
    expect(operations[2]).toMatchObject({
      outcome: 'info',
      failure: { message: 'there is no list at $.items' },
    });
  });

  it('other than expected make an operation unexpected, its effect unknown', async () => {
    const connector = fakeConnector(() => ok({ structuredContent: { basketId: 'b', items: [], count: 2 } }));
    const { operations } = await play(connector, {}, { journey });
    expect(operations[2]).toMatchObject({
      outcome: 'info',
      failure: { kind: 'unexpected', message: '$.count is 2, expected 1' },
    });
    expect(operations[2]?.reads).toBeUndefined();
  });

  it('a tool that does not know whether it had its effect leaves that unknown', async () => {
    const connector = fakeConnector(() =>
      ok({ isError: true, meta: { 'io.mcp-windtunnel/outcomeUnknown': true } }),
    );
    const { operations } = await play(connector);
    expect(operations[0]).toMatchObject({ outcome: 'info', failure: { kind: 'tool-error' } });
  });

  it('a tool that finds no state says so in the record', async () => {
    const connector = fakeConnector(() =>
      ok({ isError: true, meta: { 'io.mcp-windtunnel/stateMissing': true } }),
    );
    const { operations } = await play(connector);
    expect(operations[0]).toMatchObject({
      outcome: 'fail',
      failure: { kind: 'tool-error' },
      stateMissing: true,
    });
  });
});

describe('a client with much that it cannot send', () => {
  it('lets timers and other clients have their turn', async () => {
    const journey: Scenario['workload']['journey'] = [
      { call: 'first', arguments: {}, save: { missing: '$.nothing' } },
      { repeat: 2000, steps: [{ call: 'next', arguments: { value: '${missing}' } }, { think: '1ms' }] },
    ];
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    const { operations } = await play(
      fakeConnector(() => ok()),
      {},
      { journey },
    );
    clearInterval(timer);
    expect(operations.length).toBeGreaterThan(1000);
    expect(operations[1]).toMatchObject({ unsentBecause: 'value' });
    expect(turns).toBeGreaterThan(0);
  });
});

describe('a closed loop', () => {
  it('counts from the answer before, and ends with the run', async () => {
    const journey: Scenario['workload']['journey'] = [
      { repeat: 'fill', steps: [{ call: 'a', arguments: {} }, { think: '1s' }] },
      { call: 'last', arguments: {} },
    ];
    const { operations } = await play(
      fakeConnector(() => ok()),
      {},
      { journey, arrivals: { overMs: 0, process: 'even' } },
    );
    expect(operations.at(-1)?.tool).toBe('last');
    expect(operations.length).toBeGreaterThan(5);
    const [, second, third] = operations;
    expect((third?.intendedUs ?? 0) - (second?.endUs ?? 0)).toBe(1_000_000);
    expect(operations.every(({ intendedUs }) => intendedUs <= 10_000_000)).toBe(true);
  });
});
