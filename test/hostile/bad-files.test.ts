import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { HarnessError, type Prng, seededPrng } from '../../src/core/index.ts';
import { arrivalTimesUs, clientSchedule, makePlan, namesIn, runsOf } from '../../src/scenario/index.ts';
import { temporaryFolder } from '../support/cli.ts';
import { catalog, request } from '../support/plan.ts';

/** Scenario and deployment files with mistakes that nobody thought of: refused with file and line, or a plan. */

// biome-ignore format: one value after the other
const scalars = [
  'null', '~', '""', '-1', '0', '0/s', '1e309', '.nan', '.inf', '99999999999999999999', '1h', '101%', '-5%', '0%',
  '9999999h', 'true', '[]', '{}', '[1, [2]]', '{ a: b }', '*nowhere', '&a [*a]', '!!binary x', '!!str', '"\\u0000"',
  "'", '"', '|', '世界', '\t', '${opId}', '${', '$.', '$[', '__proto__', 'constructor', '0x1F', '2026-07-28', '@', '`',
];

/** Changes one place of a text; says what it did. */
function spoil(text: string, prng: Prng): [text: string, what: string] {
  const lines = text.split('\n');
  const at = prng.below(lines.length);
  const line = lines[at] ?? '';
  const scalar = scalars[prng.below(scalars.length)] ?? '';
  const changes: Record<string, () => string[]> = {
    'without it': () => lines.toSpliced(at, 1),
    twice: () => lines.toSpliced(at, 0, line),
    deeper: () => lines.with(at, `  ${line}`),
    'less deep': () => lines.with(at, line.slice(2)),
    'with a tab': () => lines.with(at, `\t${line}`),
    [`value ${scalar}`]: () =>
      lines.with(at, line.replace(/(:\s+|- )[^{}]*$/, `$1${scalar.replaceAll('$', '$$$$')}`)),
    [`key ${scalar}`]: () => lines.with(at, line.replace(/[\w-]+:/, `${scalar.replaceAll('$', '$$$$')}:`)),
    [`more: ${scalar}`]: () => lines.toSpliced(at, 0, `${/^ */.exec(line)?.[0]}more: ${scalar}`),
    'the rest is cut': () => [...lines.slice(0, at), line.slice(0, prng.below(line.length + 1))],
    'another character': () => {
      const column = prng.below(line.length + 1);
      return lines.with(
        at,
        `${line.slice(0, column)}${'{}[]:-#&*!|>%@,?'[prng.below(16)]}${line.slice(column + 1)}`,
      );
    },
  };
  const [what, change] = Object.entries(changes)[prng.below(Object.keys(changes).length)] ?? [
    '',
    () => lines,
  ];
  return [change().join('\n'), `line ${at + 1} (${line.trim()}): ${what}`];
}

/** What is wrong with how a file was taken, if anything. */
function complaint(file: string, kind: 'scenarios' | 'deployments'): string | undefined {
  try {
    const plan = makePlan(request({ deployments: namesIn(catalog.deploymentsDir), [kind]: [file] }), catalog);
    // What is accepted can be carried out: it has runs, arrivals and a schedule.
    for (const { scenario, seed } of runsOf(plan)) {
      const [first = Number.NaN] = arrivalTimesUs(scenario, seed);
      const [call] = clientSchedule(scenario, seed, 0, first).calls;
      if (!Number.isFinite(first) || call === undefined) return 'accepted, yet nothing would happen';
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof HarnessError)) return error instanceof Error ? error.stack : String(error);
    if (error.code !== 'usage') return `code ${error.code}: ${error.message}`;
    if (!/:\d+: /.test(error.message) || !error.message.includes(file)) return `no line: ${error.message}`;
    if (/Invalid|received|undefined|\[object/.test(error.message)) return `not for people: ${error.message}`;
    return undefined;
  }
}

describe.each(['scenarios', 'deployments'] as const)('%s with one mistake', (kind) => {
  const directory = catalog[`${kind}Dir`];
  it.each(namesIn(directory))('%s', (name) => {
    const text = readFileSync(join(directory, `${name}.yaml`), 'utf8');
    const prng = seededPrng(1).fork(`${kind} ${name}`);
    using folder = temporaryFolder();
    const file = join(folder.path, 'file.yaml');
    const wrong: string[] = [];
    // What a library says to the terminal on its own is not for people either.
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation((warning) => {
      wrong.push(String(warning));
    });
    for (let i = 0; i < 60; i++) {
      const [spoiled, what] = spoil(text, prng);
      writeFileSync(file, spoiled);
      const found = complaint(file, kind);
      if (found !== undefined) wrong.push(`${what}: ${found}`);
    }
    emit.mockRestore();
    expect(wrong).toEqual([]);
  });
});
