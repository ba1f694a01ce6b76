import type { ComparisonState, DriftState } from '../../src/shared/comparison.ts';
import {
  type DriftStatus,
  type DriftSummary,
  logRatio,
  type ScoredPosition,
  type ScoredSpan,
  type SpanDrift,
  type SurprisalPosition,
} from '../../src/shared/drift.ts';
import type { Segment, Token } from '../../src/shared/generation.ts';
import { hotspots } from '../../src/shared/hotspots.ts';
import type { Side } from '../../src/shared/side.ts';
import { isBound, type Measure, measured } from '../ui/scale.ts';
import { type Figures, figuresOf } from '../ui/statistics.ts';
import type { ViewSettings } from './settings.ts';

const NO_POSITIONS: ScoredPosition[] = [];

export function positionsOf(drift: DriftState): ScoredPosition[] {
  if (drift.state === 'waiting') return NO_POSITIONS;
  return drift.state === 'scored' ? drift.drift.positions : drift.positions;
}

/** The position of a token by its index in the generation. Positions come in order, seldom with holes. */
export function positionAt(positions: readonly ScoredPosition[], index: number): ScoredPosition | undefined {
  const direct = positions[index];
  if (direct?.index === index) return direct;
  let low = 0;
  let high = positions.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = positions[middle]!;
    if (at.index === index) return at;
    if (at.index < index) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

/** The author's tokens; what was scored says of them where the server gave no ids. */
export function tokensOf(state: ComparisonState, author: Side): readonly Pick<Token, 'text' | 'segment'>[] {
  const side = state.sides[author];
  if (side.state === 'finished' && side.generation.tokens.length > 0) return side.generation.tokens;
  const drift = state.drift[author];
  const positions = positionsOf(drift);
  if (positions.length > 0 || drift.state !== 'scored') return positions;
  return drift.drift.surprisals ?? positions;
}

/** What stands in the place of divergences where the two tokenizers differ; null: they do not, or nothing is known. */
export function spansOf(drift: DriftState): SpanDrift | null {
  return drift.state === 'scored' ? (drift.drift.spans ?? null) : null;
}

/** What servers tell of the tokens where there is neither KL nor spans; null: nothing. */
export function surprisalsOf(drift: DriftState): readonly SurprisalPosition[] | null {
  if (drift.state !== 'scored' || drift.drift.spans) return null;
  const { surprisals = [] } = drift.drift;
  return surprisals.length > 0 ? surprisals : null;
}

/** The span that a token of the author is in. Spans come in order, without holes. */
export function spanAt({ spans }: SpanDrift, index: number): ScoredSpan | undefined {
  let low = 0;
  let high = spans.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [from, to] = spans[middle]!.tokens;
    if (index < from) high = middle - 1;
    else if (index >= to) low = middle + 1;
    else return spans[middle];
  }
  return undefined;
}

export function thresholdOf(state: ComparisonState, settings: ViewSettings): number {
  if (settings.threshold !== null) return settings.threshold;
  const drift = state.drift[settings.author];
  return (drift.state === 'scored' ? drift.drift.summary?.threshold : undefined) ?? DEFAULT_THRESHOLD;
}

/** Nats; until the comparison says which it was summarised with. */
const DEFAULT_THRESHOLD = 1;

/** What is known of an author's drift, for the line above the strip. */
export type DriftProgress =
  | { state: 'waiting' }
  | { state: 'scoring'; done: number; total: number }
  | { state: 'failed' }
  | {
      state: Exclude<DriftStatus, 'unavailable'>;
      coverage: number | null;
      /** Of the lists that bounds are from; null where exact, or not known. */
      k: readonly [least: number, most: number] | null;
    }
  | { state: 'unavailable'; reason: string; note: string | null }
  /** No divergence, since the tokenizers differ, but {@link SpanDrift}. */
  | { state: 'spans'; reason: string };

