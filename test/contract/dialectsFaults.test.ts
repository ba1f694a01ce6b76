import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Depth, ScoredRow, TextScorer } from '../../src/core/drift/textScorer.ts';
import { type Server, serverOf } from '../../src/core/endpoints/dialects/server.ts';
import { vllmScorer } from '../../src/core/endpoints/dialects/vllm.ts';
import { type Failure, FailureError } from '../../src/shared/failure.ts';
import { hang, refusal, reset, webPage } from '../fakes/faults.ts';
import { type FakeServer, httpServer, json, type ReceivedRequest, type Reply } from '../fakes/httpServer.ts';
import { vllmError } from '../fakes/vllm.ts';

const KEY = 'sk-very-secret-0123456789';
const IDS = [5, 6, 7];

/** vLLM with a vocabulary of three: every row the same. */
const rows = (prompt: number[], k: number) => ({
  choices: [
    {
      prompt_logprobs: prompt.map((id, t) => {
        const top = [5, 6, 7]
          .slice(0, k)
          .map((other, i) => [other, { logprob: Math.log(0.5 ** (i + 1)), rank: i + 1 }]);
        const actual = [id, { logprob: Math.log(0.5 ** Math.max(1, id - 4)), rank: Math.max(1, id - 4) }];
        return t === 0 ? null : Object.fromEntries([actual, ...top]);
      }),
    },
  ],
});

const answer = ({ path, body }: ReceivedRequest): Reply => {
  const { prompt, prompt_logprobs: k } = body as { prompt: number[]; prompt_logprobs: number };
  return path === '/tokenize' ? json(200, { tokens: [1, 2] }) : json(200, rows(prompt, k));
};

