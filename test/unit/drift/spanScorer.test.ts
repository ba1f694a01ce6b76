import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Prefix, SpanRequest } from '../../../src/core/drift/scoring.ts';
import { scoreSpans } from '../../../src/core/drift/spanScorer.ts';
import type { TextScorer } from '../../../src/core/drift/textScorer.ts';
import { INFINITE_NATS, logRatio } from '../../../src/shared/drift.ts';
import { FailureError } from '../../../src/shared/failure.ts';
import type { Segment } from '../../../src/shared/generation.ts';

const NEVER = new AbortController().signal;
const prefix = { baseline: { text: 'b' }, reasoning: { text: 'r' } };

interface FakeModel {
  /** Cuts a text; the ids are made up. */
  cut(text: string): string[];
  /** ln of the probability of a token. */
  logprob(text: string): number;
  /** What `/detokenize` gives; default: the text. */
  back?(text: string): string | null;
  /** Whether it tells the pieces of ids. Default true. */
  tellsPieces?: boolean;
}

/** A model that gives a token what its text says, whatever stands before. */
function scorer({ cut, logprob, back = (text) => text, tellsPieces = true }: FakeModel) {
  const texts: string[] = [];
  const idOf = (text: string) => (texts.includes(text) ? texts.indexOf(text) : texts.push(text) - 1);
  const prefixes: Prefix[] = [];
  const made: TextScorer = {
    label: 'fake',
    depth: async () => ({ maxTop: 0, vocabularySize: null }),
    tokenize: async (text) => cut(text).map(idOf),
    detokenize: async (ids) => back(ids.map((id) => texts[id]).join('')),
    pieces: async (ids) => (tellsPieces ? ids.map((id) => texts[id]!) : null),
    fingerprint: async () => null,
    async *score({ prefix, ids, k }) {
      prefixes.push(prefix);
      for (const id of ids) {
        const own = logprob(texts[id]!);
        const list = { ids: [id], logprobs: [own], texts: [null], k: Math.min(k, 1), complete: false };
        yield { id, text: texts[id]!, logprob: own, rank: null, massResolution: 0, ...list };
      }
    },
  };
  return Object.assign(made, { idOf, prefixes });
}

const words: FakeModel = { cut: (text) => text.match(/\s*\S+/g) ?? [], logprob: (text) => -text.length };
const letters: FakeModel = { cut: (text) => [...text], logprob: () => -2 };

function request(
  author: ReturnType<typeof scorer>,
  ...parts: [text: string, segment: Segment][]
): SpanRequest {
  const tokens = parts.map(([text, segment]) => ({ id: author.idOf(text), text, segment }));
  return { author: 'reasoning', prefix, tokens };
}

