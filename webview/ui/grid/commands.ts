import type { Cursor } from './cursor.ts';
import type { Selecting } from './selection.ts';

/** What a key or the pointer asks of a grid. */
export type GridCommand =
  | { kind: 'move'; to: Cursor; selecting: Selecting }
  /** Selects a row, or takes it out of the selection. */
  | { kind: 'toggle'; row: number }
  | { kind: 'select-all' }
  /** Edits a cell, or opens its row. */
  | { kind: 'enter'; at: Cursor }
  /** Edits a cell, beginning with what was typed. */
  | { kind: 'type'; at: Cursor; text: string }
  | { kind: 'sort'; column: number }
  /** By CSS px. */
  | { kind: 'widen'; column: number; by: number };
