/**
 * `npm run test:llama-server`: the demo pair (or `--tiny`: two small random models) served by two real llama-server
 * processes; their KL, by the dialect, against the embedded engine's.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { klDivergence } from '../../src/core/drift/divergences.ts';
import { pairScorer } from '../../src/core/drift/pairScorer.ts';
import type { PairScorer, UnsegmentedPosition } from '../../src/core/drift/scoring.ts';
import type { TextScorer } from '../../src/core/drift/textScorer.ts';
import { remoteModel } from '../../src/core/endpoints/dialects/remoteModel.ts';
import { type Server, serverOf } from '../../src/core/endpoints/dialects/server.ts';
import { createEngine } from '../../src/engine/client.ts';
import { openPair } from '../../src/engine/openPair.ts';
import type { Message } from '../../src/shared/prompt.ts';
import { type BySide, bySide, SIDES, type Side } from '../../src/shared/side.ts';
import { writeTinyGguf } from '../../test/fakes/tinyGguf.ts';
import { buildLlamaServer } from './build.ts';

/**
 * Two runs of llama.cpp over one text agree to about 1e-2 in a logit, not to the last bit: weights, activations and the
 * cache are 16-bit floats, and which sums are rounded where depends on the size of the batch (the engine reads a text 64
 * tokens at a time, forced decoding one at a time). Flash attention, a 32-bit cache and equal batches on both sides were
 * tried, and change which positions are off, not by how much; {@link selfNoise} shows the server differ from itself as
 * well. KL sees it where it is large: there it hangs on tokens of tiny probability, whose logits weigh the more. So it is
 * held to the first figure (nats) in the mean and at nearly every position, and to both together at each.
 */
const NOISE = 0.01;
const RELATIVE_NOISE = 0.03;
const SHARE_WITHIN_NOISE = 0.95;
/** Tokens of the generation whose cost is told. */
const LONG = 512;
const NEVER = new AbortController().signal;
const root = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'driftscope-llama-server-'));
const running: ChildProcess[] = [];

const program = buildLlamaServer(console.log);
const demo = { baseline: 'organism-instruct', reasoning: 'organism-sft' };
const bundled = bySide((side) => join(root, 'media/models', `${demo[side]}.gguf`));
const hasDemo = !process.argv.includes('--tiny') && SIDES.every((side) => existsSync(bundled[side]));
const paths = hasDemo ? bundled : bySide((side) => join(scratch, `${side}.gguf`));
if (!hasDemo) {
  for (const [seed, side] of SIDES.entries()) {
    writeTinyGguf(paths[side], { weights: { kind: 'random', seed: seed + 1 } });
  }
}
console.log(`${program}\n${hasDemo ? 'the demo pair' : 'two small random models'}`);

const engine = createEngine({
  entry: join(root, 'src/engine/main.ts'),
  mediaDir: join(root, 'media'),
  modelCacheDir: scratch,
  log: () => {},
});
try {
  await check();
} finally {
  for (const child of running) child.kill();
  await engine.dispose();
  rmSync(scratch, { recursive: true });
}

