import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { boundDivergences, type TopList } from '../../../src/core/drift/bounds.ts';
import { jsDivergence, klDivergence } from '../../../src/core/drift/divergences.ts';
import { idOfText, isUnsure } from '../../../src/core/drift/names.ts';

describe('tokens that are known by their texts', () => {
  it('have one id for a text, above all vocabularies, and another for the next of the same text', () => {
    assert.equal(idOfText('the'), idOfText('the'));
    assert.notEqual(idOfText('the'), idOfText(' the'));
    assert.notEqual(idOfText('the'), idOfText('the', 1));
    assert.ok(idOfText('the') > 2 ** 32);
  });

  it('are unsure where several tokens may be written alike', () => {
    assert.equal(isUnsure(idOfText('the')), false);
    assert.equal(isUnsure(idOfText('你')), false);
    assert.equal(isUnsure(idOfText('the', 1)), true);
    assert.equal(isUnsure(idOfText('\uFFFD')), true);
    assert.equal(isUnsure(idOfText('a')), true); // and the byte 0x61
    assert.equal(isUnsure(5), false);
  });

  /** Of the vocabulary of 40: 16 tokens share four texts that are known to be shared, the others have one each. */
  const V = 40;
  const textOf = (id: number) => (id < 16 ? 'abcd'[id % 4]! : `word ${id}`);

  const distribution = fc
    .array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: V, maxLength: V })
    .map((weights) => {
      const logs = weights.map((w) => 6 * Math.log(w));
      const sum = Math.log(logs.reduce((total, x) => total + Math.exp(x), 0));
      return logs.map((x) => x - sum);
    });

  function listed(row: readonly number[], k: number): TopList {
    const top = [...row.keys()].sort((a, b) => row[b]! - row[a]!).slice(0, k);
    const seen = new Map<string, number>();
    const ids = top.map((id) => {
      const nth = seen.get(textOf(id)) ?? 0;
      seen.set(textOf(id), nth + 1);
      return idOfText(textOf(id), nth);
    });
    return { ids, logprobs: top.map((id) => row[id]!), k, complete: false };
  }

  it('never make a bound of what is none, whichever tokens they are', () => {
    const k = fc.integer({ min: 1, max: V - 1 });
    fc.assert(
      fc.property(distribution, distribution, k, k, (P, Q, kP, kQ) => {
        const bounds = boundDivergences({ reasoning: listed(P, kP), baseline: listed(Q, kQ) });
        const [p, q] = [Float64Array.from(P), Float64Array.from(Q)];
        assert.ok(bounds.klForward <= klDivergence(p, q) + 1e-5);
        assert.ok(bounds.klReverse <= klDivergence(q, p) + 1e-5);
        const jsd = jsDivergence(p, q);
        assert.ok(bounds.jsd <= jsd + 1e-9 && jsd <= bounds.jsdMax + 1e-9);
      }),
      { numRuns: 3_000 },
    );
  });
});
