/**
 * Rows of a grid by their numbers, as sorted, disjoint `[from, to)` ranges with a gap between each two: a selection of
 * 100,000 rows costs as little as one of two.
 */
export type RowRanges = readonly (readonly [from: number, to: number])[];

export const NO_ROWS: RowRanges = [];

export function hasRow(ranges: RowRanges, row: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges[middle]![1] <= row) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length && ranges[low]![0] <= row;
}

export function countRows(ranges: RowRanges): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** The rows, ascending. */
export function* eachRow(ranges: RowRanges): Generator<number> {
  for (const [from, to] of ranges) for (let row = from; row < to; row++) yield row;
}

/** The ranges with `[from, to)` in them. */
export function withRows(ranges: RowRanges, from: number, to: number): RowRanges {
  if (from >= to) return ranges;
  const before = ranges.filter(([, end]) => end < from);
  const after = ranges.filter(([start]) => start > to);
  const touched = ranges.slice(before.length, ranges.length - after.length);
  const start = Math.min(from, touched[0]?.[0] ?? from);
  const end = Math.max(to, touched.at(-1)?.[1] ?? to);
  return [...before, [start, end], ...after];
}

/** The ranges without `[from, to)`. */
export function withoutRows(ranges: RowRanges, from: number, to: number): RowRanges {
  if (from >= to) return ranges;
  return ranges.flatMap(([start, end]) =>
    (
      [
        [start, Math.min(end, from)],
        [Math.max(start, to), end],
      ] as const
    ).filter(([a, b]) => a < b),
  );
}

export function toggledRow(ranges: RowRanges, row: number): RowRanges {
  return hasRow(ranges, row) ? withoutRows(ranges, row, row + 1) : withRows(ranges, row, row + 1);
}

/** Ranges of rows in any order, each given once or more. */
export function rangesOf(rows: Iterable<number>): RowRanges {
  const sorted = Float64Array.from(rows).sort();
  const ranges: [number, number][] = [];
  for (const row of sorted) {
    const last = ranges.at(-1);
    if (last && row <= last[1]) last[1] = Math.max(last[1], row + 1);
    else ranges.push([row, row + 1]);
  }
  return ranges;
}

/**
 * The same rows after they have moved.
 * @param moved a row's number now, by its number before; negative: it is gone.
 */
export function movedRows(ranges: RowRanges, moved: (row: number) => number): RowRanges {
  const rows: number[] = [];
  for (const row of eachRow(ranges)) {
    const now = moved(row);
    if (now >= 0) rows.push(now);
  }
  return rangesOf(rows);
}
