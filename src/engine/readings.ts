import type { Token } from 'node-llama-cpp';
import type { TopLogits } from '../core/drift/normaliseTop.ts';
import type { Prefix } from '../core/drift/scoring.ts';
import { fail } from '../shared/failure.ts';
import { prefill } from './generate.ts';
import type { LoadedModel } from './models.ts';
import { renderPrefix } from './prompt.ts';

/**
 * Positions whose logits are held at once, times the vocabulary: 1 M values, about 50 MB while they pass through the
 * binding. Measured on 2 cores, a position with full logits takes 0.15 ms at a vocabulary of 356, 1.1 ms at 4,096,
 * 10 ms at 32,000 and 75 to 105 ms at 151,936; chunks of 4 or 16 make no difference. Asking for all logits is the
 * only way to exact numbers that the binding has: it sorts and boxes every value.
 */
const CHUNK_VALUES = 2 ** 20;
/** Positions of a chunk at most. The more are evaluated at once the faster, and the later a cancel is heard. */
const CHUNK = 64;

/** What is read at one position, as `controlledEvaluate` is told of it. */
interface Reading<T> {
  generateNext: {
    logits: true | { filter: { tokens: Token[]; includeTop: number } };
    totalLogitWeight?: true;
  };
  take(next: { logits: Map<Token, number>; totalLogitWeight: number }): T;
}

/** The full next-token logits that predict each of `ids`, given the prefix and the ids before it, chunk by chunk. */
export function allLogits(
  model: LoadedModel,
  prefix: Prefix,
  ids: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<Float32Array[], void> {
  const { size } = model.vocabulary;
  const chunk = Math.min(CHUNK, Math.max(4, Math.floor(CHUNK_VALUES / size)));
  return readings(model, prefix, ids, signal, chunk, () => ({
    generateNext: { logits: true },
    take({ logits }) {
      const row = new Float32Array(size).fill(Number.NEGATIVE_INFINITY);
      for (const [id, logit] of logits) row[id] = logit;
      return row;
    },
  }));
}

/**
 * The `k` largest next-token logits, and that of each of `ids` itself, with the normaliser. The binding still sorts, but
 * boxes k values and no more: a sixth of the time at a vocabulary of 151,936, and in another thread.
 */
export function topLogits(
  model: LoadedModel,
  prefix: Prefix,
  ids: readonly number[],
  k: number,
  signal: AbortSignal,
): AsyncGenerator<TopLogits[], void> {
  const { size } = model.vocabulary;
  return readings(model, prefix, ids, signal, CHUNK, (id) => ({
    generateNext: { logits: { filter: { tokens: [id as Token], includeTop: k } }, totalLogitWeight: true },
    take: ({ logits, totalLogitWeight }) => ({
      ids: [...logits.keys()],
      logits: [...logits.values()],
      k: Math.min(k, size),
      weight: totalLogitWeight,
      vocabularySize: size,
    }),
  }));
}

async function* readings<T>(
  model: LoadedModel,
  prefix: Prefix,
  ids: readonly number[],
  signal: AbortSignal,
  chunk: number,
  of: (id: number) => Reading<T>,
): AsyncGenerator<T[], void> {
  if (ids.length === 0) return;
  const before = renderPrefix(model, prefix).ids;
  if (before.length === 0) {
    fail('bad-request', `${model.label} has no token to begin a text with, so its first token has no score.`);
  }
  // The last id is predicted, never read.
  const read = [...before, ...ids.slice(0, -1)];
  if (read.length > model.trainedContext) {
    fail(
      'context-too-long',
      `Prompt and answer have ${read.length + 1} tokens together, but ${model.label} takes ${model.trainedContext}.`,
      { remedy: 'Score a shorter text, or use a model with a longer context.' },
    );
  }
  const { sequence, dispose } = await model.sequence(read.length, CHUNK);
  try {
    // The last prefix token is the first whose output counts: it predicts ids[0].
    await prefill(sequence, before.slice(0, -1), signal);
    for (let start = before.length - 1; start < read.length; start += chunk) {
      signal.throwIfAborted();
      const inputs = read.slice(start, start + chunk);
      const asked = inputs.map((_, i) => of(ids[start - before.length + 1 + i]!));
      const rows: T[] = [];
      await sequence.controlledEvaluate(
        inputs.map((id, i) => [id as Token, { generateNext: asked[i]!.generateNext }]),
        {
          onTokenResult(index, { next }) {
            rows[index] = asked[index]!.take(next as Parameters<Reading<T>['take']>[0]);
            // The library keeps every result until the call ends.
            delete next.logits;
          },
        },
      );
      if (rows.length !== inputs.length)
        throw new Error(`${inputs.length} positions gave ${rows.length} rows`);
      yield rows;
    }
  } finally {
    await dispose();
  }
}
