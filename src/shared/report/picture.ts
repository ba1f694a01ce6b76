/**
 * Pictures as data: made once, drawn by the view (with lit) and by the exported page (as text). Sizes in px, y downwards.
 * Looks are class names, so that colours are the theme's; no look differs from another by colour alone.
 */
export interface Picture {
  width: number;
  height: number;
  /** The picture in a sentence, for those who do not see it. */
  label: string;
  shapes: Shape[];
}

export type Shape =
  | { shape: 'line'; x1: number; y1: number; x2: number; y2: number; look: string }
  | { shape: 'rect'; x: number; y: number; width: number; height: number; look: string; title?: string }
  | { shape: 'path'; d: string; look: string; title?: string; key?: number }
  | { shape: 'text'; x: number; y: number; text: string; look: string; anchor: 'start' | 'middle' | 'end' };

/** Something that stands for samples: `key` is its place in a list that comes with the picture. */
export function mark(
  kind: 'circle' | 'up' | 'down' | 'square' | 'diamond',
  x: number,
  y: number,
  size: number,
  rest: { look: string; title?: string; key?: number },
): Shape {
  return { shape: 'path', d: outline(kind, x, y, size), ...rest };
}

/** @param size half the mark's width */
function outline(kind: Parameters<typeof mark>[0], x: number, y: number, size: number): string {
  const polygon = (...corners: [number, number][]) =>
    `M${corners.map(([dx, dy]) => `${px(x + dx * size)} ${px(y + dy * size)}`).join('L')}Z`;
  switch (kind) {
    case 'circle':
      return `M${px(x - size)} ${px(y)}a${px(size)} ${px(size)} 0 1 0 ${px(2 * size)} 0a${px(size)} ${px(size)} 0 1 0 ${px(-2 * size)} 0Z`;
    case 'up':
      return polygon([0, -1.1], [1.05, 0.8], [-1.05, 0.8]);
    case 'down':
      return polygon([0, 1.1], [1.05, -0.8], [-1.05, -0.8]);
    case 'square':
      return polygon([-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]);
    case 'diamond':
      return polygon([0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]);
  }
}

/** To a tenth: finer is not seen, and makes pages large. */
export function px(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Maps a value to px. */
export type Scale = (value: number) => number;

/** Values outside the domain stand at its ends. */
export function linear([from, to]: readonly [number, number], [low, high]: readonly [number, number]): Scale {
  const span = to - from || 1;
  return (value) => low + Math.min(1, Math.max(0, (value - from) / span)) * (high - low);
}

/** As {@link linear}, of the logarithm. Both ends of the domain are above 0. */
export function logarithmic([from, to]: readonly [number, number], range: readonly [number, number]): Scale {
  const inner = linear([Math.log(from), Math.log(to)], range);
  return (value) => inner(value <= 0 ? Number.NEGATIVE_INFINITY : Math.log(value));
}

/** Round values from one end to the other, at most `most` + 1 of them: steps of 1, 2 or 5 times a power of ten. */
export function ticks([from, to]: readonly [number, number], most = 5): number[] {
  const rough = (to - from) / Math.max(1, most);
  if (!(rough > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough * 0.999)!;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => tidy((first + index) * step));
}

/** Powers of ten inside, with 2 and 5 times them where there are few. Both ends are above 0. */
export function logTicks([from, to]: readonly [number, number]): number[] {
  const decades = Math.log10(to / from);
  const factors = decades < 1.5 ? [1, 2, 5] : decades < 2.5 ? [1, 3] : [1];
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
    for (const factor of factors) {
      const value = tidy(factor * 10 ** power);
      if (value >= from * 0.999 && value <= to * 1.001) found.push(value);
    }
  }
  return found;
}

/** `0.3` and not `0.30000000000000004`. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
