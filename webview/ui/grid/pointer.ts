import type { GridCommand } from './commands.ts';
import { hasRow } from './ranges.ts';
import type { Selection } from './selection.ts';

export function isIn(target: EventTarget | null, selector: string): boolean {
  return (target as HTMLElement | null)?.closest(selector) != null;
}

/** What pressing a button of the pointer asks; null: nothing. */
export function pressCommand(event: PointerEvent, selection: Selection): GridCommand | null {
  const place = placeOf(event.target, selection);
  if (!place || isIn(event.target, '.cell-input')) return null;
  const { row, column, isBox } = place;
  if (event.button === 2) {
    return hasRow(selection.rows, row) ? null : { kind: 'move', to: { row, column }, selecting: 'only' };
  }
  if (event.button !== 0) return null;
  if (isBox || event.ctrlKey || event.metaKey) return { kind: 'toggle', row };
  return { kind: 'move', to: { row, column }, selecting: event.shiftKey ? 'extend' : 'only' };
}

/** What a double click asks; null: nothing. */
export function doubleClickCommand({ target }: MouseEvent, selection: Selection): GridCommand | null {
  const place = placeOf(target, selection);
  if (!place || place.isBox || isIn(target, '.cell-input, button, a')) return null;
  return { kind: 'enter', at: { row: place.row, column: place.column } };
}

/** Where a context menu opens, in CSS px of the viewport, and which row it is of; −1: the head. */
export function menuPlace(
  event: MouseEvent,
  grid: HTMLElement,
  selection: Selection,
): { at: { x: number; y: number }; row: number } {
  // The menu key gives the grid's own corner: the menu belongs to the active row.
  const byKey = event.target === grid && event.button !== 2;
  const active = grid.querySelector('.cell.active')?.getBoundingClientRect();
  const at =
    byKey && active ? { x: active.left + 8, y: active.bottom } : { x: event.clientX, y: event.clientY };
  const row = placeOf(event.target, selection)?.row ?? selection.cursor.row;
  return { at, row: isIn(event.target, '.grid-head') ? -1 : row };
}

/**
 * Follows the drag of a column's edge that begins with an event.
 * @param wide hears of the width it is dragged to, in CSS px
 */
export function dragEdge(event: PointerEvent, wide: (width: number) => void, drop: () => void): void {
  event.preventDefault();
  event.stopPropagation();
  const handle = event.currentTarget as HTMLElement;
  const start = event.clientX;
  // As wide as it is: a column that takes the room left over is wider than it asks for.
  const width = handle.parentElement!.getBoundingClientRect().width;
  const drag = (move: PointerEvent) => wide(width + move.clientX - start);
  handle.setPointerCapture(event.pointerId);
  handle.addEventListener('pointermove', drag);
  handle.addEventListener(
    'lostpointercapture',
    () => {
      handle.removeEventListener('pointermove', drag);
      drop();
    },
    { once: true },
  );
}

/** The cell that the pointer is on; on none of a row's cells, that in the cursor's column. Null: it is on no row. */
function placeOf(target: EventTarget | null, { cursor }: Selection) {
  const element = target as HTMLElement | null;
  const row = element?.closest<HTMLElement>('[data-row]');
  if (!row) return null;
  const cell = element?.closest<HTMLElement>('.cell');
  return {
    row: Number(row.dataset.row),
    column: Number(cell?.dataset.column ?? cursor.column),
    /** Whether it is on the box that selects the row. */
    isBox: cell?.classList.contains('check') ?? false,
  };
}
