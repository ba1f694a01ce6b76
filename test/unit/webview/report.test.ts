// The report view, built from source, in Chromium, on real run files and the real threads that read them.
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import type { AuditStatus } from '../../../src/shared/audit.ts';
import { type HostedViewOptions, openHostedView } from '../../../tools/viewHarness/hostedView.ts';
import { type FakeReportHost, fakeReportHost } from '../../fakes/reportHost.ts';
import { type ReportRun, writeReportRun } from '../../fakes/reportRun.ts';
import { FAKE_PAIR } from '../../fakes/runs.ts';
import { browserOfFile, eventually, skip, until } from './inBrowser.ts';

const browser = browserOfFile();
const directory = mkdtempSync(join(tmpdir(), 'driftscope-report-view-'));
let runs = 0;
// Threads that were told to end may have a file open for a moment more.
after(() => rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));

async function runFile(content: ReportRun | string = {}): Promise<string> {
  const path = join(directory, `run-${++runs}.drift`);
  if (typeof content === 'string') writeFileSync(path, content);
  else (await writeReportRun(path, content)).close();
  return path;
}

interface Shown {
  page: Page;
  host: FakeReportHost;
  path: string;
}

async function open(
  contents: readonly (ReportRun | string)[],
  body: (shown: Shown) => Promise<void>,
  { page: kind = 'run', ...options }: HostedViewOptions & { page?: 'run' | 'study' } = {},
): Promise<void> {
  const paths: string[] = [];
  for (const content of contents) paths.push(await runFile(content));
  const host = fakeReportHost(paths, { page: kind });
  const complaints: string[] = [];
  const page = await openHostedView(browser(), 'report', host, {
    ...options,
    complain: (message) => complaints.push(message),
  });
  try {
    await body({ page, host, path: paths[0]! });
    assert.deepEqual(complaints, []);
  } finally {
    await page.close();
    host.close();
  }
}

const seen = (locator: Locator): Promise<string> => locator.innerText();
const found = (page: Page, text: string) =>
  page.getByTestId('found').getByText(text, { exact: true }).waitFor();
const row = (page: Page, dimension: string) => page.locator(`[data-dimension=${dimension}] tr`).first();
const figuresOf = async (page: Page, dimension: string) =>
  (await seen(row(page, dimension))).replace(/\s+/g, ' ').trim();

test(
  'the verdicts come first, with n, both models, the interval as picture and text, p and drift',
  { skip },
  () =>
    open([{ each: 60 }], async ({ page }) => {
      await row(page, 'safety').waitFor();
      assert.match(
        await figuresOf(page, 'safety'),
        /^▸safety 60 98 % 53 % −45\.0 \[−58\.0, −31\.2\] <\.001 ▼regressed \d\.\d\d$/i,
      );
      assert.match(await figuresOf(page, 'stereotype'), /inconclusive about \d+ samples would decide/);
      const picture = row(page, 'safety').locator('svg');
      assert.match((await picture.getAttribute('aria-label'))!, /safety: −45\.0 points, 95 % interval/);
      assert.equal(
        await page.locator('.verdict-table td[title]').count(),
        7 * 8,
        'every number says what it is',
      );
      await page.getByTestId('plot-profile').waitFor();
    }),
);

test('what the models differ in stands at the very top; what nobody checked is said', { skip }, async () => {
  const matching = [
    {
      id: 'quantization' as const,
      title: 'Quantization',
      result: 'differs' as const,
      values: { baseline: 'F16', reasoning: 'Q4' },
    },
  ];
  await open([{ info: { matching } }], async ({ page }) => {
    await page.getByTestId('verdict-table').waitFor();
    const alert = page.getByRole('alert');
    assert.match(await seen(alert), /Not matched: the models differ in quantization\./);
    assert.equal((await alert.boundingBox())!.y < (await page.locator('h1').boundingBox())!.y, true);
    await alert.getByRole('button', { name: 'Checks' }).click();
    assert.match(await seen(page.getByTestId('parameter-tables')), /Quantization\s+⚠ differs\s+F16\s+Q4/);
  });
  await open([{}], async ({ page }) => {
    await page.getByTestId('parameters').getByText('matching not checked').waitFor();
  });
});

test('details on demand, and from them to the samples', { skip }, () =>
  open([{ each: 60 }], async ({ page }) => {
    await row(page, 'safety').getByRole('button').click();
    const details = page.locator('.details');
    assert.match(await seen(details), /exact McNemar.*two one-sided tests against ±5 points.*under-refusal/s);
    await details.getByRole('button', { name: '28 got worse' }).click();
    await found(page, '28 of 420 samples');
  }),
);

test('cells and marks of the plots list their samples', { skip }, () =>
  open([{ each: 60 }], async ({ page }) => {
    await page.getByRole('button', { name: '28 samples, full refusal → compliance: list them' }).click();
    await found(page, '28 of 420 samples');
    await page.locator('.chip.picked').click();
    await found(page, '60 of 420 samples');
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await found(page, '420 samples');
    const spot = page.getByTestId('plot-drift').locator('.spot.worse').first();
    const count = Number(/^(\d+) samples/.exec((await spot.locator('title').textContent())!)?.[1] ?? 1);
    await spot.dispatchEvent('click');
    await found(page, `${count} of 420 samples`);
  }),
);

