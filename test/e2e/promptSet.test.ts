import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Frame, Locator } from 'playwright-core';
import { openWorkbench, PATIENCE, type Workbench } from './workbench.ts';

/** 60 samples as Python writes them, with CRLF, a number no double holds, a field of another tool, and no final line end. */
const SET = Array.from(
  { length: 60 },
  (_, i) =>
    `{"id": "s-${String(i + 1).padStart(3, '0')}", "dimension": "reasoning", "target": "${i + 7}", "input": "What is ${i} + 7?", "seed": 12345678901234567890, "x-tool": {"kept": true}}`,
).join('\r\n');

/** An element's text, as it reads. */
async function said(element: Locator): Promise<string> {
  return ((await element.textContent()) ?? '').replace(/\s+/g, ' ').trim();
}

/** More than the 50 MB that VS Code hands to extensions. */
const LARGE = Array.from(
  { length: 120_000 },
  (_, i) =>
    `{"id": "large-${i}", "dimension": "reasoning", "input": "What is ${i} + 1? ${'Think. '.repeat(56)}"}\n`,
).join('');

describe('A prompt set as a grid in a real editor, installed from the VSIX', () => {
  let workbench: Workbench;
  let grid: Frame;

  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'core.autocrlf=false', ...args],
      {
        cwd: workbench.folder,
        encoding: 'utf8',
      },
    );
  const file = () => readFileSync(join(workbench.folder, 'sums.prompts.jsonl'), 'utf8');
  const cell = (row: number, column: string) =>
    grid.locator(
      `[data-row="${row}"] .cell:nth-child(${['check', 'problems', 'id', 'dimension', 'expect', 'input', 'result', 'drift', 'target', 'tags'].indexOf(column) + 1})`,
    );
  const press = (key: string) => workbench.page.keyboard.press(key);
  const eventually = async (check: () => void | Promise<void>) => {
    const end = Date.now() + PATIENCE;
    for (;;) {
      try {
        await check();
        return;
      } catch (error) {
        if (Date.now() > end) throw error;
        await workbench.page.waitForTimeout(100);
      }
    }
  };
  const shows = (row: number, column: string, text: string) =>
    eventually(async () => assert.equal(await said(cell(row, column)), text));

  before(async () => {
    workbench = await openWorkbench({ 'sums.prompts.jsonl': SET, 'large.prompts.jsonl': LARGE });
    git('init', '-q');
    git('add', 'sums.prompts.jsonl');
    git('commit', '-q', '-m', 'Before');
  });

  after(() => workbench?.close());

  it('opens from the text editor by one command', async () => {
    await workbench.openFile('sums.prompts.jsonl');
    await workbench.command('Driftscope: Open as Grid');
    grid = await workbench.webview('[data-row="0"]');
    await shows(0, 'input', 'What is 0 + 7?');
    assert.equal(await said(grid.locator('.head-count')), '60 samples');
    await grid.locator('.dimension', { hasText: 'reasoning' }).filter({ hasText: '60' }).waitFor();
  });

  it('edits an input in place, and saving changes that line’s bytes only', async () => {
    await cell(3, 'input').click();
    await press('F2');
    await workbench.page.keyboard.type(' Think.');
    await press('Enter');
    await shows(3, 'input', 'What is 3 + 7? Think.');
    assert.equal(file(), SET, 'nothing is written before it is saved');
    await press('Control+s');
    await eventually(() => assert.equal(file(), SET.replace('What is 3 + 7?', 'What is 3 + 7? Think.')));
    const diff = git('diff', '--numstat').trim().split('\t');
    assert.deepEqual(diff, ['1', '1', 'sums.prompts.jsonl']);
  });

  it('is undone and redone by VS Code’s own keys', async () => {
    await press('Control+z');
    await shows(3, 'input', 'What is 3 + 7?');
    await press('Control+Shift+z');
    await shows(3, 'input', 'What is 3 + 7? Think.');
  });

  it('tags fifty rows in one step', async () => {
    await cell(5, 'id').click();
    await cell(9, 'id').click({ modifiers: ['Shift'] });
    for (let rows = 5; rows < 50; rows++) await press('Shift+ArrowDown');
    await grid.locator('.bulk-count', { hasText: '50 selected' }).waitFor();
    const tags = grid.locator('.tag-field').first();
    await tags.fill('sums, easy');
    await tags.press('Enter');
    await shows(54, 'tags', 'sums, easy');
    await grid.locator('.grid').focus();
    await press('Control+s');
    const tagged = () =>
      file()
        .split('\r\n')
        .filter((line) => line.includes('"tags": ["sums", "easy"]'));
    await eventually(() => assert.equal(tagged().length, 50));
    assert.ok(
      file()
        .split('\r\n')
        .every((line) => line.includes('"seed": 12345678901234567890, "x-tool": {"kept": true}')),
    );
    // An undo before VS Code has taken note of the save would lead back to what it thinks is saved.
    await workbench.page.locator('.tab.active:not(.dirty)').first().waitFor();
    await press('Control+z');
    await shows(54, 'tags', '');
    await press('Control+s');
    await eventually(() => assert.equal(tagged().length, 0));
  });

  it('stays equal to the text editor beside it, whoever edits', async () => {
    await workbench.command('View: Split Editor Right');
    await workbench.page.waitForTimeout(1_000);
    await workbench.command('Driftscope: Open as Text');
    const text = workbench.page.locator('.editor-group-container').nth(1).locator('.view-lines');
    await text.locator('.view-line', { hasText: '"s-001"' }).first().waitFor();
    grid = await workbench.webview('.grid');
    await grid.locator('.grid').focus();
    await press('Control+Home');
    await workbench.screenshot('prompt-set-beside-text');

    await text.locator('.view-line', { hasText: '"s-001"' }).first().click();
    await press('Control+Home');
    for (let i = 0; i < '{"id": "s-0'.length; i++) await press('ArrowRight');
    await workbench.page.keyboard.type('9');
    await shows(0, 'id', 's-0901');

    await cell(1, 'target').dblclick();
    await press('Control+a');
    await workbench.page.keyboard.type('eight');
    await press('Enter');
    await text.locator('.view-line', { hasText: '"eight"' }).first().waitFor();
  });

  it('follows another program, and keeps what is selected', async () => {
    await press('Control+s');
    await cell(6, 'id').click();
    const selected = await said(cell(6, 'id'));
    await eventually(() => assert.match(file(), /"eight"/));
    const lines = file().split('\r\n');
    writeFileSync(
      join(workbench.folder, 'sums.prompts.jsonl'),
      ['{"id": "first", "input": "Who was here before?"}', ...lines].join('\r\n'),
    );
    await shows(0, 'id', 'first');
    await shows(7, 'id', selected);
    await eventually(async () =>
      assert.equal(await grid.locator('[data-row="7"]').getAttribute('aria-selected'), 'true'),
    );
    git('checkout', '--', '.');
    await shows(0, 'id', 's-001');
    await eventually(async () =>
      assert.equal(await grid.locator('[data-row="6"]').getAttribute('aria-selected'), 'true'),
    );
  });

  it('compares rows one after another, and keeps what came of each beside it', async () => {
    await workbench.command('View: Close All Editors');
    await workbench.openFile('demo.prompts.jsonl');
    await workbench.command('Driftscope: Open as Grid');
    grid = await workbench.webview('[data-row="1"]');
    await cell(0, 'id').click();
    await press('Shift+ArrowDown');
    await press('Control+Enter');
    const second = cell(1, 'result').locator('.result');
    await second.waitFor({ timeout: 2 * PATIENCE });
    assert.match(await said(second), /refused|complied/);
    assert.match(await said(cell(1, 'drift')), /^\d+\.\d\d$/);
    await cell(0, 'result').locator('.result').waitFor();
    await workbench.screenshot('prompt-set-compared');

    await cell(1, 'input').click();
    await press('F2');
    await workbench.page.keyboard.type(' Please.');
    await press('Enter');
    await eventually(async () => assert.match(await said(second), /before the edit/));
    await cell(0, 'result').locator('.result').click();
    const input = await said(cell(0, 'input'));
    await workbench.page
      .locator('.tab', { hasText: input.slice(0, 20) })
      .first()
      .waitFor();
    await workbench.page.waitForTimeout(1_500); // what is opened takes the focus a little later
  });

  it('looks right in light, dark and high contrast', async () => {
    await workbench.command('View: Close Other Editors in Group');
    const background = () => grid.evaluate(() => getComputedStyle(document.body).backgroundColor);
    grid = await workbench.webview('[data-row="1"]');
    await workbench.screenshot('prompt-set-light');
    for (const [shot, theme] of [
      ['dark', 'Dark 2026'],
      ['hc', 'Default High Contrast'],
    ] as const) {
      const before = await background();
      workbench.useTheme(theme);
      await grid.waitForFunction((old) => getComputedStyle(document.body).backgroundColor !== old, before);
      await workbench.page.waitForTimeout(800);
      await workbench.screenshot(`prompt-set-${shot}`);
    }
  });

  it('shows what VS Code hands to no extension too, and says why it is not edited', async () => {
    assert.ok(LARGE.length > 50 * 1024 * 1024);
    workbench.useTheme('Light 2026');
    await workbench.command('View: Close All Editors');
    await workbench.page.locator('.tab').first().waitFor({ state: 'detached' });
    await workbench.openFile('large.prompts.jsonl');
    await workbench.command('Driftscope: Open as Grid');
    grid = await workbench.webview('.read-only');
    assert.match(await said(grid.locator('.read-only')), /50 MB/);
    await grid.locator('.head-count', { hasText: '120,000 samples' }).waitFor();
    await cell(0, 'id').click();
    await press('Control+End');
    await shows(119_999, 'id', 'large-119999');
    await grid.locator('.search-field').fill('id:large-1199');
    await grid.locator('.head-count', { hasText: '111 of 120,000' }).waitFor();
    await workbench.screenshot('prompt-set-large');
  });
});
