import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DriftRequest, UnsegmentedPosition } from '../../src/core/drift/scoring.ts';
import type { ScoreRow } from '../../src/engine/protocol.ts';
import { FailureError } from '../../src/shared/failure.ts';
import type { WantedDepth } from '../../src/shared/pair.ts';
import { TINY_VOCABULARY_SIZE, tinyBytes, tinyId, writeTinyGguf } from '../fakes/tinyGguf.ts';
import { chat, type EngineUnderTest, startTestEngine } from './engineUnderTest.ts';

const NEVER = new AbortController().signal;

describe('drift by the embedded engine', () => {
  const dir = mkdtempSync(join(tmpdir(), 'driftscope-scoring-'));
  const path = (name: string) => join(dir, `${name}.gguf`);
  const baseline = path('baseline');
  const reasoning = path('reasoning');
  const messages = [{ role: 'user' as const, content: 'What is the answer? 你好' }];
  const prefix: DriftRequest['prefix'] = { baseline: { messages }, reasoning: { messages } };
  let engine: EngineUnderTest;
  /** What the reasoning model wrote: the ids that everything here is scored on. */
  let ids: number[];

  before(async () => {
    writeTinyGguf(baseline, { weights: { kind: 'random', seed: 1 } });
    writeTinyGguf(reasoning, { weights: { kind: 'random', seed: 2 } });
    engine = await startTestEngine(dir);
    const chunks = await chat(engine, {
      model: reasoning,
      messages,
      temperature: 1,
      seed: 7,
      stream: true,
      max_tokens: 200,
    });
    ids = chunks.flatMap((chunk) => chunk.choices).flatMap((choice) => choice.token_ids);
    assert.ok(ids.length > 50, `the generation has only ${ids.length} tokens`);
  });

  after(async () => {
    await engine.dispose();
    rmSync(dir, { recursive: true });
  });

  const driftOf = async (
    models: [string, string],
    of: number[],
    prefixes = prefix,
    top = 5,
    k?: WantedDepth,
  ) => {
    const positions: UnsegmentedPosition[] = [];
    const scorer = engine.engine.pairScorer(...models, k);
    for await (const batch of scorer.score({ prefix: prefixes, ids: of, top }, NEVER))
      positions.push(...batch);
    return positions;
  };

  /** A model's full distributions over the ids, ln p by id, as the engine gives them one model at a time. */
  const distributions = async (model: string): Promise<Float64Array[]> => {
    const rows = await engine.lines<ScoreRow>('/v1/score', {
      model,
      messages,
      ids,
      top: TINY_VOCABULARY_SIZE,
    });
    return rows.map((row, t) => {
      assert.equal(row.id, ids[t]);
      const full = new Float64Array(TINY_VOCABULARY_SIZE).fill(Number.NaN);
      for (const { id, logprob } of row.top) full[id] = logprob;
      return full;
    });
  };

  it('equals KL computed here in float64 from the full distributions of each model', async () => {
    const [B, R] = [await distributions(baseline), await distributions(reasoning)];
    const positions = await driftOf([baseline, reasoning], ids);
    assert.equal(positions.length, ids.length);
    const errors: number[] = [];
    for (const [t, position] of positions.entries()) {
      assert.equal(position.index, t);
      assert.equal(position.id, ids[t]);
      assert.equal(position.status, 'exact');
      errors.push(Math.abs(position.klForward - kl(R[t]!, B[t]!)));
      errors.push(Math.abs(position.klReverse - kl(B[t]!, R[t]!)));
      assert.ok(Math.abs(position.jsd - jensenShannon(R[t]!, B[t]!)) < 1e-4);
      assert.ok(Math.abs(position.surprisal.reasoning! + R[t]![ids[t]!]!) < 1e-3);
      assert.ok(Math.abs(position.surprisal.baseline! + B[t]![ids[t]!]!) < 1e-3);
    }
    const worst = Math.max(...errors);
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    assert.ok(worst <= 0.01, `worst difference ${worst} nats`);
    assert.ok(mean <= 0.001, `mean difference ${mean} nats`);
    // The pair must differ for this to say anything.
    assert.ok(positions.some((position) => position.klForward > 0.1));
  });

  it('attaches KL to the token that the distribution predicts, not to the one before or after', async () => {
    const [B, R] = [await distributions(baseline), await distributions(reasoning)];
    const positions = await driftOf([baseline, reasoning], ids);
    const disagreement = (shift: number) => {
      const pairs = positions
        .slice(1, -1)
        .map((position, i) => Math.abs(position.klForward - kl(R[i + 1 + shift]!, B[i + 1 + shift]!)));
      return pairs.reduce((sum, x) => sum + x, 0) / pairs.length;
    };
    assert.ok(disagreement(0) < 1e-4);
    assert.ok(disagreement(-1) > 0.05 && disagreement(1) > 0.05);

    // And the distributions themselves stand where they should: the tokens that greedy decoding chose are the first
    // choice at their own positions, and at no shift.
    const chunks = await chat(engine, {
      model: reasoning,
      messages,
      temperature: 0,
      stream: true,
      max_tokens: 60,
    });
    const greedy = chunks.flatMap((chunk) => chunk.choices).flatMap((choice) => choice.token_ids);
    const onGreedy = await driftOf([baseline, reasoning], greedy);
    assert.deepEqual(
      onGreedy.map((position) => position.top.reasoning[0]!.id),
      greedy,
    );
    assert.ok(onGreedy.every((position) => position.rank.reasoning === 1));
  });

  it('predicts the first token from the prompt alone', async () => {
    const first = (await driftOf([baseline, reasoning], ids.slice(0, 1)))[0]!;
    const whole = (await driftOf([baseline, reasoning], ids))[0]!;
    assert.ok(Math.abs(first.klForward - whole.klForward) < 1e-4);
    const other = [{ role: 'user' as const, content: 'x' }];
    const changed = await driftOf([baseline, reasoning], ids.slice(0, 1), {
      baseline: { messages: other },
      reasoning: { messages: other },
    });
    assert.ok(Math.abs(first.klForward - changed[0]!.klForward) > 1e-3);
  });

  it('finds no drift between a model and itself, and never a negative one', async () => {
    for (const position of await driftOf([reasoning, reasoning], ids)) {
      assert.ok(Math.abs(position.klForward) <= 1e-6 && Math.abs(position.klReverse) <= 1e-6);
    }
    for (const position of await driftOf([baseline, reasoning], ids)) {
      assert.ok(position.klForward >= -1e-9 && position.klReverse >= -1e-9 && position.jsd >= -1e-9);
    }
  });

  it('gives each model its own prefix', async () => {
    const system = [{ role: 'system' as const, content: 'be wary' }, ...messages];
    const positions = await driftOf([reasoning, reasoning], ids.slice(0, 20), {
      baseline: { messages },
      reasoning: { messages: system },
    });
    assert.ok(positions.some((position) => position.klForward > 1e-3));
  });

  it('scores raw text after BOS, with the texts of its tokens', async () => {
    const scorer = engine.engine.pairScorer(baseline, reasoning);
    const text = 'the thing 😀 <|end|>';
    const tokens = await scorer.tokenize(text, NEVER);
    assert.ok(!tokens.includes(tinyId('<|end|>')) && tokens[0] !== tinyId('<s>'));
    const raw = { baseline: { text: '' }, reasoning: { text: '' } };
    const positions: UnsegmentedPosition[] = [];
    for await (const batch of scorer.score({ prefix: raw, ids: tokens, top: 3 }, NEVER))
      positions.push(...batch);
    assert.equal(positions.map((position) => position.text).join(''), ` ${text}`);
    assert.equal(positions.length, tokens.length);
    assert.ok(positions.every((position) => position.top.baseline.length === 3));
  });

  it('gives bounds where fewer alternatives are read, and what the model gave to the token itself', async () => {
    const exact = await driftOf([baseline, reasoning], ids);
    let loosest = Number.POSITIVE_INFINITY;
    for (const k of [5, 20, 100]) {
      const bounds = await driftOf([baseline, reasoning], ids, prefix, 3, k);
      assert.equal(bounds.length, exact.length);
      let left = 0;
      for (const [i, bound] of bounds.entries()) {
        const truth = exact[i]!;
        assert.deepEqual([bound.status, bound.k, truth.k], ['bound', k, null]);
        assert.ok(bound.klForward <= truth.klForward + 1e-6, `${i}: ${bound.klForward} > ${truth.klForward}`);
        assert.ok(bound.klReverse <= truth.klReverse + 1e-6, `${i}: ${bound.klReverse} > ${truth.klReverse}`);
        assert.ok(bound.jsd <= truth.jsd + 1e-6 && bound.jsdMax >= truth.jsd - 1e-6);
        for (const side of ['baseline', 'reasoning'] as const) {
          assert.ok(Math.abs(bound.surprisal[side]! - truth.surprisal[side]!) < 1e-4);
          const rank = truth.rank[side]!;
          assert.equal(bound.rank[side], rank <= k ? rank : null);
          assert.deepEqual(
            bound.top[side].map(({ id, text }) => [id, text]),
            truth.top[side].slice(0, 3).map(({ id, text }) => [id, text]),
          );
          assert.ok(bound.coverage[side] > 0 && bound.coverage[side] < 1);
        }
        assert.deepEqual([bound.id, bound.text, bound.index], [truth.id, truth.text, i]);
        left += truth.klForward - bound.klForward;
      }
      assert.ok(left < loosest, 'more alternatives leave less unknown');
      loosest = left;
    }
    const all = await driftOf([baseline, reasoning], ids, prefix, 5, 'all');
    assert.deepEqual(all, exact);
  });

  it('reads a part of a large vocabulary, unless all of it is wanted', async () => {
    const extraTokens = Array.from({ length: 33_000 }, (_, i) => `extra${i}`);
    const [left, right] = [path('large-left'), path('large-right')];
    writeTinyGguf(left, { weights: { kind: 'random', seed: 4 }, extraTokens });
    writeTinyGguf(right, { weights: { kind: 'random', seed: 5 }, extraTokens });
    const few = ids.slice(0, 4);
    const exact = await driftOf([left, right], few, prefix, 5, 'all');
    const bounds = await driftOf([left, right], few);
    assert.deepEqual([...new Set(exact.map(({ status }) => status))], ['exact']);
    for (const [i, bound] of bounds.entries()) {
      assert.deepEqual([bound.status, bound.k], ['bound', 1_000]);
      assert.ok(bound.klForward <= exact[i]!.klForward + 1e-6);
      assert.ok(bound.coverage.reasoning > 0 && bound.top.reasoning.length === 5);
    }
    const rows = await engine.lines<ScoreRow>('/v1/score', { model: right, messages, ids: few, top: 20 });
    for (const [i, row] of rows.entries()) {
      assert.ok(Math.abs(-row.logprob - exact[i]!.surprisal.reasoning!) < 1e-4);
      assert.deepEqual([row.top.length, row.entropy, row.massResolution! > 0], [20, null, true]);
    }
  });

  it('gives no position for no ids', async () => {
    assert.deepEqual(await driftOf([baseline, reasoning], []), []);
  });

  it('streams batches of a long text in order', async () => {
    const long = Array.from({ length: 1000 }, (_, i) => tinyBytes('ab')[i % 2]!);
    const batches: number[] = [];
    let next = 0;
    const scorer = engine.engine.pairScorer(baseline, reasoning);
    for await (const batch of scorer.score({ prefix, ids: long, top: 1 }, NEVER)) {
      batches.push(batch.length);
      for (const position of batch) assert.equal(position.index, next++);
    }
    assert.equal(next, long.length);
    assert.ok(batches.length > 5);
  });

  it('stops when it is cancelled, and lets the next request in', async () => {
    const cancel = new AbortController();
    const scorer = engine.engine.pairScorer(baseline, reasoning);
    const long = Array.from({ length: 3500 }, () => tinyId('a'));
    const scoring = async (of: number[]) => {
      const begun = performance.now();
      assert.equal((await driftOf([baseline, reasoning], of)).length, of.length);
      return performance.now() - begun;
    };
    const whole = await scoring(long);
    await assert.rejects(async () => {
      for await (const _ of scorer.score({ prefix, ids: long, top: 1 }, cancel.signal)) cancel.abort();
    }, /abort/i);
    const next = await scoring(ids.slice(0, 3));
    assert.ok(next < whole / 2, `${next} ms, where all of it takes ${whole} ms`);
  });

  it('refuses two tokenizers, with a conflict', async () => {
    writeTinyGguf(path('larger'), { weights: { kind: 'random', seed: 3 }, extraTokens: ['zebra'] });
    writeTinyGguf(path('left'), { weights: { kind: 'random', seed: 3 }, extraTokens: ['yak'] });
    await assert.rejects(driftOf([baseline, path('larger')], ids), (error) => {
      assert.ok(error instanceof FailureError);
      assert.equal(error.failure.kind, 'tokenizers-differ');
      assert.match(error.message, /baseline\.gguf and larger\.gguf/);
      assert.ok(error.failure.remedy);
      return true;
    });
    const response = await engine.post('/v1/drift', {
      baseline: { model: path('left'), messages },
      reasoning: { model: path('larger'), messages },
      ids: [5],
    });
    assert.equal(response.status, 409);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    assert.equal(error.code, 'tokenizers_differ');
    assert.match(error.message, /"yak" in one and "zebra" in the other/);
  });

  it('refuses ids that the vocabulary has not, and a text longer than the context', async () => {
    await assert.rejects(driftOf([baseline, reasoning], [TINY_VOCABULARY_SIZE]), /ids/);
    await assert.rejects(driftOf([baseline, reasoning], Array(5000).fill(5)), (error) => {
      assert.ok(error instanceof FailureError);
      assert.equal(error.failure.kind, 'context-too-long');
      return true;
    });
  });
});

/** Σ p ln(p/q) over ln p and ln q, each renormalised here. */
function kl(p: Float64Array, q: Float64Array): number {
  const [zp, zq] = [p, q].map((x) => Math.log(x.reduce((sum, v) => sum + Math.exp(v), 0)));
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.exp(p[i]! - zp!) * (p[i]! - zp! - (q[i]! - zq!));
  return sum;
}

function jensenShannon(p: Float64Array, q: Float64Array): number {
  const m = p.map((value, i) => Math.log((Math.exp(value) + Math.exp(q[i]!)) / 2));
  return (kl(p, m) + kl(q, m)) / 2;
}
