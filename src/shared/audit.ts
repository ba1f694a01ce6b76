import type { DriftStatus } from './drift.ts';
import type { Failure } from './failure.ts';
import type { Method, Pair } from './pair.ts';
import type { MatchingCheck, ServerIdentity } from './probe.ts';
import type { Dimension } from './prompt.ts';
import type { BySide, Side } from './side.ts';

/** `[low, high]`, both ends included. */
export type Interval = readonly [low: number, high: number];

/** What an audit is of: all that is needed to say what was measured, and to score it again. Holds no key. */
export interface RunInfo {
  /** A UUID. */
  id: string;
  /** ISO 8601, in UTC. */
  created: string;
  /** `driftscope 0.1.0` */
  tool: string;
  /** The prompt set's file name, and SHA-256 of its bytes. */
  set: { name: string; sha256: string | null };
  pair: Pair;
  /** How many generations each model writes for each sample. */
  generations: number;
  /** Null: drift is not scored. Top: alternatives kept per position and model; threshold: nats. */
  scoring: { top: number; threshold: number } | null;
  /** Name and version of each detector: `refusal@1`. */
  detectors: string[];
  /** What the servers said of themselves; null where nobody asked. */
  identities: BySide<ServerIdentity | null>;
  /** Null where nobody checked. */
  matching: MatchingCheck[] | null;
  /** Where the generations are from, where the pair's models did not write them in this run. */
  imported: BySide<string> | null;
}

/** One generation of one model for one sample of a run. */
export interface RunPlace {
  /** Position of the sample in the set, from 0. */
  sample: number;
  /** Which of its K generations, from 0. */
  k: number;
  side: Side;
}

/** What one text (an answer or a trace) came to, in the words of its dimension. */
export interface TextOutcome {
  /** `full_refusal`, `leaked`, `right`, … */
  label: string;
  /** How good that is, 0..1 (right, aligned: 1); null: it says nothing either way and is not counted. */
  value: number | null;
}

/** What a generation came to. */
export interface Outcome {
  answer: TextOutcome;
  /** A finding of its own: a leak that stands only in the trace. Null where there is no trace, or it is not judged. */
  trace: TextOutcome | null;
  /** The kind of sample within its dimension, which metrics tell apart: `refuse`, `comply`, `ambiguous`, … */
  group: string;
}

/** The outcomes of one sample, as statistics need them. Null: not generated (yet), or failed. */
export interface SampleOutcomes {
  /** Position of the sample in the set, from 0. */
  sample: number;
  dimension: Dimension | null;
  outcomes: BySide<(Outcome | null)[]>;
  /** Of the reasoning model's generations: mean forward KL over tokens, nats. One per generation. */
  drift: ({ status: DriftStatus; mean: number | null } | null)[];
}

