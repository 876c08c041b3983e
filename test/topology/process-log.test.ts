import { mkdtempSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openProcessLog } from '../../src/topology/process-log.ts';

test('the end of a long output begins with a whole line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'windtunnel-log-test-'));
  const log = openProcessLog(join(folder, 'r1.log'));
  try {
    writeSync(log.fd, 'a short output\n');
    expect(log.end()).toBe('a short output');
    writeSync(log.fd, `${'secret '.repeat(1000)}\n${'x'.repeat(4000)}\nlast words\n`);
    expect(log.end()).toBe(`${'x'.repeat(4000)}\nlast words`);
    writeSync(log.fd, 'y'.repeat(10_000));
    expect(log.end()).toBe('y'.repeat(4096));
  } finally {
    log.close();
    rmSync(folder, { recursive: true });
  }
});
