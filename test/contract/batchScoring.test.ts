import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runAudit } from '../../src/core/audit/run.ts';
import type { RunReader, RunStore } from '../../src/core/audit/runStore.ts';
import { parsePairFile } from '../../src/core/pairs/pairFile.ts';
import { withPathsFrom } from '../../src/core/pairs/paths.ts';
import { openPair } from '../../src/engine/openPair.ts';
import type { RunPlace } from '../../src/shared/audit.ts';
import { INFINITE_NATS } from '../../src/shared/drift.ts';
import type { Pair } from '../../src/shared/pair.ts';
import { messagesOf } from '../../src/shared/prompt.ts';
import { SIDES, type Side } from '../../src/shared/side.ts';
import { samplesOf } from '../../src/store/newRun.ts';
import { createRunFile, openRunFile, readRunFile } from '../../src/store/runFile.ts';
import { findNothing } from '../fakes/audit.ts';
import { type BatchModel, type BatchRow, type Quirks, runBatch } from '../fakes/runBatch.ts';
import { fakeRun } from '../fakes/runs.ts';
import { DEMO, driftscope } from '../unit/cli/commandLine.ts';
import { type EngineUnderTest, startTestEngine } from './engineUnderTest.ts';

const MEDIA = join(import.meta.dirname, '../../media');
const SET = join(MEDIA, 'demo/audit.prompts.jsonl');
const untrained = !existsSync(join(MEDIA, 'models/organism-sft.gguf')) && 'the demo pair is not trained yet';
const SAMPLES = 6;

const directory = mkdtempSync(join(tmpdir(), 'driftscope-batch-'));
const at = (name: string) => join(directory, name);
after(() => rmSync(directory, { recursive: true }));

/** Every fifth sample or so, from several dimensions. */
async function* someSamples() {
  let index = 0;
  let taken = 0;
  for await (const sample of samplesOf(SET)) {
    if (index++ % 97 === 5 && taken++ < SAMPLES) yield sample;
  }
}

