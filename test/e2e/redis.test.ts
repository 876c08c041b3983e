import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisUrl } from '../../src/core/index.ts';
import type { Plan } from '../../src/scenario/index.ts';
import type { Results } from '../../src/verdict/index.ts';
import { cli, processesWith, startCli, temporaryFolder, until } from '../support/cli.ts';
import { plantForeignKeys, type TestRedis, testRedis } from '../support/redis.ts';
import { need, redisServer } from '../support/requirements.ts';
import { expectSound } from '../support/sound.ts';
import { isRunning } from '../topology/fixtures/processes.ts';

const small = ['--duration', '3s', '--sessions', '15', '--rate', '45/s', '--seed', '7'];
const ofPlan = (out: string) => JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8')) as Plan;
const ofResults = (out: string) => JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
const text = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
const operations = (out: string, run: string) =>
  text(join(out, 'runs', run, 'events.ndjson')).match(/"type":"operation"/g)?.length ?? 0;

/** Of every Redis that a run has started; it overwrites what `processesWith` looks at. */
function serversOf(out: string): number[] {
  const runs = existsSync(join(out, 'runs')) ? readdirSync(join(out, 'runs')) : [];
  return runs
    .map((run) => /\bpid=(\d+), just started/.exec(text(join(out, 'runs', run, 'logs/store.log')))?.[1])
    .filter((pid) => pid !== undefined)
    .map(Number);
}

describe.concurrent('--store redis', () => {
  beforeEach(({ skip }) => need(redisServer(), skip));

  it('starts one for each run, in which a crash loses no session, and ends it', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'experiment');
    const deployments = 'stateful-shared-store,stateless,stateful-sticky';
    const args = ['run', 'crash', '--deployment', deployments, '--store', 'redis', ...small, '--quiet'];
    const { code, stderr } = await cli([...args, '--out', out]);
    expect(stderr).toBe('');
    const results = ofResults(out);
    expectSound(code, results);
    // What theory predicts: sessions in a shared store outlive a crash.
    const [shared, stateless, sticky] = results.runs.map((run) => run.metrics);
    expect(shared?.session_loss).toMatchObject({ numerator: 0, denominator: 15 });
    for (const metrics of [shared, stateless]) {
      expect(metrics?.state_loss).toMatchObject({ numerator: 0 });
      expect(metrics?.lost_update).toMatchObject({ numerator: 0, unexpected: 0 });
      expect(metrics?.duplicate_execution).toMatchObject({ numerator: 0 });
    }
    // What keeps its state in memory is none of its business.
    expect(sticky?.session_loss).not.toMatchObject({ numerator: 0 });
    expect(serversOf(out)).toHaveLength(2);
    expect(serversOf(out).filter(isRunning)).toEqual([]);
    expect(processesWith(out)).toEqual([]);

    const plan = ofPlan(out);
    expect(plan.store).toBe('redis');
    expect(plan.redisUrl).toBeUndefined();
    expect(plan.command).toContain('--store redis');
    expect(results.command).toBe(plan.command);
    expect(results.environment.packages['redis-server']).toMatch(/^\d+\.\d+/);
    expect(text(join(out, 'report.html'))).toContain('--store redis');
  });

  it('a Redis that dies is a failure of the servers: it is recorded and judged, and the run goes on', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'experiment');
    const args = ['run', 'steady', '--deployment', 'stateful-shared-store,stateless', '--store', 'redis'];
    const { finished } = startCli([...args, ...small, '--quiet', '--out', out]);
    for (const run of ['stateful-shared-store-0', 'stateless-0']) {
      await until(
        () => operations(out, run) > 15,
        () => `no operation of ${run} was recorded`,
      );
      process.kill(serversOf(out).at(-1) ?? 0, 'SIGKILL');
    }
    const { code, stderr } = await finished;
    // On a busy machine the generator's lateness may leave it unknown; it never passes.
    expect(stderr).toBe('');
    expect([1, 2]).toContain(code);
    for (const run of ofResults(out).runs) {
      const { availability, session_loss: sessions, lost_update: updates } = run.metrics;
      expect(availability.numerator).toBeGreaterThan(10);
      expect(availability.numerator).toBeLessThan(availability.denominator);
      expect(run.checks.find(({ id }) => id === 'record-complete')?.verdict).toBe('pass');
      expect(run.checks.find(({ id }) => id === 'availability')?.verdict).not.toBe('pass');
      // Who cannot ask does not say that it is unknown.
      if ('numerator' in sessions) expect(sessions.numerator).toBe(0);
      expect(updates).toMatchObject({ unexpected: 0 });
    }
    expect(processesWith(out)).toEqual([]);
  });
});

describe.concurrent('what --store redis starts', () => {
  beforeEach(({ skip }) => need(redisServer(), skip));

  it.each(['SIGINT', 'SIGKILL'] as const)('is gone after %s', async (signal) => {
    using folder = temporaryFolder();
    // Of its own, so that nobody else's folders are seen in it.
    const tmp = join(folder.path, 'tmp');
    mkdirSync(tmp);
    const out = join(folder.path, 'experiment');
    const args = ['run', 'steady', '--deployment', 'stateless', '--store', 'redis', '--quiet', '--out', out];
    const { child, finished } = startCli(args, { env: { TMPDIR: tmp } });
    await until(
      () => operations(out, 'stateless-0') > 5,
      () => 'no operation was recorded',
    );
    expect(serversOf(out).filter(isRunning)).toHaveLength(1);
    expect(readdirSync(tmp)).toHaveLength(1);
    child.kill(signal);
    await finished;
    await until(
      () => processesWith(out).length === 0 && !serversOf(out).some(isRunning),
      () => JSON.stringify([serversOf(out), processesWith(out)]),
    );
    await until(
      () => readdirSync(tmp).length === 0,
      () => readdirSync(tmp).join(', '),
    );
  });
});

