import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { entropy, jsDivergence, klDivergence } from '../../src/core/drift/divergences.ts';
import { pairScorer } from '../../src/core/drift/pairScorer.ts';
import type { DriftRequest, UnsegmentedPosition } from '../../src/core/drift/scoring.ts';
import type { TextScorer } from '../../src/core/drift/textScorer.ts';
import { recognise } from '../../src/core/endpoints/dialects/recognise.ts';
import { type Server, serverOf } from '../../src/core/endpoints/dialects/server.ts';
import { type BySide, bySide } from '../../src/shared/side.ts';
import { fakeLlamaServer } from '../fakes/dialects/llamaServer.ts';
import { fakeSglang } from '../fakes/dialects/sglang.ts';
import { fakeVllm } from '../fakes/dialects/vllm.ts';
import type { FakeServer } from '../fakes/httpServer.ts';
import { TINY_VOCABULARY_SIZE, writeTinyGguf } from '../fakes/tinyGguf.ts';
import { type Lie, rankOf, type TrueModel, trueModel } from '../fakes/trueModel.ts';
import { chat, type EngineUnderTest, startTestEngine } from './engineUnderTest.ts';

const NEVER = new AbortController().signal;
const V = TINY_VOCABULARY_SIZE;

/** The servers that tell the top k of given text. */
const SERVERS: Record<string, (model: TrueModel, lie?: Lie) => Promise<FakeServer>> = {
  vLLM: (model, lie) => fakeVllm(model, { maxLogprobs: V, ...(lie && { lie }) }),
  SGLang: (model, lie) => fakeSglang(model, lie && { lie }),
  'llama-server': (model, lie) => fakeLlamaServer(model, lie && { lie }),
};

