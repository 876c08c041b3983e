import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededPrng } from '../../src/core/index.ts';
import {
  findEngine,
  holdImage,
  openRunScope,
  removeRunForGood,
  removeSuperseded,
} from '../../src/topology/container/index.ts';
import { labels } from '../../src/topology/container/labels.ts';
import { startWarden } from '../../src/topology/index.ts';
import { isGone, ownerToken } from '../../src/topology/ownership.ts';
import { cli, processesWith, temporaryFolder, until } from '../support/cli.ts';
import { containerEngine, need } from '../support/requirements.ts';
import { leftOf, outOf, resultsIn, small, startRun, untilNothingIsLeftOf, untilRunning } from './support.ts';

const engine = await containerEngine();
const args = ['rolling-restart', '--deployment', 'stateful-sticky,stateless', ...small];

/** When to strike. The moment is what is random: network, containers coming up, workload, a restart, the end. */
const prng = seededPrng(4).fork('kill');
const momentsMs = Array.from({ length: 4 }, () => Math.round(prng.next() * 6000));

/** Until the clock shows another second: an image's time of creation has no more. */
async function nextSecond(): Promise<void> {
  const now = () => Math.floor(Date.now() / 1000);
  const began = now();
  await until(
    () => now() > began,
    () => 'the clock stands still',
    5_000,
  );
}

describe('what is left in the engine', () => {
  it('is nothing after Ctrl-C, once', async ({ skip }) => {
    need(engine, skip);
    using folder = temporaryFolder();
    const { child, finished } = startRun(args, folder);
    await untilRunning(child.pid, 4);
    child.kill('SIGINT');
    expect(await finished).toMatchObject({ code: 2 });
    expect(await leftOf(child.pid)).toEqual([]);
    expect(resultsIn(outOf(folder)).cutShort).toContain('runs');
  }, 60_000);

  it.concurrent('is nothing after Ctrl-C, twice', async ({ skip }) => {
    need(engine, skip);
    using folder = temporaryFolder();
    const { child, finished } = startRun(args, folder);
    await untilRunning(child.pid, 2);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect(await finished).toMatchObject({ code: 2 });
    await untilNothingIsLeftOf(child.pid);
  }, 60_000);

  it.concurrent.for(momentsMs)(
    'is nothing when the harness is killed after %i ms',
    { timeout: 120_000 },
    async (momentMs, { skip }) => {
      need(engine, skip);
      using folder = temporaryFolder();
      const { child, finished } = startRun(args, folder);
      await new Promise((resolve) => setTimeout(resolve, momentMs));
      child.kill('SIGKILL');
      await finished;
      await until(
        () => processesWith(outOf(folder)).length === 0,
        () => JSON.stringify(processesWith(outOf(folder))),
        30_000,
      );
      expect(await leftOf(child.pid)).toEqual([]);
    },
  );

  it('is removed by `windtunnel clean` when harness and warden were killed, and what lives is not', async ({
    skip,
  }) => {
    need(engine, skip);
    await using warden = await startWarden();
    await using living = await openRunScope(await findEngine(), warden);
    using folder = temporaryFolder();
    const { child, finished } = startRun(args, folder);
    await untilRunning(child.pid, 4);
    // All of the run's processes at once, so that nobody is there to clean up.
    for (const { pid } of processesWith(outOf(folder))) process.kill(pid, 'SIGKILL');
    child.kill('SIGKILL');
    await finished;
    expect((await leftOf(child.pid)).length).toBeGreaterThan(4);
    const { code, stdout } = await cli(['clean', '--json']);
    expect(code).toBe(0);
    const { removed } = JSON.parse(stdout) as { removed: Record<string, string[]> };
    expect(removed.containers?.length).toBeGreaterThanOrEqual(4);
    // Its run's, and the experiment's.
    expect(removed.networks).toHaveLength(2);
    // Where it kept, or would have kept, the shared store.
    expect(removed.folders?.length).toBeGreaterThanOrEqual(1);
    expect(removed.folders?.filter(existsSync)).toEqual([]);
    expect(await leftOf(child.pid)).toEqual([]);
    expect(await leftOf(process.pid)).toEqual([living.network]);
    expect((await cli(['clean'])).stdout).toContain('nothing was left by a run that was killed');
  }, 60_000);

  it('is no image that a newer one has superseded, once nothing is made of it', async ({ skip }) => {
    need(engine, skip);
    const { docker } = await findEngine();
    const repository = `windtunnel-superseded-${process.pid}`;
    const base = await docker.getImage(process.env.WINDTUNNEL_BASE_IMAGE || 'mcp-windtunnel-base').inspect();
    const made = await docker.createContainer({ Image: base.Id, Cmd: ['node'] });
    const add = (tag: string, changes: string) => made.commit({ repo: repository, tag, changes });
    const there = async () => {
      const images = await docker.listImages({ filters: { reference: [`${repository}:*`] } });
      return images.flatMap(({ RepoTags }) => RepoTags ?? []).toSorted();
    };
    await using warden = await startWarden();
    const scope = await openRunScope(await findEngine(), warden);
    try {
      await add('old', 'ENV OLD=1');
      await add('old-next', `LABEL ${labels.version}=2`);
      await holdImage(scope, `${repository}:old`);
      await nextSecond();
      await add('new', 'ENV NEW=1');
      // Of the same second as what it is to be rolled out over, or later.
      await add('new-next', `ENV NEW=2\nLABEL ${labels.version}=2`);
      expect(await removeSuperseded(docker, repository)).toEqual([`${repository}:old-next`]);
      expect(await there()).toEqual(['new', 'new-next', 'old'].map((tag) => `${repository}:${tag}`));
      await scope[Symbol.asyncDispose]();
      expect(await removeSuperseded(docker, repository)).toEqual([`${repository}:old`]);
      expect(await there()).toEqual(['new', 'new-next'].map((tag) => `${repository}:${tag}`));
    } finally {
      await scope[Symbol.asyncDispose]();
      await made.remove();
      for (const name of await there()) await docker.getImage(name).remove();
    }
  }, 60_000);

  it('is no layer of a build whose harness was killed', async ({ skip }) => {
    need(engine, skip);
    const { docker } = await findEngine();
    const owner = ownerToken(process.pid).replace(/\/\d+$/, '/1');
    const base = process.env.WINDTUNNEL_BASE_IMAGE || 'mcp-windtunnel-base';
    const made = await docker.createContainer({ Image: base, Cmd: ['node'] });
    // As such a layer it has an owner, no name, and belongs to no run.
    const { Id } = await made.commit({ changes: `LABEL ${labels.owner}=${owner}` });
    await made.remove();
    await removeRunForGood(docker, 'windtunnel-of-the-killed');
    await expect(docker.getImage(Id).inspect()).rejects.toMatchObject({ statusCode: 404 });
  }, 60_000);

  it('is judged by who owns it', () => {
    const mine = ownerToken(process.pid);
    expect(isGone(mine)).toBe(false);
    // The same number, started at another time.
    expect(isGone(mine.replace(/\/\d+$/, '/1'))).toBe(true);
    // Another machine, another process namespace: nobody here can know.
    expect(isGone(`elsewhere${mine}`)).toBe(false);
    expect(isGone(mine.replace(/pid:\[\d+\]/, 'pid:[1]').replace(/\/\d+$/, '/1'))).toBe(false);
    // Before the machine's last boot.
    expect(isGone(mine.replace(/\/[0-9a-f-]{36}\//, '/0-0/'))).toBe(true);
    expect(isGone('')).toBe(false);
  });
});
