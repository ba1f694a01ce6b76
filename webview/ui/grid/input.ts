import type { GridCommand } from './commands.ts';
import type { Cursor, GridSize } from './cursor.ts';
import { keyCommand } from './keys.ts';
import type { GridOptions } from './options.ts';
import { doubleClickCommand, isIn, menuPlace, pressCommand } from './pointer.ts';
import { countRows } from './ranges.ts';
import type { Selection } from './selection.ts';

export interface GridInputOptions extends Pick<GridOptions<never>, 'navigation' | 'onKey' | 'onMenu'> {
  element: HTMLElement;
  selection(): Selection;
  size(): GridSize;
  canEdit(at: Cursor): boolean;
  obey(command: GridCommand): void;
}

/** Hears keys and the pointer on a grid, and says what they ask. */
export function listenToInput(options: GridInputOptions): void {
  const { element, selection, size, canEdit, obey, navigation = 'cells', onKey, onMenu } = options;
  const obeyIf = (command: GridCommand | null) => {
    if (command) obey(command);
  };
  element.addEventListener('keydown', (event) => {
    if (event.target !== element && !isIn(event.target, '.grid-head')) return;
    onKey?.(event);
    if (event.defaultPrevented) return;
    const { cursor, rows } = selection();
    const selected = countRows(rows);
    const command = keyCommand(event, { cursor, size: size(), navigation, selected, canEdit });
    if (command) event.preventDefault();
    obeyIf(command);
  });
  element.addEventListener('pointerdown', (event) => obeyIf(pressCommand(event, selection())));
  element.addEventListener('dblclick', (event) => obeyIf(doubleClickCommand(event, selection())));
  element.addEventListener('contextmenu', (event) => {
    if (!onMenu || isIn(event.target, '.cell-input')) return;
    event.preventDefault();
    const { at, row } = menuPlace(event, element, selection());
    onMenu(at, row);
  });
}
