import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { driftProfile } from '../../../src/core/audit/profile.ts';
import type { KlColumn } from '../../../src/core/audit/runStore.ts';
import { profileTables } from '../../../src/core/report/profileTables.ts';
import { INFINITE_NATS } from '../../../src/shared/drift.ts';
import type { Segment } from '../../../src/shared/generation.ts';
import { createRunFile } from '../../../src/store/runFile.ts';
import { fakeDrift, fakeGeneration, fakeRun, fakeSamples } from '../../fakes/runs.ts';
import reference from './statistics.reference.json' with { type: 'json' };

function column(
  sample: number,
  positions: [Segment, number, 'bound'?][],
  rest: Partial<KlColumn> = {},
): KlColumn {
  return {
    sample,
    dimension: 'safety',
    segments: positions.map(([segment]) => segment),
    statuses: positions.map(([, , status]) => status ?? 'exact'),
    klForward: positions.map(([, kl]) => kl),
    ...rest,
  };
}

const profileOf = (columns: KlColumn[]) => driftProfile({ klColumns: () => columns.values() });

describe('where drift sits', () => {
  test('tokens of one sample are one cluster: mean and interval are statsmodels’', () => {
    const [{ groups, values, mean, interval }] = reference.clusteredMean as [
      (typeof reference.clusteredMean)[0],
    ];
    const columns = Array.from({ length: 12 }, (_, sample) =>
      column(
        sample,
        values.flatMap((value, at): [Segment, number][] =>
          groups[at] === sample ? [['answer', value]] : [],
        ),
      ),
    );
    // As if each of a sample's tokens were a generation of its own: still one cluster.
    const scattered = columns.flatMap(({ sample, klForward }) =>
      klForward.map((kl) => column(sample, [['answer', kl]])),
    );
    for (const given of [columns, scattered]) {
      const { overall } = profileOf(given)!.series[0]!;
      assert.deepEqual([overall.positions, overall.samples], [values.length, 12]);
      assert.ok(Math.abs(overall.mean - mean) < 1e-9);
      assert.ok(Math.abs(overall.interval![0] - interval[0]!) < 1e-6, `${overall.interval} ${interval}`);
      assert.ok(Math.abs(overall.interval![1] - interval[1]!) < 1e-6);
    }
  });

  test('positions count from the beginning of each segment, and control tokens nowhere', () => {
    const { series } = profileOf([
      column(0, [
        ['control', 100],
        ['trace', 1],
        ['trace', 2],
        ['control', 100],
        ['answer', 8],
        ['answer', 4],
        ['answer', 2],
        ['answer', 0],
        ['answer', 6],
      ]),
    ])!;
    assert.deepEqual(
      series.map(({ segment, overall, bins }) => [
        segment,
        overall.mean,
        bins.map(({ from, to, mean }) => [from, to, mean]),
      ]),
      [
        [
          'trace',
          1.5,
          [
            [0, 1, 1],
            [1, 2, 2],
          ],
        ],
        [
          'answer',
          4,
          [
            [0, 1, 8],
            [1, 2, 4],
            [2, 4, 1],
            [4, 8, 6],
          ],
        ],
      ],
    );
    assert.equal(series[0]!.overall.interval, null, 'of one sample nobody knows how much samples vary');
  });

  test('bounds are never averaged with exact figures', () => {
    const { series, dimensions } = profileOf([
      column(0, [
        ['answer', 1],
        ['answer', 7, 'bound'],
      ]),
      column(
        1,
        [
          ['answer', 3],
          ['answer', 9, 'bound'],
        ],
        { dimension: null },
      ),
    ])!;
    assert.deepEqual(
      series.map(({ status, overall }) => [status, overall.mean, overall.positions]),
      [
        ['exact', 2, 2],
        ['bound', 8, 2],
      ],
    );
    assert.deepEqual(
      series[1]!.bins.map(({ from }) => from),
      [1],
      'a bound stands where it stood',
    );
    assert.deepEqual(
      dimensions.map(({ dimension, status, overall }) => [dimension, status, overall.mean]),
      [
        ['safety', 'exact', 1],
        ['safety', 'bound', 7],
      ],
    );
  });

  test('an infinite KL makes an infinite mean, which has no interval', () => {
    const [{ overall, bins }] = profileOf([
      column(0, [
        ['answer', INFINITE_NATS],
        ['answer', 1],
      ]),
      column(1, [
        ['answer', 1],
        ['answer', 1],
      ]),
    ])!.series as [NonNullable<ReturnType<typeof profileOf>>['series'][0]];
    assert.deepEqual([overall.mean, overall.interval], [INFINITE_NATS, null]);
    assert.equal(bins[1]!.mean, 1);
  });

  test('is read from a run file, the reasoning model’s texts alone', async (t: TestContext) => {
    const directory = mkdtempSync(join(tmpdir(), 'driftscope-profile-'));
    const info = fakeRun({ scoring: { top: 5, threshold: 0.5 }, generations: 2 });
    const store = await createRunFile(join(directory, 'run.drift'), info, fakeSamples(40));
    t.after(() => {
      store.close();
      rmSync(directory, { recursive: true });
    });
    assert.equal(driftProfile(store), null);
    for (let sample = 0; sample < 40; sample++) {
      for (let k = 0; k < 2; k++) {
        const written = fakeGeneration('one two three');
        for (const side of ['baseline', 'reasoning'] as const) {
          store.putGeneration({ sample, k, side }, written);
          store.putDrift({ sample, k, side }, fakeDrift(written, side === 'baseline' ? 100 : sample));
        }
      }
    }
    const profile = driftProfile(store)!;
    const [{ overall, bins }] = profile.series as [(typeof profile.series)[0]];
    assert.deepEqual([overall.positions, overall.samples], [240, 40]);
    // fakeDrift: the sample's number, and 1/1024 more at each position.
    assert.ok(Math.abs(overall.mean - (19.5 + 1 / 1024)) < 1e-4);
    assert.ok(Math.abs(bins[2]!.mean - (19.5 + 2 / 1024)) < 1e-4);
    assert.deepEqual(
      profile.dimensions.map(({ dimension }) => dimension),
      ['reasoning'],
    );
    const text = profileTables(profile, '##');
    assert.match(text, /^## Where drift sits/);
    assert.match(text, /\| reasoning \| 19\.50 \[15\.76, 23\.24\] \(40\) \|/);
    assert.match(text, /\| 2–3 \| 19\.50 /);
  });
});
