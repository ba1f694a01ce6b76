// What the views say of a pair: the matching card, spans of two tokenizers, an elicited trace, and the view of Check
// Pair, each built from source, under VS Code's content security policy, in Chromium.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { SCENARIOS } from '../../../tools/viewHarness/scenarios.ts';
import { asMarkdown } from '../../../webview/compare/copying.ts';
import { eventually, harnessPages, skip, until } from './inBrowser.ts';

const pages = harnessPages();

const open = (view: 'compare' | 'check', scenario: string, body: (page: Page) => Promise<void>) =>
  pages({ view, scenario }, async (page) => {
    await page.waitForSelector(view === 'compare' ? '.section.answer' : '.check');
    await body(page);
  });

const shown = async (locator: Locator) =>
  (await locator.evaluate((e) => Reflect.get(e, 'innerText') as string)).replace(/\s+/g, ' ').trim();

/** Waits until the view has asked the host for something. */
const called = (page: Page, name: string) =>
  until(page, `harness.calls.some(([call]) => call === '${name}')`);

const marked = (page: Page, prefix: string) =>
  page.evaluate(
    `[...CSS.highlights].filter(([name]) => name.startsWith('${prefix}')).reduce((n, [, ranges]) => n + ranges.size, 0)`,
  ) as Promise<number>;

/** The strip follows its keys a frame later. */
const stripSays = (page: Page, what: RegExp) =>
  eventually(async () =>
    assert.match((await page.getByRole('slider').getAttribute('aria-valuetext'))!, what),
  );

const PAINTED = (name: string) =>
  `[...CSS.highlights].some(([n, r]) => n.startsWith('${name}') && r.size > 0)`;

describe('the matching card', { skip }, () => {
  test('says at a glance that all is the same', () =>
    open('compare', 'matched', async (page) => {
      assert.equal(await shown(page.locator('.matched')), 'matched: base ✓ tokenizer ✓ template ✓ quant ✓');
      assert.equal(await page.locator('.match-item.differs').count(), 0);
    }));

  test('lets what differs stand out, and says the difference when it is opened by keyboard', () =>
    open('compare', 'mismatched', async (page) => {
      const card = page.locator('button.matched');
      assert.match((await card.getAttribute('title'))!, /Quantization differs/);
      assert.match((await card.getAttribute('aria-label'))!, /Chat template differs, Quantization differs/);
      await card.focus();
      await page.keyboard.press('Enter');
      const rows = page.locator('.matching tr.differs');
      await rows.first().waitFor();
      assert.match(await shown(rows.nth(0)), /^Chat template ✗ differs they part after 2410 characters/);
      assert.equal(await shown(rows.nth(1)), 'Quantization ✗ differs baseline F16 reasoning Q4_K_M');
      const box = (await page.locator('.popover').boundingBox())!;
      assert.ok(box.x >= 0 && box.x + box.width <= 1200 && box.y + box.height <= 760);
      await page.getByRole('button', { name: 'Check Pair' }).click();
      await called(page, 'checkPair');
      await card.focus();
      await page.keyboard.press('Escape');
      await page.locator('.popover').waitFor({ state: 'hidden' });
    }));

  test('calls unknown what a side does not tell', () =>
    open('compare', 'matchUnknown', async (page) => {
      assert.equal(await shown(page.locator('.matched')), 'matched: base ? tokenizer ✓ template ✓ quant ?');
      await page.locator('button.matched').click();
      assert.match(
        await shown(page.locator('.matching tr.unknown').last()),
        /^Quantization \? unknown baseline Q8_0 reasoning does not tell$/,
      );
    }));

  test('says that it is being found out, that it failed, and that scores are not to be believed', async () => {
    await open('compare', 'checking', async (page) => {
      assert.equal(await shown(page.locator('.matched')), 'checking the pair…');
    });
    await open('compare', 'notChecked', async (page) => {
      assert.equal(await shown(page.locator('.matched')), 'not checked');
    });
    await open('compare', 'faulty', async (page) => {
      assert.match(await shown(page.locator('.matched')), /scores ✗$/);
      assert.match(
        await shown(page.locator('.drift')),
        /No divergence on these tokens: .* natural logarithms/,
      );
    });
  });

  test('is not there where nobody looked', () =>
    open('compare', 'refused', async (page) => {
      assert.equal(await page.locator('.matched').count(), 0);
    }));
});

