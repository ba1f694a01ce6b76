import type { EditEnd } from './cellEditor.ts';
import type { CellEdit, GridColumn } from './columns.ts';
import type { GridOptions } from './options.ts';

/** The cell that is edited in place. */
export interface Editing<Row> {
  row: number;
  column: GridColumn<Row>;
  edit: CellEdit;
  /** What was typed to begin the edit; null: nothing was. */
  typed: string | null;
}

export interface CellEditsOptions<Row> extends Pick<GridOptions<Row>, 'onEdit' | 'onError'> {
  /** Undefined: it is not here yet. */
  row(index: number): Row | undefined;
  /** An edit has been taken over, or refused. */
  settled(): void;
}

/** Edits in place: that of the one cell with a field in it, and those made that the rows do not show yet. */
export class CellEdits<Row> {
  readonly #options: CellEditsOptions<Row>;
  /** What was typed and is on its way, by cell. */
  readonly #pending = new Map<string, string>();
  #editing: Editing<Row> | null = null;

  constructor(options: CellEditsOptions<Row>) {
    this.#options = options;
  }

  get editing(): Editing<Row> | null {
    return this.#editing;
  }

  /** What was typed into a cell and is on its way; undefined: nothing is. */
  pending(index: number, column: string): string | undefined {
    return this.#pending.get(`${index} ${column}`);
  }

  /** Null: the cell cannot be edited, or its row is not here yet. */
  editOf(index: number, column: GridColumn<Row> | undefined): CellEdit | null {
    const { row, onEdit } = this.#options;
    const content = row(index);
    return content !== undefined && onEdit ? (column?.edit?.(content) ?? null) : null;
  }

  /** @param typed begins the edit, in place of the value; null: the value is edited */
  begin(row: number, column: GridColumn<Row>, edit: CellEdit, typed: string | null): void {
    this.#editing = { row, column, edit, typed: edit.kind === 'choice' ? null : typed };
  }

  end(end: EditEnd): void {
    const editing = this.#editing;
    this.#editing = null;
    if (editing && end.kind === 'commit' && end.value !== editing.edit.value)
      this.#commit(editing, end.value);
  }

  /** There are other rows now: what they say is what is shown. */
  forgetPending(): void {
    this.#pending.clear();
  }

  #commit({ row: index, column }: Editing<Row>, value: string): void {
    const { row: rowAt, onEdit, onError, settled } = this.#options;
    const row = rowAt(index);
    if (row === undefined) return;
    const cell = `${index} ${column.id}`;
    this.#pending.set(cell, value);
    const arrived = () => {
      this.#pending.delete(cell);
      settled();
    };
    Promise.resolve(onEdit?.({ index, row, column, value })).then(arrived, (error: unknown) => {
      arrived();
      onError?.(error);
    });
  }
}
