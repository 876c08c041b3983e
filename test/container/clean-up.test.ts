import { describe, expect, it } from 'vitest';
import { seededPrng } from '../../src/core/index.ts';
import { findEngine, openRunScope } from '../../src/topology/container/index.ts';
import { isGone, ownerToken } from '../../src/topology/container/ownership.ts';
import { startWarden } from '../../src/topology/index.ts';
import { cli, processesWith, temporaryFolder, until } from '../support/cli.ts';
import { containerEngine, need } from '../support/requirements.ts';
import { leftOf, outOf, resultsIn, small, startRun, untilNothingIsLeftOf, untilRunning } from './support.ts';

const engine = await containerEngine();
const args = ['rolling-restart', '--deployment', 'stateful-sticky,stateless', ...small];

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

  it('is nothing after Ctrl-C, twice', async ({ skip }) => {
    need(engine, skip);
    using folder = temporaryFolder();
    const { child, finished } = startRun(args, folder);
    await untilRunning(child.pid, 2);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect(await finished).toMatchObject({ code: 2 });
    await untilNothingIsLeftOf(child.pid);
  }, 60_000);

  it('is nothing when the harness is killed, whenever that is', async ({ skip }) => {
    need(engine, skip);
    const prng = seededPrng(4).fork('kill');
    for (let i = 0; i < 4; i++) {
      using folder = temporaryFolder();
      const { child, finished } = startRun(args, folder);
      // The moment is what is random here: network, containers coming up, workload, a restart, the end.
      await new Promise((resolve) => setTimeout(resolve, prng.next() * 6000));
      child.kill('SIGKILL');
      await finished;
      await until(
        () => processesWith(outOf(folder)).length === 0,
        () => JSON.stringify(processesWith(outOf(folder))),
        30_000,
      );
      expect(await leftOf(child.pid)).toEqual([]);
    }
  }, 120_000);

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
    expect(removed.networks).toHaveLength(1);
    expect(await leftOf(child.pid)).toEqual([]);
    expect(await leftOf(process.pid)).toEqual([living.network]);
    expect((await cli(['clean'])).stdout).toContain('nothing was left by a run that was killed');
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