async function scorerOn(
  reply: (request: ReceivedRequest, at: number) => Reply,
  silence = 5_000,
): Promise<AsyncDisposable & { server: FakeServer; client: Server; scorer: TextScorer }> {
  let scored = 0;
  const server = await httpServer((request) =>
    request.path === '/v1/completions' ? reply(request, scored++) : answer(request),
  );
  const client = serverOf({
    ...{ label: 'a-model', model: 'a-model', silence, retry: { base: 1, ceiling: 5 } },
    connect: async () => ({ baseUrl: `${server.origin}/v1`, apiKey: KEY }),
  });
  return {
    server,
    client,
    scorer: vllmScorer(client),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function score(scorer: TextScorer, signal = new AbortController().signal, k = 3): Promise<ScoredRow[]> {
  const found: ScoredRow[] = [];
  for await (const row of scorer.score({ prefix: { text: '' }, ids: IDS, k }, signal)) found.push(row);
  return found;
}

async function failureOf(scoring: Promise<unknown>): Promise<Failure> {
  const error = await scoring.then(
    () => assert.fail('it did not fail'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FailureError, String(error));
  assert.ok(!JSON.stringify(error.failure).includes(KEY));
  return error.failure;
}

describe('scoring on a server that fails', { timeout: 240_000 }, () => {
  const body =
    (text: string, length = text.length + 50): Reply =>
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': length });
      response.write(text);
      setTimeout(() => response.socket?.resetAndDestroy(), 20);
    };
  const FAULTS: Record<string, [reply: Reply, kind: Failure['kind']]> = {
    'refuses the key': [refusal(401, `Incorrect API key: ${KEY}`), 'unauthorized'],
    'has no such model': [
      json(404, vllmError(404, 'The model `a-model` does not exist.')),
      'model-not-found',
    ],
    'finds the text too long': [
      json(400, vllmError(400, "This model's maximum context length is 3 tokens.")),
      'context-too-long',
    ],
    'answers with a web page': [webPage(200, 'Login'), 'malformed-response'],
    'answers with no JSON': [
      (response) => void response.end('{"choices": [nonsense]}'),
      'malformed-response',
    ],
    'answers with too few positions': [
      json(200, { choices: [{ prompt_logprobs: [null] }] }),
      'malformed-response',
    ],
    'puts null where a number belongs': [
      json(200, {
        choices: [{ prompt_logprobs: [null, ...[2, 5, 6, 7].map((id) => ({ [id]: { logprob: null } }))] }],
      }),
      'malformed-response',
    ],
    'scores other tokens': [
      json(200, {
        choices: [{ prompt_logprobs: [null, ...[2, 9, 9, 9].map((id) => ({ [id]: { logprob: -1 } }))] }],
      }),
      'malformed-response',
    ],
    'breaks off': [body('{"choices": [{"prompt_logprobs": [null, {"2":'), 'stream-dropped'],
    'resets the connection': [reset, 'stream-dropped'],
  };
  for (const [what, [reply, kind]] of Object.entries(FAULTS)) {
    it(`names one that ${what}`, async () => {
      await using on = await scorerOn(() => reply);
      const failure = await failureOf(score(on.scorer));
      assert.equal(failure.kind, kind, JSON.stringify(failure));
      assert.match(failure.message, /a-model|127\.0\.0\.1/);
      assert.ok(failure.remedy);
    });
  }

  it('gives up one that says nothing', async () => {
    await using on = await scorerOn(() => hang, 100);
    assert.equal((await failureOf(score(on.scorer))).kind, 'timeout');
  });

  it('keeps the rows that came before a body broke off', async () => {
    const text = JSON.stringify(rows([1, 2, ...IDS], 3));
    await using on = await scorerOn(() => body(text.slice(0, -60)));
    const found: ScoredRow[] = [];
    const failure = await failureOf(
      (async () => {
        const request = { prefix: { text: '' }, ids: IDS, k: 3 };
        for await (const row of on.scorer.score(request, new AbortController().signal)) found.push(row);
      })(),
    );
    assert.equal(failure.kind, 'stream-dropped');
    assert.ok(found.length > 0 && found.length < IDS.length);
  });

  it('asks again, a little later, one that is busy or failed, and not for ever', async () => {
    await using on = await scorerOn((request, at) =>
      at === 0
        ? refusal(429, 'busy', { headers: { 'retry-after': '0' } })
        : at === 1
          ? json(503, {})
          : answer(request),
    );
    assert.equal((await score(on.scorer)).length, IDS.length);
    await using down = await scorerOn(() => json(503, {}));
    assert.equal((await failureOf(score(down.scorer))).kind, 'server-error');
    assert.equal(down.server.requests.filter(({ path }) => path === '/v1/completions').length, 3);
  });

  it('asks again on a connection of its own where one that it had kept was closed', async () => {
    await using on = await scorerOn((request, at) =>
      at === 1
        ? (response) => void response.socket?.end() // as when it had been idle for too long
        : answer(request),
    );
    await score(on.scorer);
    await new Promise((resolve) => setTimeout(resolve, 50)); // its connections are free again
    assert.equal((await score(on.scorer)).length, IDS.length);
    assert.equal(on.server.requests.filter(({ path }) => path === '/v1/completions').length, 3);
  });

  it('learns the largest k from the refusal, and asks with it at once from then on', async () => {
    await using on = await scorerOn((request) => {
      const k = (request.body as { prompt_logprobs: number }).prompt_logprobs;
      const words = `Requested prompt logprobs of ${k}, which is greater than max allowed: 2`;
      return k > 2 ? json(400, vllmError(400, words)) : answer(request);
    });
    const first = await score(on.scorer, undefined, 3);
    assert.deepEqual(
      first.map(({ k }) => k),
      [2, 2, 2],
    );
    const before = on.client.requests;
    await score(on.scorer, undefined, 3);
    assert.equal(on.client.requests - before, 2);
    const depth: Depth = await on.scorer.depth(new AbortController().signal);
    assert.equal(depth.maxTop, 2);
  });

  it('stops where it is told to, and hangs up', async () => {
    await using on = await scorerOn(() => hang);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    await assert.rejects(score(on.scorer, stop.signal), { name: 'AbortError' });
    for (let waited = 0; on.server.open > 0 && waited < 20_000; waited += 20) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(on.server.open, 0);
  });
});
