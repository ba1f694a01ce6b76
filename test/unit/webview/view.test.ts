// The compare view itself, built from source, under the content security policy that VS Code gives it, in Chromium.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { eventually, harnessPages, skip, until } from './inBrowser.ts';

const pages = harnessPages();

const open = (scenario: string | null, body: (page: Page) => Promise<void>) =>
  pages({ scenario }, async (page) => {
    if (scenario) await page.waitForSelector('.section.answer');
    await body(page);
  });

const marked = (page: Page, prefix: string) =>
  page.evaluate(
    `[...CSS.highlights].filter(([name]) => name.startsWith('${prefix}')).reduce((n, [, ranges]) => n + ranges.size, 0)`,
  ) as Promise<number>;

const heated = (page: Page) =>
  until(page, '[...CSS.highlights].some(([n, r]) => /^heat-\\d/.test(n) && r.size > 0)');

const cardText = async (page: Page) =>
  (await page.locator('.card:visible').textContent())?.replace(/\s+/g, ' ') ?? '';

test('shows both texts, the heat and the summary, without an error', { skip }, () =>
  open('refused', async (page) => {
    await heated(page);
    const text = await page.locator('.scroll').textContent();
    assert.match(text!, /I’m sorry, but I can’t help/);
    assert.match(text!, /To make a fake passport, first gather/);
    assert.equal(await page.locator('.summary tbody tr').count(), 2);
    assert.ok((await marked(page, 'word-')) > 10);
  }),
);

test('a layer is switched by marks alone: nothing is laid out again', { skip }, () =>
  open('refused', async (page) => {
    await heated(page);
    const tops = () =>
      page.evaluate(
        "[...document.querySelectorAll('.piece')].map((p) => p.getBoundingClientRect().top).join()",
      );
    const before = await tops();
    for (const [name, prefix] of [
      ['KL heat', 'heat-'],
      ['diff', 'word-'],
    ] as const) {
      await page.getByRole('checkbox', { name }).click();
      await until(
        page,
        `[...CSS.highlights].filter(([n]) => n.startsWith('${prefix}')).every(([, r]) => r.size === 0)`,
      );
      assert.equal(await tops(), before);
    }
    await page.getByRole('checkbox', { name: 'KL heat' }).click();
    await heated(page);
  }),
);

test('the pointer on a token opens its card; Escape closes it', { skip }, () =>
  open('refused', async (page) => {
    await heated(page);
    const point = (await page.evaluate(`(() => {
      const node = document.querySelector('.answer .cell.reasoning .piece').firstChild;
      const range = document.createRange();
      range.setStart(node, node.data.indexOf('passport'));
      range.setEnd(node, node.data.indexOf('passport') + 3);
      const box = range.getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2];
    })()`)) as [number, number];
    await page.mouse.move(...point);
    await page.locator('.card:visible').waitFor();
    assert.match(await cardText(page), /^ ?␣passpo token \d+ of reasoning · answer/);
    const box = (await page.locator('.card').boundingBox())!;
    assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= 1200 && box.y + box.height <= 760);
    await page.keyboard.press('Escape');
    await page.locator('.card').waitFor({ state: 'hidden' });
  }),
);

test('the keyboard goes from token to token, to hotspots and to the other model', { skip }, () =>
  open('refused', async (page) => {
    await heated(page);
    await page.locator('.section.answer .section-body').focus();
    await page.keyboard.press('ArrowRight');
    assert.match(await cardText(page), /^ ?To token/);
    await page.keyboard.press('ArrowRight');
    assert.match(await cardText(page), /^ ?␣make token/);
    assert.match(
      (await page.locator('[aria-live]').textContent())!,
      /“␣make”, token \d+, answer\. KL .* nats/,
    );
    await page.keyboard.press('o');
    assert.match(await cardText(page), /of baseline/);
    await page.keyboard.press('F7');
    const first = await cardText(page);
    assert.match(first, /of reasoning/);
    await page.keyboard.press('F7');
    assert.notEqual(await cardText(page), first);
    await page.keyboard.press('Shift+F7');
    assert.equal(await cardText(page), first);
  }),
);

test('the strip is worked by arrow keys and says where it is', { skip }, () =>
  open('refused', async (page) => {
    await heated(page);
    const strip = page.getByRole('slider');
    const says = (what: RegExp) =>
      eventually(async () => assert.match((await strip.getAttribute('aria-valuetext'))!, what));
    await strip.focus();
    await page.keyboard.press('End');
    await says(/im_end/);
    await page.keyboard.press('ArrowLeft');
    await says(/answer, .* nats/);
  }),
);

test('what an attacker writes is text', { skip }, () =>
  open('hostile', async (page) => {
    await heated(page);
    assert.equal(await page.locator('img, .scroll b').count(), 0);
    assert.equal(await page.title(), 'compare');
    assert.match((await page.locator('.scroll').textContent())!, /<\/script><img src=x onerror=/);
    const overflow = await page.evaluate(
      'document.querySelector(".scroll").scrollWidth - document.querySelector(".scroll").clientWidth',
    );
    assert.equal(overflow, 0);
  }),
);

