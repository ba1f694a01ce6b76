import type { Find } from './find.ts';

const SUFFIX =
  'street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|square|sq|terrace|ter|parkway|pkwy|highway|hwy|circle|cir|crescent|close|way|alley|row|mews|trail|trl|plaza|walk';

/** A house number, one to four words, and a word for a street; then a unit, a town, a state and a postcode. */
const STREET = new RegExp(
  `(?<![\\w.,$€£/-])\\d{1,5}[a-z]?,?[ \\t]{1,2}(?:(?:n|s|e|w|north|south|east|west)\\.?[ \\t])?(?:[\\p{L}][\\p{L}'’.-]{0,20}|\\d{1,3}(?:st|nd|rd|th))(?:[ \\t](?:[\\p{L}][\\p{L}'’.-]{0,20})){0,3}?[ \\t](?:${SUFFIX})(?![\\p{L}\\p{N}])\\.?(?:[ \\t](?:NW|NE|SW|SE|N|S|E|W)(?![\\p{L}\\p{N}.]))?`,
  'giu',
);
const UNIT = /^,?\s{0,3}(?:apt|apartment|suite|ste|unit|floor|fl|#)\.?\s?#?\w{1,6}(?!\w)/iu;
const TOWN =
  /^,?\s{0,3}\p{Lu}\p{Ll}[\p{L}'’.-]{0,20}(?:[ \t]\p{Lu}\p{Ll}[\p{L}'’.-]{0,20}){0,2}(?=,?\s{0,3}(?:[A-Z]{2}(?!\p{L})|[A-Z]{1,2}\d|\d{4,5}))/u;
/** Of the United States, Canada and Australia. */
const STATE =
  /^,?\s{0,3}(?:A[BKLRZ]|ACT|BC|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ABDEINOST]|N[BCDEHJLMSTUVY]|NSW|NT|O[HKNR]|P[AER]|QC|QLD|RI|S[ACDK]|T[NX]|TAS|UT|V[AIT]|VIC|W[AIVY]|YT)(?![\p{L}\p{N}])/u;
const POSTCODE = /^,?\s{0,3}(?:\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})(?![\p{L}\p{N}])/u;
/** `10115 Berlin`, as on the continent. */
const POSTCODE_AND_TOWN =
  /^,?\s{0,3}(?:[A-Z]{1,2}-)?\d{4,5}[ \t]\p{Lu}\p{Ll}[\p{L}'’-]{0,20}(?:[ \t]\p{Lu}\p{Ll}[\p{L}'’-]{0,20})?/u;
/** English words that never stand inside a street's name: "2 people crossed the road". */
const NOT_A_NAME =
  /\s(?:of|the|a|an|and|or|in|on|to|for|with|is|are|was|were|that|this|by|at|from|my|your|his|her|their|our|people|years?|minutes?|hours?|days?|miles?|km|times?|cars?|more|other|different|another|each|every|one|any|some)\s/i;

/** `12`, `12a`, `12-14`. */
const NUMBER = '\\d{1,5}[a-z]?(?:[-–/]\\d{1,4}[a-z]?)?(?![\\p{L}\\p{N}])';
const NAME = "\\p{Lu}[\\p{L}'’.-]{0,24}";
const PARTICLE =
  '(?:de|del|della|dello|delle|dei|di|da|do|dos|das|du|des|la|le|les|el|los|las|al|van|von|den|der|het|in)';
const BEFORE = '(?<![\\p{L}\\p{N}])';

/** Germanic, Nordic and Hungarian streets: what ends the name says what it is, and the number follows it. */
const ENDING =
  'stra(?:ß|ss)e|str\\.|gasse|platz|allee|allé|weg|damm|ufer|steig|vej|gatan?|vägen|väg|vei(?:en)?|vegen|katu|kuja|polku|straat|laan|plein|gracht|dreef';
/** Other words end like these, unless what stands before is long. */
const COMMON_ENDING = 'tie|gade';
const WORD = 'stra(?:ß|ss)e|str\\.|platz|allee|allé|utca|tér|rakpart|ulica|gata|straat';
const SUFFIXED = new RegExp(
  `${BEFORE}(?:${NAME}[ \\t](?:${PARTICLE}[ \\t]){1,2})?(?:\\p{Lu}[\\p{L}-]{2,24}(?:${ENDING})|\\p{Lu}\\p{L}{5,24}(?:${COMMON_ENDING})|${NAME}[ \\t](?:${WORD}))[ \\t]${NUMBER}`,
  'gu',
);
/** Words that end like a street and are none. */
const NO_STREET = /^(?:\p{L}*brigade|renegade|retrograde|\p{L}*christie|necktie|untie)\b/iu;

