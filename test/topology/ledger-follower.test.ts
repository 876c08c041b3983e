import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import type { LedgerEntry } from '../../src/record/index.ts';
import { processProvisioner } from '../../src/topology/index.ts';
import { followLedger } from '../../src/topology/ledger-follower.ts';
import { openProcessLog } from '../../src/topology/process-log.ts';
import { eventually } from './fixtures/processes.ts';
import { fixtureSpec, recordedEvents, recordedGuard } from './fixtures/recording.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windtunnel-ledger-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entries = (): LedgerEntry[] =>
  readFileSync(join(folder, 'ledger.ndjson'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** A process that writes this program's output to a log, and what is read of it. */
function follow(program: string) {
  const logPath = join(folder, 'r1.log');
  const log = openProcessLog(logPath);
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', log.fd, log.fd] });
  const events = recordedEvents();
  const source = { replica: 'r1', boot: 1, logPath, fromByte: log.fromByte };
  const follower = followLedger(
    { ...source, ledgerPath: join(folder, 'ledger.ndjson') },
    { clock: systemClock(), events },
  );
  const end = async () => {
    await once(child, 'exit');
    follower.end();
    log.close();
    return events.all;
  };
  return { child, end };
}
const line = (index: string) => `JSON.stringify({windtunnel:'commit',opId:'c1.'+${index},tool:'t'})+'\\n'`;

describe('the ledger of a server that writes it to its output', () => {
  test('is noted while it runs', async () => {
    const { child, end } = follow(
      `require('fs').writeSync(1, ${line('0')}); process.stdin.on('error', () => {}); setInterval(() => {}, 1e6)`,
    );
    await eventually('the entry is noted', () => {
      try {
        return entries().length === 1;
      } catch {
        return false;
      }
    });
    child.kill('SIGKILL');
    expect(await end()).toMatchObject([{ type: 'ledger-read', entries: 1, unreadable: 0, torn: false }]);
  });

  test('is whole after SIGKILL: what was written before it is there, a torn line is told', async () => {
    const { end } = follow(`
      const { writeSync } = require('fs');
      for (let i = 0; i < 2000; i++) writeSync(1, ${line('i')});
      writeSync(1, '{"windtunnel":"commit","opId":"c1.20');
      process.kill(process.pid, 'SIGKILL');
    `);
    expect(await end()).toMatchObject([{ type: 'ledger-read', entries: 2000, unreadable: 0, torn: true }]);
    expect(entries().map((entry) => 'opId' in entry && entry.opId)).toEqual(
      Array.from({ length: 2000 }, (_, i) => `c1.${i}`),
    );
  });

  test('is found in much other output, garbage and a line of 10 MB', async () => {
    const { end } = follow(`
      const { writeSync } = require('fs');
      const all = (text) => { const bytes = Buffer.from(text); for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at); };
      all(${line('1')} + 'x'.repeat(10e6) + '\\n' + ${line('2')});
      all(Buffer.from([0xff, 0, 0x0a]).toString('latin1') + '{"windtunnel":\\n' + 'log\\n'.repeat(1e5) + ${line('3')});
    `);
    expect(await end()).toMatchObject([{ type: 'ledger-read', entries: 3, unreadable: 1, torn: false }]);
  });

  test('is taken from each boot of a replica in the place of its own', async () => {
    const events = recordedEvents();
    await using provisioner = processProvisioner({ clock: systemClock(), events, guard: recordedGuard() });
    for (const boot of [1, 2]) {
      const ledgerPath = join(folder, 'ledger.ndjson');
      // Both write to one log; what the first has written is not read again.
      const spec = fixtureSpec(folder, 'r1', boot, { mode: 'keeps-ledger', ledgerPath });
      const replica = await provisioner.start(spec, new AbortController().signal);
      replica.signal('SIGKILL');
      await replica.exited;
    }
    expect(entries()).toMatchObject([
      { event: 'commit', opId: 'c1.1', replica: 'r1', boot: 1 },
      { event: 'commit', opId: 'c1.2', replica: 'r1', boot: 2 },
    ]);
    expect(events.of('r1').filter((event) => event.startsWith('ledger-read'))).toEqual([
      'ledger-read 1',
      'ledger-read 2',
    ]);
  });
});