export function driftProgress(state: ComparisonState, author: Side): DriftProgress {
  const drift = state.drift[author];
  switch (drift.state) {
    case 'waiting':
      return { state: 'waiting' };
    case 'scoring':
      return { state: 'scoring', done: drift.positions.length, total: tokensOf(state, author).length };
    case 'failed':
      return { state: 'failed' };
    case 'scored': {
      const {
        status,
        reason = 'A server of this pair cannot score given text.',
        note,
        coverage,
        positions,
        spans,
      } = drift.drift;
      if (status === 'unavailable') {
        return spans ? { state: 'spans', reason } : { state: 'unavailable', reason, note: note ?? null };
      }
      return {
        state: status,
        coverage: coverage ? Math.min(coverage.baseline.mean, coverage.reasoning.mean) : null,
        k: leastAndMost(positions),
      };
    }
  }
}

function leastAndMost(positions: readonly ScoredPosition[]): readonly [number, number] | null {
  // Comparisons that were kept by a version before do not tell it.
  const known = positions.flatMap(({ k }) => k ?? []);
  if (known.length === 0) return null;
  return known.reduce<readonly [number, number]>(
    ([least, most], k) => [Math.min(least, k), Math.max(most, k)],
    [known[0]!, known[0]!],
  );
}

export interface SummaryRow {
  segment: 'trace' | 'answer';
  figures: Figures & { argmaxIndex: number | null };
  topAgreement: number | null;
}

/** The summary per segment, of what is scored so far. Segments without a scored token are left out. */
export function summaryRows(
  state: ComparisonState,
  author: Side,
  measure: Measure,
  threshold: number,
): SummaryRow[] {
  const drift = state.drift[author];
  const summary = drift.state === 'scored' ? drift.drift.summary : null;
  return (['trace', 'answer'] as const)
    .map((segment) => summaryRow(segment, positionsOf(drift), summary, measure, threshold))
    .filter((row) => row.figures.n > 0);
}

function summaryRow(
  segment: 'trace' | 'answer',
  positions: readonly ScoredPosition[],
  summary: DriftSummary | null,
  measure: Measure,
  threshold: number,
): SummaryRow {
  // The host's figures are the ones that the command line and reports give: they win wherever it has them.
  const given = summary && measure !== 'logRatio' ? summary[segment][measure] : null;
  if (given && summary?.threshold === threshold) {
    return {
      segment,
      figures: { ...given, argmaxIndex: given.argmax },
      topAgreement: summary[segment].topAgreement,
    };
  }
  const own = positions.filter((p) => p.segment === segment && !Number.isNaN(measured(p, measure)));
  const local = figuresOf(
    own.map((p) => measured(p, measure)),
    threshold,
  );
  return {
    segment,
    figures: {
      ...local,
      ...(given && { mean: given.mean, median: given.median, p95: given.p95 }),
      argmaxIndex: local.argmax === null ? null : own[local.argmax]!.index,
    },
    topAgreement: summary ? summary[segment].topAgreement : topAgreement(own),
  };
}

function topAgreement(positions: readonly ScoredPosition[]): number | null {
  let known = 0;
  let same = 0;
  for (const { top } of positions) {
    const [b, r] = [top.baseline[0], top.reasoning[0]];
    if (!b || !r) continue;
    known++;
    if (b.id === r.id) same++;
  }
  return known === 0 ? null : same / known;
}

/** A place to look at. */
export interface Hotspot {
  /** Of the token: the first, of a span. */
  index: number;
  segment: Segment;
  text: string;
  /** Nats. */
  value: number;
  /** Whether the value is a lower bound. */
  bound: boolean;
  /** Whether its sign says something. */
  signed: boolean;
}

/** Where to look, the largest first. */
export function hotspotsOf(drift: DriftState, measure: Measure, threshold: number): Hotspot[] {
  const spans = spansOf(drift);
  if (spans) {
    const places = spans.spans.map(({ tokens, segment, text, surprisal }) => ({
      ...{ index: tokens[0], segment, text, value: logRatio(surprisal) ?? 0 },
      ...{ bound: false, signed: true },
    }));
    return hotspots(places, { figure: ({ value }) => Math.abs(value), threshold });
  }
  const peaks = hotspots(positionsOf(drift), { figure: (p) => Math.abs(measured(p, measure)), threshold });
  return peaks.map((position) => ({
    ...{ index: position.index, segment: position.segment, text: position.text },
    ...{
      value: measured(position, measure),
      bound: isBound(position, measure),
      signed: measure === 'logRatio',
    },
  }));
}
