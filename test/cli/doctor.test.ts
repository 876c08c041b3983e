import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askProgram } from '../../src/cli/ask-program.ts';
import type { MachinePart } from '../../src/cli/machine-parts.ts';
import { cli, processesWith, temporaryFolder, until } from '../support/cli.ts';

interface Diagnosis {
  ready: boolean;
  parts: MachinePart[];
}

const diagnose = async (options: Parameters<typeof cli>[1] = {}) => {
  const { code, stdout, stderr } = await cli(['doctor', '--json'], options);
  expect(stderr).toBe('');
  const diagnosis = JSON.parse(stdout) as Diagnosis;
  const part = (name: string) => diagnosis.parts.find((one) => one.name === name);
  return { code, ready: diagnosis.ready, part, parts: diagnosis.parts };
};

/** A program of that name which does what `script` says. */
function fake(folder: string, name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

describe('windtunnel doctor', () => {
  it('exits 0 where the main job can run, and says what each missing part costs', async () => {
    using folder = temporaryFolder();
    fake(folder.path, 'nginx', 'echo "nginx version: nginx/1.2.3" >&2');
    fake(folder.path, 'haproxy', 'echo "no such file" >&2; exit 127');
    // Nothing else is found on this PATH.
    const { code, ready, part, parts } = await diagnose({
      cwd: folder.path,
      env: { PATH: folder.path, CHROMIUM_PATH: join(folder.path, 'nowhere') },
    });
    expect({ code, ready }).toEqual({ code: 0, ready: true });
    expect(part('Node')).toMatchObject({ state: 'ok', found: process.version });
    expect(part('reports folder')).toMatchObject({ state: 'ok', found: join(folder.path, 'reports') });
    expect(part('nginx')).toMatchObject({ state: 'ok', found: '1.2.3' });
    expect(part('Redis')).toMatchObject({ state: 'missing', found: 'not found' });
    expect(part('HAProxy')).toMatchObject({
      state: 'missing',
      found: 'haproxy ends with code 127: no such file',
    });
    expect(parts.filter(({ state, costs }) => (state === 'ok') !== (costs === undefined))).toEqual([]);
  });

  it('exits 70 where it cannot, and says for lack of what', async () => {
    // Nobody can make a folder there, not even root.
    const { code, stdout } = await cli(['doctor'], { cwd: '/proc', env: { TMPDIR: '/nonexistent' } });
    expect(code).toBe(70);
    expect(stdout).toContain('The main job cannot run here, for lack of: reports folder, temporary folder');
    expect(stdout).toContain('--out');
    expect(stdout).toContain('set TMPDIR');
  });

  it('gives a program that hangs no more than its time, and ends it with all it started', async () => {
    using folder = temporaryFolder();
    const sleeper = join(folder.path, 'sleeper');
    fake(folder.path, 'sleeper', 'sleep 987 & sleep 987');
    expect(await askProgram(sleeper, ['--version'], 300)).toEqual({
      found: false,
      absent: false,
      why: 'does not answer within 0.3 s',
    });
    // It was killed by then; on a busy machine the system takes a moment to be rid of it.
    await until(
      () => processesWith(sleeper).length === 0,
      () => JSON.stringify(processesWith(sleeper)),
    );
  });

  it('tells a program that is not there from one that cannot be started or says nothing', async () => {
    using folder = temporaryFolder();
    expect(await askProgram('no-such-program', [])).toMatchObject({ found: false, absent: true });
    writeFileSync(join(folder.path, 'plain'), 'text');
    expect(await askProgram(join(folder.path, 'plain'), [])).toMatchObject({ absent: false });
    fake(folder.path, 'silent', 'exit 0');
    expect(await askProgram(join(folder.path, 'silent'), [])).toMatchObject({
      why: 'does not say its version',
    });
  });
});
