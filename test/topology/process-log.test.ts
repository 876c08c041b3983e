import { mkdtempSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { redactor } from '../../src/core/index.ts';
import { openProcessLog } from '../../src/topology/process-log.ts';

test.each([
  ['in a line that has no end', 4096 - 5, ''],
  ['in the only line', 4096 - 5, '\n'],
  ['in a line that is cut off', 4096 - 30, 'words\n'],
  ['at the very end of what is shown', 4096 - 16, ''],
])('a secret is not half of it: %s', (_where, charsAfter, end) => {
  const folder = mkdtempSync(join(tmpdir(), 'windtunnel-log-test-'));
  const secret = 'first-half-and-second-half';
  const log = openProcessLog(join(folder, 'r1.log'), redactor({ TOKEN: secret }));
  try {
    // It lies over the place where the last 4 KB begin.
    writeSync(log.fd, `${'x'.repeat(5000)} token=${secret}${'y'.repeat(charsAfter)}${end}`);
    const told = log.end();
    expect(told).not.toMatch(/half|cond/);
    expect(told).toContain('yyyy');
    expect(told.length).toBeLessThanOrEqual(4097);
  } finally {
    log.close();
    rmSync(folder, { recursive: true });
  }
});

test('the end of a long output begins with a whole line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'windtunnel-log-test-'));
  const log = openProcessLog(join(folder, 'r1.log'));
  try {
    writeSync(log.fd, 'a short output\n');
    expect(log.end()).toBe('a short output');
    writeSync(log.fd, `${'secret '.repeat(1000)}\n${'x'.repeat(4000)}\nlast words\n`);
    expect(log.end()).toBe(`${'x'.repeat(4000)}\nlast words`);
    writeSync(log.fd, 'y'.repeat(10_000));
    expect(log.end()).toBe(`…${'y'.repeat(4096)}`);
    writeSync(log.fd, '\n');
    expect(log.end()).toBe(`…${'y'.repeat(4096)}`);
  } finally {
    log.close();
    rmSync(folder, { recursive: true });
  }
});
