import type { WantedDepth } from '../../shared/pair.ts';
import { type BySide, SIDES } from '../../shared/side.ts';
import type { Depth } from './textScorer.ts';

/**
 * Whole distributions are read up to this size of the vocabulary, unless a pair says otherwise. A server writes some 60
 * bytes of JSON an entry: at 32,768 entries 2 MB a position, which takes as long as computing it does. The embedded
 * engine takes 10 ms a position for as many, and 75 to 105 ms for 151,936.
 */
const WHOLE_UP_TO = 32_768;
/** Where only a part is read. With it the tails of peaked distributions hold a few thousandths. */
const USUAL_K = 1_000;

/**
 * How many alternatives to ask for: the whole vocabulary where both servers give it and it is wanted or not too large,
 * else as many as are wanted or of use; a server with a lower limit gives fewer.
 */
export function chooseDepth(depths: BySide<Depth>, wanted?: WantedDepth): number {
  const whole = wholeVocabulary(depths);
  if (wanted === 'all') return whole ?? USUAL_K;
  if (wanted !== undefined) return whole === null ? wanted : Math.min(wanted, whole);
  return whole !== null && whole <= WHOLE_UP_TO ? whole : USUAL_K;
}

/** Whether scores of the depth that is chosen are exact. */
export function isExactAt(depths: BySide<Depth>, wanted?: WantedDepth): boolean {
  return wholeVocabulary(depths) === chooseDepth(depths, wanted);
}

/** The size of the vocabulary where both servers can list all of it; null where one cannot, or none tells the size. */
function wholeVocabulary(depths: BySide<Depth>): number | null {
  const sizes = SIDES.flatMap((side) => depths[side].vocabularySize ?? []);
  if (sizes.length === 0) return null;
  const whole = Math.max(...sizes);
  return SIDES.every((side) => (depths[side].maxTop ?? whole) >= whole) ? whole : null;
}