describe('dialects that score given text', () => {
  const dir = mkdtempSync(join(tmpdir(), 'driftscope-dialects-'));
  const paths = bySide((side) => join(dir, `${side}.gguf`));
  const messages = [{ role: 'user' as const, content: 'What is the answer? 你好' }];
  const prefix: DriftRequest['prefix'] = { baseline: { messages }, reasoning: { messages } };
  let engine: EngineUnderTest;
  let models: BySide<TrueModel>;
  /** What the reasoning model wrote, byte tokens and halves of characters among it, and the end of its turn. */
  let ids: number[];
  /** The truth, position by position, in float64 from both full distributions. */
  let exact: Pick<
    UnsegmentedPosition,
    'klForward' | 'klReverse' | 'jsd' | 'surprisal' | 'entropy' | 'rank'
  >[];

  before(async () => {
    writeTinyGguf(paths.baseline, { weights: { kind: 'random', seed: 1 } });
    writeTinyGguf(paths.reasoning, { weights: { kind: 'random', seed: 2 } });
    engine = await startTestEngine(dir);
    ids = await generation(120);
    const truth = await Promise.all([
      trueModel(engine, paths.baseline, V),
      trueModel(engine, paths.reasoning, V),
    ]);
    models = { baseline: truth[0], reasoning: truth[1] };
    const before = await models.baseline.render(messages);
    const B = (await models.baseline.rows([...before, ...ids])).slice(before.length - 1);
    const R = (await models.reasoning.rows([...before, ...ids])).slice(before.length - 1);
    exact = ids.map((id, t) => {
      const rows = { baseline: B[t]!, reasoning: R[t]! };
      return {
        klForward: klDivergence(R[t]!, B[t]!),
        klReverse: klDivergence(B[t]!, R[t]!),
        jsd: jsDivergence(B[t]!, R[t]!),
        surprisal: bySide((side) => -rows[side][id]!),
        entropy: bySide((side) => entropy(rows[side])),
        rank: bySide((side) => rankOf(rows[side], id)),
      };
    });
  });

  after(async () => {
    await engine.dispose();
    rmSync(dir, { recursive: true });
  });

  async function generation(tokens: number): Promise<number[]> {
    for (let seed = 7; ; seed++) {
      const chunks = await chat(engine, {
        ...{ model: paths.reasoning, messages, temperature: 1, seed, stream: true, max_tokens: tokens },
      });
      const written = chunks.flatMap((chunk) => chunk.choices).flatMap((choice) => choice.token_ids);
      if (written.length >= tokens * 0.6) return written.slice(0, tokens);
    }
  }

  async function positionsOf(
    scorer: { score: ReturnType<typeof pairScorer>['score'] },
    of: number[],
    top = 5,
  ): Promise<UnsegmentedPosition[]> {
    const positions: UnsegmentedPosition[] = [];
    for await (const batch of scorer.score({ prefix, ids: of, top }, NEVER)) positions.push(...batch);
    return positions;
  }

  interface Opened extends AsyncDisposable {
    servers: BySide<FakeServer>;
    clients: BySide<Server>;
    scorers: BySide<TextScorer>;
  }

  async function open(start: (model: TrueModel) => Promise<FakeServer>): Promise<Opened> {
    const servers = { baseline: await start(models.baseline), reasoning: await start(models.reasoning) };
    const clients = bySide((side) => clientOf(servers[side]));
    const known = {
      baseline: await recognise(clients.baseline, '127.0.0.1', NEVER),
      reasoning: await recognise(clients.reasoning, '127.0.0.1', NEVER),
    };
    return {
      servers,
      clients,
      scorers: bySide((side) => known[side]!.scorer!),
      async [Symbol.asyncDispose]() {
        await servers.baseline[Symbol.asyncDispose]();
        await servers.reasoning[Symbol.asyncDispose]();
      },
    };
  }

  for (const [name, start] of Object.entries(SERVERS)) {
    describe(name, () => {
      it('is recognised by its own routes', async () => {
        await using server = await start(models.baseline);
        const known = await recognise(clientOf(server), '127.0.0.1', NEVER);
        assert.equal(known?.identity.server, name);
        assert.equal(known.reach, 'top-k');
        assert.ok(known.identity.version && known.identity.model);
        assert.equal(known.identity.contextLength, 4096);
      });

      it('gives the exact KL, within 0.01 nats, where it lists the whole vocabulary', async () => {
        await using pair = await open(start);
        const positions = await positionsOf(pairScorer(pair.scorers, { k: V }), ids);
        assert.deepEqual(
          positions.map(({ id }) => id),
          ids,
        );
        for (const [t, position] of positions.entries()) {
          const truth = exact[t]!;
          const at = `position ${t}, token ${position.id}`;
          assert.equal(position.status, 'exact', at);
          assert.ok(Math.abs(position.klForward - truth.klForward) < 0.01, at);
          assert.ok(Math.abs(position.klReverse - truth.klReverse) < 0.01, at);
          assert.ok(Math.abs(position.jsd - truth.jsd) < 0.01, at);
          assert.deepEqual(position.rank, truth.rank, at);
          for (const side of ['baseline', 'reasoning'] as const) {
            assert.ok(Math.abs(position.surprisal[side]! - truth.surprisal[side]!) < 1e-3, at);
            assert.ok(Math.abs(position.entropy[side]! - truth.entropy[side]!) < 1e-3, at);
            assert.equal(position.top[side].length, 5);
          }
        }
      });

      it('agrees with the embedded engine within 0.01 nats', async () => {
        await using pair = await open(start);
        const positions = await positionsOf(pairScorer(pair.scorers, { k: V }), ids);
        const embedded = await positionsOf(engine.engine.pairScorer(paths.baseline, paths.reasoning), ids);
        for (const [t, position] of positions.entries()) {
          assert.ok(Math.abs(position.klForward - embedded[t]!.klForward) < 0.01, `position ${t}`);
        }
      });

      for (const k of [5, 20, 100]) {
        it(`bounds the KL from below at every position with k = ${k}`, async () => {
          await using pair = await open(start);
          const positions = await positionsOf(pairScorer(pair.scorers, { k }), ids);
          assert.equal(positions.length, ids.length);
          for (const [t, position] of positions.entries()) {
            const truth = exact[t]!;
            const at = `position ${t}: ${position.klForward} of ${truth.klForward}`;
            assert.ok(position.klForward <= truth.klForward + 1e-5, at);
            assert.ok(position.klReverse <= truth.klReverse + 1e-5, at);
            assert.ok(position.jsd <= truth.jsd + 1e-5 && truth.jsd <= position.jsdMax + 1e-5, at);
            assert.ok(Math.abs(position.surprisal.baseline! - truth.surprisal.baseline!) < 1e-3, at);
            assert.ok(Math.abs(position.surprisal.reasoning! - truth.surprisal.reasoning!) < 1e-3, at);
            assert.equal(position.entropy.baseline === null, position.status === 'bound', at);
          }
          // llama-server lists everything at the few positions where it has to be asked twice.
          const bounds = positions.filter(({ status }) => status === 'bound');
          assert.ok(bounds.length > 0.7 * positions.length, `${bounds.length} bounds`);
          // That it bounds at all, and not by zero.
          const sum = (of: { klForward: number }[]) => of.reduce((total, p) => total + p.klForward, 0);
          assert.ok(sum(positions) > 0.1 * sum(exact), `${sum(positions)} of ${sum(exact)}`);
        });
      }

      it('catches raw logits, sums above 1, and nulls, and names the server', async () => {
        for (const lie of ['logits', 'top-k-sum', 'nulls'] as const) {
          await using pair = await open((model) => start(model, lie));
          await assert.rejects(
            positionsOf(pairScorer(pair.scorers, { k: 20 }), ids),
            /fake-model at http:\/\/127\.0\.0\.1:\d+ sent/,
            lie,
          );
        }
      });
    });
  }

  it('scores 512 tokens in at most 2 requests per model on vLLM and SGLang', async () => {
    const long = await generation(512);
    assert.ok(long.length > 300);
    for (const start of [SERVERS.vLLM!, SERVERS.SGLang!]) {
      await using pair = await open(start);
      const scorer = pairScorer(pair.scorers, { k: 20 });
      await positionsOf(scorer, long.slice(0, 2)); // recognised, limits known, tokenizers compared
      const before = bySide((side) => pair.clients[side].requests);
      await positionsOf(scorer, long);
      for (const side of ['baseline', 'reasoning'] as const) {
        assert.ok(pair.clients[side].requests - before[side] <= 2);
      }
    }
  });
});

function clientOf(server: FakeServer): Server {
  return serverOf({
    label: 'fake-model',
    model: 'fake-model',
    connect: async () => ({ baseUrl: `${server.origin}/v1`, apiKey: null }),
  });
}
