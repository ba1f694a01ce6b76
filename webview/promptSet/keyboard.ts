import type { PromptRow } from '../../src/shared/promptSetView.ts';
import type { Grid } from '../ui/grid/grid.ts';
import type { Typing } from './fieldValue.ts';
import type { RowActions } from './rowActions.ts';

export interface KeyboardOptions {
  root: HTMLElement;
  grid: Pick<Grid<PromptRow>, 'element' | 'focus'>;
  typing: Typing;
  actions: RowActions;
  isReadOnly(): boolean;
  save(): void;
}

/** Hears the keys that hold in the whole view, wherever the focus is, and the clipboard. */
export function listenToKeyboard({ root, grid, typing, actions, isReadOnly, save }: KeyboardOptions): void {
  window.addEventListener(
    'keydown',
    (event) => {
      const control = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (control && key === 's') {
        // What is being typed belongs to what is saved.
        typing.flush();
        if (document.activeElement?.closest('.cell-input')) grid.focus();
        save();
        event.preventDefault();
        event.stopImmediatePropagation();
      } else if (control && key === 'f') {
        event.preventDefault();
        event.stopImmediatePropagation();
        const field = root.querySelector<HTMLInputElement>('.search-field');
        field?.focus();
        field?.select();
      } else if (control && 'zy'.includes(key) && typing.isWaiting) {
        event.stopImmediatePropagation(); // what is not in the document yet, the field undoes by itself
      }
    },
    true,
  );
  window.addEventListener('blur', () => typing.flush());

  const inGrid = () => document.activeElement === grid.element;
  const copy = (event: ClipboardEvent) => {
    if (actions.selected().length === 0) return;
    event.preventDefault();
    actions.copy();
  };
  document.addEventListener('copy', (event) => inGrid() && copy(event));
  document.addEventListener('cut', (event) => {
    if (!inGrid() || isReadOnly()) return;
    copy(event);
    actions.remove();
  });
  document.addEventListener('paste', (event) => {
    const text = event.clipboardData?.getData('text/plain');
    if (!inGrid() || isReadOnly() || !text) return;
    event.preventDefault();
    actions.paste(text);
  });
}

/** A key in the grid, before the grid itself takes it: one that is used here is `preventDefault`ed. */
export function pressInGrid(event: KeyboardEvent, actions: RowActions, isReadOnly: boolean): void {
  const run = actionOf(event, actions, isReadOnly);
  if (!run) return;
  event.preventDefault();
  run();
}

function actionOf(event: KeyboardEvent, actions: RowActions, isReadOnly: boolean): (() => void) | null {
  const { key, altKey, shiftKey } = event;
  if (key === 'Enter' && (event.ctrlKey || event.metaKey)) return actions.compare;
  if (isReadOnly || actions.selected().length === 0) return null;
  if (key === 'Delete' || key === 'Backspace') return actions.remove;
  if (altKey && key === 'ArrowUp') return () => actions.move(-1);
  if (altKey && key === 'ArrowDown') return () => actions.move(1);
  if (altKey && shiftKey && key.toLowerCase() === 'd') return actions.duplicate;
  return null;
}
