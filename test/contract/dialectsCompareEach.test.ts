import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { compare } from '../../src/core/compare/compare.ts';
import { openPair } from '../../src/engine/openPair.ts';
import { type ComparisonState, initialComparison, reduceComparison } from '../../src/shared/comparison.ts';
import type { Drift } from '../../src/shared/drift.ts';
import type { ModelReference, Pair } from '../../src/shared/pair.ts';
import { type BySide, bySide, SIDES } from '../../src/shared/side.ts';
import { fakeFireworks } from '../fakes/dialects/fireworks.ts';
import { fakeLlamaServer } from '../fakes/dialects/llamaServer.ts';
import { fakeOllama } from '../fakes/dialects/ollama.ts';
import { fakeSglang } from '../fakes/dialects/sglang.ts';
import { fakeTgi } from '../fakes/dialects/tgi.ts';
import { fakeTogether } from '../fakes/dialects/together.ts';
import { fakeVllm } from '../fakes/dialects/vllm.ts';
import type { FakeServer } from '../fakes/httpServer.ts';
import { TINY_VOCABULARY_SIZE, writeTinyGguf } from '../fakes/tinyGguf.ts';
import { type TrueModel, trueModel } from '../fakes/trueModel.ts';
import { type EngineUnderTest, startTestEngine } from './engineUnderTest.ts';

const NEVER = new AbortController().signal;
/** With the space that the tiny tokenizer, as SentencePiece, puts before a text. */
const TEXT = ' The answer is 42, since 6 x 7 = 42. 你好 👩 ok';

type Start = (model: TrueModel, options: { writes: readonly number[] }) => Promise<FakeServer>;
const KINDS: Record<string, { start: Start; status: Drift['status'] }> = {
  vLLM: { start: fakeVllm, status: 'bound' },
  'vLLM by chats': {
    start: (model, options) => fakeVllm(model, { chatsOnly: true, ...options }),
    status: 'bound',
  },
  SGLang: { start: fakeSglang, status: 'exact' },
  'llama-server': { start: fakeLlamaServer, status: 'exact' },
  Fireworks: { start: fakeFireworks, status: 'bound' },
  Together: { start: fakeTogether, status: 'bound' },
  Ollama: { start: fakeOllama, status: 'bound' },
  TGI: { start: fakeTgi, status: 'unavailable' },
};

describe('a pair on two servers of one kind', { timeout: 240_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'driftscope-kinds-'));
  const paths = bySide((side) => join(dir, `${side}.gguf`));
  const messages = [{ role: 'user' as const, content: 'Well?' }];
  let engine: EngineUnderTest;
  let models: BySide<TrueModel>;
  let writes: number[];
  /** The drift over {@link TEXT}, by the engine alone. */
  let truth: { klForward: number; surprisal: BySide<number | null> }[];

  before(async () => {
    for (const [i, side] of SIDES.entries()) {
      writeTinyGguf(paths[side], { weights: { kind: 'random', seed: i + 1, quietBytes: true } });
    }
    engine = await startTestEngine(dir);
    models = {
      baseline: await trueModel(engine, paths.baseline, TINY_VOCABULARY_SIZE),
      reasoning: await trueModel(engine, paths.reasoning, TINY_VOCABULARY_SIZE),
    };
    writes = await models.reasoning.tokenize(TEXT.trimStart());
    const scorer = engine.engine.pairScorer(paths.baseline, paths.reasoning);
    truth = [];
    const request = { prefix: { baseline: { messages }, reasoning: { messages } }, ids: writes, top: 5 };
    for await (const batch of scorer.score(request, NEVER)) truth.push(...batch);
  });

  after(async () => {
    await engine.dispose();
    rmSync(dir, { recursive: true });
  });

  const at = (server: FakeServer): ModelReference => ({
    ...{ kind: 'remote', url: `${server.origin}/v1`, model: 'fake-model' },
    ...{ keyReference: null, trace: null, system: null },
  });

  async function compared(servers: BySide<FakeServer>): Promise<ComparisonState> {
    const pair: Pair = {
      ...{ name: 'pair', method: 'sft', models: bySide((side) => at(servers[side])), lineage: null },
      sampling: { temperature: 0, maxTokens: 12, seed: 1, topP: null },
    };
    const request = { id: 'id', pair, input: messages, origin: null };
    const open = await openPair(pair, { engine: engine.engine, keys: async () => null, baseDir: dir }, NEVER);
    let state = initialComparison(request);
    for await (const event of compare(request, open, {}, NEVER)) state = reduceComparison(state, event);
    return state;
  }

  for (const [name, { start, status }] of Object.entries(KINDS)) {
    it(`is compared on ${name}`, async () => {
      await using baseline = await start(models.baseline, { writes });
      await using reasoning = await start(models.reasoning, { writes });
      const state = await compared({ baseline, reasoning });
      for (const side of SIDES) {
        const scored = state.drift[side];
        assert.ok(scored.state === 'scored', JSON.stringify(scored));
        const { drift } = scored;
        assert.equal(drift.status, status, drift.reason);
        const tokens = status === 'unavailable' ? drift.surprisals! : drift.positions;
        assert.equal(tokens.map(({ text }) => text).join(''), TEXT);
        assert.equal(tokens.length, writes.length);
        for (const [t, { surprisal }] of tokens.entries()) {
          for (const model of SIDES) {
            const own = surprisal[model];
            if (own === null) assert.equal(name, 'Ollama');
            else assert.ok(Math.abs(own - truth[t]!.surprisal[model]!) < 1e-3, `${model} at ${t}`);
          }
        }
        for (const [t, { klForward, id }] of drift.positions.entries()) {
          assert.equal(id, writes[t]);
          assert.ok(klForward <= truth[t]!.klForward + 1e-4, `position ${t}`);
          if (status === 'exact') assert.ok(klForward >= truth[t]!.klForward - 0.01, `position ${t}`);
        }
        if (status === 'bound') {
          const sum = (of: { klForward: number }[]) => of.reduce((total, p) => total + p.klForward, 0);
          assert.ok(sum(drift.positions) > 0.05 * sum(truth));
          assert.ok(drift.summary!.all.klForward.mean! > 0);
          assert.ok(drift.coverage!.reasoning.mean < 1);
        }
      }
    });
  }
});
