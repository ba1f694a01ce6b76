import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { boundDivergences } from '../../../src/core/drift/bounds.ts';
import { klDivergence, logSumExp } from '../../../src/core/drift/divergences.ts';
import { normaliseTop, type TopLogits } from '../../../src/core/drift/normaliseTop.ts';
import { seededRandom } from '../../../src/shared/random.ts';
import { normal } from './random.ts';

/** Logits as a model has them, in float32: a spread, and some tokens far above the rest. */
function drawLogits(size: number, random: () => number): Float32Array {
  const spread = 0.5 + 4 * random();
  const logits = Float32Array.from({ length: size }, () => spread * normal(random));
  const peaks = Math.floor(random() * 4);
  for (let i = 0; i < peaks; i++) logits[Math.floor(random() * size)]! += 25 * random();
  return logits;
}

/** What the binding does: sorts, and adds the exponentials up in float32 in that order. */
function read(logits: Float32Array, k: number, id = 0): TopLogits {
  const order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]!);
  let weight = 0;
  for (const token of order) {
    weight = Math.fround(weight + Math.fround(Math.exp(Math.fround(logits[token]! - logits[order[0]!]!))));
  }
  const ids = order.slice(0, k);
  if (!ids.includes(id)) ids.push(id);
  return { ids, logits: ids.map((token) => logits[token]!), k, weight, vocabularySize: logits.length };
}

const massOf = (logprobs: ArrayLike<number>, k: number) =>
  Array.from(logprobs)
    .slice(0, k)
    .reduce((sum, logprob) => sum + Math.exp(logprob), 0);

describe('normaliseTop', () => {
  it('tells what the float32 sum left out, within the resolution that it states', () => {
    const random = seededRandom(5);
    let loosest = 0;
    for (let round = 0; round < 60; round++) {
      const size = [400, 4_000, 40_000][round % 3]!;
      const k = Math.ceil(size * 10 ** (-3 * random()));
      const logits = drawLogits(size, random);
      const top = normaliseTop(read(logits, k));
      const sum = logSumExp(logits);
      const listed = top.ids as number[];
      const truth = 1 - listed.slice(0, k).reduce((mass, id) => mass + Math.exp(logits[id]! - sum), 0);
      const said = 1 - massOf(top.logprobs, k);
      assert.ok(
        Math.abs(truth - said) <= top.massResolution,
        `${truth}, not ${said} ± ${top.massResolution}`,
      );
      listed.forEach((id, i) => {
        const off = Math.abs(top.logprobs[i]! - (logits[id]! - sum));
        assert.ok(off <= 2 * top.massResolution, `token ${id} is off by ${off} nats`);
      });
      loosest = Math.max(loosest, top.massResolution);
    }
    assert.ok(loosest < 0.005, `the resolution is ${loosest}`);
  });

  it('gives bounds that hold', () => {
    const random = seededRandom(6);
    for (let round = 0; round < 30; round++) {
      const size = 20_000;
      const near = random() < 0.5;
      const q = drawLogits(size, random);
      const p = near ? q.map((logit) => logit + 0.3 * normal(random)) : drawLogits(size, random);
      const lists = { baseline: read(q, 1_000), reasoning: read(p, 1_000) };
      const tops = { baseline: normaliseTop(lists.baseline), reasoning: normaliseTop(lists.reasoning) };
      const massResolution = Math.max(tops.baseline.massResolution, tops.reasoning.massResolution);
      const bound = boundDivergences(
        {
          baseline: { ...tops.baseline, complete: false },
          reasoning: { ...tops.reasoning, complete: false },
        },
        { massResolution },
      );
      const logs = (logits: Float32Array) => {
        const sum = logSumExp(logits);
        return Float64Array.from(logits, (logit) => logit - sum);
      };
      const truth = klDivergence(logs(p), logs(q));
      assert.equal(bound.status, 'bound');
      assert.ok(bound.klForward <= truth + 1e-6, `${bound.klForward} is more than ${truth}`);
      assert.ok(bound.jsd <= bound.jsdMax);
    }
  });

  it('is exact where the list is everything', () => {
    const logits = drawLogits(300, seededRandom(7));
    const { ids, logprobs, massResolution } = normaliseTop(read(logits, 300));
    const sum = logSumExp(logits);
    for (const [i, id] of Array.from(ids).entries()) {
      assert.ok(Math.abs(logprobs[i]! - (logits[id]! - sum)) < 1e-12);
    }
    assert.ok(massResolution <= 1e-6);
  });

  it('finds no drift between a distribution and itself', () => {
    const top = { ...normaliseTop(read(drawLogits(5_000, seededRandom(8)), 100)), complete: false };
    const { klForward, klReverse, jsd } = boundDivergences({ baseline: top, reasoning: top }, top);
    assert.deepEqual([klForward, klReverse, Math.round(jsd * 1e12)], [0, 0, 0]);
  });

  it('refuses what is no list of the largest', () => {
    const good = { ids: [4, 2], logits: [2, 1], k: 2, weight: 1.5, vocabularySize: 9 };
    assert.throws(() => normaliseTop({ ...good, logits: [1, 2] }), /falling order/);
    assert.throws(() => normaliseTop({ ...good, logits: [Number.NaN, 2] }), /falling order/);
    assert.throws(() => normaliseTop({ ...good, k: 3 }), /no top 3/);
    assert.throws(() => normaliseTop({ ...good, k: 0 }), /no top 0/);
    assert.throws(() => normaliseTop({ ...good, weight: 1.2 }), /sum over the vocabulary/);
  });
});
