import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { remoteModel } from '../../src/core/endpoints/dialects/remoteModel.ts';
import { type Server, serverOf } from '../../src/core/endpoints/dialects/server.ts';
import { openPair } from '../../src/engine/openPair.ts';
import { FailureError } from '../../src/shared/failure.ts';
import type { ModelProbe, ProbeReport, ScoringReach } from '../../src/shared/probe.ts';
import { fakeFireworks } from '../fakes/dialects/fireworks.ts';
import { fakeLlamaServer } from '../fakes/dialects/llamaServer.ts';
import { fakeOllama } from '../fakes/dialects/ollama.ts';
import { fakeSglang } from '../fakes/dialects/sglang.ts';
import { fakeTgi } from '../fakes/dialects/tgi.ts';
import { fakeTogether } from '../fakes/dialects/together.ts';
import { fakeVllm } from '../fakes/dialects/vllm.ts';
import type { FakeServer } from '../fakes/httpServer.ts';
import { TINY_VOCABULARY_SIZE, writeTinyGguf } from '../fakes/tinyGguf.ts';
import { type Lie, type TrueModel, trueModel } from '../fakes/trueModel.ts';
import { chat, type EngineUnderTest, startTestEngine } from './engineUnderTest.ts';

const NEVER = new AbortController().signal;
const MOST = 60;

interface Kind {
  start(model: TrueModel, options: { lie?: Lie; writes: readonly number[] }): Promise<FakeServer>;
  reach: ScoringReach;
  route: RegExp;
  /** Most alternatives; null: all. */
  maxTop: number | null;
  /** A server whose model is exchanged while it runs. */
  exchanged(model: TrueModel): Promise<{ server: FakeServer; exchange(): void }>;
}

const named = () => {
  const served = { name: 'fake-model' };
  const exchange = () => {
    served.name = 'another-model';
  };
  return { served, exchange };
};

const KINDS: Record<string, Kind> = {
  vLLM: {
    start: (model, options) => fakeVllm(model, { maxLogprobs: MOST, ...options }),
    ...{ reach: 'top-k', route: /v1\/completions with prompt_logprobs/, maxTop: MOST },
    async exchanged(model) {
      const { served, exchange } = named();
      return { server: await fakeVllm(model, { served }), exchange };
    },
  },
  'vLLM behind a gateway': {
    start: (model, options) => fakeVllm(model, { maxLogprobs: MOST, chatsOnly: true, ...options }),
    ...{ reach: 'top-k', route: /chat\/completions with prompt_logprobs and continue_final/, maxTop: MOST },
    async exchanged(model) {
      const { served, exchange } = named();
      return { server: await fakeVllm(model, { served, chatsOnly: true }), exchange };
    },
  },
  SGLang: {
    start: fakeSglang,
    ...{ reach: 'top-k', route: /\/generate with input_ids/, maxTop: TINY_VOCABULARY_SIZE },
    async exchanged(model) {
      const served = { path: 'lab/fake-model' };
      const exchange = () => {
        served.path = 'lab/another-model';
      };
      return { server: await fakeSglang(model, { served }), exchange };
    },
  },
  'llama-server': {
    start: fakeLlamaServer,
    ...{ reach: 'top-k', route: /\/completion with n_probs/, maxTop: null },
    async exchanged(model) {
      const served = { path: '/models/first.gguf' };
      const exchange = () => {
        served.path = '/models/second.gguf';
      };
      return { server: await fakeLlamaServer(model, { served }), exchange };
    },
  },
  Fireworks: {
    start: fakeFireworks,
    ...{ reach: 'top-k', route: /v1\/completions with echo_last/, maxTop: 5 },
    async exchanged(model) {
      const { served, exchange } = named();
      return { server: await fakeFireworks(model, { served }), exchange };
    },
  },
  Together: {
    start: fakeTogether,
    ...{ reach: 'top-k', route: /v1\/completions with echo and logprobs/, maxTop: 20 },
    async exchanged(model) {
      const { served, exchange } = named();
      return { server: await fakeTogether(model, { served }), exchange };
    },
  },
  Ollama: {
    start: fakeOllama,
    ...{ reach: 'top-k', route: /\/api\/generate with raw and top_logprobs/, maxTop: 20 },
    async exchanged(model) {
      const served = { digest: 'a1b2c3' };
      const exchange = () => {
        served.digest = 'd4e5f6';
      };
      return { server: await fakeOllama(model, { served }), exchange };
    },
  },
  TGI: {
    start: fakeTgi,
    ...{ reach: 'actual-token', route: /\/generate with decoder_input_details/, maxTop: 0 },
    async exchanged(model) {
      const { served, exchange } = named();
      return { server: await fakeTgi(model, { served }), exchange };
    },
  },
};

