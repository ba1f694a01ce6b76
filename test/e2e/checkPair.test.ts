import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Frame } from 'playwright-core';
import { FLIPPED } from './reference.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

describe('Check Pair in a real editor, installed from the VSIX', () => {
  let workbench: Workbench;
  let view: Frame;

  before(async () => {
    workbench = await openWorkbench();
  });

  after(() => workbench?.close());

  // As a reader sees it: one space for any.
  const said = async (frame: Frame, selector: string) =>
    (await frame.locator(selector).first().innerText()).replace(/\s+/g, ' ').trim();

  it('is a lens over the pair in driftscope.json, and tells what a comparison will show', async () => {
    await workbench.openFile('driftscope.json');
    await workbench.page.locator('.codelens-decoration a', { hasText: 'Check Pair' }).first().click();
    view = await workbench.webview('.check .status');
    assert.match(
      await said(view, '.outcome'),
      /^exact A comparison of this pair will show: KL and JSD at every token/,
    );
    const models = await said(view, '.models');
    assert.match(models, /Server embedded engine embedded engine/);
    assert.match(models, /Scores given text yes/);
    assert.equal(await view.locator('.result.failed').count(), 0, models);
    const matching = await said(view, '.matching');
    assert.match(matching, /Tokenizer ✓ same/);
    assert.match(matching, /Chat template ✓ same/);
  });

  it('reads in every theme', async () => {
    for (const [theme, name] of [
      ['Light 2026', 'light'],
      ['Default High Contrast', 'contrast'],
      ['Dark 2026', 'dark'],
    ] as const) {
      workbench.useTheme(theme);
      await workbench.page.waitForTimeout(1_500);
      await workbench.screenshot(`check-${name}`);
    }
  });

  it('checks again on request, and leads to the pair’s place in the file', async () => {
    await view.getByRole('button', { name: 'Check again' }).click();
    await view.locator('.outcome .said.busy, .outcome .status').first().waitFor();
    await view.locator('.outcome .status').waitFor();
    await view.getByRole('button', { name: 'Open pair file' }).click();
    await workbench.page.locator('.tab.active', { hasText: 'driftscope.json' }).waitFor();
  });

  it('heads a comparison as the matching card, whose details open by keyboard', async () => {
    await workbench.openFile('demo.prompts.jsonl');
    await workbench.pickFromMenu(FLIPPED, 'Compare Pair');
    const compare = await workbench.webview('button.matched');
    assert.equal(await said(compare, 'button.matched'), 'matched: base ✓ tokenizer ✓ template ✓ quant ✓');
    await compare.locator('button.matched').focus();
    await workbench.page.keyboard.press('Enter');
    await compare.locator('.popover .matching').waitFor({ state: 'visible' });
    await workbench.screenshot('compare-matching');
  });
});
