import type { ScoredPosition, SpanDrift } from '../../shared/drift.ts';
import type { Token } from '../../shared/generation.ts';
import type { Message } from '../../shared/prompt.ts';
import type { BySide, Side } from '../../shared/side.ts';

/**
 * What stands before the scored tokens: a chat, which each model renders with its own template up to where the
 * assistant's turn begins, or raw text after BOS.
 */
export type Prefix = { messages: Message[] } | { text: string };

export interface DriftRequest {
  /** Per model, since each may have a system prompt of its own. */
  prefix: BySide<Prefix>;
  /** The author's exact token ids, y_1..y_T. Both models read these, never re-tokenised text. */
  ids: number[];
  /** How many top alternatives to return per model and position. */
  top: number;
}

/** A position before the caller knows which segment its token belongs to. */
export type UnsegmentedPosition = Omit<ScoredPosition, 'segment'>;

/** Teacher-forces given ids through both models of a pair. */
export interface PairScorer {
  /**
   * Yields batches of positions in order, as they are computed.
   * @throws FailureError `cannot-score`, `tokenizers-differ`, and any failure of a server.
   */
  score(request: DriftRequest, signal: AbortSignal): AsyncIterable<UnsegmentedPosition[]>;
  /** The ids of raw text, without BOS, where both models' tokenizers agree on them. */
  tokenize(text: string, signal: AbortSignal): Promise<number[]>;
  /**
   * The tokens of a text that the author wrote, where its server did not tell them: tokenized again, and verified to
   * give the same text back. Texts joined are the text. Null where they do not, or the server cannot tokenize.
   */
  tokensOf?(author: Side, text: string, signal: AbortSignal): Promise<{ id: number; text: string }[] | null>;
  /**
   * Where KL cannot be had: the surprisals that the servers tell all the same. Null where they tell none.
   * @param ids as {@link DriftRequest.ids}
   */
  surprisals?(request: DriftRequest, signal: AbortSignal): Promise<BySide<number | null>[] | null>;
  /**
   * Where tokenizers differ: what each model gave to the stretches of text that both have a border around.
   * @throws FailureError `cannot-score` where a server does not tell the probability of given tokens, or cannot be made
   *   to cut the text into its own; and any failure of a server.
   */
  spans?(request: SpanRequest, signal: AbortSignal): Promise<SpanDrift>;
}

/** One author's text, to be read by each model in its own tokens. */
export interface SpanRequest {
  author: Side;
  prefix: BySide<Prefix>;
  /** The author's exact tokens. Their texts joined are the text. */
  tokens: readonly (Token & { id: number })[];
}
