import type { Failure } from '../../src/shared/failure.ts';
import type { Dimension } from '../../src/shared/prompt.ts';
import type { PromptRow, PromptSetContract, RowKey, SetAction } from '../../src/shared/promptSetView.ts';
import { type Ask, failureOf } from '../ui/calls.ts';
import { eachRow, type Grid } from '../ui/grid/grid.ts';
import { rangesOf } from '../ui/grid/ranges.ts';
import type { Host } from '../ui/host.ts';
import { tagsIn } from './detail.ts';
import type { Rows } from './rows.ts';

type Calls = PromptSetContract['calls'];

export interface RowActionsOptions {
  host: Host<PromptSetContract>;
  ask: Ask<PromptSetContract>;
  /** Shows why something could not be done; null: that is past. */
  show(failure: Failure | null): void;
  rows: Rows;
  /** Which rows are selected. */
  grid: Grid<PromptRow>;
  /** Whether all rows are shown in the order of the file. */
  isWhole(): boolean;
  /** A sample was added, and is there to be written. */
  added(): void;
}

/** What can be done with rows: most of it with those that are selected. All of it is asked of the host. */
export type RowActions = ReturnType<typeof rowActions>;

export function rowActions({ host, ask, show, rows, grid, isWhole, added }: RowActionsOptions) {
  const active = (): RowKey | null => rows.keyAt(grid.selection.active) ?? null;

  /** The selected rows; where none is, the active one. */
  const selected = (): RowKey[] => {
    const { rows: ranges, count, active: row } = grid.selection;
    const indices = count > 0 ? [...eachRow(ranges)] : row >= 0 ? [row] : [];
    return indices.flatMap((index) => rows.keyAt(index) ?? []);
  };

  /** Undefined takes the field away. Settles when it is written, or was refused. */
  const setFields = async (keys: RowKey[], field: string, value: unknown): Promise<void> => {
    show(null);
    await host
      .call('setFields', keys, ...fieldChange(field, value))
      .catch((error: unknown) => show(failureOf(error)));
  };

  /** Adds samples, and shows them selected. */
  const adding = async <K extends 'add' | 'paste' | 'duplicate'>(name: K, ...args: Parameters<Calls[K]>) => {
    show(null);
    try {
      const answer = (await host.call(name, ...args)) as RowKey | RowKey[] | null;
      const keys = Array.isArray(answer) ? answer : answer === null ? [] : [answer];
      const indices = keys.map((key) => rows.indexOf(key)).filter((index) => index >= 0);
      if (indices.length > 0) grid.select(rangesOf(indices), Math.min(...indices));
      grid.focus();
      if (name === 'add') added();
    } catch (error) {
      show(failureOf(error));
    }
  };

  return {
    active,
    selected,
    setField: (key: RowKey, field: string, value: unknown) => setFields([key], field, value),
    setFieldOfSelected: (field: string, value: unknown) => void setFields(selected(), field, value),
    changeTagsOfSelected: (add: string[], remove: string[]) => ask('changeTags', selected(), add, remove),
    /** What was typed into a cell. Settles when the row says so. */
    editCell: (key: RowKey, column: string, typed: string): Promise<void> =>
      host.call('setFields', [key], ...fieldChange(column, fieldValueOf(column, typed))),
    add: (dimension: Dimension) => void adding('add', dimension, isWhole() ? active() : null),
    paste: (text: string) => void adding('paste', text, active()),
    duplicate: () => void adding('duplicate', selected()),
    remove() {
      const keys = selected();
      if (keys.length > 0) ask('remove', keys);
    },
    move(by: -1 | 1) {
      if (isWhole()) ask('move', selected(), by);
    },
    copy: () => ask('copy', selected()),
    compare: () => ask('compare', selected()),
    act: (action: SetAction) => ask('act', action, selected()),
    openAsText: () => ask('openAsText', active()),
  };
}

function fieldChange(field: string, value: unknown): [set: Record<string, unknown>, remove: string[]] {
  return value === undefined ? [{}, [field]] : [{ [field]: value }, []];
}

/** What a text typed into a cell makes of the field; undefined: the sample goes without it. */
function fieldValueOf(column: string, typed: string): unknown {
  if (column === 'tags') return tagsIn(typed);
  return typed === '' && column !== 'input' && column !== 'id' ? undefined : typed;
}