describe('a pair whose tokenizers differ', { skip }, () => {
  test('has a heat of its own, with a legend, and no KL', () =>
    open('compare', 'spans', async (page) => {
      await until(page, PAINTED('ratio-'));
      assert.ok((await marked(page, 'ratio-below')) > 0 && (await marked(page, 'ratio-above')) > 0);
      assert.equal(await marked(page, 'heat-'), 0);
      const drift = await shown(page.locator('.drift'));
      assert.match(drift, /ln R\/B per span/);
      assert.match(drift, /tokenizers differ: emoji: 14 tokens in one and 11 in the other/);
      assert.match(drift, /answer 47 370 0\.15 0\.18 −7\.83/);
      assert.match(drift, /baseline likelier .* reasoning likelier/);
      assert.equal(await page.getByRole('combobox', { name: 'Measure' }).count(), 0);
      assert.equal(await page.getByRole('checkbox', { name: 'ln R/B heat' }).count(), 1);
    }));

  test('is worked by keyboard: hotspots, cards and the strip tell of spans', () =>
    open('compare', 'spans', async (page) => {
      await until(page, PAINTED('ratio-'));
      await page.keyboard.press('F7');
      const card = page.locator('.card:visible');
      await card.waitFor();
      assert.match(await shown(card), /ln R\/B [+−]\d+\.\d+ nats, over the span “.*” BASELINE \d/);
      assert.match((await page.locator('[aria-live]').first().textContent())!, /ln R over B/);
      await page.getByRole('slider').focus();
      await page.keyboard.press('ArrowRight');
      await stripSays(page, /(trace|answer), [+−]?[<\d.]+ nats in “/);
    }));

  test('switches its heat off with the layer', () =>
    open('compare', 'spans', async (page) => {
      await until(page, PAINTED('ratio-'));
      await page.getByRole('checkbox', { name: 'ln R/B heat' }).click();
      await until(page, `!(${PAINTED('ratio-')})`);
    }));
});

test('a surprisal that is told where there is no KL is shown as such, without heat', { skip }, () =>
  open('compare', 'surprisals', async (page) => {
    const drift = await shown(page.locator('.drift'));
    assert.match(drift, /^Surprisal on .* not available/);
    assert.match(drift, /tells probabilities of the text that it writes itself at best/);
    assert.match(
      drift,
      /n mean surprisal to baseline mean surprisal to reasoning trace 46 – \d\.\d+ answer 92 – \d/,
    );
    assert.equal(await page.locator('.legend').count(), 0);
    assert.equal((await marked(page, 'heat-')) + (await marked(page, 'ratio-')), 0);
    const strip = page.getByRole('slider');
    await eventually(async () => assert.ok(Number(await strip.getAttribute('aria-valuemax')) > 0));
    await strip.focus();
    await page.keyboard.press('ArrowRight');
    await stripSays(page, /surprisal [<\d.]+ nats/);
    assert.match(await shown(page.locator('.card:visible')), /BASELINE not told REASONING [<\d.]+ nats/);
  }),
);

test('an elicited trace says so in its head, and only that one', { skip }, () =>
  open('compare', 'elicited', async (page) => {
    const marks = page.locator('.elicited');
    assert.equal(await marks.count(), 1);
    assert.equal(await page.locator('.section.trace .section-head.baseline .elicited').count(), 1);
    assert.match((await marks.getAttribute('title'))!, /Think first, between <think> and <\/think>/);
  }),
);

test('tokens that were found again in a text have heat too', { skip }, () =>
  open('compare', 'refused', async (page) => {
    await page.evaluate(`(() => {
      const state = harness.scenario('refused');
      for (const side of ['baseline', 'reasoning']) state.sides[side].generation.tokens = [];
      harness.emit('restarted', state);
    })()`);
    await until(page, PAINTED('heat-'));
  }),
);