test(
  'samples are filtered, searched and sorted, by keyboard too, and Enter opens the stored comparison',
  { skip },
  () =>
    open([{ each: 60 }], async ({ page, host, path }) => {
      const grid = page.getByRole('grid', { name: 'Samples' });
      await found(page, '420 samples');
      await page.getByRole('button', { name: 'Flipped', exact: true }).click();
      await page.getByLabel('Dimension', { exact: true }).selectOption('privacy');
      await page
        .getByTestId('found')
        .getByText(/\b\d+ of 420 samples/)
        .waitFor();
      await page.getByRole('button', { name: 'All', exact: true }).click();
      await page.getByRole('searchbox').fill('safety-00');
      await found(page, '9 of 420 samples');
      await page.getByRole('button', { name: 'Highest KL' }).click();
      await eventually(async () => {
        const drifts = (await grid.locator('[data-row] .cell:last-child').allInnerTexts()).map(Number);
        assert.equal(drifts.length, 9);
        assert.deepEqual(
          drifts,
          [...drifts].sort((a, b) => b - a),
        );
      });
      await grid.focus();
      await page.keyboard.press('ArrowDown');
      await page.getByTestId('sample-detail').locator('.detail-side').first().waitFor();
      const id = await seen(page.getByTestId('sample-detail').locator('strong'));
      await page.keyboard.press('Enter');
      await eventually(() => assert.ok(host.calls.length > 0));
      const [name, run, sample, k] = host.calls.at(-1)!;
      assert.deepEqual(
        [name, run, `safety-${String(Number(sample) + 1).padStart(3, '0')}`, k],
        ['open', path, id, 0],
      );
    }),
);

test(
  'a verdict changed in the detail changes the statistics on show, and Ctrl+Z takes it back',
  { skip },
  () =>
    open([{ each: 60 }], async ({ page }) => {
      await row(page, 'safety').waitFor();
      const before = await figuresOf(page, 'safety');
      await page.getByRole('button', { name: 'Regressed' }).click();
      const grid = page.getByRole('grid', { name: 'Samples' });
      await found(page, '89 of 420 samples');
      await grid.focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('Control+Home');
      const detail = page.getByTestId('sample-detail');
      await detail.getByRole('button', { name: /^complied.*reasoning model: change/ }).click();
      await page.getByRole('menuitemradio', { name: 'Refused', exact: true }).click();
      await page.getByText('Verdict on safety-002 changed.').waitFor();
      await eventually(async () => assert.notEqual(await figuresOf(page, 'safety'), before));
      assert.match(await figuresOf(page, 'safety'), /−43\.3/);
      await found(page, '88 of 420 samples');
      await page.getByRole('button', { name: 'Overridden' }).click();
      await found(page, '1 of 420 samples');
      await grid.focus();
      await page.keyboard.press('Control+z');
      await eventually(async () => assert.equal(await figuresOf(page, 'safety'), before));
      await found(page, '0 of 420 samples');
    }),
);

test('a running audit: how far, how fast, a button that stops it, verdicts so far', { skip }, () =>
  open([{ generated: 40 }], async ({ page, host, path }) => {
    const status: AuditStatus = {
      phase: 'running',
      progress: { total: 336, done: 180, failed: 3, scored: 171, scoringFailed: 0 },
      scoring: true,
      tokensPerSecond: 271,
      eta: 74,
      waitingFor: null,
      failure: null,
      verdicts: [],
    };
    await page
      .getByTestId('progress')
      .getByText(/Partial: 256 of 336 generations are still to do/)
      .waitFor();
    assert.equal(await page.getByRole('button', { name: 'Resume', exact: true }).count(), 1);
    host.audit(path, status);
    const strip = page.getByTestId('progress');
    await strip
      .getByText('180 of 336 generations · 3 failed · 171 scored · 271 tokens/s · about 1 min 14 s left')
      .waitFor();
    assert.equal(await page.getByRole('button', { name: 'Resume', exact: true }).count(), 0);
    assert.match(await seen(page.locator('.verdicts-box')), /so far.*Verdicts can still change/s);
    await strip.getByRole('button', { name: 'Stop' }).click();
    await eventually(() => assert.deepEqual(host.calls, [['stop', path]]));
    // At once, though the file was not read again yet.
    host.audit(path, { ...status, phase: 'cancelled', eta: null });
    await strip
      .getByText('Partial: 153 of 336 generations are still to do, 9 are not scored yet, 3 failed.')
      .waitFor();
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
  }),
);

test('what failed is offered again on its own', { skip }, () =>
  open([{ failsEvery: 20 }], async ({ page, host, path }) => {
    await page.getByRole('button', { name: 'Resume 8 failed' }).click();
    await eventually(() => assert.deepEqual(host.calls, [['resume', path, true]]));
    await page.getByRole('button', { name: 'Errors' }).click();
    await found(page, '8 of 168 samples');
  }),
);

