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
import { fakeFireworks } from '../fakes/dialects/fireworks.ts';
import { fakeLlamaServer } from '../fakes/dialects/llamaServer.ts';
import { fakeOllama } from '../fakes/dialects/ollama.ts';
import { fakeSglang } from '../fakes/dialects/sglang.ts';
import { fakeTgi } from '../fakes/dialects/tgi.ts';
import { fakeTogether } from '../fakes/dialects/together.ts';
import { fakeVllm } from '../fakes/dialects/vllm.ts';
import type { FakeServer } from '../fakes/httpServer.ts';
import { TINY_VOCABULARY_SIZE, writeTinyGguf } from '../fakes/tinyGguf.ts';
import { type Lie, rankOf, type TrueModel, trueModel } from '../fakes/trueModel.ts';
import { chat, type EngineUnderTest, startTestEngine } from './engineUnderTest.ts';

const NEVER = new AbortController().signal;
const V = TINY_VOCABULARY_SIZE;
/** More than any vocabulary here has. */
const ALL = 1_000;

interface Kind {
  start(model: TrueModel, lie?: Lie): Promise<FakeServer>;
  /** The most alternatives that it lists. */
  most: number;
  /** It takes no ids, so that it scores what a text is cut into. */
  takesText?: boolean;
  /** It tells probabilities of the likeliest tokens alone, also of the one that stands there. */
  listsOnly?: boolean;
  /** The most that it takes to score a text. Absent: it takes one per position at worst. */
  requests?: number;
  /** It tells no version. */
  unversioned?: boolean;
  /** Its name where it is another. */
  server?: string;
}

/** The servers that tell the top k of given text. */
const SERVERS: Record<string, Kind> = {
  vLLM: {
    ...{ start: (model, lie) => fakeVllm(model, { maxLogprobs: ALL, ...(lie && { lie }) }), most: ALL },
    requests: 2,
  },
  'vLLM behind a gateway': {
    start: (model, lie) => fakeVllm(model, { maxLogprobs: ALL, chatsOnly: true, ...(lie && { lie }) }),
    ...{ most: ALL, takesText: true, unversioned: true, server: 'vLLM', requests: 4 },
  },
  SGLang: { start: (model, lie) => fakeSglang(model, lie && { lie }), most: ALL, requests: 2 },
  'llama-server': { start: (model, lie) => fakeLlamaServer(model, lie && { lie }), most: ALL },
  Fireworks: {
    start: (model, lie) => fakeFireworks(model, lie && { lie }),
    most: 5,
    unversioned: true,
    requests: 2,
  },
  Together: {
    ...{
      start: (model, lie) => fakeTogether(model, lie && { lie }),
      most: 20,
      unversioned: true,
      requests: 3,
    },
    takesText: true,
  },
  Ollama: {
    ...{ start: (model, lie) => fakeOllama(model, lie && { lie }), most: 20 },
    ...{ takesText: true, listsOnly: true },
  },
};

