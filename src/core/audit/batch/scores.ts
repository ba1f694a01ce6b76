import type { Drift, ScoredPosition } from '../../../shared/drift.ts';
import { FailureError } from '../../../shared/failure.ts';
import type { Segment } from '../../../shared/generation.ts';
import type { TraceDelimiters } from '../../../shared/pair.ts';
import { type BySide, bySide, SIDES, type Side } from '../../../shared/side.ts';
import { measured, type ScoringOptions, unavailable } from '../../compare/scoring.ts';
import { pairScorer, sameIds } from '../../drift/pairScorer.ts';
import { alignPieces } from '../../drift/pieces.ts';
import type { ScoredRow, TextScorer } from '../../drift/textScorer.ts';
import { scoredRow } from '../../endpoints/dialects/rows.ts';
import { DEFAULT_DELIMITERS, delimitersOf, segmentTokens } from '../../endpoints/trace.ts';
import { isObject } from '../../formats/record.ts';
import type { ScorableText } from './scoringLines.ts';

/** What one model said of one text, kept until the other has too. */
export interface TextScores {
  tokens: { id: number; text: string; segment: Segment }[];
  /** One per token. */
  rows: ScoredRow[];
  /** What to know of the tokens, in one sentence. */
  note?: string;
}

type Json = Record<string, unknown>;

/**
 * Finds a text in the scored prompt of a chat that ends with it, and takes its rows: position t is that of the text's
 * own token t, whose id the prompt must have there. Where the author's tokens are known, the text has to have been cut
 * into just these; elsewhere they are found by their texts.
 *
 * @param body vLLM's answer: `prompt_logprobs`, one entry a token of the prompt (null for the first), and
 * `prompt_token_ids` from 0.10.2 on
 * @param alternatives how many were asked for
 * @throws Error in words: the line has failed
 */
export function readScores(
  body: Json,
  text: ScorableText,
  delimiters: TraceDelimiters | null,
  alternatives: number,
): TextScores {
  const { prompt_logprobs: lists, prompt_token_ids } = body;
  if (!Array.isArray(lists)) throw new Error('it has no prompt_logprobs');
  const ids = idsOf(prompt_token_ids);
  if (ids && ids.length !== lists.length) {
    throw new Error(`it has log-probabilities of ${lists.length} of ${ids.length} tokens`);
  }
  const entries = (lists as unknown[]).map((entry) => (isObject(entry) ? entry : {}));
  const known = text.tokens && locateIds(text, ids, entries);
  const { start, tokens, note } = known || locateText(text, delimiters, ids, entries);
  const rows = tokens.map(({ id }, t) => rowOf(entries[start + t]!, id, alternatives));
  return { tokens, rows, ...(note === undefined ? {} : { note }) };
}

interface Located {
  /** Position in the prompt of the text's first token. */
  start: number;
  tokens: TextScores['tokens'];
  note?: string;
}

/** Where the author's own tokens end the prompt. White space at their end may have been trimmed. */
function locateIds({ tokens: all }: ScorableText, ids: number[] | null, entries: Json[]): Located | null {
  const tokens = [...all!];
  for (;;) {
    const start = entries.length - tokens.length;
    if (tokens.length > 0 && start > 0) {
      const stands = ids
        ? sameIds(
            ids.slice(start),
            tokens.map(({ id }) => id),
          )
        : tokens.every(({ id }, t) => String(id) in entries[start + t]!);
      if (stands) return { start, tokens: tokens.map(({ id, text, segment }) => ({ id, text, segment })) };
    }
    const last = tokens.at(-1);
    if (last === undefined || last.text.trim() !== '') return null;
    tokens.pop();
  }
}

/** Where the tokens that end the prompt give the text when they are decoded. */
function locateText(
  { content, tokens: author, rebuilt }: ScorableText,
  delimiters: TraceDelimiters | null,
  ids: number[] | null,
  entries: Json[],
): Located {
  if (!ids) {
    throw new Error(
      'it has no prompt_token_ids, without which its tokens are not known (vLLM 0.10.2 and newer tell them)',
    );
  }
  const pieces = ids.map((id, t) => {
    const entry = entries[t]![String(id)];
    const text = isObject(entry) ? entry.decoded_token : null;
    return typeof text === 'string' ? text : '\uFFFD';
  });
  for (const form of new Set([content, content.trimEnd()])) {
    const found = tailOf(form, pieces);
    if (!found) continue;
    const { start, texts } = found;
    const segments = segmentTokens(
      texts,
      texts.map(() => false),
      delimiters ?? delimitersOf(form) ?? DEFAULT_DELIMITERS,
      { leading: delimiters === null },
    );
    const tokens = texts.map((text, t) => ({ id: ids[start + t]!, text, segment: segments[t]! }));
    const how = rebuilt ? 'Its text was put together and tokenized again' : 'Its text was tokenized again';
    const why = author ? ', into other tokens than it was written in' : '';
    return { start, tokens, note: `${how}${why}.` };
  }
  throw new Error(
    'its prompt does not end with the text that was to be scored: the chat template may take the trace out of an answer',
  );
}

