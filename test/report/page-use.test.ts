import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Results } from '../../src/verdict/index.ts';
import { reportBrowser } from './browser.ts';
import { exampleResults } from './fixture.ts';
import { formula, hostileResults } from './fixture-extremes.ts';

/** The page in use: values under the pointer and by keyboard, exchanges, downloads, paper. */

const { open } = reportBrowser();

const tip = (page: Page) => page.locator('#tip');
const figures = (page: Page, title: RegExp) =>
  page.locator('figure').filter({ has: page.locator('h3', { hasText: title }) });

describe('a chart', () => {
  it('says the values under the pointer, and nothing once it has left', async () => {
    await using opened = await open(exampleResults);
    const { page, heard } = opened;
    const plot = figures(page, /^First attempts/)
      .first()
      .locator('.plot')
      .nth(1);
    await plot.hover({ position: { x: 200, y: 80 } });
    await expect
      .poll(() => tip(page).textContent())
      .toMatch(/^[\d.]+ sfirst attempts ok [\d.]+ %, with recovery [\d.]+ %, operations \d+$/);
    const box = await tip(page).boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(1280);
    await page.mouse.move(5, 5);
    await expect.poll(() => tip(page).isVisible()).toBe(false);
    expect(heard).toEqual([]);
  });

  it('says the value that its data holds, at the place where it is drawn', async () => {
    await using opened = await open(exampleResults);
    const { page } = opened;
    const plot = figures(page, /^p99 latency/)
      .first()
      .locator('.plot')
      .first();
    const { width = 0 } = (await plot.boundingBox()) ?? {};
    // The plot begins 48 of 380 pixels from the left and is 302 wide: this is at 6 of 10 s.
    await plot.hover({ position: { x: ((48 + 0.6 * 302) / 380) * width, y: 60 } });
    const window = exampleResults().runs[0]?.series.windows[24];
    const p99 = Number((window?.p99Ms ?? 0).toPrecision(5));
    await expect.poll(() => tip(page).textContent()).toContain(`p99 ${Number(p99.toPrecision(3))} ms`);
    expect(await tip(page).textContent()).toMatch(/^6 s/);
  });

  it('can be read by the keyboard alone', async () => {
    await using opened = await open(exampleResults);
    const { page, heard } = opened;
    await figures(page, /^First attempts/)
      .first()
      .locator('button')
      .last()
      .focus();
    await page.keyboard.press('Tab');
    await expect.poll(() => tip(page).textContent()).toMatch(/^0 s/);
    await page.keyboard.press('ArrowRight');
    expect(await tip(page).textContent()).toMatch(/^0.25 s/);
    await page.keyboard.press('End');
    expect(await tip(page).textContent()).toMatch(/^9.75 s/);
    expect(await tip(page).getAttribute('role')).toBe('status');
    await page.keyboard.press('Escape');
    expect(await tip(page).isVisible()).toBe(false);
    expect(heard).toEqual([]);
  });

  it('leads from a loss to the exchange behind it, by a click and by the keyboard', async () => {
    await using opened = await open(exampleResults);
    const { page, heard } = opened;
    const plot = figures(page, /^Where single/)
      .first()
      .locator('.plot')
      .nth(1);
    const exchange = page.locator('#rolling-restart-1-d2-exchange-1');
    expect(await exchange.isVisible()).toBe(false);
    const mark = plot.locator('svg text', { hasText: 'P' }).first();
    await mark.scrollIntoViewIfNeeded();
    const box = await mark.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 4, (box?.y ?? 0) + 6);
    await expect.poll(() => tip(page).textContent()).toContain('session lost: crash');
    await page.mouse.down();
    await page.mouse.up();
    await expect.poll(() => exchange.locator('pre').first().isVisible()).toBe(true);
    expect(await exchange.textContent()).toContain('Session not found');
    expect(await exchange.textContent()).toContain('r1, its process no. 1, which was gone by then');
    expect(await page.evaluate('document.activeElement.localName')).toBe('summary');
    await page.keyboard.press('Enter');
    expect(await exchange.locator('pre').first().isVisible()).toBe(false);
    expect(heard).toEqual([]);
  });
});

it('leads from the table of failures to an exchange of that kind', async () => {
  await using opened = await open(exampleResults);
  const { page, heard } = opened;
  const link = page.locator('#crash-2 a[data-open]').last();
  expect(await page.locator('#crash-2 .exchange[open]').count()).toBe(0);
  await link.focus();
  await page.keyboard.press('Enter');
  const exchange = page.locator('#crash-2 .exchange[open]');
  await expect.poll(() => exchange.locator('pre').first().isVisible()).toBe(true);
  expect(await exchange.textContent()).toContain('socket hang up');
  expect(heard).toEqual([]);
});

