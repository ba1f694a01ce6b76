import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { compare } from '../../src/core/compare/compare.ts';
import { scoreText } from '../../src/core/compare/scoreText.ts';
import { openPair } from '../../src/engine/openPair.ts';
import type { ScoreRow } from '../../src/engine/protocol.ts';
import {
  type ComparisonState,
  type DriftState,
  initialComparison,
  reduceComparison,
} from '../../src/shared/comparison.ts';
import type { Drift } from '../../src/shared/drift.ts';
import type { ModelReference, Pair } from '../../src/shared/pair.ts';
import { fakeLlamaServer } from '../fakes/dialects/llamaServer.ts';
import { fakeSglang } from '../fakes/dialects/sglang.ts';
import { fakeVllm } from '../fakes/dialects/vllm.ts';
import { refusal } from '../fakes/faults.ts';
import { type FakeServer, httpServer, json } from '../fakes/httpServer.ts';
import { delta, openAiEvents, openAiServer, stream } from '../fakes/openAiServer.ts';
import { TINY_VOCABULARY_SIZE, writeTinyGguf } from '../fakes/tinyGguf.ts';
import { type TrueModel, trueModel } from '../fakes/trueModel.ts';
import { type EngineUnderTest, startTestEngine } from './engineUnderTest.ts';

const NEVER = new AbortController().signal;
const V = TINY_VOCABULARY_SIZE;
/** With the space that the tiny tokenizer, as SentencePiece, puts before a text. */
const TEXT = ' The answer is 42, since 6 x 7 = 42. 你好';

