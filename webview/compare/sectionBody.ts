import type { Span, TextDiff } from '../../src/shared/diff.ts';
import { type BySide, bySide, SIDES, type Side } from '../../src/shared/side.ts';
import { chunkEnd, chunksOf, roomInChunk } from '../ui/tokenText/chunks.ts';
import type { Painter } from '../ui/tokenText/painter.ts';
import { addPiece, type Block, growPiece, type TokenText } from '../ui/tokenText/surface.ts';
import { type Found, NOTHING_FOUND } from './found.ts';
import { changedWords, type GridRow, planRows, type RowPiece } from './rows.ts';
import type { SectionName } from './settings.ts';

/** One side's text in a section. */
export interface SideText extends TokenText {
  side: Side;
  section: SectionName;
  content: string;
  /** Words that differ inside changed rows; ascending. */
  words: Span[];
  /** What detectors found. Ascending, without overlap. */
  found: Found;
}

/** So many blocks are laid out at once, more than any screen shows; the rest follows in slices of so many ms. */
const FIRST_BLOCKS = 8;
const SLICE = 8;
/** Blocks of rows, and chunks of a column, that are near the top of a section: what a screen shows first. */
const TOP_BLOCKS = 2;
const TOP_CHUNKS = 3;

/** A block of rows is left out of layout while off-screen; this much text makes one. UTF-16 units. */
const BLOCK = 3000;

/**
 * The two texts of a section on the page: plain columns that grow while they stream, aligned rows once the diff is
 * there. Made of few elements (a block a paragraph or two), each of which the browser lays out only near the viewport.
 */
export class SectionBody {
  readonly element = document.createElement('div');
  readonly texts: BySide<SideText>;
  /** What follows each side's text, right under it: the caller renders into these. */
  readonly feet = bySide((side) => {
    const foot = document.createElement('div');
    foot.className = `foot ${side}`;
    return foot;
  });
  readonly #painter: Painter;
  readonly #jump: (row: Element) => void;
  #blocks: Block[] = [];
  #columns: BySide<HTMLElement> | null = null;
  #diff: TextDiff | null = null;
  /** Rows that are not laid out yet: the first paint does not wait for all of a long text. */
  #unlaid: Generator<void> | null = null;
  /** The elements of diff rows that a move points to. */
  #rowElements = new Map<number, HTMLElement>();

  /** @param jump shows an element of this body: the counterpart of moved text */
  constructor(section: SectionName, painter: Painter, jump: (row: Element) => void) {
    this.#painter = painter;
    this.#jump = jump;
    this.element.className = 'section-body';
    this.texts = bySide((side) => ({
      side,
      section,
      content: '',
      words: [],
      found: NOTHING_FOUND,
      pieces: [],
      tokens: null,
    }));
    this.#lay();
  }

  /** Appends streamed text. The work follows the text's length, not what is there already. */
  append(side: Side, content: string): void {
    if (!this.#columns) {
      this.#diff = null;
      this.#lay();
    }
    this.texts[side].content += content;
    this.#grow(side, content);
  }

  /** Shows these texts, aligned by the diff if there is one. Does nothing where they are shown already. */
  show(contents: BySide<string>, diff: TextDiff | null): void {
    const fits = diff !== null && tiles(diff, contents);
    const next = fits ? diff : null;
    if (next === this.#diff && SIDES.every((s) => this.texts[s].content === contents[s])) return;
    if (next === null && this.#columns && SIDES.every((s) => contents[s].startsWith(this.texts[s].content))) {
      for (const side of SIDES) {
        const rest = contents[side].slice(this.texts[side].content.length);
        if (rest) this.append(side, rest);
      }
      return;
    }
    this.#diff = next;
    for (const side of SIDES) this.texts[side].content = contents[side];
    this.#lay();
  }

  get isEmpty(): boolean {
    return SIDES.every((side) => this.texts[side].content === '');
  }

  #lay(): void {
    for (const block of this.#blocks) this.#painter.forget(block);
    this.#blocks = [];
    this.#unlaid = null;
    this.#rowElements.clear();
    this.#columns = null;
    for (const side of SIDES) {
      this.texts[side].pieces = [];
      this.texts[side].words = [];
    }
    this.element.replaceChildren();
    this.element.classList.toggle('aligned', this.#diff !== null);
    // Where one side has no text at all, marking all of the other's would say nothing.
    this.element.classList.toggle(
      'one-sided',
      SIDES.some((side) => this.texts[side].content === ''),
    );
    if (this.#diff) this.#layRows(this.#diff);
    else this.#layColumns();
  }

  #layColumns(): void {
    const columns = bySide((side) => {
      const column = document.createElement('div');
      column.className = `column ${side}`;
      column.dataset.side = side;
      column.append(this.feet[side]);
      return column;
    });
    this.#columns = columns;
    this.element.append(columns.baseline, columns.reasoning);
    for (const side of SIDES) {
      const { content } = this.texts[side];
      for (const [start, end] of chunksOf(content, [0, content.length])) {
        this.#addChunk(side, start, content.slice(start, end));
      }
    }
  }

  #addChunk(side: Side, start: number, content: string): void {
    const element = document.createElement('div');
    element.className = 'chunk verbatim';
    const piece = addPiece(this.texts[side], start, content);
    element.append(piece.node);
    setIntrinsicHeight(element, linesOf(content.length));
    this.#columns?.[side].insertBefore(element, this.feet[side]);
    this.#add({ element, pieces: [piece] }, this.texts[side].pieces.length <= TOP_CHUNKS);
  }

  #grow(side: Side, content: string): void {
    const text = this.texts[side];
    const last = text.pieces.at(-1);
    let rest = content;
    if (last) {
      const fits = roomInChunk(last.node.data, content);
      if (fits > 0) growPiece(last, content.slice(0, fits));
      rest = content.slice(fits);
    }
    while (rest) {
      const end = chunkEnd(rest, 0, rest.length);
      this.#addChunk(side, text.pieces.at(-1)?.end ?? 0, rest.slice(0, end));
      rest = rest.slice(end);
    }
  }