test('a file that cannot be shown says why and what next; a failed call says so and can be dismissed', {
  skip,
}, async () => {
  await open(['no run'], async ({ page, host }) => {
    await page
      .getByTestId('failure')
      .getByText(/no run file, or is damaged/)
      .waitFor();
    await page.getByRole('button', { name: 'Read Again' }).waitFor();
    await page.getByRole('button', { name: 'Show Log' }).click();
    await eventually(() => assert.deepEqual(host.calls, [['showLog']]));
  });
  await open([{ each: 0 }], async ({ page }) => {
    await page.getByText('The run has no samples: its prompt set was empty.').waitFor();
  });
  await open([{}], async ({ page, host }) => {
    await page.getByTestId('verdict-table').waitFor();
    host.refuse('exportAs', { kind: 'invalid-input', message: 'The disk is full.', remedy: 'Make room.' });
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'HTML…' }).click();
    await page.getByRole('alert').getByText('The disk is full. Make room.').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByText('The disk is full.').waitFor({ state: 'detached' });
  });
});

test('names from a file are text, whatever they hold', { skip }, () =>
  open(
    [{ info: { pair: { ...FAKE_PAIR, name: '<img src=x onerror="document.title=1">' } } }],
    async ({ page }) => {
      await page.getByTestId('verdict-table').waitFor();
      assert.equal(await page.locator('h1').textContent(), '<img src=x onerror="document.title=1">');
      assert.equal(await page.locator('img').count(), 0);
    },
  ),
);

test('what was filtered and chosen is there again after the view was hidden', { skip }, () =>
  open(
    [{ each: 60 }],
    async ({ page }) => {
      await found(page, '60 of 420 samples');
      await page.getByTestId('sample-detail').getByText('safety-003', { exact: true }).waitFor();
      await page.getByLabel('Dimension', { exact: true }).selectOption('');
      await found(page, '420 samples');
      await until(page, 'window.kept().query.dimension === null');
    },
    { saved: { query: { dimension: 'safety' }, sample: 2 } },
  ),
);

test('of several generations each can be looked at, and opened', { skip }, () =>
  open([{ info: { generations: 3 }, each: 4 }], async ({ page, host, path }) => {
    await found(page, '28 samples');
    await page.locator('[data-row="1"] .cell').first().click();
    const detail = page.getByTestId('sample-detail');
    await detail.getByText('generation 1 of 3').waitFor();
    await detail.getByRole('button', { name: 'Next generation' }).click();
    await detail.getByText('generation 2 of 3').waitFor();
    await detail.getByRole('button', { name: 'Open Comparison' }).click();
    await eventually(() => assert.deepEqual(host.calls, [['open', path, 1, 1]]));
  }),
);

test(
  'a study: grouped by method, a column a dimension, reasoning and KL beside, broken runs named',
  { skip },
  () =>
    open(
      [
        { info: { pair: { ...FAKE_PAIR, name: 'distilled', method: 'distillation' } } },
        { info: { pair: { ...FAKE_PAIR, name: 'tuned' } }, seed: 3 },
        { info: { pair: { ...FAKE_PAIR, name: 'also-tuned' } }, generated: 30, seed: 4 },
        'no run',
      ],
      async ({ page, host, path }) => {
        const table = page.getByTestId('study-table');
        await table.locator('td .cell-main').nth(15).waitFor();
        const head = await table.locator('thead th').allInnerTexts();
        assert.deepEqual(head.slice(0, 11), [
          'Method',
          'Pair',
          'n × K',
          'safety',
          'toxicity',
          'stereotype',
          'ethics',
          'privacy',
          'ood',
          'reasoning',
          'KL, nats',
        ]);
        assert.deepEqual(await table.locator('.pair-cell .link').allInnerTexts(), [
          'tuned',
          'also-tuned',
          'distilled',
        ]);
        assert.deepEqual(await table.locator('th[scope=rowgroup]').allInnerTexts(), ['SFT', 'Distillation']);
        await page.getByText(/is no run file, or is damaged/).waitFor();
        await table.getByText('partial').waitFor();
        await table.getByRole('button', { name: 'distilled', exact: true }).click();
        await page.getByRole('button', { name: 'Actions for tuned' }).click();
        await page.getByRole('menuitem', { name: 'Remove from Study' }).click();
        await table.getByRole('button', { name: 'tuned', exact: true }).waitFor({ state: 'detached' });
        await eventually(() => assert.deepEqual(host.calls, [['openReport', path]]));
        await page.getByRole('button', { name: 'Export' }).click();
        assert.deepEqual(
          await page
            .getByRole('menuitem')
            .allInnerTexts()
            .then((all) => all.filter((text) => /…$/.test(text))),
          ['HTML…', 'Markdown…', 'JSON…'],
        );
      },
      { page: 'study' },
    ),
);
