import { poolMax } from './pool.ts';
import { css, mix } from './ramp.ts';
import { bucketOf, heightOf, type MeasureInfo } from './scale.ts';
import type { Theme } from './theme.ts';

/** What a strip shows. */
export interface StripData {
  /** Value in nats of each position; NaN where not known (yet). */
  values: ArrayLike<number>;
  measure: MeasureInfo;
  /** Below and above zero in colours of their own, rather than by size. Default false. */
  diverging?: boolean;
  /** Whether a position's value counts for little: drawn grey. */
  faint(position: number): boolean;
  /** Positions where another segment begins, with the segment's name. Ascending; the first is usually 0. */
  segments: readonly { from: number; label: string }[];
  /** Nats; drawn as a line across. */
  threshold: number;
  /** The position in focus. */
  cursor: number | null;
  /** The chart in one sentence, for a screen reader. */
  description: string;
  /** A position in words, for a screen reader. */
  describe(position: number): string;
}

export interface StripHandlers {
  jump(position: number): void;
  /** The pointer is over a position's bar, given in viewport px; or left. */
  hover(position: number | null, bar: DOMRect | null): void;
}

const WIDEST_BAR = 9;
const LABEL_HEIGHT = 13;
/** The palest heat would be lost as a thin bar: up to here bars are drawn in a neutral colour. */
const LOW_BUCKETS = 2;

/** A bar chart of a measure over positions: canvas, one bar a position or the maximum of several. */
export class Strip {
  readonly element: HTMLElement;
  readonly #canvas = document.createElement('canvas');
  readonly #handlers: StripHandlers;
  #theme: Theme;
  #data: StripData | null = null;
  #frame = 0;

  constructor(theme: Theme, handlers: StripHandlers) {
    this.#theme = theme;
    this.#handlers = handlers;
    this.element = document.createElement('div');
    this.element.className = 'strip';
    this.element.tabIndex = 0;
    this.element.setAttribute('role', 'slider');
    this.element.setAttribute('aria-valuemin', '0');
    this.element.append(this.#canvas);
    this.element.addEventListener('pointermove', (event) => this.#pointed(event));
    this.element.addEventListener('pointerleave', () => handlers.hover(null, null));
    this.element.addEventListener('click', (event) => {
      const position = this.#positionAt(event.offsetX);
      if (position !== null) handlers.jump(position);
    });
    this.element.addEventListener('keydown', (event) => this.#pressed(event));
    new ResizeObserver(() => this.#schedule()).observe(this.element);
  }

  show(data: StripData): void {
    this.#data = data;
    const n = data.values.length;
    const { element } = this;
    element.setAttribute('aria-label', data.description);
    element.setAttribute('aria-valuemax', String(Math.max(0, n - 1)));
    element.setAttribute('aria-valuenow', String(data.cursor ?? 0));
    element.setAttribute(
      'aria-valuetext',
      data.cursor === null ? 'no token chosen' : data.describe(data.cursor),
    );
    this.#schedule();
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#schedule();
  }

  /** Where a position's bar stands on the screen. */
  barOf(position: number): DOMRect {
    const box = this.element.getBoundingClientRect();
    const { width } = this.#columns();
    const column = this.#columnOf(position);
    return new DOMRect(box.left + column * width, box.top, width, box.height);
  }

  #schedule(): void {
    // After the frame, not in it: the text comes first, and a first canvas costs 20 ms.
    this.#frame ||= requestAnimationFrame(() =>
      setTimeout(() => {
        this.#frame = 0;
        this.#draw();
      }),
    );
  }

  /** How many columns there are, and how wide each, in CSS px. */
  #columns(): { n: number; width: number } {
    const positions = this.#data?.values.length ?? 0;
    const room = this.element.clientWidth;
    const n = Math.min(positions, Math.floor(room));
    return { n, width: n === 0 ? 0 : Math.min(WIDEST_BAR, room / n) };
  }

  #columnOf(position: number): number {
    const positions = this.#data?.values.length ?? 0;
    const { n } = this.#columns();
    if (positions === 0) return 0;
    // The inverse of the pooling's floor(column · positions / n).
    return Math.min(n - 1, Math.ceil(((position + 1) * n) / positions) - 1);
  }

