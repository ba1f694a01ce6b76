import type { Counts } from '../../../core/prompts/promptSetChecker.ts';
import { reachOf, samplesToFindAChange, samplesToPreserve } from '../../../core/prompts/sampleSize.ts';
import { DIMENSIONS } from '../../../shared/prompt.ts';
import type { SetSummary } from '../../../shared/promptSetView.ts';

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
