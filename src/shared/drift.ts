import type { Segment } from './generation.ts';
import type { BySide } from './side.ts';

/**
 * What a drift figure is.
 * - `exact`: from both models' full next-token distributions;
 * - `bound`: a lower bound from truncated top-k lists (JSD as an interval);
 * - `unavailable`: at least one server cannot score given text.
 * The three are never averaged together.
 */
export type DriftStatus = 'exact' | 'bound' | 'unavailable';

/**
 * Stands for +∞ nats (KL where Q is 0 and P is not; the surprisal of a token that a model holds impossible), since
 * JSON, and so every message and export, has no Infinity and would turn it into null. It is the largest double, above
 * any finite figure, so it sorts, compares and takes quantiles as ∞ does. Views show it as `∞`.
 */
export const INFINITE_NATS = Number.MAX_VALUE;

/** One token that a model held likely at a position. `logprob` in nats. */
export interface Alternative {
  id: number;
  text: string;
  logprob: number;
}

/**
 * The drift at one token of the author's generation. Position t holds the distributions that *predict* token t,
 * given the prompt and tokens 0..t-1. All divergences and surprisals in nats. With R the reasoning model's
 * distribution and B the baseline's:
 */
export interface ScoredPosition {
  /** Index t of the token in the author's generation. */
  index: number;
  id: number;
  text: string;
  segment: Segment;
  status: Exclude<DriftStatus, 'unavailable'>;
  /** KL(R ‖ B); with status `bound`, a lower bound of it. */
  klForward: number;
  /** KL(B ‖ R); with status `bound`, a lower bound of it. */
  klReverse: number;
  /** Jensen-Shannon divergence, 0..ln 2; with status `bound`, the lower end of an interval… */
  jsd: number;
  /** …and this its upper end. Equals `jsd` where exact. */
  jsdMax: number;
  /** −ln of the probability each model gave to this token; null where its server tells that of likelier tokens only. */
  surprisal: BySide<number | null>;
  /** 1 = the model's first choice; null where the server does not say. */
  rank: BySide<number | null>;
  /** Entropy of each distribution; null where only a top-k list is known. */
  entropy: BySide<number | null>;
  /** Probability mass that the returned lists cover under each model, 0..1; 1 where exact. */
  coverage: BySide<number>;
  /** How many of the likeliest tokens both lists hold that the bound is from; null where exact, or not known. */
  k: number | null;
  /** Both models' likeliest tokens, likeliest first: no more than are shown. */
  top: BySide<Alternative[]>;
}

/** Below this share of probability mass seen, the lists cover less than half of what one of the models would say. */
const LOW_COVERAGE = 0.5;

/** Whether a position's bound says so little that its heat is to be greyed. */
export function hasLowCoverage({ status, coverage }: Pick<ScoredPosition, 'status' | 'coverage'>): boolean {
  return status === 'bound' && Math.min(coverage.baseline, coverage.reasoning) < LOW_COVERAGE;
}

/** Of one figure over the positions of one segment. Nats. `mean` etc. are null where n = 0. */
export interface Distribution {
  n: number;
  mean: number | null;
  sum: number;
  median: number | null;
  p95: number | null;
  max: number | null;
  /** Index (in the generation) of the position with the largest value; null where n = 0. */
  argmax: number | null;
  /** Share of positions above {@link DriftSummary.threshold}, 0..1; null where n = 0. */
  aboveThreshold: number | null;
}

export interface SegmentSummary {
  klForward: Distribution;
  klReverse: Distribution;
  jsd: Distribution;
  surprisal: BySide<Distribution>;
  /** Share of positions at which both models' first choice is the same token, 0..1; null where n = 0. */
  topAgreement: number | null;
}

/** Means never include control tokens; those are listed among the positions only. */
export interface DriftSummary {
  /** Nats; what {@link Distribution.aboveThreshold} counts. */
  threshold: number;
  trace: SegmentSummary;
  answer: SegmentSummary;
  /** Trace and answer together. */
  all: SegmentSummary;
}

/** What the models gave to one token where no KL can be had. Nats; null where a model's server does not tell. */
export interface SurprisalPosition {
  /** Index of the token in the author's generation. */
  index: number;
  text: string;
  segment: Segment;
  /** −ln of the probability each model gave to this token. */
  surprisal: BySide<number | null>;
}

/**
 * A stretch of the author's text with a token border of both models at its beginning and its end, and none of both
 * within: what two models with different tokenizers can be compared on. No divergence, since their distributions are
 * over different things, but how likely each held the same words.
 */
export interface ScoredSpan {
  /** The author's tokens in it, by their indices in the generation: [from, to). */
  tokens: readonly [from: number, to: number];
  text: string;
  /** `control` where a delimiter reaches into it: such a span is in no sum. */
  segment: Segment;
  /** −ln of the probability that each model gave to the span: the sum over its own tokens of it. Nats. */
  surprisal: BySide<number>;
  /** Into how many of its own tokens each model cuts it. */
  pieces: BySide<number>;
}

/** Over the spans of one segment. */
export interface SpanSummary {
  /** Spans. */
  n: number;
  /** UTF-8 bytes of text. */
  bytes: number;
  /**
   * −log2 of the probability that each model gave to the text, per byte: comparable between tokenizers, where a mean
   * over tokens is not. Null without text; {@link INFINITE_NATS} where the model held it impossible.
   */
  bitsPerByte: BySide<number | null>;
  /** ln R/B of the whole text, in nats: above 0 where the reasoning model held it likelier. Null as a span's is. */
  logRatio: number | null;
}

/** What stands in the place of KL where the two models' tokenizers differ. */
export interface SpanDrift {
  spans: ScoredSpan[];
  summary: { trace: SpanSummary; answer: SpanSummary; all: SpanSummary };
}

/**
 * ln R/B of a span, in nats: above 0 where the reasoning model held it likelier. ±{@link INFINITE_NATS} where one model
 * held it impossible; null where both did.
 */
export function logRatio({ baseline, reasoning }: BySide<number>): number | null {
  if (baseline >= INFINITE_NATS) return reasoning >= INFINITE_NATS ? null : INFINITE_NATS;
  return reasoning >= INFINITE_NATS ? -INFINITE_NATS : baseline - reasoning;
}

/** The drift over one author's generation, scored by both models. */
export interface Drift {
  status: DriftStatus;
  /** Why, where `unavailable`: one sentence. */
  reason?: string;
  /** Smallest and mean coverage over positions, per model; null where unavailable. */
  coverage: BySide<{ min: number; mean: number }> | null;
  positions: ScoredPosition[];
  summary: DriftSummary | null;
  /** What was told all the same, where the status is `unavailable`: surprisals, and no more. */
  surprisals?: SurprisalPosition[];
  /** Where the status is `unavailable` because the tokenizers differ: what can be compared all the same. */
  spans?: SpanDrift;
  /** What to know of the positions, in one sentence: that their tokens were found again in the text, say. */
  note?: string;
}