describe('a download', () => {
  const saved = async (page: Page, title: RegExp, as: 'csv' | 'svg') => {
    const button = figures(page, title).first().locator(`button[data-save=${as}]`);
    const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
  };

  it('of data is CSV with every window of every deployment', async () => {
    await using opened = await open(exampleResults);
    const { name, text } = await saved(opened.page, /^First attempts/, 'csv');
    expect(name).toBe('rolling-restart-availability.csv');
    const lines = text.split('\r\n');
    expect(lines[0]).toBe('deployment,time_s,first_attempts_ok,recovered_ok,intended');
    expect(lines).toHaveLength(1 + 3 * 40 + 1);
    const window = exampleResults().runs[1]?.series.windows[4];
    const share = (ok = 0) => Number((ok / (window?.intended ?? 1)).toPrecision(5));
    expect(lines).toContain(
      `stateful-sticky,1,${share(window?.ok)},${share(window?.recovered)},${window?.intended}`,
    );
    expect(opened.heard).toEqual([]);
  });

  it('of a figure is one SVG with all of its panels, in colours of its own', async () => {
    await using opened = await open(exampleResults, { dark: true });
    const { name, text } = await saved(opened.page, /^Lost by the end/, 'svg');
    expect(name).toBe('rolling-restart-sessions-alive.svg');
    expect(text).not.toContain('var(--');
    expect(text).toContain('stroke="#4aa8e0"');
    const counts = await opened.page.evaluate<[number, number, string]>(`(() => {
      const svg = new DOMParser().parseFromString(${JSON.stringify(text)}, 'image/svg+xml');
      return [svg.querySelectorAll('parsererror').length, svg.querySelectorAll('svg > svg').length, svg.querySelector('title').textContent];
    })()`);
    expect(counts).toEqual([0, 3, expect.stringMatching(/^Lost by the end/)]);
    expect(opened.heard).toEqual([]);
  });

  it('of hostile text is no formula and no markup', async () => {
    await using opened = await open(hostileResults);
    const { text } = await saved(opened.page, /^Where single/, 'csv');
    expect(text).toContain(`"'${formula.replaceAll('"', '""')}"`);
    expect(text).not.toMatch(/(^|,|")[=+@-](?!\d)/m);
    const svg = await saved(opened.page, /^Where single/, 'svg');
    expect(svg.text).not.toMatch(/<(script|img)/);
    expect(opened.heard).toEqual([]);
  });
});

describe('the policy', () => {
  it('lets no script run that was not there, and nothing be asked for', async () => {
    await using opened = await open(exampleResults);
    const { page, heard } = opened;
    await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'globalThis.ran = true';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', '<p id="styled" style="color:rgb(1,2,3)" onclick="globalThis.ran = true">x</p>');
      document.getElementById('styled').click();`);
    expect(await page.evaluate('globalThis.ran')).toBeUndefined();
    expect(await page.evaluate(`getComputedStyle(document.getElementById('styled')).color`)).not.toBe(
      'rgb(1, 2, 3)',
    );
    expect(
      await page.evaluate(`fetch('http://127.0.0.1:9/').then(() => 'let through', () => 'refused')`),
    ).toBe('refused');
    expect(heard.filter((line) => /Content Security Policy/.test(line)).length).toBeGreaterThanOrEqual(4);
    expect(heard.filter((line) => line.startsWith('request:'))).toEqual([]);
  });
});

describe('on paper', () => {
  it('is light, complete and no wider than the page, without what needs a click', async () => {
    await using opened = await open(exampleResults, { width: 718, dark: true });
    const { page, heard } = opened;
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.locator('button:visible, nav:visible, .exchange:visible').count()).toBe(0);
    expect(await page.locator('.chart:visible').count()).toBe(3 * (5 * 3 + 1));
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(718);
    const paper = await page.pdf({ format: 'A4' });
    expect(paper.subarray(0, 5).toString()).toBe('%PDF-');
    expect(heard).toEqual([]);
  });
});

it('shows a difference from theory at the top, in its cell and in its table', async () => {
  const differing = (): Results => {
    const results = exampleResults();
    const prediction = results.runs.flatMap((run) => run.predictions)[0];
    if (prediction)
      Object.assign(prediction, {
        measured: 0.9,
        verdict: 'fail',
        reason: 'More were lost than one replica held.',
      });
    return results;
  };
  await using opened = await open(differing);
  const { page } = opened;
  expect(await page.locator('header').textContent()).toContain(
    '1 of 1 prediction of theory did not come out',
  );
  expect(await page.locator('.attention').textContent()).toMatch(
    /Differs from theory\s*crash\s*stateful-sticky[\s\S]*measured 90.0 %, predicted 18.0 % to 50.0 %/,
  );
  expect(await page.locator('.matrix .differs').count()).toBe(1);
  const row = await page.locator('tr.differs').textContent();
  for (const words of ['1/N = 1/3', '33.3 %', '18.0 % to 50.0 %', '90.0 %', 'differs'])
    expect(row).toContain(words);
});