describe('the view of Check Pair', { skip }, () => {
  test('says what a comparison will show, and what to do for more', () =>
    open('check', 'bounds', async (page) => {
      const outcome = await shown(page.locator('.outcome'));
      assert.match(
        outcome,
        /^bound A comparison of this pair will show: A lower bound of KL .* 20 tokens at most/,
      );
      assert.match(outcome, /To get more Baseline: start vLLM with a larger --max-logprobs than 20/);
      assert.match(outcome, /with 48 requests/);
      const row = (name: string) => shown(page.getByRole('row', { name }).first());
      assert.equal(await row('Server'), 'Server vLLM 0.11.0 vLLM 0.11.0');
      assert.equal(await row('Largest k'), 'Largest k 20 20');
      assert.match(await row('Trace'), /field “reasoning”/);
      assert.match(await shown(page.locator('.matching')), /Declared lineage ✗ differs/);
    }));

  test('names a lie in red words', () =>
    open('check', 'lying', async (page) => {
      const lie = page.locator('.result.failed');
      assert.equal(await lie.count(), 1);
      assert.equal(await shown(lie), '✗ fails:');
      assert.match(await shown(page.locator('.seen.failed')), /3\.21 nats between temperatures/);
      assert.equal(await page.locator('td[data-side=reasoning] .result.failed').count(), 1);
      assert.match(await shown(page.locator('.outcome')), /^unavailable/);
    }));

  test('shows a fault at its place, with its remedy', () =>
    open('check', 'outOfReach', async (page) => {
      const failure = page.locator('td[data-side=reasoning] .failure');
      assert.match(await shown(failure), /refused the request \(401\).*Set API Key/);
      await failure.getByRole('button', { name: 'Set API key…' }).click();
      await called(page, 'setApiKey');
      assert.equal(await page.locator('td[data-side=baseline] .failure').count(), 0);
    }));

  test('shows what is known while it runs, and can be stopped', () =>
    open('check', 'trying', async (page) => {
      assert.match(await shown(page.locator('.outcome')), /4 checks done… loading organism-sft: 40 %/);
      assert.match(await shown(page.getByRole('row', { name: 'Server' })), /^Server vLLM 0\.11\.0 …$/);
      await page.getByRole('button', { name: 'Stop' }).click();
      await called(page, 'cancel');
      assert.equal(await page.getByRole('button', { name: 'Copy as JSON' }).isDisabled(), true);
    }));

  test('checks again, copies and opens the pair file by its buttons', () =>
    open('check', 'exactly', async (page) => {
      assert.match(await shown(page.locator('.outcome')), /^exact/);
      assert.equal(await page.locator('.advice').count(), 0);
      await page.getByRole('button', { name: 'Copy as JSON' }).click();
      await page.getByRole('button', { name: 'Copied ✓' }).waitFor();
      await page.getByRole('button', { name: 'Open pair file' }).click();
      await page.getByRole('button', { name: 'Check again' }).click();
      for (const name of ['copyJson', 'openPairFile', 'recheck']) await called(page, name);
    }));

  test('takes names for text', () =>
    open('check', 'hostileNames', async (page) => {
      assert.equal(await page.locator('img, b').count(), 0);
      assert.match((await page.locator('h1').textContent())!, /^<\/script><img/);
      const overflow = await page.evaluate('document.body.scrollWidth - document.body.clientWidth');
      assert.equal(overflow, 0);
    }));
});

describe('a comparison as Markdown', () => {
  test('carries what its drift is, with the mass that a bound rests on', () => {
    assert.match(
      asMarkdown(SCENARIOS.refused!()),
      /## Drift on reasoning’s tokens, in nats\n\n- status: exact\n- trace: KL.* mean \d/,
    );
    const bound = asMarkdown(SCENARIOS.bound!());
    assert.match(bound, /- status: bound\n- mass that the lists cover, on average: baseline \d+ %/);
    assert.match(bound, /mean ≥ \d/);
    assert.match(asMarkdown(SCENARIOS.unavailable!()), /- status: unavailable: `api\.example\.com gives no/);
  });

  test('carries spans, the matching and that a trace was elicited', () => {
    const spans = asMarkdown(SCENARIOS.spans!());
    assert.match(spans, /\*\*Matching:\*\* base same, tokenizer differs \(`emoji/);
    assert.match(spans, /- answer: ln R\/B −7\.83; bits per byte: baseline 0\.15, reasoning 0\.18/);
    assert.match(asMarkdown(SCENARIOS.elicited!()), /### Trace \(elicited by the system prompt\)/);
  });
});
