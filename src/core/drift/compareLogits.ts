import { type Alternative, INFINITE_NATS } from '../../shared/drift.ts';
import { type BySide, bySide, type Side } from '../../shared/side.ts';
import type { UnsegmentedPosition } from './scoring.ts';

export interface CompareLogitsOptions {
  /** How many of each model's likeliest tokens to return. */
  top: number;
  /** The text of a vocabulary id, for the alternatives. */
  textOf(id: number): string;
}

/**
 * The exact drift at one position, from both models' full next-token logits over one vocabulary. The formulas are
 * those of divergences.ts; here they run fused, in three passes, because a vocabulary holds 150,000 entries and
 * a trace 30,000 positions. Everything is float64, whatever the type of the logits.
 *
 * - Logits may carry any additive constant (log-softmax removes it); −Infinity is probability 0.
 * - A KL or surprisal of +∞ is {@link INFINITE_NATS}. Alternatives of probability 0 are left out.
 * - Rounding may leave a divergence a hair below 0 (of the order of 1e-15); nothing is clamped.
 * - Ranks count the tokens with a strictly larger logit, plus 1: ties share the best rank. Among the alternatives,
 *   ties stand in the order of their ids.
 *
 * @param logits one value per vocabulary entry and model
 * @param id the token that was generated here
 * @throws Error if the lengths differ, the id is outside the vocabulary, or a model's logits hold a NaN or +Infinity,
 *   or nothing but −Infinity.
 */
export function compareLogits(
  logits: BySide<ArrayLike<number>>,
  id: number,
  options: CompareLogitsOptions,
): Omit<UnsegmentedPosition, 'index' | 'text'> & { surprisal: BySide<number> } {
  const size = logits.baseline.length;
  if (logits.reasoning.length !== size) {
    throw new Error(
      `The models' vocabularies differ in size (baseline ${size}, reasoning ${logits.reasoning.length}), so their distributions cannot be compared.`,
    );
  }
  if (!Number.isInteger(id) || id < 0 || id >= size) {
    throw new Error(`Token id ${id} is outside the vocabulary of ${size}.`);
  }
  const { baseline: b, reasoning: r } = bySide((side) => softmax(logits[side], side));
  const divergence = divergences(r, b);
  const models = { baseline: b, reasoning: r };
  return {
    id,
    status: 'exact',
    klForward: finite(divergence.forward),
    klReverse: finite(divergence.reverse),
    jsd: divergence.jsd,
    jsdMax: divergence.jsd,
    surprisal: bySide((side) => finite(models[side].logSum - models[side].shifted[id]!)),
    rank: bySide((side) => rankOf(models[side].shifted, id)),
    entropy: { baseline: divergence.entropyB, reasoning: divergence.entropyR },
    coverage: { baseline: 1, reasoning: 1 },
    k: null,
    top: bySide((side) => likeliest(models[side], options)),
  };
}

/** A softmax before its division: p_i = weights_i / sum, ln p_i = shifted_i − ln sum. Valid until the next call. */
interface Softmax {
  /** Logit minus the largest logit. */
  shifted: Float64Array;
  /** exp(shifted) */
  weights: Float64Array;
  sum: number;
  logSum: number;
}

/** One set of buffers for all calls, grown to the largest vocabulary seen: 16 bytes per entry and model. */
const scratch = bySide(() => ({ shifted: new Float64Array(0), weights: new Float64Array(0) }));

function softmax(logits: ArrayLike<number>, side: Side): Softmax {
  const size = logits.length;
  if (scratch[side].shifted.length < size) {
    scratch[side] = { shifted: new Float64Array(size), weights: new Float64Array(size) };
  }
  const shifted = scratch[side].shifted.subarray(0, size);
  const weights = scratch[side].weights.subarray(0, size);
  // Copied first, so that the loops below see one array type however the logits came.
  shifted.set(logits);
  let max = -Infinity;
  for (let i = 0; i < size; i++) if (shifted[i]! > max) max = shifted[i]!;
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const x = shifted[i]! - max;
    const e = Math.exp(x);
    shifted[i] = x;
    weights[i] = e;
    sum += e;
  }
  // NaN anywhere, a maximum of +Infinity, and a maximum of −Infinity all end as a NaN sum.
  if (Number.isNaN(sum)) {
    throw new Error(
      `The ${side} model's logits are no distribution: NaN, +Infinity, or nothing above −Infinity.`,
    );
  }
  return { shifted, weights, sum, logSum: Math.log(sum) };
}

/**
 * The divisions by the sums are taken out of the loop: with weights w, u, sums W, U and shifted logits x, y,
 * KL(P ‖ Q) = Σ w (x − y) / W − ln W + ln U, H(P) = ln W − Σ w x / W, and JSD = H(M) − (H(P) + H(Q))/2.
 */
function divergences(r: Softmax, b: Softmax) {
  const { shifted: x, weights: w } = r;
  const { shifted: y, weights: u } = b;
  const halfR = 0.5 / r.sum;
  const halfB = 0.5 / b.sum;
  let forward = 0;
  let reverse = 0;
  let entropyR = 0;
  let entropyB = 0;
  let entropyM = 0;
  for (let i = 0; i < x.length; i++) {
    const xi = x[i]!;
    const yi = y[i]!;
    const wi = w[i]!;
    const ui = u[i]!;
    // A weight may be 0 beside −Infinity, where the term is 0 and not NaN.
    if (wi > 0) {
      forward += wi * (xi - yi);
      entropyR -= wi * xi;
    }
    if (ui > 0) {
      reverse += ui * (yi - xi);
      entropyB -= ui * yi;
    }
    const m = wi * halfR + ui * halfB;
    if (m > 0) entropyM -= m * Math.log(m);
  }
  entropyR = entropyR / r.sum + r.logSum;
  entropyB = entropyB / b.sum + b.logSum;
  return {
    forward: forward / r.sum - r.logSum + b.logSum,
    reverse: reverse / b.sum - b.logSum + r.logSum,
    jsd: entropyM - (entropyR + entropyB) / 2,
    entropyR,
    entropyB,
  };
}

function rankOf(shifted: Float64Array, id: number): number {
  const own = shifted[id]!;
  let rank = 1;
  for (let i = 0; i < shifted.length; i++) if (shifted[i]! > own) rank++;
  return rank;
}

/** The `top` likeliest ids. Sorts only a buffer of 2·top candidates, each time it fills, and keeps its better half. */
function likeliest({ shifted, logSum }: Softmax, { top, textOf }: CompareLogitsOptions): Alternative[] {
  if (top <= 0) return [];
  const byLikelihood = (a: number, b: number) => shifted[b]! - shifted[a]! || a - b;
  const candidates: number[] = [];
  let floor = -Infinity;
  for (let i = 0; i < shifted.length; i++) {
    if (shifted[i]! <= floor) continue;
    candidates.push(i);
    if (candidates.length === 2 * top) {
      candidates.sort(byLikelihood).length = top;
      floor = shifted[candidates[top - 1]!]!;
    }
  }
  return candidates
    .sort(byLikelihood)
    .slice(0, top)
    .map((id) => ({ id, text: textOf(id), logprob: shifted[id]! - logSum }));
}

function finite(nats: number): number {
  return nats === Infinity ? INFINITE_NATS : nats;
}
