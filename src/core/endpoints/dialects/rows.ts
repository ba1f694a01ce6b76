import { idOfText } from '../../drift/names.ts';
import type { ScoredRow } from '../../drift/textScorer.ts';
import type { Culprit } from '../failures.ts';
import { malformed } from './server.ts';

/** A token that a server listed, as it said it. */
export interface ListedToken {
  id: number;
  /** Should be a number ≤ 0. */
  logprob: unknown;
  text: string | null;
}

/** One that may be any of several. */
export type UnnamedToken = Omit<ListedToken, 'id'> & { id: null };

export interface ReportedRow {
  /** The token that stands here. Its `logprob` is undefined where the server told that of the likeliest tokens only. */
  actual: ListedToken;
  /** 1 = the model's first choice; null or absent: the server does not say. */
  rank?: number | null;
  /**
   * The likeliest tokens, in any order. May hold the actual one. Where an id is null, it is one of several tokens that are
   * written alike, and the list may have lost the others.
   */
  top: readonly (ListedToken | UnnamedToken)[];
  /** Further tokens that were scored, though they may not be among the likeliest. */
  others?: readonly ListedToken[];
  /** See {@link ScoredRow.massResolution}. Default: {@link FLOAT32_MASS}. */
  massResolution?: number;
}

/** Of a sum over a softmax in float32. */
const FLOAT32_MASS = 1e-6;
/** How far above 0 a logprob, and above 1 their mass, may be for rounding. Raw logits are off by far more. */
const ROUNDING = 0.005;
/**
 * Servers write −∞ as a number, since JSON has none: vLLM and OpenAI as −9999, llama-server as the lowest float32.
 * No float32 softmax reaches below −104 otherwise.
 */
const MINUS_INFINITY = -9_000;
/** A list so short may have the ids 0 to n − 1 by chance. */
const SHORT = 64;

/**
 * What a server said of a position, checked and sorted.
 * @throws FailureError `malformed-response` where they are no log-probabilities: not numbers, above 0, or more than 1
 *   in sum.
 */
export function scoredRow(
  { actual, rank = null, top, others = [], massResolution = FLOAT32_MASS }: ReportedRow,
  culprit: Culprit,
): ScoredRow {
  const logprobs = new Map<number, number>();
  const texts = new Map<number, string | null>();
  let mass = 0;
  const add = (token: ListedToken) => {
    if (logprobs.has(token.id)) return;
    const logprob = checkedLogprob(token.logprob, culprit);
    mass += Math.exp(logprob);
    logprobs.set(token.id, logprob);
    texts.set(token.id, token.text);
  };
  const unnamed: number[] = [];
  for (const token of top) {
    if (token.id === null) unnamed.push(Math.exp(checkedLogprob(token.logprob, culprit)));
    else add(token);
  }
  const k = logprobs.size;
  for (const token of others) add(token);
  const isTold = actual.logprob !== undefined;
  const logprob = isTold ? checkedLogprob(actual.logprob, culprit) : (logprobs.get(actual.id) ?? null);
  if (isTold) add(actual);
  if (logprob !== null && Math.abs(Math.exp(logprob) - Math.exp(logprobs.get(actual.id)!)) > ROUNDING) {
    malformed(
      culprit,
      `two log-probabilities of token ${actual.id} at one position: ${logprob} and ${logprobs.get(actual.id)}`,
    );
  }
  const listedMass = mass + unnamed.reduce((sum, probability) => sum + probability, 0);
  if (listedMass > 1 + ROUNDING) {
    malformed(
      culprit,
      `probabilities that add up to ${listedMass.toFixed(2)} at one position`,
      'They may be raw logits, or probabilities after a temperature.',
    );
  }
  const listed = [...logprobs.keys()];
  const ids = [
    ...listed.slice(0, k).sort((a, b) => logprobs.get(b)! - logprobs.get(a)! || a - b),
    ...listed.slice(k),
  ];
  // What the list may have lost is no likelier than all that it does not tell.
  const lost = unnamed.length === 0 ? 0 : Math.max(...unnamed, 1 - listedMass);
  const isListed = logprob !== null && listed.indexOf(actual.id) < k;
  return {
    id: actual.id,
    text: actual.text ?? texts.get(actual.id) ?? '',
    logprob,
    rank: rank ?? (isListed ? 1 + ids.filter((id) => logprobs.get(id)! > logprob).length : null),
    ids,
    logprobs: ids.map((id) => logprobs.get(id)!),
    texts: ids.map((id) => texts.get(id) ?? null),
    k: lost === 0 ? k : ids.slice(0, k).filter((id) => Math.exp(logprobs.get(id)!) >= lost).length,
    complete: isWholeVocabulary(ids, mass),
    massResolution,
  };
}

/** @throws FailureError `malformed-response` */
export function checkedLogprob(value: unknown, culprit: Culprit): number {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    return malformed(culprit, `${JSON.stringify(value)} where a log-probability belongs`);
  }
  if (value > ROUNDING) {
    return malformed(
      culprit,
      `a log-probability of ${value}, above 0`,
      'Some servers can be set to give raw logits (vLLM: --logprobs-mode raw_logprobs undoes it).',
    );
  }
  return value < MINUS_INFINITY ? Number.NEGATIVE_INFINITY : Math.min(0, value);
}

/**
 * The tokens of a list that names them by their texts, with ids of their own.
 * @param top the likeliest first
 * @param actual the token that stands here, by its id; it is found in the list by its text and, since others may be
 *   written alike, by its log-probability
 */
export function namedByText(top: readonly Omit<ListedToken, 'id'>[], actual?: ListedToken): ListedToken[] {
  const seen = new Map<string, number>();
  let found = false;
  return top.map((token) => {
    const text = token.text ?? '';
    if (!found && actual?.text === text && isClose(actual.logprob, token.logprob)) {
      found = true;
      return { ...token, id: actual.id };
    }
    const nth = seen.get(text) ?? 0;
    seen.set(text, nth + 1);
    return { ...token, id: idOfText(text, nth) };
  });
}

function isClose(a: unknown, b: unknown): boolean {
  return typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) < 1e-5;
}

/**
 * Whether a list is everything there is. Its ids run from 0 to n − 1 without a gap, which a list of the likeliest
 * tokens does not, and no mass is missing.
 */
function isWholeVocabulary(ids: readonly number[], mass: number): boolean {
  if (ids.length < SHORT || mass < 1 - ROUNDING) return false;
  let largest = 0;
  for (const id of ids) largest = Math.max(largest, id);
  return largest === ids.length - 1;
}
