import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { seededPrng } from '../../src/core/index.ts';
import type { Results } from '../../src/verdict/index.ts';
import { cli, processesWith, startCli, temporaryFolder, until } from '../support/cli.ts';

// A run that waits for its end leaves room beside it.
vi.setConfig({ maxConcurrency: 3 });

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

/** Two different signals, since the system may make one of two equal ones. */
function twice(child: ChildProcess): void {
  child.kill('SIGINT');
  child.kill('SIGTERM');
}

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
    expect(results.cutShort).toBe('1 of 2 runs were never begun, 1 of 2 runs did not come to their end');
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
    twice(child);
    expect((await finished).code).toBe(2);
    await until(
      () => processesWith(out).length === 0,
      () => JSON.stringify(processesWith(out)),
    );
  });
});

/** Shown while replicas start, before any client has begun. */
const isStarting = (out: string) => /"type":"replica-started"/.test(eventsOf(out));
/** The only run is over; what follows is judging and rendering. */
const isJudging = (out: string) => /"type":"run-ended"/.test(eventsOf(out));
const eventsOf = (out: string) => {
  const file = join(out, 'runs/stateful-sticky-0/events.ndjson');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};
const brief = (out: string) => [
  'run',
  'steady',
  '--deployment',
  'stateful-sticky',
  ...['--duration', '1s', '--sessions', '3', '--rate', '20/s', '--out', out],
];

describe.runIf(process.platform === 'linux')('Ctrl-C', () => {
  it.each([
    ['once', ['SIGINT']],
    ['twice', ['SIGINT', 'SIGTERM']],
  ] as const)('while servers start, %s: ends, and leaves nothing', async (_, signals) => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'experiment');
    const { child, finished } = startCli(brief(out));
    await until(
      () => isStarting(out),
      () => 'no replica was started',
    );
    for (const signal of signals) child.kill(signal);
    expect((await finished).code).toBe(2);
    await until(
      () => processesWith(out).length === 0,
      () => JSON.stringify(processesWith(out)),
    );
    expect(eventsOf(out)).not.toContain('"type":"operation"');
    if (signals.length > 1) return;
    const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
    expect(results).toMatchObject({ verdict: 'unknown', cutShort: '1 of 1 runs did not come to their end' });
    expect(existsSync(join(out, 'report.html'))).toBe(true);
  });

  it('while judging, once: what is nearly done is finished', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'experiment');
    const { child, finished } = startCli(brief(out));
    await until(
      () => isJudging(out),
      () => 'the run did not end',
    );
    child.kill('SIGINT');
    const { code, stdout } = await finished;
    expect([0, 1, 2]).toContain(code);
    expect(stdout).toContain('report.html');
    const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
    expect(results.cutShort).toBeUndefined();
    expect(processesWith(out)).toEqual([]);
  });

  it('while judging, twice: stops at once, and leaves no half of a file', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'experiment');
    const { child, finished } = startCli(brief(out));
    await until(
      () => isJudging(out),
      () => 'the run did not end',
    );
    twice(child);
    const { code, stdout } = await finished;
    await until(
      () => processesWith(out).length === 0,
      () => JSON.stringify(processesWith(out)),
    );
    // On a machine that kept this test waiting, judging was over before the second signal.
    if (!stdout.includes('Report: ')) {
      expect(code).toBe(2);
      expect(existsSync(join(out, 'report.html'))).toBe(false);
    }
    expect(readdirSync(out).filter((name) => name.endsWith('.partial'))).toEqual([]);
    expect((await cli(['report', out, '--quiet'])).code).not.toBe(70);
    expect(readdirSync(out).sort()).toEqual(['plan.json', 'report.html', 'results.json', 'runs']);
  });

  it('while rendering: the files that the table announces are written', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'experiment');
    const { child, finished } = startCli(brief(out));
    child.stdout?.once('data', () => child.kill('SIGINT'));
    const { code, stdout } = await finished;
    expect([0, 1, 2]).toContain(code);
    expect(stdout).toContain('report.html');
    expect(readdirSync(out).sort()).toEqual(['plan.json', 'report.html', 'results.json', 'runs']);
  });
});

/** When to strike. The moment is what is random: start-up, set-up, workload, restarts, the second run. */
const prng = seededPrng(20).fork('kill');
const momentsMs = Array.from({ length: 20 }, () => Math.round(prng.next() * 5000));

describe.runIf(process.platform === 'linux').concurrent('kill -9', () => {
  it.for(momentsMs)(
    'after %i ms leaves no process and no temporary folder; what was recorded can be judged',
    async (momentMs) => {
      using folder = temporaryFolder();
      // Its own, since other runs on this machine come and go in the common one.
      const temporary = join(folder.path, 'tmp');
      mkdirSync(temporary);
      const out = join(folder.path, 'experiment');
      const { child, finished } = startCli([...args(out), '--duration', '4s'], {
        env: { TMPDIR: temporary },
      });
      await new Promise((resolve) => setTimeout(resolve, momentMs));
      child.kill('SIGKILL');
      await finished;
      await until(
        () => processesWith(out).length === 0,
        () => `left ${JSON.stringify(processesWith(out))}`,
      );
      await until(
        () => readdirSync(temporary).length === 0,
        () => `left: ${readdirSync(temporary).join(', ')}`,
      );
      if (!existsSync(join(out, 'plan.json'))) return;
      const report = await cli(['report', out, '--quiet']);
      // 64: nothing had begun. Else the run that was cut has no verdict, whatever one before it came to.
      if (report.code === 64) return;
      expect(report.code).not.toBe(0);
      const { runs } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
      const isWhole = ({ checks }: Results['runs'][number]) =>
        checks.find(({ id }) => id === 'record-complete')?.verdict === 'pass';
      expect(runs.filter((run) => !isWhole(run)).map(({ verdict }) => verdict)).not.toContain('fail');
      if (report.code === 1) expect(runs.filter(isWhole).map(({ verdict }) => verdict)).toContain('fail');
    },
  );
});
