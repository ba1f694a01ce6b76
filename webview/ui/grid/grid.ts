import { nothing } from 'lit';
import type { MenuItem } from '../menu.ts';
import { adoptSheet } from '../sheet.ts';
import { ArrangedColumns } from './arrangedColumns.ts';
import { type EditEnd, focusEditor } from './cellEditor.ts';
import { CellEdits } from './cellEdits.ts';
import type { GridDrawing } from './cells.ts';
import type { GridColumn, GridLayout, GridSort } from './columns.ts';
import type { GridCommand } from './commands.ts';
import { type Cursor, cursorBeside, type GridSize } from './cursor.ts';
import styles from './grid.css';
import { listenToInput } from './input.ts';
import type { GridOptions, GridSelection } from './options.ts';
import { GridPage, gridElement } from './page.ts';
import { dragEdge } from './pointer.ts';
import { countRows, NO_ROWS, type RowRanges, withRows } from './ranges.ts';
import { RowCache } from './rowCache.ts';
import { rowFetcher } from './rowFetcher.ts';
import { drawnRows } from './scroll.ts';
import { afterMove, afterRowsMoved, afterToggle, type Selecting, type Selection } from './selection.ts';
import { Viewport } from './viewport.ts';

export type { CellContent, CellEdit, GridColumn, GridLayout, GridSort } from './columns.ts';
export type { GridOptions, GridSelection } from './options.ts';
export { eachRow, type RowRanges } from './ranges.ts';

/** Rows that are drawn above and below those in view. */
const OVERSCAN = 4;

let grids = 0;

/**
 * A table of any length: rows of one height of which only those near the view are on the page, fetched as they are
 * needed. Cursor, selection and edits by keys as in a spreadsheet. Put {@link element} into a box with a height.
 *
 * The focus stays on the grid, which names the active cell: a cell that scrolls off the page cannot lose it.
 *
 * This is what draws, and joins the parts: the {@link Viewport}, the {@link Selection}, the rows that are here
 * ({@link RowCache}), the {@link CellEdits}, and what keys and pointer ask ({@link GridCommand}).
 */
export class Grid<Row> {
  readonly element: HTMLElement;
  readonly #options: GridOptions<Row>;
  readonly #id = `grid-${++grids}`;
  readonly #rowHeight: number;
  readonly #page: GridPage;
  readonly #viewport: Viewport;
  readonly #columns: ArrangedColumns<Row>;
  readonly #cache = new RowCache<Row>();
  readonly #fetchNear: (from: number, to: number) => void;
  readonly #edits: CellEdits<Row>;
  #count = 0;
  #selection: Selection;
  #frame = 0;

