import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { areaUnderCurve, spearman } from '../../../src/core/audit/statistics/association.ts';
import { bootstrapMean } from '../../../src/core/audit/statistics/bootstrap.ts';
import { holm } from '../../../src/core/audit/statistics/holm.ts';
import { mcNemar } from '../../../src/core/audit/statistics/mcnemar.ts';
import { normalCdf, normalQuantile, normalSurvival } from '../../../src/core/audit/statistics/normal.ts';
import {
  tangoEquivalence,
  tangoInterval,
  tangoScore,
} from '../../../src/core/audit/statistics/pairedDifference.ts';
import { studentQuantile } from '../../../src/core/audit/statistics/student.ts';
import { wilcoxon } from '../../../src/core/audit/statistics/wilcoxon.ts';
// Made by tools/reference/statistics.py with SciPy and statsmodels; its head says how.
import reference from './statistics.reference.json' with { type: 'json' };

function close(ours: number, theirs: number, what = ''): void {
  assert.ok(
    Math.abs(ours - theirs) <= 1e-6 * Math.max(1, Math.abs(theirs)),
    `${what}: ${ours}, not ${theirs}`,
  );
}

describe('statistics equal SciPy’s to 1e-6', () => {
  test('normal distribution', () => {
    for (const { x, cdf, sf } of reference.normal) {
      close(normalCdf(x), cdf, `Φ(${x})`);
      close(normalSurvival(x) / sf, 1, `1 − Φ(${x}), relative`);
    }
    for (const { p, z } of reference.quantile) close(normalQuantile(p), z, `Φ⁻¹(${p})`);
  });

  test('Student’s t distribution', () => {
    for (const { p, df, t } of reference.student)
      close(studentQuantile(p, df) / t, 1, `t(${p}, ${df}), relative`);
  });

  test('exact McNemar', () => {
    for (const { p, ...discordant } of reference.mcNemar)
      close(mcNemar(discordant), p, JSON.stringify(discordant));
  });

  test('Tango’s score interval and equivalence, the likelihood maximised numerically', () => {
    for (const { n, level, interval, equivalence, ...discordant } of reference.tango) {
      const ours = tangoInterval(discordant, n, level);
      const what = `${JSON.stringify(discordant)} of ${n}`;
      close(ours[0], interval[0]!, `lower, ${what}`);
      close(ours[1], interval[1]!, `upper, ${what}`);
      close(tangoEquivalence(discordant, n, 0.05), equivalence, `equivalence, ${what}`);
    }
  });

  for (const { name, differences, p } of reference.wilcoxon) {
    test(`Wilcoxon signed-rank: ${name}`, () => close(wilcoxon(differences), p));
  }

  test('Holm', () => {
    for (const { p, adjusted } of reference.holm) {
      for (const [index, ours] of holm(p).entries()) close(ours, adjusted[index]!);
    }
  });

  test('Spearman with its interval, and the area under the curve', () => {
    for (const { x, y, rho, interval } of reference.spearman) {
      const ours = spearman(x, y)!;
      close(ours.rho, rho);
      close(ours.interval[0], interval[0]!);
      close(ours.interval[1], interval[1]!);
    }
    for (const { scores, positive, auc } of reference.auc) close(areaUnderCurve(scores, positive)!, auc);
  });

  test('the bootstrap’s interval, as far as chance allows', () => {
    for (const { differences, interval } of reference.bootstrap) {
      const ours = bootstrapMean(differences).interval(0.95);
      for (const end of [0, 1]) assert.ok(Math.abs(ours[end]! - interval[end]!) < 0.01);
    }
  });
});

describe('statistics', () => {
  test('a seed gives the same bootstrap again', () => {
    const differences = [0, 1, 0, -1, 1, 0, 0.5];
    const intervals = [7, 7, 8].map((seed) =>
      bootstrapMean(differences, { seed, resamples: 999 }).interval(0.95),
    );
    assert.deepEqual(intervals[0], intervals[1]);
    assert.equal(bootstrapMean([0, 0, 0]).atMost(-0.05), 1 / 10_001);
  });

  test('nothing to tell apart gives nothing', () => {
    assert.equal(wilcoxon([0, 0, 0]), 1);
    assert.equal(mcNemar({ regressed: 0, improved: 0 }), 1);
    assert.equal(spearman([1, 1, 1, 1, 1], [1, 2, 3, 4, 5]), null);
    assert.equal(areaUnderCurve([1, 2], [true, true]), null);
    assert.throws(() => normalQuantile(1), RangeError);
  });

  test('swapping the models mirrors every figure', () => {
    const counts = fc.record({ b: fc.nat(40), c: fc.nat(40), same: fc.nat(100) });
    fc.assert(
      fc.property(counts, fc.integer({ min: -900, max: 900 }), ({ b, c, same }, thousandths) => {
        const d = thousandths / 1000;
        const n = b + c + same + 1;
        const one = { regressed: b, improved: c };
        const other = { regressed: c, improved: b };
        assert.equal(mcNemar(one), mcNemar(other));
        close(tangoScore(one, n, d), -tangoScore(other, n, -d));
        const [low, high] = tangoInterval(one, n, 0.95);
        const mirrored = tangoInterval(other, n, 0.95);
        close(low, -mirrored[1]);
        close(high, -mirrored[0]);
        assert.ok(low <= (c - b) / n && (c - b) / n <= high);
      }),
      { numRuns: 200 },
    );
  });
});
