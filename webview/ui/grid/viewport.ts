import { afterScroll, type Extent, lowestTop, scrollHeight, scrollTopAt, topToReveal } from './scroll.ts';

/** ms after the last step of scrolling in which a list drawn to scale puts its scroll bar right again. */
const SETTLE_MS = 160;

export interface ViewportOptions {
  /** What is scrolled. */
  element: HTMLElement;
  /** CSS px. */
  rowHeight: number;
  /** Rows there are. */
  count(): number;
  /** The row that stays in view when there is less room; negative: none. */
  active(): number;
  /** The reader has scrolled: what is in view has to be drawn in this frame. */
  scrolled(): void;
  /** The list stands elsewhere, or has another height. */
  changed(): void;
}

/**
 * Which part of a list is in view. It keeps the place of the list at its true height apart from that of the scroll
 * bar, since a list can be taller than any element: see `scroll.ts`.
 */
export class Viewport {
  readonly #options: ViewportOptions;
  readonly #resized: ResizeObserver;
  #head: HTMLElement | null = null;
  #top = 0;
  #scrollTop = 0;
  /** Height of the area that rows are seen in, CSS px; 0: to be measured, which makes the browser lay out. */
  #height = 0;
  #settling = 0;

  constructor(options: ViewportOptions) {
    this.#options = options;
    this.#resized = new ResizeObserver(() => {
      const row = options.active();
      const stays = row >= 0 && this.isInView(row);
      this.#height = 0;
      if (stays) this.reveal(row);
      else options.changed();
    });
    options.element.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.#resized.observe(options.element);
  }

  dispose(): void {
    this.#resized.disconnect();
    clearTimeout(this.#settling);
  }

  /** What stands above the rows at all times. */
  set head(head: HTMLElement) {
    if (head === this.#head) return;
    this.#head = head;
    this.#height = 0;
    this.#resized.observe(head);
  }

  /** Where the list stands, CSS px of the list at its true height. */
  get top(): number {
    return this.#top;
  }

  /** Where the scroll bar stands, CSS px. */
  get scrollTop(): number {
    return this.#scrollTop;
  }

  get extent(): Extent {
    const { element, rowHeight, count } = this.#options;
    this.#height ||= Math.max(0, element.clientHeight - (this.#head?.offsetHeight ?? 0));
    return { count: count(), rowHeight, viewport: this.#height };
  }

  isInView(row: number): boolean {
    const { rowHeight, viewport } = this.extent;
    const start = row * rowHeight;
    return start + rowHeight > this.#top && start < this.#top + viewport;
  }

  /**
   * Rows have moved: what the reader looks at stays where it is, also when rows come or go above.
   * @param active the row that stays if it is in view; negative: none
   * @param moved a row's number now, by its number before; negative: it is gone
   */
  stayWith(active: number, moved: (row: number) => number): void {
    const { rowHeight } = this.#options;
    const first = Math.floor(this.#top / rowHeight);
    const stays = [active, first, first + 1].find((row) => row >= 0 && this.isInView(row) && moved(row) >= 0);
    if (stays !== undefined) this.scrollTo(this.#top + (moved(stays) - stays) * rowHeight);
  }

  /** Scrolls as little as it takes to show a row. */
  reveal(row: number): void {
    this.scrollTo(topToReveal(row, this.#top, this.extent));
  }

  /** @param top CSS px of the list at its true height */
  scrollTo(top: number): void {
    const { element, changed } = this.#options;
    const { extent } = this;
    this.#top = Math.max(0, Math.min(top, lowestTop(extent)));
    this.fit();
    element.scrollTop = scrollTopAt(this.#top, extent);
    this.#scrollTop = element.scrollTop;
    changed();
  }

  /** Gives what is scrolled the height of the list. */
  fit(): void {
    this.#options.element.style.setProperty('--grid-height', `${scrollHeight(this.extent)}px`);
  }

  #scrolled(): void {
    const { element, scrolled } = this.#options;
    const { scrollTop } = element;
    if (Math.abs(scrollTop - this.#scrollTop) < 1) return; // sideways, or what we have set ourselves
    this.#top = afterScroll(scrollTop, { scrollTop: this.#scrollTop, top: this.#top }, this.extent);
    this.#scrollTop = scrollTop;
    scrolled();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.scrollTo(this.#top), SETTLE_MS);
  }
}
