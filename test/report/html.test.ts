import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/index.ts';
import type { Results } from '../../src/verdict/index.ts';
import { exampleResults } from './fixture.ts';
import {
  cutShort,
  eightDeployments,
  failing,
  hostileResults,
  longSoak,
  noSamples,
  oneDeployment,
  repeated,
  thirtySixRuns,
} from './fixture-extremes.ts';
import { taskResults } from './fixture-tasks.ts';
import { hostileTasks, noTaskAcknowledged, oddTimes, withoutLedger } from './fixture-tasks-extremes.ts';
import { words } from './words.ts';

const variants: [string, () => Results][] = [
  ['the example', exampleResults],
  ['one deployment', oneDeployment],
  ['eight deployments', eightDeployments],
  ['repeats', repeated],
  ['a failure', failing],
  ['no samples', noSamples],
  ['an experiment cut short', cutShort],
  ['hostile text', hostileResults],
  ['a long soak with many replicas and faults', longSoak],
  ['36 runs', thirtySixRuns],
  ['tasks beside sessions', () => taskResults({ withOthers: true })],
  ['hostile tasks', hostileTasks],
  ['no task acknowledged', noTaskAcknowledged],
  ['tasks without a ledger', withoutLedger],
  ['tasks of odd times', oddTimes],
];

/** Drawing a page takes its time; each is drawn once, and twice where that is the question. */
const pages = new Map<() => Results, Promise<string>>();
function pageOf(results: () => Results): Promise<string> {
  const page = pages.get(results) ?? renderHtml(results());
  pages.set(results, page);
  return page;
}

