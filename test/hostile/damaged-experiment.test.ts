import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPlan } from '../../src/cli/experiment-files.ts';
import { judgeExperiment } from '../../src/cli/judge-experiment.ts';
import { HarnessError, type Prng, seededPrng } from '../../src/core/index.ts';
import { renderConsole, renderHtml, renderJson } from '../../src/report/index.ts';
import type { Results } from '../../src/verdict/index.ts';
import { cli, temporaryFolder } from '../support/cli.ts';

/** An experiment that was damaged after it was recorded: refused with a message, or judged without nonsense. */

const recorded = temporaryFolder();
const original = join(recorded.path, 'experiment');
const run = 'runs/stateful-sticky-0';

beforeAll(async () => {
  const load = ['--duration', '2s', '--sessions', '6', '--rate', '30/s'];
  const args = ['run', 'crash', '--deployment', 'stateful-sticky', ...load, '--quiet', '--out', original];
  // Whatever the verdict of so short a run: what counts is that it was recorded and judged.
  expect([0, 1, 2]).toContain((await cli(args)).code);
});
afterAll(() => recorded[Symbol.dispose]());

function copy(): { path: string; file: (name: string) => string } & Disposable {
  const folder = temporaryFolder();
  const path = join(folder.path, 'experiment');
  cpSync(original, path, { recursive: true });
  return { path, file: (name) => join(path, name), [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

const values = [null, true, '', 'text', 0, -1, 1e300, 2 ** 53, 1.5, [], {}, [null], { a: 1 }, '\u0000', '-0'];

/** Every place in a JSON value that can be changed, as a path of keys. */
function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...places(inner, [...path, key])]);
}

/** Deletes one place of a JSON value or puts something else there; says what it did. */
function damage(value: unknown, prng: Prng): string {
  const all = places(value);
  const path = all[prng.below(all.length)] ?? [];
  const parent = path.slice(0, -1).reduce((at, key) => (at as Record<string, unknown>)[key], value);
  const key = String(path.at(-1));
  if (prng.next() < 0.3) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete (parent as Record<string, unknown>)[key];
    return `without ${path.join('.')}`;
  }
  const other = values[prng.below(values.length)];
  (parent as Record<string, unknown>)[key] = other;
  return `${path.join('.')} = ${JSON.stringify(other)}`;
}

/** What a person must never read. */
const nonsense = /\bNaN\b|\bundefined\b|\bInfinity\b|\[object Object\]/;

/** Where a value holds a number that is none. */
function nonNumbers(value: unknown): string[] {
  return places(value)
    .filter((path) => {
      const found = path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], value);
      return typeof found === 'number' && !Number.isFinite(found);
    })
    .map((path) => path.join('.'));
}