/** Romance and Slavic streets: what begins the name says what it is; the number stands before or behind. */
const KIND =
  '(?:[Rr]ue|[Cc]alle|[Rr]ua|[Aa]venida|[Vv]iale|Via|Piazza|Piazzale|Corso|Vicolo|Largo|[Tt]ravessa|[Ee]strada|Chemin|Impasse|Quai|Paseo|Carrer|Strada|[Uu]l(?:ica|\\.))';
const REST = `(?:[ \\t](?:${PARTICLE}|[dl]['’]${NAME}|${NAME})){1,5}?`;
const PREFIXED = new RegExp(
  `${BEFORE}(?:${NUMBER},?[ \\t]${KIND}${REST}(?=[,.;:!?)\\n]|$|[ \\t](?!${NAME}))|${KIND}${REST},?[ \\t]${NUMBER})`,
  'gu',
);

const POST_BOX = new RegExp(
  `${BEFORE}(?:P\\.?[ \\t]?O\\.?[ \\t]Box|Postbox|Postfach)[ \\t]\\d{1,6}(?![\\p{L}\\p{N}])`,
  'giu',
);
/** Of the US forces: a box in a unit, or a ship, and the post office that takes the place of a town. */
const FORCES = new RegExp(
  `${BEFORE}(?:(?:PSC|CMR|Unit)[ \\t]\\d{1,5},?[ \\t]Box[ \\t]\\d{1,5}|(?:USS|USNS|USNV|USCGC)[ \\t]${NAME})\\s{1,3}(?:APO|FPO|DPO),?[ \\t](?:AA|AE|AP)[ \\t]\\d{5}(?:-\\d{4})?(?!\\p{N})`,
  'gu',
);

/** What may follow a street, in this order. */
const PARTS = [UNIT, POSTCODE_AND_TOWN, TOWN, STATE, POSTCODE];

interface Form {
  pattern: RegExp;
  reason: string;
  /** Of the form alone; what follows it makes it surer. */
  score: number;
  /** Nothing that follows belongs to it. */
  isWhole?: true;
  /** Whether this is one: `parts` of {@link PARTS} follow it. */
  holds(found: string, parts: number): boolean;
}

const FORMS: readonly Form[] = [
  {
    ...{ pattern: STREET, reason: 'house number and street', score: 0.7 },
    holds: (street, parts) => !NOT_A_NAME.test(street) && (parts > 0 || /\s\p{Lu}/u.test(street)),
  },
  {
    ...{ pattern: SUFFIXED, reason: 'street and house number', score: 0.7 },
    holds: (street) => !NO_STREET.test(street),
  },
  { ...{ pattern: PREFIXED, reason: 'street and house number', score: 0.7 }, holds: hasName },
  { ...{ pattern: POST_BOX, reason: 'post box', score: 0.8 }, holds: () => true },
  { ...{ pattern: FORCES, reason: 'military post', score: 0.9, isWhole: true }, holds: () => true },
];

function hasName(street: string): boolean {
  const [, ...rest] = street.replace(/^\d\S*,?\s/u, '').split(/\s/u);
  return rest.some((word) => /^(?:[dl]['’])?\p{Lu}/u.test(word));
}

/**
 * Addresses with a street and a house number, as English-speaking countries write them and, by the words for streets, most
 * European ones; post boxes; posts of the US forces. Others are not found, nor towns by themselves.
 */
export function* findAddresses(text: string): Generator<Find> {
  for (const { pattern, reason, score, isWhole, holds } of FORMS) {
    for (const { index, 0: found } of text.matchAll(pattern)) {
      let end = index + found.length;
      const rest = text.slice(end, end + 120);
      let used = 0;
      let parts = 0;
      for (const part of isWhole ? [] : PARTS) {
        const match = part.exec(rest.slice(used));
        if (match === null) continue;
        used += match[0].length;
        parts++;
      }
      if (!holds(found, parts)) continue;
      end += used;
      const endsSentence =
        used === 0 &&
        found.endsWith('.') &&
        !/\b(?:st|ave|rd|blvd|ln|dr|ct|pl|sq|ter|hwy|cir)\.$/i.test(found);
      if (endsSentence) end--;
      yield { start: index, end, type: 'ADDRESS', score: Math.min(0.95, score + 0.1 * parts), reason };
    }
  }
}
