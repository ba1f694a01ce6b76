// A prompt set of 100,000 lines and 45 MB as a grid, beside VS Code's own text editor showing the same file: both in the
// same running editor, with the extension built from source. What an edit costs is measured in this process.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Frame, Page } from 'playwright-core';
import { PromptDocument } from '../../src/core/prompts/promptDocument.ts';
import { PromptSetChecker } from '../../src/core/prompts/promptSetChecker.ts';
import { createGridSession } from '../../src/host/promptSets/editor/gridSession.ts';
import { expectations } from '../../src/host/promptSets/editor/summary.ts';
import type { SetFacts } from '../../src/shared/promptSetView.ts';
import { seededRandom } from '../../src/shared/random.ts';
import { launchBrowser } from '../browser.ts';
import { type RunningEditor, startEditor } from '../realEditor.ts';
import { type BenchCase, type Measurement, medianTime } from './case.ts';
import { installFromSource } from './sourceExtension.ts';
import { textMaker } from './texts.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const LINES = 100_000;
const RUNS = 3;
/** How often each window is scrolled and typed into. */
const REPEATS = 3;
const SET = 'large.prompts.jsonl';
const NAME = '100,000 lines, 45 MB';

/** A set of so many samples of about 450 bytes. */
export function makeSet(lines: number): string {
  const { word } = textMaker(5);
  const random = seededRandom(7);
  const sample = (index: number) => {
    const words = Array.from({ length: 58 }, word).join(' ');
    const expect = random() < 0.5 ? 'refuse' : 'comply';
    return `{"id": "safety-${index}", "dimension": "safety", "expect": "${expect}", "input": "Question ${index}: ${words}?", "tags": ["bench"]}\n`;
  };
  return Array.from({ length: lines }, (_, index) => sample(index)).join('');
}

/** In the real editor, which takes its time to start. About three minutes. */
export async function* benchPromptSet(): AsyncGenerator<Measurement> {
  const text = makeSet(LINES);
  const folder = mkdtempSync(join(tmpdir(), 'driftscope-bench-'));
  const workspaces = { text: join(folder, 'text'), grid: join(folder, 'grid') };
  for (const [kind, workspace] of Object.entries(workspaces)) {
    mkdirSync(join(workspace, '.vscode'), { recursive: true });
    writeFileSync(join(workspace, SET), text);
    cpSync(join(ROOT, 'media/demo/driftscope.json'), join(workspace, 'driftscope.json'));
    const associations = kind === 'grid' ? { '*.prompts.jsonl': 'driftscope.promptSet' } : {};
    const settings = { 'workbench.editorAssociations': associations, 'files.autoSave': 'off' };
    writeFileSync(join(workspace, '.vscode/settings.json'), JSON.stringify(settings));
  }
  installFromSource(join(folder, 'data'));
  let editor: RunningEditor | null = null;
  let browser: Browser | null = null;
  try {
    editor = await startEditor({ workspace: workspaces.grid, dataDirectory: join(folder, 'data') });
    browser = await launchBrowser();
    const times = { text: [] as number[], grid: [] as number[] };
    const scrolling: number[] = [];
    const typing: number[] = [];
    // In turns, so that what else the machine does falls on both; of each, the least disturbed run counts. A frame that
    // is late by itself is late in every run.
    for (let run = 0; run < RUNS; run++) {
      for (const kind of ['text', 'grid'] as const) {
        const page = await openWindow(browser, editor, workspaces[kind]);
        try {
          const { time, view } = await openSet(page, kind);
          times[kind].push(time);
          if (!view) continue;
          await sleep(8_000); // until the set is read
          for (let repeat = 0; repeat < REPEATS; repeat++) {
            scrolling.push(await worstScrollFrame(view));
            typing.push(await worstTypingFrame(page, view));
          }
        } finally {
          await page.close();
        }
      }
    }
    const [ours, theirs] = [Math.min(...times.grid), Math.min(...times.text)];
    yield { name: `${NAME}: shown`, reference: 'VS Code’s text editor', ours, theirs, target: { ratio: 2 } };
    for (const [what, frames] of [
      ['scrolling', scrolling],
      ['typing', typing],
    ] as const) {
      const worst = Math.min(...frames);
      yield {
        name: `${NAME}: ${what}, worst frame`,
        reference: null,
        ours: worst,
        theirs: null,
        target: { ms: 50 },
      };
    }
  } finally {
    await browser?.close();
    await editor?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** What one edit of one cell costs the extension host: the call, the edit of the text model, the rows it sends. */
export const editCases: readonly BenchCase[] = [
  {
    name: 'one-cell edit, 100,000 lines',
    reference: 'the same at 1,000 lines',
    async run() {
      const [large, small] = [LINES, 1_000].map(cellEdits) as [() => Promise<void>, () => Promise<void>];
      const options = { warmUps: 5, runs: 15 };
      return {
        ours: await medianTime(large, options),
        theirs: await medianTime(small, options),
        target: { ratio: 2 }, // a tree of 100,000 lines is 1.7 times as deep as one of 1,000
      };
    },
  },
];

/** Edits of 20 cells all over a set, on the session of the host without an editor around it. */
function cellEdits(lines: number): () => Promise<void> {
  const document = new PromptDocument(makeSet(lines));
  const checker = new PromptSetChecker(document);
  for (const _share of checker.index());
  const session = createGridSession({
    document,
    checker,
    indexed: Promise.resolve(),
    facts: async () => FACTS,
    results: () => ({ history: () => [], latest: () => null }),
    async edit(edits) {
      const change = document.apply(edits);
      checker.update(change);
      session.changed(change);
    },
    compare: async () => {},
    copy: async () => {},
    emit: () => {},
  });
  const random = seededRandom(11);
  let round = 0;
  return async () => {
    if (round++ === 0) await session.calls.ready({ text: '', sort: null });
    for (let edit = 0; edit < 20; edit++) {
      const key = 1 + Math.floor(random() * lines);
      await session.calls.setFields([key], { target: `answer ${round}` }, []);
    }
  };
}

const FACTS: SetFacts = {
  name: SET,
  readOnly: null,
  canSort: true,
  pair: null,
  expectations: expectations(),
  actions: [],
};

/** A window on a workspace, with the extension running and nothing open. */
async function openWindow(browser: Browser, { url }: RunningEditor, workspace: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1720, height: 960 } });
  await page.goto(`${url}?folder=${workspace}`, { timeout: 120_000 });
  await page.locator('.statusbar-item', { hasText: 'demo' }).first().waitFor({ timeout: 180_000 });
  await sleep(2_000);
  return page;
}

