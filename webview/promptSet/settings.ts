import type { KeptRow, PromptRow, RowKey, RowQuery } from '../../src/shared/promptSetView.ts';
import { type GridLayout, NO_LAYOUT } from '../ui/grid/columns.ts';

/** What the view keeps over being hidden and over a reload of the window. */
export interface ViewSettings {
  query: RowQuery;
  layout: GridLayout;
  /** Whether the pane with the whole sample is open. */
  pane: boolean;
  /** Its share of the width, or of the height where it stands below. */
  paneShare: number;
  /** The row that keys act on. */
  active: KeptRow | null;
}

const DEFAULTS: ViewSettings = {
  query: { text: '', sort: null },
  layout: NO_LAYOUT,
  pane: true,
  paneShare: 0.34,
  active: null,
};

/** What was kept, as far as it is what this version keeps. */
export function restoreSettings(saved: unknown): ViewSettings {
  if (typeof saved !== 'object' || saved === null) return DEFAULTS;
  const kept = saved as Partial<ViewSettings>;
  return { ...DEFAULTS, ...kept, active: isKeptRow(kept.active) ? kept.active : null };
}

/**
 * The active row as it is kept: the same object where nothing of it has changed.
 * @param active null: no row is
 * @param row what it says; undefined: that is not here yet
 */
export function keptRow(
  before: KeptRow | null,
  active: { key: RowKey; index: number } | null,
  row: PromptRow | undefined,
): KeptRow | null {
  if (!active) return null;
  const { key, index } = active;
  const idBefore = before?.key === key ? before.id : '';
  const id = row?.kind === 'sample' ? row.id : idBefore;
  const isSame = before?.key === key && before.index === index && before.id === id;
  return isSame ? before : { key, id, index };
}

function isKeptRow(value: unknown): value is KeptRow {
  if (typeof value !== 'object' || value === null) return false;
  const { key, id, index } = value as Partial<KeptRow>;
  return Number.isInteger(key) && Number.isInteger(index) && typeof id === 'string';
}
