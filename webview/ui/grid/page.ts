import { render } from 'lit';
import { type GridDrawing, gridContent } from './cells.ts';
import { template } from './columns.ts';
import type { GridOptions } from './options.ts';

/** CSS px. */
const CHECKBOX_WIDTH = 28;
/** A row's place is counted from the last row of this multiple: no element can be a hundred million px down. */
const ORIGIN_EVERY = 10_000;

export function gridElement<Row>(options: GridOptions<Row>, rowHeight: number): HTMLElement {
  const element = document.createElement('div');
  element.className = 'grid';
  element.tabIndex = 0;
  element.setAttribute('role', 'grid');
  element.setAttribute('aria-label', options.label);
  if (options.multiselect !== false) element.setAttribute('aria-multiselectable', 'true');
  element.style.setProperty('--grid-row-height', `${rowHeight}px`);
  return element;
}

/** Where the list stands and where its scroll bar does, see `Viewport`. All in CSS px. */
export interface ListPlace {
  top: number;
  scrollTop: number;
  rowHeight: number;
}

/** What of a grid is on the page. */
export class GridPage {
  readonly #element: HTMLElement;
  #tracks = '';
  /** Rows on the page at most so far. */
  #pool = 1;

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  /** What stands above the rows at all times; null before anything was drawn. */
  get head(): HTMLElement | null {
    return this.#element.querySelector<HTMLElement>('.grid-head');
  }

  /**
   * Draws rows `[from, to)`. A row keeps its element, and the element its place among the others, for as long as it is
   * on the page: to move an element costs more than to fill it anew. One that scrolls out of view lends its own to one
   * that comes into it. The order of the elements says nothing then; `aria-rowindex` does.
   */
  draw<Row>(drawing: GridDrawing<Row>, from: number, to: number, place: ListPlace): void {
    this.#describe(drawing, from, to);
    this.#pool = Math.max(this.#pool, to - from);
    const slot = (row: number) => row % this.#pool;
    const rows = Array.from({ length: to - from }, (_, at) => from + at).sort((a, b) => slot(a) - slot(b));
    render(gridContent(drawing, rows, slot), this.#element);
    this.#place(from, place);
  }

  /** What the grid's own element says. */
  #describe<Row>(drawing: GridDrawing<Row>, from: number, to: number): void {
    const { columns, layout, checkboxes, count, cursor, cellId } = drawing;
    const element = this.#element;
    const boxes = checkboxes ? CHECKBOX_WIDTH : 0;
    const { tracks, width } = template(columns, layout);
    if (tracks !== this.#tracks) {
      this.#tracks = tracks;
      element.style.setProperty('--grid-columns', checkboxes ? `${boxes}px ${tracks}` : tracks);
      element.style.setProperty('--grid-width', `${width + boxes}px`);
    }
    element.setAttribute('aria-rowcount', String(count + 1));
    element.setAttribute('aria-colcount', String(columns.length + (checkboxes ? 1 : 0)));
    const isActiveDrawn = cursor.row === -1 || (cursor.row >= from && cursor.row < to);
    if (isActiveDrawn) element.setAttribute('aria-activedescendant', cellId(cursor.row, cursor.column));
    else element.removeAttribute('aria-activedescendant');
  }

  /** Puts the rows on the page where they stand. */
  #place(from: number, { top, scrollTop, rowHeight }: ListPlace): void {
    const rows = this.#element.querySelector<HTMLElement>('.grid-rows')!;
    const origin = Math.floor(from / ORIGIN_EVERY) * ORIGIN_EVERY;
    rows.style.transform = `translateY(${scrollTop + origin * rowHeight - top}px)`;
    for (const row of rows.children as HTMLCollectionOf<HTMLElement>) {
      row.style.top = `${(Number(row.dataset.row) - origin) * rowHeight}px`;
    }
  }
}
