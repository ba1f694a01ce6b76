import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { DimensionResult, DriftProfile } from '../../../src/shared/audit.ts';
import { INFINITE_NATS } from '../../../src/shared/drift.ts';
import { type DriftPoints, domainOf, driftPlot } from '../../../src/shared/report/driftPlot.ts';
import { overallDrift, verdictDetail } from '../../../src/shared/report/figures.ts';
import { flipMatrix, shadeOf } from '../../../src/shared/report/flips.ts';
import { forestPicture, intervalPicture, reachOf } from '../../../src/shared/report/forest.ts';
import {
  linear,
  logarithmic,
  logTicks,
  type Picture,
  type Shape,
  ticks,
} from '../../../src/shared/report/picture.ts';
import { positionPicture, segmentPicture } from '../../../src/shared/report/profilePlot.ts';

function result(change: Partial<DimensionResult> = {}): DimensionResult {
  return {
    dimension: 'safety',
    measure: 'refuses what it should',
    n: 96,
    missing: 0,
    means: { baseline: 0.94, reasoning: 0.41 },
    difference: -0.53,
    interval: [-0.63, -0.42],
    test: 'exact McNemar, Tango’s score interval',
    p: 1e-9,
    pHolm: 1e-8,
    equivalence: { margin: 0.05, p: 1 },
    verdict: 'regressed',
    needed: null,
    changed: { regressed: 51, improved: 0 },
    flips: [],
    metrics: [],
    drift: null,
    ...change,
  };
}

/** Every place of a picture's shapes, in px. */
function places({ shapes }: Picture): { x: number; y: number }[] {
  return shapes.flatMap(placesOf);
}

function placesOf(shape: Shape): { x: number; y: number }[] {
  switch (shape.shape) {
    case 'line':
      return [
        { x: shape.x1, y: shape.y1 },
        { x: shape.x2, y: shape.y2 },
      ];
    case 'rect':
      return [
        { x: shape.x, y: shape.y },
        { x: shape.x + shape.width, y: shape.y + shape.height },
      ];
    case 'text':
      return [{ x: shape.x, y: shape.y }];
    case 'path': {
      const [, x, y] = /^M([-\d.]+) ([-\d.]+)/.exec(shape.d)!;
      return [{ x: Number(x), y: Number(y) }];
    }
  }
}

function isInside(picture: Picture): void {
  for (const { x, y } of places(picture)) {
    assert.ok(x >= -1 && x <= picture.width + 1, `x = ${x} of ${picture.width}`);
    assert.ok(y >= -1 && y <= picture.height + 1, `y = ${y} of ${picture.height}`);
  }
}

describe('scales', () => {
  test('a value outside stands at the end', () => {
    const x = linear([0, 10], [100, 200]);
    assert.deepEqual([-5, 0, 5, 10, 99].map(x), [100, 100, 150, 200, 200]);
    const y = logarithmic([0.01, 100], [0, 4]);
    assert.deepEqual(
      [0, 0.01, 1, 100, INFINITE_NATS].map((value) => Math.round(y(value) * 1e6) / 1e6),
      [0, 0, 2, 4, 4],
    );
  });

  test('ticks are round, inside, and not more than asked for by one', () => {
    assert.deepEqual(ticks([-0.35, 0.35], 6), [-0.2, 0, 0.2]);
    assert.deepEqual(ticks([0, 1.02], 4), [0, 0.5, 1]);
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        (from, width, most) => {
          const found = ticks([from, from + width], most);
          assert.ok(found.length <= most + 1);
          const slack = width * 1e-6 + Math.abs(from) * 1e-9;
          assert.ok(found.every((value) => value >= from - slack && value <= from + width + slack));
        },
      ),
    );
  });

  test('powers of ten, with more between where they are few', () => {
    assert.deepEqual(logTicks([0.01, 100]), [0.01, 0.1, 1, 10, 100]);
    assert.deepEqual(logTicks([0.1, 10]), [0.1, 0.3, 1, 3, 10]);
    assert.deepEqual(logTicks([1, 10]), [1, 2, 5, 10]);
  });
});

