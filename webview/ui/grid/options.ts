import type { nothing, TemplateResult } from 'lit';
import type { GridColumn, GridLayout, GridSort } from './columns.ts';
import type { Navigation } from './cursor.ts';
import type { RowRanges } from './ranges.ts';

export interface GridOptions<Row> {
  /** What the grid holds, for screen readers. */
  label: string;
  columns: readonly GridColumn<Row>[];
  /** Rows `[from, to)`, in their order. Asked for as they come near the view, and kept. */
  fetch(from: number, to: number): Promise<readonly Row[]>;
  /** CSS px. Default 24. */
  rowHeight?: number;
  /** Default: cells. */
  navigation?: Navigation;
  /** A column of boxes by which rows are selected. */
  checkboxes?: boolean;
  /** Whether more than one row can be selected. Default: yes. */
  multiselect?: boolean;
  rowClass?(row: Row): string;
  /** What stands where there are no rows. */
  empty?(): TemplateResult | typeof nothing;
  /** The selected rows, or the row that keys act on, have changed. */
  onSelect?(selection: GridSelection): void;
  /** Enter or a double click where nothing is edited. */
  onActivate?(index: number, column: GridColumn<Row>): void;
  onSort?(sort: GridSort | null): void;
  /** The cell shows the new text until this settles; a row that says otherwise should be there by then. */
  onEdit?(edit: { index: number; row: Row; column: GridColumn<Row>; value: string }): unknown;
  /** A right click or the menu key, in CSS px of the viewport. The row is selected by then; −1: the head. */
  onMenu?(at: { x: number; y: number }, index: number): void;
  /** Keys before the grid takes them; one that is used must be `preventDefault`ed. */
  onKey?(event: KeyboardEvent): void;
  /** The reader has changed widths or the choice of columns. */
  onLayout?(layout: GridLayout): void;
  /** Rows could not be fetched. They are asked for again when the reader scrolls. */
  onError?(error: unknown): void;
}

export interface GridSelection {
  rows: RowRanges;
  /** How many rows are selected. */
  count: number;
  /** The row that keys act on; −1: none. It need not be selected. */
  active: number;
}
