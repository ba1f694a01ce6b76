// Screenshots of the report view for eyes to look at: `node tools/viewHarness/reportShots.ts OUT [name…]`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { AuditStatus, RunInfo } from '../../src/shared/audit.ts';
import { fakeReportHost } from '../../test/fakes/reportHost.ts';
import { type ReportRun, writeReportRun } from '../../test/fakes/reportRun.ts';
import { FAKE_PAIR } from '../../test/fakes/runs.ts';
import { launchBrowser } from '../browser.ts';
import { openHostedView } from './hostedView.ts';
import type { ThemeName } from './themes.ts';

const [out = 'shots', ...only] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const directory = mkdtempSync(path.join(tmpdir(), 'driftscope-shots-'));

const check = (id: 'tokenizer' | 'parameters' | 'quantization', title: string, differs = false) => ({
  id,
  title,
  result: differs ? ('differs' as const) : ('same' as const),
  values: differs ? { baseline: 'F16', reasoning: 'Q4_K_M' } : { baseline: '1.76 M', reasoning: '1.76 M' },
});
const matched: Partial<RunInfo> = {
  pair: { ...FAKE_PAIR, name: 'demo' },
  matching: [
    check('tokenizer', 'Tokenizer'),
    check('parameters', 'Parameter count'),
    check('quantization', 'Quantization'),
  ],
};
const unmatched: Partial<RunInfo> = {
  pair: { ...FAKE_PAIR, name: 'r1-distill-7b', method: 'distillation' },
  matching: [
    check('tokenizer', 'Tokenizer'),
    check('parameters', 'Parameter count'),
    check('quantization', 'Quantization', true),
  ],
};
const running: AuditStatus = {
  phase: 'running',
  progress: { total: 336, done: 180, failed: 3, scored: 171, scoringFailed: 0 },
  scoring: true,
  tokensPerSecond: 271,
  eta: 74,
  waitingFor: null,
  failure: null,
  verdicts: [],
};

interface Scenario {
  /** A file's content instead of a run: what is no run file. */
  files: Record<string, ReportRun | string>;
  page?: 'run' | 'study';
  audit?: AuditStatus;
  themes?: readonly ThemeName[];
  widths?: readonly number[];
  /** What a reader does before the shutter. */
  act?: (page: Page) => Promise<void>;
  whole?: boolean;
}

const expand = async (page: Page) => {
  await page.getByRole('button', { name: 'safety' }).first().click();
  await page.getByTestId('parameters').click();
};
const toSamples = async (page: Page) => {
  await page.getByRole('button', { name: 'Regressed' }).click();
  await page.locator('.samples').scrollIntoViewIfNeeded();
  await page.locator('.samples').evaluate((element) => element.scrollIntoView());
  await page.locator('.grid .cell').nth(12).click();
  await page.waitForSelector('.detail-side');
};

const ALL_THEMES: readonly ThemeName[] = ['dark', 'light', 'hc-dark', 'hc-light'];
const SCENARIOS: Record<string, Scenario> = {
  run: {
    files: { 'demo.drift': { info: matched, each: 60 } },
    themes: ALL_THEMES,
    widths: [900, 1600],
    whole: true,
  },
  details: {
    files: { 'demo.drift': { info: unmatched, each: 60 } },
    act: expand,
    themes: ['light', 'dark'],
    widths: [900, 1600],
  },
  samples: {
    files: { 'demo.drift': { info: matched, each: 60 } },
    act: toSamples,
    themes: ALL_THEMES,
    widths: [900, 1600],
  },
  running: {
    files: { 'demo.drift': { info: matched, generated: 70, failsEvery: 23 } },
    audit: running,
    themes: ['dark', 'light'],
  },
  beside: { files: { 'demo.drift': { info: matched, each: 60 } }, themes: ['light'], widths: [577] },
  partial: { files: { 'demo.drift': { info: matched, generated: 70, failsEvery: 23 } } },
  empty: { files: { 'empty.drift': { info: matched, each: 0 } } },
  begun: { files: { 'begun.drift': { info: matched, generated: 0 } } },
  broken: { files: { 'broken.drift': 'This is no run file.' }, themes: ['dark', 'light'] },
  study: {
    page: 'study',
    files: {
      'sft.drift': { info: matched, each: 60 },
      'rl.drift': {
        info: { ...matched, pair: { ...FAKE_PAIR, name: 'demo-rl', method: 'rl' } },
        each: 60,
        seed: 12,
      },
      'distilled.drift': { info: unmatched, each: 60, seed: 3 },
      'half.drift': { info: { ...matched, pair: { ...FAKE_PAIR, name: 'demo-2' } }, generated: 40, seed: 5 },
      'broken.drift': 'This is no run file.',
    },
    themes: ['dark', 'light', 'hc-dark'],
    widths: [900, 1600],
  },
};

const browser = await launchBrowser();
try {
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const folder = path.join(directory, name);
    mkdirSync(folder);
    const paths: string[] = [];
    for (const [file, content] of Object.entries(scenario.files)) {
      const at = path.join(folder, file);
      paths.push(at);
      if (typeof content === 'string') writeFileSync(at, content);
      else (await writeReportRun(at, content)).close();
    }
    for (const theme of scenario.themes ?? ['dark']) {
      for (const width of scenario.widths ?? [1280]) {
        const host = fakeReportHost(paths, { page: scenario.page ?? 'run' });
        if (scenario.audit) host.audit(paths[0]!, scenario.audit);
        const page = await openHostedView(browser, 'report', host, {
          theme,
          viewport: { width, height: 1000 },
        });
        await page.waitForSelector('.verdict-table, .study .cell-main, .failure-box, .waiting:not(.dim)');
        await page.waitForTimeout(700);
        await scenario.act?.(page);
        await page.waitForTimeout(200);
        if (scenario.whole) await page.setViewportSize({ width, height: 2400 });
        await page.screenshot({ path: path.join(out, `${name}-${theme}-${width}.png`) });
        await page.close();
        host.close();
      }
    }
  }
} finally {
  await browser.close();
  rmSync(directory, { recursive: true });
}
