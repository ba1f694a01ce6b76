/**
 * The tallest element that is asked for, in CSS px: browsers clamp heights somewhere above 16 million. Taller lists are
 * drawn to scale, see {@link afterScroll}.
 */
export const TALLEST = 12_000_000;

export interface Extent {
  /** Rows. */
  count: number;
  /** CSS px. */
  rowHeight: number;
  /** Of the area that rows are seen in, CSS px. */
  viewport: number;
}

/** Height of the element that is scrolled, CSS px: that of all rows, up to {@link TALLEST}. */
export function scrollHeight({ count, rowHeight }: Extent): number {
  return Math.min(count * rowHeight, TALLEST);
}

/** How far down the list can be, CSS px of the list at its true height. */
export function lowestTop({ count, rowHeight, viewport }: Extent): number {
  return Math.max(0, count * rowHeight - viewport);
}

function lowestScroll(extent: Extent): number {
  return Math.max(0, scrollHeight(extent) - extent.viewport);
}

/** Where the list stands, by where its scroll bar stands. Both CSS px. */
export function topAt(scrollTop: number, extent: Extent): number {
  const lowest = lowestScroll(extent);
  return lowest === 0 ? 0 : (Math.min(scrollTop, lowest) / lowest) * lowestTop(extent);
}

/** Where the scroll bar has to stand for the list to stand there. The inverse of {@link topAt}. */
export function scrollTopAt(top: number, extent: Extent): number {
  const lowest = lowestTop(extent);
  return lowest === 0 ? 0 : (Math.min(top, lowest) / lowest) * lowestScroll(extent);
}

/**
 * Where the list stands after its scroll bar has moved. In a list drawn to scale a turn of the wheel must still move it
 * by as many px as it turns: steps within a viewport are taken as they are, longer ones (the bar is dragged) to scale.
 * @param before `scrollTop` and the list's top before the step
 * @returns the list's top, CSS px at its true height
 */
export function afterScroll(
  scrollTop: number,
  before: { scrollTop: number; top: number },
  extent: Extent,
): number {
  if (scrollHeight(extent) === extent.count * extent.rowHeight) return topAt(scrollTop, extent);
  const step = scrollTop - before.scrollTop;
  const atAnEnd = scrollTop <= 0 || scrollTop >= lowestScroll(extent) - 1;
  if (atAnEnd || Math.abs(step) > extent.viewport) return topAt(scrollTop, extent);
  return Math.min(Math.max(0, before.top + step), lowestTop(extent));
}

/** The rows `[from, to)` to draw: those in view and so many more above and below. */
export function drawnRows(top: number, extent: Extent, overscan: number): [from: number, to: number] {
  const { count, rowHeight, viewport } = extent;
  const first = Math.floor(top / rowHeight);
  const from = Math.max(0, Math.min(first - overscan, count));
  const to = Math.min(count, first + Math.ceil(viewport / rowHeight) + 1 + overscan);
  return [from, Math.max(from, to)];
}

/** The nearest place of the list in which a row is in view as a whole. */
export function topToReveal(row: number, top: number, { rowHeight, viewport }: Extent): number {
  const start = row * rowHeight;
  if (start < top) return start;
  return start + rowHeight > top + viewport ? start + rowHeight - viewport : top;
}
