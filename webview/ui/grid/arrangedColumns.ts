import type { MenuItem } from '../menu.ts';
import {
  type GridColumn,
  type GridLayout,
  type GridSort,
  NO_LAYOUT,
  nextSort,
  shownColumns,
  widthOf,
  withoutWidth,
  withShown,
  withWidth,
} from './columns.ts';
import type { GridOptions } from './options.ts';

export interface ArrangedColumnsOptions<Row>
  extends Pick<GridOptions<Row>, 'columns' | 'onSort' | 'onLayout'> {
  /** They are shown otherwise now. */
  changed(): void;
}

/** The columns of a grid as the reader has arranged them, and which of them it is sorted by. */
export class ArrangedColumns<Row> {
  readonly #options: ArrangedColumnsOptions<Row>;
  #shown: readonly GridColumn<Row>[];
  #layout = NO_LAYOUT;
  #sort: GridSort | null = null;

  constructor(options: ArrangedColumnsOptions<Row>) {
    this.#options = options;
    this.#shown = shownColumns(options.columns, this.#layout);
  }

  get shown(): readonly GridColumn<Row>[] {
    return this.#shown;
  }

  /** Where the cursor begins. */
  get first(): number {
    return Math.max(
      0,
      this.#shown.findIndex(({ marks }) => !marks),
    );
  }

  get layout(): GridLayout {
    return this.#layout;
  }

  set layout(layout: GridLayout) {
    this.#layout = layout;
    this.#shown = shownColumns(this.#options.columns, layout);
    this.#options.changed();
  }

  get sort(): GridSort | null {
    return this.#sort;
  }

  set sort(sort: GridSort | null) {
    this.#sort = sort;
    this.#options.changed();
  }

  /** The reader sorts by a column: one way, the other, not at all. */
  sortBy(column: GridColumn<Row>): void {
    if (!column.sortable) return;
    this.sort = nextSort(column, this.#sort);
    this.#options.onSort?.(this.#sort);
  }

  /** @param width CSS px */
  setWidth(column: GridColumn<Row>, width: number): void {
    this.layout = withWidth(this.#layout, column, width);
  }

  /** @param by CSS px */
  widen(column: GridColumn<Row>, by: number): void {
    this.setWidth(column, widthOf(column, this.#layout) + by);
  }

  resetWidth(column: GridColumn<Row>): void {
    this.layout = withoutWidth(this.#layout, column);
  }

  /** What the reader has made of the columns is final, and to be kept. */
  keep(): void {
    this.#options.onLayout?.(this.#layout);
  }

  /** Entries of a menu in which the reader chooses columns, one of which is always shown. */
  items(choose: (layout: GridLayout) => void): MenuItem[] {
    return this.#options.columns.map((column) => {
      const checked = this.#shown.includes(column);
      return {
        label: column.title,
        checked,
        disabled: checked && this.#shown.length === 1,
        run: () => choose(withShown(this.#layout, column, !checked)),
      };
    });
  }
}
