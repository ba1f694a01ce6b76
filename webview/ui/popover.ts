import { html, type TemplateResult } from 'lit';

export interface PopoverOptions {
  /** Of the button. */
  className: string;
  /** The accessible name of the button and of what it opens. */
  name: string;
  /** Tooltip of the button. */
  title: string;
  label: TemplateResult | string;
  content: TemplateResult;
}

/**
 * A button that opens more about what it says, in a box below it. The box closes as the platform's popovers do: by
 * Escape, or a click elsewhere; so no state stands for it.
 */
export function popover({ className, name, title, label, content }: PopoverOptions): TemplateResult {
  const open = (event: Event) => {
    const anchor = event.currentTarget as HTMLElement;
    const box = anchor.parentElement?.querySelector<HTMLElement>('[popover]');
    if (!box) return;
    box.togglePopover();
    const { left, bottom } = anchor.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    box.style.left = `${Math.max(4, Math.min(left, clientWidth - box.offsetWidth - 4))}px`;
    box.style.top = `${Math.max(4, Math.min(bottom + 4, clientHeight - box.offsetHeight - 4))}px`;
    box.focus();
  };
  return html`<span class="popover-anchor">
    <button class=${className} aria-haspopup="dialog" aria-label=${name} title=${title} @click=${open}>${label}</button>
    <div class="popover" popover tabindex="-1" role="dialog" aria-label=${name}>${content}</div>
  </span>`;
}
