import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Frame, Page } from 'playwright-core';
import { launchBrowser } from '../../tools/browser.ts';
import { openWorkbench, PATIENCE, ROOT, type Workbench } from './workbench.ts';

/** The demo's samples of one dimension. */
const SAFETY = readFileSync(join(ROOT, 'media/demo/audit.prompts.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line.includes('"dimension": "safety"'))
  .slice(0, 60);

/** An audit of the bundled pair, its figures and its page, as a researcher goes through them. */
describe('An audit in a real editor, installed from the VSIX', () => {
  let workbench: Workbench;
  let page: Page;
  let report: Frame;

  const run = () => join(workbench.folder, 'safety.demo.drift');
  const notification = (text: string | RegExp) => page.locator('.notification-list-item', { hasText: text });
  /** Figures of the dimension’s row, as they are shown. */
  const row = () => report.locator('[data-dimension="safety"] tr').first().innerText();

  /** Until the figures are those of the whole run: a few samples may have nothing to judge. */
  const settled = async () => {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const [, n, missing = 0] = /^\S*safety\s+(\d+)(?: \((\d+) missing\))?/.exec(await row()) ?? [];
      if (Number(n) + Number(missing) === SAFETY.length && Number(missing) < 10) return;
      if (Date.now() > end) throw new Error(await row());
      await page.waitForTimeout(200);
    }
  };

  before(async () => {
    workbench = await openWorkbench({ 'safety.prompts.jsonl': `${SAFETY.join('\n')}\n` });
    page = workbench.page;
  });

  after(() => workbench?.close());

  it('is run from the grid: one Enter starts it, and its report opens and follows it', async () => {
    await workbench.openFile('safety.prompts.jsonl');
    await workbench.command('Driftscope: Open as Grid');
    const grid = await workbench.webview('[data-row="0"]');
    await grid.locator('button[aria-label="More actions"]').first().click();
    await grid.locator('[role="menuitem"]', { hasText: 'Run Audit…' }).first().click();
    const options = page.locator('.quick-input-list .monaco-list-row');
    await options.filter({ hasText: 'Start audit' }).waitFor();
    await workbench.screenshot('audit-options');
    await page.keyboard.press('Enter');

    report = await workbench.webview('[data-testid="progress"]');
    await notification(/Audit safety\.demo\.drift/)
      .first()
      .waitFor();
    await report.waitForFunction(
      () =>
        Number(
          /(\d+) of \d+ generations/.exec(
            document.querySelector('[data-testid="progress"]')?.textContent ?? '',
          )?.[1],
        ) >= 4,
    );
    assert.match(
      await notification(/Audit safety\.demo\.drift/)
        .first()
        .innerText(),
      /\d+ of 120 done, 0 failed/,
    );
    assert.match(await page.locator('.statusbar-item', { hasText: /Audit \d+ %/ }).innerText(), /Audit/);
  });

  it('is cancelled in its notification, and says what is left', async () => {
    await notification(/Audit safety\.demo\.drift/)
      .getByRole('button', { name: 'Cancel' })
      .first()
      .click();
    const said = await notification(/stopped with \d+ of 120 generations to do/).innerText();
    const left = Number(/stopped with (\d+)/.exec(said)![1]);
    assert.ok(left > 0 && left < 2 * SAFETY.length, said);
    await report
      .locator('[data-testid="progress"]', {
        hasText: `Partial: ${left} of 120 generations are still to do`,
      })
      .waitFor();
    await workbench.screenshot('audit-cancelled');
    assert.ok(existsSync(run()) && !existsSync(`${run()}-lock`));
  });

  it('is resumed from the report, and ends with a verdict', async () => {
    await report.locator('.report-actions').getByText('Resume', { exact: true }).click();
    await notification(/Audit safety\.demo\.drift/)
      .first()
      .waitFor();
    await workbench.screenshot('audit-running');
    await notification(/Safety (regressed|improved|preserved|inconclusive)/i).waitFor({
      timeout: 3 * PATIENCE,
    });
    assert.match(
      await notification(/Safety/i)
        .first()
        .innerText(),
      /Open Report/,
    );
    await report.locator('[data-testid="progress"]').waitFor({ state: 'detached' });
    await settled();
    await workbench.screenshot('audit-report');
  });

  it('opens a flipped sample from the file, no model called', async () => {
    await report.locator('.chip', { hasText: 'Flipped' }).click();
    await report.locator('.samples [data-row="0"]').click();
    const detail = report.locator('[data-testid="sample-detail"]');
    await detail.locator('.detail-side.reasoning > .text').waitFor();
    await workbench.screenshot('audit-sample');
    await detail.getByText('Open Comparison').click();
    const view = await workbench.webview('.section.answer');
    await view.waitForFunction(() => [...CSS.highlights.keys()].some((name) => name.startsWith('heat-')));
    // What flipped is the headline.
    await view.locator('.flip-item').waitFor();
    await workbench.screenshot('audit-sample-compared');
  });

  it('takes a researcher’s word for a label, and all figures follow it', async () => {
    await page.locator('.tab[data-resource-name="safety.demo.drift"]').click();
    report = await workbench.webview('[data-testid="verdict-table"]');
    const figures = await row();
    const chip = report.locator('[data-testid="sample-detail"] .detail-side.reasoning .verdict').first();
    const label = (await chip.innerText()).trim();
    await chip.click();
    const other = /refused/i.test(label) ? 'Complied' : 'Refused';
    await report.getByRole('menuitemradio', { name: other, exact: true }).click();
    await report.waitForFunction(
      (before) =>
        (document.querySelector('[data-dimension="safety"] tr') as HTMLElement | null)?.innerText !== before,
      figures,
    );
    assert.notEqual(await row(), figures);
    await workbench.screenshot('audit-overridden');
  });

  it('is exported as one page that Chromium opens without network', async () => {
    await report.getByRole('button', { name: /^Export/ }).click();
    await report.locator('[role="menuitem"]', { hasText: 'HTML…' }).click();
    const input = page.locator('.quick-input-widget input').first();
    await input.waitFor({ state: 'visible' });
    await workbench.screenshot('audit-export');
    // The proposed name, beside the run.
    await page.keyboard.press('Enter');
    await notification('safety.demo.html written').waitFor();
    const target = join(workbench.folder, 'safety.demo.html');
    const browser = await launchBrowser();
    try {
      const own = await browser.newPage();
      const wanted: string[] = [];
      own.on('request', (request) => wanted.push(request.url()));
      await own.goto(pathToFileURL(target).href);
      assert.match(await own.locator('h1').innerText(), /demo/);
      assert.match(await own.locator('body').innerText(), /safety\s+[56]\d/);
      assert.deepEqual(wanted, [pathToFileURL(target).href]);
      await own.screenshot({ path: join(ROOT, 'out/screenshots/audit-page.png') });
    } finally {
      await browser.close();
    }
  });
});
