import { html, nothing, type TemplateResult } from 'lit';

export type MenuItem =
  | {
      label: string;
      title?: string;
      disabled?: boolean;
      /** Given: the item is one of several to choose from, and this is whether it is the chosen one. */
      checked?: boolean;
      run: () => void;
    }
  /** Something to read, between the items. */
  | { note: string }
  | 'separator';

export interface MenuLook {
  /** Of the button. Default: a square for a symbol. */
  className?: string;
  /** Of the button. Default: the name. */
  title?: string;
}

const ENABLED = '[role^=menuitem]:not([disabled])';

/**
 * A menu that hangs from its button, worked by pointer or keys as native ones are: arrows, Home, End, Escape.
 * Opening and closing is the popover's own business, so no state stands for it.
 */
export function menu(
  name: string,
  label: TemplateResult | string,
  items: readonly MenuItem[],
  { className = 'menu-button', title = name }: MenuLook = {},
): TemplateResult {
  const popup = (from: EventTarget | null) =>
    (from as HTMLElement).closest('.menu')?.querySelector<HTMLElement>('[popover]') ?? null;
  const open = (event: Event) => {
    const list = popup(event.currentTarget);
    if (!list) return;
    list.togglePopover();
    const anchor = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const { offsetWidth: width, offsetHeight: height } = list;
    const below = anchor.bottom + 2;
    const top = below + height <= clientHeight - 4 ? below : Math.max(4, anchor.top - 2 - height);
    // Flush with the button's right side where it stands in the right half, else with its left.
    const left = anchor.left > clientWidth / 2 ? anchor.right - width : anchor.left;
    list.style.top = `${top}px`;
    list.style.left = `${Math.max(4, Math.min(left, clientWidth - width - 4))}px`;
    (
      list.querySelector<HTMLElement>('[aria-checked=true]') ?? list.querySelector<HTMLElement>(ENABLED)
    )?.focus();
  };
  return html`<span class="menu">
    <button class=${className} aria-haspopup="menu" aria-label=${name} title=${title} @click=${open}>${label}</button>
    <div class="menu-list" popover role="menu" aria-label=${name} @keydown=${menuKeys}>
      ${menuItems(items, (event) => popup(event.currentTarget)?.hidePopover())}
    </div>
  </span>`;
}

/** The entries of a menu. `close` is called before what was picked runs. */
export function menuItems(items: readonly MenuItem[], close: (event: Event) => void): TemplateResult[] {
  return items.map((item) =>
    item === 'separator'
      ? html`<div role="separator"></div>`
      : 'note' in item
        ? html`<div class="menu-note" role="presentation">${item.note}</div>`
        : html`<button
              role=${item.checked === undefined ? 'menuitem' : 'menuitemradio'}
              aria-checked=${item.checked === undefined ? nothing : item.checked ? 'true' : 'false'}
              title=${item.title ?? ''}
              ?disabled=${item.disabled ?? false}
              @click=${(event: Event) => {
                close(event);
                item.run();
              }}
            >
              ${item.label}
            </button>`,
  );
}

/** Arrows, Home and End in a menu, as native ones have them. */
export function menuKeys(event: KeyboardEvent): void {
  const entries = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(ENABLED)];
  const at = entries.indexOf(document.activeElement as HTMLElement);
  const to: Record<string, number> = {
    ArrowDown: (at + 1) % entries.length,
    ArrowUp: (at - 1 + entries.length) % entries.length,
    Home: 0,
    End: entries.length - 1,
  };
  const next = to[event.key];
  if (next === undefined) return;
  event.preventDefault();
  entries[next]?.focus();
}
