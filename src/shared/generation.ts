import type { Failure } from './failure.ts';
import type { TraceDelimiters } from './pair.ts';

/**
 * The part of a generation that a token belongs to. `control` tokens (`<think>`, end of turn) are shown
 * but left out of every mean.
 */
export type Segment = 'trace' | 'answer' | 'control';

/** One generated token. Concatenating `text` over a generation's tokens gives its raw text exactly. */
export interface Token {
  /** Vocabulary id in the author's tokenizer; null where the server gives none. */
  id: number | null;
  /**
   * The text that this token completes: a token that ends in half a UTF-8 character has `''` or its complete
   * part, and the token that finishes the character has the character.
   */
  text: string;
  segment: Segment;
  /** ln of the probability that the author's server says it had; absent where it says none. */
  logprob?: number;
}

export type Finish = 'stop' | 'length' | 'cancelled' | 'failed';

/** What one model wrote for a prompt. */
export interface Generation {
  /** The reasoning; null where the model wrote none. Equals its `trace` tokens' texts joined, where tokens are known. */
  trace: string | null;
  /** How the trace came: in a field of the server's own, or between delimiters. Absent: no trace, or nobody noted it. */
  traceIn?: { field: string } | { delimiters: TraceDelimiters };
  /** The answer; '' where the trace was never closed. */
  answer: string;
  /**
   * All that was written, delimiters included, exactly. Only where there are no `tokens`, and the server did not take
   * the trace out of it.
   */
  raw?: string;
  finish: Finish;
  /** Why, where `finish` is `failed`. What arrived before stays. */
  failure?: Failure;
  /** Author's exact tokens in order, control tokens included; empty where the server gives no ids. */
  tokens: Token[];
  timing: GenerationTiming;
}

export interface GenerationTiming {
  /** ms from the request to the first token; null: none came. */
  firstToken: number | null;
  /** ms from the first token to the end of the trace; null: no trace. */
  trace: number | null;
  /** ms from the request to the end. */
  total: number;
}
