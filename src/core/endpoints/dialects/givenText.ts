import { fail } from '../../../shared/failure.ts';
import { sameIds } from '../../drift/pairScorer.ts';
import { alignPieces } from '../../drift/pieces.ts';
import type { RowsRequest } from '../../drift/textScorer.ts';

/** Tokens of a text, as a server cut it. */
export interface CutText {
  ids: readonly number[];
  /** Each decoded by itself: U+FFFD for a part of a character. */
  pieces: readonly string[];
  /** What the tokens stand for. */
  text: string;
}

/** What a server that takes text only has cut so far: it has no route from ids back to text. */
export interface CutTexts {
  /** Null where the pieces are not those of the text. */
  remember(text: string, ids: readonly number[], pieces: readonly string[]): CutText | null;
  /** Of the ids of such a text, or of its beginning. */
  of(ids: readonly number[]): CutText | null;
}

const REMEMBERED = 32;

export function cutTexts(): CutTexts {
  const known: CutText[] = [];
  return {
    remember(text, ids, pieces) {
      // SentencePiece puts a space before a text, which its tokens then have.
      const full = [text, ` ${text}`].find((form) => alignPieces(form, pieces));
      if (full === undefined) return null;
      const cut = { ids, pieces, text: full };
      known.unshift(cut);
      known.length = Math.min(known.length, REMEMBERED);
      return cut;
    },
    of(ids) {
      const cut = known.find((other) => sameIds(other.ids.slice(0, ids.length), ids));
      if (!cut || cut.ids.length === ids.length) return cut ?? null;
      const pieces = cut.pieces.slice(0, ids.length);
      const text = alignPieces(cut.text, cut.pieces)!.slice(0, ids.length).join('');
      return { ids, pieces, text };
    },
  };
}

/** The ways to send a text: tokenizers that put a space before a text would put a second one before this. */
export function formsOf(text: string): string[] {
  return text.startsWith(' ') ? [text.slice(1), text] : [text];
}

/** @throws FailureError `cannot-score` */
export async function textOf(
  request: RowsRequest,
  texts: CutTexts,
  label: string,
  signal: AbortSignal,
): Promise<string> {
  const text = texts.of(request.ids)?.text ?? (await request.text?.(signal)) ?? null;
  if (text !== null) return text;
  return fail('cannot-score', `${label} takes no token ids, and the text that they stand for is not known.`);
}

export function otherTokens(label: string): never {
  return fail(
    'cannot-score',
    `${label} takes no token ids, and cuts the text into other tokens than were written.`,
    {
      remedy: 'Serve the model with a server that takes token ids: vLLM, SGLang or llama-server.',
    },
  );
}
