import type { Cursor } from './cursor.ts';
import { hasRow, movedRows, NO_ROWS, type RowRanges, toggledRow, withRows } from './ranges.ts';

/** Which rows are selected, and the cell that keys act on, which need not be in one of them. */
export interface Selection {
  cursor: Cursor;
  rows: RowRanges;
  /** Where a Shift range begins. */
  anchor: number;
}

/** What a move of the cursor selects: its row alone, the rows from where the range began, or what was selected. */
export type Selecting = 'only' | 'extend' | 'leave';

/**
 * @param count rows there are
 * @param many whether more than one row can be selected
 */
export function afterMove(
  selection: Selection,
  cursor: Cursor,
  selecting: Selecting,
  { count, many }: { count: number; many: boolean },
): Selection {
  const { row } = cursor;
  if (row < 0 || selecting === 'leave') return { ...selection, cursor };
  if (selecting === 'only' || !many) return { cursor, rows: withRows(NO_ROWS, row, row + 1), anchor: row };
  const anchor = Math.min(selection.anchor, count - 1);
  return {
    ...selection,
    cursor,
    rows: withRows(NO_ROWS, Math.min(anchor, row), Math.max(anchor, row) + 1),
  };
}

/** A row is selected that was not, or the other way round. */
export function afterToggle({ cursor, rows }: Selection, row: number, many: boolean): Selection {
  return {
    cursor: { ...cursor, row },
    rows: toggledRow(many || hasRow(rows, row) ? rows : NO_ROWS, row),
    anchor: row,
  };
}

/**
 * The rows have moved, or others are there. Where the active row is gone, the one that has taken its place is active.
 * @param moved a row's number now, by its number before; negative: it is gone
 * @param count rows there are now
 */
export function afterRowsMoved(
  { cursor, rows, anchor }: Selection,
  moved: (index: number) => number,
  count: number,
): Selection {
  const now = cursor.row < 0 ? cursor.row : moved(cursor.row);
  return {
    cursor: { ...cursor, row: now >= 0 ? now : Math.min(cursor.row, count - 1) },
    rows: movedRows(rows, moved),
    anchor: Math.max(0, moved(anchor)),
  };
}
