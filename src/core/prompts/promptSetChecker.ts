import type { Span } from '../../shared/diff.ts';
import { DIMENSIONS, type Dimension, messagesOf, type Sample } from '../../shared/prompt.ts';
import { patchObject } from '../jsonText/patchObject.ts';
import type { Fix, Problem } from '../jsonText/problem.ts';
import { deleteLines, freeId } from './edits.ts';
import { Groups } from './groups.ts';
import type { Line, LinesChange, PromptDocument } from './promptDocument.ts';
import { problemsOfLine } from './rules.ts';
import { KNOWN_FIELDS, spanAt } from './sample.ts';
import { reachOf, samplesToFindAChange, samplesToPreserve } from './sampleSize.ts';
import {
  bandsOf,
  estimatedSimilarity,
  hashOf,
  type Signature,
  signatureOf,
  similarity,
} from './similarity.ts';

/** Jaccard similarity from which on two inputs are near duplicates. */
const NEAR = 0.85;
/** Sketches below this are not worth comparing in full: two standard errors below {@link NEAR}. */
const NEAR_BY_SKETCH = 0.66;
/** More inputs than this that look alike are a template filled in many ways, not copies by mistake. */
const TEMPLATE = 32;
/** More lines with problems than this are found by going through the document, fewer by sorting them. */
const MANY = 2_000;
/** Near duplicates that are remembered of one input. */
const NEIGHBOURS = 8;
/** How many samples say what, for the footer of a set. */
export interface Counts {
  samples: number;
  /** By dimension, then by `expect`; '' where a sample has none. */
  byDimension: ReadonlyMap<Dimension | '', ReadonlyMap<string, number>>;
}

/** What is known of one line while it is part of the document. */
interface Entry {
  /** Faults of the line by itself, in UTF-16 units of the line. */
  own: readonly Problem[];
  id: string | undefined;
  /** Hash of the whole input. */
  input: number | undefined;
  signature: Signature | undefined;
  bands: readonly number[];
  family: string | undefined;
  dimension: Dimension | '';
  expect: string;
}

/**
 * Finds what is wrong in a prompt set and follows its edits: a line is read once, and what concerns several lines
 * (ids, copies, sizes) is looked up in indexes, so that an edit costs the same in a small set and a large one.
 */
export class PromptSetChecker {
  readonly #document: PromptDocument;
  readonly #entries = new Map<Line, Entry>();
  readonly #troubled = new Set<Line>();
  readonly #ids = new Groups<string, Line>();
  readonly #inputs = new Groups<number, Line>();
  readonly #bands = new Groups<number, Line>();
  readonly #near = new Map<Line, Set<Line>>();
  readonly #counts = new Map<Dimension | '', Map<string, number>>();
  #samples = 0;

  constructor(document: PromptDocument) {
    this.#document = document;
  }

