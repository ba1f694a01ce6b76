import type { TemplateResult } from 'lit';

/** What a cell shows: text, or markup of ours. Never HTML from data. */
export type CellContent = string | TemplateResult | typeof import('lit').nothing;

export interface GridColumn<Row> {
  id: string;
  title: string;
  /** CSS px, before the reader changes it. */
  width: number;
  /** CSS px; default 40. */
  minWidth?: number;
  /** Takes the room that is left over. */
  grows?: boolean;
  /** Numbers stand at the end. Default: start. */
  align?: 'start' | 'end';
  /** The head's tooltip. */
  hint?: string;
  sortable?: boolean;
  /** Which way the first click sorts. Default: ascending. */
  sortsFirst?: 'ascending' | 'descending';
  /** It holds marks and no text: where nothing was chosen yet, the cursor begins in another. */
  marks?: boolean;
  /** Shown before the reader chooses. Default: yes. */
  shown?: boolean;
  render(row: Row, index: number): CellContent;
  /** A class for the cell. */
  cellClass?(row: Row): string;
  /** The cell's tooltip. */
  tooltip?(row: Row): string;
  /** How the cell is edited in place; null: not in this row. Absent: never. */
  edit?(row: Row): CellEdit | null;
}

/** What an editor in a cell begins with. What comes of it is text in any case. */
export type CellEdit =
  | {
      kind: 'text';
      value: string /** Alt+Enter breaks the line. */;
      multiline?: boolean;
      suggestions?: readonly string[];
    }
  | { kind: 'choice'; value: string; choices: readonly { value: string; label: string }[] };

export interface GridSort {
  column: string;
  direction: 'ascending' | 'descending';
}

/** What a reader has made of the columns: small and JSON-safe, to be kept. */
export interface GridLayout {
  /** CSS px by column, where changed. */
  widths: Record<string, number>;
  /** Whether a column is shown, where changed. */
  shown: Record<string, boolean>;
}

export const NO_LAYOUT: GridLayout = { widths: {}, shown: {} };

export function shownColumns<Row>(columns: readonly GridColumn<Row>[], { shown }: GridLayout) {
  return columns.filter((column) => shown[column.id] ?? column.shown ?? true);
}

/** CSS px. */
export function widthOf<Row>(column: GridColumn<Row>, { widths }: GridLayout): number {
  return Math.max(column.minWidth ?? 40, Math.round(widths[column.id] ?? column.width));
}

/** CSS px: the widest that a reader can make a column. */
const WIDEST = 2_000;

/** @param width CSS px */
export function withWidth<Row>(layout: GridLayout, { id }: GridColumn<Row>, width: number): GridLayout {
  return { ...layout, widths: { ...layout.widths, [id]: Math.min(width, WIDEST) } };
}

/** The column is as wide as it was before the reader changed it. */
export function withoutWidth<Row>(layout: GridLayout, { id }: GridColumn<Row>): GridLayout {
  const { [id]: _own, ...widths } = layout.widths;
  return { ...layout, widths };
}

export function withShown<Row>(layout: GridLayout, { id }: GridColumn<Row>, shown: boolean): GridLayout {
  return { ...layout, shown: { ...layout.shown, [id]: shown } };
}

/** Value of `grid-template-columns`, and the least width of a row in CSS px. */
export function template<Row>(
  columns: readonly GridColumn<Row>[],
  layout: GridLayout,
): { tracks: string; width: number } {
  const widths = columns.map((column) => widthOf(column, layout));
  const tracks = columns.map(({ grows }, at) => (grows ? `minmax(${widths[at]}px, 1fr)` : `${widths[at]}px`));
  return { tracks: tracks.join(' '), width: widths.reduce((sum, width) => sum + width, 0) };
}

/** What a click on a column's head makes of the sort: one way, the other, none. */
export function nextSort<Row>(column: GridColumn<Row>, sort: GridSort | null): GridSort | null {
  const first = column.sortsFirst ?? 'ascending';
  if (sort?.column !== column.id) return { column: column.id, direction: first };
  if (sort.direction !== first) return null;
  return { column: column.id, direction: first === 'ascending' ? 'descending' : 'ascending' };
}
