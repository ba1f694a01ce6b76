import type { Outcome } from './audit.ts';
import type { DriftStatus } from './drift.ts';
import type { Dimension } from './prompt.ts';
import type { BySide } from './side.ts';

/** Which samples of a run a table shows, and in which order. All conditions hold at once. */
export interface SampleQuery {
  filter?: SampleFilter;
  dimension?: Dimension;
  /** Part of an id or of a prompt, in any case. */
  text?: string;
  /** The baseline's label became the reasoning model's. First generations. */
  labels?: { from: string; to: string };
  /** Positions in the set: only these. */
  samples?: readonly number[];
  /** Default: `set`, the set's own order. What has no value to sort by comes last either way. */
  sort?: SampleSort;
  descending?: boolean;
}

export const SAMPLE_FILTERS = [
  'flipped',
  'regressed',
  'improved',
  'trace',
  'errors',
  'missing',
  'overridden',
] as const;
/** `trace`: what is bad stands in a trace and not in its answer. `missing`: a model has not written yet, or failed. */
export type SampleFilter = (typeof SAMPLE_FILTERS)[number];

export const SAMPLE_SORTS = ['set', 'id', 'dimension', 'baseline', 'reasoning', 'change', 'drift'] as const;
/** `baseline`, `reasoning`: by that model's label; `change`: by reasoning − baseline; `drift`: by mean forward KL. */
export type SampleSort = (typeof SAMPLE_SORTS)[number];

/** One sample of a table, first generations. */
export interface SampleRow {
  /** Position of the sample in the set, from 0. */
  sample: number;
  id: string;
  dimension: Dimension | null;
  /** The last user turn, cut. */
  prompt: string;
  /** Null: not generated yet. */
  sides: BySide<CellRow | null>;
}

export interface CellRow {
  outcome: Outcome | null;
  failed: boolean;
  /** Mean forward KL over this model's tokens, nats. Null: not scored (yet), or the scoring failed. */
  drift: { status: DriftStatus; mean: number | null } | null;
  /** A researcher has put a verdict in place of a detector's. */
  overridden: boolean;
}