describe('scoreSpans', () => {
  it('gives each span what both models gave it, each in its own tokens', async () => {
    const [baseline, reasoning] = [scorer(letters), scorer(words)];
    const { spans, summary } = await scoreSpans(
      { baseline, reasoning },
      request(reasoning, ['I', 'answer'], [' know', 'answer'], [' 你', 'answer']),
      NEVER,
    );
    assert.deepEqual(
      spans.map(({ text, tokens, surprisal, pieces }) => [text, tokens, surprisal, pieces]),
      [
        ['I', [0, 1], { baseline: 2, reasoning: 1 }, { baseline: 1, reasoning: 1 }],
        [' know', [1, 2], { baseline: 10, reasoning: 5 }, { baseline: 5, reasoning: 1 }],
        [' 你', [2, 3], { baseline: 4, reasoning: 2 }, { baseline: 2, reasoning: 1 }],
      ],
    );
    assert.equal(summary.answer.bytes, 10);
    assert.equal(summary.answer.n, 3);
    assert.ok(Math.abs(summary.answer.bitsPerByte.baseline! - 16 / Math.LN2 / 10) < 1e-12);
    assert.ok(Math.abs(summary.answer.bitsPerByte.reasoning! - 8 / Math.LN2 / 10) < 1e-12);
    assert.equal(summary.answer.logRatio, 8);
    assert.deepEqual(summary.all, summary.answer);
    assert.deepEqual(summary.trace, {
      n: 0,
      bytes: 0,
      bitsPerByte: { baseline: null, reasoning: null },
      logRatio: null,
    });
    assert.deepEqual([baseline.prefixes, reasoning.prefixes], [[{ text: 'b' }], [{ text: 'r' }]]);
  });

  it('reads the delimiters, counts none, and leaves out what ends the turn', async () => {
    const [baseline, reasoning] = [scorer(words), scorer(letters)];
    // “</think>\nNo” is one word to the baseline: the delimiter reaches into it.
    const { spans, summary } = await scoreSpans(
      { baseline, reasoning },
      request(
        reasoning,
        ['<think>', 'control'],
        [' Hm', 'trace'],
        [' </think>', 'control'],
        ['No', 'answer'],
        [' way', 'answer'],
        ['<|end|>', 'control'],
      ),
      NEVER,
    );
    assert.deepEqual(
      spans.map(({ text, segment }) => [text, segment]),
      [
        ['<think>', 'control'],
        [' Hm', 'trace'],
        [' </think>No', 'control'],
        [' way', 'answer'],
      ],
    );
    assert.equal(summary.all.bytes, 7);
  });

  it('shares out what each model gave to the whole text, whoever wrote it', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(text, fc.nat(6), fc.nat(6), async (written, a, b) => {
        const chunks = (size: number): FakeModel => ({
          cut: (whole) => whole.match(new RegExp(`.{1,${size + 1}}`, 'gsu')) ?? [],
          logprob: (piece) => -piece.length,
        });
        const [baseline, reasoning] = [scorer(chunks(a)), scorer(chunks(b))];
        const own = chunks(b).cut(written);
        const { spans, summary } = await scoreSpans(
          { baseline, reasoning },
          request(reasoning, ...own.map((piece): [string, Segment] => [piece, 'answer'])),
          NEVER,
        );
        assert.equal(spans.map((span) => span.text).join(''), written);
        assert.ok(Math.abs(summary.answer.logRatio!) < 1e-9);
        assert.equal(summary.answer.bytes, Buffer.byteLength(written));
      }),
      { numRuns: 300 },
    );
  });

  it('goes by the texts of the rows where a server does not tell pieces', async () => {
    const [baseline, reasoning] = [scorer({ ...letters, tellsPieces: false }), scorer(words)];
    const { spans } = await scoreSpans(
      { baseline, reasoning },
      request(reasoning, ['a', 'answer'], [' b', 'answer']),
      NEVER,
    );
    assert.deepEqual(
      spans.map(({ text }) => text),
      ['a', ' b'],
    );
  });

  it('keeps what a model held impossible to its span, and says so of the sum', async () => {
    const never: FakeModel = {
      ...letters,
      logprob: (text) => (text === 'b' ? Number.NEGATIVE_INFINITY : -1),
    };
    const [baseline, reasoning] = [scorer(never), scorer(letters)];
    const { spans, summary } = await scoreSpans(
      { baseline, reasoning },
      request(reasoning, ['a', 'answer'], ['b', 'answer']),
      NEVER,
    );
    assert.deepEqual(
      spans.map(({ surprisal }) => logRatio(surprisal)),
      [-1, INFINITE_NATS],
    );
    assert.equal(summary.answer.bitsPerByte.baseline, INFINITE_NATS);
    assert.equal(summary.answer.logRatio, INFINITE_NATS);
  });

  it('fails where the other model’s tokens are not the text', async () => {
    for (const back of [(text: string) => text.toLowerCase(), () => null]) {
      const [baseline, reasoning] = [scorer({ ...letters, back }), scorer(words)];
      await assert.rejects(
        scoreSpans({ baseline, reasoning }, request(reasoning, ['A', 'answer']), NEVER),
        (error) => error instanceof FailureError && error.failure.kind === 'cannot-score',
      );
    }
  });

  it('has no span where nothing was written', async () => {
    const [baseline, reasoning] = [scorer(words), scorer(letters)];
    const { spans } = await scoreSpans(
      { baseline, reasoning },
      request(reasoning, ['<|end|>', 'control']),
      NEVER,
    );
    assert.deepEqual(spans, []);
  });
});

describe('logRatio', () => {
  it('is a number or ±∞ where one model held the span impossible, and none where both did', () => {
    assert.equal(logRatio({ baseline: 3, reasoning: 1 }), 2);
    assert.equal(logRatio({ baseline: 3, reasoning: INFINITE_NATS }), -INFINITE_NATS);
    assert.equal(logRatio({ baseline: INFINITE_NATS, reasoning: INFINITE_NATS }), null);
  });
});