  constructor(options: GridOptions<Row>) {
    useStyles();
    this.#options = options;
    this.#rowHeight = options.rowHeight ?? 24;
    this.#columns = new ArrangedColumns({ ...options, changed: () => this.#schedule() });
    this.#selection = { cursor: { row: -1, column: this.#columns.first }, rows: NO_ROWS, anchor: 0 };
    const element = gridElement(options, this.#rowHeight);
    this.element = element;
    this.#page = new GridPage(element);
    const count = () => this.#count;
    this.#viewport = new Viewport({
      element,
      rowHeight: this.#rowHeight,
      count,
      active: () => this.#selection.cursor.row,
      scrolled: () => this.#draw(),
      changed: () => this.#schedule(),
    });
    this.#fetchNear = rowFetcher({
      cache: this.#cache,
      count,
      fetch: (from, to) => options.fetch(from, to),
      arrived: () => this.#schedule(),
      failed: (error) => options.onError?.(error),
    });
    this.#edits = new CellEdits({
      ...options,
      row: (index) => this.#cache.get(index),
      settled: () => this.#schedule(),
    });
    listenToInput({
      ...options,
      element,
      selection: () => this.#selection,
      size: () => this.#size,
      canEdit: ({ row, column }) => this.#edits.editOf(row, this.#columns.shown[column]) !== null,
      obey: (command) => this.#obey(command),
    });
    element.addEventListener('focus', () => {
      const { cursor } = this.#selection;
      if (cursor.row < 0 && this.#count > 0) this.#moveTo({ ...cursor, row: 0 }, 'leave');
    });
    this.#schedule();
  }

  dispose(): void {
    this.#viewport.dispose();
    cancelAnimationFrame(this.#frame);
    this.element.remove();
  }

  /** Rows there are. */
  get count(): number {
    return this.#count;
  }

  /** A row's content; undefined where it is not here yet. */
  row(index: number): Row | undefined {
    return this.#cache.get(index);
  }

  /**
   * There are other rows now, or others in their places. What was selected stays so.
   * @param moved a row's number now, by its number before; negative: it is gone. Absent: all are new.
   */
  setRows(count: number, moved: (index: number) => number = () => -1): void {
    this.#endEdit({ kind: 'cancel' });
    this.#edits.forgetPending();
    this.#cache.outdate(moved);
    this.#count = count;
    const active = this.#selection.cursor.row;
    const selection = afterRowsMoved(this.#selection, moved, count);
    this.#selection = selection;
    this.#viewport.stayWith(active, moved);
    this.#select(selection);
  }

  /** A row has other content. */
  update(index: number, row: Row): void {
    this.#cache.set(index, row);
    this.#schedule();
  }

  /** Every row may have other content: those in view are fetched again, and shown as they were until then. */
  refresh(): void {
    this.#cache.outdate();
    this.#schedule();
  }

  /** What the rows are drawn from, other than the rows, has changed. */
  redraw(): void {
    this.#schedule();
  }

  get selection(): GridSelection {
    const { cursor, rows } = this.#selection;
    return { rows, count: countRows(rows), active: cursor.row };
  }

  /** Selects rows, and makes one of them (by default the first) the active one and shows it. */
  select(rows: RowRanges, active = rows[0]?.[0] ?? this.#selection.cursor.row): void {
    const { cursor } = this.#selection;
    const row = Math.min(active, this.#count - 1);
    this.reveal(row);
    this.#select({ rows, anchor: Math.max(0, active), cursor: { ...cursor, row } });
  }

  /** Scrolls as little as it takes to show a row. */
  reveal(index: number): void {
    if (index < 0 || index >= this.#count) return;
    if (!this.#page.head) this.#draw(); // nothing can be scrolled before
    this.#viewport.reveal(index);
  }

  focus(): void {
    this.element.focus({ preventScroll: true });
  }

  get isEditing(): boolean {
    return this.#edits.editing !== null;
  }

  /** Edits a cell in place, where it can be edited. */
  edit(index: number, columnId: string, typed: string | null = null): void {
    const column = this.#columns.shown.find(({ id }) => id === columnId);
    const edit = this.#edits.editOf(index, column);
    if (!column || !edit) return;
    this.#endEdit({ kind: 'cancel' });
    const at = { row: index, column: this.#columns.shown.indexOf(column) };
    this.#selection = { ...this.#selection, cursor: at };
    this.#edits.begin(index, column, edit, typed);
    this.reveal(index);
    this.#draw();
    const control = this.element.querySelector<HTMLElement>('.cell-input');
    if (control) focusEditor(control);
  }

  set sort(sort: GridSort | null) {
    this.#columns.sort = sort;
  }

  get layout(): GridLayout {
    return this.#columns.layout;
  }

  set layout(layout: GridLayout) {
    const { cursor } = this.#selection;
    const active = this.#columns.shown[cursor.column];
    this.#columns.layout = layout;
    const at = active ? this.#columns.shown.indexOf(active) : -1;
    const column = at >= 0 ? at : this.#columns.first;
    this.#selection = { ...this.#selection, cursor: { ...cursor, column } };
  }

  /** Entries of a menu in which the reader chooses columns. */
  columnItems(): MenuItem[] {
    return this.#columns.items((layout) => {
      this.layout = layout;
      this.#options.onLayout?.(layout);
    });
  }

  get #isMany(): boolean {
    return this.#options.multiselect !== false;
  }

  // Drawing

  #schedule(): void {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const viewport = this.#viewport;
    const [from, to] = drawnRows(viewport.top, viewport.extent, OVERSCAN);
    const { editing } = this.#edits;
    if (editing && (editing.row < from || editing.row >= to)) this.#commitField();
    viewport.fit();
    const { top, scrollTop } = viewport;
    this.#page.draw(this.#drawing(), from, to, { top, scrollTop, rowHeight: this.#rowHeight });
    viewport.head = this.#page.head!;
    this.#fetchNear(from, to);
  }

  #cellId(row: number, column: number): string {
    return `${this.#id}-${row < 0 ? 'head' : row}-${column}`;
  }

  /** What the head and the rows are drawn from. */
  #drawing(): GridDrawing<Row> {
    const { top, extent } = this.#viewport;
    const middle = top + extent.viewport / 2;
    const { cursor, rows } = this.#selection;
    const columns = this.#columns;
    return {
      columns: columns.shown,
      layout: columns.layout,
      checkboxes: this.#options.checkboxes ?? false,
      count: this.#count,
      cursor,
      sort: columns.sort,
      selected: rows,
      editing: this.#edits.editing,
      isLow: (index) => index * this.#rowHeight > middle,
      row: (index) => this.#cache.get(index),
      rowClass: (row) => this.#options.rowClass?.(row) ?? '',
      empty: () => this.#options.empty?.() ?? nothing,
      pending: (index, column) => this.#edits.pending(index, column),
      cellId: (row, column) => this.#cellId(row, column),
      endEdit: (end) => this.#endEdit(end),
      selectAll: (all) => (all ? this.#selectAll() : this.#select({ ...this.#selection, rows: NO_ROWS })),
      sortBy: (column) => columns.sortBy(column),
      resize: (event, column) =>
        dragEdge(
          event,
          (width) => columns.setWidth(column, width),
          () => columns.keep(),
        ),
      resetWidth: (event, column) => {
        event.stopPropagation();
        columns.resetWidth(column);
        columns.keep();
      },
    };
  }

  // Cursor and selection

  #select(selection: Selection): void {
    this.#selection = selection;
    this.#schedule();
    this.#options.onSelect?.(this.selection);
  }

  #moveTo(cursor: Cursor, selecting: Selecting): void {
    this.reveal(cursor.row);
    this.#select(afterMove(this.#selection, cursor, selecting, { count: this.#count, many: this.#isMany }));
    this.#draw();
    this.element.querySelector('.cell.active')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #selectAll(): void {
    if (this.#isMany) this.#select({ ...this.#selection, rows: withRows(NO_ROWS, 0, this.#count) });
  }

  get #size(): GridSize {
    const page = Math.max(1, Math.floor(this.#viewport.extent.viewport / this.#rowHeight) - 1);
    return { rows: this.#count, columns: this.#columns.shown.length, page };
  }

  #obey(command: GridCommand): void {
    const columns = this.#columns;
    const { shown } = columns;
    switch (command.kind) {
      case 'move':
        this.#moveTo(command.to, command.selecting);
        break;
      case 'toggle':
        this.#select(afterToggle(this.#selection, command.row, this.#isMany));
        break;
      case 'select-all':
        this.#selectAll();
        break;
      case 'enter':
        this.#enter(command.at.row, shown[command.at.column]!);
        break;
      case 'type':
        this.edit(command.at.row, shown[command.at.column]!.id, command.text);
        break;
      case 'sort':
        columns.sortBy(shown[command.column]!);
        break;
      case 'widen':
        columns.widen(shown[command.column]!, command.by);
        columns.keep();
    }
  }

  #enter(index: number, column: GridColumn<Row>): void {
    if (this.#edits.editOf(index, column)) this.edit(index, column.id);
    else this.#options.onActivate?.(index, column);
  }

  // Edits in place

  #commitField(): void {
    const field = this.element.querySelector<HTMLInputElement>('.cell-input');
    this.#endEdit(field ? { kind: 'commit', value: field.value, next: 'stay' } : { kind: 'cancel' });
  }

  #endEdit(end: EditEnd): void {
    if (!this.isEditing) return;
    const hadFocus = this.element.contains(document.activeElement);
    this.#edits.end(end); // before the field goes, whose blur would commit once more
    if (hadFocus) this.focus();
    if (end.kind === 'cancel' || end.next === 'stay') this.#draw();
    else this.#moveTo(cursorBeside(this.#selection.cursor, end.next, this.#size), 'only');
  }
}

let styled = false;

function useStyles(): void {
  if (!styled) adoptSheet(styles);
  styled = true;
}
