import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Connector } from '../../src/client/index.ts';
import { HarnessError, toAbortSignal } from '../../src/core/index.ts';
import { run } from '../../src/engine/index.ts';
import type { FaultStep, RunSpec } from '../../src/scenario/index.ts';
import { fakeClock } from '../support/fake-clock.ts';
import {
  eventsOf,
  failed,
  fakeConnector,
  fakeTopology,
  localGenerator,
  memorySink,
  ok,
  spec,
} from '../support/fakes.ts';

function harness(
  connector: Connector & { disposed: boolean } = fakeConnector(() => ok()),
  topology = fakeTopology(3),
) {
  const sink = memorySink();
  const clock = fakeClock();
  const deps = {
    clock,
    events: sink,
    provision: async () => topology,
    startGenerator: async (of: RunSpec) => localGenerator(of, { clock, events: sink, connector }),
    onBegin: () => {},
  };
  return {
    sink,
    topology,
    connector,
    go: (of: RunSpec, signal = new AbortController().signal) => run(of, deps, signal),
    deps,
  };
}

describe('a run', () => {
  it('records every operation of every client once, and takes everything down', async () => {
    const { sink, topology, connector, go } = harness();
    expect(await go(spec())).toBe('completed');
    const ids = eventsOf(sink.events, 'operation').map((event) => event.opId);
    expect(ids.toSorted()).toEqual(['c1.0', 'c1.1', 'c2.0', 'c2.1', 'c3.0', 'c3.1', 'c4.0', 'c4.1']);
    expect(eventsOf(sink.events, 'client-ended').map((event) => event.operations)).toEqual([2, 2, 2, 2]);
    expect(sink.events.at(-1)).toMatchObject({ type: 'run-ended', how: 'completed' });
    expect([topology.disposed, connector.disposed]).toEqual([true, true]);
  });

  it('intends the same at the same times for the same seed, however servers answer', async () => {
    const one = harness();
    const other = harness(
      fakeConnector(() => ({ outcome: 'info', failure: { kind: 'broken' }, requestId: 'r' })),
    );
    await one.go(spec());
    await other.go(spec());
    const intended = (sink: typeof one.sink) =>
      eventsOf(sink.events, 'operation').map((e) => [e.opId, e.intendedUs]);
    expect(intended(one.sink)).toEqual(intended(other.sink));
  });

  it('lets each fault begin at its time and records what it strikes', async () => {
    const faults: (FaultStep & { atMs: number })[] = [
      { at: '1s', atMs: 1000, fault: 'crash', replica: 2, replace: false },
      { at: '2s', atMs: 2000, fault: 'freeze', replica: 1, for: '250ms' },
      { at: '3s', atMs: 3000, fault: 'restart', replica: 3, grace: '1s' },
      { at: '4s', atMs: 4000, fault: 'rolling-restart', grace: '1s', pause: '0ms' },
      { at: '5s', atMs: 5000, fault: 'scale-out', add: 2 },
      { at: '6s', atMs: 6000, fault: 'scale-in', remove: 1, drain: '1s' },
    ];
    const { sink, topology, go } = harness();
    await go(spec({ scenario: { faults } }));
    const [beginUs] = eventsOf(sink.events, 'workload-began').map((event) => event.atUs);
    const struck = eventsOf(sink.events, 'fault-began').map((e) => [
      (e.atUs - (beginUs ?? 0)) / 1000,
      e.name,
      e.targets,
    ]);
    expect(struck).toEqual([
      [1000, 'crash', ['r2']],
      [2000, 'freeze', ['r1']],
      [3000, 'restart', ['r3']],
      [4000, 'rolling-restart', ['r1', 'r2', 'r3']],
      [5000, 'scale-out', ['r4', 'r5']],
      [6000, 'scale-in', ['r3']],
    ]);
    expect(topology.done).toEqual([
      'crash r2 false',
      'freeze r1 250',
      'restart r3',
      'restart r1',
      'restart r2',
      'restart r3',
      'scale to 5 drain 0',
      'scale to 2 drain 1000',
    ]);
    expect(eventsOf(sink.events, 'fault-ended')).toHaveLength(6);
  });

  it('has containers suffer what only they can', async () => {
    const faults: (FaultStep & { atMs: number })[] = [
      { at: '1s', atMs: 1000, fault: 'out-of-memory', replica: 2, replace: true },
      { at: '2s', atMs: 2000, fault: 'disconnect', replica: 1, for: '250ms' },
      { at: '3s', atMs: 3000, fault: 'rollout', grace: '1s', pause: '0ms' },
      { at: '4s', atMs: 4000, fault: 'rollout', grace: '1s', pause: '10ms', image: 'mine:2' },
    ];
    const { sink, topology, go } = harness();
    await go(spec({ scenario: { faults } }));
    expect(eventsOf(sink.events, 'fault-began').map((event) => event.targets)).toEqual([
      ['r2'],
      ['r1'],
      ['r1', 'r2', 'r3'],
      ['r1', 'r2', 'r3'],
    ]);
    const restarts = ['restart r1', 'restart r2', 'restart r3'];
    expect(topology.done).toEqual([
      'exhaust memory of r2 true',
      'disconnect r1 250',
      'release next',
      ...restarts,
      'release mine:2',
      ...restarts,
    ]);
  });

  it('draws a random replica from the seed', async () => {
    const faults: (FaultStep & { atMs: number })[] = [
      { at: '1s', atMs: 1000, fault: 'crash', replica: 'random', replace: true },
    ];
    const targets = async (seed: number) => {
      const { sink, go } = harness();
      await go({ ...spec({ scenario: { faults } }), seed });
      return eventsOf(sink.events, 'fault-began')[0]?.targets[0];
    };
    expect(await targets(1)).toBe(await targets(1));
    const drawn = await Promise.all(Array.from({ length: 20 }, (_, seed) => targets(seed)));
    expect(new Set(drawn)).toEqual(new Set(['r1', 'r2', 'r3']));
  });
});