describe('dialects that score given text', () => {
  const dir = mkdtempSync(join(tmpdir(), 'driftscope-dialects-'));
  const paths = bySide((side) => join(dir, `${side}.gguf`));
  const wordyPaths = bySide((side) => join(dir, `wordy-${side}.gguf`));
  const messages = [{ role: 'user' as const, content: 'What is the answer? 你好' }];
  const prefix: DriftRequest['prefix'] = { baseline: { messages }, reasoning: { messages } };
  let engine: EngineUnderTest;
  let models: BySide<TrueModel>;
  /** What the reasoning model wrote, byte tokens and halves of characters among it, and the end of its turn. */
  let ids: number[];
  /** What its text is cut into: no bytes where a character has a token. */
  let textIds: number[];
  /** The truth, position by position, in float64 from both full distributions. */
  type Truth = Pick<
    UnsegmentedPosition,
    'klForward' | 'klReverse' | 'jsd' | 'surprisal' | 'entropy' | 'rank'
  >[];
  let exact: Truth;
  let textExact: Truth;

  /** Tokens of two letters. The tiny vocabulary is mostly bytes, which lists by text cannot tell from characters. */
  const WORDS = [...'aeiouwrst'].flatMap((a) => [...'bcdfgklmnprsz'].map((b) => b + a));
  let wordy: BySide<TrueModel>;

  before(async () => {
    for (const [i, side] of (['baseline', 'reasoning'] as const).entries()) {
      const weights = { kind: 'random', seed: i + 1 } as const;
      writeTinyGguf(paths[side], { weights });
      writeTinyGguf(wordyPaths[side], { weights: { ...weights, quietBytes: true }, extraTokens: WORDS });
    }
    engine = await startTestEngine(dir);
    models = await trueModels(paths, V);
    wordy = await trueModels(wordyPaths, V + WORDS.length);
    ids = await generation(120);
    const text = `The rest of it: ${WORDS.filter((_, i) => i % 4 === 0)
      .join('')
      .slice(0, 90)} 你好, 1 + 2 = 3.`;
    textIds = await wordy.reasoning.tokenize(text);
    exact = await truthOf(models, ids);
    textExact = await truthOf(wordy, textIds);
  });

  async function trueModels(of: BySide<string>, size: number): Promise<BySide<TrueModel>> {
    return {
      baseline: await trueModel(engine, of.baseline, size),
      reasoning: await trueModel(engine, of.reasoning, size),
    };
  }

  async function truthOf(pair: BySide<TrueModel>, of: readonly number[]): Promise<Truth> {
    const before = await pair.baseline.render(messages);
    const B = (await pair.baseline.rows([...before, ...of])).slice(before.length - 1);
    const R = (await pair.reasoning.rows([...before, ...of])).slice(before.length - 1);
    return of.map((id, t) => {
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
  }

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

  async function open(
    start: (model: TrueModel) => Promise<FakeServer>,
    pair: BySide<TrueModel> = models,
  ): Promise<Opened> {
    const servers = { baseline: await start(pair.baseline), reasoning: await start(pair.reasoning) };
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

  for (const [name, kind] of Object.entries(SERVERS)) {
    const {
      start,
      most,
      takesText = false,
      listsOnly = false,
      unversioned = false,
      server: called = name,
      requests,
    } = kind;
    const read = () => (takesText ? wordy : models);
    const given = () => (takesText ? { ids: textIds, truth: textExact } : { ids, truth: exact });

    /** The scorer as compare uses it: what it takes as text it has cut before. */
    const scored = async (pair: Opened, k: number): Promise<UnsegmentedPosition[]> => {
      const scorer = pairScorer(pair.scorers, { k });
      if (takesText) await retokenized(pair);
      return positionsOf(scorer, given().ids);
    };
    const retokenized = async (pair: Opened) => {
      const text = textIds.map((id) => wordy.reasoning.bytes(id));
      const cut = await pair.scorers.reasoning.tokenize(Buffer.concat(text).toString('utf8').slice(1), NEVER);
      assert.deepEqual(cut, textIds);
    };

    describe(name, () => {
      it('is recognised by its own routes', async () => {
        await using server = await start(models.baseline);
        const known = await recognise(clientOf(server), '127.0.0.1', NEVER);
        assert.equal(known?.identity.server, called);
        assert.equal(known.reach, 'top-k');
        assert.ok(known.identity.model);
        assert.equal(known.identity.version === null, unversioned);
        assert.equal(known.identity.contextLength, 4096);
      });

      if (most === ALL) {
        it('gives the exact KL, within 0.01 nats, where it lists the whole vocabulary', async () => {
          await using pair = await open(start, read());
          const positions = await scored(pair, ALL);
          const { ids: of, truth: all } = given();
          assert.deepEqual(
            positions.map(({ id }) => id),
            of,
          );
          for (const [t, position] of positions.entries()) {
            const truth = all[t]!;
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
          await using pair = await open(start, read());
          const positions = await scored(pair, ALL);
          const { baseline, reasoning } = takesText ? wordyPaths : paths;
          const embedded = await positionsOf(engine.engine.pairScorer(baseline, reasoning), given().ids);
          for (const [t, position] of positions.entries()) {
            assert.ok(Math.abs(position.klForward - embedded[t]!.klForward) < 0.01, `position ${t}`);
          }
        });
      } else {
        it('is asked for no more than it lists', async () => {
          await using pair = await open(start, read());
          const positions = await scored(pair, 1_000);
          assert.equal((await pair.scorers.baseline.depth(NEVER)).maxTop, most);
          assert.ok(positions.every(({ top }) => top.reasoning.length <= most));
        });
      }

      for (const k of [5, 20, 100].filter((top) => top <= most)) {
        it(`bounds both KLs from below, and the JSD from both sides, at every position with k = ${k}`, async () => {
          await using pair = await open(start, read());
          const positions = await scored(pair, k);
          const { ids: of, truth: all } = given();
          assert.deepEqual(
            positions.map(({ id }) => id),
            of,
          );
          const told = { baseline: 0, reasoning: 0 };
          for (const [t, position] of positions.entries()) {
            const truth = all[t]!;
            const at = `position ${t}: ${JSON.stringify(position)} of ${JSON.stringify(truth)}`;
            assert.ok(position.klForward <= truth.klForward + 1e-5, at);
            assert.ok(position.klReverse <= truth.klReverse + 1e-5, at);
            assert.ok(position.jsd <= truth.jsd + 1e-5 && truth.jsd <= position.jsdMax + 1e-5, at);
            for (const side of ['baseline', 'reasoning'] as const) {
              const surprisal = position.surprisal[side];
              if (surprisal === null) continue;
              told[side]++;
              assert.ok(Math.abs(surprisal - truth.surprisal[side]!) < 1e-3, at);
            }
            assert.equal(position.entropy.baseline === null, position.status === 'bound', at);
          }
          for (const side of ['baseline', 'reasoning'] as const) {
            if (listsOnly) assert.ok(told[side] > 0 && told[side] < of.length);
            else assert.equal(told[side], of.length);
          }
          // llama-server lists everything at the few positions where it has to be asked twice.
          const bounds = positions.filter(({ status }) => status === 'bound');
          assert.ok(bounds.length > 0.7 * positions.length, `${bounds.length} bounds`);
          // That it bounds at all, and not by zero, in either direction.
          for (const figure of ['klForward', 'klReverse'] as const) {
            const sum = (list: Truth) => list.reduce((total, p) => total + p[figure], 0);
            assert.ok(sum(positions) > 0.05 * sum(all), `${figure}: ${sum(positions)} of ${sum(all)}`);
          }
        });
      }

      if (requests !== undefined) {
        it(`is asked ${requests} times at most, however long the text is`, async () => {
          await using pair = await open(start, read());
          await scored(pair, 5); // recognised, limits known, tokenizers compared
          const before = bySide((side) => pair.clients[side].requests);
          await positionsOf(pairScorer(pair.scorers, { k: 5, verifyTokenizers: false }), given().ids);
          for (const side of ['baseline', 'reasoning'] as const) {
            assert.ok(pair.clients[side].requests - before[side] <= requests);
          }
        });
      }

      it('catches raw logits, sums above 1, and nulls, and names the server', async () => {
        for (const lie of ['logits', 'top-k-sum', 'nulls'] as const) {
          await using pair = await open((model) => start(model, lie), read());
          await assert.rejects(
            scored(pair, Math.min(most, 20)),
            /fake-model at http:\/\/127\.0\.0\.1:\d+ sent/,
            lie,
          );
        }
      });
    });
  }

  describe('TGI', () => {
    it('tells the surprisal of every token, and that there is no KL', async () => {
      await using pair = await open(fakeTgi, wordy);
      const known = await recognise(pair.clients.reasoning, '127.0.0.1', NEVER);
      assert.equal(known?.identity.server, 'TGI');
      assert.equal(known.identity.contextLength, 4096);
      assert.equal(known.reach, 'actual-token');
      const scorer = pairScorer(pair.scorers);
      const text = Buffer.concat(textIds.map((id) => wordy.reasoning.bytes(id))).toString('utf8');
      const tokens = await scorer.tokensOf!('reasoning', text, NEVER);
      assert.deepEqual(
        tokens?.map(({ id }) => id),
        textIds,
      );
      assert.equal(tokens.map((token) => token.text).join(''), text);
      await assert.rejects(positionsOf(scorer, textIds), /tells the probability of the given tokens only/);
      const given = await scorer.surprisals!({ prefix, ids: textIds, top: 5 }, NEVER);
      assert.equal(given?.length, textIds.length);
      for (const [t, surprisal] of given.entries()) {
        for (const side of ['baseline', 'reasoning'] as const) {
          assert.ok(Math.abs(surprisal[side]! - textExact[t]!.surprisal[side]!) < 1e-3, `position ${t}`);
        }
      }
    });

    it('is no match for a text that it would cut otherwise', async () => {
      await using pair = await open(fakeTgi);
      const bytes = models.reasoning.bos + 2 + 'a'.charCodeAt(0); // the byte token of a letter that has its own
      const scorer = pairScorer({
        baseline: pair.scorers.baseline,
        reasoning: vllmLike(pair.scorers.reasoning),
      });
      assert.equal(await scorer.surprisals!({ prefix, ids: [bytes], top: 1 }, NEVER), null);
    });
  });

  /** As a server does that can put ids together again. */
  function vllmLike(scorer: TextScorer): TextScorer {
    const bytes = (ids: readonly number[]) => Buffer.concat(ids.map((id) => models.reasoning.bytes(id)));
    return { ...scorer, detokenize: async (ids) => bytes(ids).toString('utf8') };
  }

  it('does not match lists by ids with lists by texts, and says so', async () => {
    await using ours = await open(SERVERS.vLLM!.start, wordy);
    await using theirs = await open(SERVERS.Together!.start, wordy);
    const scorer = pairScorer({ baseline: ours.scorers.baseline, reasoning: theirs.scorers.reasoning });
    await assert.rejects(positionsOf(scorer, textIds), /the two lists cannot be matched/);
    const given = await scorer.surprisals!({ prefix, ids: textIds, top: 5 }, NEVER);
    for (const [t, surprisal] of given!.entries()) {
      for (const side of ['baseline', 'reasoning'] as const) {
        assert.ok(Math.abs(surprisal[side]! - textExact[t]!.surprisal[side]!) < 1e-3, `position ${t}`);
      }
    }
  });

  it('scores 512 tokens in at most 2 requests per model on vLLM and SGLang', async () => {
    const long = await generation(512);
    assert.ok(long.length > 300);
    for (const { start } of [SERVERS.vLLM!, SERVERS.SGLang!]) {
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
