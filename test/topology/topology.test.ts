import { describe, expect, test } from 'vitest';
import type { HarnessError } from '../../src/core/index.ts';
import type { Topology } from '../../src/topology/index.ts';
import { eventually } from './fixtures/processes.ts';
import { prepare, testTopology } from './fixtures/test-topology.ts';

const never = new AbortController().signal;

const slots = (topology: Topology) => topology.replicas().map(({ replica, boot }) => `${replica}:${boot}`);

/** Who answers so many requests at the entry. */
async function answering(topology: Topology, requests: number): Promise<string[]> {
  const seen: string[] = [];
  for (let i = 0; i < requests; i++) {
    const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
    const response = await fetch(topology.entryUrl, { method: 'POST', body });
    const { result } = (await response.json()) as { result: { replica: string; boot: number } };
    seen.push(`${result.replica}:${result.boot}`);
  }
  return seen.sort();
}

async function failure(work: Promise<unknown>): Promise<HarnessError> {
  return work.then(
    () => expect.unreachable('it went well'),
    (error: HarnessError) => error,
  );
}

describe('a topology', () => {
  test('is up with all replicas ready and balanced, and leaves nothing when it is disposed', async () => {
    await using made = await testTopology(3);
    const { topology, guarded } = made;
    expect(slots(topology)).toEqual(['r1:1', 'r2:1', 'r3:1']);
    expect(await answering(topology, 3)).toEqual(['r1:1', 'r2:1', 'r3:1']);
    expect(guarded.size).toBe(4);
    await Promise.all([topology[Symbol.asyncDispose](), topology[Symbol.asyncDispose]()]);
    expect(made.leftOver()).toEqual([]);
    expect(guarded.size).toBe(0);
    expect(slots(topology)).toEqual([]);
    expect((await failure(topology.restart('r1', { graceMs: 0 }, never))).message).toContain('is down');
    expect((await failure(topology.scaleTo(5, { drainMs: 0 }, never))).message).toContain('is down');
  });

  test('of which one replica cannot start leaves nothing', async () => {
    using made = prepare(3, (replica) => (replica === 'r2' ? 'exits-at-start' : 'good'));
    const error = await failure(made.starting);
    expect(error.code).toBe('server');
    expect(error.message).toMatch(/^r2 .*the configuration is wrong$/s);
    expect(made.leftOver()).toEqual([]);
    expect(made.guarded.size).toBe(0);
  });

  test('whose start is cut short leaves nothing', async () => {
    const cut = new AbortController();
    using made = prepare(2, () => 'never-ready', cut.signal);
    cut.abort();
    expect((await failure(made.starting)).code).toBe('interrupted');
    expect(made.leftOver()).toEqual([]);
  });

  test('ends replicas that ignore SIGTERM, or are stopped', async () => {
    await using made = await testTopology(2, () => 'ignores-sigterm');
    made.topology.replicas()[0]?.signal('SIGSTOP');
    await made.topology[Symbol.asyncDispose]();
    expect(made.leftOver()).toEqual([]);
    for (const replica of ['r1', 'r2']) {
      expect(made.events.of(replica).slice(-3)).toEqual([
        'replica-signalled 1 SIGTERM',
        'replica-signalled 1 SIGKILL',
        'replica-exited 1',
      ]);
    }
  });

  test('goes on without a replica that ends by itself, and counts it', async () => {
    await using made = await testTopology(2);
    const { topology } = made;
    expect(topology.lost).toBe(0);
    const [first] = topology.replicas();
    fetch(first?.url ?? '', { method: 'POST', body: '{"method":"exit"}' }).catch(() => {});
    await eventually('r1 is out of the balancer', () => made.upstreams().at(-1)?.join() === 'r2');
    expect(topology.lost).toBe(1);
    expect(slots(topology)).toEqual(['r2:1']);
    expect(await answering(topology, 2)).toEqual(['r2:1', 'r2:1']);
    expect(made.events.of('r1').at(-1)).toBe('replica-exited 1');
    expect((await failure(topology.restart('r1', { graceMs: 0 }, never))).code).toBe('usage');
    await topology.scaleTo(2, { drainMs: 0 }, never);
    expect(slots(topology)).toEqual(['r2:1', 'r3:1']);
  });

  test('is broken by the end of its balancer', async () => {
    await using made = await testTopology(1);
    const replicas = new Set(made.topology.replicas().map(({ pid }) => pid));
    for (const pid of made.guarded) if (!replicas.has(pid)) process.kill(pid, 'SIGKILL');
    expect((await failure(made.topology.broken)).message).toContain('the balancer process ended (SIGKILL)');
  });
});

