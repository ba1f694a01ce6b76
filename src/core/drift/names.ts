/*
 * Some servers name the tokens that they list by their texts alone, and several tokens may be written alike: parts of
 * characters, a letter and the byte that it is. Here such tokens get ids all the same, so that lists can be compared.
 */

/** Above the ids of any vocabulary. */
const FIRST = 2 ** 40;
/** Above these, ids that may stand for other tokens in another list. */
const FIRST_UNSURE = 2 ** 41;

const known = new Map<string, number>();

/**
 * The id of a token that is known by its text only: one for every text, the same for all servers.
 *
 * @param nth 0 for the likeliest token of this text in its list, 1 for the next. Taken in this order, lists of two models
 *   pair the tokens of one text by their likelihood. Of all ways to pair them it is the one of the least divergence (KL's
 *   and JSD's terms have a negative mixed derivative: the rearrangement inequality), and the tokens that a list leaves
 *   out are less likely than those it has, so that a lower bound stays one, whichever tokens they are.
 */
export function idOfText(text: string, nth = 0): number {
  const key = `${nth} ${text}`;
  let id = known.get(key);
  if (id === undefined) {
    id = (nth > 0 || isShared(text) ? FIRST_UNSURE : FIRST) + known.size;
    known.set(key, id);
  }
  return id;
}

/**
 * Whether an id stands for a text that more tokens than one may have: then it may be one token in one list and another in
 * another, and nothing but a lower bound can be said of the two.
 */
export function isUnsure(id: number): boolean {
  return id >= FIRST_UNSURE;
}

/** SentencePiece has a token for each ASCII character and another for the byte; and U+FFFD is any part of a character. */
function isShared(text: string): boolean {
  return text.includes('\uFFFD') || (text.length === 1 && text < '\x80');
}
