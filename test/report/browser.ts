import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BrowserContext, type Page, chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { renderHtml } from '../../src/report/index.ts';
import type { Results } from '../../src/verdict/index.ts';
import { chromium, chromiumPath, need } from '../support/requirements.ts';

export interface Opened extends AsyncDisposable {
  page: Page;
  /** What the page said on its console, threw, or asked the network for. */
  heard: string[];
}

export interface View {
  width?: number;
  height?: number;
  dark?: boolean;
}

/**
 * The page as a real browser shows it, opened from disk. To be called at the top of a test file: its tests are
 * skipped where there is no browser.
 */
export function reportBrowser(): { open(results: () => Results, view?: View): Promise<Opened> } {
  let folder: string;
  let browser: BrowserContext | undefined;
  const files = new Map<() => Results, string>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'windtunnel-report-'));
    if (!chromium().met) return;
    browser = await playwright.launchPersistentContext(join(folder, 'profile'), {
      executablePath: chromiumPath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(({ skip }) => need(chromium(), skip));

  /** Drawing takes its time, so each page is drawn once. */
  const fileOf = async (results: () => Results) => {
    const known = files.get(results);
    if (known) return known;
    const file = join(folder, `report-${files.size}.html`);
    files.set(results, file);
    writeFileSync(file, await renderHtml(results()));
    return file;
  };

  return {
    async open(results, { width = 1280, height = 800, dark = false } = {}) {
      if (!browser) throw new Error('the browser did not start');
      const url = pathToFileURL(await fileOf(results)).href;
      const page = await browser.newPage();
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      const heard: string[] = [];
      page.on('console', (message) => heard.push(`console: ${message.text()}`));
      page.on('pageerror', (error) => heard.push(`error: ${error.message}`));
      page.on('dialog', (dialog) => {
        heard.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on('request', (request) => {
        if (request.url() !== url && !request.url().startsWith('blob:'))
          heard.push(`request: ${request.url()}`);
      });
      await page.goto(url);
      return { page, heard, [Symbol.asyncDispose]: () => page.close() };
    },
  };
}
