import { FailureError, fail } from '../../shared/failure.ts';
import type { WantedDepth } from '../../shared/pair.ts';
import { type BySide, bySide, SIDES } from '../../shared/side.ts';
import { boundPosition, surprisalOf } from './boundPosition.ts';
import { chooseDepth } from './depth.ts';
import { tokenizeAgain } from './retokenize.ts';
import type { PairScorer, UnsegmentedPosition } from './scoring.ts';
import { scoreSpans } from './spanScorer.ts';
import type { TextScorer } from './textScorer.ts';
import { tokenizerDifference } from './tokenizerProbe.ts';

export interface PairScorerOptions {
  /** Alternatives to ask each model for per position. Default: see {@link chooseDepth}. */
  k?: WantedDepth | undefined;
  /**
   * Whether ids of one mean the same to the other is tried out on a probe text, once, before the first score.
   * Default true.
   */
  verifyTokenizers?: boolean;
}

/** Positions that are handed on at once. */
const BATCH = 32;

/**
 * Two models that each score given text, on any two servers, as the scorer of a pair. Both read the same ids at the
 * same time; their rows are paired as they come, so that no more than a batch is held. A position is exact where both
 * rows are the whole vocabulary, and a bound elsewhere.
 */
export function pairScorer(scorers: BySide<TextScorer>, options: PairScorerOptions = {}): PairScorer {
  let verified: Promise<void> | null = null;
  const verify = (signal: AbortSignal): Promise<void> => {
    if (options.verifyTokenizers === false) return Promise.resolve();
    verified ??= requireSameTokenizer(scorers, signal);
    verified.catch(() => {
      verified = null; // a server that was out of reach may be back
    });
    return verified;
  };

  return {
    async *score({ prefix, ids, top }, signal) {
      await verify(signal);
      const depths = await both((side) => scorers[side].depth(signal));
      const sizes = bySide((side) => depths[side].vocabularySize);
      if (sizes.baseline !== null && sizes.reasoning !== null && sizes.baseline !== sizes.reasoning) {
        await requireSameCut(scorers, ids, signal);
      }
      for (const side of SIDES) {
        if (depths[side].maxTop !== 0) continue;
        fail(
          'cannot-score',
          `${scorers[side].label} tells the probability of the given tokens only: no KL without others.`,
        );
      }
      if (depths.baseline.named !== depths.reasoning.named) {
        fail(
          'cannot-score',
          'One model’s server names alternatives by their ids and the other’s by their texts: the two lists cannot be matched.',
          { remedy: 'Serve both models with servers of one kind.' },
        );
      }
      const k = Math.max(top, chooseDepth(depths, options.k));
      const stop = new AbortController();
      const either = AbortSignal.any([signal, stop.signal]);
      const text = textOf(scorers, ids);
      const rows = bySide((side) =>
        scorers[side].score({ prefix: prefix[side], ids, k, text }, either)[Symbol.asyncIterator](),
      );
      let batch: UnsegmentedPosition[] = [];
      try {
        for (const [index, id] of ids.entries()) {
          const next = await both((side) => rows[side].next());
          const row = bySide((side) => {
            const { value, done } = next[side];
            if (done) throw new Error(`${scorers[side].label} scored ${index} of ${ids.length} tokens`);
            if (value.id !== id) {
              throw new Error(`${scorers[side].label} scored token ${value.id} where ${id} was due`);
            }
            return value;
          });
          batch.push(boundPosition(index, row, top));
          if (batch.length === BATCH) {
            yield batch;
            batch = [];
          }
        }
        if (batch.length > 0) yield batch;
      } finally {
        stop.abort();
        await Promise.allSettled(SIDES.map((side) => rows[side].return?.()));
      }
    },

    async tokenize(text, signal) {
      const ids = await both((side) => scorers[side].tokenize(text, signal));
      if (!sameIds(ids.baseline, ids.reasoning)) tokenizersDiffer('they cut this text into different tokens');
      return ids.baseline;
    },

    tokensOf: (author, text, signal) => tokenizeAgain(scorers[author], text, signal),

    spans: (request, signal) => scoreSpans(scorers, request, signal),

    async surprisals({ prefix, ids }, signal) {
      const given = await both(async (side) => {
        try {
          const surprisals: (number | null)[] = [];
          const asked = { prefix: prefix[side], ids, k: 1, text: textOf(scorers, ids) };
          for await (const row of scorers[side].score(asked, signal)) surprisals.push(surprisalOf(row));
          return surprisals;
        } catch (error) {
          if (error instanceof FailureError && error.failure.kind === 'cannot-score') return null;
          throw error;
        }
      });
      if (!given.baseline && !given.reasoning) return null;
      return ids.map((_, t) => bySide((side) => given[side]?.[t] ?? null));
    },
  };
}

/** Finds the text of ids where it is needed; either model's server may tell, since the tokenizers are the same. */
function textOf(scorers: BySide<TextScorer>, ids: readonly number[]) {
  return async (signal: AbortSignal): Promise<string | null> => {
    for (const side of SIDES) {
      const text = await scorers[side].detokenize(ids, signal);
      if (text !== null) return text;
    }
    return null;
  };
}

async function requireSameTokenizer(scorers: BySide<TextScorer>, signal: AbortSignal): Promise<void> {
  const difference = await tokenizerDifference(scorers, signal);
  if (difference !== null) tokenizersDiffer(difference);
}

/**
 * Vocabularies of two sizes may be one that was padded, or has a few tokens more that probe texts do not show. So each
 * text is tried: the ids have to be the same text to both, and that text the same ids.
 */
async function requireSameCut(
  scorers: BySide<TextScorer>,
  ids: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const texts = await both((side) => scorers[side].detokenize(ids, signal).catch(unknownToken));
  if (texts.baseline === null || texts.baseline !== texts.reasoning) {
    tokenizersDiffer(
      'their vocabularies have different sizes, and this text’s tokens do not mean the same in both',
    );
  }
  const text = texts.baseline;
  const cuts = await both((side) => scorers[side].tokenize(text, signal));
  if (!sameIds(cuts.baseline, cuts.reasoning)) {
    tokenizersDiffer('their vocabularies have different sizes, and they cut this text into different tokens');
  }
}

/** A server that has no token of an id refuses it. */
function unknownToken(error: unknown): null {
  if (error instanceof FailureError && error.failure.kind === 'bad-request') return null;
  throw error;
}

function tokenizersDiffer(how: string): never {
  return fail('tokenizers-differ', `The two models’ tokenizers differ: ${how}.`, {
    remedy: 'KL per token needs one vocabulary: compare models that come from the same base.',
  });
}

export function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

/** Both at once; where one fails, the error of the first to fail. */
async function both<T>(of: (side: 'baseline' | 'reasoning') => Promise<T>): Promise<BySide<T>> {
  const [baseline, reasoning] = await Promise.all([of('baseline'), of('reasoning')]);
  return { baseline, reasoning };
}
