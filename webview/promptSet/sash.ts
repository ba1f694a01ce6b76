export interface SashOptions {
  /** The pane's share is another, 0 to 1. */
  changed(share: number): void;
  /** Whether the pane stands below the grid, rather than beside it. */
  isStacked(): boolean;
}

const LEAST = 0.15;
const MOST = 0.75;

/** The bar between grid and pane, which is dragged, or moved by arrows. */
export class Sash {
  readonly element = document.createElement('div');
  readonly #options: SashOptions;

  constructor(options: SashOptions) {
    this.#options = options;
    const { element } = this;
    element.className = 'sash';
    element.tabIndex = 0;
    element.setAttribute('role', 'separator');
    element.setAttribute('aria-label', 'Size of the pane');
    element.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      element.setPointerCapture(event.pointerId);
    });
    element.addEventListener('pointermove', (event) => {
      const box = element.parentElement?.getBoundingClientRect();
      if (!box || !element.hasPointerCapture(event.pointerId)) return;
      this.#become(
        options.isStacked()
          ? (box.bottom - event.clientY) / box.height
          : (box.right - event.clientX) / box.width,
      );
    });
    element.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: 0.02, ArrowUp: 0.02, ArrowRight: -0.02, ArrowDown: -0.02 }[event.key];
      const box = element.parentElement?.getBoundingClientRect();
      const pane = element.nextElementSibling?.getBoundingClientRect();
      if (step === undefined || !box || !pane) return;
      event.preventDefault();
      this.#become((options.isStacked() ? pane.height / box.height : pane.width / box.width) + step);
    });
  }

  #become(share: number): void {
    const within = Math.min(MOST, Math.max(LEAST, share));
    this.element.setAttribute('aria-valuenow', String(Math.round(within * 100)));
    this.#options.changed(within);
  }
}
