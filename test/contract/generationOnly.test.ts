import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { compare } from '../../src/core/compare/compare.ts';
import { openPair } from '../../src/engine/openPair.ts';
import { type ComparisonState, initialComparison, reduceComparison } from '../../src/shared/comparison.ts';
import type { Drift, SurprisalPosition } from '../../src/shared/drift.ts';
import type { ModelReference, Pair } from '../../src/shared/pair.ts';
import {
  type FakeHostedOptions,
  fakeDeepSeek,
  fakeOpenAi,
  fakeOpenRouter,
} from '../fakes/dialects/generationOnly.ts';
import type { FakeServer } from '../fakes/httpServer.ts';
import { TINY_VOCABULARY_SIZE, tinyId, writeTinyGguf } from '../fakes/tinyGguf.ts';
import { likeliest, type TrueModel, trueModel } from '../fakes/trueModel.ts';
import { type EngineUnderTest, startTestEngine } from './engineUnderTest.ts';

const NEVER = new AbortController().signal;

const HOSTS: Record<string, { start: typeof fakeOpenAi; showsTrace: boolean }> = {
  OpenAI: { start: fakeOpenAi, showsTrace: false },
  DeepSeek: { start: fakeDeepSeek, showsTrace: true },
  OpenRouter: { start: fakeOpenRouter, showsTrace: true },
};

describe('servers that tell of their own generations only', { timeout: 240_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'driftscope-hosted-'));
  const path = join(dir, 'model.gguf');
  const messages = [{ role: 'user' as const, content: 'Well?' }];
  let engine: EngineUnderTest;
  let model: TrueModel;
  let writes: FakeHostedOptions['writes'];
  /** ln p of what is written, by the model itself; null where it is not among the 20 likeliest. */
  let given: { trace: (number | null)[]; answer: (number | null)[] };

  before(async () => {
    writeTinyGguf(path, { weights: { kind: 'random', seed: 1 } });
    engine = await startTestEngine(dir);
    model = await trueModel(engine, path, TINY_VOCABULARY_SIZE);
    // The emoji is four tokens, none of which is a character.
    const trace = await model.tokenize('let me see 👩 and then');
    const prompt = await model.render(messages);
    // What it would write itself, so that some of it is likely.
    const open = [...prompt, tinyId('<think>'), ...trace, tinyId('</think>')];
    const answer: number[] = [];
    for (let t = 0; t < 8; t++) {
      const row = (await model.rows([...open, ...answer])).at(-1)!;
      // And once what it would not.
      answer.push(
        likeliest(row, 300)
          .slice(t === 4 ? 60 : 0)
          .find((id) => /^[ \w,.]+$/.test(model.text(id)))!,
      );
    }
    writes = { trace, answer };
    given = await truth(writes);
  });

  after(async () => {
    await engine.dispose();
    rmSync(dir, { recursive: true });
  });

  async function truth({ trace, answer }: FakeHostedOptions['writes']) {
    const prompt = await model.render(messages);
    const rows = await model.rows([...prompt, tinyId('<think>'), ...trace, tinyId('</think>'), ...answer]);
    const told = (ids: readonly number[], start: number) =>
      ids.map((id, t) => {
        const row = rows[prompt.length + start + t - 1]!;
        return likeliest(row, 20).includes(id) ? row[id]! : null;
      });
    return { trace: told(trace, 1), answer: told(answer, trace.length + 2) };
  }

  const at = (server: FakeServer): ModelReference => ({
    ...{ kind: 'remote', url: `${server.origin}/v1`, model: 'fake-model' },
    ...{ keyReference: null, trace: null, system: null },
  });

  function pairOf(server: FakeServer): Pair {
    const baseline: ModelReference = { kind: 'gguf', gguf: path, trace: null, system: null };
    return {
      ...{ name: 'pair', method: 'sft', models: { baseline, reasoning: at(server) }, lineage: null },
      sampling: { temperature: 0, maxTokens: 4, seed: 1, topP: null },
    };
  }
  const open = (server: FakeServer) =>
    openPair(pairOf(server), { engine: engine.engine, keys: async () => null, baseDir: dir }, NEVER);

  async function compared(server: FakeServer): Promise<{ state: ComparisonState; drift: Drift }> {
    const request = { id: 'id', pair: pairOf(server), input: messages, origin: null };
    let state = initialComparison(request);
    for await (const event of compare(request, await open(server), {}, NEVER)) {
      state = reduceComparison(state, event);
    }
    const { reasoning } = state.drift;
    assert.ok(reasoning.state === 'scored', JSON.stringify(reasoning));
    return { state, drift: reasoning.drift };
  }

  const textOf = (ids: readonly number[]) => Buffer.concat(ids.map((id) => model.bytes(id))).toString('utf8');
  const surprisals = (positions: readonly SurprisalPosition[], segment: string) =>
    positions.filter((p) => p.segment === segment).map(({ surprisal }) => surprisal.reasoning!);

  for (const [name, { start, showsTrace }] of Object.entries(HOSTS)) {
    describe(name, () => {
      it('has no KL, and the surprisal of what it wrote, trace and answer apart', async () => {
        await using server = await start(model, { writes });
        const { state, drift } = await compared(server);
        assert.equal(drift.status, 'unavailable');
        assert.match(drift.reason ?? '', new RegExp(`fake-model on ${name} cannot be scored`));
        assert.deepEqual(drift.positions, []);
        assert.equal(drift.summary, null);
        const side = state.sides.reasoning;
        assert.ok(side.state === 'finished');
        assert.equal(side.generation.trace, showsTrace ? textOf(writes.trace) : null);
        assert.equal(side.generation.answer, textOf(writes.answer));

        const found = drift.surprisals ?? [];
        const known = (list: (number | null)[]) =>
          list.flatMap((logprob) => (logprob === null ? [] : [-logprob]));
        for (const segment of ['trace', 'answer'] as const) {
          const expected = segment === 'trace' && !showsTrace ? [] : known(given[segment]);
          const own = surprisals(found, segment);
          assert.equal(own.length, expected.length);
          for (const [t, value] of own.entries()) assert.ok(Math.abs(value - expected[t]!) < 1e-6);
        }
        assert.ok(found.length > 3);
        assert.ok(found.every(({ surprisal }) => surprisal.baseline === null));
        // −9999 says that others are likelier, and no more.
        const total = writes.answer.length + (showsTrace ? writes.trace.length : 0);
        assert.ok(found.length < total);
        assert.ok(found.every(({ surprisal }) => surprisal.reasoning! < 100));
      });

      it('is asked without log-probabilities where it refuses them', async () => {
        await using server = await start(model, { writes, refusesLogprobs: true });
        const { state, drift } = await compared(server);
        const side = state.sides.reasoning;
        assert.ok(side.state === 'finished');
        assert.equal(side.generation.answer, textOf(writes.answer));
        assert.equal(drift.status, 'unavailable');
        assert.equal(drift.surprisals, undefined);
      });

      it('is named by the probe, which says that there is no KL', async () => {
        await using server = await start(model, { writes });
        const report = await (await open(server)).probe!(NEVER, true);
        const { identity, scoring } = report.models.reasoning;
        assert.equal(identity?.server, name);
        assert.equal(scoring.reach, 'own-generation');
        assert.equal(report.drift, 'unavailable');
        assert.ok(report.verdict.some((line) => /tells probabilities of its own text at best/.test(line)));
      });
    });
  }
});
