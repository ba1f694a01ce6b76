import {
  type Distribution,
  type Drift,
  type DriftStatus,
  type DriftSummary,
  INFINITE_NATS,
  type ScoredPosition,
  type SegmentSummary,
} from '../../shared/drift.ts';
import { type BySide, bySide } from '../../shared/side.ts';

/**
 * Summaries per segment and over both. Control tokens are never counted.
 *
 * An exact figure is also a lower bound of itself, so where exact and bound positions occur together every summary of
 * KL (and of JSD's lower end) is a lower bound, and has to be shown as {@link statusOf} the positions says. What
 * is never done is to call such a mean exact.
 *
 * @param threshold nats; `aboveThreshold` is the share of positions strictly above it
 */
export function summarize(positions: readonly ScoredPosition[], threshold: number): DriftSummary {
  const counted = positions.filter((p) => p.segment !== 'control');
  return {
    threshold,
    trace: summarizeSegment(
      counted.filter((p) => p.segment === 'trace'),
      threshold,
    ),
    answer: summarizeSegment(
      counted.filter((p) => p.segment === 'answer'),
      threshold,
    ),
    all: summarizeSegment(counted, threshold),
  };
}

/** `bound` if any position is a bound, else `exact`; `unavailable` without positions. */
export function statusOf(positions: readonly ScoredPosition[]): DriftStatus {
  if (positions.length === 0) return 'unavailable';
  return positions.some((p) => p.status === 'bound') ? 'bound' : 'exact';
}

/** The least and the mean coverage over the positions that summaries count; null where there are none. */
export function coverageOf(positions: readonly ScoredPosition[]): Drift['coverage'] {
  const counted = positions.filter((p) => p.segment !== 'control');
  if (counted.length === 0) return null;
  return bySide((side) => {
    let min = 1;
    let sum = 0;
    for (const { coverage } of counted) {
      min = Math.min(min, coverage[side]);
      sum += coverage[side];
    }
    return { min, mean: sum / counted.length };
  });
}

function summarizeSegment(positions: readonly ScoredPosition[], threshold: number): SegmentSummary {
  const over = (figureOf: (position: ScoredPosition) => number) =>
    distribution(positions, figureOf, threshold);
  return {
    klForward: over((p) => p.klForward),
    klReverse: over((p) => p.klReverse),
    jsd: over((p) => p.jsd),
    surprisal: bySide((side) => {
      const told = positions.filter((p) => p.surprisal[side] !== null);
      return distribution(told, (p) => p.surprisal[side]!, threshold);
    }),
    topAgreement: topAgreement(positions),
  };
}

function distribution(
  positions: readonly ScoredPosition[],
  figureOf: (position: ScoredPosition) => number,
  threshold: number,
): Distribution {
  const n = positions.length;
  if (n === 0) {
    return { n, mean: null, sum: 0, median: null, p95: null, max: null, argmax: null, aboveThreshold: null };
  }
  const values = Float64Array.from(positions, figureOf);
  let sum = 0;
  let above = 0;
  let argmax = 0;
  for (let i = 0; i < n; i++) {
    const value = values[i]!;
    sum += value;
    if (value > threshold) above++;
    if (value > values[argmax]!) argmax = i;
  }
  const max = values[argmax]!;
  const infinite = max === INFINITE_NATS;
  const sorted = values.sort();
  return {
    n,
    mean: infinite ? INFINITE_NATS : sum / n,
    sum: infinite ? INFINITE_NATS : sum,
    median: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    max,
    argmax: positions[argmax]!.index,
    aboveThreshold: above / n,
  };
}

/**
 * Type 7 of Hyndman and Fan 1996, "Sample quantiles in statistical packages": linear interpolation between the order
 * statistics around (n−1)·share. It is what NumPy and R give by default.
 *
 * @param sorted ascending, at least one value
 */
function quantile(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  if (low === high) return low;
  return high === INFINITE_NATS ? INFINITE_NATS : low + (high - low) * (at - Math.floor(at));
}

/** Positions without a known first choice on both sides do not count. */
function topAgreement(positions: readonly ScoredPosition[]): number | null {
  let known = 0;
  let same = 0;
  for (const { top } of positions) {
    const first: BySide<number | undefined> = bySide((side) => top[side][0]?.id);
    if (first.baseline === undefined || first.reasoning === undefined) continue;
    known++;
    if (first.baseline === first.reasoning) same++;
  }
  return known === 0 ? null : same / known;
}
