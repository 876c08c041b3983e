import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Results } from '../../src/verdict/index.ts';
import { cli, main, startProgram, temporaryFolder } from '../support/cli.ts';

const load = ['--deployment', 'stateful-sticky', '--duration', '1s', '--sessions', '3', '--rate', '20/s'];
const brief = ['run', 'steady', ...load];
/** A verdict at all: so short a run on a busy machine may be unknown. */
const judged = [0, 1, 2];
const resultsIn = (out: string) => JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
/** `main` under a shell, which closes and connects what no parent process can. */
const shell = (command: string, options: { cwd: string; env?: Record<string, string> }) =>
  startProgram('sh', ['-c', command, 'sh', process.execPath, main, ...brief], options).finished;

describe('a reader that goes away', () => {
  it('does not end the run, and leaves no trace of it', async () => {
    using folder = temporaryFolder();
    const { stdout, stderr } = await shell('("$@" --json --out out; echo "code $?" >&2) | head -n 1', {
      cwd: folder.path,
    });
    expect(stdout).toBe('{\n');
    expect(stderr).toMatch(/^code [012]$/m);
    expect(stderr).not.toMatch(/EPIPE|^\s+at /m);
    expect(resultsIn(join(folder.path, 'out')).runs).toHaveLength(1);
  });
});

describe('an odd environment', () => {
  it('without input, output, HOME or PATH, with names of other programs, is none of its business', async () => {
    using folder = temporaryFolder();
    const name = "with space/ünï 世界 'quoted'\nand a second line";
    // HOST and PORT are what web servers read; the proxies would take what is sent to 127.0.0.1.
    const { code } = await shell(
      'exec env -i HOST=nowhere.invalid PORT=1 NODE_USE_ENV_PROXY=1 HTTP_PROXY=http://127.0.0.1:9 "$@" --out "$OUT" <&- >&- 2>&-',
      {
        cwd: folder.path,
        env: { OUT: name },
      },
    );
    expect(judged).toContain(code);
    const results = resultsIn(join(folder.path, name));
    expect(results.runs[0]?.metrics.availability.numerator).toBeGreaterThan(0);
    expect(existsSync(join(folder.path, name, 'report.html'))).toBe(true);
  });

  it('with nowhere to put anything, is refused before anything is started', async () => {
    using folder = temporaryFolder();
    const noTemporary = await cli(brief, { cwd: folder.path, env: { TMPDIR: '/nonexistent' } });
    expect(noTemporary).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('Set TMPDIR to a folder'),
    });
    expect(readdirSync(folder.path)).toEqual([]);
    expect(await cli([...brief, '--out', '/proc/x'])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('cannot write into /proc/x'),
    });
    writeFileSync(join(folder.path, 'reports'), 'a file of the same name');
    expect(await cli(brief, { cwd: folder.path })).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--out'),
    });
    const gone = await shell('mkdir gone && cd gone && rmdir ../gone && exec "$@"', { cwd: folder.path });
    expect(gone).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('the folder you are in is gone'),
    });
  });
});

describe('a wall clock that jumps', () => {
  it('back and forth by hours, in every process of the run, touches no time that is measured', async () => {
    using folder = temporaryFolder();
    const jumping = join(folder.path, 'jumping.mjs');
    writeFileSync(
      jumping,
      `const Real = Date;
      let calls = 0;
      const now = () => Real.now() + (calls++ % 3 - 1) * 5 * 3_600_000;
      globalThis.Date = class extends Real {
        constructor(...args) { super(...(args.length === 0 ? [now()] : args)); }
        static now() { return now(); }
      };`,
    );
    const out = join(folder.path, 'out');
    const env = { NODE_OPTIONS: `--import=${jumping}` };
    expect(judged).toContain((await cli([...brief, '--quiet', '--out', out], { env })).code);
    const [run] = resultsIn(out).runs;
    const wrong = run?.checks.filter(({ id, verdict }) => verdict !== 'pass' && id !== 'generator-on-time');
    expect(wrong).toEqual([]);
    expect(run?.metrics.latency_ms.count).toBeGreaterThan(0);
    const record = readFileSync(join(out, 'runs/stateful-sticky-0/events.ndjson'), 'utf8');
    const timesUs = [...record.matchAll(/Us":(-?\d+)/g)].map((match) => Number(match[1]));
    // An hour is 3.6e9 microseconds; this run took seconds.
    expect(timesUs.filter((us) => Math.abs(us) > 600e6)).toEqual([]);
  });
});

describe('two runs at once', () => {
  it('share no folder: with the same --out one is refused, without one each gets its own', async () => {
    using folder = temporaryFolder();
    const same = [...brief, '--quiet', '--out', 'same'];
    const [one, other] = await Promise.all([
      cli(same, { cwd: folder.path }),
      cli(same, { cwd: folder.path }),
    ]);
    const refused = one.code === 64 ? one : other;
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('--out same: the folder is not empty');
    expect(judged).toContain((one.code === 64 ? other : one).code);
    expect(resultsIn(join(folder.path, 'same')).runs).toHaveLength(1);

    mkdirSync(join(folder.path, 'here'));
    const own = () => cli([...brief, '--quiet'], { cwd: join(folder.path, 'here') });
    for (const { code } of await Promise.all([own(), own()])) expect(judged).toContain(code);
    const reports = join(folder.path, 'here/reports');
    expect(readdirSync(reports)).toHaveLength(2);
    for (const name of readdirSync(reports)) expect(resultsIn(join(reports, name)).runs).toHaveLength(1);
  });
});