export const VERDICTS = ['regressed', 'improved', 'preserved', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A figure of one dimension for both models; null where it has no cases. */
export interface Metric {
  /** `under-refusal`, `expected maximum toxicity`, … */
  name: string;
  /** Which way is good. */
  better: 'lower' | 'higher';
  values: BySide<number | null>;
  /** How many samples or generations each value is over. */
  n: BySide<number>;
}

/** The paired comparison of one dimension. All values are shares, 0..1; differences are reasoning − baseline. */
export interface DimensionResult {
  dimension: Dimension;
  /** What a value of 1 means: `answers as expected`. */
  measure: string;
  /** Samples with an outcome of both models, which all statistics are over. */
  n: number;
  /** Samples of the dimension without: failed, not generated yet, or without an outcome. */
  missing: number;
  means: BySide<number>;
  difference: number;
  /** 95 %. */
  interval: Interval;
  /** Which test `p` is of, and which interval. */
  test: 'exact McNemar, Tango’s score interval' | 'Wilcoxon signed-rank, paired bootstrap interval';
  p: number;
  /** Corrected by Holm across the dimensions of the run. */
  pHolm: number;
  /**
   * Two one-sided tests against the margin. Not corrected: that a dimension is preserved is a claim of its own, and
   * nobody looks for the one of many that happens to be alike.
   */
  equivalence: { margin: number; p: number };
  verdict: Verdict;
  /** Where inconclusive: about how many samples would decide, were all as in these; null: no number would. */
  needed: number | null;
  /** Samples that got worse or better (by any amount). */
  changed: { regressed: number; improved: number };
  /** How often the baseline's label became the reasoning model's, most frequent first. First generations. */
  flips: { from: string; to: string; count: number }[];
  metrics: Metric[];
  drift: DriftOutcome | null;
}

/** Drift beside the outcomes: mean forward KL per token on the reasoning model's generations, nats. */
export interface DriftOutcome {
  status: Exclude<DriftStatus, 'unavailable'>;
  /** Samples with drift. */
  n: number;
  mean: number;
  /** Spearman's ρ of a sample's drift and the change of its value. */
  spearman: { rho: number; interval: Interval } | null;
  /** How well drift ranks samples that changed above those that did not. */
  auc: number | null;
  /** Samples that changed, among the n. */
  changed: number;
}

/** All that a run's outcomes add up to. */
export interface AuditAnalysis {
  dimensions: DimensionResult[];
  /** Samples in the set, and how many have no dimension and so no outcome. */
  samples: number;
  undimensioned: number;
  options: AnalysisOptions;
}

export interface AnalysisOptions {
  /** Equivalence margin δ, a share. */
  margin: number;
  /** Level of the tests, after Holm's correction. */
  alpha: number;
  seed: number;
  resamples: number;
}

/** How far a run has come. Counts generations: samples × K × 2. */
export interface RunProgress {
  total: number;
  /** Generated, the failed ones left out. */
  done: number;
  failed: number;
  /** Of the generations that are done: with drift, or with a reason why there is none. */
  scored: number;
  /** Whose scoring failed as it well may not again. */
  scoringFailed: number;
}

/** All that happens while an audit runs, in order. */
export type AuditEvent =
  | { type: 'started'; progress: RunProgress; scoring: boolean }
  | { type: 'generated'; place: RunPlace; tokens: number; progress: RunProgress }
  | { type: 'failed'; place: RunPlace; failure: Failure; progress: RunProgress }
  | { type: 'scored'; place: RunPlace; status: DriftStatus; progress: RunProgress }
  | { type: 'scoring-failed'; place: RunPlace; failure: Failure; progress: RunProgress }
  /** How many requests an endpoint is asked at once, which 429s lower and quiet raises again. */
  | { type: 'concurrency'; side: Side; limit: number }
  /** `stopped`: no further sample can be generated (a missing key, a model that is not there). */
  | {
      type: 'ended';
      how: 'complete' | 'cancelled' | 'stopped';
      failure: Failure | null;
      progress: RunProgress;
    };

/** One row of a study: a run of one pair. */
export interface StudyRow {
  run: RunInfo;
  method: Method;
  analysis: AuditAnalysis;
}

/** What an audit of this window is doing, or how it ended. */
export interface AuditStatus {
  /**
   * `preparing`: models are being loaded, the file is made; `stopping`: what is on its way ends; the others are ends.
   * `stopped`: no further sample can be generated; `failed`: the run itself broke, by a bug or a file that cannot be
   * written.
   */
  phase: 'preparing' | 'running' | 'stopping' | 'complete' | 'cancelled' | 'stopped' | 'failed';
  progress: RunProgress;
  /** Whether drift is scored. */
  scoring: boolean;
  /** Generated tokens a second since this start, both models together; null: none yet. */
  tokensPerSecond: number | null;
  /** Seconds until it is done at this pace; null: not known yet, or ended. */
  eta: number | null;
  /** What it waits for, in a line: a model that is being loaded. */
  waitingFor: string | null;
  /** Why, where it was `stopped` or has `failed`. */
  failure: Failure | null;
  /** What it came to, where it has ended: a verdict per dimension. */
  verdicts: { dimension: Dimension; verdict: Verdict }[];
}

/** Whether an audit goes on. */
export function isRunning({ phase }: AuditStatus): boolean {
  return phase === 'preparing' || phase === 'running' || phase === 'stopping';
}

/** How many generations and scorings of a run are left to do or to do again: what resuming it would do. */
export function leftToDo({ total, done, failed, scored, scoringFailed }: RunProgress, scoring: boolean) {
  return {
    generate: total - done - failed,
    /** Of the generations that are done. */
    score: scoring ? done - scored - scoringFailed : 0,
    again: failed + (scoring ? scoringFailed : 0),
  };
}

/** A mean of KL over tokens, nats. */
export interface DriftMean {
  /** Over tokens: every one weighs the same. */
  mean: number;
  /** 95 %, clustered by sample; null with fewer than two samples, or an infinite mean. */
  interval: Interval | null;
  /** Tokens that the mean is over. */
  positions: number;
  /** Samples that these tokens are of. */
  samples: number;
}

/** Where in the reasoning model's generations drift sits: forward KL, control tokens in no mean. */
export interface DriftProfile {
  /** Trace before answer, exact before bound; only those that have tokens. Exact figures and bounds are never mixed. */
  series: DriftSeries[];
  /** The same by dimension, without positions. */
  dimensions: {
    dimension: Dimension;
    segment: 'trace' | 'answer';
    status: DriftSeries['status'];
    overall: DriftMean;
  }[];
}

export interface DriftSeries {
  segment: 'trace' | 'answer';
  status: Exclude<DriftStatus, 'unavailable'>;
  overall: DriftMean;
  /** By position within the segment, from 0, `from` included and `to` not: 0, 1, 2–3, 4–7, … */
  bins: (DriftMean & { from: number; to: number })[];
}
