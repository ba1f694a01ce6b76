import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { alignTokens, bitsPerByte, type TokenStream } from '../../../src/core/drift/alignTokens.ts';

/** A text cut at given byte offsets, with a log-probability for every token. */
function cut(text: Buffer, borders: readonly number[], logprobs: readonly number[]): TokenStream {
  const ends = [...new Set([...borders.map((b) => b % (text.length + 1)), text.length])]
    .filter((b) => b > 0)
    .sort((a, b) => a - b);
  const bytes = ends.map((end, i) => text.subarray(ends[i - 1] ?? 0, end));
  return { bytes, logprobs: bytes.map((_, i) => -Math.abs(logprobs[i % logprobs.length]!)) };
}

const borders = fc.array(fc.nat(500), { maxLength: 60 });
const logprobs = fc.array(fc.double({ min: -30, max: 0, noNaN: true }), { minLength: 1, maxLength: 20 });
const streams = fc
  .tuple(fc.string({ unit: 'grapheme', maxLength: 40 }), borders, logprobs, borders, logprobs)
  .map(([text, a, p, b, q]) => {
    const bytes = Buffer.from(text);
    return { bytes, baseline: cut(bytes, a, p), reasoning: cut(bytes, b, q) };
  });

const close = (a: number, b: number) =>
  assert.ok(Math.abs(a - b) < 1e-9 * (1 + Math.abs(a)), `${a} and ${b}`);

describe('alignTokens', () => {
  it('cuts a text at the borders that both share, without gap or overlap', () => {
    fc.assert(
      fc.property(streams, ({ bytes, baseline, reasoning }) => {
        const spans = alignTokens({ baseline, reasoning });
        assert.deepEqual(
          spans.map(({ start }) => start),
          [0, ...spans.map(({ end }) => end)].slice(0, spans.length),
        );
        assert.equal(spans.at(-1)?.end ?? 0, bytes.length);
        for (const [side, stream] of Object.entries({ baseline, reasoning })) {
          const ends = new Set<number>();
          let at = 0;
          for (const token of stream.bytes) {
            at += token.length;
            ends.add(at);
          }
          for (const { start, end, tokens } of spans) {
            assert.ok(ends.has(end));
            const [from, to] = tokens[side as 'baseline'];
            assert.ok(Buffer.concat(stream.bytes.slice(from, to)).equals(bytes.subarray(start, end)));
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves no shared border within a span', () => {
    fc.assert(
      fc.property(streams, ({ baseline, reasoning }) => {
        const inner = (stream: TokenStream, [from, to]: readonly [number, number]) => {
          let at = 0;
          return new Set(stream.bytes.slice(from, to - 1).map((token) => (at += token.length)));
        };
        for (const { tokens } of alignTokens({ baseline, reasoning })) {
          const other = inner(reasoning, tokens.reasoning);
          for (const border of inner(baseline, tokens.baseline)) assert.ok(!other.has(border));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('shares out the log-probability of the text, so that its log-ratio is the sum over spans', () => {
    fc.assert(
      fc.property(streams, ({ baseline, reasoning }) => {
        const spans = alignTokens({ baseline, reasoning });
        const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
        close(sum(spans.map(({ logprob }) => logprob.baseline)), sum(baseline.logprobs));
        close(sum(spans.map(({ logprob }) => logprob.reasoning)), sum(reasoning.logprobs));
        close(sum(spans.map(({ logRatio }) => logRatio)), sum(reasoning.logprobs) - sum(baseline.logprobs));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is every token a span where the tokenizers are the same', () => {
    fc.assert(
      fc.property(streams, ({ baseline }) => {
        const spans = alignTokens({ baseline, reasoning: baseline });
        assert.equal(spans.length, baseline.bytes.length);
        assert.ok(spans.every(({ logRatio }) => logRatio === 0));
      }),
    );
  });

  it('holds a character that both cut apart, at different places, together', () => {
    const emoji = Buffer.from('a😀b');
    const spans = alignTokens({
      baseline: cut(emoji, [1, 2, 5], [-1]),
      reasoning: cut(emoji, [1, 3, 5], [-2]),
    });
    assert.deepEqual(
      spans.map(({ start, end, logRatio }) => [start, end, logRatio]),
      [
        [0, 1, -1],
        [1, 5, -2],
        [5, 6, -1],
      ],
    );
  });

  it('keeps what is impossible to its span', () => {
    const text = Buffer.from('ab');
    const spans = alignTokens({
      baseline: { bytes: [text.subarray(0, 1), text.subarray(1)], logprobs: [Number.NEGATIVE_INFINITY, -1] },
      reasoning: { bytes: [text.subarray(0, 1), text.subarray(1)], logprobs: [-3, -4] },
    });
    assert.deepEqual(
      spans.map(({ logRatio }) => logRatio),
      [Number.POSITIVE_INFINITY, -3],
    );
  });

  it('gives tokens without bytes to what follows them, and at the end to the last span', () => {
    const text = Buffer.from('ab');
    const none = Buffer.alloc(0);
    const spans = alignTokens({
      baseline: {
        bytes: [none, text.subarray(0, 1), none, text.subarray(1), none],
        logprobs: [-1, -2, -4, -8, -16],
      },
      reasoning: { bytes: [text.subarray(0, 1), text.subarray(1)], logprobs: [0, 0] },
    });
    assert.deepEqual(
      spans.map(({ logprob }) => logprob.baseline),
      [-3, -28],
    );
  });

  it('refuses two texts', () => {
    const stream = (text: string) => ({ bytes: [Buffer.from(text)], logprobs: [-1] });
    assert.throws(() => alignTokens({ baseline: stream('a'), reasoning: stream('b') }), /different texts/);
  });
});

describe('bitsPerByte', () => {
  it('is 8 where every byte has probability 1/256, however it is cut', () => {
    fc.assert(
      fc.property(streams, ({ bytes, baseline }) => {
        const even = baseline.bytes.map((token) => -token.length * Math.log(256));
        close(bitsPerByte({ bytes: baseline.bytes, logprobs: even }), bytes.length === 0 ? 0 : 8);
      }),
    );
  });
});