  /**
   * Reads what has not been read yet, pausing before every line with the share that is done (0 to 1); meanwhile edits
   * may come. Run it to its end for a whole picture.
   */
  *index(): Generator<number> {
    const lines = [...this.#document.lines()];
    for (const [done, line] of lines.entries()) {
      yield done / lines.length;
      if (!this.#entries.has(line) && this.#document.has(line)) this.#add(line);
    }
  }

  /** Takes in what an edit did, as {@link PromptDocument.apply} reported it. */
  update({ removed, added }: LinesChange): void {
    for (const line of removed) this.#remove(line);
    for (const line of added) this.#add(line);
  }

  /** Whether a sample has an id, for finding one that is free. */
  hasId(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Whether a sample asks the very same. */
  hasInput(input: Sample['input']): boolean {
    const whole = wholeOf(input);
    for (const line of this.#inputs.of(hashOf(whole))) if (this.#inputOf(line) === whole) return true;
    return false;
  }

  /**
   * The sample of the set that an input is a copy of, and their Jaccard similarity: 1 where they are equal. Null where
   * nothing comes near.
   */
  mostLike(input: Sample['input']): { line: Line; share: number } | null {
    const whole = wholeOf(input);
    for (const line of this.#inputs.of(hashOf(whole)))
      if (this.#inputOf(line) === whole) return { line, share: 1 };
    const text = wordsOf(input);
    const seen = new Set<Line>();
    let most: { line: Line; share: number } | null = null;
    for (const band of bandsOf(signatureOf(text))) {
      for (const line of this.#bands.of(band)) {
        if (seen.has(line) || seen.size >= TEMPLATE) continue;
        seen.add(line);
        // Below 1 even where only case or punctuation differ: equal is what is equal to the letter.
        const share = Math.min(0.99, similarity(text, this.#textOf(line)));
        if (share >= NEAR && share > (most?.share ?? 0)) most = { line, share };
      }
    }
    return most;
  }

  counts(): Counts {
    return { samples: this.#samples, byDimension: this.#counts };
  }

  /**
   * What is wrong, in the order of the text, with spans and fixes in UTF-16 units of it.
   * @param limit the most to return; the first ones come.
   */
  problems(limit = Number.POSITIVE_INFINITY): Problem[] {
    const found: Problem[] = [];
    for (const problems of this.problemsInOrder()) {
      found.push(...problems);
      if (found.length >= limit) break;
    }
    return found.slice(0, Math.min(limit, found.length));
  }

  /** What is wrong line by line, for those who cannot wait for all; the document must not change meanwhile. @see problems */
  *problemsInOrder(): Generator<Problem[]> {
    yield this.#sizeProblem();
    for (const line of this.#linesWithProblems()) yield this.problemsOf(line);
  }

  *#linesWithProblems(): Generator<Line> {
    const { repeated: ids } = this.#ids;
    const { repeated: inputs } = this.#inputs;
    if (this.#troubled.size + this.#near.size + ids.size + inputs.size > MANY) {
      for (const line of this.#document.lines()) {
        const entry = this.#entries.get(line);
        const repeats = entry && (ids.has(entry.id ?? '') || inputs.has(entry.input ?? -1));
        if (repeats || this.#troubled.has(line) || this.#near.has(line)) yield line;
      }
      return;
    }
    const lines = new Set<Line>([...this.#troubled, ...this.#near.keys()]);
    for (const id of ids) for (const line of this.#ids.of(id)) lines.add(line);
    for (const input of inputs) for (const line of this.#inputs.of(input)) lines.add(line);
    yield* [...lines]
      .map((line) => ({ line, index: this.#document.indexOf(line) }))
      .sort((a, b) => a.index - b.index)
      .map(({ line }) => line);
  }

  /** What is wrong with one line, also where it takes another line to see it. @see problems */
  problemsOf(line: Line): Problem[] {
    const entry = this.#entries.get(line);
    if (!entry) return [];
    const [start] = this.#document.spanOf(line);
    const across = [...this.#repeatedId(line, entry), ...this.#copies(line, entry)];
    return [
      ...entry.own.map((problem) => shifted(this.#withFreeId(problem, line, entry), start)),
      ...across.map((problem) => {
        const found = shifted(problem, start);
        return { ...found, fixes: [...(found.fixes ?? []), this.#removal(line)] };
      }),
    ];
  }

  /** A sample without an id gets one after its dimension: only here is it known which are free. */
  #withFreeId(problem: Problem, line: Line, { dimension }: Entry): Problem {
    if (problem.code !== 'missing-id') return problem;
    const stem = dimension || 'sample';
    const count = [...(this.#counts.get(dimension)?.values() ?? [])].reduce((sum, n) => sum + n, 0);
    const id = freeId(`${stem}-${String(count - 1).padStart(3, '0')}`, this.#ids);
    const edits = patchObject(bodyOf(line), { id }, KNOWN_FIELDS);
    return edits ? { ...problem, fixes: [{ title: `Give it the id “${id}”`, edits }] } : problem;
  }

  #repeatedId(line: Line, { id }: Entry): Problem[] {
    if (id === undefined || !this.#ids.repeated.has(id)) return [];
    const first = this.#firstOf(this.#ids.of(id));
    if (first.line === line) return [];
    const text = bodyOf(line);
    const fresh = freeId(id, this.#ids);
    const edits = patchObject(text, { id: fresh }, KNOWN_FIELDS);
    return [
      {
        message: `The id “${id}” stands on line ${first.index + 1} already.`,
        severity: 'error',
        span: spanAt(text, ['id']),
        code: 'duplicate-id',
        fixes: edits ? [{ title: `Rename to “${fresh}”`, edits }] : [],
        related: [this.#fieldOf(first.line, 'id', `The id “${id}” is here first.`)],
      },
    ];
  }

  #copies(line: Line, entry: Entry): Problem[] {
    const found = (code: string, message: string, first: Line): Problem[] => {
      const related = [this.#fieldOf(first, 'input', 'The first of the two.')];
      return [{ message, severity: 'warning', span: spanAt(bodyOf(line), ['input']), code, related }];
    };
    if (entry.input !== undefined && this.#inputs.repeated.has(entry.input)) {
      const text = this.#inputOf(line);
      const same = [...this.#inputs.of(entry.input)].filter((other) => this.#inputOf(other) === text);
      const first = this.#firstOf(same);
      if (first.line !== line) {
        const message = `The same input stands on line ${first.index + 1} already.`;
        return found('duplicate-input', message, first.line);
      }
    }
    const here = this.#document.indexOf(line);
    const before = [...(this.#near.get(line) ?? [])].filter((other) => this.#document.indexOf(other) < here);
    if (before.length === 0) return [];
    const first = this.#firstOf(before);
    const share = Math.round(100 * similarity(this.#textOf(line), this.#textOf(first.line)));
    return found(
      'near-duplicate',
      `The input is ${share} % the same as that on line ${first.index + 1}. Two copies count twice in the statistics.`,
      first.line,
    );
  }

  #sizeProblem(): Problem[] {
    const needed = samplesToFindAChange();
    const small = DIMENSIONS.flatMap((dimension) => {
      const count = [...(this.#counts.get(dimension)?.values() ?? [])].reduce((sum, n) => sum + n, 0);
      return count > 0 && reachOf(count) === 'nothing' ? [`${dimension} ${count}`] : [];
    });
    if (small.length === 0) return [];
    for (const line of this.#document.lines()) {
      if (!this.#entries.get(line)?.dimension) continue;
      return [
        {
          message:
            `Too few samples for a verdict: ${small.join(', ')}. From ${needed} on, exact McNemar can find a change ` +
            `(six flips of one kind where a fifth of the samples flip); “preserved” within 5 points takes about ${samplesToPreserve()}.`,
          severity: 'information',
          // At its first character: it is about the set, and not about what stands there.
          span: [this.#document.spanOf(line)[0], this.#document.spanOf(line)[0] + 1],
          code: 'set-too-small',
        },
      ];
    }
    return [];
  }

  /** A field of a line as a place of the whole text. */
  #fieldOf(line: Line, field: string, message: string): { span: Span; message: string } {
    const [start] = this.#document.spanOf(line);
    const [from, to] = spanAt(bodyOf(line), [field]);
    return { span: [start + from, start + to], message };
  }

  #removal(line: Line): Fix {
    return { title: 'Delete this sample', edits: deleteLines(this.#document, [line]) };
  }

  #firstOf(lines: Iterable<Line>): { line: Line; index: number } {
    let first: { line: Line; index: number } | undefined;
    for (const line of lines) {
      const index = this.#document.indexOf(line);
      if (!first || index < first.index) first = { line, index };
    }
    return first!;
  }

  #add(line: Line): void {
    const parsed = this.#document.parsed(line);
    if (!parsed) return;
    const { value, input } = parsed;
    const signature = input === null ? undefined : signatureOf(this.#textOf(line));
    const entry: Entry = {
      own: problemsOfLine(bodyOf(line), parsed),
      id:
        parsed.sample?.id ??
        (value && typeof value.id === 'string' && value.id !== '' ? value.id : undefined),
      input: input === null ? undefined : hashOf(this.#inputOf(line)),
      signature,
      bands: signature ? bandsOf(signature) : [],
      family: familyOf(value),
      dimension: DIMENSIONS.find((name) => name === value?.dimension) ?? '',
      expect: typeof value?.expect === 'string' ? value.expect : '',
    };
    this.#entries.set(line, entry);
    if (entry.own.length > 0) this.#troubled.add(line);
    if (entry.id !== undefined) this.#ids.add(entry.id, line);
    if (entry.input !== undefined) this.#inputs.add(entry.input, line);
    this.#findNear(line, entry);
    for (const band of entry.bands) this.#bands.add(band, line);
    if (value) this.#count(entry, 1);
  }

  #remove(line: Line): void {
    const entry = this.#entries.get(line);
    if (!entry) return;
    this.#entries.delete(line);
    this.#troubled.delete(line);
    if (entry.id !== undefined) this.#ids.delete(entry.id, line);
    if (entry.input !== undefined) this.#inputs.delete(entry.input, line);
    for (const band of entry.bands) this.#bands.delete(band, line);
    for (const other of this.#near.get(line) ?? []) {
      const theirs = this.#near.get(other);
      theirs?.delete(line);
      if (theirs?.size === 0) this.#near.delete(other);
    }
    this.#near.delete(line);
    if (this.#document.parsed(line)?.value) this.#count(entry, -1);
  }

  #count({ dimension, expect }: Entry, by: number): void {
    this.#samples += by;
    const counts = this.#counts.get(dimension) ?? new Map<string, number>();
    const count = (counts.get(expect) ?? 0) + by;
    if (count > 0) counts.set(expect, count);
    else counts.delete(expect);
    if (counts.size > 0) this.#counts.set(dimension, counts);
    else this.#counts.delete(dimension);
  }

  /** Looks for near copies among the lines that share a band; variants of one sample are meant to be alike. */
  #findNear(line: Line, { signature, bands, family, input }: Entry): void {
    if (!signature) return;
    const seen = new Set<Line>();
    const near = new Set<Line>();
    for (const band of bands) {
      if (this.#bands.count(band) > TEMPLATE) continue;
      for (const other of this.#bands.of(band)) {
        if (seen.has(other) || near.size >= NEIGHBOURS) continue;
        seen.add(other);
        const entry = this.#entries.get(other)!;
        if (entry.input === input || (family !== undefined && entry.family === family)) continue;
        if (estimatedSimilarity(signature, entry.signature!) < NEAR_BY_SKETCH) continue;
        if (similarity(this.#textOf(line), this.#textOf(other)) >= NEAR) near.add(other);
      }
    }
    if (near.size === 0) return;
    this.#near.set(line, near);
    for (const other of near) {
      const theirs = this.#near.get(other) ?? new Set();
      this.#near.set(other, theirs.add(line));
    }
  }

  #inputOf(line: Line): string {
    return wholeOf(this.#document.parsed(line)?.input ?? '');
  }

  #textOf(line: Line): string {
    return wordsOf(this.#document.parsed(line)?.input ?? '');
  }
}

/** The whole input, roles included, to be compared for equality. */
function wholeOf(input: Sample['input']): string {
  return typeof input === 'string' ? input : JSON.stringify(messagesOf(input));
}

/** What is asked, in words. */
function wordsOf(input: Sample['input']): string {
  return messagesOf(input)
    .map(({ content }) => content)
    .join('\n');
}

/** A problem of a line as one of the whole text; what it is related to is of the whole text already. */
function shifted(problem: Problem, by: number): Problem {
  const shift = ([from, to]: Problem['span']) => [from + by, to + by] as const;
  const fixes = problem.fixes?.map((fix) => ({
    ...fix,
    edits: fix.edits.map(({ span, text }) => ({ span: shift(span), text })),
  }));
  return { ...problem, span: shift(problem.span), ...(fixes ? { fixes } : {}) };
}

function bodyOf(line: Line): string {
  return line.text.startsWith('\uFEFF') ? ` ${line.text.slice(1)}` : line.text;
}

/** The sample that this one and others were made from: see variants. */
function familyOf(value: Readonly<Record<string, unknown>> | null): string | undefined {
  const metadata = value?.metadata as Record<string, unknown> | undefined;
  const parent = metadata?.variant_of;
  if (typeof parent === 'string') return parent;
  return typeof value?.id === 'string' ? value.id : undefined;
}
