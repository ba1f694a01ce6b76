import { INFINITE_NATS, type ScoredPosition } from '../../shared/drift.ts';
import type { BySide } from '../../shared/side.ts';
import { jsdTerm } from './divergences.ts';
import { isUnsure } from './names.ts';

/** What a server returned of one next-token distribution. */
export interface TopList {
  /**
   * The `k` likeliest tokens first, in any order among themselves; then others that were scored by id (the actual
   * token, where it is not among them; the other model's list). No id occurs twice.
   */
  ids: ArrayLike<number>;
  /** Natural logarithms, normalised over the whole vocabulary; −Infinity for probability 0. */
  logprobs: ArrayLike<number>;
  /** How many of the entries are the top list proper: every token that is not listed is at most as likely as these. */
  k: number;
  /** The list is the whole vocabulary. */
  complete: boolean;
}

export type DivergenceBounds = Pick<
  ScoredPosition,
  'status' | 'klForward' | 'klReverse' | 'jsd' | 'jsdMax' | 'coverage' | 'k'
>;

export interface BoundOptions {
  /**
   * How far 1 − Σ of a list may be off. The tail of the distribution that KL divides by is taken to be larger by as
   * much: KL has no limit as that tail vanishes, and servers send float32, so a tail of 0 ± 1e-6 must not become an
   * infinite bound. Above 0; default 1e-6.
   */
  massResolution?: number;
}

/**
 * Rigorous statements about two distributions of which only parts are known: lower bounds of both KL divergences, an
 * interval for the JSD, and the mass of the common tokens under each model. Where both lists are complete, the exact
 * figures. +∞ is {@link INFINITE_NATS}.
 *
 * The KL bound is the larger of the two in `lowerBound`. There is no finite upper bound of a KL without an assumption.
 *
 * Tokens named by a text that others share ({@link isUnsure}) may not be the same in both lists: they count as common for
 * the lower bounds, which stay valid, and as apart for the upper end of the JSD.
 */
export function boundDivergences(
  lists: BySide<TopList>,
  { massResolution = 1e-6 }: BoundOptions = {},
): DivergenceBounds {
  if (!(massResolution > 0)) throw new Error(`massResolution must be above 0; it is ${massResolution}.`);
  const overlap = overlapOf(readList(lists.reasoning), readList(lists.baseline));
  const exact = lists.reasoning.complete && lists.baseline.complete;
  const kl = exact ? exactKl : (o: Overlap) => lowerBound(o, massResolution);
  const { common, p, q } = overlap;
  let jsdCommon = 0;
  for (const [pi, qi] of common) jsdCommon += jsdTerm(pi, qi);
  let jsdApart = 0; // what tokens that are taken to be the same may have more if they are not
  for (const [pi, qi, sure] of common) if (!sure) jsdApart += (Math.LN2 / 2) * (pi + qi) - jsdTerm(pi, qi);
  const restP = p.onlyMass + p.tail;
  const restQ = q.onlyMass + q.tail;
  const jsd = jsdCommon + jsdTerm(restP, restQ);
  const disjoint = jsdCommon + (Math.LN2 / 2) * (restP + restQ);
  return {
    status: exact ? 'exact' : 'bound',
    klForward: finite(kl(overlap)),
    klReverse: finite(kl(swap(overlap))),
    // Of complete lists, tokens that stand in one alone have probability 0 in the other.
    jsd: exact ? disjoint : jsd,
    jsdMax: Math.max(jsd, disjoint + jsdApart),
    coverage: exact
      ? { baseline: 1, reasoning: 1 }
      : { baseline: coverage(common, 1), reasoning: coverage(common, 0) },
    k: exact ? null : Math.min(lists.baseline.k, lists.reasoning.k),
  };
}

interface List {
  probabilities: Map<number, number>;
  /** Of the top list: what no unlisted token exceeds. */
  smallest: number;
  /** 1 − Σ, not below 0; 0 where the list is complete. */
  tail: number;
  complete: boolean;
}

