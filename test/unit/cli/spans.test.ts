import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { driftText } from '../../../src/cli/output/driftText.ts';
import { createStyle } from '../../../src/cli/output/terminal.ts';
import type { OpenPair } from '../../../src/core/compare/openPair.ts';
import { type Drift, INFINITE_NATS, type ScoredSpan, type SpanDrift } from '../../../src/shared/drift.ts';
import { FailureError } from '../../../src/shared/failure.ts';
import type { MatchingCheck } from '../../../src/shared/probe.ts';
import { driftscope, fakePair } from './commandLine.ts';
import { schemaErrors } from './schemas.ts';

const ASK = ['compare', '--pair', 'demo', '--prompt', 'Why?'];
const DIFFER = 'The two models’ tokenizers differ: emoji: 3 tokens in one and 2 in the other.';

const span = (index: number, text: string, baseline: number, reasoning: number): ScoredSpan => ({
  tokens: [index, index + 1],
  text,
  segment: 'answer',
  surprisal: { baseline, reasoning },
  pieces: { baseline: 2, reasoning: 1 },
});
const OVER = { n: 2, bytes: 8, bitsPerByte: { baseline: 1.5, reasoning: 0.25 }, logRatio: 7.25 };
const NONE = { n: 0, bytes: 0, bitsPerByte: { baseline: null, reasoning: null }, logRatio: null };
const SPANS: SpanDrift = {
  spans: [span(0, 'First', 8, 0.5), span(1, ',\u001b[2J', 0.25, 0.5)],
  summary: { trace: NONE, answer: OVER, all: OVER },
};

const differing: OpenPair['scorer'] = {
  // biome-ignore lint/correctness/useYield: it refuses before its first batch
  async *score(): AsyncGenerator<never> {
    throw new FailureError({ kind: 'tokenizers-differ', message: DIFFER });
  },
  async tokenize(): Promise<never> {
    throw new FailureError({ kind: 'tokenizers-differ', message: DIFFER });
  },
  tokensOf: async (_author, text) => [{ id: 1, text }],
  spans: async () => SPANS,
};

describe('a pair whose tokenizers differ', () => {
  test('is compared by spans, in JSON that its schema describes', async (t) => {
    const { code, stdout, stderr } = await driftscope(t, [...ASK, '--json'], { scorer: differing });
    assert.deepEqual([code, stderr], [0, '']);
    const document = JSON.parse(stdout);
    assert.equal(schemaErrors('compare-output', document), null);
    const { status, reason, summary, positions, spans } = document.drift.reasoning;
    assert.deepEqual([status, reason, summary, positions], ['unavailable', DIFFER, null, []]);
    assert.deepEqual(spans.summary.answer, OVER);
    assert.deepEqual(
      spans.spans.map(({ logRatio }: { logRatio: number }) => logRatio),
      [7.5, -0.25],
    );
  });

  test('is shown with the reason, the figures and the spans, and never as KL', async (t) => {
    const { code, stdout } = await driftscope(t, ASK, { scorer: differing });
    assert.equal(code, 0);
    assert.match(stdout, /Not available: The two models’ tokenizers differ/);
    assert.match(stdout, /answer +2 +8 +\+7\.25 +1\.50 +0\.25\n/);
    assert.match(
      stdout,
      /\+7\.50 {2}“First” {2}answer, 2 and 1 tokens {2}baseline 8\.00, reasoning 0\.50 nats\n/,
    );
    assert.ok(!/same 1st/.test(stdout) && !stdout.includes('\u001b[2J'));
  });

  test('colours spans by what they say, in colours of their own', () => {
    const drift: Drift = {
      status: 'unavailable',
      reason: DIFFER,
      coverage: null,
      positions: [],
      summary: null,
      spans: SPANS,
    };
    const text = driftText(drift, 'the text', createStyle(true), 80);
    const style = createStyle(true);
    assert.ok(text.includes(style.diverging('First', 3)));
    assert.ok(!text.includes(style.heat('First', 5)));
    assert.notEqual(style.diverging('x', 3), style.diverging('x', -3));
  });

  test('is scored on a text file too', async (t) => {
    const score = ['score', '--pair', 'demo', '--text-file', 'text.txt'];
    const world = { scorer: differing, files: { 'text.txt': 'First,' } };
    const { code, stdout } = await driftscope(t, [...score, '--json'], world);
    assert.equal(code, 0);
    assert.equal(schemaErrors('score-output', JSON.parse(stdout)), null);
    assert.match((await driftscope(t, score, world)).stdout, /bits\/byte/);
  });

  test('may hold a span impossible', async (t) => {
    const impossible = { ...SPANS, spans: [span(0, 'x', INFINITE_NATS, 1), span(1, 'y', 1, INFINITE_NATS)] };
    const scorer = { ...differing, spans: async () => impossible };
    const { stdout } = await driftscope(t, ASK, { scorer });
    assert.match(stdout, /\+∞ {2}“x”/);
    assert.match(stdout, /−∞ {2}“y”/);
    const json = await driftscope(t, [...ASK, '--json'], { scorer });
    assert.equal(schemaErrors('compare-output', JSON.parse(json.stdout)), null);
  });
});

describe('the matching of a pair', () => {
  const check = (
    id: MatchingCheck['id'],
    result: MatchingCheck['result'],
    detail?: string,
  ): MatchingCheck => ({
    ...{ id, title: `The ${id}`, result, values: { baseline: 'a', reasoning: null } },
    ...(detail !== undefined && { detail }),
  });
  const matching = [
    check('base-model', 'same'),
    check('tokenizer', 'same'),
    check('chat-template', 'unknown'),
    check('quantization', 'same'),
    check('parameters', 'differs', '7 and \u001b8'),
    check('context', 'same'),
  ];
  const openPair = async () => ({
    ...fakePair(),
    check: { triesOut: false, run: async () => ({ matching, fault: null }) },
  });

  test('heads what is shown, with what differs in words', async (t) => {
    const { stdout } = await driftscope(t, ASK, { openPair });
    assert.match(
      stdout,
      /^matched: base ✓ {2}tokenizer ✓ {2}template \? {2}quant ✓ {2}size ✗\n {2}The parameters differs: 7 and ␛8$/m,
    );
  });

  test('is in the JSON; null where nobody looked', async (t) => {
    const { stdout } = await driftscope(t, [...ASK, '--json'], { openPair });
    assert.deepEqual(JSON.parse(stdout).matching, matching);
    assert.equal(schemaErrors('compare-output', JSON.parse(stdout)), null);
    assert.equal(JSON.parse((await driftscope(t, [...ASK, '--json'])).stdout).matching, null);
  });
});

test('an elicited trace says that it is one', async (t) => {
  const pair = {
    baseline: { gguf: 'a.gguf', elicitTrace: true },
    reasoning: { gguf: 'b.gguf' },
  };
  const files = { 'driftscope.json': JSON.stringify({ pairs: { demo: pair } }) };
  const models = { baseline: { trace: ['Hm'], answer: ['No'] } };
  const { stdout } = await driftscope(t, ASK, { files, models });
  assert.match(stdout, /Trace \(elicited by the system prompt\)\n +Hm/);
  assert.equal(stdout.match(/elicited/g)?.length, 1);
  const json = JSON.parse((await driftscope(t, [...ASK, '--json'], { files, models })).stdout);
  assert.equal(schemaErrors('compare-output', json), null);
  assert.match(json.models.baseline.elicitedTrace, /<think>/);
  assert.equal(json.models.reasoning.elicitedTrace, undefined);
});
