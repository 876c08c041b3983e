import { describe, expect, it } from 'vitest';
import type { Results } from '../../src/verdict/index.ts';
import { reportBrowser } from './browser.ts';
import { exampleResults } from './fixture.ts';
import {
  cutShort,
  eightDeployments,
  failing,
  hostileResults,
  longSoak,
  noSamples,
} from './fixture-extremes.ts';
import { taskResults } from './fixture-tasks.ts';
import {
  hostileTasks,
  manyAnomalies,
  noTaskAcknowledged,
  oddTimes,
  withoutLedger,
} from './fixture-tasks-extremes.ts';

/** The page as a real browser shows it, opened from disk. */

const { open } = reportBrowser();

const variants: [string, () => Results][] = [
  ['the example', exampleResults],
  ['eight deployments', eightDeployments],
  ['a failure', failing],
  ['no samples', noSamples],
  ['an experiment cut short', cutShort],
  ['hostile text', hostileResults],
  ['a long soak', longSoak],
  ['tasks beside sessions', () => taskResults({ withOthers: true })],
  ['hostile tasks', hostileTasks],
  ['no task acknowledged', noTaskAcknowledged],
  ['tasks without a ledger', withoutLedger],
  ['tasks of odd times', oddTimes],
  ['very many anomalies', manyAnomalies],
];

it.each(variants)('the page of %s is silent and never wider than its window', async (_, results) => {
  const { page, heard } = await open(results);
  for (const width of [390, 1280, 2560]) {
    await page.setViewportSize({ width, height: 800 });
    const [needed, available] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, innerWidth]',
    );
    expect(needed).toBeLessThanOrEqual(available);
  }
  expect(heard).toEqual([]);
  await page.close();
});

describe('the page', () => {
  it('shows the matrix first', async () => {
    const { page } = await open(exampleResults);
    const cells = await page.locator('.matrix .cell').all();
    expect(cells).toHaveLength(9);
    for (const cell of cells.slice(0, 6)) {
      const box = await cell.boundingBox();
      expect((box?.y ?? 800) + (box?.height ?? 0)).toBeLessThanOrEqual(800);
    }
    const last = await cells[8]?.locator('.big').boundingBox();
    expect((last?.y ?? 800) + (last?.height ?? 0)).toBeLessThanOrEqual(800);
    await page.close();
  });

  it('keeps foreign text as text', async () => {
    const { page, heard } = await open(hostileResults);
    expect(await page.locator('main img, main script:not([type="application/json"])').count()).toBe(0);
    expect(await page.locator('h1').textContent()).toContain(
      '<script>alert("x")</script><img src=x onerror=alert(1)>',
    );
    expect(await page.locator('svg text', { hasText: '<script>' }).count()).toBeGreaterThan(0);
    expect(heard).toEqual([]);
    await page.close();
  });

  it('draws in the colours of its theme', async () => {
    const strokes = async (dark: boolean) => {
      const { page } = await open(exampleResults, { dark });
      const colours = await page.evaluate(`[
        getComputedStyle(document.querySelector('.panel svg [stroke="var(--d0)"]')).stroke,
        getComputedStyle(document.querySelector('.panel svg text')).fill,
      ]`);
      await page.close();
      return colours;
    };
    expect(await strokes(false)).toEqual(['rgb(0, 114, 178)', 'rgb(88, 97, 108)']);
    expect(await strokes(true)).toEqual(['rgb(74, 168, 224)', 'rgb(164, 173, 184)']);
  });

  it('keeps the letters in charts large enough to read, at every width', async () => {
    for (const width of [390, 1280, 2560]) {
      const { page } = await open(exampleResults, { width });
      const heights = await page.evaluate<number[]>(`
        [...document.querySelectorAll('.chart')]
          .filter((chart) => chart.getBoundingClientRect().width > 0)
          .flatMap((chart) => [...chart.querySelectorAll('text')])
          .map((text) => text.getBoundingClientRect().height)`);
      expect(Math.min(...heights)).toBeGreaterThanOrEqual(10);
      await page.close();
    }
  });

  it('lets no two labels of a chart overlap', async () => {
    const { page } = await open(eightDeployments);
    const charts = await page.evaluate<Label[][]>(`
      [...document.querySelectorAll('.chart')].map((chart) =>
        [...chart.querySelectorAll('text')].map((text) => {
          const { left, right, top, bottom } = text.getBoundingClientRect();
          return { words: text.textContent, left, right, top, bottom };
        }))`);
    const overlaps = charts.flatMap((labels) =>
      labels.flatMap((a, i) =>
        labels
          .slice(i + 1)
          .filter((b) => overlap(a, b))
          .map((b) => `${a.words} | ${b.words}`),
      ),
    );
    expect(overlaps).toEqual([]);
    await page.close();
  });

  it('copies the command', async () => {
    const { page, heard } = await open(exampleResults);
    const button = page.locator('button[data-copy]');
    await button.click();
    await expect.poll(() => button.textContent()).toMatch(/^(Copied|Selected: press Ctrl-C)$/);
    expect(heard).toEqual([]);
    await page.close();
  });
});

interface Label {
  words: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The box of a text is higher than its letters: a few pixels of it may be shared. */
function overlap(a: Label, b: Label): boolean {
  return a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
}
