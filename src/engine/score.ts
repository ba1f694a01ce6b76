import { boundPosition } from '../core/drift/boundPosition.ts';
import { compareLogits } from '../core/drift/compareLogits.ts';
import { chooseDepth } from '../core/drift/depth.ts';
import { normaliseTop, type TopLogits } from '../core/drift/normaliseTop.ts';
import type { Prefix, UnsegmentedPosition } from '../core/drift/scoring.ts';
import type { ScoredRow } from '../core/drift/textScorer.ts';
import type { WantedDepth } from '../shared/pair.ts';
import { type BySide, bySide, SIDES } from '../shared/side.ts';
import type { LoadedModel } from './models.ts';
import type { ScoreRow } from './protocol.ts';
import { allLogits, topLogits } from './readings.ts';
import { textsOf } from './vocabulary.ts';

export interface ScoreOptions {
  prefix: Prefix;
  /** The tokens to score. */
  ids: readonly number[];
  /** Alternatives to return per position. */
  top: number;
}

/** The distribution at every one of `ids` under one model. */
export async function* score(
  model: LoadedModel,
  { prefix, ids, top }: ScoreOptions,
  signal: AbortSignal,
): AsyncGenerator<ScoreRow, void> {
  const { vocabulary } = model;
  const texts = textsOf(vocabulary, ids);
  const textOf = (id: number) => vocabulary.textOf(id);
  const k = Math.max(top, depthOf([model]));
  let index = 0;
  if (k >= vocabulary.size) {
    for await (const chunk of allLogits(model, prefix, ids, signal)) {
      for (const row of chunk) {
        const id = ids[index]!;
        // A distribution beside itself: its surprisal, rank, entropy and top list are those of the pair.
        const own = compareLogits({ baseline: row, reasoning: row }, id, { top, textOf });
        yield {
          id,
          text: texts[index]!,
          logprob: -own.surprisal.baseline,
          rank: own.rank.baseline,
          entropy: own.entropy.baseline,
          top: own.top.baseline,
          mass: massOf(own.top.baseline),
        };
        index++;
      }
    }
    return;
  }
  for await (const chunk of topLogits(model, prefix, ids, k, signal)) {
    for (const logits of chunk) {
      const { id, logprob, rank, ...row } = scoredRow(logits, ids[index]!, texts[index]!);
      const listed = Array.from(row.ids)
        .slice(0, Math.min(top, row.k))
        .map((token, i) => ({ id: token, text: textOf(token), logprob: row.logprobs[i]! }));
      yield {
        ...{ id, text: row.text, logprob: logprob!, rank, entropy: null, top: listed },
        ...{ mass: massOf(listed), massResolution: row.massResolution },
      };
      index++;
    }
  }
}

export interface DriftOptions {
  prefixes: BySide<Prefix>;
  /** The tokens to score. */
  ids: readonly number[];
  /** Alternatives to return per model and position. */
  top: number;
  /** How many of the likeliest tokens to read. Undefined: see {@link chooseDepth}. */
  k: WantedDepth | undefined;
}

/**
 * Drift at every one of `ids`: both models read the same ids at the same time, one chunk ahead of the sums. Exact where
 * whole distributions are read, else bounds.
 */
export function drift(
  models: BySide<LoadedModel>,
  { prefixes, ids, top, k: wanted }: DriftOptions,
  signal: AbortSignal,
): AsyncGenerator<UnsegmentedPosition[], void> {
  const { vocabulary } = models.baseline;
  const texts = textsOf(vocabulary, ids);
  const textOf = (id: number) => vocabulary.textOf(id);
  const k = Math.max(top, depthOf([models.baseline, models.reasoning], wanted));
  if (k >= vocabulary.size) {
    const logits = bySide((side) => allLogits(models[side], prefixes[side], ids, signal));
    return paired(logits, (both, index) => ({
      ...compareLogits(both, ids[index]!, { top, textOf }),
      index,
      text: texts[index]!,
    }));
  }
  const logits = bySide((side) => topLogits(models[side], prefixes[side], ids, k, signal));
  return paired(logits, (both, index) => {
    const rows = bySide((side) => ({
      ...scoredRow(both[side], ids[index]!, texts[index]!),
      texts: both[side].ids.slice(0, top).map(textOf),
    }));
    return boundPosition(index, rows, top);
  });
}

/** Two streams of chunks as one of what they say together, position by position. */
async function* paired<T, R>(
  streams: BySide<AsyncGenerator<T[], void>>,
  combine: (both: BySide<T>, index: number) => R,
): AsyncGenerator<R[], void> {
  const nextChunks = async () => {
    const [b, r] = await Promise.all([streams.baseline.next(), streams.reasoning.next()]);
    return b.done || r.done ? null : { baseline: b.value, reasoning: r.value };
  };
  let ahead: ReturnType<typeof nextChunks> | null = nextChunks();
  try {
    let index = 0;
    for (let chunk = await ahead; chunk; chunk = await ahead) {
      ahead = nextChunks();
      // Whoever stops listening never awaits it.
      ahead.catch(() => {});
      const { baseline, reasoning } = chunk;
      yield baseline.map((row, i) => combine({ baseline: row, reasoning: reasoning[i]! }, index++));
    }
  } finally {
    await Promise.allSettled(SIDES.map((side) => streams[side].return()));
  }
}

/** What a model's largest logits say of the token that stands there. */
function scoredRow(logits: TopLogits, id: number, text: string): ScoredRow {
  const { ids, logprobs, k, massResolution } = normaliseTop(logits);
  const at = logits.ids.indexOf(id);
  const logit = logits.logits[at]!;
  return {
    ...{ id, text, logprob: logprobs[at]!, texts: [] },
    rank: at < k ? 1 + logits.logits.indexOf(logit) : null,
    ...{ ids, logprobs, k, complete: false, massResolution },
  };
}

function depthOf(models: readonly LoadedModel[], wanted?: WantedDepth): number {
  const vocabularySize = Math.max(...models.map(({ vocabulary }) => vocabulary.size));
  const depth = { maxTop: null, vocabularySize };
  return chooseDepth({ baseline: depth, reasoning: depth }, wanted);
}

function massOf(top: readonly { logprob: number }[]): number {
  return top.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
}