function readList({ ids, logprobs, k, complete }: TopList): List {
  if (ids.length !== logprobs.length) {
    throw new Error(`A list of ${ids.length} tokens has ${logprobs.length} log-probabilities.`);
  }
  const probabilities = new Map<number, number>();
  let smallest = 1;
  let mass = 0;
  for (let i = 0; i < ids.length; i++) {
    const probability = Math.exp(logprobs[i]!);
    if (Number.isNaN(probability)) throw new Error(`Token ${ids[i]} has no log-probability (NaN).`);
    probabilities.set(ids[i]!, probability);
    mass += probability;
    if (i < k) smallest = Math.min(smallest, probability);
  }
  if (probabilities.size !== ids.length)
    throw new Error('A token occurs twice in a list of log-probabilities.');
  return { probabilities, smallest, tail: complete ? 0 : Math.max(0, 1 - mass), complete };
}

/** Two lists A (of P) and B (of Q), cut into A ∩ B, A \ B and B \ A. */
interface Overlap {
  /** P and Q of each token in A ∩ B, and whether it is surely the same one. */
  common: (readonly [p: number, q: number, sure: boolean])[];
  p: Part;
  q: Part;
}

interface Part {
  /** Probabilities above 0 of the tokens that only this list has. */
  only: number[];
  onlyMass: number;
  /** Mass of what the list leaves out. */
  tail: number;
  /** No token that the list leaves out is likelier. */
  cap: number;
  complete: boolean;
}

function overlapOf(p: List, q: List): Overlap {
  const common: [number, number, boolean][] = [];
  const onlyP: number[] = [];
  const onlyQ: number[] = [];
  for (const [id, probability] of p.probabilities) {
    const other = q.probabilities.get(id);
    if (other === undefined) onlyP.push(probability);
    else common.push([probability, other, !isUnsure(id)]);
  }
  for (const [id, probability] of q.probabilities) if (!p.probabilities.has(id)) onlyQ.push(probability);
  const part = (list: List, only: number[]): Part => ({
    only: only.filter((probability) => probability > 0),
    onlyMass: total(only),
    tail: list.tail,
    cap: list.smallest,
    complete: list.complete,
  });
  return { common, p: part(p, onlyP), q: part(q, onlyQ) };
}

function swap({ common, p, q }: Overlap): Overlap {
  return { common: common.map(([pi, qi, sure]) => [qi, pi, sure] as const), p: q, q: p };
}

function coverage(common: Overlap['common'], side: 0 | 1): number {
  let mass = 0;
  for (const pair of common) mass += pair[side];
  return Math.min(1, mass);
}

function exactKl({ common, p }: Overlap): number {
  return klOfCommon(common) + (p.onlyMass > 0 ? Infinity : 0);
}

/**
 * A lower bound of KL(P ‖ Q): the larger of
 *
 * - the coarse one, by the data-processing inequality: all that is not common is one outcome;
 * - the tight one: the least KL that any two distributions can have that agree with what is known, namely the
 *   listed probabilities and that no unlisted token is likelier than the least one in the top list.
 */
function lowerBound(overlap: Overlap, massResolution: number): number {
  const { common, p } = overlap;
  const q = { ...overlap.q, tail: overlap.q.tail + massResolution };
  const known = klOfCommon(common);
  if (known === Infinity) return known;
  const coarse = klTerm(p.onlyMass + p.tail, q.onlyMass + q.tail);
  return Math.max(0, known + coarse, known + tightRest(p, q));
}