describe('restart', () => {
  test('takes the replica out, ends it gently, and brings the next boot in', async () => {
    await using made = await testTopology(2);
    await made.topology.restart('r1', { graceMs: 60_000 }, never);
    expect(slots(made.topology)).toEqual(['r1:2', 'r2:1']);
    expect(await answering(made.topology, 2)).toEqual(['r1:2', 'r2:1']);
    expect(made.events.of('r1')).toEqual([
      'replica-ordered 1',
      'replica-started 1',
      'replica-listening 1',
      'replica-ready 1',
      'replica-signalled 1 SIGTERM',
      'replica-exited 1',
      'replica-ordered 2',
      'replica-started 2',
      'replica-listening 2',
      'replica-ready 2',
    ]);
    await made.topology[Symbol.asyncDispose]();
    expect(made.upstreams().slice(-2)).toEqual([['r2'], ['r1', 'r2']]);
  });

  test('lets the replica answer what the balancer has given it, before SIGTERM', async () => {
    await using made = await testTopology(1);
    const [first] = made.topology.replicas();
    // Each on a connection of its own: one that is kept may be closed by its other side just when it is used again.
    const ask = (url: string, method: string) =>
      fetch(url, { method: 'POST', headers: { connection: 'close' }, body: JSON.stringify({ method }) });
    const answer = ask(made.topology.entryUrl, 'hold');
    const isHeld = async () => {
      const { result } = (await (await ask(first?.url ?? '', 'count')).json()) as {
        result: { held: number };
      };
      return result.held > 0;
    };
    while (!(await isHeld()));
    const restarted = made.topology.restart('r1', { graceMs: 60_000 }, never);
    // Out of the balancer, which then knows of no other.
    while ((await ask(made.topology.entryUrl, 'count')).status !== 503);
    expect(made.events.of('r1')).not.toContain('replica-signalled 1 SIGTERM');
    await ask(first?.url ?? '', 'release');
    expect((await answer).status).toBe(200);
    await restarted;
    expect(slots(made.topology)).toEqual(['r1:2']);
  });

  test('kills what has not ended in its time of grace', async () => {
    await using made = await testTopology(1, (_, boot) => (boot === 1 ? 'ignores-sigterm' : 'good'));
    await made.topology.restart('r1', { graceMs: 50 }, never);
    expect(made.events.of('r1').slice(4, 7)).toEqual([
      'replica-signalled 1 SIGTERM',
      'replica-signalled 1 SIGKILL',
      'replica-exited 1',
    ]);
  });

  test('of one slot waits for the one before', async () => {
    await using made = await testTopology(1);
    const restart = () => made.topology.restart('r1', { graceMs: 60_000 }, never);
    await Promise.all([restart(), restart()]);
    expect(slots(made.topology)).toEqual(['r1:3']);
    const starts = made.events.of('r1').filter((event) => /started|exited/.test(event));
    expect(starts).toEqual(
      [1, 2, 3].flatMap((n) => [`replica-started ${n}`, `replica-exited ${n}`]).slice(0, 5),
    );
  });

  test('says so when the next boot does not start, and is cut short by its signal', async () => {
    await using made = await testTopology(2, (_, boot) => (boot === 1 ? 'good' : 'exits-at-start'));
    expect((await failure(made.topology.restart('r1', { graceMs: 1000 }, never))).code).toBe('server');
    expect((await failure(made.topology.restart('r1', { graceMs: 1000 }, never))).message).toBe(
      'r1 is not running',
    );
    expect((await failure(made.topology.restart('r2', { graceMs: 1 }, AbortSignal.abort()))).code).toBe(
      'interrupted',
    );
    expect(slots(made.topology)).toEqual(['r2:1']);
    expect((await failure(made.topology.restart('r9', { graceMs: 1 }, never))).message).toContain(
      'no replica r9',
    );
  });
});

