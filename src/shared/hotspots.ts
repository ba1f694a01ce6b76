import type { ScoredPosition } from './drift.ts';

/** A figure by which positions can be ranked and coloured. */
export type DriftFigure = 'klForward' | 'klReverse' | 'jsd';

/** A place in a text that has a figure. */
export type Ranked = Pick<ScoredPosition, 'index' | 'segment'>;

export interface HotspotOptions<P extends Ranked> {
  /** Or what to rank by instead: a function of the position, in nats. */
  figure: (P extends ScoredPosition ? DriftFigure : never) | ((position: P) => number);
  /** Nats; only positions strictly above it. */
  threshold: number;
  /** At most so many, the largest ones. Default: all. */
  limit?: number;
}

/**
 * Where the models part most: positions above the threshold that are a local maximum within their segment (larger
 * than the one before, not smaller than the one after), so that one burst of drift is one stop and not twenty. The
 * largest first; equal ones in text order. Control tokens are no hotspots, and separate their neighbours.
 */
export function hotspots<P extends Ranked = ScoredPosition>(
  positions: readonly P[],
  { figure, threshold, limit = Number.POSITIVE_INFINITY }: HotspotOptions<P>,
): P[] {
  const figureOf =
    typeof figure === 'function' ? figure : (position: P) => (position as unknown as ScoredPosition)[figure];
  const isPeak = (position: P, at: number) => {
    const neighbour = (offset: -1 | 1) => {
      const other = positions[at + offset];
      return other?.segment === position.segment ? figureOf(other) : Number.NEGATIVE_INFINITY;
    };
    const value = figureOf(position);
    return value > threshold && value > neighbour(-1) && value >= neighbour(1);
  };
  return positions
    .filter((position, at) => position.segment !== 'control' && isPeak(position, at))
    .sort((a, b) => figureOf(b) - figureOf(a) || a.index - b.index)
    .slice(0, limit);
}
