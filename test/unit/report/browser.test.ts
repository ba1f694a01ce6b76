import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { htmlReport } from '../../../src/core/report/html.ts';
import { reportOf } from '../../../src/core/report/report.ts';
import { SIDES } from '../../../src/shared/side.ts';
import { createRunFile } from '../../../src/store/runFile.ts';
import { launchBrowser } from '../../../tools/browser.ts';
import { FAKE_PAIR, fakeGeneration, fakeRun, fakeSamples } from '../../fakes/runs.ts';

const HOSTILE =
  '"></summary><script>document.title = "owned"</script><img src=x onerror="document.title=\'owned\'">';

test('the exported page opens in Chromium, filters, runs no script of its data and asks for nothing', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'driftscope-page-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const samples = fakeSamples(30).map((sample) => ({ ...sample, input: HOSTILE }));
  const run = await createRunFile(
    join(directory, 'run.drift'),
    fakeRun({ pair: { ...FAKE_PAIR, name: HOSTILE } }),
    samples,
  );
  for (const sample of samples.keys()) {
    for (const side of SIDES) {
      const value = side === 'reasoning' && sample % 3 === 0 ? 0 : 1;
      const outcome = { answer: { label: value ? 'right' : 'wrong', value }, trace: null, group: 'all' };
      run.putGeneration({ sample, k: 0, side }, { ...fakeGeneration(HOSTILE), outcome });
    }
  }
  const file = join(directory, 'report.html');
  writeFileSync(file, [...htmlReport([{ run, report: reportOf(run) }])].join(''));
  run.close();

  await using browser = await launchBrowser();
  const page = await browser.newPage();
  const requests: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(pathToFileURL(file).href);
  assert.deepEqual(requests, [pathToFileURL(file).href]);
  assert.equal(await page.title(), `Driftscope audit: ${HOSTILE}`);
  assert.equal(await page.locator('.verdicts tbody tr').count(), 1);
  assert.equal(await page.locator('.verdicts .verdict').textContent(), 'REGRESSED');
  const labels = await page
    .locator('svg')
    .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
  assert.ok(labels.some((label) => /^reasoning: −33\.3 points, 95 % interval/.test(label ?? '')));
  assert.ok(
    labels.some((label) => /^Differences reasoning − baseline .* reasoning −33\.3/.test(label ?? '')),
  );
  assert.equal(await page.locator('.flips td').first().textContent(), '20');
  assert.equal(await page.locator('.list > details:visible').count(), 30);
  await page.getByText('Regressed', { exact: true }).click();
  assert.equal(await page.locator('.list > details:visible').count(), 10);
  await page.locator('.list > details:visible summary').first().click();
  assert.equal(await page.locator('.list > details[open] .prompt pre').textContent(), HOSTILE);
  assert.equal(await page.locator('img, script').count(), 0);
  assert.deepEqual(errors, []);
});
