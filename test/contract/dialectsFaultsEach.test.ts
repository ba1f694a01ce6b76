import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ScoredRow, TextScorer } from '../../src/core/drift/textScorer.ts';
import { recognise } from '../../src/core/endpoints/dialects/recognise.ts';
import { serverOf } from '../../src/core/endpoints/dialects/server.ts';
import { type Failure, FailureError } from '../../src/shared/failure.ts';
import { fakeFireworks } from '../fakes/dialects/fireworks.ts';
import { fakeLlamaServer } from '../fakes/dialects/llamaServer.ts';
import { fakeOllama } from '../fakes/dialects/ollama.ts';
import { fakeSglang } from '../fakes/dialects/sglang.ts';
import { fakeTgi } from '../fakes/dialects/tgi.ts';
import { fakeTogether } from '../fakes/dialects/together.ts';
import { fakeVllm } from '../fakes/dialects/vllm.ts';
import { hang, refusal, reset, webPage } from '../fakes/faults.ts';
import { type FakeServer, httpServer, json, type Reply } from '../fakes/httpServer.ts';
import { TINY_VOCABULARY_SIZE, writeTinyGguf } from '../fakes/tinyGguf.ts';
import { type TrueModel, trueModel } from '../fakes/trueModel.ts';
import { type EngineUnderTest, startTestEngine } from './engineUnderTest.ts';

const KEY = 'sk-very-secret-0123456789';
const TEXT = 'The answer is 42';

/** Where each kind of server scores. */
const KINDS: Record<string, { start(model: TrueModel): Promise<FakeServer>; path: string }> = {
  vLLM: { start: fakeVllm, path: '/v1/completions' },
  'vLLM by chats': {
    start: (model) => fakeVllm(model, { chatsOnly: true }),
    path: '/v1/chat/completions',
  },
  SGLang: { start: fakeSglang, path: '/generate' },
  'llama-server': { start: fakeLlamaServer, path: '/completion' },
  Fireworks: { start: fakeFireworks, path: '/v1/completions' },
  Together: { start: fakeTogether, path: '/v1/completions' },
  Ollama: { start: fakeOllama, path: '/api/generate' },
  TGI: { start: fakeTgi, path: '/generate' },
};

const cut: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 10_000 });
  response.write('{"choices": [{"prompt_logprobs": [null, {"2":');
  setTimeout(() => response.socket?.resetAndDestroy(), 20);
};

const FAULTS: Record<string, [reply: Reply, kind: Failure['kind']]> = {
  'refuses the key': [refusal(401, `Incorrect API key: ${KEY}`), 'unauthorized'],
  'has no such model any more': [refusal(404, 'The model does not exist.'), 'model-not-found'],
  'finds the text too long': [
    refusal(400, 'This model’s maximum context length is 3 tokens.'),
    'context-too-long',
  ],
  'takes no more requests': [refusal(429, 'busy', { headers: { 'retry-after': '0' } }), 'rate-limited'],
  'fails and fails again': [json(503, {}), 'server-error'],
  'answers with a web page': [webPage(200, 'Login'), 'malformed-response'],
  'answers with JSON that is something else': [json(200, { hello: [null] }), 'malformed-response'],
  'breaks off': [cut, 'stream-dropped'],
  'resets the connection': [reset, 'stream-dropped'],
  'says nothing': [hang, 'timeout'],
};

describe('scoring on servers of every kind that fail', { timeout: 240_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'driftscope-faults-'));
  const path = join(dir, 'model.gguf');
  let engine: EngineUnderTest;
  let model: TrueModel;

  before(async () => {
    writeTinyGguf(path, { weights: { kind: 'random', seed: 1, quietBytes: true } });
    engine = await startTestEngine(dir);
    model = await trueModel(engine, path, TINY_VOCABULARY_SIZE);
  });

  after(async () => {
    await engine.dispose();
    rmSync(dir, { recursive: true });
  });

  interface Front extends AsyncDisposable {
    scorer: TextScorer;
    ids: number[];
    /** How requests to the route that scores are answered from now on. */
    fault: Reply | null;
    /** Requests that met the fault. */
    met: number;
    readonly open: number;
  }

  /** A server that stands before a fake and passes on what does not meet a fault. */
  async function frontOf({ start, path: scoring }: (typeof KINDS)[string], silence = 60_000): Promise<Front> {
    const fake = await start(model);
    const front = { fault: null as Reply | null, met: 0 };
    const server = await httpServer((request) => {
      if (front.fault && request.path === scoring) {
        front.met++;
        return front.fault;
      }
      return async (response) => {
        const passed = await fetch(`${fake.origin}${request.path}`, {
          method: request.method,
          ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
        });
        const type = passed.headers.get('content-type') ?? 'application/json';
        response.writeHead(passed.status, { 'content-type': type });
        response.end(await passed.text());
      };
    });
    const client = serverOf({
      ...{ label: 'a-model', model: 'fake-model', silence, retry: { base: 1, ceiling: 5 } },
      connect: async () => ({ baseUrl: `${server.origin}/v1`, apiKey: KEY }),
    });
    const never = new AbortController().signal;
    const { scorer } = (await recognise(client, '127.0.0.1', never))!;
    const ids = await scorer!.tokenize(TEXT, never);
    return Object.defineProperties(Object.assign(front, { scorer: scorer!, ids }), {
      open: { get: () => server.open },
      [Symbol.asyncDispose]: {
        value: async () => {
          await server[Symbol.asyncDispose]();
          await fake[Symbol.asyncDispose]();
        },
      },
    }) as unknown as Front;
  }

  async function score({ scorer, ids }: Front, signal = new AbortController().signal): Promise<ScoredRow[]> {
    const rows: ScoredRow[] = [];
    const prefix = { messages: [{ role: 'user' as const, content: 'Well?' }] };
    for await (const row of scorer.score({ prefix, ids, k: 5 }, signal)) rows.push(row);
    return rows;
  }

  for (const [name, kind] of Object.entries(KINDS)) {
    describe(name, () => {
      for (const [what, [reply, expected]] of Object.entries(FAULTS)) {
        it(`is named where it ${what}`, async () => {
          await using front = await frontOf(kind, reply === hang ? 2_000 : undefined);
          assert.equal((await score(front)).length, front.ids.length);
          front.fault = reply;
          const error = await score(front).then(
            () => assert.fail('it did not fail'),
            (thrown: unknown) => thrown,
          );
          assert.ok(error instanceof FailureError, String(error));
          const { failure } = error;
          assert.equal(failure.kind, expected, JSON.stringify(failure));
          assert.match(failure.message, /a-model|127\.0\.0\.1/);
          assert.ok(failure.remedy);
          assert.ok(!JSON.stringify(failure).includes(KEY));
          assert.ok(front.met >= 1 && front.met <= 5, `${front.met} requests: no storm`);
        });
      }

      it('is left alone where scoring is cancelled', async () => {
        await using front = await frontOf(kind);
        front.fault = hang;
        const stop = new AbortController();
        setTimeout(() => stop.abort(), 100);
        await assert.rejects(score(front, stop.signal), { name: 'AbortError' });
        for (let waited = 0; front.open > 0 && waited < 20_000; waited += 20) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        assert.equal(front.open, 0);
      });
    });
  }
});
