import { describe, expect, it, vi } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.ts';
import { HarnessError, type Prng, seededPrng } from '../../src/core/index.ts';
import { makePlan } from '../../src/scenario/index.ts';
import { cli, temporaryFolder } from '../support/cli.ts';
import { catalog, request } from '../support/plan.ts';

/** Command lines that nobody would write: refused with a message, or taken as what they say. */

// biome-ignore format: a list of words
const flags = [
  '--deployment', '--replicas', '--repeat', '--duration', '--sessions', '--rate', '--seed', '--backend', '--balancer',
  '--out', '--quiet', '--json', '--server', '--port', '--store', '--', '-', '--help=', '--version=1', '--no-json',
  '--__proto__', '--constructor', '--deployment.x', '--toString', '-x', '-q5',
];
// biome-ignore format: a list of words
const values = [
  '', ' ', '0', '-0', '1', '1.5', '1e3', '-1', '0x10', '007', '99999999999999999999', '1e309', 'NaN', 'Infinity', 'null',
  'undefined', 'true', 'false', '10s', '10 s', '0s', '1h', '999h', '200/s', '1/0', '/s', 'ß世界🌀', '\u0000', '\n', 'a b',
  'stateless', 'stateless,', ',stateless', 'stateless,stateless', '../stateless', '/etc/passwd', '.', '..', './x.yaml',
  'memory', 'sqlite', 'process', 'embedded', 'stateful-v2', '*', '$HOME', '%s', '__proto__', 'constructor',
];
const commands = ['run', 'report', 'list', 'doctor', 'serve', 'rum', ''];

const pick = <T>(prng: Prng, all: readonly T[]): T => all[prng.below(all.length)] as T;

function commandLine(prng: Prng): string[] {
  const words = [pick(prng, commands)];
  for (let n = prng.below(5); n > 0; n--) {
    const flag = pick(prng, flags);
    const value = pick(prng, values);
    const shapes = [[flag], [flag, value], [`${flag}=${value}`], [value], [flag, value, flag, value]];
    words.push(...pick(prng, shapes));
  }
  return words;
}

/** What is wrong with how a command line was taken, if anything. */
async function complaint(argv: readonly string[]): Promise<string | undefined> {
  try {
    const command = await parseArguments(argv, '1.2.3', () => {}, 80);
    if (command.name === 'run') makePlan(request(command.options), catalog);
    if (command.name === 'serve' && !(command.options.port >= 0)) return `port ${command.options.port}`;
    if ('json' in command && typeof command.json !== 'boolean') return `json is ${String(command.json)}`;
    return undefined;
  } catch (error) {
    if (!(error instanceof HarnessError)) return error instanceof Error ? error.stack : String(error);
    if (error.code !== 'usage') return `code ${error.code}`;
    return /\[object|^\s*$|undefined is|is not a function/.test(error.message) ? error.message : undefined;
  }
}

describe('odd command lines', () => {
  it('are refused as the mistake they are, or taken', async () => {
    const prng = seededPrng(1).fork('arguments');
    const wrong: string[] = [];
    const write = vi.spyOn(process.stderr, 'write');
    for (let i = 0; i < 1000; i++) {
      const argv = commandLine(prng);
      const found = await complaint(argv);
      if (found !== undefined) wrong.push(`${JSON.stringify(argv)}: ${found}`);
    }
    expect(write.mock.calls).toEqual([]);
    write.mockRestore();
    expect(wrong).toEqual([]);
  });

  it.each([
    [['run', 'nowhere', '--backend', 'process', '--backend', 'process'], '--backend is given 2 times'],
    [['report', 'a', 'b'], 'b'],
    [['run', '--out', ''], '--out'],
    [['run', ''], 'scenario'],
    [['report', ''], 'directory'],
    [['serve', '--store', 'memory', '--store', 'sqlite'], '--store is given 2 times'],
    [['run', '--deployment', 'a\u0007b\u001b[31m'], 'no deployment named'],
  ])('%j', async (args, message) => {
    using folder = temporaryFolder();
    const { code, stderr, stdout } = await cli(args, { cwd: folder.path });
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(message);
    // A terminal obeys control characters.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });
});
