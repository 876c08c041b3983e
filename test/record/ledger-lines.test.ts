import { describe, expect, it } from 'vitest';
import { isLedgerEntry, type LedgerEntry, ledgerLines } from '../../src/record/index.ts';

/** What is found in an output that comes in these chunks, read at 7 µs. */
function found(...chunks: (string | Buffer)[]) {
  const entries: LedgerEntry[] = [];
  const lines = ledgerLines({ replica: 'r2', boot: 3, epochUs: 1000 }, (entry) => entries.push(entry));
  for (const chunk of chunks) lines.push(Buffer.from(chunk), 7);
  lines.end(8);
  expect(entries.every(isLedgerEntry)).toBe(true);
  expect(lines.counts.entries).toBe(entries.length);
  return { entries, unreadable: lines.counts.unreadable, torn: lines.counts.torn };
}
const commit = '{"windtunnel":"commit","opId":"c1.0","tool":"add"}';
const taken = { event: 'commit', atUs: 7, replica: 'r2', boot: 3, opId: 'c1.0', tool: 'add' };

describe('ledger lines in the output of a server', () => {
  it('are taken, with the place they come from and the time of reading or their own', () => {
    const { entries } = found(
      'listening on http://127.0.0.1:1\n',
      `${commit}\n`,
      '{"opId": "c1.1", "tool": "add", "monotonicUs": 1500.4, "windtunnel": "begin", "subject": "b", "value": 5}\r\n',
      '{"windtunnel":"abort","opId":"c1.1","tool":"add","seq":4,"extra":[1]}\n{"windtunnel":"end","seq":5}\n',
    );
    expect(entries).toEqual([
      taken,
      { ...taken, event: 'begin', opId: 'c1.1', atUs: 500, subject: 'b', value: '5' },
      { ...taken, event: 'abort', opId: 'c1.1', seq: 4 },
      { event: 'end', atUs: 7, replica: 'r2', boot: 3, seq: 5 },
    ]);
  });

  it('are found however the output is cut, also through a character', () => {
    const whole = Buffer.from(`é ${'x'.repeat(30)}\n{"windtunnel":"commit","opId":"c1.0","tool":"ä😀"}\n`);
    for (let size = 1; size < 12; size++) {
      const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) =>
        whole.subarray(i * size, (i + 1) * size),
      );
      expect(found(...chunks)).toEqual({ entries: [{ ...taken, tool: 'ä😀' }], unreadable: 0, torn: false });
    }
  });

  it('are found behind what another stream has left without a line end', () => {
    expect(found(`WARN half a line ${commit}\n`).entries).toEqual([taken]);
  });

  it('count as unreadable when they say nothing that can be understood', () => {
    const bad = [
      '{"windtunnel":"commit","opId":"c1.0","tool":',
      '{"windtunnel":"comit","opId":"c1.0","tool":"add"}',
      '{"windtunnel":"commit","tool":"add"}',
      '{"windtunnel":"commit","opId":7,"tool":"add"}',
      '{"windtunnel":"commit","opId":"c1.0","tool":""}',
      `{"windtunnel":"commit","opId":"${'c'.repeat(201)}","tool":"add"}`,
      '{"windtunnel":"commit","opId":"c1.0","tool":"add","seq":0}',
      '{"windtunnel":"commit","opId":"c1.0","tool":"add","monotonicUs":"now"}',
      '"windtunnel" [',
      `{"windtunnel":"commit","opId":"c1.0","value":"${'v'.repeat(70_000)}"}`,
    ];
    for (const line of bad)
      expect(found(`${line}\n${commit}\n`)).toEqual({ entries: [taken], unreadable: 1, torn: false });
  });

  it('are bounded: a value is cut, and a line of 10 MB is passed over in little memory', () => {
    const long = `{"windtunnel":"commit","opId":"c1.0","tool":"add","value":"${'v'.repeat(600)}"}\n`;
    expect(found(long).entries).toEqual([{ ...taken, value: 'v'.repeat(500) }]);
    const noise = Array.from({ length: 160 }, () => Buffer.alloc(64 * 1024, 'n'));
    expect(found(...noise, `\n${commit}\n`)).toEqual({ entries: [taken], unreadable: 0, torn: false });
  });

  it('may end without a line end, and may be torn', () => {
    expect(found(commit)).toEqual({ entries: [{ ...taken, atUs: 8 }], unreadable: 0, torn: false });
    expect(found(`${commit}\n${commit.slice(0, 30)}`)).toEqual({
      entries: [taken],
      unreadable: 0,
      torn: true,
    });
    expect(found('half a word')).toEqual({ entries: [], unreadable: 0, torn: false });
  });

  it('are not what other programs log of them', () => {
    const logged = JSON.stringify({ level: 'info', message: commit });
    expect(found(`${logged}\nwindtunnel commit\n`)).toEqual({ entries: [], unreadable: 0, torn: false });
  });
});
