import { setTimeout as sleep } from 'node:timers/promises';
import type { DriftRequest, PairScorer, UnsegmentedPosition } from '../../src/core/drift/scoring.ts';

export interface ScorerScript {
  /** Positions per batch. Default 2. */
  batch?: number;
  /** ms before every batch. Default 0. */
  every?: number;
  /** Thrown before the batch of this number. */
  error?: { atBatch: number; error: Error };
  /** What a position really says: for scorers that break their contract. */
  spoil?(position: UnsegmentedPosition): UnsegmentedPosition;
}

export interface FakePairScorer extends PairScorer {
  requests: DriftRequest[];
}

/** A scorer without models. Forward KL at a token is its id / 100 nats, so that a test can tell where a figure is from. */
export function fakePairScorer({
  batch = 2,
  every = 0,
  error,
  spoil = (p) => p,
}: ScorerScript = {}): FakePairScorer {
  const requests: DriftRequest[] = [];
  return {
    requests,
    async *score(request, signal) {
      requests.push(request);
      const { ids } = request;
      for (let start = 0, n = 0; start < ids.length; start += batch, n++) {
        if (every > 0) await sleep(every, undefined, { signal });
        if (error?.atBatch === n) throw error.error;
        yield ids.slice(start, start + batch).map((id, offset) => spoil(position(start + offset, id)));
      }
    },
    tokenize: async (text) => [...text].map((character) => character.codePointAt(0)!),
  };
}

function position(index: number, id: number): UnsegmentedPosition {
  const both = <T>(value: T) => ({ baseline: value, reasoning: value });
  return {
    index,
    id,
    text: `<${id}>`,
    status: 'exact',
    klForward: id / 100,
    klReverse: id / 200,
    jsd: 0.1,
    jsdMax: 0.1,
    surprisal: both(1),
    rank: both(1),
    entropy: both(1),
    coverage: both(1),
    k: null,
    top: both([]),
  };
}
