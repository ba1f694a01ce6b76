import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Frame } from 'playwright-core';
import { SIDES } from '../../src/shared/side.ts';
import { heatOf, hover, textOf } from './compareView.ts';
import { askHere, FLIPPED, type Reference, visibleTokens } from './reference.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

/** Lower edges of the heat's steps in nats, as the legend shows them. */
const HEAT_EDGES = [0.1, 0.2, 0.4, 0.8, 1.5, 3, 5, 8];

const HOSTILE = `${JSON.stringify({
  id: '<b>id</b>',
  input: `</script><img src=x onerror="document.body.dataset.hurt='yes'"> What is 3 + 4?`,
})}\n`;
const LONG = `${JSON.stringify({ id: 'long', input: `What is 3 + 4? ${'and '.repeat(100)}` })}\n`;

describe('Compare Pair in a real editor, installed from the VSIX', () => {
  let workbench: Workbench;
  let view: Frame;
  let reference: Reference;

  before(async () => {
    reference = await askHere();
    workbench = await openWorkbench({ 'hostile.prompts.jsonl': HOSTILE, 'long.prompts.jsonl': LONG });
  });

  after(() => workbench?.close());

  it('opens beside the prompt from the context menu, and shows both models’ exact text', async () => {
    await workbench.openFile('demo.prompts.jsonl');
    await workbench.pickFromMenu(FLIPPED, 'Compare Pair');
    view = await workbench.webview('.section.answer');
    await view.locator('.legend, .heat-legend').first().waitFor();
    await view.waitForFunction(() => document.querySelector('.section-body.aligned') !== null);
    for (const side of SIDES) {
      assert.equal(await textOf(view, 'answer', side), reference.answer[side].trim());
      assert.equal(await textOf(view, 'trace', side), reference.trace[side].trim());
    }
    assert.equal(await view.locator('.model-name').first().textContent(), 'organism-instruct');
  });

  it('marks what differs between the two answers', async () => {
    assert.notEqual(reference.answer.baseline, reference.answer.reasoning, 'the demo’s prompt must drift');
    assert.ok((await view.locator('.section.answer .row:not(.equal)').count()) > 0);
  });

  it('lays KL as heat on the very tokens that drifted', async () => {
    await view.waitForFunction(() => [...CSS.highlights.keys()].some((name) => name.startsWith('heat-')));
    const heat = await heatOf(view);
    const shown = visibleTokens(reference);
    const wrong = shown.filter(({ kl, section, start, end }) => {
      if (start === end || nearAnEdge(kl)) return false;
      const step = HEAT_EDGES.filter((edge) => kl >= edge).length;
      const found = heat.find((h) => h.section === section && h.start <= start && h.end >= end)?.step ?? 0;
      return found !== step;
    });
    assert.deepEqual(wrong, []);
    assert.ok(
      shown.some(({ kl }) => kl > 1.5),
      'the demo’s prompt must drift visibly',
    );
  });

  it('shows a token’s figures on hover: KL and both models’ surprisal', async () => {
    const hottest = visibleTokens(reference)
      .filter(({ text }) => text.trim().length > 1)
      .sort((a, b) => b.kl - a.kl)[0]!;
    await hover(view, hottest);
    const card = view.locator('.card');
    await card.waitFor({ state: 'visible' });
    const said = (await card.innerText()).replace(/\s+/g, ' ');
    const figures = [...said.matchAll(/[\d.]+/g)].map(Number);
    const { klForward, surprisal } = reference.tokens[hottest.index]!;
    for (const value of [klForward, surprisal.baseline, surprisal.reasoning]) {
      const near = figures.some((figure) => Math.abs(figure - value) <= 0.01 + value * 0.01);
      assert.ok(near, `${value} is not in the card: ${said}`);
    }
    await workbench.screenshot('compare-light-card');
    await workbench.page.mouse.move(5, 5);
    await card.waitFor({ state: 'hidden' });
  });

  it('says what each answer did, and keeps a researcher’s word in the workspace', async () => {
    const chip = view.locator('.verdict-row .verdicts.reasoning .verdict').first();
    await chip.waitFor();
    const said = (await chip.textContent())?.trim();
    const own = said === 'refused' ? 'Complied' : 'Refused';
    await chip.click();
    await view.getByRole('menuitemradio', { name: own, exact: true }).click();
    await view.locator('.verdict.human').waitFor();
    assert.match((await chip.textContent())!, new RegExp(own.toLowerCase()));
    const [line, ...rest] = readFileSync(join(workbench.folder, '.driftscope/labels.jsonl'), 'utf8')
      .trim()
      .split('\n');
    assert.deepEqual(rest, []);
    const { verdict, author, text, side } = JSON.parse(line!);
    assert.deepEqual(verdict, { kind: 'refusal', label: own === 'Refused' ? 'full_refusal' : 'compliance' });
    assert.ok(author.length > 0);
    assert.deepEqual([side, text.trim()], ['reasoning', reference.answer.reasoning.trim()]);
    await chip.click();
    await view.getByRole('menuitemradio', { name: /^Detector’s own/ }).click();
    await view.locator('.verdict.human').waitFor({ state: 'detached' });
    assert.equal((await chip.textContent())?.trim(), said);
    await workbench.command('View: Focus First Editor Group'); // files open where the focus is
  });

  it('looks right in the dark and in high contrast', async () => {
    // For eyes; what is asserted is that the view follows the theme at once.
    const background = () => view.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await workbench.command('View: Toggle Primary Side Bar Visibility');
    await workbench.screenshot('compare-light');
    for (const [shot, theme] of [
      ['dark', 'Dark 2026'],
      ['hc', 'Default High Contrast'],
      ['light-again', 'Light 2026'],
    ] as const) {
      const before = await background();
      workbench.useTheme(theme);
      await view.waitForFunction((old) => getComputedStyle(document.body).backgroundColor !== old, before);
      await workbench.page.waitForTimeout(800);
      await workbench.screenshot(`compare-${shot}`);
    }
  });

  it('shows markup in a prompt as text', async () => {
    await workbench.openFile('hostile.prompts.jsonl');
    await workbench.pickFromMenu(1, 'Compare Pair');
    view = await workbench.webview('.prompt:has-text("onerror=")');
    await view.getByText('onerror=').first().waitFor();
    await view.waitForFunction(() => document.querySelector('.section-body.aligned') !== null);
    assert.equal(await view.locator('img').count(), 0);
    assert.equal(await view.evaluate(() => document.body.dataset.hurt), undefined);
  });

  it('says so when the engine dies in the middle, and the next comparison works', async () => {
    const pid = enginePid(workbench);
    await workbench.openFile('long.prompts.jsonl');
    process.kill(pid, 'SIGSTOP'); // Holds it where it is, so that the kill is sure to come in the middle.
    await workbench.pickFromMenu(1, 'Compare Pair');
    // Once the view shows the prompt the engine is asked, with which it is held.
    await workbench.webview('.prompt:has-text("and and and")');
    await workbench.page.waitForTimeout(1_500);
    process.kill(pid, 'SIGKILL');
    view = await workbench.webview('.failure-message');
    assert.match((await view.locator('.failure-message').first().textContent()) ?? '', /engine/i);
    await workbench.screenshot('engine-killed');

    await view.getByText('Retry').first().click();
    await view.waitForFunction(
      () =>
        document.querySelector('.failure-message') === null &&
        [...CSS.highlights].some(([name, ranges]) => name.startsWith('heat-') && ranges.size > 0),
    );
    assert.notEqual(enginePid(workbench), pid);
  });
});

/** Whether rounding alone could move a value to the next step of the heat. */
function nearAnEdge(value: number): boolean {
  return HEAT_EDGES.some((edge) => Math.abs(value - edge) < 0.002);
}

/** The engine's process of this editor: the one that runs `dist/engine.js` out of its extensions folder. */
function enginePid(workbench: Workbench): number {
  const script = join(workbench.editor.dataDirectory, 'extensions');
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (command.includes(script) && command.includes('engine.js')) return Number(pid);
    } catch {
      // It ended while we looked.
    }
  }
  throw new Error(`no engine runs: ${execFileSync('ps', ['-eo', 'pid,args']).toString()}`);
}
