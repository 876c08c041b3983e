import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededPrng } from '../../src/core/index.ts';
import type { Results } from '../../src/verdict/index.ts';
import { cli, processesWith, startCli, temporaryFolder, until } from '../support/cli.ts';

const args = (out: string) => [
  'run',
  'rolling-restart',
  '--deployment',
  'stateful-sticky,stateless',
  '--out',
  out,
];
const operations = (out: string, run: string) => {
  const file = join(out, 'runs', run, 'events.ndjson');
  return existsSync(file) ? (readFileSync(file, 'utf8').match(/"type":"operation"/g)?.length ?? 0) : 0;
};

describe.runIf(process.platform === 'linux')('Ctrl-C', () => {
  it('once: ends the run, renders what was measured, says that it was cut short, leaves nothing', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'experiment');
    const { child, finished } = startCli(args(out));
    await until(
      () => operations(out, 'stateful-sticky-0') > 20,
      () => 'no operation was recorded',
    );
    child.kill('SIGINT');
    const { code, stdout } = await finished;
    expect(code).toBe(2);
    expect(stdout).toContain('report.html');
    const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
    expect(results.verdict).toBe('unknown');
    expect(results.cutShort).toBe('1 of 2 runs were never begun, 1 of 2 runs have an incomplete record');
    expect(results.runs[0]?.metrics.availability.denominator).toBeGreaterThan(20);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('never begun');
    expect(processesWith(out)).toEqual([]);
  });

  it('twice: stops at once, and leaves nothing', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'experiment');
    const { child, finished } = startCli(args(out));
    await until(
      () => operations(out, 'stateful-sticky-0') > 20,
      () => 'no operation was recorded',
    );
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect((await finished).code).toBe(2);
    await until(
      () => processesWith(out).length === 0,
      () => JSON.stringify(processesWith(out)),
    );
  });
});

describe.runIf(process.platform === 'linux')('kill -9', () => {
  it('at 20 random moments leaves no process and no temporary folder; what was recorded can be judged', async () => {
    using folder = temporaryFolder();
    // Its own, since other runs on this machine come and go in the common one.
    const temporary = join(folder.path, 'tmp');
    mkdirSync(temporary);
    const prng = seededPrng(20).fork('kill');
    for (let i = 0; i < 20; i++) {
      const out = join(folder.path, `experiment-${i}`);
      const { child, finished } = startCli([...args(out), '--duration', '4s'], {
        env: { TMPDIR: temporary },
      });
      // The moment is what is random here: start-up, set-up, workload, restarts, the second run.
      await new Promise((resolve) => setTimeout(resolve, prng.next() * 5000));
      child.kill('SIGKILL');
      await finished;
      await until(
        () => processesWith(out).length === 0,
        () => `run ${i} left ${JSON.stringify(processesWith(out))}`,
      );
      if (!existsSync(join(out, 'plan.json'))) continue;
      const report = await cli(['report', out, '--quiet']);
      expect([2, 64]).toContain(report.code);
    }
    await until(
      () => readdirSync(temporary).length === 0,
      () => `left: ${readdirSync(temporary).join(', ')}`,
    );
  }, 300_000);
});
