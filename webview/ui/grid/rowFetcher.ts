import type { RowCache } from './rowCache.ts';

/** Rows above and below that are fetched once those that are drawn are here, so that they are when they come into view. */
const AHEAD = 64;
/** Requests for rows that may be under way at once: more would pile up while the scroll bar is dragged. */
const REQUESTS = 2;

export interface RowFetcherOptions<Row> {
  cache: RowCache<Row>;
  /** Rows there are. */
  count(): number;
  fetch(from: number, to: number): Promise<readonly Row[]>;
  /** Rows that are on the page have come. */
  arrived(): void;
  failed(error: unknown): void;
}

/**
 * Brings rows into a cache: those on the page, then those near it.
 * @returns takes the rows `[from, to)` on the page, each time they are drawn
 */
export function rowFetcher<Row>(options: RowFetcherOptions<Row>): (from: number, to: number) => void {
  const { cache, count, fetch, arrived, failed } = options;
  let drawn: readonly [from: number, to: number] = [0, 0];
  let requests = 0;

  const ask = () => {
    const [from, to] = drawn;
    const rows = count();
    while (requests < REQUESTS) {
      const request =
        cache.ask(from, to, rows) ?? cache.ask(Math.max(0, from - AHEAD), Math.min(rows, to + AHEAD), rows);
      if (!request) return;
      requests++;
      fetch(request.from, request.to).then(
        (received) => {
          requests--;
          request.receive(received);
          const [first, end] = drawn;
          if (request.from < end && request.to > first) arrived();
          else ask();
        },
        (error: unknown) => {
          requests--;
          request.giveUp();
          failed(error);
        },
      );
    }
  };

  return (from, to) => {
    drawn = [from, to];
    ask();
  };
}