describe('a pair on two servers', () => {
  const dir = mkdtempSync(join(tmpdir(), 'driftscope-pairs-'));
  const path = (name: string) => join(dir, `${name}.gguf`);
  let engine: EngineUnderTest;
  let models: { baseline: TrueModel; reasoning: TrueModel };
  let writes: number[];
  /** The drift over {@link TEXT} by the engine alone. */
  let truth: number[];

  before(async () => {
    writeTinyGguf(path('baseline'), { weights: { kind: 'random', seed: 1 } });
    writeTinyGguf(path('reasoning'), { weights: { kind: 'random', seed: 2 } });
    engine = await startTestEngine(dir);
    models = {
      baseline: await trueModel(engine, path('baseline'), V),
      reasoning: await trueModel(engine, path('reasoning'), V),
    };
    writes = await models.reasoning.tokenize(TEXT.trimStart());
    const messages = [{ role: 'user' as const, content: 'Well?' }];
    const scorer = engine.engine.pairScorer(path('baseline'), path('reasoning'));
    truth = [];
    const request = { prefix: { baseline: { messages }, reasoning: { messages } }, ids: writes, top: 5 };
    for await (const batch of scorer.score(request, NEVER)) truth.push(...batch.map((p) => p.klForward));
  });

  after(async () => {
    await engine.dispose();
    rmSync(dir, { recursive: true });
  });

  const gguf = (name: string): ModelReference => ({
    kind: 'gguf',
    gguf: path(name),
    trace: null,
    system: null,
  });
  const at = (server: FakeServer, model = 'fake-model'): ModelReference => ({
    ...{ kind: 'remote', url: `${server.origin}/v1`, model, keyReference: null, trace: null, system: null },
  });

  async function compared(
    baseline: ModelReference,
    reasoning: ModelReference,
    between: (state: ComparisonState) => void = () => {},
  ): Promise<ComparisonState> {
    const pair: Pair = {
      ...{ name: 'pair', method: 'sft', models: { baseline, reasoning }, lineage: null },
      sampling: { temperature: 0, maxTokens: 12, seed: 1, topP: null },
    };
    const request = {
      ...{ id: 'id', pair, input: [{ role: 'user' as const, content: 'Well?' }], origin: null },
    };
    const open = await openPair(pair, { engine: engine.engine, keys: async () => null, baseDir: dir }, NEVER);
    let state = initialComparison(request);
    for await (const event of compare(request, open, {}, NEVER)) {
      state = reduceComparison(state, event);
      between(state);
    }
    return state;
  }

  const drift = (state: DriftState): Drift => {
    assert.equal(state.state, 'scored', JSON.stringify(state));
    return (state as Extract<DriftState, { state: 'scored' }>).drift;
  };

  const near = (positions: Drift['positions'], expected: number[]) => {
    assert.equal(positions.length, expected.length);
    for (const [t, { klForward }] of positions.entries()) {
      assert.ok(Math.abs(klForward - expected[t]!) < 0.01, `position ${t}: ${klForward}, not ${expected[t]}`);
    }
  };

  it('compares an embedded model and one on llama-server like any other pair', async () => {
    await using server = await fakeLlamaServer(models.reasoning, { writes });
    const state = await compared(gguf('baseline'), at(server));
    const reasoning = drift(state.drift.reasoning);
    assert.equal(reasoning.status, 'exact');
    near(reasoning.positions, truth);
    assert.equal(reasoning.positions.map(({ text }) => text).join(''), TEXT);
    assert.match(reasoning.note ?? '', /tokenized again/);
    const baseline = drift(state.drift.baseline);
    assert.equal(baseline.status, 'exact');
    assert.ok(baseline.positions.length > 0);
    assert.equal(baseline.note, undefined);
  });

  it('compares vLLM and SGLang, by the ids that one tells and the text of the other', async () => {
    await using baseline = await fakeVllm(models.baseline, { writes });
    await using reasoning = await fakeSglang(models.reasoning, { writes });
    const state = await compared(at(baseline), at(reasoning));
    for (const side of ['baseline', 'reasoning'] as const) {
      const { status, positions, coverage } = drift(state.drift[side]);
      assert.equal(status, 'bound');
      assert.deepEqual(
        positions.map(({ id }) => id),
        writes,
      );
      assert.ok(positions.every(({ klForward }, t) => klForward <= truth[t]! + 0.001));
      assert.equal(positions.map(({ text }) => text).join(''), TEXT);
      assert.ok(coverage && coverage.baseline.mean < 1);
    }
    assert.equal(drift(state.drift.baseline).note, undefined);
  });

  it('says which server cannot score, and shows what both models wrote', async () => {
    await using server = await openAiServer({
      replies: [stream(openAiEvents({ answer: ['Forty', '-two'] }))],
    });
    const state = await compared(gguf('baseline'), at(server));
    const { status, reason } = drift(state.drift.baseline);
    assert.equal(status, 'unavailable');
    assert.match(reason ?? '', /fake-model cannot be made to read a given text/);
    const side = state.sides.reasoning;
    assert.equal(side.state === 'finished' && side.generation.answer, 'Forty-two');
  });

  it('keeps the surprisal that a server tells of its own text, and asks without where it refuses to', async () => {
    const owner = { object: 'list', data: [{ id: 'fake-model', object: 'model', owned_by: 'openai' }] };
    const told = ['Forty', '-two'].map((content, i) =>
      delta({ content }, { logprobs: { content: [{ token: content, logprob: -1 - i, top_logprobs: [] }] } }),
    );
    let refuses = false;
    await using server = await httpServer(({ path, body }) => {
      if (path === '/v1/models') return json(200, owner);
      if (path !== '/v1/chat/completions') return json(404, {});
      const { logprobs } = body as { logprobs?: boolean };
      if (refuses && logprobs) return refusal(400, 'logprobs are not supported with reasoning models.');
      return stream(
        [...told, delta({}, { finish_reason: 'stop' })].map((event) => (logprobs ? event : plain(event))),
      );
    });
    const state = await compared(gguf('baseline'), at(server));
    const { status, reason, surprisals, positions } = drift(state.drift.reasoning);
    assert.equal(status, 'unavailable');
    assert.match(reason ?? '', /fake-model on OpenAI cannot be scored/);
    assert.deepEqual(positions, []);
    assert.deepEqual(surprisals, [
      { index: 0, text: 'Forty', segment: 'answer', surprisal: { baseline: null, reasoning: 1 } },
      { index: 1, text: '-two', segment: 'answer', surprisal: { baseline: null, reasoning: 2 } },
    ]);
    refuses = true;
    const again = await compared(gguf('baseline'), at(server));
    const side = again.sides.reasoning;
    assert.equal(side.state === 'finished' && side.generation.answer, 'Forty-two');
    assert.equal(drift(again.drift.reasoning).surprisals, undefined);
  });

  it('notices that a server was restarted with another model before the text was scored', async () => {
    const served = { path: '/models/first.gguf' };
    await using server = await fakeLlamaServer(models.reasoning, { writes, served });
    const state = await compared(gguf('baseline'), at(server), ({ sides }) => {
      if (sides.reasoning.state === 'finished') served.path = '/models/second.gguf';
    });
    const failed = state.drift.reasoning;
    assert.ok(failed.state === 'failed');
    assert.equal(failed.failure.kind, 'model-changed');
    assert.match(
      failed.failure.message,
      /is now \/models\/second\.gguf; \/models\/first\.gguf wrote the text/,
    );
    assert.ok(failed.failure.remedy);
  });

  describe('whose tokenizers differ', () => {
    /** Cuts TEXT otherwise: “is”, “42” and “nc” are tokens. None of them is in a probe text, but for the last. */
    const EXTRA = ['is', '42', 'nc', 'qu'];

    before(() => writeTinyGguf(path('other'), { weights: { kind: 'random', seed: 3 }, extraTokens: EXTRA }));

    const isTokenizers = ({ status, reason, summary, positions }: Drift) => {
      assert.equal(status, 'unavailable');
      assert.match(reason ?? '', /tokenizers/);
      assert.equal(summary, null);
      assert.deepEqual(positions, []);
    };

    /** ln of the probability that a model gives to its own tokens of the text after the chat, one by one. */
    const given = async (name: string, ids: readonly number[]) => {
      const messages = [{ role: 'user', content: 'Well?' }];
      const rows = await engine.lines<ScoreRow>('/v1/score', { model: path(name), messages, ids, top: 1 });
      return rows.map(({ text, logprob }) => ({ text, logprob }));
    };

    /** The same by the place in the text at which each token ends, summed up to there. */
    const summedTo = (tokens: readonly { text: string; logprob: number }[]) => {
      let [at, sum] = [0, 0];
      return new Map(
        tokens.map(({ text, logprob }) => {
          at += text.length;
          sum += logprob;
          return [at, sum];
        }),
      );
    };

    /** Every span is what both models gave between its ends, and the ends are those that both have. */
    const isRight = async (
      { spans }: Drift,
      ids: { baseline: number[]; reasoning: number[] },
      names: Names,
    ) => {
      assert.ok(spans && spans.spans.length > 3);
      const ends = {
        baseline: summedTo(await given(names.baseline, ids.baseline)),
        reasoning: summedTo(await given(names.reasoning, ids.reasoning)),
      };
      const shared = [...ends.baseline.keys()].filter((end) => ends.reasoning.has(end));
      let at = 0;
      const reached = spans.spans.map(({ text, surprisal }) => {
        for (const side of ['baseline', 'reasoning'] as const) {
          const [from, to] = [ends[side].get(at) ?? 0, ends[side].get(at + text.length)!];
          assert.ok(Math.abs(from - to - surprisal[side]) < 1e-3, `${text}: ${surprisal[side]}`);
        }
        at += text.length;
        return at;
      });
      assert.deepEqual(
        reached,
        shared.filter((end) => end > 0),
      );
      assert.ok(spans.spans.some(({ pieces }) => pieces.baseline !== pieces.reasoning));
    };
    type Names = { baseline: string; reasoning: string };

    it('is compared by the log-ratio of spans, on a server', async () => {
      const other = await trueModel(engine, path('other'), V + EXTRA.length);
      const written = await other.tokenize(TEXT.trimStart());
      await using server = await fakeVllm(other, { writes: written });
      const state = await compared(gguf('baseline'), at(server));
      const onReasoning = drift(state.drift.reasoning);
      isTokenizers(onReasoning);
      const ids = { baseline: writes, reasoning: written };
      await isRight(onReasoning, ids, { baseline: 'baseline', reasoning: 'other' });
      const { answer } = onReasoning.spans!.summary;
      assert.equal(answer.bytes, Buffer.byteLength(TEXT));
      const nats = (await given('other', written)).reduce((sum, { logprob }) => sum - logprob, 0);
      assert.ok(Math.abs(answer.bitsPerByte.reasoning! - nats / Math.LN2 / answer.bytes) < 1e-3);
      isTokenizers(drift(state.drift.baseline));
      assert.ok(drift(state.drift.baseline).spans);
    });

    it('is noticed by the sizes of the vocabularies where no probe text shows it', async () => {
      const hidden = EXTRA.slice(0, 3);
      writeTinyGguf(path('hidden'), { weights: { kind: 'random', seed: 3 }, extraTokens: hidden });
      const other = await trueModel(engine, path('hidden'), V + hidden.length);
      await using server = await fakeLlamaServer(other, { writes: await other.tokenize(TEXT.trimStart()) });
      const state = await compared(gguf('baseline'), at(server));
      isTokenizers(drift(state.drift.reasoning));
      assert.match(drift(state.drift.reasoning).reason ?? '', /vocabularies have different sizes/);
      assert.ok(drift(state.drift.reasoning).spans!.spans.length > 3);
    });

    it('is compared by the log-ratio of spans, in the engine', async () => {
      const state = await compared(gguf('baseline'), gguf('other'));
      for (const author of ['baseline', 'reasoning'] as const) {
        const own = drift(state.drift[author]);
        isTokenizers(own);
        assert.ok(own.spans!.spans.length > 0);
        const side = state.sides[author];
        assert.ok(side.state === 'finished');
        const text = own.spans!.spans.map((span) => span.text).join('');
        assert.ok((side.generation.trace ?? '') + side.generation.answer === text, text);
      }
    });

    it('scores a given text the same way', async () => {
      const pair: Pair = {
        ...{ name: 'pair', method: 'sft', lineage: null },
        models: { baseline: gguf('baseline'), reasoning: gguf('other') },
        sampling: { temperature: 0, maxTokens: 12, seed: 1, topP: null },
      };
      const open = await openPair(
        pair,
        { engine: engine.engine, keys: async () => null, baseDir: dir },
        NEVER,
      );
      const own = await scoreText(open, TEXT.trimStart(), {}, NEVER);
      isTokenizers(own);
      assert.equal(
        own
          .spans!.spans.map(({ text }) => text)
          .join('')
          .trimStart(),
        TEXT.trimStart(),
      );
      assert.ok(own.spans!.summary.answer.bitsPerByte.baseline! > 0);
    });
  });
});

/** An event without its log-probabilities. */
function plain(event: Record<string, unknown>): Record<string, unknown> {
  const choices = (event.choices as Record<string, unknown>[]).map((choice) => ({
    ...choice,
    logprobs: null,
  }));
  return { ...event, choices };
}
