/** The cell that keys act on. Row −1 is the head. */
export interface Cursor {
  row: number;
  column: number;
}

export interface GridSize {
  rows: number;
  columns: number;
  /** Rows that fit into view. */
  page: number;
}

/** What the arrows walk through: cells, as in a spreadsheet, or rows, as in a list. */
export type Navigation = 'cells' | 'rows';

/** Where a key leads from a cell; null: the key leads nowhere. `control` is Ctrl, or ⌘ on a Mac. */
export function cursorAfter(
  key: string,
  control: boolean,
  { row, column }: Cursor,
  size: GridSize,
  navigation: Navigation,
): Cursor | null {
  const lastRow = size.rows - 1;
  const lastColumn = size.columns - 1;
  const to = (nextRow: number, nextColumn = column): Cursor => ({
    row: Math.max(-1, Math.min(nextRow, lastRow)),
    column: Math.max(0, Math.min(nextColumn, lastColumn)),
  });
  // From the rows only the arrow leads into the head: a page up ends at the first row.
  const within = (nextRow: number, nextColumn?: number) => to(Math.max(0, nextRow), nextColumn);
  switch (key) {
    case 'ArrowDown':
      return control ? within(lastRow) : to(row + 1);
    case 'ArrowUp':
      return control ? within(0) : to(row - 1);
    case 'PageDown':
      return within(row + size.page);
    case 'PageUp':
      return within(row - size.page);
    case 'ArrowLeft':
      return to(row, control ? 0 : column - 1);
    case 'ArrowRight':
      return to(row, control ? lastColumn : column + 1);
    case 'Home':
      if (navigation === 'rows') return within(0);
      return control ? within(0, 0) : to(row, 0);
    case 'End':
      if (navigation === 'rows') return within(lastRow);
      return control ? within(lastRow, lastColumn) : to(row, lastColumn);
    default:
      return null;
  }
}

const STEPS = { down: [1, 0], up: [-1, 0], right: [0, 1], left: [0, -1], stay: [0, 0] } as const;

/** One cell further, without leaving the rows for the head. */
export function cursorBeside(cursor: Cursor, step: keyof typeof STEPS, size: GridSize): Cursor {
  const [down, right] = STEPS[step];
  return {
    row: Math.max(0, Math.min(cursor.row + down, size.rows - 1)),
    column: Math.max(0, Math.min(cursor.column + right, size.columns - 1)),
  };
}

/** What is looked at of a `KeyboardEvent`. */
export interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing: boolean;
}

/** Whether a key event types a character, so that it begins an edit. */
export function typesText({ key, ctrlKey, metaKey, altKey, isComposing }: Omit<Key, 'shiftKey'>): boolean {
  return !isComposing && !ctrlKey && !metaKey && !altKey && key !== ' ' && [...key].length === 1;
}
