import {
  type AnalysisOptions,
  type AuditAnalysis,
  type DimensionResult,
  type DriftOutcome,
  type Outcome,
  type SampleOutcomes,
  VERDICTS,
} from '../../shared/audit.ts';
import { INFINITE_NATS } from '../../shared/drift.ts';
import { DIMENSIONS, type Dimension } from '../../shared/prompt.ts';
import type { DriftPoints } from '../../shared/report/driftPlot.ts';
import { SIDES } from '../../shared/side.ts';
import { SCORERS } from './outcomes/all.ts';
import type { DimensionScorer } from './outcomes/scorer.ts';
import { areaUnderCurve, spearman } from './statistics/association.ts';
import { compareBinary, compareValues, type PairedComparison } from './statistics/compare.ts';
import { holm } from './statistics/holm.ts';
import { decide } from './statistics/verdict.ts';

/** δ of 5 points, tests at 5 %, and enough resamples for two digits of an interval's ends. */
export const DEFAULT_ANALYSIS: AnalysisOptions = { margin: 0.05, alpha: 0.05, seed: 1, resamples: 10_000 };

/**
 * What a run's outcomes add up to: per dimension a paired test, an interval, an equivalence test and a verdict, p
 * values corrected by Holm across the dimensions. A sample counts where every generation of both models has a value;
 * several generations make one value of it, so that they are never counted as independent.
 */
export function analyse(
  samples: Iterable<SampleOutcomes>,
  given: Partial<AnalysisOptions> = {},
): AuditAnalysis {
  const options = { ...DEFAULT_ANALYSIS, ...given };
  let total = 0;
  let undimensioned = 0;
  const byDimension = grouped(
    (function* () {
      for (const sample of samples) {
        total++;
        if (sample.dimension === null) undimensioned++;
        yield sample;
      }
    })(),
  );
  const compared = DIMENSIONS.flatMap((dimension) => {
    const all = byDimension.get(dimension);
    return all ? [compareDimension(SCORERS[dimension], all, options)] : [];
  });
  const tested = compared.filter(({ pairs }) => pairs.length > 0);
  const p = holm(tested.map(({ comparison }) => comparison.p));
  const dimensions = tested.map(({ scorer, all, pairs, comparison }, index): DimensionResult => {
    const pHolm = p[index]!;
    const equivalence = { margin: options.margin, p: comparison.equivalence };
    const { verdict, needed } = decide({ ...comparison, n: pairs.length }, pHolm, equivalence.p, {
      ...options,
      tests: tested.length,
    });
    return {
      dimension: scorer.dimension,
      measure: scorer.measure,
      n: pairs.length,
      missing: all.length - pairs.length,
      means: comparison.means,
      difference: comparison.difference,
      interval: comparison.interval,
      test: comparison.test,
      p: comparison.p,
      pHolm,
      equivalence,
      verdict,
      needed,
      changed: comparison.changed,
      flips: flipsOf(all),
      metrics: scorer.metrics(all),
      drift: driftOutcome(pairs),
    };
  });
  return { dimensions, samples: total, undimensioned, options };
}

/** Drift and change of the samples that each dimension's {@link DriftOutcome} is over, for a plot of them. */
export function driftPoints(
  samples: Iterable<SampleOutcomes>,
  dimensions: readonly DimensionResult[],
): DriftPoints[] {
  const byDimension = grouped(samples);
  return dimensions.flatMap(({ dimension, drift: outcome }) => {
    if (!outcome) return [];
    const pairs = (byDimension.get(dimension) ?? []).flatMap(
      (sample) => pairOf(SCORERS[dimension], sample) ?? [],
    );
    const { used } = comparableDrift(pairs);
    return {
      dimension,
      outcome,
      samples: Int32Array.from(used, ({ sample }) => sample),
      drift: Float64Array.from(used, ({ mean }) => mean),
      change: Float32Array.from(used, ({ change }) => change),
    };
  });
}

function grouped(samples: Iterable<SampleOutcomes>): Map<Dimension, SampleOutcomes[]> {
  const byDimension = new Map<Dimension, SampleOutcomes[]>();
  for (const sample of samples) {
    if (sample.dimension === null) continue;
    if (!byDimension.get(sample.dimension)?.push(sample)) byDimension.set(sample.dimension, [sample]);
  }
  return byDimension;
}

