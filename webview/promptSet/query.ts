import { type RowQuery, SORT_COLUMNS } from '../../src/shared/promptSetView.ts';
import type { GridSort } from '../ui/grid/grid.ts';

/** Whether it shows all rows, in the order of the file. */
export function isWhole({ text, sort }: RowQuery): boolean {
  return text.trim() === '' && sort === null;
}

/** A column that cannot be sorted by sorts by none. */
export function sortedBy(query: RowQuery, sort: GridSort | null): RowQuery {
  const column = SORT_COLUMNS.find((name) => name === sort?.column);
  return { ...query, sort: sort && column ? { column, direction: sort.direction } : null };
}
