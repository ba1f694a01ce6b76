/** How long work may hold the extension host before others have their turn, in ms. */
const SLICE_MS = 12;

/** Cuts long work into slices, between which everything else that waits has its turn. */
export interface Slices {
  /** Whether this slice has lasted long enough: then {@link pause}. */
  isOver(): boolean;
  /** @throws the signal's reason once it is aborted. */
  pause(share: number): Promise<void>;
}

/** @param report hears of the share that is done, at every pause */
export function createSlices(signal: AbortSignal, report: (share: number) => void = () => {}): Slices {
  let until = performance.now() + SLICE_MS;
  return {
    isOver: () => performance.now() >= until,
    async pause(share) {
      report(share);
      await new Promise((resolve) => setTimeout(resolve, 0));
      signal.throwIfAborted();
      until = performance.now() + SLICE_MS;
    },
  };
}

/** Comparisons of a sort between two looks at the clock. */
const STRETCH = 512;

/**
 * Sorts as `toSorted` does, in slices: merging runs that are twice as long each time. Stable.
 * @throws the reason of the slices' signal
 */
export async function sortInSlices<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  slices: Slices,
): Promise<T[]> {
  let from = [...items];
  let to = new Array<T>(items.length);
  const passes = Math.max(1, Math.ceil(Math.log2(Math.max(1, items.length))));
  let compared = 0;
  for (let run = 1, pass = 0; run < items.length; run *= 2, pass++) {
    for (let start = 0; start < items.length; start += 2 * run) {
      const middle = Math.min(start + run, items.length);
      const end = Math.min(start + 2 * run, items.length);
      for (let left = start, right = middle, at = start; at < end; at++) {
        const takesLeft = left < middle && (right >= end || compare(from[left]!, from[right]!) <= 0);
        to[at] = from[takesLeft ? left++ : right++]!;
        if (++compared % STRETCH === 0 && slices.isOver())
          await slices.pause((pass + end / items.length) / passes);
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