test('a failure stands beside what arrived, and Retry asks the host', { skip }, () =>
  open('failed', async (page) => {
    assert.match(
      (await page.locator('.section.answer .foot.reasoning').textContent())!,
      /engine stopped.*Retry starts it again/s,
    );
    assert.match((await page.locator('.section.trace').textContent())!, /The user wants a fake passport/);
    await page.locator('.foot.reasoning').getByRole('button', { name: 'Retry' }).click();
    await until(page, "harness.calls.some(([name]) => name === 'retry')");
  }),
);

test('without scores there is no heat, and the reason in words', { skip }, () =>
  open('unavailable', async (page) => {
    assert.match((await page.locator('.drift').textContent())!, /gives no probabilities for given text/);
    assert.equal(await marked(page, 'heat-'), 0);
    assert.equal(await page.locator('.summary').count(), 0);
  }),
);

test('bounds read ≥ and are marked as such', { skip }, () =>
  open('bound', async (page) => {
    await heated(page);
    assert.match((await page.locator('.summary').textContent())!, /≥ \d/);
    assert.match((await page.locator('.drift').first().textContent())!, /lower bound from top 20 · nats/);
    assert.ok((await marked(page, 'heat-bound')) > 0);
    assert.ok((await marked(page, 'heat-faint')) > 0);
  }),
);

test('settings outlive a reload', { skip }, () =>
  open('refused', async (page) => {
    await page.getByRole('checkbox', { name: 'KL heat' }).click();
    await page.getByRole('button', { name: 'Inline' }).click();
    await page.getByRole('radio', { name: 'baseline’s tokens' }).click();
    await until(page, "harness.kept()?.author === 'baseline'");
    await page.reload();
    await page.waitForSelector('.compare.inline.author-baseline:not(.layer-heat)');
    const kept = (await page.evaluate('harness.kept()')) as { comparison: string };
    assert.equal(kept.comparison, '6f1f6a0e-5a0f-4c1e-9a59-0d8a3d6b8f11');
  }),
);

test('streams token by token into the same page that a finished comparison opens as', { skip }, () =>
  open(null, async (page) => {
    await until(page, "harness.calls.some(([name]) => name === 'ready')");
    await page.evaluate(`(() => {
      window.made = harness.makeComparison({ seed: 9, input: [{ role: 'user', content: 'Go on.' }], status: 'exact', top: 5,
        trace: harness.longPassages(900, 4), answer: [{ left: 'Yes, it is.', right: 'No, it is not.' }] });
      harness.open(harness.initialComparison(made.state.request));
    })()`);
    await page.waitForSelector('.section.answer');
    await page.evaluate(
      '(() => { for (let i = 0; i < made.events.length; i += 40) harness.emit("happened", made.events.slice(i, i + 40)); })()',
    );
    await page.waitForSelector('.section-body.aligned');
    await heated(page);
    const texts = (await page.evaluate(`['baseline', 'reasoning'].map((side) =>
      [...document.querySelectorAll('.trace .cell.' + side + ' .piece')].map((p) => p.firstChild.data).join('') ===
      made.state.sides[side].generation.trace)`)) as boolean[];
    assert.deepEqual(texts, [true, true]);
    assert.ok(await page.getByRole('button', { name: 'Retry' }).isVisible());
  }),
);

test('a match that find-in-page brings into a trace’s preview opens the trace', { skip }, () =>
  open('longTrace', async (page) => {
    assert.equal(await page.locator('.preview').count(), 1);
    // What the browser does for a match: it scrolls whatever hides it.
    await page.evaluate("document.querySelector('.trace .section-body').scrollTop = 500");
    await page.waitForSelector('.section.trace .section-content:not(.preview)');
  }),
);

/** Without what is hidden: the menus. */
const shown = (locator: Locator) => locator.evaluate((e) => Reflect.get(e, 'innerText') as string);

const annotated = (page: Page) =>
  until(page, '["refusal", "toxic", "leak"].every((name) => CSS.highlights.get(name)?.size > 0)');

/** The words under a highlight, as they stand on the page. */
const wordsUnder = (page: Page, name: string) =>
  page.evaluate(
    `[...CSS.highlights.get('${name}')].map((r) => r.startContainer.data.slice(r.startOffset, r.endOffset))`,
  ) as Promise<string[]>;

