import type { TopList } from './bounds.ts';
import type { Prefix } from './scoring.ts';

/** What one model says of one position of a given text. */
export interface ScoredRow extends TopList {
  /** The token that stands here: among {@link TopList.ids} where its probability is known. */
  id: number;
  /** As the server writes it; a token that is half a UTF-8 character may be `''` or U+FFFD. */
  text: string;
  /** ln of the probability that the model gave it; null where the server tells that of likelier tokens only. */
  logprob: number | null;
  /** 1 = the model's first choice; null where neither the server nor the list tells. */
  rank: number | null;
  /** The texts of {@link TopList.ids}, in that order; null where the server gives none. */
  texts: ArrayLike<string | null>;
  /**
   * How far 1 − Σ of the list may be off, because the server normalised in float32. See
   * {@link BoundOptions.massResolution}.
   */
  massResolution: number;
}

export interface RowsRequest {
  prefix: Prefix;
  /** The tokens to score. The model reads exactly these ids after those of the prefix. */
  ids: readonly number[];
  /**
   * The text that the ids stand for: for servers that take no ids, and then are to cut it into just these. Null where it
   * cannot be found out.
   */
  text?(signal: AbortSignal): Promise<string | null>;
  /** How many of the likeliest tokens to list per position. Servers that have a lower limit list fewer. */
  k: number;
  /** For trying out whether it acts on what is scored: it must not. Default 0. */
  temperature?: number;
}

/** How much of a distribution a server tells about given text. */
export interface Depth {
  /** The most alternatives that one position can have; null: no limit but the vocabulary; 0: the given token only. */
  maxTop: number | null;
  /** Tokens in the vocabulary; null where the server does not say. */
  vocabularySize: number | null;
  /**
   * By what the server names the alternatives. Texts get ids of their own, the same for all servers, which are no ids of
   * any vocabulary: lists can be compared where both name tokens alike. Default `ids`.
   */
  named?: 'ids' | 'texts';
}

/** One model that can be made to read given text, whatever server runs it. */
export interface TextScorer {
  /** The model and where it runs, for messages. */
  readonly label: string;
  /** @throws FailureError as all functions here: `cannot-score` where the server has no way to it. */
  depth(signal: AbortSignal): Promise<Depth>;
  /** The ids of plain text as it would stand in the middle of a text: without BOS. */
  tokenize(text: string, signal: AbortSignal): Promise<number[]>;
  /** The text that ids stand for, special tokens' names included; null where the server has no such route. */
  detokenize(ids: readonly number[], signal: AbortSignal): Promise<string | null>;
  /** The text of each id decoded by itself, U+FFFD for a part of a character; null where there is no route for it. */
  pieces(ids: readonly number[], signal: AbortSignal): Promise<string[] | null>;
  /** The ids of what stands before scored tokens. Absent or null where the server keeps them to itself. */
  prefixIds?(prefix: Prefix, signal: AbortSignal): Promise<number[] | null>;
  /** One row per id, in order. */
  score(request: RowsRequest, signal: AbortSignal): AsyncIterable<ScoredRow>;
  /**
   * Names what answers, so that a server that was restarted with another model is noticed; null: it does not say.
   * Always asks the server.
   */
  fingerprint(signal: AbortSignal): Promise<string | null>;
}
