import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { type Counts, startGenerator, threadsFor } from '../../src/generator/index.ts';
import type { RunEvent } from '../../src/record/index.ts';
import type { RunSpec } from '../../src/scenario/index.ts';
import { startResponder } from '../bench/child.ts';
import { openLoop } from '../bench/load.ts';
import { eventsOf, spec } from '../support/fakes.ts';

const never = new AbortController().signal;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windtunnel-generator-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A generator on its way, what it has recorded at its end, and the processes it registered. */
async function generator(of: RunSpec, { threads = 1, eventsPath = join(folder, `${threads}.ndjson`) } = {}) {
  const clock = systemClock();
  const alive = new Set<number>();
  const counts: Counts[] = [];
  const guard = {
    protect: (pid: number) => void alive.add(pid),
    release: (pid: number) => void alive.delete(pid),
  };
  const task = { spec: of, threads, eventsPath, epochUs: clock.epochUs };
  const started = await startGenerator({ ...task, guard, onCounts: (one) => counts.push(one) }, never);
  const beginUs = clock.nowUs() + 20_000;
  return {
    ...started,
    alive,
    counts,
    beginUs,
    begin: (entryUrl: string, signal = never) => started.run({ entryUrl, beginUs }, signal),
    events: () => {
      const lines = readFileSync(eventsPath, 'utf8').trimEnd().split('\n');
      return lines.map((line) => JSON.parse(line) as RunEvent);
    },
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

describe('the load generator', () => {
  it('intends the same for the same seed, over however many threads', async () => {
    await using server = await startResponder();
    const intended: string[][] = [];
    for (const threads of [1, 3]) {
      await using load = await generator(openLoop(30, 200, 1000), { threads });
      await load.begin(server.url);
      const operations = eventsOf(load.events(), 'operation');
      intended.push(
        operations.map(({ opId, intendedUs }) => `${opId} ${(intendedUs - load.beginUs).toFixed(2)}`).sort(),
      );
      expect(new Set(eventsOf(load.events(), 'generator-usage').map(({ thread }) => thread)).size).toBe(
        threads,
      );
      expect(eventsOf(load.events(), 'client-ended')).toHaveLength(30);
      expect(load.counts.at(-1)).toMatchObject({ arrived: 30, ok: operations.length, notOk: 0 });
    }
    expect(intended[0]?.length).toBeGreaterThan(100);
    expect(intended[1]).toEqual(intended[0]);
  });

  it('gives each client the same row, over however many threads', async () => {
    await using server = await startResponder();
    const path = join(folder, 'rows.csv');
    const text = `user\n${Array.from({ length: 20 }, (_, i) => `u${i}`).join('\n')}\n`;
    writeFileSync(path, text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    const base = openLoop(30, 200, 500);
    const item = '${data.user} ${opId}';
    const data = {
      file: 'rows.csv',
      deal: 'shuffled' as const,
      reuse: true,
      types: {},
      path,
      sha256,
      rows: 20,
      columns: ['user'],
    };
    const workload = {
      ...base.scenario.workload,
      journey: [{ call: 'echo', arguments: { text: item }, writes: item }],
    };
    const of = { ...base, scenario: { ...base.scenario, data, workload } };
    const written: (string | undefined)[][] = [];
    for (const threads of [1, 3]) {
      await using load = await generator(of, { threads });
      await load.begin(server.url);
      written.push(
        eventsOf(load.events(), 'operation')
          .map(({ writes }) => writes)
          .sort(),
      );
    }
    expect(written[0]).toHaveLength(30);
    expect(new Set(written[0]?.map((value) => value?.split(' ')[0])).size).toBe(20);
    expect(written[1]).toEqual(written[0]);
  });

  it('leaves nothing when it is disposed of', async () => {
    const load = await generator(openLoop(1, 1, 100));
    expect(load.alive).toEqual(new Set([load.pid]));
    await load[Symbol.asyncDispose]();
    expect(load.alive).toEqual(new Set());
    expect(() => process.kill(load.pid, 0)).toThrow('ESRCH');
  });

  it('ends soon when it is stopped, and has recorded what was under way', async () => {
    await using server = await startResponder(60_000);
    const cut = new AbortController();
    await using load = await generator(openLoop(5, 50, 60_000));
    const run = load.begin(server.url, cut.signal);
    // A call is under way as soon as a client has come: the server never answers.
    await expect.poll(() => load.counts.at(-1)?.arrived, { timeout: 10_000 }).toBe(5);
    cut.abort();
    await run;
    const kinds = new Set(eventsOf(load.events(), 'operation').map(({ failure }) => failure?.kind));
    expect(kinds).toEqual(new Set(['interrupted']));
  });

  it('says so when its process is killed', async () => {
    await using server = await startResponder();
    await using load = await generator(openLoop(5, 50, 60_000));
    const run = load.begin(server.url);
    run.catch(() => {});
    process.kill(load.pid, 'SIGKILL');
    await expect(run).rejects.toThrow('the load generator process ended (SIGKILL)');
  });

  it('says so when what it records cannot be written', async () => {
    await using server = await startResponder();
    await using load = await generator(openLoop(5, 50, 60_000), { eventsPath: '/dev/full' });
    await expect(load.begin(server.url)).rejects.toThrow(/cannot write \/dev\/full: ENOSPC/);
  });
});

describe('the number of threads', () => {
  const at = (ratePerSecond: number, sessions: number, cores: number) =>
    threadsFor(spec({ workload: { ratePerSecond, sessions } }).scenario, cores);
  it('is one for a usual load', () => expect(at(500, 200, 64)).toBe(1));
  it('grows with the rate and with the clients', () =>
    expect([at(20_000, 10, 64), at(10, 100_000, 64)]).toEqual([4, 5]));
  it('leaves half the processors to the servers', () =>
    expect([at(1e6, 10, 8), at(1e6, 10, 1)]).toEqual([4, 1]));
});