describe('intervals', () => {
  test('share a reach that all fit into, and the margin with them', () => {
    assert.equal(reachOf([result()]), 0.65);
    assert.equal(reachOf([result({ interval: [-0.001, 0.002] })]), 0.1);
    assert.equal(reachOf([result({ interval: [-1, 1] })]), 1);
  });

  test('are drawn from end to end, with the value inside, and said in words', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })),
        (ends) => {
          const [low, high] = ends.sort((a, b) => a - b) as [number, number];
          const one = result({ interval: [low, high], difference: (low + high) / 2 });
          const picture = intervalPicture(one, reachOf([one]), 200);
          isInside(picture);
          const line = picture.shapes.find(
            ({ shape, look }) => shape === 'line' && look.startsWith('interval'),
          );
          assert.ok(line?.shape === 'line' && line.x1 <= line.x2);
        },
      ),
    );
    assert.equal(
      intervalPicture(result(), 0.65, 200).label,
      'safety: −53.0 points, 95 % interval [−63.0, −42.0]',
    );
  });

  test('a verdict is told by its mark, not by colour alone', () => {
    const drawn = (['regressed', 'improved', 'preserved'] as const).map((verdict) => {
      const { shapes } = intervalPicture(result({ verdict, difference: 0, interval: [0, 0] }), 0.1, 200);
      const point = shapes.find(({ look }) => look.startsWith('point'));
      return point?.shape === 'path' ? point.d : '';
    });
    assert.equal(new Set(drawn).size, 3);
  });

  test('below each other they say which is which', () => {
    const picture = forestPicture(
      [
        { name: 'sft', result: result() },
        { name: 'a-name-that-goes-on-and-on-and-on', result: result() },
      ],
      500,
    );
    isInside(picture);
    assert.match(picture.label, /sft −53\.0, REGRESSED/);
    const texts = picture.shapes.flatMap((shape) => (shape.shape === 'text' ? [shape.text] : []));
    assert.ok(texts.includes('a-name-that-goes-on-a…'));
  });
});

describe('drift against outcome', () => {
  const points = (drift: number[], change: number[]): DriftPoints => ({
    dimension: 'safety',
    outcome: { status: 'exact', n: drift.length, mean: 1, spearman: null, auc: null, changed: 0 },
    samples: Int32Array.from(drift, (_, index) => index * 3),
    drift: Float64Array.from(drift),
    change: Float32Array.from(change),
  });

  test('the axis is of decades around what there is, four at most', () => {
    assert.deepEqual(domainOf([points([0.5, 3], [0, 0])]), [0.1, 10]);
    assert.deepEqual(domainOf([points([1e-9, 3], [0, 0])]), [0.001, 10]);
    assert.deepEqual(domainOf([points([0, INFINITE_NATS], [0, 0])]), [0.01, 10]);
    assert.deepEqual(domainOf([]), [0.01, 10]);
  });

  test('every sample stands behind exactly one mark, whose shape says how it changed', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.oneof(
              fc.constant(0),
              fc.constant(INFINITE_NATS),
              fc.double({ min: 1e-6, max: 30, noNaN: true }),
            ),
            fc.constantFrom(-1, -0.5, 0, 0.25, 1),
          ),
          { maxLength: 300 },
        ),
        (pairs) => {
          const all = points(
            pairs.map(([drift]) => drift),
            pairs.map(([, change]) => change),
          );
          const { picture, spots } = driftPlot(all, domainOf([all]), 300);
          isInside(picture);
          assert.deepEqual(
            spots.flatMap(({ samples }) => samples).sort((a, b) => a - b),
            [...all.samples],
          );
          for (const shape of picture.shapes) {
            if (shape.shape !== 'path') continue;
            const { change } = spots[shape.key!]!;
            assert.equal(shape.look, change < 0 ? 'spot worse' : change > 0 ? 'spot better' : 'spot same');
          }
        },
      ),
    );
  });

  test('a hundred thousand samples are some hundred marks', () => {
    const n = 100_000;
    const all = points(
      Array.from({ length: n }, (_, index) => Math.exp(((index * 7919) % 1000) / 150 - 4)),
      Array.from({ length: n }, (_, index) => [-1, 0, 1][index % 3]!),
    );
    const { spots } = driftPlot(all, domainOf([all]), 420);
    assert.ok(spots.length < 1_000, `${spots.length} marks`);
    assert.equal(
      spots.reduce((sum, { samples }) => sum + samples.length, 0),
      n,
    );
  });
});