  #draw(): void {
    const data = this.#data;
    const { clientWidth: room, clientHeight: height } = this.element;
    if (!data || room === 0) return;
    const scale = devicePixelRatio;
    this.#canvas.width = Math.round(room * scale);
    this.#canvas.height = Math.round(height * scale);
    const pen = this.#canvas.getContext('2d');
    if (!pen) return;
    pen.scale(scale, scale);
    const theme = this.#theme;
    const { n, width } = this.#columns();
    const { edges, signed } = data.measure;
    const top = LABEL_HEIGHT;
    const zero = signed ? (top + height) / 2 : height - 1;
    const tallest = zero - top;
    const dim = css(theme.dim);
    const low = css(mix(theme.foreground, 0.45, theme.background));

    if (n === 0) return;
    const coloursOf = (value: number) =>
      data.diverging ? theme.diverging[value < 0 ? 'below' : 'above'] : theme.heat;
    const bars = poolMax(data.values, n);
    for (let column = 0; column < n; column++) {
      const value = bars.values[column]!;
      if (Number.isNaN(value)) continue;
      const bucket = bucketOf(value, edges);
      const tall = Math.max(1, heightOf(value, edges) * tallest);
      const faint = data.faint(bars.positions[column]!);
      pen.fillStyle = faint
        ? css(theme.faint.background)
        : bucket <= LOW_BUCKETS
          ? low
          : css(coloursOf(value)[bucket - 1]!.background);
      const x = column * width;
      const gap = width >= 3 ? 1 : 0;
      pen.fillRect(x, value < 0 ? zero : zero - tall, width - gap, tall);
    }

    pen.fillStyle = dim;
    pen.fillRect(0, zero, Math.max(n * width, 1), 1);
    const line = heightOf(data.threshold, edges) * tallest;
    pen.strokeStyle = dim;
    pen.globalAlpha = 0.7;
    pen.setLineDash([2, 3]);
    pen.beginPath();
    for (const y of signed ? [zero - line, zero + line] : [zero - line]) {
      pen.moveTo(0, Math.round(y) + 0.5);
      pen.lineTo(room, Math.round(y) + 0.5);
    }
    pen.stroke();
    pen.setLineDash([]);
    pen.globalAlpha = 1;

    pen.font = `10px ${theme.variable('--vscode-font-family', 'sans-serif')}`;
    pen.textBaseline = 'top';
    let labelled = Number.NEGATIVE_INFINITY;
    for (const { from, label } of data.segments) {
      const x = this.#columnOf(from) * width;
      if (from > 0) {
        pen.fillStyle = theme.variable('--vscode-editor-foreground', '#888');
        pen.fillRect(Math.round(x), 0, 1, height);
      }
      if (x < labelled) continue;
      pen.fillStyle = dim;
      const { width: wide } = pen.measureText(label);
      const right = x + 4 + wide <= room;
      pen.fillText(label, from === 0 ? 0 : right ? x + 4 : x - 4 - wide, 1);
      labelled = x + wide + 10;
    }

    if (data.cursor !== null && n > 0) {
      const x = this.#columnOf(data.cursor) * width;
      pen.strokeStyle = theme.variable('--vscode-focusBorder', '#0078d4');
      pen.lineWidth = 2;
      pen.strokeRect(Math.max(1, x - 1.5), top - 1, Math.max(width + 1, 3), height - top);
    }
  }

  #positionAt(x: number): number | null {
    const { n, width } = this.#columns();
    const column = Math.floor(x / width);
    if (!this.#data || !(column >= 0 && column < n)) return null;
    return poolMax(this.#data.values, n).positions[column] ?? null;
  }

  #pointed(event: PointerEvent): void {
    const position = this.#positionAt(event.offsetX);
    this.#handlers.hover(position, position === null ? null : this.barOf(position));
  }

  #pressed(event: KeyboardEvent): void {
    const n = this.#data?.values.length ?? 0;
    if (n === 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const at = this.#data?.cursor ?? -1;
    const page = Math.max(1, Math.round(n / 20));
    const steps: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: n - 1,
    };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#handlers.jump(Math.min(n - 1, Math.max(0, to)));
  }
}