describe('--redis-url', () => {
  const password = 'p@ss-word';
  let redis: TestRedis;
  let foreign: Map<string, string>;
  beforeAll(async () => {
    if (!redisServer().met) return;
    redis = await testRedis(password);
    await plantForeignKeys(redis.client);
    foreign = await redis.dump();
  });
  afterAll(() => redis?.[Symbol.asyncDispose]());
  beforeEach(({ skip }) => need(redisServer(), skip));

  const steady = (out: string) => [
    ...['run', 'steady', '--deployment', 'stateful-shared-store', '--store', 'redis'],
    ...['--redis-url', redisUrl(redis.address), ...small, '--out', out],
  ];

  it('serves two experiments at once, and is afterwards as it was; its password is nowhere', async () => {
    using folder = temporaryFolder();
    const outs = ['one', 'two'].map((name) => join(folder.path, name));
    const ended = await Promise.all(outs.map((out) => cli(steady(out))));
    for (const [i, out] of outs.entries()) {
      const results = ofResults(out);
      expect(results.runs[0]?.metrics.session_loss).toMatchObject({ numerator: 0, denominator: 15 });
      expect(results.runs[0]?.metrics.lost_update).toMatchObject({ numerator: 0, unexpected: 0 });
      const shown = `redis://:***@127.0.0.1:${redis.address.port}/0`;
      expect(ofPlan(out)).toMatchObject({ store: 'redis', redisUrl: shown });
      expect(ofPlan(out).command).toContain(`--redis-url '${shown}'`);
      // Each run had its own keys, and nobody else's server was started.
      expect(serversOf(out)).toEqual([]);
      const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((file) =>
        file.isFile(),
      );
      const written = files.map((file) => text(join(file.parentPath, file.name)));
      for (const said of [...written, ended[i]?.stdout, ended[i]?.stderr]) {
        expect(said).not.toContain(password);
        expect(said).not.toContain(encodeURIComponent(password));
      }
    }
    expect(await redis.dump()).toEqual(foreign);
  });

  it('is as it was, too, when the harness was killed', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'experiment');
    const { child, finished } = startCli(steady(out));
    await until(
      () => operations(out, 'stateful-shared-store-0') > 10,
      () => 'no operation was recorded',
    );
    expect((await redis.dump()).size).toBeGreaterThan(foreign.size);
    child.kill('SIGKILL');
    await finished;
    // The warden is the last to end.
    await until(
      () => processesWith(out).length === 0,
      () => JSON.stringify(processesWith(out)),
    );
    expect(await redis.dump()).toEqual(foreign);
  });

  it('that dies ends no run, and what may be left in it is said', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'experiment');
    await using mortal = await testRedis();
    const url = redisUrl(mortal.address);
    const args = ['run', 'steady', '--deployment', 'stateless', '--store', 'redis', '--redis-url', url];
    const { finished } = startCli([...args, ...small, '--quiet', '--out', out]);
    await until(
      () => operations(out, 'stateless-0') > 15,
      () => 'no operation was recorded',
    );
    await mortal[Symbol.asyncDispose]();
    const { code, stderr } = await finished;
    expect([1, 2]).toContain(code);
    expect(stderr).toMatch(
      /^keys windtunnel:[\w-]+:\* may be left in redis:\S+, which cannot be reached: .*ECONNREFUSED/,
    );
    expect(ofResults(out).runs[0]?.checks).toContainEqual(
      expect.objectContaining({ id: 'record-complete', verdict: 'pass' }),
    );
  });

  it('refuses what cannot be used, before anything starts', async () => {
    using folder = temporaryFolder();
    const bare = { ...redis.address, password: undefined };
    const refused: [url: string, message: string][] = [
      [redisUrl(bare), 'NOAUTH'],
      [redisUrl({ ...bare, password: 'wrong-one' }), 'WRONGPASS'],
      [redisUrl({ ...redis.address, db: 999 }), 'out of range'],
    ];
    for (const [url, message] of refused) {
      const args = ['run', 'steady', '--store', 'redis', '--redis-url', url];
      const { code, stderr, stdout } = await cli(args, { cwd: folder.path });
      expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
      expect(stderr).toContain(message);
      expect(stderr).not.toContain('wrong-one');
      expect(stderr).not.toContain(encodeURIComponent(password));
    }
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe('without a redis-server', () => {
  it('--store redis is refused before anything starts, and says what to do', async () => {
    using folder = temporaryFolder();
    const options = { cwd: folder.path, env: { PATH: folder.path } };
    const { code, stderr, stdout } = await cli(['run', 'steady', '--store', 'redis'], options);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain('there is no redis-server on this machine');
    expect(stderr).toContain('apt-get install redis-server');
    expect(stderr).toContain('--redis-url');
    expect(readdirSync(folder.path)).toEqual([]);
  });
});