test('labels as a matrix: rows the baseline’s, columns the reasoning model’s, nothing lost', () => {
  const matrix = flipMatrix([
    { from: 'full_refusal', to: 'compliance', count: 25 },
    { from: 'full_refusal', to: 'full_refusal', count: 42 },
    { from: 'compliance', to: 'no_answer', count: 1 },
  ]);
  assert.deepEqual(matrix, {
    rows: ['full_refusal', 'compliance'],
    columns: ['full_refusal', 'compliance', 'no_answer'],
    counts: [
      [42, 25, 0],
      [0, 0, 1],
    ],
    total: 68,
    flipped: 26,
  });
  assert.deepEqual(
    [0, 1, 8, 30, 68].map((count) => shadeOf(count, 68)),
    [0, 1, 2, 4, 4],
  );
});

test('where drift sits: trace and answer by position and dimension, bounds named as such', () => {
  const mean = (value: number) => ({
    mean: value,
    interval: [value / 2, value * 2] as const,
    positions: 100,
    samples: 9,
  });
  const profile: DriftProfile = {
    series: [
      {
        segment: 'trace',
        status: 'exact',
        overall: mean(1),
        bins: [
          { ...mean(1), from: 0, to: 1 },
          { ...mean(2), from: 1, to: 2 },
        ],
      },
      {
        segment: 'answer',
        status: 'bound',
        overall: mean(0.4),
        bins: [
          { ...mean(0.4), from: 0, to: 1 },
          { ...mean(INFINITE_NATS), from: 1, to: 2 },
        ],
      },
    ],
    dimensions: [{ dimension: 'safety', segment: 'trace', status: 'exact', overall: mean(1) }],
  };
  const picture = positionPicture(profile, 400);
  isInside(picture);
  assert.match(
    picture.label,
    /trace: 1\.00 nats \[0\.50, 2\.00\], 100 tokens of 9 samples; answer \(≥\): ≥ 0\.40 nats/,
  );
  isInside(segmentPicture(profile, 400));
});

test('what a verdict leaves open', () => {
  assert.equal(verdictDetail(result({ verdict: 'preserved' })), '±5');
  assert.equal(
    verdictDetail(result({ verdict: 'inconclusive', needed: 237 })),
    'about 240 samples would decide (96 here)',
  );
  assert.equal(
    verdictDetail(result({ verdict: 'inconclusive' })),
    'the difference is about as large as the margin',
  );
  assert.equal(verdictDetail(result()), '');
});

test('drift over all dimensions: by samples, and never of exact figures and bounds together', () => {
  const drift = (status: 'exact' | 'bound', n: number, mean: number) =>
    result({ drift: { status, n, mean, spearman: null, auc: null, changed: 0 } });
  assert.deepEqual(overallDrift([drift('exact', 10, 1), drift('exact', 30, 2), result()]), {
    status: 'exact',
    n: 40,
    mean: 1.75,
  });
  assert.equal(overallDrift([drift('exact', 10, 1), drift('bound', 30, 2)]), null);
  assert.equal(overallDrift([drift('exact', 1, INFINITE_NATS), drift('exact', 9, 1)])?.mean, INFINITE_NATS);
  assert.equal(overallDrift([result()]), null);
});
