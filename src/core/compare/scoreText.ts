import type { Drift, ScoredPosition, SpanDrift } from '../../shared/drift.ts';
import { FailureError } from '../../shared/failure.ts';
import { type BySide, bySide } from '../../shared/side.ts';
import type { PairScorer, Prefix } from '../drift/scoring.ts';
import type { OpenPair } from './openPair.ts';
import {
  DEFAULT_THRESHOLD,
  DEFAULT_TOP,
  inStep,
  measured,
  SCORING_STOPPED,
  type ScoringOptions,
  unavailable,
} from './scoring.ts';

/**
 * The drift of both models over raw text: its tokens after BOS, without a chat template. All of it counts as answer.
 * Where the tokenizers differ it is unavailable, with what both gave to the text in their own tokens.
 * @throws FailureError as the scorer does; `cancelled` where the signal says so.
 */
export async function scoreText(
  { scorer }: OpenPair,
  text: string,
  { top = DEFAULT_TOP, threshold = DEFAULT_THRESHOLD }: ScoringOptions,
  signal: AbortSignal,
): Promise<Drift> {
  if ('unavailable' in scorer) return { ...unavailable(scorer.unavailable), positions: [] };
  const prefix = bySide(() => ({ text: '' }));
  try {
    return await divergence(scorer, text, prefix, top, threshold, signal);
  } catch (error) {
    if (!(error instanceof FailureError) || error.failure.kind !== 'tokenizers-differ') throw error;
    const spans = await spansOf(scorer, text, prefix, signal);
    if (!spans) throw error;
    return { ...unavailable(error.failure.message), positions: [], spans };
  }
}

async function divergence(
  scorer: PairScorer,
  text: string,
  prefix: BySide<Prefix>,
  top: number,
  threshold: number,
  signal: AbortSignal,
): Promise<Drift> {
  const ids = await scorer.tokenize(text, signal);
  if (ids.length === 0) return { ...unavailable('The text is empty.'), positions: [] };
  const positions: ScoredPosition[] = [];
  for await (const batch of inStep(scorer, { prefix, ids, top }, signal)) {
    positions.push(...batch.map((position) => ({ ...position, segment: 'answer' as const })));
  }
  if (signal.aborted) throw new FailureError(SCORING_STOPPED);
  return { ...measured(positions, threshold), positions };
}

/** Nobody wrote the text: one of the models is taken for its author, and reads it in its own tokens as the other does. */
async function spansOf(
  scorer: PairScorer,
  text: string,
  prefix: BySide<Prefix>,
  signal: AbortSignal,
): Promise<SpanDrift | null> {
  const author = 'reasoning';
  const tokens = await scorer.tokensOf?.(author, text, signal);
  if (!tokens) return null;
  const answer = tokens.map((token) => ({ ...token, segment: 'answer' as const }));
  return (await scorer.spans?.({ author, prefix, tokens: answer }, signal)) ?? null;
}
