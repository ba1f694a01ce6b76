import type { TopList } from './bounds.ts';

/** The largest logits of one distribution, with the sum over all of them. */
export interface TopLogits {
  /** The `k` largest first, in falling order; then others that were asked for. No id occurs twice. */
  ids: readonly number[];
  logits: readonly number[];
  k: number;
  /**
   * Σ exp(logit − largest logit) over the whole vocabulary, added up in float32 in falling order: what llama.cpp's
   * binding gives.
   */
  weight: number;
  vocabularySize: number;
}

/** A list with log-probabilities, and how far its tail may be off: see {@link BoundOptions.massResolution}. */
export type NormalisedTop = Pick<TopList, 'ids' | 'logprobs' | 'k'> & { massResolution: number };

/** Of float64 sums, and of exponentials that differ in their last bit. */
const ROUNDING = 1e-6;

/**
 * Log-probabilities of the likeliest tokens, from their logits and the float32 normaliser.
 *
 * A running sum in float32 takes up a term t as the nearest multiple of its last bit u, so where the largest terms come
 * first, small ones are lost: at a vocabulary of 150,000 up to a hundredth of the sum, in practice a
 * ten-thousandth. The listed terms are therefore added up anew in float64, and the float32 sum serves for the rest alone,
 * T = weight − (the listed terms, added up as the binding did). For the true rest, with n tokens that are no
 * likelier than τ, the least one listed:
 *
 *     T/2 ≤ true rest ≤ T + n · min(τ, u/2)
 *
 * since a term that counted as m·u is at least (m − ½)·u, and no term loses or gains more than u/2. The resolution is the
 * wider of these two gaps and what two libraries' exponentials may differ by, as a share of the sum.
 *
 * @throws Error where the list is empty or out of order, or the weight is no sum of it
 */
export function normaliseTop({ ids, logits, k, weight, vocabularySize }: TopLogits): NormalisedTop {
  if (ids.length !== logits.length || k < 1 || k > ids.length) {
    throw new Error(`A list of ${ids.length} tokens and ${logits.length} logits has no top ${k}.`);
  }
  const largest = logits[0]!;
  let listed = 0;
  let listed32 = 0;
  let least = 1;
  for (let i = 0; i < k; i++) {
    const term = Math.exp(logits[i]! - largest);
    if (!(term <= least)) throw new Error(`Logit ${i} of a list in falling order is ${logits[i]}.`);
    listed += term;
    listed32 = Math.fround(listed32 + Math.fround(term));
    least = term;
  }
  const lastBit = 2 ** (Math.floor(Math.log2(weight)) - 23);
  // Exponentials of two libraries may differ in the last bit, and so each of the sums that round to it.
  const slack = k * lastBit;
  const rest32 = weight - listed32;
  if (!(rest32 > -slack))
    throw new Error(`The sum over the vocabulary is ${weight}, that of its top ${k} ${listed}.`);
  const rest = k === vocabularySize ? 0 : Math.max(0, rest32);
  const others = vocabularySize - k;
  const lost = others * Math.min(least, lastBit / 2);
  const gained = Math.min(rest / 2, (others * lastBit) / 2);
  const sum = listed + rest;
  const logSum = Math.log(sum);
  return {
    ids,
    logprobs: logits.map((logit) => logit - largest - logSum),
    k,
    massResolution: ROUNDING + (others === 0 ? 0 : slack + Math.max(lost, gained)) / sum,
  };
}
