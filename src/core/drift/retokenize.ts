import { alignPieces } from './pieces.ts';
import type { TextScorer } from './textScorer.ts';

/** A text in a model's own tokens, verified to give the text back. */
export interface Retokenized {
  ids: number[];
  /** What each token contributes to the text, given each one's text decoded by itself; null where they do not fit. */
  texts(pieces: readonly string[]): string[] | null;
}

/** Null where the tokens that a model's tokenizer gives are not the text, or its server cannot tell. */
export async function retokenize(
  scorer: TextScorer,
  text: string,
  signal: AbortSignal,
): Promise<Retokenized | null> {
  // SentencePiece puts a space before a text, and some servers take it off again: so a space that the text begins with
  // may be that one, and where it begins with none there may be one that is not shown.
  const forms = text.startsWith(' ') ? [text.slice(1), text] : [text];
  for (const form of forms) {
    const ids = await scorer.tokenize(form, signal);
    const back = await scorer.detokenize(ids, signal);
    const isHidden = back === ` ${text}` && !text.startsWith(' ');
    if (back === null || (back !== text && !isHidden)) continue;
    return {
      ids,
      texts(pieces) {
        const texts = alignPieces(back, pieces);
        return texts && isHidden ? texts.map((own, at) => (at === 0 ? own.slice(1) : own)) : texts;
      },
    };
  }
  return null;
}

/**
 * The tokens of a text with their texts, which joined are the text.
 * @returns null where they are not, or the server has no route for it
 */
export async function tokenizeAgain(
  scorer: TextScorer,
  text: string,
  signal: AbortSignal,
): Promise<{ id: number; text: string }[] | null> {
  const again = await retokenize(scorer, text, signal);
  const pieces = again && (await scorer.pieces(again.ids, signal));
  const texts = pieces && again.texts(pieces);
  return texts && again.ids.map((id, at) => ({ id, text: texts[at]! }));
}
