import type { Section, SideAnnotations } from '../../shared/annotation.ts';
import type { Outcome, RunInfo, RunPlace, RunProgress, SampleOutcomes } from '../../shared/audit.ts';
import type { Drift, ScoredPosition } from '../../shared/drift.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Generation, Segment } from '../../shared/generation.ts';
import type { Dimension, Sample } from '../../shared/prompt.ts';
import type { SampleQuery, SampleRow } from '../../shared/sampleRows.ts';
import type { Side } from '../../shared/side.ts';
import type { HumanVerdict, Override } from '../../shared/verdict.ts';
import type { TextScores } from './batch/scores.ts';

/**
 * What a run keeps, whatever keeps it: an audit writes it as it goes, reports read it. Every `put` is kept once it
 * returns, also if the process dies right after. One store has one writer at a time, and any number of readers.
 *
 * All methods throw FailureError `invalid-input` where the store turns out to be damaged, or cannot be written.
 */
export interface RunStore extends RunReader, RunWriter {}

export interface RunReader {
  info(): RunInfo;
  progress(): RunProgress;
  /** Samples in the run. */
  readonly size: number;
  /** The sample at a position of the set, its other fields included. */
  sample(position: number): Sample;
  samples(): IterableIterator<Sample>;
  /** Whether there is a generation that did not fail. */
  has(place: RunPlace): boolean;
  /** Null: not generated yet. */
  generation(place: RunPlace): StoredGeneration | null;
  /** With its positions. Null: not scored (yet). */
  drift(place: RunPlace): Drift | null;
  /** Without its positions, which are most of it. */
  driftSummary(place: RunPlace): Omit<Drift, 'positions'> | null;
  /** KL by position of every generation of the reasoning model that has it, in order. Holds one at a time. */
  klColumns(): IterableIterator<KlColumn>;
  /** Of one sample and generation, both sides. */
  overrides(sample: number, k: number): Override[];
  /** Every sample in order, for statistics. Holds one sample at a time. */
  outcomes(): IterableIterator<SampleOutcomes>;
  /** Positions of the samples that a query is about, in its order. Of 100,000 samples: 400 kB. */
  find(query: SampleQuery): Int32Array;
  /** Samples for a table, in the order asked. */
  rows(positions: readonly number[]): SampleRow[];
}

export interface RunWriter {
  /** Places that have no generation (or a failed one, if asked for), in order of the set. */
  missing(side: Side, query: MissingQuery): MissingPlace[];
  /** Replaces what stands there, its drift included. */
  putGeneration(place: RunPlace, generation: StoredGeneration): void;
  /** Generations that drift has not been tried on. */
  unscored(query: UnscoredQuery): RunPlace[];
  /** What one model said of a generation elsewhere, until the other has too and drift is put. */
  scores(place: RunPlace, scorer: Side): TextScores | null;
  /** Replaces what stands there. */
  putScores(place: RunPlace, scorer: Side, scores: TextScores): void;
  putDrift(place: RunPlace, drift: Drift | { failure: Failure }): void;
  /** Turns scoring on for a run that was made without, or changes what is kept. */
  setScoring(scoring: RunInfo['scoring']): void;
  /** What servers said of themselves, and the matching checks. */
  setIdentities(identities: RunInfo['identities'], matching: RunInfo['matching']): void;
  /**
   * A researcher's verdict in place of a detector's, or null to take it back. `outcome` is what the generation comes to
   * with it.
   */
  putOverride(
    place: RunPlace,
    at: { section: Section; kind: HumanVerdict['kind'] },
    override: Override | null,
    outcome: Outcome | null,
  ): void;
  close(): void;
}

export interface MissingQuery {
  limit: number;
  /** Only places after it. */
  after: RunPlace | null;
  /** Failed generations too, or only those. */
  failed: boolean | 'only';
}

export interface UnscoredQuery {
  limit: number;
  /** Those whose scoring failed too, or only those. */
  failed: boolean | 'only';
  /** Keys of places to leave out: see {@link placeKey}. */
  except?: ReadonlySet<string>;
  /** Only places after it. */
  after?: RunPlace | null;
}

export interface MissingPlace extends RunPlace {
  /** There is a generation, which failed. */
  failed: boolean;
}

export interface StoredGeneration {
  generation: Generation;
  annotations: SideAnnotations | null;
  outcome: Outcome | null;
}

/** The KL of one generation by position, control tokens included. */
export interface KlColumn {
  /** Position of its sample in the set. */
  sample: number;
  dimension: Dimension | null;
  segments: Segment[];
  statuses: ScoredPosition['status'][];
  /** Nats. */
  klForward: number[];
}

/** Names a place in a set of places. */
export function placeKey({ sample, k, side }: RunPlace): string {
  return `${sample}/${k}/${side}`;
}
