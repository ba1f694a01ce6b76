import { render } from 'lit';
import { type MenuItem, menuItems, menuKeys } from './menu.ts';

let popup: HTMLElement | null = null;

/**
 * Opens a menu at a place of the viewport, CSS px. It closes as native ones do; the focus goes back where it was.
 * One is open at a time.
 */
export function openContextMenu(
  at: { x: number; y: number },
  name: string,
  items: readonly MenuItem[],
): void {
  popup?.remove();
  const list = document.createElement('div');
  popup = list;
  const before = document.activeElement as HTMLElement | null;
  list.className = 'menu-list';
  list.popover = 'auto';
  list.setAttribute('role', 'menu');
  list.setAttribute('aria-label', name);
  list.addEventListener('keydown', menuKeys);
  list.addEventListener('toggle', (event) => {
    if ((event as ToggleEvent).newState === 'closed') list.remove();
  });
  render(
    menuItems(items, () => {
      list.hidePopover();
      before?.focus({ preventScroll: true });
    }),
    list,
  );
  document.body.append(list);
  list.showPopover();
  const { clientWidth, clientHeight } = document.documentElement;
  list.style.left = `${Math.max(4, Math.min(at.x, clientWidth - list.offsetWidth - 4))}px`;
  list.style.top = `${Math.max(4, Math.min(at.y, clientHeight - list.offsetHeight - 4))}px`;
  list.querySelector<HTMLElement>('button:not([disabled])')?.focus();
}
