import { markAsSpace } from '../jsonText/jsonText.ts';
import type { Edit } from '../jsonText/problem.ts';
import { type Line, LineTree } from './lineTree.ts';
import { type ParsedLine, parseLine } from './sample.ts';

export type { Line } from './lineTree.ts';

/** What an edit did to the lines of a document. */
export interface LinesChange {
  removed: Line[];
  added: Line[];
}

/**
 * The text of a prompt set, by its lines, following edits at a cost that grows with the edit and with log(lines).
 * It knows nothing of an editor: text comes in, edits come in, and rows can be asked for.
 */
export class PromptDocument {
  #lines: LineTree;
  readonly #parsed = new WeakMap<Line, ParsedLine>();

  constructor(text: string) {
    this.#lines = new LineTree(text);
  }

  /** All lines: also blank ones, and the empty one after a final line end. */
  get lineCount(): number {
    return this.#lines.count;
  }

  /** UTF-16 units. */
  get length(): number {
    return this.#lines.length;
  }

  /** What ends lines here: as the first line does. */
  get eol(): '\n' | '\r\n' | '\r' {
    return this.#lines.at(0).end || '\n';
  }

  /** The whole text. Costs what its length costs. */
  text(): string {
    let text = '';
    for (const line of this.#lines.lines()) text += line.text + line.end;
    return text;
  }

  /** The line of a 0-based number. @throws RangeError */
  lineAt(index: number): Line {
    return this.#lines.at(index);
  }

  lines(from?: number, to?: number): Generator<Line> {
    return this.#lines.lines(from, to);
  }

  /** The 0-based number of a line. */
  indexOf(line: Line): number {
    return this.#lines.indexOf(line);
  }

  has(line: Line): boolean {
    return this.#lines.has(line);
  }

  /** `[start, end)` of a line in UTF-16 units of the text, without its end. */
  spanOf(line: Line): [start: number, end: number] {
    const start = this.#lines.startOf(line);
    return [start, start + line.text.length];
  }

  /** The 0-based number of the line that an offset in UTF-16 units stands in. */
  indexAt(offset: number): number {
    return this.#lines.indexAt(offset);
  }

  /** What a line says, read once per content; null for a blank line. */
  parsed(line: Line): ParsedLine | null {
    const known = this.#parsed.get(line);
    if (known) return known;
    const isFirst = line.text.startsWith('\uFEFF') && this.indexOf(line) === 0;
    const body = isFirst ? markAsSpace(line.text) : line.text;
    if (body.trim() === '') return null;
    const parsed = parseLine(body);
    this.#parsed.set(line, parsed);
    return parsed;
  }

  /**
   * Follows edits of the text, all given in UTF-16 units of the text before them (as an editor's change event has them).
   * A line that is edited in place, or comes back with the same text or the same id, keeps its key.
   */
  apply(edits: readonly Edit[]): LinesChange {
    const change: LinesChange = { removed: [], added: [] };
    const descending = edits
      .map((edit, order) => ({ edit, order }))
      .sort(
        (a, b) => b.edit.span[0] - a.edit.span[0] || b.edit.span[1] - a.edit.span[1] || b.order - a.order,
      );
    for (const { edit } of descending) this.#applyOne(edit, change);
    // What a later edit replaced again was never seen by anybody.
    const gone = new Set(change.removed);
    const added = change.added.filter((line) => !gone.has(line));
    const fleeting = new Set(change.added.filter((line) => gone.has(line)));
    const removed = change.removed.filter((line) => !fleeting.has(line));
    this.#inheritKeys(removed, added);
    return { removed, added };
  }

  #applyOne({ span: [start, end], text }: Edit, change: LinesChange): void {
    let from = this.#lines.indexAt(start);
    let to = this.#lines.indexAt(end) + 1;
    // A CR at the end of the line before and a LF that now follows it would be one line end.
    if (from > 0 && this.#lines.at(from - 1).end === '\r') from--;
    const base = this.#lines.startOf(this.#lines.at(from));
    const last = this.#lines.at(to - 1);
    let old = '';
    for (const line of this.#lines.lines(from, to)) old += line.text + line.end;
    let replaced = old.slice(0, start - base) + text + old.slice(end - base);
    // A line that begins where the edit ends is not touched, unless what comes before it no longer ends a line.
    const before = replaced.slice(0, replaced.length - last.text.length - last.end.length);
    if (this.#lines.startOf(last) === end && endsLine(before, last)) {
      replaced = before;
      to--;
    }
    const { removed, added } = this.#lines.replace(from, to, replaced);
    // Edited within one line: it stays that line, whatever else the same change does elsewhere.
    if (removed.length === 1 && added.length === 1) added[0]!.key = removed[0]!.key;
    change.removed.push(...removed);
    change.added.push(...added);
  }

  #inheritKeys(removed: readonly Line[], added: readonly Line[]): void {
    const kept = new Set(added.map(({ key }) => key));
    const left = new Set(removed.filter(({ key }) => !kept.has(key)));
    const give = (keyOf: (line: Line) => string | undefined) => {
      const byName = new Map<string, Line>();
      for (const line of left) {
        const name = keyOf(line);
        if (name !== undefined && !byName.has(name)) byName.set(name, line);
      }
      for (const line of heirs) {
        const name = keyOf(line);
        const from = name === undefined ? undefined : byName.get(name);
        if (!from) continue;
        line.key = from.key;
        byName.delete(name!);
        left.delete(from);
        heirs.delete(line);
      }
    };
    const former = new Set(removed.map(({ key }) => key));
    const heirs = new Set(added.filter(({ key }) => !former.has(key)));
    give((line) => (line.text.trim() === '' ? undefined : line.text));
    give((line) => this.parsed(line)?.sample?.id);
  }
}

/** Whether a text is whole lines, also when a given line follows it. */
function endsLine(text: string, next: Line): boolean {
  return (
    text === '' || text.endsWith('\n') || (text.endsWith('\r') && !(next.text === '' && next.end === '\n'))
  );
}
