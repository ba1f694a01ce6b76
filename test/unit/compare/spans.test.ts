import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compare } from '../../../src/core/compare/compare.ts';
import type { PairScorer, SpanRequest } from '../../../src/core/drift/scoring.ts';
import { spanDrift } from '../../../src/core/drift/spanScorer.ts';
import {
  type ComparisonRequest,
  type ComparisonState,
  initialComparison,
  reduceComparison,
} from '../../../src/shared/comparison.ts';
import { FailureError, type FailureKind } from '../../../src/shared/failure.ts';
import { bySide } from '../../../src/shared/side.ts';
import { fakeEndpoint } from '../../fakes/endpoint.ts';

const REQUEST: ComparisonRequest = {
  id: '6f0c4a2e-0000-4000-8000-000000000000',
  pair: {
    name: 'demo',
    method: 'sft',
    models: bySide((side) => ({
      kind: 'gguf',
      gguf: 'x',
      trace: null,
      system: side === 'baseline' ? 'Think.' : null,
    })),
    sampling: { temperature: 0, maxTokens: 8, seed: 1, topP: null },
    lineage: null,
  },
  input: [{ role: 'user', content: 'Hi' }],
  origin: null,
};
const DIFFER = 'The two models’ tokenizers differ: emoji.';
const SPANS = spanDrift([
  {
    tokens: [0, 2],
    text: 'I see',
    segment: 'answer',
    surprisal: { baseline: 3, reasoning: 1 },
    pieces: { baseline: 1, reasoning: 2 },
  },
]);

async function run(
  spans: PairScorer['spans'] | undefined,
  stop = new AbortController(),
): Promise<ComparisonState> {
  const scorer: PairScorer = {
    // biome-ignore lint/correctness/useYield: it refuses before its first batch
    async *score(): AsyncGenerator<never> {
      throw new FailureError({ kind: 'tokenizers-differ', message: DIFFER });
    },
    tokenize: async () => [],
    ...(spans && { spans }),
  };
  const endpoints = bySide((side) =>
    fakeEndpoint(side, {
      tokens: [
        ['I', 'answer'],
        [' see', 'answer'],
        ['<|end|>', 'control'],
      ],
    }),
  );
  let state = initialComparison(REQUEST);
  for await (const event of compare(REQUEST, { endpoints, scorer }, {}, stop.signal)) {
    state = reduceComparison(state, event);
  }
  assert.ok(state.done);
  return state;
}

const driftOf = (state: ComparisonState) => {
  const drift = state.drift.reasoning;
  assert.ok(drift.state === 'scored', JSON.stringify(drift));
  return drift.drift;
};

const fails = (kind: FailureKind, message: string) => async () => {
  throw new FailureError({ kind, message });
};

describe('a comparison of two tokenizers', () => {
  it('has the spans in the place of the drift, which is unavailable with the reason', async () => {
    const asked: SpanRequest[] = [];
    const drift = driftOf(
      await run(async (request) => {
        asked.push(request);
        return SPANS;
      }),
    );
    assert.deepEqual(
      [drift.status, drift.reason, drift.summary, drift.positions, drift.spans],
      ['unavailable', DIFFER, null, [], SPANS],
    );
    assert.deepEqual(
      asked.map(({ author }) => author),
      ['reasoning', 'baseline'],
    );
    const [{ tokens, prefix }] = asked as [SpanRequest, SpanRequest];
    assert.deepEqual(
      tokens.map(({ text, segment }) => [text, segment]),
      [
        ['I', 'answer'],
        [' see', 'answer'],
        ['<|end|>', 'control'],
      ],
    );
    assert.deepEqual(prefix.reasoning, { messages: REQUEST.input });
    assert.deepEqual(prefix.baseline, {
      messages: [{ role: 'system', content: 'Think.' }, ...REQUEST.input],
    });
  });

  it('says why there are no spans where a server cannot be read from', async () => {
    const drift = driftOf(await run(fails('cannot-score', 'x tells nothing.')));
    assert.deepEqual([drift.status, drift.reason, drift.note], ['unavailable', DIFFER, 'x tells nothing.']);
    assert.equal(drift.spans, undefined);
  });

  it('is a failure where a server fails', async () => {
    const { drift } = await run(fails('timeout', 'x sent nothing.'));
    assert.equal(drift.reasoning.state === 'failed' && drift.reasoning.failure.kind, 'timeout');
  });

  it('is a failure where it is cancelled', async () => {
    const stop = new AbortController();
    const { drift } = await run(async () => {
      stop.abort();
      throw stop.signal.reason;
    }, stop);
    assert.equal(drift.reasoning.state === 'failed' && drift.reasoning.failure.kind, 'cancelled');
  });

  it('has the reason alone where the scorer knows no spans', async () => {
    const drift = driftOf(await run(undefined));
    assert.deepEqual([drift.status, drift.reason], ['unavailable', DIFFER]);
  });

  it('keeps a bug a bug', async () => {
    await assert.rejects(
      run(async () => {
        throw new TypeError('x is not a function');
      }),
      TypeError,
    );
  });
});
