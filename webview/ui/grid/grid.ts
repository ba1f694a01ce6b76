import { html, nothing, render, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { MenuItem } from '../menu.ts';
import { adoptSheet } from '../sheet.ts';
import { type EditEnd, focusEditor } from './cellEditor.ts';
import { type Editing, type GridDrawing, gridHead, gridRow } from './cells.ts';
import {
  type GridColumn,
  type GridLayout,
  type GridSort,
  NO_LAYOUT,
  nextSort,
  shownColumns,
  template,
  widthOf,
} from './columns.ts';
import { type Cursor, cursorAfter, type Navigation, typesText } from './cursor.ts';
import styles from './grid.css';
import { countRows, hasRow, movedRows, NO_ROWS, type RowRanges, toggledRow, withRows } from './ranges.ts';
import { RowCache } from './rowCache.ts';
import { afterScroll, drawnRows, type Extent, scrollHeight, scrollTopAt, topToReveal } from './scroll.ts';

export type { CellContent, CellEdit, GridColumn, GridLayout, GridSort } from './columns.ts';
export { eachRow, type RowRanges } from './ranges.ts';

/** Rows that are drawn above and below those in view. */
const OVERSCAN = 4;
/** Rows above and below that are fetched once those that are drawn are here, so that they are when they come into view. */
const AHEAD = 64;
/** Requests for rows that may be under way at once: more would pile up while the scroll bar is dragged. */
const REQUESTS = 2;
/** A row's place is counted from the last row of this multiple: no element can be a hundred million px down. */
const ORIGIN_EVERY = 10_000;
/** ms after the last step of scrolling in which a list drawn to scale puts its scroll bar right again. */
const SETTLE_MS = 160;

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

let grids = 0;

/**
 * A table of any length: rows of one height of which only those near the view are on the page, fetched as they are
 * needed. Cursor, selection and edits by keys as in a spreadsheet. Put {@link element} into a box with a height.
 *
 * The focus stays on the grid, which names the active cell: a cell that scrolls off the page cannot lose it.
 */
export class Grid<Row> {
  readonly element = document.createElement('div');
  readonly #options: GridOptions<Row>;
  readonly #id = `grid-${++grids}`;
  readonly #rowHeight: number;
  readonly #cache = new RowCache<Row>();
  /** What was typed into a cell and has not come back from the host. */
  readonly #pending = new Map<string, string>();
  readonly #resized = new ResizeObserver(() => {
    this.#viewport = 0;
    this.#draw();
  });
  #columns: readonly GridColumn<Row>[] = [];
  #layout: GridLayout = NO_LAYOUT;
  #sort: GridSort | null = null;
  #count = 0;
  #cursor: Cursor = { row: -1, column: 0 };
  #selected: RowRanges = NO_ROWS;
  /** Where a Shift range begins. */
  #anchor = 0;
  #editing: Editing | null = null;
  #top = 0;
  #scrollTop = 0;
  /** Height of the area that rows are seen in, CSS px; 0: to be measured, which makes the browser lay out. */
  #viewport = 0;
  /** Null: nothing was drawn yet. */
  #head: HTMLElement | null = null;
  /** Rows `[from, to)` on the page. */
  #drawn: readonly [from: number, to: number] = [0, 0];
  #requests = 0;
  #frame = 0;
  #settling = 0;
  #tracks = '';
  /** Rows on the page at most so far: one that scrolls out of view lends its elements to one that comes into it. */
  #pool = 1;

  constructor(options: GridOptions<Row>) {
    useStyles();
    this.#options = options;
    this.#rowHeight = options.rowHeight ?? 24;
    this.#columns = shownColumns(options.columns, this.#layout);
    const { element } = this;
    element.className = 'grid';
    element.tabIndex = 0;
    element.setAttribute('role', 'grid');
    element.setAttribute('aria-label', options.label);
    if (options.multiselect !== false) element.setAttribute('aria-multiselectable', 'true');
    element.style.setProperty('--grid-row-height', `${this.#rowHeight}px`);
    element.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    element.addEventListener('keydown', (event) => this.#pressed(event));
    element.addEventListener('pointerdown', (event) => this.#pointed(event));
    element.addEventListener('dblclick', (event) => this.#doubleClicked(event));
    element.addEventListener('contextmenu', (event) => this.#menu(event));
    element.addEventListener('focus', () => {
      if (this.#cursor.row < 0 && this.#count > 0) this.#moveTo({ ...this.#cursor, row: 0 }, 'leave');
    });
    this.#resized.observe(element);
    this.#schedule();
  }

  dispose(): void {
    this.#resized.disconnect();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#settling);
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
    this.#pending.clear();
    this.#cache.outdate(moved);
    this.#count = count;
    this.#selected = movedRows(this.#selected, moved);
    this.#anchor = Math.max(0, moved(this.#anchor));
    const before = this.#cursor.row;
    const now = before < 0 ? before : moved(before);
    // Where the active row is gone, the one that has taken its place is active.
    this.#cursor = { ...this.#cursor, row: now >= 0 ? now : Math.min(before, count - 1) };
    // What the reader looks at stays where it is, also when rows come or go above.
    const first = Math.floor(this.#top / this.#rowHeight);
    const stays = [before, first, first + 1].find(
      (row) => row >= 0 && this.#isInView(row) && moved(row) >= 0,
    );
    if (stays !== undefined) this.#scrollTo(this.#top + (moved(stays) - stays) * this.#rowHeight);
    this.#select();
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
    return { rows: this.#selected, count: countRows(this.#selected), active: this.#cursor.row };
  }

  /** Selects rows, and makes one of them (by default the first) the active one and shows it. */
  select(rows: RowRanges, active = rows[0]?.[0] ?? this.#cursor.row): void {
    this.#selected = rows;
    this.#anchor = Math.max(0, active);
    this.#cursor = { ...this.#cursor, row: Math.min(active, this.#count - 1) };
    this.reveal(this.#cursor.row);
    this.#select();
  }

  /** Scrolls as little as it takes to show a row. */
  reveal(index: number): void {
    if (index < 0 || index >= this.#count) return;
    this.#scrollTo(topToReveal(index, this.#top, this.#extent()));
  }

  focus(): void {
    this.element.focus({ preventScroll: true });
  }

  get isEditing(): boolean {
    return this.#editing !== null;
  }

  /** Edits a cell in place, where it can be edited. */
  edit(index: number, columnId: string, typed: string | null = null): void {
    const column = this.#columns.find(({ id }) => id === columnId);
    const row = this.#cache.get(index);
    const edit = row && column?.edit?.(row);
    if (!edit || !this.#options.onEdit) return;
    this.#endEdit({ kind: 'cancel' });
    this.#cursor = { row: index, column: this.#columns.indexOf(column!) };
    this.#editing = { row: index, column: columnId, edit, typed: edit.kind === 'choice' ? null : typed };
    this.reveal(index);
    this.#draw();
    const control = this.element.querySelector<HTMLElement>('.cell-input');
    if (control) focusEditor(control);
  }

  set sort(sort: GridSort | null) {
    this.#sort = sort;
    this.#schedule();
  }

  get layout(): GridLayout {
    return this.#layout;
  }

  set layout(layout: GridLayout) {
    this.#layout = layout;
    const column = this.#columns[this.#cursor.column];
    this.#columns = shownColumns(this.#options.columns, layout);
    this.#cursor = { ...this.#cursor, column: Math.max(0, column ? this.#columns.indexOf(column) : 0) };
    this.#schedule();
  }

  /** Entries of a menu in which the reader chooses columns. */
  columnItems(): MenuItem[] {
    return this.#options.columns.map((column) => {
      const checked = this.#columns.includes(column);
      return {
        label: column.title,
        checked,
        disabled: checked && this.#columns.length === 1,
        run: () => this.#change({ shown: { ...this.#layout.shown, [column.id]: !checked } }),
      };
    });
  }

  #extent(): Extent {
    this.#viewport ||= Math.max(0, this.element.clientHeight - (this.#head?.offsetHeight ?? 0));
    return { count: this.#count, rowHeight: this.#rowHeight, viewport: this.#viewport };
  }

  #isInView(row: number): boolean {
    const start = row * this.#rowHeight;
    return start + this.#rowHeight > this.#top && start < this.#top + this.#extent().viewport;
  }

  #scrolled(): void {
    const { scrollTop } = this.element;
    if (Math.abs(scrollTop - this.#scrollTop) < 1) return; // sideways, or what we have set ourselves
    this.#top = afterScroll(scrollTop, { scrollTop: this.#scrollTop, top: this.#top }, this.#extent());
    this.#scrollTop = scrollTop;
    this.#draw();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#scrollTo(this.#top), SETTLE_MS);
  }

  #scrollTo(top: number): void {
    const extent = this.#extent();
    this.#top = Math.max(0, Math.min(top, extent.count * extent.rowHeight - extent.viewport));
    this.#setHeight(extent);
    this.element.scrollTop = scrollTopAt(this.#top, extent);
    this.#scrollTop = this.element.scrollTop;
    this.#schedule();
  }

  #setHeight(extent: Extent): void {
    this.element.style.setProperty('--grid-height', `${scrollHeight(extent)}px`);
  }

  #schedule(): void {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { element } = this;
    const extent = this.#extent();
    const [from, to] = drawnRows(this.#top, extent, OVERSCAN);
    const editing = this.#editing;
    if (editing && (editing.row < from || editing.row >= to)) this.#commitField();
    const { tracks, width } = template(this.#columns, this.#layout);
    const all = this.#options.checkboxes ? `28px ${tracks}` : tracks;
    if (all !== this.#tracks) {
      this.#tracks = all;
      element.style.setProperty('--grid-columns', all);
      element.style.setProperty('--grid-width', `${width + (this.#options.checkboxes ? 28 : 0)}px`);
    }
    this.#setHeight(extent);
    element.setAttribute('aria-rowcount', String(this.#count + 1));
    element.setAttribute('aria-colcount', String(this.#columns.length + (this.#options.checkboxes ? 1 : 0)));
    const { row, column } = this.#cursor;
    const isActiveDrawn = row === -1 || (row >= from && row < to);
    if (isActiveDrawn) element.setAttribute('aria-activedescendant', this.#cellId(row, column));
    else element.removeAttribute('aria-activedescendant');
    const drawing = this.#drawing();
    this.#pool = Math.max(this.#pool, to - from);
    // A row keeps its element, and the element its place among the others, for as long as it is on the page: to move
    // an element costs more than to fill it anew. Their order says nothing then; `aria-rowindex` does.
    const slot = (index: number) => index % this.#pool;
    const rows = Array.from({ length: to - from }, (_, at) => from + at).sort((a, b) => slot(a) - slot(b));
    render(
      html`<div class="grid-head" role="rowgroup">${gridHead(drawing)}</div>
        <div class="grid-canvas" role="rowgroup">
          <div class="grid-rows" role="presentation">${repeat(rows, slot, (index) =>
            gridRow(drawing, index),
          )}</div>
        </div>
        ${this.#count === 0 ? html`<div class="grid-empty">${this.#options.empty?.() ?? nothing}</div>` : nothing}`,
      element,
    );
    this.#place(from);
    if (!this.#head) {
      this.#head = element.querySelector<HTMLElement>('.grid-head')!;
      this.#resized.observe(this.#head);
      this.#viewport = 0;
    }
    this.#drawn = [from, to];
    this.#fetch(from, to);
  }

  /** Puts the rows on the page where they stand. */
  #place(from: number): void {
    const origin = Math.floor(from / ORIGIN_EVERY) * ORIGIN_EVERY;
    const drawn = this.element.querySelector<HTMLElement>('.grid-rows')!;
    drawn.style.transform = `translateY(${this.#scrollTop + origin * this.#rowHeight - this.#top}px)`;
    for (const row of drawn.children as HTMLCollectionOf<HTMLElement>) {
      row.style.top = `${(Number(row.dataset.row) - origin) * this.#rowHeight}px`;
    }
  }

  #fetch(from: number, to: number): void {
    const ahead = [Math.max(0, from - AHEAD), Math.min(this.#count, to + AHEAD)] as const;
    while (this.#requests < REQUESTS) {
      const request = this.#cache.ask(from, to, this.#count) ?? this.#cache.ask(...ahead, this.#count);
      if (!request) return;
      this.#requests++;
      this.#options.fetch(request.from, request.to).then(
        (rows) => {
          this.#requests--;
          request.receive(rows);
          const [first, end] = this.#drawn;
          if (request.from < end && request.to > first) this.#schedule();
          else this.#fetch(first, end);
        },
        (error: unknown) => {
          this.#requests--;
          request.giveUp();
          this.#options.onError?.(error);
        },
      );
    }
  }

  #cellId(row: number, column: number): string {
    return `${this.#id}-${row < 0 ? 'head' : row}-${column}`;
  }

  /** What the head and the rows are drawn from. */
  #drawing(): GridDrawing<Row> {
    const middle = this.#top + this.#extent().viewport / 2;
    return {
      columns: this.#columns,
      checkboxes: this.#options.checkboxes ?? false,
      count: this.#count,
      cursor: this.#cursor,
      sort: this.#sort,
      selected: this.#selected,
      editing: this.#editing,
      isLow: (index) => index * this.#rowHeight > middle,
      row: (index) => this.#cache.get(index),
      rowClass: (row) => this.#options.rowClass?.(row) ?? '',
      pending: (index, column) => this.#pending.get(`${index} ${column}`),
      cellId: (row, column) => this.#cellId(row, column),
      endEdit: (end) => this.#endEdit(end),
      selectAll: (all) => (all ? this.#selectAll() : this.#selectOnly(NO_ROWS)),
      sortBy: (column) => this.#sortBy(column),
      resize: (event, column) => this.#resize(event, column),
      resetWidth: (event, column) => this.#resetWidth(event, column),
    };
  }

  // Sorting and the columns

  #sortBy(column: GridColumn<Row>): void {
    if (!column.sortable) return;
    this.#sort = nextSort(column, this.#sort);
    this.#schedule();
    this.#options.onSort?.(this.#sort);
  }

  #resize(event: PointerEvent, column: GridColumn<Row>): void {
    event.preventDefault();
    event.stopPropagation();
    const handle = event.currentTarget as HTMLElement;
    const start = event.clientX;
    // As wide as it is: one that takes the room left over is wider than it asks for.
    const width = handle.parentElement?.getBoundingClientRect().width ?? widthOf(column, this.#layout);
    handle.setPointerCapture(event.pointerId);
    const drag = (move: PointerEvent) => this.#setWidth(column, width + move.clientX - start);
    const drop = () => {
      handle.removeEventListener('pointermove', drag);
      this.#options.onLayout?.(this.#layout);
    };
    handle.addEventListener('pointermove', drag);
    handle.addEventListener('lostpointercapture', drop, { once: true });
  }

  #setWidth(column: GridColumn<Row>, width: number): void {
    this.#layout = {
      ...this.#layout,
      widths: { ...this.#layout.widths, [column.id]: Math.min(width, 2_000) },
    };
    this.#schedule();
  }

  #resetWidth(event: Event, column: GridColumn<Row>): void {
    event.stopPropagation();
    const { [column.id]: _own, ...widths } = this.#layout.widths;
    this.#change({ widths });
  }

  #change(change: Partial<GridLayout>): void {
    this.layout = { ...this.#layout, ...change };
    this.#options.onLayout?.(this.#layout);
  }

  // Cursor and selection

  /** @param select what becomes of the selection: the row alone, the range from where it began, or what it was. */
  #moveTo(cursor: Cursor, select: 'only' | 'extend' | 'leave'): void {
    this.#cursor = cursor;
    const { row } = cursor;
    if (row >= 0) {
      if (select === 'extend' && this.#options.multiselect !== false) {
        const anchor = Math.min(this.#anchor, this.#count - 1);
        this.#selected = withRows(NO_ROWS, Math.min(anchor, row), Math.max(anchor, row) + 1);
      } else if (select !== 'leave') {
        this.#selected = withRows(NO_ROWS, row, row + 1);
        this.#anchor = row;
      }
      this.reveal(row);
    }
    this.#select();
    this.#draw();
    this.element.querySelector('.cell.active')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #toggle(row: number): void {
    const many = this.#options.multiselect !== false;
    this.#selected = toggledRow(many || hasRow(this.#selected, row) ? this.#selected : NO_ROWS, row);
    this.#anchor = row;
    this.#cursor = { ...this.#cursor, row };
    this.#select();
  }

  #selectAll(): void {
    if (this.#options.multiselect !== false) this.#selectOnly(withRows(NO_ROWS, 0, this.#count));
  }

  #selectOnly(rows: RowRanges): void {
    this.#selected = rows;
    this.#select();
  }

  #select(): void {
    this.#schedule();
    this.#options.onSelect?.(this.selection);
  }

  #pressed(event: KeyboardEvent): void {
    if (event.target !== this.element && !(event.target as HTMLElement).closest('.grid-head')) return;
    this.#options.onKey?.(event);
    if (event.defaultPrevented) return;
    const control = event.ctrlKey || event.metaKey;
    const { row, column } = this.#cursor;
    const current = this.#columns[column];
    const page = Math.max(1, Math.floor(this.#extent().viewport / this.#rowHeight) - 1);
    const size = { rows: this.#count, columns: this.#columns.length, page };
    const isWidthKey = row < 0 && event.shiftKey && /^Arrow(Left|Right)$/.test(event.key);
    const next = isWidthKey
      ? null
      : cursorAfter(event.key, control, this.#cursor, size, this.#options.navigation ?? 'cells');
    const used = () => event.preventDefault();
    if (isWidthKey && current) {
      used();
      this.#setWidth(current, widthOf(current, this.#layout) + (event.key === 'ArrowLeft' ? -16 : 16));
      this.#options.onLayout?.(this.#layout);
    } else if (next) {
      used();
      const sideways = next.row === row;
      this.#moveTo(
        next,
        sideways || control ? (event.shiftKey ? 'extend' : 'leave') : event.shiftKey ? 'extend' : 'only',
      );
    } else if (control && !event.shiftKey && event.key.toLowerCase() === 'a') {
      used();
      this.#selectAll();
    } else if (event.key === ' ' && row >= 0) {
      used();
      this.#toggle(row);
    } else if (event.key === 'Escape') {
      if (countRows(this.#selected) > 1) {
        used();
        this.#moveTo(this.#cursor, 'only');
      }
    } else if (event.key === 'Enter' && row < 0) {
      used();
      if (current) this.#sortBy(current);
    } else if ((event.key === 'Enter' || event.key === 'F2') && !control && row >= 0 && current) {
      used();
      this.#enter(row, current);
    } else if (typesText(event) && row >= 0 && current && this.#canEdit(row, current)) {
      used();
      this.edit(row, current.id, event.key);
    }
  }

  #canEdit(index: number, column: GridColumn<Row>): boolean {
    const row = this.#cache.get(index);
    return row !== undefined && this.#options.onEdit !== undefined && Boolean(column.edit?.(row));
  }

  #enter(index: number, column: GridColumn<Row>): void {
    if (this.#canEdit(index, column)) this.edit(index, column.id);
    else this.#options.onActivate?.(index, column);
  }

  #placeOf(target: EventTarget | null): { row: number; column: number; check: boolean } | null {
    const element = target as HTMLElement | null;
    const row = element?.closest<HTMLElement>('[data-row]');
    if (!row) return null;
    const cell = element?.closest<HTMLElement>('.cell');
    const column = Number(cell?.dataset.column ?? this.#cursor.column);
    return { row: Number(row.dataset.row), column, check: cell?.classList.contains('check') ?? false };
  }

  #pointed(event: PointerEvent): void {
    const place = this.#placeOf(event.target);
    if (!place || (event.target as HTMLElement).closest('.cell-input')) return;
    const { row, column } = place;
    if (event.button === 2) {
      if (!hasRow(this.#selected, row)) this.#moveTo({ row, column }, 'only');
      return;
    }
    if (event.button !== 0) return;
    if (place.check || event.ctrlKey || event.metaKey) this.#toggle(row);
    else this.#moveTo({ row, column }, event.shiftKey ? 'extend' : 'only');
  }

  #doubleClicked(event: MouseEvent): void {
    const place = this.#placeOf(event.target);
    const target = event.target as HTMLElement;
    if (!place || place.check || target.closest('.cell-input, button, a')) return;
    const column = this.#columns[place.column];
    if (column) this.#enter(place.row, column);
  }

  #menu(event: MouseEvent): void {
    if (!this.#options.onMenu || (event.target as HTMLElement).closest('.cell-input')) return;
    event.preventDefault();
    const inHead = (event.target as HTMLElement).closest('.grid-head') !== null;
    // The menu key gives the grid's own corner: the menu belongs to the active row.
    const byKey = event.target === this.element && event.button !== 2;
    const active = this.element.querySelector('.cell.active')?.getBoundingClientRect();
    const at =
      byKey && active ? { x: active.left + 8, y: active.bottom } : { x: event.clientX, y: event.clientY };
    this.#options.onMenu(at, inHead ? -1 : (this.#placeOf(event.target)?.row ?? this.#cursor.row));
  }

  // Edits in place

  #commitField(): void {
    const field = this.element.querySelector<HTMLInputElement>('.cell-input');
    this.#endEdit(field ? { kind: 'commit', value: field.value, next: 'stay' } : { kind: 'cancel' });
  }

  #endEdit(end: EditEnd): void {
    const editing = this.#editing;
    if (!editing) return;
    this.#editing = null; // before the field goes, whose blur would commit once more
    const hadFocus = this.element.contains(document.activeElement);
    const row = this.#cache.get(editing.row);
    const column = this.#columns.find(({ id }) => id === editing.column);
    if (end.kind === 'commit' && end.value !== editing.edit.value && row !== undefined && column) {
      const place = `${editing.row} ${editing.column}`;
      this.#pending.set(place, end.value);
      const arrived = () => {
        this.#pending.delete(place);
        this.#schedule();
      };
      Promise.resolve(this.#options.onEdit?.({ index: editing.row, row, column, value: end.value })).then(
        arrived,
        (error: unknown) => {
          arrived();
          this.#options.onError?.(error);
        },
      );
    }
    if (hadFocus) this.focus();
    const steps = { down: [1, 0], up: [-1, 0], right: [0, 1], left: [0, -1], stay: [0, 0] } as const;
    const [down, right] = steps[end.kind === 'commit' ? end.next : 'stay'];
    if (down === 0 && right === 0) this.#draw();
    else {
      this.#moveTo(
        {
          row: Math.max(0, Math.min(this.#cursor.row + down, this.#count - 1)),
          column: Math.max(0, Math.min(this.#cursor.column + right, this.#columns.length - 1)),
        },
        'only',
      );
    }
  }
}

let styled = false;

function useStyles(): void {
  if (!styled) adoptSheet(styles);
  styled = true;
}