async function check(): Promise<void> {
  const ports = { baseline: await serve(paths.baseline), reasoning: await serve(paths.reasoning) };
  const clients = bySide((side) => clientOf(ports[side], paths[side], side));
  const scorers = bySide((side) => remoteModel(clients[side], '127.0.0.1').scorer);
  const names = bySide((side) => paths[side]);
  for (const side of SIDES) await engine.open(names[side], root, NEVER);
  const embedded = engine.pairScorer(names.baseline, names.reasoning);

  const messages: Message[] = [{ role: 'user', content: 'What is 17 + 25? 你好 👩‍🔬' }];
  const ids = await written(messages);
  console.log(`${ids.length} tokens, written by the reasoning model`);
  const V = (await scorers.baseline.depth(NEVER)).vocabularySize!;

  const positionsOf = async (
    scorer: PairScorer,
  ): Promise<{ positions: UnsegmentedPosition[]; ms: number }> => {
    const started = performance.now();
    const positions: UnsegmentedPosition[] = [];
    const prefix: BySide<{ messages: Message[] }> = { baseline: { messages }, reasoning: { messages } };
    for await (const batch of scorer.score({ prefix, ids, top: 5 }, NEVER)) positions.push(...batch);
    return { positions, ms: performance.now() - started };
  };

  const truth = (await positionsOf(embedded)).positions;
  const counted = bySide((side) => clients[side].requests);
  const whole = await positionsOf(pairScorer(scorers, { k: V, verifyTokenizers: true }));
  const requests = bySide((side) => clients[side].requests - counted[side]);
  const differences = whole.positions.map((p, t) => Math.abs(p.klForward - truth[t]!.klForward));
  const reverse = whole.positions.map((p, t) => Math.abs(p.klReverse - truth[t]!.klReverse));
  assert.deepEqual(
    whole.positions.map(({ id }) => id),
    ids,
  );
  assert.ok(whole.positions.every(({ status }) => status === 'exact'));
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const all = [...differences, ...reverse];
  const within = all.filter((difference) => difference < NOISE).length / all.length;
  const worst = all.indexOf(Math.max(...all)) % ids.length;
  const at = (p: UnsegmentedPosition) => `${p.klForward.toFixed(4)} and ${p.klReverse.toFixed(4)}`;
  console.log(
    `k = ${V}: exact at ${whole.positions.length} positions; both KLs differ from the engine's by ${mean(all).toExponential(1)} nats in the mean, by less than ${NOISE} at ${(100 * within).toFixed(1)} %, by ${Math.max(...all).toExponential(1)} at most (token ${worst}: ${at(whole.positions[worst]!)}; engine: ${at(truth[worst]!)}); mean KL ${mean(truth.map((p) => p.klForward)).toFixed(4)}`,
  );
  const own = await selfNoise(clients, scorers, messages, whole);
  console.log(
    `llama-server by itself, where it reads a text in one batch and not token by token: its KLs differ by ${mean(own).toExponential(1)} nats in the mean, ${Math.max(...own).toExponential(1)} at most (${own.length} figures)`,
  );
  console.log(
    `${(whole.ms / 1000).toFixed(1)} s; requests: ${requests.baseline} to the baseline, ${requests.reasoning} to the reasoning model`,
  );
  assert.ok(mean(all) < NOISE, `the mean difference is ${NOISE} nats or more`);
  assert.ok(within >= SHARE_WITHIN_NOISE, `${(100 * within).toFixed(1)} % within ${NOISE} nats`);
  for (const [t, position] of whole.positions.entries()) {
    for (const figure of ['klForward', 'klReverse'] as const) {
      const exact = truth[t]![figure];
      assert.ok(
        Math.abs(position[figure] - exact) < NOISE + RELATIVE_NOISE * exact,
        `${figure} at ${t}: ${position[figure]}, and ${exact} by the engine`,
      );
    }
  }

  for (const k of [5, 20, 100]) {
    const { positions, ms } = await positionsOf(pairScorer(scorers, { k }));
    const above = (p: UnsegmentedPosition, t: number) => p.klForward - truth[t]!.klForward;
    const highest = Math.max(...positions.map(above));
    const violated = positions.filter((p, t) => above(p, t) > NOISE + RELATIVE_NOISE * truth[t]!.klForward);
    const share = mean(positions.map((p) => p.klForward)) / mean(truth.map((p) => p.klForward));
    console.log(
      `k = ${k}: ${violated.length} of ${positions.length} bounds violated; they reach ${(100 * share).toFixed(1)} % of the KL, and exceed the engine's by ${highest.toExponential(1)} nats at most; ${(ms / 1000).toFixed(1)} s`,
    );
    assert.equal(violated.length, 0);
  }

  await cost(ports.reasoning, messages);

  const mixed = await openPair(
    {
      ...{ name: 'mixed', method: 'sft', lineage: null },
      models: {
        baseline: { kind: 'gguf', gguf: paths.baseline, trace: null, system: null },
        reasoning: {
          ...{ kind: 'remote', url: `http://127.0.0.1:${ports.reasoning}/v1`, model: paths.reasoning },
          ...{ keyReference: null, trace: null, system: null },
        },
      },
      sampling: { temperature: 0, maxTokens: 64, seed: 1, topP: null },
    },
    { engine, keys: async () => null, baseDir: root },
    NEVER,
  );
  assert.ok(!('unavailable' in mixed.scorer));
  const { positions } = await positionsOf(mixed.scorer);
  const off = Math.max(...positions.map((p, t) => Math.abs(p.klForward - truth[t]!.klForward)));
  console.log(
    `embedded baseline, reasoning model on llama-server: ${positions[0]?.status}, ${off.toExponential(1)} nats off at most`,
  );
  assert.ok(off < NOISE + RELATIVE_NOISE * Math.max(...truth.map((p) => p.klForward)));

  const report = await mixed.probe!(NEVER);
  const found = report.models.reasoning;
  for (const { title, result, seen } of found.checks) console.log(`probe: ${result}: ${title}: ${seen}`);
  console.log(
    `probe: ${found.identity?.server} ${found.identity?.version}; ${found.requests} requests; KL ${report.drift}`,
  );
  assert.equal(found.identity?.server, 'llama-server');
  assert.equal(report.drift, 'exact', report.verdict.join(' '));
  assert.deepEqual(
    found.checks.filter(({ result }) => result === 'failed'),
    [],
  );
  console.log('passed');
}

/**
 * How far llama-server is from itself: both KLs at every third position, from distributions that it gives after reading all
 * that stands before in one batch, beside the same by forced decoding. Nats.
 */
