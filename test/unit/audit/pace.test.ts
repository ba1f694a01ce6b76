import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createPace, progressLine } from '../../../src/core/audit/pace.ts';
import type { RunPlace, RunProgress } from '../../../src/shared/audit.ts';

const place: RunPlace = { sample: 0, k: 0, side: 'baseline' };
const START: RunProgress = { total: 100, done: 10, failed: 0, scored: 0, scoringFailed: 0 };
const LATER: RunProgress = { total: 100, done: 28, failed: 2, scored: 10, scoringFailed: 0 };

describe('the pace of an audit', () => {
  test('is what was done since this start, and the slower of generating and scoring says when it ends', () => {
    let time = 5_000;
    const pace = createPace(() => time);
    pace.happened({ type: 'started', progress: START, scoring: true });
    time += 10_000;
    pace.happened({ type: 'generated', place, tokens: 350, progress: LATER });
    // 20 generations in 10 s leave 35 s; 10 of 98 scored leave 88 s.
    assert.deepEqual(pace.now(), { tokensPerSecond: 35, eta: 88 });
    assert.equal(
      progressLine({ progress: LATER, scoring: true, ...pace.now() }),
      '28 of 100 done, 2 failed · 10 scored · 35 tokens/s · 88 s left',
    );
  });

  test('is not known before anything has ended, and nothing is left when all is done', () => {
    let time = 0;
    const pace = createPace(() => time);
    assert.deepEqual(pace.now(), { tokensPerSecond: null, eta: null });
    pace.happened({ type: 'started', progress: START, scoring: false });
    time = 3_000;
    assert.deepEqual(pace.now(), { tokensPerSecond: null, eta: null });
    const all = { ...START, done: 100 };
    pace.happened({ type: 'generated', place, tokens: 30, progress: all });
    assert.deepEqual(pace.now(), { tokensPerSecond: 10, eta: 0 });
    assert.equal(
      progressLine({ progress: all, scoring: false, ...pace.now() }),
      '100 of 100 done, 0 failed · 10 tokens/s',
    );
  });
});
