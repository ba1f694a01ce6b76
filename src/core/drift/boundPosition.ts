import { type Alternative, INFINITE_NATS } from '../../shared/drift.ts';
import { type BySide, bySide } from '../../shared/side.ts';
import { boundDivergences } from './bounds.ts';
import { entropy } from './divergences.ts';
import type { UnsegmentedPosition } from './scoring.ts';
import type { ScoredRow } from './textScorer.ts';

/**
 * The drift at one position, of what each model's list of likeliest tokens tells: exact where both are whole, else
 * bounds ({@link boundDivergences}).
 * @param rows of one token, whose id is that of the baseline's row
 * @param top how many of each model's alternatives to keep
 */
export function boundPosition(index: number, rows: BySide<ScoredRow>, top: number): UnsegmentedPosition {
  // Two lists that are whole but not of one vocabulary (padded to different sizes): what only one has says nothing.
  const alike = rows.baseline.ids.length === rows.reasoning.ids.length;
  const lists = bySide((side) => ({ ...rows[side], complete: rows[side].complete && alike }));
  const massResolution = Math.max(rows.baseline.massResolution, rows.reasoning.massResolution);
  return {
    index,
    id: rows.baseline.id,
    text: rows.baseline.text || rows.reasoning.text,
    ...boundDivergences(lists, { massResolution }),
    surprisal: bySide((side) => surprisalOf(rows[side])),
    rank: bySide((side) => rows[side].rank),
    entropy: bySide((side) => (lists[side].complete ? entropy(rows[side].logprobs) : null)),
    top: bySide((side) => alternatives(rows[side], top)),
  };
}

/** −ln of the probability of the token that stands there, in nats; null where the server does not tell it. */
export function surprisalOf({ logprob }: ScoredRow): number | null {
  if (logprob === null) return null;
  return logprob === Number.NEGATIVE_INFINITY ? INFINITE_NATS : -logprob;
}

function alternatives({ ids, logprobs, texts, k }: ScoredRow, top: number): Alternative[] {
  return Array.from({ length: Math.min(top, k) }, (_, i) => ({
    id: ids[i]!,
    text: texts[i] ?? `#${ids[i]}`,
    logprob: logprobs[i]!,
  })).filter(({ logprob }) => logprob > Number.NEGATIVE_INFINITY);
}
