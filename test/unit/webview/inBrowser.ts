/** What the tests of views share: one Chromium a file, and pages in it. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../../tools/browser.ts';
import { type Harness, serveHarness, type VIEWS } from '../../../tools/viewHarness/serve.ts';

export const skip = existsSync(process.env.CHROMIUM ?? '/usr/bin/chromium') ? false : 'needs Chromium';

/** The file's browser, from its first test to after its last. */
export function browserOfFile(): () => Browser {
  let browser: Browser | undefined;
  before(async () => {
    if (!skip) browser = await launchBrowser();
  });
  after(() => browser?.close());
  return () => {
    assert.ok(browser, 'only tests have it');
    return browser;
  };
}

export interface HarnessPage {
  /** Default: the compare view. */
  view?: (typeof VIEWS)[number];
  /** Without one the view waits for what it is to show. */
  scenario?: string | null;
  theme?: string;
}

/**
 * Views that are built from source, under the content security policy that VS Code gives them, each in a page of its
 * own, which is closed after the body. An error in the page fails the test.
 */
export function harnessPages(): (shown: HarnessPage, body: (page: Page) => Promise<void>) => Promise<void> {
  const browser = browserOfFile();
  let harness: Harness | undefined;
  before(async () => {
    if (!skip) harness = await serveHarness();
  });
  after(() => harness?.close());
  return async ({ view = 'compare', scenario = null, theme = 'dark' }, body) => {
    const page = await browser().newPage({ viewport: { width: 1200, height: 760 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    try {
      const query = new URLSearchParams({ view, theme, ...(scenario !== null && { scenario }) });
      await page.goto(`${harness!.url}?${query}`);
      await body(page);
      assert.deepEqual(errors, []);
    } finally {
      await page.close();
    }
  };
}

/** Tries until the check passes, for as long as Playwright itself would wait; throws what it threw last. */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  const end = Date.now() + 30_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/**
 * Waits until an expression of the page is true. Not `page.waitForFunction`: what that looks at again the policy of the
 * page forbids, so that it throws where the expression is not true at once.
 */
export const until = (page: Page, expression: string): Promise<void> =>
  eventually(async () => assert.ok(await page.evaluate(expression), `never true: ${expression}`));
