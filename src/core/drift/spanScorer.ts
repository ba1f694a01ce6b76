import {
  INFINITE_NATS,
  logRatio,
  type ScoredSpan,
  type SpanDrift,
  type SpanSummary,
} from '../../shared/drift.ts';
import { fail } from '../../shared/failure.ts';
import type { Segment, Token } from '../../shared/generation.ts';
import { type BySide, bySide, otherSide, type Side } from '../../shared/side.ts';
import { alignTokens, bitsPerByte } from './alignTokens.ts';
import { retokenize } from './retokenize.ts';
import type { Prefix, SpanRequest } from './scoring.ts';
import type { TextScorer } from './textScorer.ts';

const UTF8 = new TextEncoder();

/** A model's own tokens of the text, and what it gave to each. */
interface ReadText {
  texts: readonly string[];
  /** ln of the probability of each. */
  logprobs: readonly number[];
}

/**
 * One author's text under two models whose tokenizers differ. The author reads its own exact tokens; the other model
 * reads the same text in tokens of its own, verified to give that text back. Both streams are then cut at the borders
 * that they share ({@link alignTokens}).
 *
 * What ends the author's turn is left out: it is a token of its vocabulary, and no text to the other model. Delimiters
 * within the text are read, since what follows depends on them, and counted nowhere.
 *
 * @throws FailureError `cannot-score`, and any failure of a server
 */
export async function scoreSpans(
  scorers: BySide<TextScorer>,
  { author, prefix, tokens }: SpanRequest,
  signal: AbortSignal,
): Promise<SpanDrift> {
  const written = tokens.slice(0, 1 + tokens.findLastIndex(({ segment }) => segment !== 'control'));
  const text = written.map((token) => token.text).join('');
  if (text === '') return spanDrift([]);
  const own = async (): Promise<ReadText> => {
    const ids = written.map(({ id }) => id);
    const rows = await rowsOf(scorers[author], prefix[author], ids, text, signal);
    return { texts: written.map((token) => token.text), logprobs: rows.map(({ logprob }) => logprob) };
  };
  const again = async (): Promise<ReadText> => {
    const side = otherSide(author);
    const scorer = scorers[side];
    const cut = await retokenize(scorer, text, signal);
    const rows = cut && (await rowsOf(scorer, prefix[side], cut.ids, text, signal));
    const pieces = cut && ((await scorer.pieces(cut.ids, signal)) ?? rows?.map((row) => row.text));
    const texts = pieces && cut.texts(pieces);
    if (texts && rows) return { texts, logprobs: rows.map(({ logprob }) => logprob) };
    return fail('cannot-score', `${scorer.label} cannot be made to read this text in tokens of its own.`, {
      remedy: 'Its server has to cut a text into tokens and put them together again.',
    });
  };
  const [mine, others] = await Promise.all([own(), again()]);
  return aligned(
    written,
    bySide((side) => (side === author ? mine : others)),
    author,
  );
}

async function rowsOf(
  scorer: TextScorer,
  prefix: Prefix,
  ids: readonly number[],
  text: string,
  signal: AbortSignal,
): Promise<{ text: string; logprob: number }[]> {
  const rows: { text: string; logprob: number }[] = [];
  const request = { prefix, ids, k: 1, text: async () => text };
  for await (const { text, logprob } of scorer.score(request, signal)) {
    if (logprob === null) {
      return fail('cannot-score', `${scorer.label} tells the probability of the likeliest tokens only.`);
    }
    rows.push({ text, logprob });
  }
  if (rows.length !== ids.length)
    throw new Error(`${scorer.label} scored ${rows.length} of ${ids.length} tokens`);
  return rows;
}

/** @param written the author's tokens, which are those of its own {@link ReadText} */
function aligned(written: readonly Token[], read: BySide<ReadText>, author: Side): SpanDrift {
  const streams = bySide((side) => ({
    bytes: read[side].texts.map((text) => UTF8.encode(text)),
    logprobs: read[side].logprobs,
  }));
  const spans = alignTokens(streams).map(({ tokens, logprob }): ScoredSpan => {
    const own = written.slice(...tokens[author]);
    return {
      tokens: tokens[author],
      text: own.map(({ text }) => text).join(''),
      segment: segmentOf(own),
      surprisal: bySide((side) => surprisal(logprob[side])),
      pieces: bySide((side) => tokens[side][1] - tokens[side][0]),
    };
  });
  return spanDrift(spans);
}

/** Wholly one part, or control: what a delimiter reaches into belongs to neither part alone. */
function segmentOf(tokens: readonly Token[]): Segment {
  const [first, ...rest] = tokens.map(({ segment }) => segment);
  return first !== undefined && rest.every((segment) => segment === first) ? first : 'control';
}

/** Spans with what they add up to per segment. */
export function spanDrift(spans: ScoredSpan[]): SpanDrift {
  const over = (counts: (segment: Segment) => boolean) =>
    summarizeSpans(spans.filter(({ segment }) => counts(segment)));
  return {
    spans,
    summary: {
      trace: over((segment) => segment === 'trace'),
      answer: over((segment) => segment === 'answer'),
      all: over((segment) => segment !== 'control'),
    },
  };
}

function summarizeSpans(spans: readonly ScoredSpan[]): SpanSummary {
  const bytes = spans.map(({ text }) => UTF8.encode(text));
  const total = bytes.reduce((sum, part) => sum + part.length, 0);
  const nats = bySide((side) => {
    const given = spans.map((span) => span.surprisal[side]);
    return given.includes(INFINITE_NATS) ? INFINITE_NATS : given.reduce((sum, value) => sum + value, 0);
  });
  return {
    n: spans.length,
    bytes: total,
    bitsPerByte: bySide((side) => {
      if (total === 0) return null;
      if (nats[side] === INFINITE_NATS) return INFINITE_NATS;
      return bitsPerByte({ bytes, logprobs: spans.map((span) => -span.surprisal[side]) });
    }),
    logRatio: spans.length === 0 ? null : logRatio(nats),
  };
}

function surprisal(logprob: number): number {
  return logprob === Number.NEGATIVE_INFINITY ? INFINITE_NATS : -logprob;
}