describe.each(variants)('the page of %s', (_, results) => {
  it('is well-formed, with unique ids and links that lead somewhere', async () => {
    const page = await pageOf(results);
    expect(unbalanced(page)).toEqual([]);
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/ href="#([^"]*)"/g)) expect(ids).toContain(target);
    expect(Buffer.byteLength(page)).toBeLessThan(3_000_000);
  });

  it('holds to its policy and needs nothing from elsewhere', async () => {
    const page = await pageOf(results);
    const hash = (text = '') => `sha256-${createHash('sha256').update(text).digest('base64')}`;
    const style = hash(/<style>([\s\S]*?)<\/style>/.exec(page)?.[1]);
    const script = hash(/<script>([\s\S]*?)<\/script>/.exec(page)?.[1]);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'");
    expect(policy).toBe(
      `default-src 'none'; style-src '${style}'; script-src '${script}'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(page.match(/<script>/g)).toHaveLength(1);
    const blocks = [...page.matchAll(/<script type="application\/json">([\s\S]*?)<\/script>/g)];
    expect(page.match(/<script/g)).toHaveLength(1 + blocks.length);
    for (const [, block = ''] of blocks) expect(JSON.parse(block)).toHaveProperty('charts');
    const tags = [...page.matchAll(/<[a-z][^>]*>/g)].map(([tag]) => tag);
    const names = tags.map((tag) => tag.replace(/"[^"]*"/g, ''));
    expect(names.filter((tag) => / (style|src|on[a-z]+)\b/.test(tag))).toEqual([]);
    expect(tags.filter((tag) => /^<(img|iframe|object|embed|base|form)\b/.test(tag))).toEqual([]);
    const without = page.replace(/<script>[\s\S]*?<\/script>/, '');
    expect(without.match(/.{40}(NaN|undefined|\[object |Infinity).{40}/)).toBeNull();
  });
});

describe('the page', () => {
  it('is small', async () => {
    expect(Buffer.byteLength(await pageOf(exampleResults))).toBeLessThan(1_000_000);
  });

  it('is the same for the same results', async () => {
    expect(await renderHtml(exampleResults())).toBe(await pageOf(exampleResults));
  });

  it('says what was lost and that it was expected', async () => {
    const cell = words(await pageOf(oneDeployment)).replace(/.*recovered\. |<.*/g, '');
    expect(cell).toContain('60 of 60 sessions lost expected');
    expect(cell).toContain('State lost 60 of 60 journeys expected');
    expect(cell).toContain('Pass the losses were expected');
  });

  it('says what failed and why, right below the matrix', async () => {
    const page = words(await pageOf(failing));
    expect(page).toContain(
      'Fail 1 of 48 checks failed, 1 could not be judged. What theory predicts came out, 1 of 1 times. 2 doubts about the measurement',
    );
    expect(page).toContain('3 of 60 journeys lost state not expected');
    expect(page).toContain('no-state-loss 3 of 60, limit 0. A handle must outlive the replica.');
    expect(page.indexOf('What did not pass')).toBeLessThan(page.indexOf('Lost by the end'));
    expect(page).toContain('The event loop stood still for 412 ms');
  });

  it('says n/a with its reason in the text', async () => {
    const page = words(await pageOf(exampleResults));
    expect(page).toContain('no session to lose 2026-07-28 has no sessions');
    expect(page).toContain('n/a a scale-out takes nothing away that would have to come back');
    expect(words(await pageOf(noSamples))).toContain('n/a the server keeps no ledger');
  });

  it('gives rates with counts and interval, and skipped checks with their reason', async () => {
    const page = words(await pageOf(exampleResults));
    expect(page).toMatch(/\d[\d,]* of 1,\d+ operations; 95 % interval [\d.]+–[\d.]+ %/);
    expect(page).toContain('lost_update – – – not judged Hardly any session lives long enough');
  });

  it('shows ranges over repeats and says which one is drawn', async () => {
    const page = words(await pageOf(repeated));
    expect(page).toContain('300 of 300 sessions lost expected');
    expect(page).toContain('60 in each of 5 runs');
    expect(page).toContain('The charts show the first repeat.');
  });

  it('says that it was cut short and what did not run', async () => {
    const page = words(await pageOf(cutShort));
    expect(page).toContain('Cut short. Ctrl-C after 4 of 9 runs.');
    expect(page).toContain('not run');
  });

  it('cuts long messages', async () => {
    const results = oneDeployment();
    const [run] = results.runs;
    if (run) run.series.failures = [{ kind: 'tool-error', count: 1, example: 'x'.repeat(5000) }];
    const page = await renderHtml(results);
    expect(page).toContain('x…');
    expect(page).not.toContain('x'.repeat(500));
  });

  it('tells how to repeat it', async () => {
    const page = words(await pageOf(exampleResults));
    expect(page).toContain('npm run --silent windtunnel -- run rolling-restart crash scale-out');
    for (const fact of ['Seed 7', 'Node v24.21.0', '2 cores, 7.77 GiB', 'ratePerSecond: 120']) {
      expect(page).toContain(fact);
    }
  });

  it('names the engine where replicas were containers, and none where they were not', async () => {
    const results = exampleResults();
    expect(words(await renderHtml(results))).not.toContain('control groups');
    const engine = {
      name: 'Podman',
      version: '5.4.2',
      apiVersion: '1.41',
      isRootless: true,
      cgroupVersion: 2,
    };
    results.environment = { ...results.environment, engine };
    expect(words(await renderHtml(results))).toContain(
      'Containers Podman 5.4.2 (API 1.41), rootless, control groups of version 2',
    );
  });

  it('describes each chart by its main numbers', async () => {
    const page = await pageOf(exampleResults);
    const labels = [...page.matchAll(/role="img" aria-label="([^"]*)"/g)].map((match) => match[1]);
    expect(labels).toHaveLength(3 * (5 * 3 + 2));
    for (const label of labels) expect(label).toMatch(/\d/);
  });
});

/** Elements that are not closed in order; void elements and the raw text of style and script aside. */
function unbalanced(page: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const markup = page.replace(/<!doctype html>/, '').replace(/(<(style|script)>)[\s\S]*?(<\/\2>)/g, '$1$3');
  for (const [, close, name = '', selfClosed] of markup.matchAll(/<(\/?)([a-zA-Z][\w-]*)[^>]*?(\/?)>/g)) {
    if (selfClosed || /^(meta|link|br|img)$/.test(name)) continue;
    if (!close) open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}
