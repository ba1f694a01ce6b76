/** What must not reach a terminal as it is: it would move the cursor, recolour, retitle, or reorder what is read. */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be kept out
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]|\p{Cs}/gu;

/**
 * Untrusted text made safe for a terminal: C0 controls as their pictures (`␛`), C1 and bidirectional controls and lone
 * surrogates as `\u{9b}`. Line ends and tabs stay.
 */
export function visible(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(UNSAFE, (char) => {
    const code = char.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return `\\u{${code.toString(16)}}`;
  });
}

/** As {@link visible}, on one line: line ends and tabs become `↵` and `⇥`. */
export function visibleInline(text: string): string {
  return visible(text).replaceAll('\n', '↵').replaceAll('\t', '⇥');
}

/**
 * JSON in which DEL, C1 and bidirectional controls are escaped too, so that it may be printed on a terminal.
 * @param indent spaces a level; 0: all on one line.
 */
export function safeJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, finite, indent).replace(
    UNSAFE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** JSON has no Infinity; the domain model's stand-in is the largest double (see INFINITE_NATS). */
function finite(_key: string, value: unknown): unknown {
  if (value === Number.POSITIVE_INFINITY) return Number.MAX_VALUE;
  if (value === Number.NEGATIVE_INFINITY) return -Number.MAX_VALUE;
  return value;
}

/** Marks parts of a text for a terminal, or leaves them as they are where colour is not wanted. */
export interface Style {
  colour: boolean;
  bold(text: string): string;
  dim(text: string): string;
  /** @param level 0 (none) to 5 (most): how strong the heat behind the text is. */
  heat(text: string, level: number): string;
  /** Heat whose strength is not to be read: it rests on too little. */
  faint(text: string): string;
  /** @param level −3 to 3: below 0 in one colour, above in another. */
  diverging(text: string, level: number): string;
}

/** Backgrounds of the 256-colour palette from nothing to red, each with a foreground that stays readable on it. */
const HEAT = [
  '',
  '48;5;230;38;5;16',
  '48;5;222;38;5;16',
  '48;5;215;38;5;16',
  '48;5;203;38;5;16',
  '48;5;160;38;5;231',
];

/** Blue below 0 and green above, which colour-blind readers tell apart too; none of the colours of {@link HEAT}. */
const BELOW = ['', '48;5;195;38;5;16', '48;5;117;38;5;16', '48;5;26;38;5;231'];
const ABOVE = ['', '48;5;194;38;5;16', '48;5;149;38;5;16', '48;5;64;38;5;231'];
const GREY = '48;5;240;38;5;231';

export function createStyle(colour: boolean): Style {
  const mark = (codes: string) => (text: string) =>
    colour && codes !== '' && text !== '' ? text.replace(/[^\n]+/g, `\u001b[${codes}m$&\u001b[0m`) : text;
  const heats = HEAT.map(mark);
  const [below, above] = [BELOW.map(mark), ABOVE.map(mark)];
  return {
    colour,
    bold: mark('1'),
    dim: mark('2'),
    heat: (text, level) => heats[Math.max(0, Math.min(level, HEAT.length - 1))]!(text),
    faint: mark(GREY),
    diverging: (text, level) =>
      (level < 0 ? below : above)[Math.min(Math.abs(level), ABOVE.length - 1)]!(text),
  };
}

/** Colour only on a terminal, and not where https://no-color.org says no. */
export function wantsColour(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  return isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
}