describe('crash', () => {
  test('without replacement: the slot is empty, the others go on', async () => {
    await using made = await testTopology(2);
    await made.topology.crash('r1', { replace: false }, never);
    expect(slots(made.topology)).toEqual(['r2:1']);
    expect(await answering(made.topology, 2)).toEqual(['r2:1', 'r2:1']);
    expect(made.events.of('r1').slice(4)).toEqual(['replica-signalled 1 SIGKILL', 'replica-exited 1']);
    expect((await failure(made.topology.crash('r1', { replace: false }, never))).code).toBe('usage');
  });

  test('with replacement: the balancer is told when the next boot is ready, and not before', async () => {
    await using made = await testTopology(2);
    await made.topology.crash('r2', { replace: true }, never);
    expect(slots(made.topology)).toEqual(['r1:1', 'r2:2']);
    expect(await answering(made.topology, 2)).toEqual(['r1:1', 'r2:2']);
    await made.topology[Symbol.asyncDispose]();
    expect(made.upstreams().slice(-2)).toEqual([
      ['r1', 'r2'],
      ['r1', 'r2'],
    ]);
  });
});

describe('freeze', () => {
  test('stops the replica and lets it go on, also when it is cut short', async () => {
    await using made = await testTopology(1);
    await made.topology.freeze('r1', 20, never);
    const cut = new AbortController();
    const frozen = made.topology.freeze('r1', 3_600_000, cut.signal);
    const error = failure(frozen);
    cut.abort();
    expect((await error).code).toBe('interrupted');
    const signals = ['replica-signalled 1 SIGSTOP', 'replica-signalled 1 SIGCONT'];
    const seen = made.events.of('r1').slice(4);
    // The second may have been cut short before it began.
    expect([signals, [...signals, ...signals]]).toContainEqual(seen);
    expect(await answering(made.topology, 1)).toEqual(['r1:1']);
  });

  test('does not hold up the disposal', async () => {
    await using made = await testTopology(1);
    const frozen = failure(made.topology.freeze('r1', 3_600_000, never));
    await eventually('it is stopped', () => made.events.of('r1').includes('replica-signalled 1 SIGSTOP'));
    await made.topology[Symbol.asyncDispose]();
    expect((await frozen).code).toBe('interrupted');
    expect(made.leftOver()).toEqual([]);
  });
});

describe('scaling', () => {
  test('adds replicas above, removes the highest, and goes on counting boots', async () => {
    await using made = await testTopology(1);
    const { topology } = made;
    await topology.scaleTo(3, { drainMs: 0 }, never);
    expect(slots(topology)).toEqual(['r1:1', 'r2:1', 'r3:1']);
    expect(await answering(topology, 3)).toEqual(['r1:1', 'r2:1', 'r3:1']);
    await topology.scaleTo(1, { drainMs: 60_000 }, never);
    expect(slots(topology)).toEqual(['r1:1']);
    expect(await answering(topology, 2)).toEqual(['r1:1', 'r1:1']);
    await topology.scaleTo(2, { drainMs: 0 }, never);
    expect(slots(topology)).toEqual(['r1:1', 'r2:2']);
    await topology.scaleTo(2, { drainMs: 0 }, never);
    expect(slots(topology)).toEqual(['r1:1', 'r2:2']);
  });

  test('leaves the slot of a crashed replica empty', async () => {
    await using made = await testTopology(3);
    await made.topology.crash('r2', { replace: false }, never);
    await made.topology.scaleTo(3, { drainMs: 0 }, never);
    expect(slots(made.topology)).toEqual(['r1:1', 'r3:1', 'r4:1']);
  });

  test('one after the other, and says what went wrong when all of it is done', async () => {
    await using made = await testTopology(1, (replica) => (replica === 'r3' ? 'exits-at-start' : 'good'));
    const { topology } = made;
    const out = failure(topology.scaleTo(3, { drainMs: 0 }, never));
    const back = topology.scaleTo(1, { drainMs: 0 }, never);
    expect((await out).message).toMatch(/^r3 /);
    await back;
    expect(slots(topology)).toEqual(['r1:1']);
    expect((await failure(topology.scaleTo(-1, { drainMs: 0 }, never))).code).toBe('usage');
  });
});
