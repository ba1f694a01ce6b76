import type { Generation, Segment, Token } from '../../../src/shared/generation.ts';

/** Where the tokens of one section (a trace or an answer) stand in its text. */
export interface TokenOffsets {
  /** `starts[k]` is where the section's k-th token begins, in UTF-16 units; `starts[n]` is the end of the last. */
  starts: Uint32Array;
  /** `indices[k]` is the k-th token's index in the generation. Ascending. */
  indices: Uint32Array;
}

/** A generation's tokens by where they are shown. */
export interface PlacedTokens {
  trace: TokenOffsets | null;
  answer: TokenOffsets | null;
  /** Indices of control tokens that open and close each section, in order. */
  marks: Record<'trace' | 'answer', { before: number[]; after: number[] }>;
}

/** A generation's texts, and as much of its tokens as a place needs. */
export type Placeable = Pick<Generation, 'trace' | 'answer'> & {
  tokens: readonly Pick<Token, 'text' | 'segment'>[];
};

/**
 * Places a generation's tokens on its texts. A section whose tokens do not spell its text (a server that rewrote it)
 * gets null: heat in the wrong place is worse than none.
 */
export function placeTokens(generation: Placeable): PlacedTokens {
  const { tokens } = generation;
  return {
    trace: generation.trace === null ? null : offsetsOf(generation.trace, tokens, 'trace'),
    answer: offsetsOf(generation.answer, tokens, 'answer'),
    marks: controlMarks(generation),
  };
}

function offsetsOf(text: string, tokens: Placeable['tokens'], segment: Segment): TokenOffsets | null {
  let n = 0;
  for (const token of tokens) if (token.segment === segment) n++;
  if (n === 0) return null;
  const indices = new Uint32Array(n);
  const starts = new Uint32Array(n + 1);
  let at = 0;
  let k = 0;
  let spelled = true;
  tokens.forEach((token, index) => {
    if (token.segment !== segment) return;
    indices[k] = index;
    starts[k++] = at;
    spelled &&= text.startsWith(token.text, at);
    at += token.text.length;
  });
  starts[n] = at;
  if (spelled && at === text.length) return { starts, indices };
  // A section may have lost white space at its ends: the tokens then spell a little more than the text.
  const whole = Array.from(indices, (index) => tokens[index]!.text).join('');
  if (whole.trim() !== text.trim()) return null;
  const shift = leadOf(text) - leadOf(whole);
  return { starts: starts.map((start) => Math.min(Math.max(start + shift, 0), text.length)), indices };
}

function leadOf(text: string): number {
  return text.length - text.trimStart().length;
}

function controlMarks({ trace, tokens }: Placeable): PlacedTokens['marks'] {
  const marks: PlacedTokens['marks'] = {
    trace: { before: [], after: [] },
    answer: { before: [], after: [] },
  };
  let seen: 'nothing' | 'trace' | 'answer' = 'nothing';
  tokens.forEach((token, index) => {
    if (token.segment !== 'control') seen = token.segment;
    else if (seen === 'answer') marks.answer.after.push(index);
    else if (seen === 'trace') marks.trace.after.push(index);
    else (trace === null ? marks.answer : marks.trace).before.push(index);
  });
  return marks;
}

/**
 * The token (k, not its index in the generation) that holds the UTF-16 unit at `offset`; the last one at or past the
 * end. Of tokens that begin at the same place (those that end in half a character have no text), the last, which
 * has the character.
 */
export function tokenAt({ starts }: TokenOffsets, offset: number): number {
  let low = 0;
  let high = starts.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where a token of the generation stands among the section's tokens; −1 where it is not one of them. */
export function findToken({ indices }: TokenOffsets, index: number): number {
  let low = 0;
  let high = indices.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = indices[middle]!;
    if (at === index) return middle;
    if (at < index) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
