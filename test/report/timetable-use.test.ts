import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { reportBrowser } from './browser.ts';
import { taskResults } from './fixture-tasks.ts';
import { hostileTasks } from './fixture-tasks-extremes.ts';

/** The timetable of tasks in use: at every width, under the pointer, by keyboard, on paper. */

const { open } = reportBrowser();

const tip = (page: Page) => page.locator('#tip');
const table = (page: Page, i: number) => page.locator('figure.tasks .timetable').nth(i);

describe('the timetable', () => {
  it.each([390, 640, 1280])(
    'has its strips as wide as there is room at %d pixels, with letters to read',
    async (width) => {
      await using opened = await open(taskResults, { width });
      const { page, heard } = opened;
      const [strips, letters] = await page.evaluate<[number[], number[]]>(`(() => {
      const seen = [...document.querySelectorAll('figure.tasks .lanes .strip')].filter((one) => !one.closest('details:not([open])'));
      const letters = seen.flatMap((one) => [...one.querySelectorAll('text')]);
      return [seen.map((one) => one.getBoundingClientRect().width), letters.map((one) => one.getBoundingClientRect().height)];
    })()`);
      expect(strips).toHaveLength(10 + 6 + 10 + 4);
      expect(Math.min(...strips)).toBeGreaterThanOrEqual(width === 1280 ? 700 : width - 60);
      expect(Math.min(...letters)).toBeGreaterThanOrEqual(10);
      expect(heard).toEqual([]);
    },
  );

  it('draws its marks: each has a shape, and a box its letter', async () => {
    await using opened = await open(taskResults);
    const { page } = opened;
    const sizes = await page.evaluate<number[]>(
      `[...document.querySelectorAll('figure.tasks .lanes use[href^="#mark-"]')].filter((one) => one.getClientRects().length > 0).map((one) => one.getBoundingClientRect().height)`,
    );
    expect(sizes.length).toBeGreaterThan(200);
    expect(Math.min(...sizes)).toBeGreaterThan(3);
    const fills = (dark: boolean) =>
      open(taskResults, { dark }).then(async ({ page: other }) => {
        const fill = await other.evaluate(
          `getComputedStyle(document.querySelector('#mark-unknown path')).fill`,
        );
        await other.close();
        return fill;
      });
    expect(await fills(false)).toBe('rgb(194, 59, 0)');
    expect(await fills(true)).toBe('rgb(255, 138, 87)');
  });

  it('says what a mark is under the pointer, and nothing where there is none', async () => {
    await using opened = await open(taskResults);
    const { page, heard } = opened;
    const lane = table(page, 0).locator('li.lane').first();
    const mark = lane.locator('use[href="#mark-owner-end"]');
    await mark.scrollIntoViewIfNeeded();
    const box = await mark.boundingBox();
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 5);
    await expect
      .poll(() => tip(page).textContent())
      .toMatch(/^1\.69 s after it was due · c20\.1the process that owned it ended, r2$/);
    const shown = await tip(page).boundingBox();
    expect((shown?.x ?? 0) + (shown?.width ?? 0)).toBeLessThanOrEqual(1280);
    await page.mouse.move(2, 2);
    await expect.poll(() => tip(page).isVisible()).toBe(false);
    expect(heard).toEqual([]);
  });

  it('can be read by the keyboard alone', async () => {
    await using opened = await open(taskResults);
    const { page, heard } = opened;
    await page.locator('figure.tasks button[data-save=csv]').focus();
    await page.keyboard.press('Tab');
    await expect
      .poll(() => tip(page).textContent())
      .toMatch(/^0 ms after it was due · c20\.1call duetask 5f0c9a3e-/);
    expect(await tip(page).textContent()).toContain('unknown to the server from the end of its owner on');
    await page.keyboard.press('End');
    expect(await tip(page).textContent()).toMatch(/gave up$/);
    await page.keyboard.press('ArrowLeft');
    expect(await tip(page).textContent()).toMatch(/asked: unknown-task$/);
    await page.keyboard.press('ArrowDown');
    expect(await tip(page).textContent()).toContain('c23.1');
    await page.keyboard.press('Escape');
    expect(await tip(page).isVisible()).toBe(false);
    // The lanes that are folded away are passed over until they are opened.
    const summary = table(page, 0).locator('summary');
    await summary.focus();
    await page.keyboard.press('Enter');
    expect(await table(page, 0).locator('details').getAttribute('open')).not.toBeNull();
    expect(heard).toEqual([]);
  });

  it('is saved as CSV with every mark, and holds no formula', async () => {
    await using opened = await open(hostileTasks);
    const { page, heard } = opened;
    const button = page.locator('figure.tasks button[data-save=csv]');
    const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
    expect(download.suggestedFilename()).toBe('long-running-tasks-tasks.csv');
    const text = readFileSync(await download.path(), 'utf8');
    expect(text.split('\r\n')[0]).toBe('deployment,age_s,task,what,by,task_id,due_s,anomaly');
    expect(text).toContain("'=cmd|");
    expect(text).not.toMatch(/(^|,|")[=+@-](?!\d)/m);
    expect(await page.locator('figure.tasks button[data-save=svg]').count()).toBe(0);
    expect(heard).toEqual([]);
  });

  it('is on paper, light and within the page, without what is folded away', async () => {
    await using opened = await open(taskResults, { width: 718, dark: true });
    const { page, heard } = opened;
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.locator('figure.tasks .lanes .strip:visible').count()).toBe(10 + 6 + 10 + 4);
    expect(await page.locator('.more-lanes:visible').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(718);
    // The axis stands over the strips.
    const [axis, strip] = await page.evaluate<[number, number]>(
      `['.ages .strip', '.lanes .strip'].map((one) => document.querySelector('figure.tasks ' + one).getBoundingClientRect().x)`,
    );
    expect(axis).toBeCloseTo(strip, 0);
    const wide = await page.evaluate<number>(
      `Math.min(...[...document.querySelectorAll('figure.tasks .lanes .strip')].map((one) => one.getBoundingClientRect().width).filter((one) => one > 0))`,
    );
    expect(wide).toBeGreaterThan(300);
    expect(heard).toEqual([]);
  });
});
