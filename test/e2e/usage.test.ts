import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, temporaryFolder } from '../support/cli.ts';

describe('a mistake of the user exits 64 and says what, where and what is allowed', () => {
  it.each([
    [['run', 'crush'], 'no scenario named crush', 'crash, elicitation, freeze'],
    [['run', './nowhere.yaml'], 'no scenario file ./nowhere.yaml', 'Known by name'],
    [['run', '--deployment', 'sticky'], 'no deployment named sticky', 'stateful-sticky'],
    [['run', '--deployment', ','], '--deployment needs at least one name', ''],
    [['run', '--replicas', '0'], '--replicas 0: must be a whole number from 1 to 50', ''],
    [['run', '--rate', 'fast'], '--rate fast: must be a rate above 0, such as 200/s', ''],
    [['run', '--duration', '10'], '--duration 10: must be a duration', '10s'],
    [['run', '--seed', '-1'], '--seed -1: must be a whole number', ''],
    [['run', '--seed', '1', '--seed', '2'], '--seed is given 2 times', ''],
    [['run', '--backend', 'cloud'], 'backend', 'process'],
    [['run', '--balancer', 'magic'], 'balancer', 'embedded'],
    [['run', '--store', 'files'], 'store', 'redis'],
    [
      ['run', '--redis-url', 'redis://localhost'],
      '--redis-url is given, but the store is SQLite',
      '--store redis',
    ],
    [
      ['run', '--store', 'redis', '--redis-url', 'localhost:1'],
      '--redis-url: must be redis://',
      '127.0.0.1:6379',
    ],
    [['run', '--store', 'redis', '--redis-url', 'redis://127.0.0.1:1'], 'ECONNREFUSED 127.0.0.1:1', 'answer'],
    [
      ['run', '--store', 'redis', '--redis-url', 'redis://db.example'],
      'not this machine',
      '--allow-host db.example',
    ],
    [['run', '--client', 'curl'], 'client', 'sdk-v2'],
    [['run', '--sesions', '5'], 'sesions', '--help'],
    [['run', '--no-deployment'], 'no-deployment', '--help'],
    [['rum'], 'rum', '--help'],
    [[], 'which command', '--help'],
    [['report'], 'directory', '--help'],
    [['report', '/nonexistent'], 'holds no experiment', 'plan.json'],
  ])('%j', async (args, message, hint) => {
    const { code, stderr, stdout } = await cli(args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('a bad file, with its line', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'bad.yaml');
    const crash = readFileSync(new URL('../../scenarios/crash.yaml', import.meta.url), 'utf8');
    writeFileSync(
      file,
      crash.replace('rate: 120/s', 'rate: 120/s\n  color: red').replace('at: 40%', 'at: 11s'),
    );
    const { code, stderr } = await cli(['run', file]);
    expect(code).toBe(64);
    expect(stderr).toContain(`${file}:10: workload.color: unknown key; allowed here: sessions,`);
  });

  it('a folder that is in use, or cannot be written', async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'mine.txt'), 'precious');
    const used = await cli(['run', 'steady', '--out', folder.path]);
    expect(used.code).toBe(64);
    expect(used.stderr).toContain('the folder is not empty');
    expect(readFileSync(join(folder.path, 'mine.txt'), 'utf8')).toBe('precious');
    const inFile = await cli(['run', 'steady', '--out', join(folder.path, 'mine.txt', 'below')]);
    expect(inFile.code).toBe(64);
    expect(inFile.stderr).toContain('cannot write into');
  });

  it('a damaged experiment', async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'plan.json'), '{');
    expect(await cli(['report', folder.path])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('cannot read'),
    });
    writeFileSync(join(folder.path, 'plan.json'), '{"schemaVersion": 2}');
    expect(await cli(['report', folder.path])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('schemaVersion 1'),
    });
    writeFileSync(
      join(folder.path, 'plan.json'),
      '{"schemaVersion": 1, "scenarios": [null], "deployments": []}',
    );
    expect(await cli(['report', folder.path])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('is not a plan'),
    });
    mkdirSync(join(folder.path, 'empty'));
    expect(await cli(['report', join(folder.path, 'empty')])).toMatchObject({ code: 64 });
  });
});

describe('help and version', () => {
  it('go to standard output and exit 0', async () => {
    const help = await cli(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('windtunnel run');
    const run = await cli(['run', '--help']);
    expect(run.stdout).toContain('--deployment');
    for (const line of run.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    expect((await cli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
