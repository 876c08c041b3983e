import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { widthOf } from '../../src/core/index.ts';
import { cli, main, startProgram, temporaryFolder } from '../support/cli.ts';
import { executable, need } from '../support/requirements.ts';

const scriptPath = '/usr/bin/script';

/** What a command shows in a terminal of so many columns: every line that was there at some time. */
async function inTerminal(args: readonly string[], columns: number, env: Record<string, string> = {}) {
  const words = [process.execPath, main, ...args].map((word) => `'${word}'`).join(' ');
  const command = `stty cols ${columns} rows 24; ${words}`;
  const { code, stdout } = await startProgram(scriptPath, ['-qec', command, '/dev/null'], {
    env: { TERM: 'xterm-256color', ...env },
  }).finished;
  return { code, raw: stdout, lines: stripVTControlCharacters(stdout).split(/\r\n|\r|\n/) };
}

/** Commands and paths stay whole, to be copied. */
const copied = /^ *(Report: )?\S*\/\S*$/;
const tooWide = (lines: readonly string[], columns: number) =>
  lines.filter((line) => widthOf(line) > columns && !copied.test(line));
// biome-ignore format: one option after the other
const run = (out: string) => [
  'run', 'steady', '--deployment', 'stateful-sticky,stateless', '--duration', '1s', '--sessions', '3', '--rate', '20/s',
  '--out', out,
];

describe.runIf(process.platform === 'linux')('a terminal of 40 columns', () => {
  const script = executable(
    scriptPath,
    `no ${scriptPath} to make a terminal with (apt-get install bsdutils)`,
  );

  it('shows a run without a line that is wider, and without losing a word', async (context) => {
    need(script, context.skip);
    using folder = temporaryFolder();
    const { code, raw, lines } = await inTerminal(run(`${folder.path}/out`), 40);
    expect([0, 1, 2]).toContain(code);
    expect(tooWide(lines, 40)).toEqual([]);
    const words = lines.join(' ').replace(/\s+/g, ' ');
    expect(words).toMatch(
      /\[1\/2\] steady · stateful-sticky [\d.]+ s: \d+ ok, \d+ failed, \d+ of 3 sessions lost/,
    );
    expect(words).toMatch(/\[2\/2\] steady · stateless [\d.]+ s: \d+ ok/);
    expect(words).toContain(`${folder.path}/out/report.html`);
    // Redrawn in place, and in colour.
    expect(raw).toContain('\u001b[2K');
    expect(['\u001b[31m', '\u001b[32m', '\u001b[33m'].some((colour) => raw.includes(colour))).toBe(true);
  });

  it.each([
    [['run', 'crush'], 64, 'Known by name: blocking-call, '],
    [['--help'], 0, 'windtunnel doctor'],
    [['list'], 0, 'stateful-round-robin'],
    [['doctor'], undefined, 'Node: v'],
  ])('%j', async (args, expected, text) => {
    const { code, lines } = await inTerminal(args, 40);
    if (expected !== undefined) expect(code).toBe(expected);
    expect(tooWide(lines, 40)).toEqual([]);
    expect(lines.join(' ').replace(/\s+/g, ' ')).toContain(text);
  });

  it('shows no colour with NO_COLOR, and a pipe gets no control character at all', async (context) => {
    need(script, context.skip);
    const plain = await inTerminal(['list'], 80, { NO_COLOR: '1' });
    const painted = await inTerminal(['list'], 80);
    expect(painted.raw).toContain('\u001b[1m');
    expect(plain.raw).not.toContain('\u001b');
    expect((await cli(['list'])).stdout).not.toContain('\u001b');
  });
});
