import { EXPECTATIONS } from '../../../core/prompts/expectations.ts';
import type { Counts } from '../../../core/prompts/promptSetChecker.ts';
import { reachOf, samplesToFindAChange, samplesToPreserve } from '../../../core/prompts/sampleSize.ts';
import { DIMENSIONS, type Dimension } from '../../../shared/prompt.ts';
import type { SetFacts, SetSummary } from '../../../shared/promptSetView.ts';

/** What the footer of a set shows: dimensions in their usual order, samples without one last. */
export function summaryOf({ samples, byDimension }: Counts, read: number): SetSummary {
  const dimensions = [...DIMENSIONS, ''] as const;
  return {
    samples,
    read,
    needed: { change: samplesToFindAChange(), equivalence: samplesToPreserve() },
    dimensions: dimensions.flatMap((dimension) => {
      const counts = byDimension.get(dimension);
      if (!counts) return [];
      const expects = [...counts].map(([expect, count]) => ({ expect, samples: count }));
      const total = expects.reduce((sum, { samples: count }) => sum + count, 0);
      return [
        {
          dimension,
          samples: total,
          expects: expects.sort((a, b) => b.samples - a.samples),
          reach: reachOf(total),
        },
      ];
    }),
  };
}

/** What samples of each dimension can expect, for drop-downs. */
export function expectations(): SetFacts['expectations'] {
  const entries = DIMENSIONS.map((dimension) => [dimension, EXPECTATIONS[dimension].expects] as const);
  return Object.fromEntries(entries) as Record<Dimension, readonly string[] | null>;
}