/**
 * The shortest end of the pieces that gives the text. A part of a character could stand for all that comes before it: an
 * end that begins with one is taken only where no longer one does. The first token of a prompt has no score.
 */
function tailOf(text: string, pieces: readonly string[]): { start: number; texts: string[] } | null {
  let found: { start: number; texts: string[] } | null = null;
  for (let start = pieces.length - 1, length = 0; start > 0; start--) {
    const piece = pieces[start]!;
    length += piece.length;
    const isPart = piece.includes('\uFFFD') && !text.startsWith(piece);
    const begins = isPart || text.startsWith(piece) || text.startsWith(` ${piece}`);
    // Tokens that drop a space, or are a part of a character, stand for more than they show.
    const texts = begins && 2 * length + 4 >= text.length ? alignPieces(text, pieces.slice(start)) : null;
    if (texts) found = { start, texts };
    if (found && !isPart) return found;
    if (length > 2 * text.length + 64) break;
  }
  return found;
}

/** `{ "<id>": {logprob, rank, decoded_token} }`: the likeliest tokens, and the actual one where it is not among them. */
function rowOf(entries: Json, actual: number, alternatives: number): ScoredRow {
  const listed = Object.entries(entries).map(([key, value]) => {
    const { logprob, rank, decoded_token } = isObject(value) ? value : ({} as Json);
    return {
      id: Number(key),
      logprob,
      rank: typeof rank === 'number' ? rank : null,
      text: typeof decoded_token === 'string' ? decoded_token : null,
    };
  });
  const own = listed.find(({ id }) => id === actual);
  if (!own) throw new Error(`it has no log-probability of token ${actual} where that stands`);
  const top = listed.filter(({ rank }) => rank !== null && rank <= alternatives);
  try {
    const culprit = { label: 'It', origin: 'this line', authenticated: false };
    return scoredRow({ actual: own, rank: own.rank, top }, culprit);
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    throw new Error(`it has ${error.failure.message.replace(/^.* sent /, '')}`);
  }
}

function idsOf(value: unknown): number[] | null {
  return Array.isArray(value) && value.every((id) => Number.isInteger(id)) ? (value as number[]) : null;
}

/** What both models said of one text, as its drift: bounds, since lists of the likeliest tokens are all they gave. */
export async function driftOfScores(
  scores: BySide<TextScores>,
  { top = 5, threshold = 0.5 }: ScoringOptions,
): Promise<Drift> {
  // White space at the end may be trimmed by one template and not by the other.
  const length = Math.min(...SIDES.map((side) => scores[side].rows.length));
  const ids = bySide((side) => scores[side].rows.slice(0, length).map(({ id }) => id));
  if (!sameIds(ids.baseline, ids.reasoning)) {
    return {
      ...unavailable('The two models’ tokenizers cut this text into different tokens.'),
      positions: [],
    };
  }
  const { tokens } = scores.reasoning;
  const positions: ScoredPosition[] = [];
  const scorer = pairScorer(
    bySide((side) => given(side, scores[side].rows.slice(0, length))),
    {
      verifyTokenizers: false,
    },
  );
  const never = new AbortController().signal;
  for await (const batch of scorer.score({ prefix: bySide(() => NOTHING), ids: ids.baseline, top }, never)) {
    for (const position of batch) {
      const { segment, text } = tokens[position.index]!;
      positions.push({
        ...position,
        segment,
        text: text === '' && segment === 'control' ? position.text : text,
      });
    }
  }
  const notes = [...new Set(SIDES.flatMap((side) => scores[side].note ?? []))];
  return { ...measured(positions, threshold), positions, ...(notes.length > 0 && { note: notes.join(' ') }) };
}

const NOTHING = { messages: [] };

/** A scorer that has said all it will. */
function given(side: Side, rows: readonly ScoredRow[]): TextScorer {
  const never = (): never => {
    throw new Error('scores of a batch are asked for nothing else');
  };
  return {
    label: side,
    depth: async () => ({ maxTop: Math.max(1, ...rows.map(({ k }) => k)), vocabularySize: null }),
    async *score() {
      yield* rows;
    },
    tokenize: never,
    detokenize: never,
    pieces: never,
    fingerprint: never,
  };
}
