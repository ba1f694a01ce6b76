import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePairFile } from '../../../src/core/pairs/pairFile.ts';
import { PAIR_TEMPLATE } from '../../../src/host/pairs/pairTemplate.ts';
import { viewHtml } from '../../../src/host/views/html.ts';
import { ALTERNATIVES_SENT, alternativesAt, lightEvent, lightState } from '../../../src/host/views/light.ts';
import { initialComparison, reduceComparison } from '../../../src/shared/comparison.ts';
import type { ScoredPosition } from '../../../src/shared/drift.ts';
import { bySide } from '../../../src/shared/side.ts';

test('the page allows its own script and nothing else', () => {
  const page = viewHtml({ script: 'https://x/compare.js', cspSource: 'https://x' });
  const nonce = /nonce="([^"]+)"/.exec(page)?.[1];
  assert.ok(nonce && nonce.length >= 22);
  assert.ok(
    page.includes(
      `content="default-src 'none'; script-src 'nonce-${nonce}'; style-src https://x; font-src https://x"`,
    ),
  );
  assert.equal(page.match(/<script/g)?.length, 1);
  assert.notEqual(
    page,
    viewHtml({ script: 'https://x/compare.js', cspSource: 'https://x' }),
    'a nonce is used once',
  );
});

test('the pair file that is created is whole, with its example and without', () => {
  assert.deepEqual(parsePairFile(PAIR_TEMPLATE).problems, []);
  const both = PAIR_TEMPLATE.replace(/^(\s*)\/\/ (, |\s*"|\s*\}|\})/gm, '$1$2');
  assert.deepEqual(parsePairFile(both).problems, []);
  assert.deepEqual(
    parsePairFile(both).pairs.map(({ name }) => name),
    ['demo', 'r1-distill-7b'],
  );
});

const position = (index: number): ScoredPosition => ({
  index,
  id: 5,
  text: 't',
  segment: 'answer',
  status: 'exact',
  klForward: 0,
  klReverse: 0,
  jsd: 0,
  jsdMax: 0,
  surprisal: bySide(() => 1),
  rank: bySide(() => 1),
  entropy: bySide(() => 1),
  coverage: bySide(() => 1),
  k: null,
  top: bySide((side) => [{ id: index, text: side, logprob: -1 }]),
});

test('far positions are sent without alternatives, which can be asked for', () => {
  const positions = Array.from({ length: ALTERNATIVES_SENT + 2 }, (_, index) => position(index));
  const scored = { type: 'scored', author: 'reasoning', positions } as const;
  const sent = lightEvent(scored);
  assert.ok(sent.type === 'scored');
  assert.equal(sent.positions[ALTERNATIVES_SENT - 1]?.top.baseline.length, 1);
  assert.equal(sent.positions[ALTERNATIVES_SENT]?.top.baseline.length, 0);
  assert.equal(positions[ALTERNATIVES_SENT]?.top.baseline.length, 1, 'the host keeps them');

  const pair = parsePairFile(PAIR_TEMPLATE).pairs[0]!;
  const state = [{ type: 'scoring', author: 'reasoning' } as const, scored].reduce(
    reduceComparison,
    initialComparison({ id: '', pair, input: [], origin: null }),
  );
  const { drift } = lightState(state);
  assert.ok(drift.reasoning.state === 'scoring');
  assert.deepEqual(drift.reasoning.positions, sent.positions);
  assert.equal(alternativesAt(state, 'reasoning', ALTERNATIVES_SENT).baseline[0]?.id, ALTERNATIVES_SENT);
  assert.deepEqual(alternativesAt(state, 'baseline', 0), { baseline: [], reasoning: [] });
});
