import type { Line, LinesChange, PromptDocument } from '../../../core/prompts/promptDocument.ts';
import { orderOf, type RowKey, type RowOrder } from '../../../shared/promptSetView.ts';

/** What became of an order of rows: `added` keys stand in the place of `removed` ones. */
export interface Splice {
  at: number;
  removed: number;
  added: RowOrder;
}

/** Edited rows up to which their places are looked up one by one. */
const FEW = 32;

/**
 * The rows of a set in the order in which they are shown: the lines that are not blank, or those that a search has
 * found. An edit inside lines costs the same in a short set and a long one; one that adds, removes or moves lines looks
 * at all of them once.
 */
export class RowIndex {
  readonly #document: PromptDocument;
  readonly #lines = new Map<RowKey, Line>();
  #keys: RowKey[] = [];
  /** Where every row is in {@link #keys}, worked out when it is first asked for. */
  #places: Map<RowKey, number> | null = null;
  /** Whether the rows are all there are, in the order of the text. */
  #isWhole = true;

  constructor(document: PromptDocument) {
    this.#document = document;
    for (const line of document.lines()) if (isRow(line)) this.#lines.set(line.key, line);
    this.#keys = [...this.#lines.keys()];
  }

  /** Rows of the set, found or not. */
  get total(): number {
    return this.#lines.size;
  }

  get keys(): readonly RowKey[] {
    return this.#keys;
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  order(): RowOrder {
    return orderOf(this.#keys);
  }

  /** Undefined: the line is gone. */
  line(key: RowKey): Line | undefined {
    return this.#lines.get(key);
  }

  /** The lines of keys, those that are gone left out. */
  linesOf(keys: Iterable<RowKey>): Line[] {
    return [...keys].flatMap((key) => this.#lines.get(key) ?? []);
  }

  /** Every row's line, in no order that means anything. */
  lines(): Iterable<Line> {
    return this.#lines.values();
  }

  /** Shows these rows; null: all, in the order of the text. */
  show(keys: readonly RowKey[] | null): void {
    this.#places = null;
    this.#isWhole = keys === null;
    this.#keys = keys === null ? this.#inText() : keys.filter((key) => this.#lines.has(key));
  }

  /** Follows an edit. Null: every row is where it was, though it may say something else. */
  update({ removed, added }: LinesChange): Splice | null {
    const gone = new Set<RowKey>();
    for (const line of removed) if (this.#lines.get(line.key) === line) gone.add(line.key);
    const fresh: Line[] = [];
    const edited: Line[] = [];
    for (const line of added) {
      if (!isRow(line)) continue;
      if (gone.delete(line.key)) edited.push(line);
      else fresh.push(line);
    }
    for (const key of gone) this.#lines.delete(key);
    for (const line of [...edited, ...fresh]) this.#lines.set(line.key, line);
    if (gone.size === 0 && fresh.length === 0) {
      if (!this.#isWhole) return null;
      if (edited.length <= FEW && edited.every((line) => this.#isInPlace(line))) return null;
    }
    const before = this.#keys;
    this.#places = null;
    this.#keys = this.#isWhole ? this.#inText() : this.#amended(gone, fresh);
    return difference(before, this.#keys);
  }

  #inText(): RowKey[] {
    const keys: RowKey[] = [];
    for (const line of this.#document.lines()) if (isRow(line)) keys.push(line.key);
    return keys;
  }

  /** Where rows are found or sorted, new ones come below the line that stands before them, so that they are seen. */
  #amended(gone: ReadonlySet<RowKey>, fresh: readonly Line[]): RowKey[] {
    const keys = this.#keys.filter((key) => !gone.has(key));
    const ordered = fresh
      .map((line) => ({ line, index: this.#document.indexOf(line) }))
      .sort((a, b) => a.index - b.index);
    for (const { line, index } of ordered) {
      const above = index > 0 ? keys.indexOf(this.#document.lineAt(index - 1).key) : -1;
      keys.splice(above < 0 ? keys.length : above + 1, 0, line.key);
    }
    return keys;
  }

  #isInPlace(line: Line): boolean {
    this.#places ??= new Map(this.#keys.map((key, place) => [key, place]));
    const at = this.#places.get(line.key) ?? -1;
    const here = this.#document.indexOf(line);
    const [above, below] = [at - 1, at + 1].map((row) => this.#lines.get(this.#keys[row] ?? -1));
    return (
      (!above || this.#document.indexOf(above) < here) && (!below || here < this.#document.indexOf(below))
    );
  }
}

function isRow(line: Line): boolean {
  // A byte order mark alone is no row either: trim takes it for white space.
  return line.text.trim() !== '';
}

function difference(before: readonly RowKey[], after: readonly RowKey[]): Splice | null {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const added = after.slice(head, after.length - tail);
  const removed = before.length - head - tail;
  return removed === 0 && added.length === 0 ? null : { at: head, removed, added: orderOf(added) };
}
