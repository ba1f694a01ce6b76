import type { DriftMean, DriftProfile, DriftSeries } from '../../shared/audit.ts';
import { INFINITE_NATS } from '../../shared/drift.ts';
import { DIMENSIONS } from '../../shared/prompt.ts';
import { drift, nats } from '../../shared/report/figures.ts';
import { table } from './markdownTable.ts';

/**
 * Where drift sits, as two tables: by segment of each dimension, and by position. Empty where nothing is scored.
 * Exact figures and bounds have columns of their own.
 */
export function profileTables(profile: DriftProfile | null, heading: string): string {
  if (!profile || profile.series.length === 0) return '';
  const { series, dimensions } = profile;
  const names = series.map(nameOf);
  const bySegment = DIMENSIONS.flatMap((dimension) => {
    const own = dimensions.filter((entry) => entry.dimension === dimension);
    if (own.length === 0) return [];
    const of = ({ segment, status }: DriftSeries) =>
      own.find((entry) => entry.segment === segment && entry.status === status);
    return [[dimension, ...series.map((column) => cell(of(column)?.overall, column.status))]];
  });
  const all = ['all', ...series.map(({ overall, status }) => cell(overall, status))];
  const starts = [...new Set(series.flatMap(({ bins }) => bins.map(({ from }) => from)))].sort(
    (a, b) => a - b,
  );
  const byPosition = starts.map((from) => {
    const to = series.flatMap(({ bins }) => bins.find((bin) => bin.from === from)?.to ?? [])[0]!;
    const of = ({ bins, status }: DriftSeries) =>
      cell(
        bins.find((bin) => bin.from === from),
        status,
      );
    return [to - from === 1 ? String(from) : `${from}–${to - 1}`, ...series.map(of)];
  });
  const right = `-${'r'.repeat(series.length)}`;
  return [
    `${heading} Where drift sits`,
    'Mean KL(reasoning ‖ baseline) over the reasoning model’s tokens, nats [95 % CI, clustered by sample] (samples).',
    table(['dimension', ...names], [...bySegment, all], right),
    'By position of the token within its segment, from 0:',
    table(['position', ...names], byPosition, right),
  ].join('\n\n');
}

function nameOf({ segment, status }: DriftSeries): string {
  return status === 'bound' ? `${segment} (lower bounds)` : segment;
}

function cell(mean: DriftMean | undefined, status: DriftSeries['status']): string {
  if (!mean) return '–';
  const { interval, samples } = mean;
  const reach = interval && mean.mean < INFINITE_NATS ? ` [${nats(interval[0])}, ${nats(interval[1])}]` : '';
  return `${drift({ status, mean: mean.mean })}${reach} (${samples})`;
}
