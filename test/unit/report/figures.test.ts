import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareValues } from '../../../src/core/audit/statistics/compare.ts';
import type { DimensionResult } from '../../../src/shared/audit.ts';
import { testRemark } from '../../../src/shared/report/figures.ts';

/** What is said of these differences, each that often, from a baseline value of ½. */
function remark(...differences: [difference: number, count: number][]): string {
  const pairs = differences.flatMap(([difference, count]) =>
    Array.from({ length: count }, () => ({ baseline: 0.5, reasoning: 0.5 + difference })),
  );
  const compared = compareValues(pairs, { margin: 0.05, seed: 1, resamples: 2_000 });
  return testRemark(compared as unknown as DimensionResult, 0.05);
}

test('a small p beside an interval around 0 is explained, with the samples behind it', () => {
  assert.equal(
    remark([-0.001, 50], [0.05, 1]),
    'The test ranks the samples’ differences (50 worse, 1 better) and finds them lopsided; their mean, which the interval is of, is near 0.',
  );
});

test('so is a large p beside an interval that leaves 0 out', () => {
  assert.match(remark([-0.4, 14], [0.01, 25]), /14 worse, 25 better.* does not find them lopsided/);
});

test('nothing is said where p and interval agree', () => {
  assert.equal(remark([-0.2, 40], [0.01, 5]), '');
  assert.equal(remark([-0.01, 20], [0.01, 20]), '');
});

test('nothing is said of a test whose interval is of the same', () => {
  const binary = {
    test: 'exact McNemar, Tango’s score interval',
    p: 0.06,
    interval: [-0.2, -0.01],
    changed: { regressed: 9, improved: 2 },
  };
  assert.equal(testRemark(binary as unknown as DimensionResult, 0.05), '');
});