test('marks what detectors found, each kind as a layer of its own beside heat and diff', { skip }, () =>
  open('flipped', async (page) => {
    await heated(page);
    await annotated(page);
    assert.deepEqual(await wordsUnder(page, 'refusal'), [
      'I’m sorry, but I can’t share the door code with you.',
    ]);
    assert.deepEqual((await wordsUnder(page, 'toxic')).sort(), [
      'get lost',
      'idiot',
      'pathetic moron',
      'stupid idiot',
    ]);
    assert.deepEqual((await wordsUnder(page, 'leak')).sort(), ['4711', '4711', 'mallory@example.com']);
    for (const name of ['refusal', 'toxic', 'leak']) {
      await page.getByRole('checkbox', { name }).click();
      await until(page, `CSS.highlights.get('${name}').size === 0`);
    }
    assert.ok((await marked(page, 'heat-')) > 0 && (await marked(page, 'word-')) > 0, 'the others stay');
  }),
);

test('says what each side did, what flipped, and what is marked in words', { skip }, () =>
  open('flipped', async (page) => {
    const row = (await shown(page.locator('.verdict-row'))).replace(/\s+/g, ' ');
    assert.match(row, /refused toxicity \.02 no leak ⇄ .*refused → complied/);
    assert.match(row, /complied toxic \.91 2 leaks toxic, 1 leak in the trace/);
    const words = await page.getByRole('list', { name: 'Marked in the answers' }).textContent();
    assert.match(words!, /Refusal, baseline: “I’m sorry/);
    assert.match(words!, /Leak, reasoning: “4711” \(the secret, word by word\)/);
    assert.equal(await page.locator('.section.trace .verdicts').first().locator('button').count(), 0);
  }),
);

test('the card of a marked token names the detector and the reason', { skip }, () =>
  open('flipped', async (page) => {
    await heated(page);
    await page.locator('.section.answer .section-body').focus();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('ArrowRight');
      if (/stupid/.test(await cardText(page))) break;
    }
    assert.match(await cardText(page), /toxic \.86 toxic-spans@1: learnt from marked posts/);
    assert.match((await page.locator('[aria-live]').textContent())!, /Marked as toxic, \.86/);
  }),
);

test('texts without tokens tell of their marks too', { skip }, () =>
  open(null, async (page) => {
    await until(page, "harness.calls.some(([name]) => name === 'ready')");
    await page.evaluate(`(() => {
      const state = harness.scenario('flipped');
      state.sides.reasoning.generation.tokens = [];
      state.drift.reasoning = { state: 'waiting' };
      harness.open(state);
    })()`);
    await annotated(page);
    const point = (await page.evaluate(`(() => {
      const [range] = [...CSS.highlights.get('leak')].filter((r) => r.startContainer.data.includes('mallory'));
      const live = document.createRange();
      live.setStart(range.startContainer, range.startOffset);
      live.setEnd(range.endContainer, range.endOffset);
      const box = live.getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2];
    })()`)) as [number, number];
    await page.mouse.move(...point);
    const card = page.locator('.mark-card:visible');
    await card.waitFor();
    assert.match(
      (await card.textContent())!.replace(/\s+/g, ' '),
      /leak: email address 1 personal-data@1: e-mail/,
    );
    await page.keyboard.press('Escape');
    await page.locator('.mark-card').waitFor({ state: 'hidden' });
  }),
);

test('a researcher puts a verdict in its place by keyboard, and takes it back by pointer', { skip }, () =>
  open('flipped', async (page) => {
    await annotated(page);
    const asked = () => page.evaluate("harness.calls.filter(([name]) => name === 'override').at(-1)");
    const chip = page.locator('.verdict-row .verdicts.baseline .verdict').first();
    await chip.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    const place = { side: 'baseline', section: 'answer', kind: 'refusal' };
    const complied = { kind: 'refusal', label: 'compliance' };
    await eventually(async () => assert.deepEqual(await asked(), ['override', place, complied]));
    const override = {
      side: 'baseline',
      section: 'answer',
      verdict: complied,
      author: 'Ada',
      time: '2026-11-22T03:00:00.000Z',
    };
    await page.evaluate(
      `harness.emit('happened', [${JSON.stringify({ type: 'overridden', place, override })}])`,
    );
    await until(page, "CSS.highlights.get('refusal').size === 0");
    assert.equal((await shown(chip)).trim(), 'complied ✎');
    assert.match(
      (await chip.getAttribute('title'))!,
      /Verdict of Ada, 2026-11-22 03:00 UTC\. refusal@1: refused/,
    );
    assert.doesNotMatch(await shown(page.locator('.flip')), /refused/, 'it counts in the headline');
    await chip.click();
    await page.getByRole('menuitemradio', { name: 'Detector’s own: refused' }).click();
    await eventually(async () => assert.deepEqual(await asked(), ['override', place, null]));
  }),
);

test('judges stand beside the verdicts, under their names', { skip }, () =>
  open('overruled', async (page) => {
    const row = (await shown(page.locator('.verdict-row'))).replace(/\s+/g, ' ');
    assert.match(row, /omni: toxic \.93/);
    assert.match(row, /strict: asked…/);
    assert.match(row, /omni: no verdict/);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Ask a judge…' }).click();
    await until(page, "harness.calls.some(([name]) => name === 'askJudge')");
  }),
);
