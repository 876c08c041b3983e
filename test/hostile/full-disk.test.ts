import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, main, processesWith, startProgram, temporaryFolder } from '../support/cli.ts';
import { need, type Requirement } from '../support/requirements.ts';

const unsharePath = '/usr/bin/unshare';

/** A small disk of its own, which is gone with the namespace that `unshare` makes; nothing is left mounted. */
const script = `
mount -t tmpfs -o size=60k none "$1" || exit 99
"$2" "$3" run crash --deployment stateful-sticky --duration 3s --sessions 6 --rate 40/s --out "$1/experiment"
code=$?
cp -r "$1/experiment" "$4"
exit $code
`;

function canMount(): Requirement {
  try {
    execFileSync(unsharePath, ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    return { met: true };
  } catch {
    return { met: false, reason: 'no right to mount a small disk (it takes root, and CAP_SYS_ADMIN)' };
  }
}

describe.runIf(process.platform === 'linux')('a disk that fills', () => {
  it('ends the run with a message and exit 70; what was recorded is judged; nothing is left', async (context) => {
    need(canMount(), context.skip);
    using folder = temporaryFolder();
    using disk = temporaryFolder();
    const copy = join(folder.path, 'copy');
    writeFileSync(join(folder.path, 'script.sh'), script);
    const args = ['-m', 'sh', join(folder.path, 'script.sh'), disk.path, process.execPath, main, copy];
    const { code, stdout, stderr } = await startProgram(unsharePath, args).finished;

    expect(stderr).toMatch(/^windtunnel: .*cannot write .*events\.ndjson: ENOSPC: no space left on device/ms);
    expect(stderr).toContain('has space left');
    expect(stderr + stdout).not.toMatch(/^\s+at /m);
    expect(code).toBe(70);
    expect(stdout).toContain('Cut short: 1 of 1 runs did not come to their end');
    expect(stdout).toMatch(/^unknown {2}\d+ checks/m);
    expect(processesWith(disk.path)).toEqual([]);

    expect(readdirSync(copy).filter((name) => name.endsWith('.partial'))).toEqual([]);
    expect((await cli(['report', copy, '--quiet'])).code).toBe(2);
  });
});
