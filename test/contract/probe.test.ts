import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { probeCache } from '../../src/engine/checkPair.ts';
import { openPair } from '../../src/engine/openPair.ts';
import type { ModelReference } from '../../src/shared/pair.ts';
import type { ModelProbe, ProbeReport } from '../../src/shared/probe.ts';
import { fakeLlamaServer } from '../fakes/dialects/llamaServer.ts';
import { fakeSglang } from '../fakes/dialects/sglang.ts';
import { fakeVllm } from '../fakes/dialects/vllm.ts';
import type { FakeServer } from '../fakes/httpServer.ts';
import { TINY_VOCABULARY_SIZE, writeTinyGguf } from '../fakes/tinyGguf.ts';
import { type Lie, type TrueModel, trueModel } from '../fakes/trueModel.ts';
import { chat, type EngineUnderTest, startTestEngine } from './engineUnderTest.ts';

const NEVER = new AbortController().signal;
const V = TINY_VOCABULARY_SIZE;

describe('probing a pair', { timeout: 300_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'driftscope-probe-'));
  const path = join(dir, 'model.gguf');
  const other = join(dir, 'other.gguf');
  let engine: EngineUnderTest;
  let model: TrueModel;
  /** What the model answers to the probe's question at temperature 0. */
  let writes: number[];

  before(async () => {
    writeTinyGguf(path, { weights: { kind: 'random', seed: 1 } });
    writeTinyGguf(other, { weights: { kind: 'random', seed: 2 }, extraTokens: ['qu'] });
    engine = await startTestEngine(dir);
    model = await trueModel(engine, path, V);
    const messages = [{ role: 'user', content: 'Count from one to ten, in words.' }];
    const chunks = await chat(engine, {
      model: path,
      messages,
      temperature: 0,
      stream: true,
      max_tokens: 16,
    });
    writes = chunks.flatMap((chunk) => chunk.choices).flatMap((choice) => choice.token_ids);
  });

  after(async () => {
    await engine.dispose();
    rmSync(dir, { recursive: true });
  });

  const gguf = (file: string): ModelReference => ({ kind: 'gguf', gguf: file, trace: null, system: null });
  const at = (origin: string): ModelReference => ({
    ...{
      kind: 'remote',
      url: `${origin}/v1`,
      model: 'fake-model',
      keyReference: null,
      trace: null,
      system: null,
    },
  });

  function opened(reasoning: ModelReference, baseline: ModelReference, probes = probeCache()) {
    const pair = {
      ...{ name: 'p', method: 'sft' as const, models: { baseline, reasoning }, lineage: null },
      sampling: { temperature: 0, maxTokens: 8, seed: null, topP: null },
    };
    const services = { engine: engine.engine, keys: async () => null, baseDir: dir, probes };
    return openPair(pair, services, NEVER);
  }

  async function probe(reasoning: ModelReference, baseline = gguf(path)): Promise<ProbeReport> {
    return (await opened(reasoning, baseline)).probe!(NEVER, true);
  }

  const result = ({ checks }: ModelProbe, id: string) => checks.find((check) => check.id === id)?.result;
  const failed = ({ checks }: ModelProbe) =>
    checks.filter((check) => check.result === 'failed').map(({ id }) => id);

  const EXPECTED = [
    {
      server: 'vLLM',
      route: /\/v1\/completions/,
      maxTop: 20,
      start: () => fakeVllm(model, { writes }),
      drift: 'bound',
    },
    {
      server: 'SGLang',
      route: /\/generate/,
      maxTop: V,
      start: () => fakeSglang(model, { writes }),
      drift: 'exact',
    },
    {
      ...{ server: 'llama-server', route: /\/completion with n_probs/, maxTop: null, drift: 'exact' },
      start: () => fakeLlamaServer(model, { writes }),
    },
  ];

  for (const { server, route, maxTop, start, drift } of EXPECTED) {
    it(`finds ${server}, its route and its largest k`, async () => {
      await using fake: FakeServer = await start();
      const report = await probe(at(fake.origin));
      const found = report.models.reasoning;
      assert.equal(found.identity?.server, server);
      assert.match(found.scoring.route ?? '', route);
      assert.equal(found.scoring.maxTop, maxTop);
      assert.equal(found.scoring.reach, 'top-k');
      assert.deepEqual(failed(found), []);
      for (const id of ['values', 'temperature', 'repeatable', 'round-trip', 'bos']) {
        assert.equal(result(found, id), 'passed', id);
      }
      assert.equal(report.matching.find(({ id }) => id === 'tokenizer')?.result, 'same');
      assert.equal(report.drift, drift, report.verdict.join(' '));
      assert.ok(found.requests > 5 && found.requests < 120, `${found.requests} requests`);
      assert.ok(found.requests <= fake.requests.length);
    });
  }

  it('is satisfied with the first choice and the base of the logarithm where lists are long', async () => {
    await using fake = await fakeVllm(model, { maxLogprobs: V, writes });
    const { models } = await probe(at(fake.origin));
    assert.equal(result(models.reasoning, 'log-base'), 'passed');
    assert.equal(result(models.reasoning, 'first-choice'), 'passed');
  });

  const LIES: Record<Lie, string> = {
    logits: 'values',
    'top-k-sum': 'values',
    nulls: 'values',
    log10: 'values',
    log2: 'log-base',
    temperature: 'temperature',
    drifting: 'repeatable',
    'off-by-one': 'first-choice',
  };
  for (const [lie, id] of Object.entries(LIES) as [Lie, string][]) {
    it(`catches a server that lies (${lie}), and names it`, async () => {
      await using fake = await fakeVllm(model, { maxLogprobs: V, writes, lie });
      const report = await probe(at(fake.origin));
      assert.ok(failed(report.models.reasoning).includes(id), JSON.stringify(report.models.reasoning.checks));
      assert.equal(report.drift, 'unavailable');
      assert.ok(
        report.verdict.some((line) => /Reasoning model \(fake-model, vLLM\) fails a check/.test(line)),
      );
    });
  }

  it('says that tokenizers differ, and on what', async () => {
    const told = await trueModel(engine, other, V + 1);
    await using fake = await fakeVllm(told, { writes });
    for (const [reasoning, how] of [
      [gguf(other), /The tokenizers differ \(one has 356 tokens and the other 357\)/],
      [at(fake.origin), /The tokenizers differ \(prose: /],
    ] as const) {
      const { verdict, drift, matching } = await probe(reasoning);
      assert.equal(drift, 'unavailable');
      assert.ok(
        verdict.some((line) => how.test(line)),
        verdict.join(' '),
      );
      assert.equal(matching.find(({ id }) => id === 'tokenizer')?.result, 'differs');
    }
  });

  it('scores with the system prompt that its model reads', async () => {
    const { models } = await probe({ ...gguf(other), system: 'Be brief.' });
    assert.equal(result(models.reasoning, 'first-choice'), 'passed');
  });

  it('tells of each model as it goes', async () => {
    const told: string[] = [];
    const open = await opened(gguf(other), gguf(path));
    await open.probe!(NEVER, true, (side, soFar) => told.push(`${side} ${soFar.checks.length}`));
    for (const side of ['baseline', 'reasoning']) {
      const own = told.filter((line) => line.startsWith(side));
      assert.deepEqual(
        own,
        Array.from(own, (_, n) => `${side} ${n}`),
      );
      assert.ok(own.length > 5);
    }
  });

  describe('before a comparison', () => {
    it('tries servers out once, and again when another model answers', async () => {
      const served = { name: 'fake-model' };
      await using fake = await fakeVllm(model, { maxLogprobs: 5, writes, served });
      const probes = probeCache();
      const requests = async () => {
        const before = fake.requests.length;
        const open = await opened(at(fake.origin), gguf(path), probes);
        assert.equal(open.check?.triesOut, true);
        const { matching, fault } = await open.check.run(NEVER);
        assert.equal(fault, null);
        assert.equal(matching.find(({ id }) => id === 'tokenizer')?.result, 'same');
        return fake.requests.length - before;
      };
      const first = await requests();
      assert.ok(first > 10, `${first} requests`);
      const second = await requests();
      assert.ok(second <= 4, `${second} requests, to see who answers`);
      served.name = 'another';
      assert.ok((await requests()) > 10, 'another model is tried out');
    });

    it('says why scores are not to be believed', async () => {
      await using fake = await fakeVllm(model, { maxLogprobs: V, writes, lie: 'temperature' });
      const open = await opened(at(fake.origin), gguf(path), probeCache());
      const { fault } = await open.check!.run(NEVER);
      assert.match(fault ?? '', /^fake-model fails a check of how it scores .*before any temperature/);
    });

    it('only asks what embedded models are', async () => {
      const open = await opened(gguf(other), gguf(path), probeCache());
      assert.equal(open.check?.triesOut, false);
      const { matching, fault } = await open.check.run(NEVER);
      assert.equal(fault, null);
      const results = Object.fromEntries(matching.map((check) => [check.id, check.result]));
      assert.equal(results.tokenizer, 'differs');
      assert.equal(results['chat-template'], 'same');
      assert.equal(results['base-model'], 'unknown');
    });
  });

  it('reports a server that is out of reach, and still what the other can do', async () => {
    const report = await probe(at('http://127.0.0.1:9'));
    assert.equal(report.models.reasoning.failure?.kind, 'unreachable');
    assert.equal(report.models.baseline.scoring.reach, 'top-k');
    assert.equal(report.drift, 'unavailable');
  });
});