describe('probing every kind of server that scores', { timeout: 240_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'driftscope-servers-'));
  const path = join(dir, 'model.gguf');
  let engine: EngineUnderTest;
  let model: TrueModel;
  /** What the model answers to the probe's question at temperature 0. */
  let writes: number[];

  before(async () => {
    writeTinyGguf(path, { weights: { kind: 'random', seed: 1, quietBytes: true } });
    engine = await startTestEngine(dir);
    model = await trueModel(engine, path, TINY_VOCABULARY_SIZE);
    const messages = [{ role: 'user', content: 'Count from one to ten, in words.' }];
    const chunks = await chat(engine, {
      ...{ model: path, messages, temperature: 0, stream: true, max_tokens: 16 },
    });
    writes = chunks.flatMap((chunk) => chunk.choices).flatMap((choice) => choice.token_ids);
  });

  after(async () => {
    await engine.dispose();
    rmSync(dir, { recursive: true });
  });

  async function probe(of: FakeServer): Promise<ProbeReport> {
    const remote = {
      ...{ kind: 'remote' as const, url: `${of.origin}/v1`, model: 'fake-model' },
      ...{ keyReference: null, trace: null, system: null },
    };
    const pair = {
      ...{
        name: 'p',
        method: 'sft' as const,
        models: { baseline: remote, reasoning: remote },
        lineage: null,
      },
      sampling: { temperature: 0, maxTokens: 8, seed: null, topP: null },
    };
    const open = await openPair(pair, { engine: engine.engine, keys: async () => null, baseDir: dir }, NEVER);
    return open.probe!(NEVER, true);
  }

  const result = ({ checks }: ModelProbe, id: string) => checks.find((check) => check.id === id)?.result;
  const failed = ({ checks }: ModelProbe) =>
    checks.filter((check) => check.result === 'failed').map(({ id }) => id);

  for (const [name, { start, reach, route, maxTop, exchanged }] of Object.entries(KINDS)) {
    const server = name.replace(/ behind.*/, '');

    describe(name, () => {
      it('is found, with its route and its largest k', async () => {
        await using fake = await start(model, { writes });
        const report = await probe(fake);
        const { identity, scoring, failure, requests } = report.models.reasoning;
        assert.equal(failure, null);
        assert.equal(identity?.server, server);
        assert.equal(scoring.reach, reach);
        assert.match(scoring.route ?? '', route);
        assert.equal(scoring.maxTop, maxTop);
        assert.deepEqual(failed(report.models.reasoning), [], report.verdict.join(' '));
        for (const id of ['values', 'temperature', 'repeatable', 'round-trip']) {
          assert.equal(result(report.models.reasoning, id), 'passed', id);
        }
        assert.equal(report.matching.find(({ id }) => id === 'tokenizer')?.result, 'same');
        const all = maxTop === null || maxTop === TINY_VOCABULARY_SIZE;
        const drift = maxTop === 0 ? 'unavailable' : all ? 'exact' : 'bound';
        assert.equal(report.drift, drift, report.verdict.join(' '));
        assert.ok(requests > 5 && requests < 400, `${requests} requests`);
      });

      // Where the given tokens alone are told there is no list whose sum could be too large.
      const lies: [Lie, string][] = [
        ['logits', 'values'],
        ['nulls', 'values'],
        ['temperature', 'temperature'],
        ['drifting', 'repeatable'],
        ...(maxTop === 0 ? [] : [['top-k-sum', 'values'] satisfies [Lie, string]]),
      ];
      for (const [lie, id] of lies) {
        it(`is caught where it lies (${lie}), and named`, async () => {
          await using fake = await start(model, { writes, lie });
          const report = await probe(fake);
          const found = report.models.reasoning;
          assert.ok(failed(found).includes(id), JSON.stringify(found.checks));
          assert.equal(report.drift, 'unavailable');
          const words = new RegExp(`Reasoning model \\(fake-model, ${server}\\) fails a check`);
          assert.ok(
            report.verdict.some((line) => words.test(line)),
            report.verdict.join(' '),
          );
        });
      }

      it('is caught where it was started anew with another model, and named', async () => {
        const { server: fake, exchange } = await exchanged(model);
        await using _ = fake;
        const remote = remoteModel(clientOf(fake), '127.0.0.1');
        await remote.beforeGeneration(NEVER);
        const ids = await remote.scorer.tokenize('The answer is 42', NEVER);
        const messages = [{ role: 'user' as const, content: 'Well?' }];
        const score = async () => {
          let rows = 0;
          for await (const _row of remote.scorer.score({ prefix: { messages }, ids, k: 5 }, NEVER)) rows++;
          return rows;
        };
        assert.equal(await score(), ids.length);
        exchange();
        await assert.rejects(score(), (error: unknown) => {
          assert.ok(error instanceof FailureError);
          assert.equal(error.failure.kind, 'model-changed');
          assert.match(
            error.failure.message,
            /^fake-model at http:\/\/127\.0\.0\.1:\d+ is now .+ wrote the text/,
          );
          return true;
        });
      });
    });
  }

  it('says which version of Ollama is needed', async () => {
    await using fake = await fakeOllama(model, { writes, version: '0.12.10' });
    const report = await probe(fake);
    assert.equal(report.models.reasoning.scoring.reach, 'none');
    assert.equal(report.drift, 'unavailable');
    const remote = remoteModel(clientOf(fake), '127.0.0.1');
    await assert.rejects(
      remote.scorer.tokenize('a', NEVER),
      /from version 0\.12\.11 on, and this is 0\.12\.10/,
    );
  });

  it('reads what Ollama shows of a model', async () => {
    await using fake = await fakeOllama(model, { writes });
    const { identity } = (await probe(fake)).models.reasoning;
    assert.deepEqual(identity?.baseModels, ['lab/base']);
    assert.equal(identity.parameters, 50_000);
    assert.equal(identity.quantization, 'F32');
    assert.equal(identity.contextLength, 4096);
    assert.equal(identity.vocabularySize, TINY_VOCABULARY_SIZE);
  });
});

function clientOf(server: FakeServer): Server {
  return serverOf({
    label: 'fake-model',
    model: 'fake-model',
    connect: async () => ({ baseUrl: `${server.origin}/v1`, apiKey: null }),
  });
}
