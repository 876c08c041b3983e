import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Results } from '../../src/verdict/index.ts';
import { temporaryFolder } from '../support/cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);

/** npm, run by the Node that runs this test; what it starts finds that Node first. */
async function npm(args: readonly string[], cwd: string): Promise<string> {
  const path = `${dirname(process.execPath)}:${process.env.PATH}`;
  const { stdout } = await execute('npm', [...args], {
    cwd,
    env: { ...process.env, PATH: path },
    maxBuffer: 1 << 26,
  });
  return stdout;
}

describe('the packed tarball', () => {
  it('installed in an empty folder, runs `npx windtunnel run`', async () => {
    using folder = temporaryFolder();
    const packed = await npm(['pack', '--json', '--pack-destination', folder.path], root);
    // What the build prints comes first.
    const [{ files }] = JSON.parse(packed.slice(packed.indexOf('[\n'))) as [{ files: { path: string }[] }];
    const shipped = files.map((file) => file.path);
    expect(shipped.filter((path) => /^(src|test|\.ci|reports)\//.test(path))).toEqual([]);
    expect(shipped).toContain('dist/infra/servers/stateless-v2.js');

    const [tarball = ''] = readdirSync(folder.path).filter((name) => name.endsWith('.tgz'));
    writeFileSync(join(folder.path, 'package.json'), '{"private": true}');
    await npm(['install', '--no-audit', '--no-fund', `./${tarball}`], folder.path);
    const listed = await npm(['exec', '--', 'windtunnel', 'list', '--json'], folder.path);
    expect((JSON.parse(listed) as { scenarios: object[] }).scenarios.length).toBeGreaterThan(5);
    const options = ['--duration', '2s', '--sessions', '6', '--rate', '30/s', '--json', '--out', 'out'];
    const run = npm(
      ['exec', '--', 'windtunnel', 'run', 'steady', '--deployment', 'stateless', ...options],
      folder.path,
    );
    // Whether a busy machine let the generator be on time decides the exit code, not this test.
    await run.catch((error: { code?: number }) => expect(error.code).toBe(2));
    const results = JSON.parse(readFileSync(join(folder.path, 'out/results.json'), 'utf8')) as Results;
    const checks = results.runs
      .flatMap((one) => one.checks)
      .filter((check) => check.id !== 'generator-on-time');
    expect(checks.filter((check) => check.verdict !== 'pass')).toEqual([]);
    expect(results.runs[0]?.metrics.availability.numerator).toBeGreaterThan(0);
    expect(readFileSync(join(folder.path, 'out/report.html'), 'utf8')).toContain('<svg');
  }, 300_000);
});
