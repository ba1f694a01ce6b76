// The import view itself, built from source, under the content security policy that VS Code gives it, in Chromium.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { IMPORT_STATES } from '../../../tools/viewHarness/importStates.ts';
import { eventually, harnessPages, skip } from './inBrowser.ts';

const pages = harnessPages();

type Call = [name: string, ...args: unknown[]];

/** Opens a state of the view; `asked` is what the view asked of the host since. */
const open = (
  name: keyof typeof IMPORT_STATES,
  body: (page: Page, asked: () => Promise<Call[]>) => Promise<void>,
) =>
  pages({ view: 'import' }, async (page) => {
    const state = await IMPORT_STATES[name]!();
    await page.evaluate((given) => {
      (globalThis as unknown as { harness: { open(state: unknown): void } }).harness.open(given);
    }, state);
    await page.locator('header h1').waitFor();
    const calls = () => page.evaluate('harness.calls') as Promise<Call[]>;
    const before = (await calls()).length;
    await body(page, async () => (await calls()).slice(before));
  });

test('shows what the file is read as, the samples, and what is skipped', { skip }, () =>
  open('recognised', async (page, asked) => {
    assert.match((await page.locator('.why').textContent())!, /“prompt”.*XSTest/);
    assert.equal(await page.locator('.sample').count(), 4);
    assert.deepEqual(
      await page
        .locator('.skipped .where')
        .allTextContents()
        .then((all) => all.map((text) => text.trim())),
      ['line 4', 'line 7'],
    );
    await page.getByRole('button', { name: 'line 7' }).click();
    await eventually(async () => assert.deepEqual(await asked(), [['openAt', 7]]));
  }),
);

test('imports only when told to, into what is chosen', { skip }, () =>
  open('recognised', async (page, asked) => {
    await page.getByLabel('A set that is there').check();
    await page.getByLabel('Set', { exact: true }).selectOption('sets/ood.prompts.jsonl');
    await page.getByLabel('Leave out what the set asks already').uncheck();
    assert.deepEqual(await asked(), [], 'choosing where to writes nothing');
    await page.getByRole('button', { name: 'Import 4 Samples' }).click();
    const target = { kind: 'existing', path: 'sets/ood.prompts.jsonl' };
    const wanted = [['start', { target, skipCopies: false, keepAs: null }]];
    await eventually(async () => assert.deepEqual(await asked(), wanted));
  }),
);

test('a mapping by hand is a column, a value or a text with columns', { skip }, () =>
  open('unmapped', async (page, asked) => {
    assert.ok(await page.getByRole('button', { name: 'Import', exact: true }).isDisabled());
    await page.getByLabel('input', { exact: true }).selectOption({ label: 'q' });
    await page.getByLabel('dimension', { exact: true }).selectOption('fixed');
    await page.getByLabel('Value of dimension').selectOption('reasoning');
    await page.getByLabel('tags', { exact: true }).selectOption('fixed');
    await page.getByLabel('Value of tags').fill('area, mine');
    await page.keyboard.press('Tab');
    await eventually(async () =>
      assert.deepEqual(
        (await asked()).map(([name, choice]) => [name, (choice as { fields: unknown }).fields]),
        [
          ['choose', { input: ['q'] }],
          // Also before the host has answered.
          ['choose', { input: ['q'], dimension: ['reasoning'] }],
          ['choose', { input: ['q'], dimension: ['reasoning'], tags: ['area', 'mine'] }],
        ],
      ),
    );
  }),
);

test('shows markup in data as text', { skip }, () =>
  open('byHand', async (page) => {
    assert.match((await page.locator('.samples').textContent())!, /<\/script><b>A box<\/b>/);
    assert.equal(await page.locator('.samples b').count(), 0);
  }),
);

test('says what went wrong, and can be tried again', { skip }, () =>
  open('failed', async (page) => {
    assert.match((await page.getByRole('alert').textContent())!, /no space left/);
    assert.ok(await page.getByRole('button', { name: 'Import 4 Samples' }).isEnabled());
  }),
);