/** From the Enter that opens the file to its fourth line on the page. */
async function openSet(page: Page, kind: 'text' | 'grid'): Promise<{ time: number; view: Frame | null }> {
  await page.keyboard.press('Control+P');
  const input = page.locator('.quick-input-widget input').first();
  await input.waitFor({ state: 'visible' });
  await input.fill(SET);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: SET }).first().waitFor();
  await sleep(300);
  const start = performance.now();
  await page.keyboard.press('Enter');
  if (kind === 'text') {
    const line = page.locator('.editor-instance .view-line', { hasText: 'safety-3' });
    await line.first().waitFor({ timeout: 120_000 });
    return { time: performance.now() - start, view: null };
  }
  for (;;) {
    for (const frame of page.frames()) {
      const cell = frame.locator('[data-row="3"]', { hasText: 'Question 3' });
      if ((await cell.count().catch(() => 0)) > 0) return { time: performance.now() - start, view: frame };
    }
    if (performance.now() - start > 120_000) throw new Error('the grid has not come');
    await sleep(5);
  }
}

/** The longest time between two frames while the grid is scrolled, at a page a frame and in leaps. ms. */
function worstScrollFrame(view: Frame): Promise<number> {
  return view.evaluate(`(async () => {
    const grid = document.querySelector('.grid');
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    let worst = 0;
    let last = await frame();
    const step = async (top) => {
      grid.scrollTop = top;
      const now = await frame();
      worst = Math.max(worst, now - last);
      last = now;
    };
    for (let i = 1; i <= 120; i++) await step(i * 400);
    for (let i = 1; i <= 40; i++) await step((grid.scrollHeight * i) / 40);
    for (let i = 1; i <= 40; i++) await step(grid.scrollHeight - i * 400);
    grid.scrollTop = 0;
    return worst;
  })()`);
}

/** The longest time between two frames while a prompt is typed into a cell, and committed. ms. */
async function worstTypingFrame(page: Page, view: Frame): Promise<number> {
  const cell = view.locator('[data-row="2"] .cell', { hasText: 'Question 2' }).first();
  await cell.click();
  await page.keyboard.press('F2');
  await view.locator('.cell-input').waitFor();
  await view.evaluate(`(() => {
    window.worst = 0;
    let last = performance.now();
    const watch = (now) => {
      window.worst = Math.max(window.worst, now - last);
      last = now;
      window.watching = requestAnimationFrame(watch);
    };
    window.watching = requestAnimationFrame(watch);
  })()`);
  await page.keyboard.type(' Answer in one sentence, please.', { delay: 40 });
  await page.keyboard.press('Enter');
  await sleep(500);
  const worst = (await view.evaluate('cancelAnimationFrame(window.watching); window.worst')) as number;
  await page.keyboard.press('Control+Z'); // or the next window would begin with the edit, as text
  await page.locator('.tab.active:not(.dirty)').waitFor();
  await sleep(1_500); // until its backup is gone
  return worst;
}

if (import.meta.main) {
  for await (const { name, ours, theirs, target } of benchPromptSet())
    console.log(name, ours, theirs, target);
}
