import type { BySide } from '../../shared/side.ts';

/** One model's tokens of a text, as bytes, with the probabilities that it gave them. */
export interface TokenStream {
  /**
   * The bytes each token stands for, from the tokenizer's pieces. Joined they are the text. Not the decoded strings that
   * servers send: these are wrong on parts of UTF-8 characters.
   */
  bytes: readonly Uint8Array[];
  /** ln of the probability of each token. */
  logprobs: readonly number[];
}

/** A stretch of text that both token streams have a border at the beginning and the end of, and none of both within. */
export interface Span {
  /** UTF-8 bytes from the beginning of the text: [start, end). */
  start: number;
  end: number;
  /** Indices of each model's tokens: [from, to). */
  tokens: BySide<readonly [from: number, to: number]>;
  /** ln of the probability that each model gave to the span: the sum over its tokens. */
  logprob: BySide<number>;
  /** ln R/B of the span, in nats: above 0 where the reasoning model held it likelier. NaN where both held it impossible. */
  logRatio: number;
}

/**
 * Cuts two tokenizations of one text at the byte borders that they share. This is how two models whose tokenizers differ
 * can be compared: no KL, since their distributions are over different things, but the probability each gave to the
 * same stretch of text. (A sum over one way to cut the text, and so a lower bound of the text's probability under the model.)
 *
 * A token without bytes (half a character, say, whose bytes stand with the token that completes it) belongs to what
 * follows it; at the very end to the last span.
 *
 * @throws Error where the streams are not of one text
 */
export function alignTokens(streams: BySide<TokenStream>): Span[] {
  const { baseline, reasoning } = streams;
  const texts = [baseline, reasoning].map(({ bytes }) => Buffer.concat(bytes));
  if (!texts[0]!.equals(texts[1]!))
    throw new Error('Two token streams of different texts cannot be aligned.');
  const length = texts[0]!.length;
  const left = cursor(baseline);
  const right = cursor(reasoning);
  const spans: Span[] = [];
  let start = 0;
  while (start < length) {
    const from = { baseline: left.index, reasoning: right.index };
    const before = { baseline: left.logprob, reasoning: right.logprob };
    left.next();
    right.next();
    while (left.at !== right.at) (left.at < right.at ? left : right).next();
    if (left.at === length) for (const side of [left, right]) side.takeEmpty();
    const logprob = {
      baseline: left.logprob.minus(before.baseline),
      reasoning: right.logprob.minus(before.reasoning),
    };
    spans.push({
      start,
      end: left.at,
      tokens: { baseline: [from.baseline, left.index], reasoning: [from.reasoning, right.index] },
      logprob,
      logRatio: logprob.reasoning - logprob.baseline,
    });
    start = left.at;
  }
  return spans;
}

/**
 * −log2 of the probability that a model gave to a text, per byte of it: comparable between tokenizers, where a mean
 * over tokens is not. 0 for the empty text; Infinity where the model held it impossible.
 */
export function bitsPerByte({ bytes, logprobs }: TokenStream): number {
  const length = bytes.reduce((sum, token) => sum + token.length, 0);
  const nats = -logprobs.reduce((sum, logprob) => sum + logprob, 0);
  return length === 0 ? 0 : nats / Math.LN2 / length;
}

/** A sum of log-probabilities that stays a number where some are −Infinity, so that parts of it can be taken out. */
class LogSum {
  readonly finite: number;
  readonly impossible: number;

  constructor(finite: number, impossible: number) {
    this.finite = finite;
    this.impossible = impossible;
  }

  plus(logprob: number): LogSum {
    return logprob === Number.NEGATIVE_INFINITY
      ? new LogSum(this.finite, this.impossible + 1)
      : new LogSum(this.finite + logprob, this.impossible);
  }

  minus(earlier: LogSum): number {
    return this.impossible > earlier.impossible ? Number.NEGATIVE_INFINITY : this.finite - earlier.finite;
  }
}

function cursor({ bytes, logprobs }: TokenStream) {
  return {
    /** Of the next token. */
    index: 0,
    /** Bytes before it. */
    at: 0,
    logprob: new LogSum(0, 0),
    next() {
      do this.step();
      while (bytes[this.index - 1]!.length === 0);
    },
    takeEmpty() {
      while (bytes[this.index]?.length === 0) this.step();
    },
    step() {
      this.at += bytes[this.index]!.length;
      this.logprob = this.logprob.plus(logprobs[this.index]!);
      this.index++;
    },
  };
}
