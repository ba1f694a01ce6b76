/** Rows that are asked for together. */
const CHUNK = 64;
/** Rows that are kept; beyond, those farthest from where the reader is go. */
const KEPT = 4_096;

/** The rows of a grid that are here, and which to ask for next. Knows nothing of how they are fetched or drawn. */
export class RowCache<Row> {
  readonly #rows = new Map<number, { row: Row; version: number }>();
  readonly #asked = new Set<number>();
  #version = 0;

  /** Undefined: not here yet. A row that may be out of date counts as here until the new one comes. */
  get(index: number): Row | undefined {
    return this.#rows.get(index)?.row;
  }

  /** Puts a row's new content in its place. */
  set(index: number, row: Row): void {
    this.#rows.set(index, { row, version: this.#version });
  }

  /**
   * Whatever is here may be out of date, and answers under way are.
   * @param moved a row's number now, by its number before; negative: it is gone. Absent: rows stay where they are.
   */
  outdate(moved?: (index: number) => number): void {
    this.#version++;
    this.#asked.clear();
    if (!moved) return;
    const before = [...this.#rows];
    this.#rows.clear();
    for (const [index, entry] of before) {
      const now = moved(index);
      if (now >= 0) this.#rows.set(now, entry);
    }
  }

  /** Forgets every row. */
  clear(): void {
    this.outdate(() => -1);
  }

  /**
   * The next rows to ask for so that all of `[from, to)` are here; null: they are, or have been asked for. Each answer
   * goes to `receive`, a failure to `giveUp`.
   */
  ask(from: number, to: number, count: number): RowRequest<Row> | null {
    for (let chunk = Math.floor(from / CHUNK); chunk * CHUNK < to; chunk++) {
      if (this.#asked.has(chunk)) continue;
      const start = chunk * CHUNK;
      const end = Math.min(count, start + CHUNK);
      if (this.#isHere(Math.max(from, start), Math.min(to, end))) continue;
      this.#asked.add(chunk);
      const version = this.#version;
      const settle = () => version === this.#version && this.#asked.delete(chunk);
      return {
        from: start,
        to: end,
        receive: (rows) => {
          if (!settle()) return;
          for (const [at, row] of rows.entries()) this.set(start + at, row);
          this.#forgetFar((from + to) / 2);
        },
        giveUp: () => void settle(),
      };
    }
    return null;
  }

  #isHere(from: number, to: number): boolean {
    for (let index = from; index < to; index++) {
      if (this.#rows.get(index)?.version !== this.#version) return false;
    }
    return true;
  }

  #forgetFar(place: number): void {
    if (this.#rows.size <= KEPT) return;
    const byDistance = [...this.#rows.keys()].sort((a, b) => Math.abs(b - place) - Math.abs(a - place));
    for (const index of byDistance.slice(0, this.#rows.size - KEPT / 2)) this.#rows.delete(index);
  }
}

export interface RowRequest<Row> {
  from: number;
  to: number;
  receive(rows: readonly Row[]): void;
  giveUp(): void;
}