/** Judges and renders as `windtunnel report` does. Returns what is wrong with what came out, and the results. */
async function judged(folder: string, html: boolean): Promise<{ wrong: string[]; results?: Results }> {
  try {
    const results = await judgeExperiment(folder, readPlan(folder));
    const wrong = nonNumbers(results);
    const texts = [renderConsole(results, { colour: false, columns: 80 }), renderJson(results)];
    if (html) texts.push((await renderHtml(results)).replace(/<script[\s\S]*?<\/script>/g, ''));
    return { wrong: [...wrong, ...texts.flatMap((text) => nonsense.exec(text)?.[0] ?? [])], results };
  } catch (error) {
    if (error instanceof HarnessError && error.code === 'usage') return { wrong: [] };
    return { wrong: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
  }
}

describe('one value changed', () => {
  it.each([
    ['a line of events.ndjson', `${run}/events.ndjson`, 250],
    ['a line of ledger.ndjson', `${run}/ledger.ndjson`, 50],
  ])('in %s', async (_, name, count) => {
    const prng = seededPrng(1).fork(name);
    const wrong: string[] = [];
    using experiment = copy();
    const file = experiment.file(name);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    for (let i = 0; i < count; i++) {
      const at = prng.below(lines.length);
      const record = JSON.parse(lines[at] ?? '') as { type?: string };
      const what = `${record.type ?? ''} ${damage(record, prng)}`;
      writeFileSync(file, `${lines.with(at, JSON.stringify(record)).join('\n')}\n`);
      const outcome = await judged(experiment.path, i % 25 === 0);
      wrong.push(...outcome.wrong.map((one) => `${what}: ${one}`));
    }
    expect(wrong).toEqual([]);
  });

  it('in plan.json', async () => {
    const prng = seededPrng(1).fork('plan');
    const wrong: string[] = [];
    using experiment = copy();
    const text = readFileSync(experiment.file('plan.json'), 'utf8');
    for (let i = 0; i < 250; i++) {
      const plan: unknown = JSON.parse(text);
      const what = damage(plan, prng);
      writeFileSync(experiment.file('plan.json'), JSON.stringify(plan));
      const outcome = await judged(experiment.path, i % 10 === 0);
      wrong.push(...outcome.wrong.map((one) => `${what}: ${one}`));
    }
    expect(wrong).toEqual([]);
  });
});

describe('a file that is gone, cut, or something else', () => {
  const unjudged: [string, (file: (name: string) => string) => void][] = [
    ['events.ndjson is cut in the middle', (file) => truncateSync(file(`${run}/events.ndjson`), 5_003)],
    ['events.ndjson is empty', (file) => truncateSync(file(`${run}/events.ndjson`), 0)],
    ['events.ndjson is gone', (file) => rmSync(file(`${run}/events.ndjson`))],
    [
      'events.ndjson ends with garbage',
      (file) =>
        appendFileSync(file(`${run}/events.ndjson`), 'garbage\n[1]\n"x"\nnull\n{"type":"operation"}\n{}\n'),
    ],
    ['events.ndjson is binary', (file) => writeFileSync(file(`${run}/events.ndjson`), noise(100_000))],
    [
      "the balancer's lines are gone from events.ndjson",
      (file) => {
        const events = readFileSync(file(`${run}/events.ndjson`), 'utf8');
        writeFileSync(file(`${run}/events.ndjson`), events.replace(/^.*"type":"routed".*\n/gm, ''));
      },
    ],
    ['ledger.ndjson is binary', (file) => writeFileSync(file(`${run}/ledger.ndjson`), noise(100_000))],
    ['ledger.ndjson is cut', (file) => truncateSync(file(`${run}/ledger.ndjson`), 1_001)],
    ['runs/ is gone', (file) => rmSync(file('runs'), { recursive: true })],
  ];
  it.each(unjudged)('%s: judged, and not as sound', async (_, harm) => {
    using experiment = copy();
    harm(experiment.file);
    const { wrong, results } = await judged(experiment.path, true);
    expect(wrong).toEqual([]);
    expect(results?.verdict).toBe('unknown');
  });

  const refused: [string, (file: (name: string) => string) => void, string][] = [
    ['plan.json is gone', (file) => rmSync(file('plan.json')), 'there is no plan.json in it'],
    ['plan.json is empty', (file) => truncateSync(file('plan.json'), 0), 'cannot read'],
    ['plan.json is binary', (file) => writeFileSync(file('plan.json'), noise(1000)), 'cannot read'],
    [
      'plan.json is a folder',
      (file) => insteadOf(file('plan.json'), (path) => mkdirSync(path)),
      'cannot read',
    ],
    [
      'plan.json points to itself',
      (file) => insteadOf(file('plan.json'), loop),
      'there is no plan.json in it',
    ],
    [
      'plan.json is of a later version',
      (file) => {
        const plan = readFileSync(file('plan.json'), 'utf8');
        writeFileSync(file('plan.json'), plan.replace('"schemaVersion": 1', '"schemaVersion": 2'));
      },
      'schemaVersion',
    ],
    [
      'events.ndjson is a folder',
      (file) => insteadOf(file(`${run}/events.ndjson`), (path) => mkdirSync(path)),
      'cannot read',
    ],
    [
      'report.html is a folder',
      (file) => insteadOf(file('report.html'), (path) => mkdirSync(path)),
      'cannot write',
    ],
    [
      'only results.json is left',
      (file) => {
        rmSync(file('plan.json'));
        rmSync(file('runs'), { recursive: true });
      },
      'there is no plan.json in it',
    ],
  ];
  it.each(refused)('%s: refused, and says what', async (_, harm, message) => {
    using experiment = copy();
    harm(experiment.file);
    const { code, stdout, stderr } = await cli(['report', experiment.path]);
    expect(code).toBe(message === 'cannot write' ? 70 : 64);
    expect(stderr).toContain(message);
    expect(stderr + stdout).not.toMatch(/^\s+at |NaN/m);
  });

  it('report.html points to itself: replaced by the report', async () => {
    using experiment = copy();
    insteadOf(experiment.file('report.html'), loop);
    expect([0, 1, 2]).toContain((await cli(['report', experiment.path, '--quiet'])).code);
    expect(readFileSync(experiment.file('report.html'), 'utf8')).toContain('<svg');
  });

  it('points to itself where events are: judged as never begun', async () => {
    using experiment = copy();
    insteadOf(experiment.file(`${run}/events.ndjson`), loop);
    const { wrong, results } = await judged(experiment.path, false);
    expect({ wrong, cutShort: results?.cutShort }).toEqual({
      wrong: [],
      cutShort: '1 of 1 runs were never begun',
    });
  });
});

function insteadOf(path: string, make: (path: string) => void): void {
  rmSync(path);
  make(path);
}

function loop(path: string): void {
  symlinkSync(path, path);
}

function noise(bytes: number): Buffer {
  const prng = seededPrng(3).fork('noise');
  return Buffer.from(Array.from({ length: bytes }, () => prng.below(256)));
}