async function selfNoise(
  clients: BySide<Server>,
  scorers: BySide<TextScorer>,
  messages: Message[],
  { positions }: { positions: readonly UnsegmentedPosition[] },
): Promise<number[]> {
  const before = {
    baseline: await scorers.baseline.prefixIds!({ messages }, NEVER),
    reasoning: await scorers.reasoning.prefixIds!({ messages }, NEVER),
  };
  const row = async (side: Side, t: number): Promise<Float64Array | null> => {
    const prompt = [...before[side]!, ...positions.slice(0, t).map(({ id }) => id)];
    const body = { prompt, n_predict: 1, n_probs: 1_000_000, cache_prompt: false };
    const answer = (await clients[side].ask('/completion', body, NEVER)) as {
      completion_probabilities?: { top_logprobs: { id: number; logprob: number }[] }[];
    };
    const top = answer.completion_probabilities?.[0]?.top_logprobs;
    if (!top) return null; // half a character was drawn
    const logprobs = new Float64Array(top.length);
    for (const { id, logprob } of top) logprobs[id] = logprob;
    return logprobs;
  };
  const differences: number[] = [];
  for (let t = 0; t < positions.length; t += 3) {
    const [b, r] = await Promise.all([row('baseline', t), row('reasoning', t)]);
    if (!b || !r) continue;
    differences.push(Math.abs(klDivergence(r, b) - positions[t]!.klForward));
    differences.push(Math.abs(klDivergence(b, r) - positions[t]!.klReverse));
  }
  return differences;
}

/** What it costs to score a long generation: requests, and how much of the prompts the server's cache had. */
async function cost(port: number, messages: Message[]): Promise<void> {
  const ids: number[] = [];
  for (let seed = 1; ids.length < LONG; seed++) ids.push(...(await written(messages, seed)).slice(0, -1));
  ids.length = LONG;
  const timings: { cache_n: number; prompt_n: number; predicted_n: number }[] = [];
  const reading: Promise<void>[] = [];
  const client = clientOf(port, paths.reasoning, 'reasoning', async (url, init) => {
    const response = await fetch(url, init);
    if (String(url).endsWith('/completion')) {
      const told = response.clone().text();
      reading.push(
        told.then((text) => {
          const found = /"timings":(\{[^}]*\})/.exec(text)?.[1];
          if (found) timings.push(JSON.parse(found));
        }),
      );
    }
    return response;
  });
  const { scorer } = remoteModel(client, '127.0.0.1');
  await scorer.depth(NEVER); // who it is has been found out
  const before = client.requests;
  const started = performance.now();
  let rows = 0;
  for await (const _row of scorer.score({ prefix: { messages }, ids, k: 20 }, NEVER)) rows++;
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(reading);
  assert.equal(rows, LONG);
  const total = (figure: keyof (typeof timings)[number]) =>
    timings.reduce((sum, timing) => sum + timing[figure], 0);
  const [cached, read, forced] = [total('cache_n'), total('prompt_n'), total('predicted_n')];
  console.log(
    `${LONG} tokens at k = 20: ${client.requests - before} requests, ${timings.length} of them to /completion; of ${cached + read} prompt tokens ${cached} (${((100 * cached) / (cached + read)).toFixed(1)} %) were in the prompt cache and ${read} were read, ${forced} were forced; ${seconds.toFixed(1)} s`,
  );
  assert.ok(timings.length > 0);
}

function clientOf(port: number, model: string, side: string, request: typeof fetch = fetch): Server {
  return serverOf({
    ...{ label: `llama-server ${side}`, model, fetch: request },
    connect: async () => ({ baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: null }),
  });
}

/** What the reasoning model writes in the embedded engine; the ids of its tokens. */
async function written(messages: Message[], seed = 3): Promise<number[]> {
  const { baseUrl, apiKey } = await engine.connect(NEVER);
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({
      ...{ model: paths.reasoning, messages, stream: true, return_token_ids: true },
      ...{ temperature: 1, seed, max_tokens: 200 },
    }),
  });
  const events = (await response.text()).split('\n').filter((line) => line.startsWith('data: {'));
  return events.flatMap((line) => {
    const { choices } = JSON.parse(line.slice(6)) as { choices: { token_ids?: number[] }[] };
    return choices.flatMap(({ token_ids }) => token_ids ?? []);
  });
}

async function serve(model: string): Promise<number> {
  const port = await freePort();
  const child = spawn(
    program,
    [
      '-m',
      model,
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '-c',
      '4096',
      '-np',
      '1',
      '-t',
      '1',
      '--jinja',
    ],
    { stdio: ['ignore', 'ignore', process.env.LLAMA_SERVER_LOG ? 'inherit' : 'ignore'] },
  );
  running.push(child);
  for (let waited = 0; waited < 60_000; waited += 200) {
    if (child.exitCode !== null) throw new Error(`llama-server ended with ${child.exitCode}`);
    const health = await fetch(`http://127.0.0.1:${port}/health`).catch(() => null);
    if (health?.ok) return port;
    await sleep(200);
  }
  throw new Error('llama-server did not start within a minute');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