/**
 * The least that the tokens outside A ∩ B can add to KL(P ‖ Q). Unknown are the masses a_i that Q gives to the tokens
 * of A \ B (each at most Q's cap), b_j that P gives to those of B \ A (each at most P's cap), and what is left of
 * the tails for tokens in neither list, ρ = τ_P − Σ b and σ = τ_Q − Σ a. Minimised is the convex
 *
 *     Σ p_i ln(p_i/a_i) + Σ b_j ln(b_j/q_j) + ρ ln(ρ/σ).
 *
 * Its stationary point is a_i = min(cap_Q, p_i/t), b_j = min(cap_P, t q_j), t = ρ/σ. As t grows ρ falls and σ rises, so
 * where both are ≥ 0, t σ − ρ rises and bisection finds t. Where no t leaves both ≥ 0 (the lists can hold
 * both tails), ρ = σ = 0 is best, and a and b have a multiplier each.
 *
 * Returned is the Lagrangian at these multipliers, in which ρ (1 + ln t) − t σ stands for ρ ln(ρ/σ), its tangent at
 * ratio t. By weak duality it is a lower bound for every t, so a t that is a little off costs tightness and
 * never validity.
 */
function tightRest(p: Part, q: Part): number {
  if (q.complete && p.onlyMass > 0) return Infinity;
  if (q.cap === 0 && p.onlyMass > 0) return Infinity;
  const sigmaAt = (t: number) => q.tail - sum(p.only, (pi) => Math.min(q.cap, pi / t));
  const rhoAt = (t: number) => p.tail - sum(q.only, (qj) => Math.min(p.cap, t * qj));

  // σ ≥ 0 from here on: below the first, every a_i is capped; at the second, none has to be.
  const sigmaHolds = q.cap * p.only.length <= q.tail;
  const tSigma = sigmaHolds
    ? 0
    : bisect((t) => sigmaAt(t) >= 0, Math.min(...p.only) / q.cap, p.onlyMass / q.tail);
  // ρ ≥ 0 up to here: at the first, no b_j has to be capped; at the second, every one is.
  const rhoHolds = p.cap * q.only.length <= p.tail;
  const tRho = rhoHolds
    ? Infinity
    : bisect((t) => rhoAt(t) < 0, p.tail / q.onlyMass, p.cap / Math.min(...q.only));

  let tA = tSigma;
  let tB = tRho;
  if (tRho > tSigma) {
    const low = Math.max(tSigma, p.tail / (q.tail + q.onlyMass));
    const high = Math.min(tRho, (p.tail + p.onlyMass) / q.tail);
    tA = tB = bisect((t) => t * sigmaAt(t) >= rhoAt(t), low, high);
  }
  const outsideQ = sum(p.only, (pi) => klTerm(pi, Math.min(q.cap, pi / tA)));
  const outsideP = sum(q.only, (qj) => klTerm(Math.min(p.cap, tB * qj), qj));
  // A multiplier of 0: there is no ρ to place (τ_P = 0), or no limit to the a_i but the cap.
  const rho = tB > 0 ? rhoAt(tB) * (1 + Math.log(tB)) : 0;
  const sigma = tA > 0 ? tA * sigmaAt(tA) : 0;
  return outsideQ + outsideP + rho - sigma;
}

/** The t in [low, high] from which on `holds`, to a relative precision of 1e-10. 0 where `low` is 0. */
function bisect(holds: (t: number) => boolean, low: number, high: number): number {
  let below = low;
  let above = high;
  if (!(below > 0)) return 0;
  while (above > below * (1 + 1e-10)) {
    // Halved in ln t: multipliers may differ by a hundred orders of magnitude.
    const middle = Math.sqrt(below) * Math.sqrt(above);
    if (middle <= below || middle >= above) break;
    if (holds(middle)) above = middle;
    else below = middle;
  }
  return above;
}

function klOfCommon(common: Overlap['common']): number {
  let kl = 0;
  for (const [p, q] of common) kl += klTerm(p, q);
  return kl;
}

/** p ln(p/q), with 0 ln 0 = 0. */
function klTerm(p: number, q: number): number {
  return p > 0 ? p * Math.log(p / q) : 0;
}

function total(values: readonly number[]): number {
  return sum(values, (value) => value);
}

function sum(values: readonly number[], term: (value: number) => number): number {
  let result = 0;
  for (const value of values) result += term(value);
  return result;
}

function finite(nats: number): number {
  return nats === Infinity ? INFINITE_NATS : nats;
}
