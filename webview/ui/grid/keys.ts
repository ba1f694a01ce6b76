import type { GridCommand } from './commands.ts';
import { type Cursor, cursorAfter, type GridSize, type Key, type Navigation, typesText } from './cursor.ts';

/** CSS px by which a key widens a column. */
const WIDER = 16;

export interface KeyContext {
  cursor: Cursor;
  size: GridSize;
  navigation: Navigation;
  /** Rows that are selected. */
  selected: number;
  canEdit(at: Cursor): boolean;
}

/** Null: the key asks nothing of the grid, and is left to whoever else listens. */
export function keyCommand(event: Key, context: KeyContext): GridCommand | null {
  const { cursor, size, navigation, selected, canEdit } = context;
  const { row, column } = cursor;
  const { key, shiftKey } = event;
  const control = event.ctrlKey || event.metaKey;
  const inHead = row < 0;
  if (inHead && shiftKey && (key === 'ArrowLeft' || key === 'ArrowRight')) {
    return { kind: 'widen', column, by: key === 'ArrowLeft' ? -WIDER : WIDER };
  }
  const to = cursorAfter(key, control, cursor, size, navigation);
  if (to) {
    // Sideways, or with Ctrl, the cursor walks without selecting.
    const plain = to.row === row || control ? 'leave' : 'only';
    return { kind: 'move', to, selecting: shiftKey ? 'extend' : plain };
  }
  if (control && !shiftKey && key.toLowerCase() === 'a') return { kind: 'select-all' };
  if (key === ' ' && !inHead) return { kind: 'toggle', row };
  if (key === 'Escape') return selected > 1 ? { kind: 'move', to: cursor, selecting: 'only' } : null;
  if (key === 'Enter' && inHead) return { kind: 'sort', column };
  if ((key === 'Enter' || key === 'F2') && !control && !inHead) return { kind: 'enter', at: cursor };
  return typesText(event) && !inHead && canEdit(cursor) ? { kind: 'type', at: cursor, text: key } : null;
}
