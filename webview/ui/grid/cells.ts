import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { cellEditor, type EditEnd } from './cellEditor.ts';
import type { Editing } from './cellEdits.ts';
import type { GridColumn, GridLayout, GridSort } from './columns.ts';
import type { Cursor } from './cursor.ts';
import { countRows, hasRow, type RowRanges } from './ranges.ts';

/** What the head and the rows of a grid are drawn from, and what their parts do. */
export interface GridDrawing<Row> {
  /** Those that are shown. */
  columns: readonly GridColumn<Row>[];
  layout: GridLayout;
  checkboxes: boolean;
  count: number;
  cursor: Cursor;
  sort: GridSort | null;
  selected: RowRanges;
  editing: Editing<Row> | null;
  /** Whether a row stands in the lower half of the view, where an editor has to grow upwards. */
  isLow(index: number): boolean;
  /** Undefined: it is not here yet. */
  row(index: number): Row | undefined;
  rowClass(row: Row): string;
  /** What stands where there are no rows. */
  empty(): TemplateResult | typeof nothing;
  /** What was typed into a cell and is on its way; undefined: nothing is. */
  pending(index: number, column: string): string | undefined;
  /** Unique on the page. Row −1 is the head. */
  cellId(row: number, column: number): string;
  endEdit(end: EditEnd): void;
  selectAll(all: boolean): void;
  sortBy(column: GridColumn<Row>): void;
  resize(event: PointerEvent, column: GridColumn<Row>): void;
  resetWidth(event: Event, column: GridColumn<Row>): void;
}

/**
 * Everything inside a grid.
 * @param rows those that are on the page, in the order of their elements
 * @param slot a row's element
 */
export function gridContent<Row>(
  drawing: GridDrawing<Row>,
  rows: readonly number[],
  slot: (row: number) => number,
): TemplateResult {
  return html`<div class="grid-head" role="rowgroup">${gridHead(drawing)}</div>
    <div class="grid-canvas" role="rowgroup">
      <div class="grid-rows" role="presentation">${repeat(rows, slot, (index) => gridRow(drawing, index))}</div>
    </div>
    ${drawing.count === 0 ? html`<div class="grid-empty">${drawing.empty()}</div>` : nothing}`;
}

/** The row of the columns' names. */
function gridHead<Row>(drawing: GridDrawing<Row>): TemplateResult {
  const { checkboxes, columns, count, selected, selectAll } = drawing;
  const chosen = countRows(selected);
  const mark = chosen === 0 ? 'false' : chosen === count ? 'true' : 'mixed';
  return html`<div class="grid-row" role="row" aria-rowindex="1">
    ${
      checkboxes
        ? html`<div class="cell check" role="columnheader" aria-colindex="1" title="Select all rows"
            @click=${() => selectAll(mark !== 'true')}
          ><span class="box" role="checkbox" aria-label="Select all rows" aria-checked=${mark}></span></div>`
        : nothing
    }
    ${columns.map((column, at) => headCell(drawing, column, at))}
  </div>`;
}

function headCell<Row>(drawing: GridDrawing<Row>, column: GridColumn<Row>, at: number): TemplateResult {
  const { checkboxes, cursor, sort, cellId, sortBy, resize, resetWidth } = drawing;
  const sorted = sort?.column === column.id ? sort.direction : null;
  const classes = ['cell', column.align === 'end' ? 'end' : '', column.sortable ? 'sortable' : ''];
  if (cursor.row === -1 && cursor.column === at) classes.push('active');
  return html`<div
    class=${classes.join(' ')}
    id=${cellId(-1, at)}
    role="columnheader"
    aria-colindex=${at + (checkboxes ? 2 : 1)}
    aria-sort=${column.sortable ? (sorted ?? 'none') : nothing}
    title=${column.hint ?? nothing}
    data-head=${at}
    @click=${() => sortBy(column)}
  >
    <span class="cell-text">${column.title}</span>${
      sorted
        ? html`<span class="sort" aria-hidden="true">${sorted === 'ascending' ? '↑' : '↓'}</span>`
        : nothing
    }
    <span class="handle" aria-hidden="true" @pointerdown=${(event: PointerEvent) => resize(event, column)}
      @click=${(event: Event) => event.stopPropagation()}
      @dblclick=${(event: Event) => resetWidth(event, column)}></span>
  </div>`;
}

/** A row; one that is not here yet keeps its place. */
function gridRow<Row>(drawing: GridDrawing<Row>, index: number): TemplateResult {
  const { checkboxes, columns, cursor } = drawing;
  const row = drawing.row(index);
  const selected = hasRow(drawing.selected, index) ? 'true' : 'false';
  const classes = ['grid-row', row === undefined ? 'loading' : drawing.rowClass(row)];
  if (selected === 'true') classes.push('selected');
  if (index === cursor.row) classes.push('current');
  if (index === drawing.editing?.row) classes.push('edited');
  return html`<div
    class=${classes.join(' ')}
    role="row"
    aria-rowindex=${index + 2}
    aria-selected=${selected}
    aria-busy=${row === undefined ? 'true' : nothing}
    data-row=${index}
  >
    ${
      checkboxes
        ? html`<div class="cell check" role="gridcell" aria-colindex="1"><span class="box" role="checkbox"
            aria-label="Select row" aria-checked=${selected}></span></div>`
        : nothing
    }
    ${columns.map((column, at) => cell(drawing, row, index, column, at))}
  </div>`;
}

function cell<Row>(
  { checkboxes, cursor, editing: edited, isLow, pending, cellId, endEdit }: GridDrawing<Row>,
  row: Row | undefined,
  index: number,
  column: GridColumn<Row>,
  at: number,
): TemplateResult {
  const classes = ['cell', column.align === 'end' ? 'end' : ''];
  if (index === cursor.row && at === cursor.column) classes.push('active');
  const editing = edited?.row === index && edited.column === column ? edited : null;
  if (editing) classes.push('editing', isLow(index) ? 'upwards' : '');
  if (row !== undefined && column.cellClass) classes.push(column.cellClass(row));
  const content = editing
    ? cellEditor({
        edit: editing.edit,
        typed: editing.typed,
        label: column.title,
        id: cellId(index, at),
        end: endEdit,
      })
    : (pending(index, column.id) ?? (row === undefined ? '' : column.render(row, index)));
  return html`<div
    class=${classes.join(' ')}
    id=${cellId(index, at)}
    role="gridcell"
    aria-colindex=${at + (checkboxes ? 2 : 1)}
    aria-readonly=${row !== undefined && column.edit?.(row) ? nothing : 'true'}
    title=${(row !== undefined && !editing && column.tooltip?.(row)) || nothing}
    data-column=${at}
  >${content}</div>`;
}
