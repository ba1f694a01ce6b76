import { hasLowCoverage, type ScoredPosition } from '../../src/shared/drift.ts';

/** What heat, strip and summary show of a position. */
export type Measure = 'klForward' | 'klReverse' | 'jsd' | 'logRatio';

export interface MeasureInfo {
  id: Measure;
  /** As a formula reads it. */
  label: string;
  /** What it is, for a tooltip. */
  meaning: string;
  /** Lower edges of the heat buckets 1..8, in nats. Fixed, so that two comparisons can be looked at side by side. */
  edges: readonly number[];
  /** May be negative: heat then shows its size, the strip its direction. */
  signed: boolean;
}

// Log-like: a step is about a doubling, from what sampling noise never shows to a token the other model rules out.
const KL_EDGES = [0.1, 0.2, 0.4, 0.8, 1.5, 3, 5, 8] as const;
// JSD ends at ln 2 = 0.693.
const JSD_EDGES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5] as const;

export const MEASURES: readonly MeasureInfo[] = [
  {
    id: 'klForward',
    label: 'KL(reasoning ‖ baseline)',
    meaning:
      'How far the reasoning model’s next-token distribution lies from the baseline’s, weighted by what the reasoning model would say. In nats.',
    edges: KL_EDGES,
    signed: false,
  },
  {
    id: 'klReverse',
    label: 'KL(baseline ‖ reasoning)',
    meaning:
      'How far the baseline’s next-token distribution lies from the reasoning model’s, weighted by what the baseline would say. In nats.',
    edges: KL_EDGES,
    signed: false,
  },
  {
    id: 'jsd',
    label: 'Jensen–Shannon',
    meaning:
      'Jensen–Shannon divergence of both next-token distributions: the same both ways, from 0 to ln 2 = 0.693 nats.',
    edges: JSD_EDGES,
    signed: false,
  },
  {
    id: 'logRatio',
    label: 'Surprisal difference',
    meaning:
      'The baseline’s surprisal at this token minus the reasoning model’s, ln R(y)/B(y), in nats: above 0, the reasoning model held the token likelier.',
    edges: KL_EDGES,
    signed: true,
  },
];

/** What stands in the place of the measures where the two tokenizers differ. */
export const SPAN_RATIO: MeasureInfo = {
  id: 'logRatio',
  label: 'ln R/B per span',
  meaning:
    'The log-ratio of the probabilities that the two models gave to a span of text, each over its own tokens, in nats: above 0, the reasoning model held these words likelier. Spans end where a token of both models ends. It is no divergence: it is about what was written, not about all that might have been.',
  edges: KL_EDGES,
  signed: true,
};

/** What is shown where there is no KL, but a server tells how likely its model held the tokens. */
export const SURPRISAL: MeasureInfo = {
  id: 'logRatio',
  label: 'Surprisal',
  meaning:
    'How unlikely a model held each token that was written: −ln of the probability that it gave to it, in nats. It says nothing of the other model, and is no drift.',
  edges: KL_EDGES,
  signed: false,
};

export const BUCKETS = KL_EDGES.length;

export function measureInfo(measure: Measure): MeasureInfo {
  return MEASURES.find((m) => m.id === measure) ?? MEASURES[0]!;
}

/** The measure's value at a position, in nats; NaN where a server did not tell it. */
export function measured(position: ScoredPosition, measure: Measure): number {
  if (measure !== 'logRatio') return position[measure];
  const { baseline, reasoning } = position.surprisal;
  return baseline === null || reasoning === null ? Number.NaN : baseline - reasoning;
}

/** The heat bucket of a value: 0 = no heat, 8 = hottest. A signed value counts by its size. */
export function bucketOf(value: number, edges: readonly number[]): number {
  const size = Math.abs(value);
  let bucket = 0;
  while (bucket < edges.length && size >= edges[bucket]!) bucket++;
  return bucket;
}

/**
 * Height 0..1 of a value in the strip: logarithmic between the first and last edge, as the heat is, so that a bar's
 * height and its colour tell the same story. Linear below the first edge; 1 at one and a half times the last.
 */
export function heightOf(value: number, edges: readonly number[]): number {
  const first = edges[0]!;
  const top = edges[edges.length - 1]! * 1.5;
  return Math.min(1, Math.log1p(Math.abs(value) / first) / Math.log1p(top / first));
}

/** Whether the measure's value at a position is to be greyed. */
export function isLowCoverage(position: ScoredPosition, measure: Measure): boolean {
  return isBound(position, measure) && hasLowCoverage(position);
}

/** Whether the measure's value at a position is a lower bound. Surprisals are exact wherever they are known. */
export function isBound(position: ScoredPosition, measure: Measure): boolean {
  return position.status === 'bound' && measure !== 'logRatio';
}