describe('a run that does not go well', () => {
  it('ends cleanly when it is cut short, and says so', async () => {
    const cut = new AbortController();
    const connector = fakeConnector((_call, n) => {
      if (n === 3) cut.abort();
      return ok();
    });
    const { sink, topology, go } = harness(connector);
    expect(await go(spec(), cut.signal)).toBe('interrupted');
    expect(sink.events.at(-1)).toMatchObject({ type: 'run-ended', how: 'interrupted' });
    expect(connector.calls.length).toBeLessThan(8);
    expect([topology.disposed, connector.disposed]).toEqual([true, true]);
  });

  it('ends at once when what it stands on breaks', async () => {
    const topology = fakeTopology(3);
    const connector = fakeConnector(async (_call, _n, signal) => {
      topology.break(new HarnessError('server', 'the balancer died'));
      await once(toAbortSignal(signal), 'abort');
      return failed('interrupted', 'info');
    });
    const { sink, go } = harness(connector, topology);
    await expect(go(spec({ workload: { sessions: 1, deadlineMs: 3_600_000 } }))).rejects.toThrow(
      'the balancer died',
    );
    expect(sink.events.at(-1)).toMatchObject({
      type: 'run-ended',
      how: 'failed',
      reason: 'the balancer died',
    });
    expect(topology.disposed).toBe(true);
  });

  it('says why it could not begin', async () => {
    const { sink, deps } = harness();
    const provision = async () => {
      throw new HarnessError('server', 'replica r1 exited');
    };
    await expect(run(spec(), { ...deps, provision }, new AbortController().signal)).rejects.toThrow(
      'replica r1 exited',
    );
    expect(sink.events.at(-1)).toMatchObject({ type: 'run-ended', how: 'failed' });
  });

  it('goes on without a fault whose target has ended by itself; without one, that is a mistake', async () => {
    for (const lost of [1, 0]) {
      const { sink, topology, go } = harness();
      topology.lost = lost;
      topology.replicas = () => [];
      const faults: (FaultStep & { atMs: number })[] = [
        { at: '1s', atMs: 1000, fault: 'crash', replica: 1, replace: true },
      ];
      const gone = go(spec({ scenario: { faults } }));
      if (lost > 0) expect(await gone).toBe('completed');
      else await expect(gone).rejects.toThrow('no replica r1 is alive');
      expect(eventsOf(sink.events, 'fault-ended')[0]?.error).toContain('no replica r1 is alive');
    }
  });

  it('fails when a fault cannot be carried out', async () => {
    const { sink, topology, go } = harness();
    topology.crash = async () => {
      throw new HarnessError('server', 'the replacement did not start');
    };
    const faults: (FaultStep & { atMs: number })[] = [
      { at: '1s', atMs: 1000, fault: 'crash', replica: 1, replace: true },
    ];
    await expect(go(spec({ scenario: { faults } }))).rejects.toThrow('the replacement did not start');
    expect(eventsOf(sink.events, 'fault-ended')[0]).toMatchObject({ error: 'the replacement did not start' });
    expect(topology.disposed).toBe(true);
  });
});
