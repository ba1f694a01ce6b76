// The compare view against a plain <pre> of the same two texts, in one run of one browser. What is timed is the whole
// view as it opens on a finished comparison, heat and diff included, and scrolling through it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../browser.ts';
import { serveHarness } from '../viewHarness/serve.ts';

/** One line of the bench: ours against the reference, both in ms. */
export interface ViewMeasurement {
  case: string;
  ours: number;
  /** Null where the target is absolute. */
  reference: number | null;
  /** What `ours / reference`, or `ours` where there is no reference, has to stay under. */
  limit: number;
}

const VIEWPORT = { width: 1280, height: 800 };
const RUNS = 5;

/** Measures the cases of design/performance that concern the view. Takes about three minutes. */
export async function* benchView(): AsyncIterable<ViewMeasurement> {
  const harness = await serveHarness();
  const browser = await launchBrowser();
  try {
    for (const { tokens, paint, worstStep } of [
      { tokens: 32_000, paint: 2.5, worstStep: 80 },
      { tokens: 100_000, paint: 1, worstStep: 100 },
    ]) {
      for (const aligned of [false, true]) {
        const name = `2 × ${tokens.toLocaleString('en-US')} tokens, heat${aligned ? ' and diff' : ''}`;
        // In turns, so that what else the machine does falls on both; of each, the least disturbed run counts.
        const references: number[] = [];
        const paints: number[] = [];
        const steps: number[] = [];
        for (let run = 0; run < RUNS; run++) {
          references.push(await withPage(browser, harness.url, (page) => paintPre(page, tokens)));
          await withPage(browser, harness.url, async (page) => {
            paints.push(await paintView(page, tokens, aligned));
            steps.push(await worstScrollStep(page));
          });
        }
        const [reference, ours, step] = [references, paints, steps].map((times) => Math.min(...times)) as [
          number,
          number,
          number,
        ];
        yield { case: `${name}: first paint`, ours, reference, limit: paint };
        yield { case: `${name}: worst scroll step`, ours: step, reference: null, limit: worstStep };
      }
    }
    for (const already of [0, 30_000]) {
      const worsts: number[] = [];
      for (let run = 0; run < RUNS; run++) {
        worsts.push(await withPage(browser, harness.url, (page) => worstStreamingFrame(page, already)));
      }
      const worst = Math.min(...worsts);
      yield {
        case: `streaming 2 × 200 tokens/s after ${already.toLocaleString('en-US')}: worst frame`,
        ours: worst,
        reference: null,
        limit: 50,
      };
    }
  } finally {
    await browser.close();
    await harness.close();
  }
}

async function withPage<T>(browser: Browser, url: string, measure: (page: Page) => Promise<T>): Promise<T> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  try {
    await page.goto(`${url}?theme=dark`);
    // The view restores this: a long trace shown whole, not as a preview.
    await page.evaluate(`sessionStorage.setItem('state', '{"wholeTrace":true}')`);
    await page.reload();
    // Asked again and again: a string that is waited for is evaluated in the page, whose policy forbids it.
    while (!(await page.evaluate('window.harness?.calls.length > 0'))) await sleep(5);
    await page.evaluate(HELPERS);
    return await measure(page);
  } finally {
    await page.close();
  }
}

// Runs in the page: plain JavaScript, since it is sent as text.
const HELPERS = `
  window.afterPaint = () => new Promise((resolve) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(null);
  }));
  window.finished = (tokens) => harness.makeComparison({
    seed: 1, input: [{ role: 'user', content: 'Think long.' }], status: 'exact', top: 0,
    trace: harness.longPassages(tokens, 7), answer: [{ left: 'Yes.', right: 'No.' }],
  }).state;
`;

function paintPre(page: Page, tokens: number): Promise<number> {
  return page.evaluate(`(async () => {
    const texts = Object.values(finished(${tokens}).sides).map((side) => side.generation.trace);
    document.querySelector('main').remove();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('.two { display: grid; grid-template-columns: 1fr 1fr; height: 100vh; overflow: auto } pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.6 var(--vscode-editor-font-family); margin: 0; padding: 0 14px; min-width: 0 }');
    document.adoptedStyleSheets = [sheet];
    await afterPaint();
    const start = performance.now();
    const box = document.createElement('div');
    box.className = 'two';
    for (const text of texts) {
      const pre = document.createElement('pre');
      pre.textContent = text;
      box.append(pre);
    }
    document.body.append(box);
    await afterPaint();
    return performance.now() - start;
  })()`);
}

/** From the host's answer to the frame in which the heat is on the page. */
function paintView(page: Page, tokens: number, aligned: boolean): Promise<number> {
  return page.evaluate(`(async () => {
    const state = finished(${tokens});
    if (!${aligned}) state.diff.trace = null;
    await afterPaint();
    const start = performance.now();
    harness.open(state);
    const painted = () => [...CSS.highlights].some(([name, ranges]) => name.startsWith('heat-') && ranges.size > 0);
    while (!painted()) await new Promise((resolve) => requestAnimationFrame(resolve));
    await afterPaint();
    return performance.now() - start;
  })()`);
}

/** Through the whole text and back at a page a step, then in leaps. */
function worstScrollStep(page: Page): Promise<number> {
  return page.evaluate(`(async () => {
    const scroll = document.querySelector('.scroll');
    let worst = 0;
    const go = async (top) => {
      const start = performance.now();
      scroll.scrollTop = top;
      await afterPaint();
      worst = Math.max(worst, performance.now() - start);
    };
    for (let i = 1; i <= 60; i++) await go(i * 500);
    for (let i = 1; i <= 20; i++) await go((scroll.scrollHeight * i) / 20);
    for (let i = 1; i <= 20; i++) await go(scroll.scrollHeight - i * 500);
    return worst;
  })()`);
}

/** The longest time between two frames over 4 s of streaming. */
function worstStreamingFrame(page: Page, already: number): Promise<number> {
  return page.evaluate(`(async () => {
    const { request, sides } = finished(Math.max(2000, ${already}));
    const text = sides.reasoning.generation.trace;
    const streaming = () => ({ state: 'streaming', trace: ${already} ? text : '', answer: '', tokens: ${already} });
    harness.open({ ...harness.initialComparison(request), sides: { baseline: streaming(), reasoning: streaming() } });
    await afterPaint(); await afterPaint();
    const pieces = text.match(/ ?\\S{1,5}|\\s/g);
    let at = 0;
    const timer = setInterval(() => {
      const events = [];
      for (let i = 0; i < 6; i++, at++) for (const side of ['baseline', 'reasoning']) {
        events.push({ type: 'delta', side, segment: 'trace', text: pieces[at % pieces.length], tokens: 1 });
      }
      harness.emit('happened', events);
      // As a reader who follows does.
      const scroll = document.querySelector('.scroll');
      scroll.scrollTop = scroll.scrollHeight;
    }, 30);
    await new Promise((resolve) => setTimeout(resolve, 500));
    let worst = 0;
    let last = performance.now();
    const end = last + 4000;
    while (last < end) {
      const now = await new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
      worst = Math.max(worst, now - last);
      last = now;
    }
    clearInterval(timer);
    return worst;
  })()`);
}

if (import.meta.main) {
  for await (const { case: name, ours, reference, limit } of benchView()) {
    const ratio = reference === null ? null : ours / reference;
    console.log(
      `${name}: ${ours.toFixed(0)} ms${reference === null ? '' : `, <pre> ${reference.toFixed(0)} ms, ratio ${ratio?.toFixed(2)}`} (limit ${limit})`,
    );
  }
}