describe('an audit that is scored as a batch', { skip: untrained, timeout: 180_000 }, () => {
  let engine: EngineUnderTest;
  let pair: Pair;
  let exact: RunReader & { close(): void };
  let models: Record<Side, BatchModel>;

  before(async () => {
    engine = await startTestEngine(MEDIA);
    pair = withPathsFrom(parsePairFile(DEMO).pairs[0]!, MEDIA);
    const services = { engine: engine.engine, keys: async () => null, baseDir: MEDIA };
    const never = new AbortController().signal;
    const store = await createRunFile(
      at('exact.drift'),
      fakeRun({ pair, scoring: { top: 5, threshold: 0.5 } }),
      someSamples(),
    );
    for await (const _ of runAudit(
      store,
      await openPair(pair, services, never),
      { annotate: findNothing },
      never,
    ));
    store.close();
    exact = readRunFile(at('exact.drift'));
    models = { baseline: await modelOf('baseline'), reasoning: await modelOf('reasoning') };
    writeFileSync(
      at('set.prompts.jsonl'),
      [...exact.samples()].map((sample) => `${JSON.stringify(sample)}\n`).join(''),
    );
  });

  after(async () => {
    exact?.close();
    await engine?.dispose();
  });

  /** A model of the demo pair as vLLM would run it: its own distributions, its own tokens. */
  async function modelOf(side: Side): Promise<BatchModel> {
    const model = join(MEDIA, 'models', `${side === 'baseline' ? 'organism-instruct' : 'organism-sft'}.gguf`);
    const { vocabularySize } = await engine.engine.describe(model);
    const response = await engine.post('/detokenize', {
      model,
      tokens: [...Array(vocabularySize).keys()],
      with_pieces: true,
    });
    const { pieces } = (await response.json()) as { pieces: { piece: string | number[] }[] };
    const text = (id: number) => {
      const { piece } = pieces[id]!;
      return typeof piece === 'string' ? piece : new TextDecoder().decode(Uint8Array.from(piece));
    };
    const markup = ['<think>', '</think>'].map((name) => ({
      name,
      id: pieces.findIndex(({ piece }) => piece === name),
    }));
    const written = new Map<string, { content: string; finish: string }>();
    for (const [sample, { input }] of [...exact.samples()].entries()) {
      const { tokens, finish } = exact.generation({ sample, k: 0, side })!.generation;
      const whole = tokens.filter(({ segment }, t) => segment !== 'control' || t < tokens.length - 1);
      written.set(JSON.stringify(messagesOf(input)), {
        content: whole.map(({ text }) => text).join(''),
        finish,
      });
    }
    return {
      write: async (messages) => written.get(JSON.stringify(messages))!,
      text,
      async tokenize(content) {
        const parts = content.split(/(<\/?think>)/u).filter(Boolean);
        const ids = await Promise.all(
          parts.map(async (part) => {
            const special = markup.find(({ name }) => name === part);
            if (special) return [special.id];
            const answer = await engine.post('/tokenize', { model, content: part });
            return ((await answer.json()) as { tokens: number[] }).tokens;
          }),
        );
        return ids.flat();
      },
      async rows(messages, ids, top) {
        return engine.lines<BatchRow>('/v1/score', { model, messages, ids, top });
      },
    };
  }

  const places = (): RunPlace[] =>
    Array.from({ length: SAMPLES }, (_, sample) => SIDES.map((side) => ({ sample, k: 0, side }))).flat();

  /** Every file of a job, run and given back. */
  async function runJob(dir: string, quirks: Quirks = {}): Promise<string[]> {
    const files = readdirSync(dir).filter((name) =>
      /^(baseline|reasoning)(-scores)?-\d+\.jsonl$/u.test(name),
    );
    return Promise.all(
      files.map(async (name) => {
        const model = models[name.startsWith('baseline') ? 'baseline' : 'reasoning'];
        const result = join(dir, name.replace('.jsonl', '.results.jsonl'));
        writeFileSync(result, await runBatch(readFileSync(join(dir, name), 'utf8'), model, quirks));
        return result;
      }),
    );
  }

  const contentOf = (path: string) => {
    const run = readRunFile(path);
    const content = places().map((place) => [run.generation(place), run.drift(place)]);
    run.close();
    return JSON.stringify(content);
  };

  /** Each bound below the exact figure of the very same token. */
  function holdToExact(path: string): void {
    const run = readRunFile(path);
    let tokens = 0;
    for (const place of places()) {
      const drift = run.drift(place)!;
      const truth = exact.drift(place)!;
      const truly = truth.positions.filter(
        ({ segment }, t) => segment !== 'control' || t < truth.positions.length - 1,
      );
      assert.equal(drift.status, 'bound');
      assert.deepEqual(
        drift.positions.map(({ id, segment }) => [id, segment]),
        truly.map(({ id, segment }) => [id, segment]),
      );
      for (const [t, position] of drift.positions.entries()) {
        const { klForward, klReverse, surprisal } = truly[t]!;
        const where = `${place.side} ${place.sample} token ${t}`;
        assert.ok(position.klForward <= klForward + 1e-3, `${where}: ${position.klForward} > ${klForward}`);
        assert.ok(position.klReverse <= klReverse + 1e-3, where);
        for (const side of SIDES) {
          const [ours, theirs] = [position.surprisal[side]!, surprisal[side]!];
          assert.ok(
            Math.abs(ours - theirs) < 1e-2 || Math.max(ours, theirs) === INFINITE_NATS,
            `${where}: ${ours} ${theirs}`,
          );
        }
        tokens++;
      }
      assert.ok(drift.summary!.all.klForward.mean! <= truth.summary!.all.klForward.mean! + 1e-3);
    }
    assert.ok(tokens > 200, `only ${tokens} tokens were compared`);
    const means = places().map((place) => run.driftSummary(place)!.summary!.all.klForward.mean!);
    assert.ok(Math.max(...means) > 0.3, 'the bounds are not empty');
    run.close();
  }

  test('generations, then scores, in any order and in parts: bounds of the exact drift', async (t) => {
    const batch = (...args: string[]) => driftscope(t, ['batch', ...args]);
    const [run, job] = [at('batch.drift'), at('job')];
    const again = () => batch('export', at('set.prompts.jsonl'), '--pair', 'demo', '-o', run, '--dir', job);
    const first = await again();
    assert.match(first.stdout, /^12 lines in 2 files \(12 to generate\)/, first.stderr);
    const generated = await batch('import', ...(await runJob(job, { reversed: true })), '-o', run);
    assert.match(
      generated.stdout,
      /^12 added, 0 there already, 0 failed lines; 0 of 12 generations and the drift of 12 missing\.\n$/,
    );

    rmSync(job, { recursive: true });
    assert.match((await again()).stdout, /^24 lines in 2 files \(24 to score\)/);
    const readme = readFileSync(join(job, 'README.md'), 'utf8');
    assert.match(
      readme,
      /vllm run-batch --model organism-sft -i reasoning-scores-000\.jsonl -o reasoning-scores-000\.results\.jsonl/,
    );
    const [line] = readFileSync(join(job, 'baseline-scores-000.jsonl'), 'utf8').split('\n');
    const { body, url } = JSON.parse(line!);
    assert.equal(url, '/v1/chat/completions');
    const { messages, model, ...rest } = body;
    assert.deepEqual(rest, {
      add_generation_prompt: false,
      continue_final_message: true,
      max_tokens: 1,
      temperature: 0,
      prompt_logprobs: 20,
      return_token_ids: true,
    });
    assert.deepEqual([model, messages.at(-1).role], ['organism-instruct', 'assistant']);

    const half = await runJob(job, { failed: [0, 3], reversed: true });
    const partly = await batch('import', ...half, '-o', run);
    assert.equal(partly.code, 1);
    assert.match(
      partly.stdout,
      /^20 added, 0 there already, 4 failed lines; 0 of 12 generations and the drift of 2 missing\.\n$/,
    );
    assert.match(partly.stderr, /failed: The engine is dead\./);
    assert.match(partly.stderr, /failed: Too long\./);

    rmSync(job, { recursive: true });
    assert.match(
      (await again()).stdout,
      /^4 lines in 2 files \(4 to score\)/,
      'only what failed is written again',
    );
    const whole = await batch('import', ...(await runJob(job, { python: true })), '-o', run);
    assert.match(
      whole.stdout,
      /^4 added, 0 there already, 0 failed lines; 0 of 12 generations and the drift of 0 missing\.\n$/,
      whole.stderr,
    );
    holdToExact(run);
    const content = contentOf(run);
    assert.match(
      (await batch('import', ...(await runJob(job)), '-o', run)).stdout,
      /^0 added, 4 there already/,
    );
    assert.equal(contentOf(run), content, 'importing twice changes nothing');
    assert.match((await again()).stdout, /has nothing left to generate or to score/);
  });

  /** A run with the tokens that the models wrote, as an audit without drift leaves it. */
  async function generatedRun(name: string): Promise<RunStore> {
    const store = await createRunFile(
      at(name),
      { ...exact.info(), id: crypto.randomUUID() },
      exact.samples(),
    );
    for (const place of places()) store.putGeneration(place, exact.generation(place)!);
    return store;
  }

  test('where the tokens are known, the text has to be those: then nothing is said of it', async (t) => {
    const run = at('known.drift');
    (await generatedRun('known.drift')).close();
    const job = at('known-job');
    const exported = await driftscope(t, ['batch', 'export', SET, '--pair', 'demo', '-o', run, '--dir', job]);
    assert.match(exported.stdout, /^24 lines in 2 files \(24 to score\)/, exported.stderr);
    // Versions that tell no ids of the prompt will do where the ids are known.
    const imported = await driftscope(t, [
      'batch',
      'import',
      ...(await runJob(job, { old: true })),
      '-o',
      run,
    ]);
    assert.match(imported.stdout, /^24 added, 0 there already, 0 failed lines/, imported.stderr);
    holdToExact(run);
    const reader = readRunFile(run);
    assert.equal(reader.driftSummary({ sample: 0, k: 0, side: 'reasoning' })!.note, undefined);
    reader.close();
  });

  test('a template that takes the trace out, and what is no number, fail their lines', async (t) => {
    const run = at('faults.drift');
    const store = await generatedRun('faults.drift');
    const sample = [...exact.samples()].findIndex(
      (_, index) => exact.generation({ sample: index, k: 0, side: 'reasoning' })!.generation.trace,
    );
    assert.ok(sample >= 0, 'the reasoning model thinks about something');
    store.close();
    const job = at('faults-job');
    await driftscope(t, ['batch', 'export', SET, '--pair', 'demo', '-o', run, '--dir', job]);
    const lines = readFileSync(join(job, 'reasoning-scores-000.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('<think>'));
    const shortened = {
      ...models.reasoning,
      tokenize: (text: string) => models.reasoning.tokenize(text.replace(/^<think>.*<\/think>/su, '')),
    };
    const [result] = (await runBatch(`${lines[0]}\n`, shortened)).split('\n');
    const nulls = (await runBatch(`${lines[1]}\n`, models.reasoning)).replace(
      /"logprob":-[\d.]+(,"rank":\d+,"decoded_token":"[^"]+"\}\}\],)/u,
      '"logprob":null$1',
    );
    writeFileSync(at('faults.jsonl'), `${result}\n${nulls}`);
    const { code, stderr, stdout } = await driftscope(t, ['batch', 'import', at('faults.jsonl'), '-o', run]);
    assert.equal(code, 1);
    assert.match(stdout, /^0 added, 0 there already, 2 failed lines/);
    assert.match(
      stderr,
      /line 1: \w+’s generation 0 of sample [\w-]+, scored by reasoning: its prompt does not end with the text/,
    );
    assert.match(stderr, /line 2: \w+’s .*it has null where a log-probability belongs/);
    const reader = openRunFile(run);
    assert.equal(reader.progress().scored, 0);
    reader.close();
  });
});