  #layRows(diff: TextDiff): void {
    const words = changedWords(diff);
    for (const side of SIDES) this.texts[side].words = words[side];
    const foot = document.createElement('div');
    foot.className = 'row';
    for (const side of SIDES) {
      const cell = document.createElement('div');
      cell.className = `cell ${side}`;
      cell.append(this.feet[side]);
      foot.append(cell);
    }
    this.element.append(foot);
    const blocks = this.#blocksOf(diff, foot);
    this.#unlaid = blocks;
    for (let n = 0; n < FIRST_BLOCKS && this.#unlaid; n++) if (blocks.next().done) this.#unlaid = null;
    const goOn = () => {
      if (this.#unlaid !== blocks) return;
      const end = performance.now() + SLICE;
      while (performance.now() < end) {
        if (blocks.next().done) {
          this.#unlaid = null;
          return;
        }
      }
      setTimeout(goOn);
    };
    if (this.#unlaid) requestAnimationFrame(() => setTimeout(goOn));
  }

  /** Lays out at once what is still to come of the rows: before something beyond the first screens is looked for. */
  finish(): void {
    const blocks = this.#unlaid;
    while (blocks && !blocks.next().done);
    this.#unlaid = null;
  }

  /** Lays out a block of rows at each step, each before the foot. */
  *#blocksOf(diff: TextDiff, foot: Element): Generator<void> {
    const contents = bySide((side) => this.texts[side].content);
    let block: Block | null = null;
    let length = 0;
    let lines = 0;
    for (const row of planRows(diff, contents)) {
      if (block && length >= BLOCK) {
        setIntrinsicHeight(block.element, lines);
        this.#add(block, this.#blocks.length < TOP_BLOCKS);
        yield;
        block = null;
      }
      if (!block) {
        const element = document.createElement('div');
        element.className = 'block';
        foot.before(element);
        block = { element, pieces: [] };
        length = 0;
        lines = 0;
      }
      block.element.append(this.#row(row, block, contents));
      const size = Math.max(...SIDES.map((s) => sizeOf(row.cells[s])));
      length += size;
      lines += linesOf(size);
    }
    if (block) {
      setIntrinsicHeight(block.element, lines);
      this.#add(block, this.#blocks.length < TOP_BLOCKS);
    }
  }

  #row(row: GridRow, block: Block, contents: BySide<string>): HTMLElement {
    const element = document.createElement('div');
    element.className = `row ${row.kind}`;
    for (const side of SIDES) {
      const cell = document.createElement('div');
      cell.className = `cell ${side}`;
      cell.dataset.side = side;
      for (const piece of row.cells[side]) cell.append(this.#piece(piece, side, block, contents[side]));
      element.append(cell);
    }
    return element;
  }

  #piece(planned: RowPiece, side: Side, block: Block, content: string): HTMLElement {
    const element = document.createElement('div');
    element.className = `piece verbatim ${planned.kind}`;
    const piece = addPiece(this.texts[side], planned.span[0], content.slice(...planned.span));
    block.pieces.push(piece);
    element.append(piece.node);
    const { movedTo } = planned;
    if (movedTo !== undefined) {
      this.#rowElements.set(planned.row, element);
      const button = document.createElement('button');
      button.className = 'moved-mark';
      const to = movedTo > planned.row ? 'below' : 'above';
      button.textContent = movedTo > planned.row ? 'moved ↓' : 'moved ↑';
      button.title = `The same text stands ${to} on the other side. Click to go there.`;
      button.addEventListener('click', () => {
        this.finish();
        const target = this.#rowElements.get(movedTo);
        if (target) this.#jump(target);
      });
      element.append(button);
    }
    return element;
  }

  #add(block: Block, near: boolean): void {
    this.#blocks.push(block);
    this.#painter.observe(block, near);
  }
}

/** A diff that came for other texts (of the run before a retry) must not cut these. */
function tiles(diff: TextDiff, contents: BySide<string>): boolean {
  const last = diff.rows.at(-1);
  return (
    (last?.left[1] ?? 0) === contents.baseline.length && (last?.right[1] ?? 0) === contents.reasoning.length
  );
}

function sizeOf(pieces: readonly RowPiece[]): number {
  return pieces.reduce((sum, { span }) => sum + span[1] - span[0], 0);
}

/** About how many lines so much text fills in a column. */
function linesOf(length: number): number {
  return Math.max(1, Math.ceil(length / 70));
}

function setIntrinsicHeight(element: HTMLElement, lines: number): void {
  element.style.setProperty('--lines', String(lines));
}
