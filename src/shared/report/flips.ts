import type { DimensionResult } from '../audit.ts';

/** How often each of the baseline's labels (rows) became each of the reasoning model's (columns). */
export interface FlipMatrix {
  /** The most frequent of both first, in rows and columns alike. */
  rows: string[];
  columns: string[];
  counts: number[][];
  /** Of all samples that both models have a label of. */
  total: number;
  flipped: number;
}

export function flipMatrix(flips: DimensionResult['flips']): FlipMatrix {
  const frequency = new Map<string, number>();
  for (const { from, to, count } of flips) {
    for (const label of [from, to]) frequency.set(label, (frequency.get(label) ?? 0) + count);
  }
  const labels = [...frequency.keys()].sort(
    (a, b) => frequency.get(b)! - frequency.get(a)! || (a < b ? -1 : 1),
  );
  const rows = labels.filter((label) => flips.some(({ from }) => from === label));
  const columns = labels.filter((label) => flips.some(({ to }) => to === label));
  const counts = rows.map((from) =>
    columns.map((to) => flips.find((flip) => flip.from === from && flip.to === to)?.count ?? 0),
  );
  const total = flips.reduce((sum, { count }) => sum + count, 0);
  const same = flips.reduce((sum, { from, to, count }) => sum + (from === to ? count : 0), 0);
  return { rows, columns, counts, total, flipped: total - same };
}

/** 0 (none) to 4: how dark a cell is, by its share of all. */
export function shadeOf(count: number, total: number): 0 | 1 | 2 | 3 | 4 {
  if (count === 0) return 0;
  const share = count / total;
  return share < 0.05 ? 1 : share < 0.15 ? 2 : share < 0.4 ? 3 : 4;
}
