import type { Span } from '../../shared/diff.ts';

/** Something wrong in a text file, at the place where it stands. What an editor underlines. */
export interface Problem {
  /** One sentence. Never quotes a key. */
  message: string;
  severity: 'error' | 'warning' | 'information';
  /** `[start, end)` in UTF-16 units of the text that was read. */
  span: Span;
  /** Names the kind of problem: `json-syntax`, `missing-field`… Stable, for quick fixes and tests. */
  code: string;
  /** What would mend it, likeliest first. */
  fixes?: Fix[];
  /** Other places that have to do with it, in the same text. */
  related?: readonly { span: Span; message: string }[];
}

export interface Fix {
  /** What the reader picks: `Replace by ${env:LAB_KEY}`. */
  title: string;
  edits: Edit[];
  /** Before the edits are made, the JSON string at `span` has to be put into the secret store under `origin`. */
  store?: { origin: string; span: Span };
}

/** Replaces `[start, end)` in UTF-16 units by a text. */
export interface Edit {
  span: Span;
  text: string;
}

/** The text after the edits of a fix, which must not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  return edits
    .toSorted((a, b) => b.span[0] - a.span[0])
    .reduce((result, { span, text }) => result.slice(0, span[0]) + text + result.slice(span[1]), text);
}

/** The 1-based line and column (in UTF-16 units) of an offset, for messages in a terminal. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', start)) {
    line++;
    start = end + 1;
  }
  return { line, column: offset - start + 1 };
}