/** One sample's value under both models, 0..1, and its drift. */
interface ValuePair {
  sample: number;
  baseline: number;
  reasoning: number;
  drift: { status: 'exact' | 'bound'; mean: number } | null;
}

function compareDimension(
  scorer: DimensionScorer,
  all: readonly SampleOutcomes[],
  options: AnalysisOptions,
): {
  scorer: DimensionScorer;
  all: readonly SampleOutcomes[];
  pairs: ValuePair[];
  comparison: PairedComparison;
} {
  const pairs = all.flatMap((sample) => pairOf(scorer, sample) ?? []);
  const isBinary = pairs.every((pair) => SIDES.every((side) => pair[side] === 0 || pair[side] === 1));
  const compare = isBinary ? compareBinary : compareValues;
  return { scorer, all, pairs, comparison: compare(pairs, options) };
}

function pairOf({ over }: DimensionScorer, { sample, outcomes, drift }: SampleOutcomes): ValuePair | null {
  const baseline = pooled(outcomes.baseline, over);
  const reasoning = pooled(outcomes.reasoning, over);
  if (baseline === null || reasoning === null) return null;
  return { sample, baseline, reasoning, drift: meanDrift(drift) };
}

/** Null where a generation is missing or says nothing: a mean over fewer would compare unlike things. */
function pooled(outcomes: readonly (Outcome | null)[], over: DimensionScorer['over']): number | null {
  const values = outcomes.map((outcome) => outcome?.answer.value ?? null);
  if (values.length === 0 || values.includes(null)) return null;
  const known = values as number[];
  return over === 'worst' ? Math.min(...known) : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Exact figures and bounds are not averaged together: one bound makes all of a sample a bound. */
function meanDrift(drift: SampleOutcomes['drift']): ValuePair['drift'] {
  const known = drift.flatMap((entry) =>
    entry && entry.status !== 'unavailable' && entry.mean !== null ? [{ ...entry, mean: entry.mean }] : [],
  );
  if (known.length === 0 || known.length < drift.length) return null;
  return {
    status: known.some(({ status }) => status === 'bound') ? 'bound' : 'exact',
    mean: meanOf(known.map(({ mean }) => mean)),
  };
}

function meanOf(values: readonly number[]): number {
  if (values.some((value) => value >= INFINITE_NATS)) return INFINITE_NATS;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Samples with exact figures where there are any, else those with bounds: the two are never averaged, nor ranked,
 * together.
 */
function comparableDrift(pairs: readonly ValuePair[]) {
  const known = pairs.flatMap(({ sample, baseline, reasoning, drift }) =>
    drift ? [{ ...drift, sample, change: reasoning - baseline }] : [],
  );
  const exact = known.filter(({ status }) => status === 'exact');
  return exact.length > 0
    ? { status: 'exact' as const, used: exact }
    : { status: 'bound' as const, used: known };
}

function driftOutcome(pairs: readonly ValuePair[]): DriftOutcome | null {
  const { status, used } = comparableDrift(pairs);
  if (used.length === 0) return null;
  const means = used.map(({ mean }) => mean);
  const changes = used.map(({ change }) => change);
  return {
    status,
    n: used.length,
    mean: meanOf(means),
    spearman: spearman(means, changes),
    auc: areaUnderCurve(
      means,
      changes.map((change) => change !== 0),
    ),
    changed: changes.filter((change) => change !== 0).length,
  };
}

function flipsOf(samples: readonly SampleOutcomes[]): DimensionResult['flips'] {
  const counts = new Map<string, DimensionResult['flips'][number]>();
  for (const { outcomes } of samples) {
    const from = outcomes.baseline[0]?.answer.label;
    const to = outcomes.reasoning[0]?.answer.label;
    if (from === undefined || to === undefined) continue;
    const key = `${from}\u0000${to}`;
    const flip = counts.get(key);
    if (flip) flip.count++;
    else counts.set(key, { from, to, count: 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.from + a.to < b.from + b.to ? -1 : 1));
}

/** Verdicts by how much they need a reader: what regressed first. */
export function byUrgency(a: DimensionResult, b: DimensionResult): number {
  return VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict);
}
