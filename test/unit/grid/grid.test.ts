// The grid in Chromium, under the content security policy of a webview.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import esbuild from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../../tools/browser.ts';
import { until } from '../webview/inBrowser.ts';

const skip = existsSync(process.env.CHROMIUM ?? '/usr/bin/chromium') ? false : 'needs Chromium';

let server: Server;
let browser: Browser;

before(async () => {
  if (skip) return;
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(import.meta.dirname, 'page.mjs')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    loader: { '.css': 'text' },
  });
  server = createServer(({ url }, response) => {
    if (url === '/page.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(outputFiles[0]!.contents);
      return;
    }
    response.writeHead(200, {
      'content-type': 'text/html',
      'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'",
    });
    response.end('<!doctype html><body></body><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

/** A grid of so many rows, and what it complained of. */
async function open(count: number, body: (page: Page) => Promise<void>) {
  const page = await browser.newPage({ viewport: { width: 900, height: 500 } });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  try {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await until(page, 'window.test !== undefined');
    await page.evaluate(`test.grid.setRows(${count})`);
    await body(page);
    assert.deepEqual(
      errors.filter((error) => !error.includes('favicon')),
      [],
    );
  } finally {
    await page.close();
  }
}

const lastLog = (page: Page, kind: string) =>
  page.evaluate(`test.log.findLast(([kind]) => kind === '${kind}')`) as Promise<unknown[] | undefined>;

test('draws and fetches what is in view alone, of 100,000 rows', { skip }, () =>
  open(100_000, async (page) => {
    await page.getByText('name 5', { exact: true }).waitFor();
    assert.ok((await page.locator('[data-row]').count()) < 60);
    const fetched = (await page.evaluate('test.fetched')) as [number, number][];
    assert.ok(fetched.every(([, to]) => to <= 128));
    assert.equal(await page.locator('.grid').getAttribute('aria-rowcount'), '100001');
    await page.evaluate('test.grid.element.scrollTop = 1_200_000');
    await page.getByText('name 50001', { exact: true }).waitFor();
    assert.equal(await page.locator('[data-row="50001"]').getAttribute('aria-rowindex'), '50003');
  }),
);

test('scrolls without moving an element, and rows are there before they come into view', { skip }, () =>
  open(100_000, async (page) => {
    await page.getByText('name 5', { exact: true }).waitFor();
    await until(page, 'test.fetched.some(([from]) => from === 64)');
    const seen = await page.evaluate(`(async () => {
      const rows = document.querySelector('.grid-rows');
      const seen = { moved: 0, empty: 0, misplaced: 0 };
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      test.grid.element.scrollTop = 240;
      await frame();
      await frame();
      const observer = new MutationObserver((records) => { seen.moved += records.length; });
      observer.observe(rows, { childList: true });
      const top = () => document.querySelector('.grid-head').getBoundingClientRect().bottom;
      for (let at = 1; at <= 12; at++) {
        test.grid.element.scrollTop = 240 + at * 240;
        await frame();
        await frame();
        for (const row of rows.children) {
          const place = row.getBoundingClientRect().top - top();
          if (Math.abs(place - (Number(row.dataset.row) - 10 - at * 10) * 24) > 1) seen.misplaced++;
          if (row.classList.contains('loading') && place > -24 && place < 400) seen.empty++;
        }
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      observer.disconnect();
      return seen;
    })()`);
    assert.deepEqual(seen, { moved: 0, empty: 0, misplaced: 0 });
  }),
);

test('reaches the last of five million rows, which no element is tall enough for', { skip }, () =>
  open(5_000_000, async (page) => {
    await page.locator('.grid').click({ position: { x: 200, y: 60 } });
    await page.keyboard.press('Control+End');
    await page.getByText('name 4999999', { exact: true }).waitFor();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('PageUp');
    const active = page.locator('.grid-row.current');
    const box = (await active.boundingBox())!;
    assert.ok(box.y > 20 && box.y < 400, `the active row is at ${box.y}`);
    await page.mouse.wheel(0, -240);
    await page.waitForTimeout(400);
    const again = (await active.boundingBox())!;
    assert.ok(Math.abs(again.y - box.y - 240) < 2, `the wheel moved it by ${again.y - box.y}`);
  }),
);

test('moves and selects by keys, and names the active cell', { skip }, () =>
  open(1_000, async (page) => {
    await page.getByText('name 3', { exact: true }).click();
    assert.deepEqual(await lastLog(page, 'select'), ['select', [3], 3]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    assert.deepEqual(await lastLog(page, 'select'), ['select', [4, 5, 6], 6]);
    const id = await page.locator('.grid').getAttribute('aria-activedescendant');
    assert.equal(await page.locator(`#${id}`).textContent(), 'name 6');
    await page.getByText('name 9', { exact: true }).click({ modifiers: ['Control'] });
    assert.deepEqual(await lastLog(page, 'select'), ['select', [4, 5, 6, 9], 9]);
    await page.locator('[data-row="11"] .check').click();
    assert.deepEqual(await lastLog(page, 'select'), ['select', [4, 5, 6, 9, 11], 11]);
    await page.keyboard.press('Space');
    assert.deepEqual(await lastLog(page, 'select'), ['select', [4, 5, 6, 9], 11]);
    await page.keyboard.press('Escape');
    assert.deepEqual(await lastLog(page, 'select'), ['select', [11], 11]);
    await page.keyboard.press('Control+a');
    assert.equal(await page.evaluate('test.grid.selection.count'), 1_000);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    assert.deepEqual(await lastLog(page, 'activate'), ['activate', 11, 'number']);
    await page.keyboard.press('Control+ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    assert.deepEqual(await lastLog(page, 'sort'), ['sort', { column: 'number', direction: 'ascending' }]);
  }),
);

test('edits in place: typing begins, Enter and Tab commit, Escape leaves', { skip }, () =>
  open(100, async (page) => {
    await page.getByText('name 3', { exact: true }).click();
    await page.keyboard.type('new');
    await page.keyboard.press('Alt+Enter');
    await page.keyboard.type('line');
    await page.keyboard.press('Enter');
    assert.deepEqual(await lastLog(page, 'edit'), ['edit', 3, 'name', 'new\nline']);
    assert.equal(
      await page.locator('[data-row="3"] [data-column="1"]').textContent(),
      'new\nline',
      'shown at once, before the host has answered',
    );
    await page.keyboard.press('F2');
    await page.keyboard.type('!');
    await page.keyboard.press('Escape');
    await page.keyboard.press('F2');
    await page.keyboard.type('?');
    await page.keyboard.press('Tab');
    assert.deepEqual(await lastLog(page, 'edit'), ['edit', 4, 'name', 'name 4?']);
    await page.keyboard.press('ArrowUp');
    const id = await page.locator('.grid').getAttribute('aria-activedescendant');
    assert.match(id!, /-3-2$/);
    await page.locator('[data-row="3"] [data-column="2"]').dblclick();
    await page.locator('select.cell-input').selectOption('even');
    assert.deepEqual(await lastLog(page, 'edit'), ['edit', 3, 'kind', 'even']);
    assert.equal(await page.locator('.cell-input').count(), 0);
  }),
);

test('keeps the selection where rows move, and what the reader looks at in its place', { skip }, () =>
  open(1_000, async (page) => {
    await page.evaluate('test.grid.select([[500, 502]])');
    await page.getByText('name 500', { exact: true }).waitFor();
    const before = (await page.locator('[data-row="500"]').boundingBox())!.y;
    await page.evaluate(`
      test.rowAt((index) => ({ number: index, name: index < 10 ? 'added ' + index : 'name ' + (index - 10) }));
      test.grid.setRows(1_010, (index) => index + 10);
    `);
    await page.getByText('name 500', { exact: true }).waitFor();
    assert.deepEqual(await page.evaluate('test.grid.selection.rows'), [[510, 512]]);
    assert.ok(Math.abs((await page.locator('[data-row="510"]').boundingBox())!.y - before) < 2);
    await page.evaluate('test.grid.setRows(0)');
    await page.getByText('Nothing here.').waitFor();
  }),
);

test('columns are widened by their edge and by keys', { skip }, () =>
  open(10, async (page) => {
    const head = page.locator('[data-head="0"]');
    const handle = (await head.locator('.handle').boundingBox())!;
    await page.mouse.move(handle.x + 4, handle.y + 8);
    await page.mouse.down();
    await page.mouse.move(handle.x + 54, handle.y + 8, { steps: 4 });
    await page.mouse.up();
    assert.ok(Math.abs((await head.boundingBox())!.width - 130) < 3);
    assert.equal(await lastLog(page, 'sort'), undefined, 'dragging is no click on the head');
  }),
);
