import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coverageOf, statusOf, summarize } from '../../../src/core/drift/summarize.ts';
import { INFINITE_NATS, type ScoredPosition } from '../../../src/shared/drift.ts';
import { hotspots } from '../../../src/shared/hotspots.ts';

function position(index: number, given: Partial<ScoredPosition> = {}): ScoredPosition {
  return {
    index,
    id: index,
    text: `t${index}`,
    segment: 'answer',
    status: 'exact',
    klForward: 0,
    klReverse: 0,
    jsd: 0,
    jsdMax: 0,
    surprisal: { baseline: 0, reasoning: 0 },
    rank: { baseline: 1, reasoning: 1 },
    entropy: { baseline: 0, reasoning: 0 },
    coverage: { baseline: 1, reasoning: 1 },
    k: null,
    top: { baseline: [], reasoning: [] },
    ...given,
  };
}

const withKl = (...values: number[]) => values.map((klForward, index) => position(index, { klForward }));

describe('summarize', () => {
  it('gives mean, sum, type-7 quantiles, maximum and share above the threshold', () => {
    const { answer } = summarize(withKl(4, 1, 3, 2), 2);
    const { n, mean, sum, median, p95, max, argmax, aboveThreshold } = answer.klForward;
    assert.deepEqual([n, mean, sum, median, max, argmax], [4, 2.5, 10, 2.5, 4, 0]);
    // numpy.quantile([1, 2, 3, 4], 0.95)
    assert.ok(Math.abs(p95! - 3.85) < 1e-12);
    assert.equal(aboveThreshold, 0.5, 'strictly above: 2 itself does not count');
  });

  it('keeps trace and answer apart and never counts control tokens', () => {
    const summary = summarize(
      [
        position(0, { segment: 'control', klForward: 100, klReverse: 100 }),
        position(1, { segment: 'trace', klForward: 1 }),
        position(2, { segment: 'control', klForward: 100 }),
        position(3, { segment: 'answer', klForward: 3 }),
      ],
      0.5,
    );
    assert.deepEqual([summary.trace.klForward.n, summary.trace.klForward.mean], [1, 1]);
    assert.deepEqual([summary.answer.klForward.mean, summary.answer.klForward.argmax], [3, 3]);
    assert.deepEqual([summary.all.klForward.n, summary.all.klForward.mean], [2, 2]);
  });

  it('says null, not 0, for a segment without tokens', () => {
    const { trace } = summarize(withKl(1), 0);
    assert.equal(trace.klForward.n, 0);
    assert.equal(trace.klForward.mean, null);
    assert.equal(trace.topAgreement, null);
  });

  it('counts the positions at which both first choices are the same', () => {
    const first = (id: number) => [{ id, text: '', logprob: -1 }];
    const positions = [
      position(0, { top: { baseline: first(1), reasoning: first(1) } }),
      position(1, { top: { baseline: first(1), reasoning: first(2) } }),
      position(2),
    ];
    assert.equal(summarize(positions, 0).all.topAgreement, 0.5);
  });

  it('stays infinite, and JSON, where a position is', () => {
    const { klForward } = summarize(withKl(1, INFINITE_NATS, 2, INFINITE_NATS, 3), 0).all;
    assert.deepEqual(
      [klForward.mean, klForward.sum, klForward.median, klForward.p95, klForward.max],
      [INFINITE_NATS, INFINITE_NATS, 3, INFINITE_NATS, INFINITE_NATS],
    );
  });

  it('calls a mixture of exact positions and bounds a bound', () => {
    const mixed = [position(0), position(1, { status: 'bound' })];
    assert.equal(statusOf(mixed), 'bound');
    assert.equal(statusOf([position(0)]), 'exact');
    assert.equal(statusOf([]), 'unavailable');
  });

  it('gives the least and the mean coverage of what is counted', () => {
    const covered = (index: number, baseline: number, segment: ScoredPosition['segment'] = 'trace') =>
      position(index, { segment, coverage: { baseline, reasoning: 1 } });
    assert.deepEqual(coverageOf([covered(0, 0.5), covered(1, 1), covered(2, 0, 'control')]), {
      baseline: { min: 0.5, mean: 0.75 },
      reasoning: { min: 1, mean: 1 },
    });
    assert.equal(coverageOf([]), null);
  });
});

describe('hotspots', () => {
  const found = (positions: ScoredPosition[], options: { threshold: number; limit?: number }) =>
    hotspots(positions, { figure: 'klForward', ...options }).map((p) => p.index);

  it('are local maxima above the threshold, the largest first', () => {
    assert.deepEqual(found(withKl(0, 2, 1, 0, 3, 4, 1, 0.4, 0.5), { threshold: 0.5 }), [5, 1]);
    assert.deepEqual(found(withKl(0, 2, 1, 0, 3, 4, 1), { threshold: 0, limit: 1 }), [5]);
  });

  it('are one per plateau, the first', () => {
    assert.deepEqual(found(withKl(2, 2, 2, 1, 2), { threshold: 0 }), [0, 4]);
  });

  it('are sought in trace and answer apart, and never among control tokens', () => {
    const segments = ['trace', 'trace', 'control', 'answer', 'answer'] as const;
    const positions = [1, 3, 9, 5, 2].map((klForward, index) =>
      position(index, { klForward, segment: segments[index]! }),
    );
    assert.deepEqual(found(positions, { threshold: 0 }), [3, 1]);
  });
});
