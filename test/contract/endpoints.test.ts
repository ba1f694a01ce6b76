import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GenerationEvent } from '../../src/core/endpoints/endpoint.ts';
import { type OpenAiEndpointOptions, openAiEndpoint } from '../../src/core/endpoints/openAiEndpoint.ts';
import { FailureError, type FailureKind } from '../../src/shared/failure.ts';
import type { Generation } from '../../src/shared/generation.ts';
import type { Sampling } from '../../src/shared/pair.ts';
import { type EngineToken, engineEvents } from '../fakes/engine.ts';
import { hang, refusal, reset, webPage } from '../fakes/faults.ts';
import { json, type Reply } from '../fakes/httpServer.ts';
import { llamaServerEvents } from '../fakes/llamaServer.ts';
import {
  chunk,
  delimitedEvents,
  delta,
  type FakeOpenAiServer,
  openAiEvents,
  openAiServer,
  sse,
  stream,
  streamBytes,
} from '../fakes/openAiServer.ts';
import { vllmError, vllmEvents } from '../fakes/vllm.ts';

const KEY = 'lab-secret-key-0123456789';
const SAMPLING: Sampling = { temperature: 0.7, maxTokens: 64, seed: 7, topP: null };

interface Asked {
  generation: Generation;
  deltas: Extract<GenerationEvent, { type: 'delta' }>[];
  waits: Extract<GenerationEvent, { type: 'waiting' }>['waiting'][];
}

interface AskOptions extends Partial<OpenAiEndpointOptions> {
  /** Called with every event, to cancel for example. */
  during?: (event: GenerationEvent) => void;
  signal?: AbortSignal;
  baseUrl?: string;
  apiKey?: string | null;
}

async function askAt(baseUrl: string, options: AskOptions = {}): Promise<Asked> {
  const { during, signal = new AbortController().signal, apiKey = KEY, ...rest } = options;
  const endpoint = openAiEndpoint({
    label: 'fake-model (test)',
    model: 'fake-model',
    trace: null,
    system: null,
    connect: async () => ({ baseUrl, apiKey }),
    retry: { base: 5, ceiling: 20 },
    timeouts: { firstToken: 5_000, idle: 5_000 },
    ...rest,
  });
  const events: GenerationEvent[] = [];
  const request = { messages: [{ role: 'user' as const, content: 'Hi' }], sampling: SAMPLING };
  for await (const event of endpoint.generate(request, signal)) {
    events.push(event);
    during?.(event);
  }
  const last = events.at(-1);
  assert.equal(last?.type, 'generated', 'the last event is the generation');
  assert.equal(events.filter((event) => event.type === 'generated').length, 1);
  return {
    generation: (last as Extract<GenerationEvent, { type: 'generated' }>).generation,
    deltas: events.filter((event) => event.type === 'delta'),
    waits: events.flatMap((event) => (event.type === 'waiting' ? [event.waiting] : [])),
  };
}

async function ask(replies: Reply | Reply[], options: AskOptions & { models?: string[] | null } = {}) {
  const { models, ...rest } = options;
  await using server = await openAiServer({
    replies: Array.isArray(replies) ? replies : [replies],
    ...(models !== undefined && { models }),
  });
  const asked = await askAt(server.baseUrl, rest);
  return { ...asked, server, abandoned: await settled(server) };
}

/** How many requests the client gave up, once the server has noticed. */
async function settled(server: FakeOpenAiServer): Promise<number> {
  for (let tries = 0; tries < 2_000 && server.open > 0; tries++) await sleep(5);
  return server.abandoned;
}

function shown(deltas: Asked['deltas'], segment: 'trace' | 'answer'): string {
  return deltas
    .filter((event) => event.segment === segment)
    .map((event) => event.text)
    .join('');
}

/** The failure of a failed generation, after the checks that hold for every one. */
function failureOf({ generation }: { generation: Generation }, kind: FailureKind, server?: FakeOpenAiServer) {
  assert.equal(generation.finish, 'failed');
  const { failure } = generation;
  assert.ok(failure);
  assert.equal(failure.kind, kind, JSON.stringify(failure));
  if (server) assert.ok(failure.message.includes(server.origin), `names the endpoint: ${failure.message}`);
  assert.ok(failure.remedy, 'says what to do');
  assert.ok(!JSON.stringify(failure).includes(KEY), 'holds no key');
  return failure;
}

describe('what a server streams', () => {
  const WRITTEN = { trace: ['Let me', ' think.'], answer: ['It is', ' né', ' 42.'] };

  const dialects: [name: string, events: unknown[]][] = [
    ['delimiters in the content', delimitedEvents(WRITTEN)],
    ['vLLM: reasoning', vllmEvents(WRITTEN)],
    ['vLLM before 0.10: reasoning_content', vllmEvents({ ...WRITTEN, field: 'reasoning_content' })],
    ['vLLM: reasoning and token ids', vllmEvents({ ...WRITTEN, firstId: 100 })],
    ['llama-server', llamaServerEvents(WRITTEN)],
  ];
  for (const [name, events] of dialects) {
    test(`${name}: trace and answer`, async () => {
      const { generation, deltas } = await ask(stream(events));
      assert.equal(generation.trace, 'Let me think.');
      assert.equal(generation.answer, 'It is né 42.');
      assert.equal(generation.finish, 'stop');
      assert.equal(generation.failure, undefined);
      assert.equal(shown(deltas, 'trace'), generation.trace);
      assert.equal(shown(deltas, 'answer'), generation.answer);
    });
  }

  test('OpenAI: an answer without a trace', async () => {
    const { generation, deltas } = await ask(stream(openAiEvents({ answer: ['4', '2'] })));
    assert.deepEqual([generation.trace, generation.answer, generation.tokens], [null, '42', []]);
    assert.equal(
      deltas.reduce((sum, event) => sum + event.tokens, 0),
      2,
    );
  });

  test('the same bytes cut anywhere, even within characters, give the same generation', async () => {
    const bytes = Buffer.from(
      delimitedEvents({ trace: ['né'], answer: ['😀', '!'] })
        .map(sse)
        .join(''),
    );
    for (const size of [1, 3, 7]) {
      const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      const { generation } = await ask(streamBytes(parts));
      assert.deepEqual([generation.trace, generation.answer, generation.finish], ['né', '😀!', 'stop']);
    }
  });

  test('deltas arrive while the server still writes', async () => {
    const events = openAiEvents({ answer: ['a', 'b', 'c', 'd'] });
    const at: number[] = [];
    const { generation } = await ask(stream(events, { every: 30 }), {
      during: (event) => void (event.type === 'delta' && at.push(performance.now())),
    });
    assert.equal(at.length, 4);
    assert.ok((at[3] ?? 0) - (at[0] ?? 0) > 60, 'spread over time');
    const { firstToken, trace, total } = generation.timing;
    assert.ok(firstToken !== null && firstToken > 40 && firstToken < total, `${firstToken} of ${total} ms`);
    assert.equal(trace, null);
  });

  test('the time of the trace runs from the first token to its end', async () => {
    for (const events of [
      llamaServerEvents({ trace: ['a', 'b', 'c'], answer: ['d', 'e', 'f'] }),
      delimitedEvents({ trace: ['a', 'b', 'c'], answer: ['d', 'e', 'f'] }),
      openAiEvents({ answer: ['a', 'b', 'c', '</think>', 'd', 'e', 'f'] }),
    ]) {
      const { generation } = await ask(stream(events, { every: 25 }));
      const { firstToken, trace, total } = generation.timing;
      assert.ok(trace !== null && trace > 30, `${trace} ms`);
      assert.ok(total - (firstToken ?? 0) - trace > 40, 'the answer takes time too');
    }
  });

  test('declared delimiters, and a trace that is never closed', async () => {
    const events = openAiEvents({ answer: ['[TH', 'INK]so', ' far'], finish: 'length' });
    const { generation, deltas } = await ask(stream(events), { trace: ['[THINK]', '[/THINK]'] });
    assert.deepEqual([generation.trace, generation.answer, generation.finish], ['so far', '', 'length']);
    assert.equal(shown(deltas, 'trace'), 'so far');
  });

  test('a trace that the template opened: the final word differs from what streamed', async () => {
    const { generation, deltas } = await ask(
      stream(openAiEvents({ answer: ['hm\n', '</think>', '\n\n42'] })),
    );
    assert.deepEqual([generation.trace, generation.answer], ['hm\n', '\n\n42']);
    assert.equal(shown(deltas, 'answer'), 'hm\n</think>\n\n42');
  });

  test('an answer that mentions the tags has no trace', async () => {
    const { generation } = await ask(stream(openAiEvents({ answer: ['Use <think>', ' and </think>.'] })));
    assert.deepEqual([generation.trace, generation.answer], [null, 'Use <think> and </think>.']);
  });

  test('both reasoning fields at once count once', async () => {
    const { generation } = await ask(
      stream([
        delta({ reasoning: 'hm', reasoning_content: 'hm' }),
        delta({ content: '42' }, { finish_reason: 'stop' }),
      ]),
    );
    assert.deepEqual([generation.trace, generation.answer], ['hm', '42']);
  });

  test('nulls, missing fields and events of other kinds are survived', async () => {
    const { generation } = await ask(
      stream([
        null,
        {},
        chunk([]),
        { choices: null, usage: null },
        { choices: [null] },
        { choices: [{ delta: null }] },
        delta({ role: 'assistant', content: null, reasoning: null }),
        delta({ content: 'o' }, { token_ids: null, tokens: null }),
        delta({ content: ['?'] }),
        // The last text, the reason and the usage in one event.
        { ...delta({ content: 'k' }, { finish_reason: 'stop' }), usage: { completion_tokens: 2 } },
      ]),
    );
    assert.deepEqual([generation.answer, generation.finish], ['ok', 'stop']);
  });

  test('a missing [DONE], a reset and silence after the finish are no failure', async () => {
    for (const ending of ['nothing', 'reset', 'silence'] as const) {
      const { generation } = await ask(stream(openAiEvents({ answer: ['42'] }), { ending }));
      assert.deepEqual([generation.answer, generation.finish], ['42', 'stop'], ending);
    }
  });

  test('a missing content type is survived', async () => {
    const { generation } = await ask(stream(openAiEvents({ answer: ['42'] }), { contentType: null }));
    assert.equal(generation.answer, '42');
  });

  test('a content filter is named as such', async () => {
    const result = await ask(stream(openAiEvents({ answer: ['I'], finish: 'content_filter' })));
    assert.match(failureOf(result, 'server-error', result.server).message, /content filter/);
    assert.equal(result.generation.answer, 'I');
  });
});

describe('token ids', () => {
  const segments = (generation: Generation) =>
    generation.tokens.map(({ id, text, segment }) => [id, text, segment]);

  test('vLLM: ids with the segments of their events', async () => {
    const events = vllmEvents({ trace: ['a', '', 'é'], answer: ['b', '', '😀', 'c'], firstId: 10 });
    const { generation } = await ask(stream(events), { extraBody: { return_token_ids: true } });
    assert.deepEqual(segments(generation), [
      [10, '', 'control'], // <think>
      [11, 'a', 'trace'],
      [12, '', 'trace'], // half of é
      [13, 'é', 'trace'],
      [14, '', 'control'], // </think>
      [15, 'b', 'answer'],
      [16, '', 'answer'], // half of 😀
      [17, '😀', 'answer'],
      [18, 'c', 'answer'],
      [19, '', 'control'], // end of turn
    ]);
  });

  test('vLLM without a reasoning parser: the delimiters among the ids are control', async () => {
    const events = vllmEvents({ answer: ['<think>', 'a', '</think>', '\n', 'b'], firstId: 10 });
    const { generation } = await ask(stream(events));
    assert.deepEqual(
      generation.tokens.map(({ segment }) => segment),
      ['control', 'trace', 'control', 'answer', 'answer', 'control'],
    );
    assert.deepEqual([generation.trace, generation.answer], ['a', '\nb']);
  });

  test('vLLM: several ids in one event', async () => {
    const { generation, deltas } = await ask(
      stream([
        delta({ reasoning: 'a b' }, { token_ids: [1, 2] }),
        delta({ reasoning: ' c', content: 'd' }, { token_ids: [3, 4, 5] }),
        delta({ content: ' e f' }, { token_ids: [6, 7], finish_reason: 'length' }),
      ]),
    );
    assert.deepEqual(segments(generation), [
      [1, '', 'trace'],
      [2, 'a b', 'trace'],
      [3, ' c', 'trace'],
      [4, '', 'control'],
      [5, 'd', 'answer'],
      [6, '', 'answer'],
      [7, ' e f', 'answer'],
    ]);
    assert.equal(
      deltas.reduce((sum, event) => sum + event.tokens, 0),
      7,
    );
  });

  const ENGINE: EngineToken[] = [
    { id: 3, text: '<think>', part: null },
    { id: 40, text: '\n', part: 'trace' },
    { id: 41, text: '2+2', part: 'trace' },
    { id: 4, text: '</think>', part: null },
    { id: 50, text: '', part: null },
    { id: 51, text: 'é', part: 'answer' },
    { id: 2, text: '<|end|>', special: true, part: null },
  ];

  test('the embedded engine: every token with its text', async () => {
    const { generation } = await ask(stream(engineEvents(ENGINE)), { trace: ['<think>', '</think>'] });
    assert.deepEqual(segments(generation), [
      [3, '<think>', 'control'],
      [40, '\n', 'trace'],
      [41, '2+2', 'trace'],
      [4, '</think>', 'control'],
      [50, '', 'answer'],
      [51, 'é', 'answer'],
      [2, '<|end|>', 'control'],
    ]);
    assert.deepEqual([generation.trace, generation.answer], ['\n2+2', 'é']);
    assert.equal(generation.tokens.map(({ text }) => text).join(''), '<think>\n2+2</think>é<|end|>');
  });

  test('the embedded engine, which says that the template opened the trace', async () => {
    const tokens: EngineToken[] = [
      { id: 40, text: 'so', part: 'trace' },
      { id: 41, text: ' <', part: 'trace', shown: ' ' }, // held back: it may begin the delimiter
      { id: 42, text: ' far', part: 'trace', shown: '< far' },
    ];
    const { generation } = await ask(stream(engineEvents(tokens, { finish: 'length', opened: true })));
    assert.deepEqual(segments(generation), [
      [40, 'so', 'trace'],
      [41, ' <', 'trace'],
      [42, ' far', 'trace'],
    ]);
    assert.deepEqual([generation.trace, generation.answer], ['so < far', '']);
  });

  test('the embedded engine cut off inside a trace that the template opened', async () => {
    const { generation } = await ask(
      stream(
        engineEvents(
          [
            { id: 40, text: 'so', part: 'trace' },
            { id: 41, text: ' far', part: 'trace' },
          ],
          { finish: 'length' },
        ),
      ),
    );
    assert.deepEqual([generation.trace, generation.answer], ['so far', '']);
    assert.deepEqual(
      generation.tokens.map(({ segment }) => segment),
      ['trace', 'trace'],
    );
  });
});

describe('what a server is sent', () => {
  const reply = stream(openAiEvents({ answer: ['ok'] }));

  test('model, messages, sampling and the extra fields', async () => {
    const { server } = await ask(reply, {
      extraBody: { return_token_ids: true },
      model: async () => 'named-late',
    });
    assert.deepEqual(server.completions[0]?.body, {
      model: 'named-late',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      temperature: 0.7,
      max_tokens: 64,
      seed: 7,
      return_token_ids: true,
    });
  });

  test('the pair’s system prompt comes first', async () => {
    const { server } = await ask(reply, { system: 'Think first.' });
    assert.deepEqual((server.completions[0]!.body as { messages: unknown }).messages, [
      { role: 'system', content: 'Think first.' },
      { role: 'user', content: 'Hi' },
    ]);
  });

  test('the key, and nothing that the environment holds for OpenAI', async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      OPENAI_API_KEY: 'sk-env',
      OPENAI_ORG_ID: 'org-env',
      OPENAI_CUSTOM_HEADERS: 'X-Private: yes',
    });
    try {
      const withKey = (await ask(reply)).server.completions[0]?.headers ?? {};
      assert.equal(withKey.authorization, `Bearer ${KEY}`);
      const without = (await ask(reply, { apiKey: null })).server.completions[0]?.headers ?? {};
      assert.equal(without.authorization, undefined);
      for (const headers of [withKey, without]) {
        assert.ok(!JSON.stringify(headers).match(/env|private|stainless/i), JSON.stringify(headers));
      }
    } finally {
      process.env = before;
    }
  });
});

describe('a server that refuses', () => {
  test('401: the key is not accepted, and never repeated in words', async () => {
    const result = await ask(refusal(401, `Incorrect API key provided: ${KEY}.`));
    const failure = failureOf(result, 'unauthorized', result.server);
    assert.match(failure.message, /does not accept the key \(401\)/);
    assert.match(failure.detail ?? '', /Incorrect API key provided: •••/);
    assert.equal(result.server.completions.length, 1);
  });

  test('401 without a key says that one is wanted', async () => {
    const result = await ask(refusal(401, 'Missing bearer'), { apiKey: null });
    assert.match(failureOf(result, 'unauthorized').message, /wants a key/);
  });

  test('403', async () => {
    failureOf(await ask(refusal(403, 'No access')), 'unauthorized');
  });

  test('404 lists the models that are there', async () => {
    const result = await ask(
      json(404, vllmError(404, 'The model `fake-model` does not exist.', 'NotFoundError')),
      {
        models: ['llama', 'qwen'],
      },
    );
    const failure = failureOf(result, 'model-not-found', result.server);
    assert.match(failure.message, /has no model “fake-model”/);
    assert.match(failure.detail ?? '', /llama, qwen/);
    assert.match(failure.remedy ?? '', /llama, qwen/);
  });

  test('404 without a list of models points at the URL', async () => {
    const result = await ask(json(404, { detail: 'Not Found' }), { models: null });
    const failure = failureOf(result, 'model-not-found', result.server);
    assert.match(failure.remedy ?? '', /\/v1/);
    assert.equal(failure.detail, 'Not Found');
  });

  test('400 with a context that is too long, in several servers’ words', async () => {
    for (const reply of [
      json(
        400,
        vllmError(400, "This model's maximum context length is 4096 tokens. However, you requested 5000."),
      ),
      json(400, { error: { code: 400, message: 'too big', type: 'exceed_context_size_error', n_ctx: 512 } }),
      refusal(400, 'no', { code: 'context_length_exceeded' }),
    ]) {
      const failure = failureOf(await ask(reply), 'context-too-long');
      assert.match(failure.remedy ?? '', /maxTokens/);
    }
  });

  test('another 400 keeps the server’s own words, whatever their shape', async () => {
    for (const reply of [
      refusal(400, 'seed must be positive'),
      json(400, { object: 'error', message: 'seed must be positive', code: 400 }),
      json(422, { detail: 'seed must be positive' }),
      json(400, { error: 'seed must be positive' }),
    ]) {
      const failure = failureOf(await ask(reply), 'bad-request');
      assert.equal(failure.detail, 'seed must be positive');
    }
  });

  test('429 with seconds: waits as told, says so, then goes on', async () => {
    const { generation, waits, server } = await ask([
      refusal(429, 'slow down', { headers: { 'retry-after': '1.5' } }),
      stream(openAiEvents({ answer: ['ok'] })),
    ]);
    assert.equal(generation.answer, 'ok');
    assert.equal(server.completions.length, 2);
    assert.equal(waits.length, 1);
    assert.equal(waits[0]?.reason.kind, 'rate-limited');
    assert.ok(generation.timing.total < 1_400, 'the wait is no time of the model’s');
  });

  test('429 with a date: waits until then', async () => {
    const until = Math.ceil(Date.now() / 1000) * 1000 + 1000;
    const { generation, waits } = await ask([
      refusal(429, 'slow down', { headers: { 'retry-after': new Date(until).toUTCString() } }),
      stream(openAiEvents({ answer: ['ok'] })),
    ]);
    assert.equal(generation.answer, 'ok');
    assert.ok(Math.abs((waits[0]?.until ?? 0) - until) < 100);
    assert.ok(Date.now() >= until - 5, 'and not a moment less');
  });

  test('429 with a wait that is too long is not sat out', async () => {
    const result = await ask(refusal(429, 'come back tomorrow', { headers: { 'retry-after': '86400' } }));
    failureOf(result, 'rate-limited', result.server);
    assert.equal(result.server.completions.length, 1);
    assert.equal(result.waits.length, 0);
  });

  test('429 without a word: a few tries, then it is rate-limited', async () => {
    const result = await ask(refusal(429, 'slow down'));
    failureOf(result, 'rate-limited', result.server);
    assert.equal(result.server.completions.length, 5);
    assert.equal(result.waits.length, 4);
  });

  test('a spent quota is not asked again', async () => {
    const result = await ask(refusal(429, 'pay', { code: 'insufficient_quota' }));
    assert.match(failureOf(result, 'rate-limited', result.server).message, /quota/);
    assert.equal(result.server.completions.length, 1);
  });

  test('500 twice, then an answer', async () => {
    const { generation, waits } = await ask([
      refusal(500, 'oops'),
      webPage(502, 'Bad Gateway'),
      stream(openAiEvents({ answer: ['ok'] })),
    ]);
    assert.equal(generation.answer, 'ok');
    assert.deepEqual(
      waits.map(({ reason }) => [reason.kind, reason.detail]),
      [
        ['server-error', 'oops'],
        ['server-error', 'Bad Gateway'],
      ],
    );
  });

  test('500 for ever: three requests, then a server error', async () => {
    const result = await ask(refusal(503, 'overloaded'));
    assert.equal(failureOf(result, 'server-error', result.server).detail, 'overloaded');
    assert.equal(result.server.completions.length, 3);
  });
});

describe('a server that sends something else', () => {
  test('a web page instead of a stream', async () => {
    const result = await ask(webPage(200, 'Log in'));
    const failure = failureOf(result, 'malformed-response', result.server);
    assert.match(failure.message, /web page/);
    assert.equal(failure.detail, 'Log in');
  });

  test('JSON instead of a stream', async () => {
    const result = await ask(json(200, { choices: [{ message: { content: 'whole' } }] }));
    assert.match(failureOf(result, 'malformed-response', result.server).message, /application\/json/);
  });

  test('an event that is no JSON: what came before stays', async () => {
    const [role, text] = openAiEvents({ answer: ['so far'] });
    const result = await ask(
      streamBytes([
        Buffer.from(sse(role)),
        Buffer.from(sse(text)),
        Buffer.from('data: {"choices": oops}\n\n'),
      ]),
    );
    failureOf(result, 'malformed-response', result.server);
    assert.equal(result.generation.answer, 'so far');
  });

  test('an error as an event: what came before stays', async () => {
    const result = await ask(
      stream([delta({ content: 'so far' }), vllmError(500, 'CUDA out of memory', 'InternalServerError')]),
    );
    assert.equal(failureOf(result, 'server-error', result.server).detail, 'CUDA out of memory');
    assert.equal(result.generation.answer, 'so far');
  });

  test('a context that runs out, as an event', async () => {
    const result = await ask(stream([vllmError(400, 'maximum context length is 10')]));
    failureOf(result, 'context-too-long', result.server);
  });
});

describe('a connection that fails', () => {
  test('nothing listens', async () => {
    const { baseUrl, origin } = await ask(stream([])).then(({ server }) => server); // closed by now
    const result = await askAt(baseUrl);
    const failure = failureOf(result, 'unreachable');
    assert.match(failure.message, new RegExp(`Nothing listens at ${origin}`));
    assert.equal(result.waits.length, 0);
  });

  test('no such host', async () => {
    const lookup: typeof fetch = async () => {
      const cause = Object.assign(new Error('getaddrinfo ENOTFOUND lab.invalid'), { code: 'ENOTFOUND' });
      throw new TypeError('fetch failed', { cause });
    };
    const failure = failureOf(await askAt('http://lab.invalid/v1', { fetch: lookup }), 'unreachable');
    assert.match(failure.message, /host of http:\/\/lab\.invalid .* cannot be found/);
  });

  test('https to a server that speaks http', async () => {
    await using server = await openAiServer({ replies: [stream([])] });
    const failure = failureOf(await askAt(server.baseUrl.replace('http:', 'https:')), 'unreachable');
    assert.match(failure.message, /secure connection/);
  });

  test('a certificate that nobody signed', async () => {
    const handshake: typeof fetch = async () => {
      const cause = Object.assign(new Error('self-signed certificate'), {
        code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      });
      throw new TypeError('fetch failed', { cause });
    };
    const failure = failureOf(await askAt('https://lab.example/v1', { fetch: handshake }), 'unreachable');
    assert.match(failure.message, /certificate/);
    assert.match(failure.remedy ?? '', /NODE_EXTRA_CA_CERTS/);
  });

  test('a reset before any answer', async () => {
    const result = await ask(reset);
    assert.match(failureOf(result, 'stream-dropped', result.server).message, /before it answered/);
  });

  test('silence before the first token', async () => {
    for (const silent of [hang, stream([delta({ role: 'assistant' })], { ending: 'silence' })]) {
      const result = await ask(silent, { timeouts: { firstToken: 80 } });
      assert.match(failureOf(result, 'timeout', result.server).message, /no token within 80 ms/);
      assert.equal(result.abandoned, 1, 'the request is given up');
    }
  });

  test('silence in the middle: what arrived stays', async () => {
    const result = await ask(stream([delta({ content: 'so far' })], { ending: 'silence' }), {
      timeouts: { idle: 80 },
    });
    assert.match(failureOf(result, 'timeout', result.server).message, /stopped sending for 80 ms/);
    assert.equal(result.generation.answer, 'so far');
  });

  test('a slow reader is no silent server', async () => {
    await using server = await openAiServer({ replies: [stream(openAiEvents({ answer: ['a', 'b'] }))] });
    const endpoint = openAiEndpoint({
      ...{ label: 'slow', model: 'fake-model', trace: null, system: null, timeouts: { idle: 40 } },
      connect: async () => ({ baseUrl: server.baseUrl, apiKey: null }),
    });
    const request = { messages: [{ role: 'user' as const, content: 'Hi' }], sampling: SAMPLING };
    for await (const event of endpoint.generate(request, new AbortController().signal)) {
      if (event.type === 'delta') await sleep(80);
      if (event.type === 'generated') assert.equal(event.generation.finish, 'stop');
    }
  });

  for (const ending of ['nothing', 'reset'] as const) {
    test(`an end without a reason (${ending}): what arrived stays`, async () => {
      const events = [delta({ reasoning: 'hm' }), delta({ content: 'so far' })];
      const result = await ask(stream(events, { ending }));
      failureOf(result, 'stream-dropped', result.server);
      assert.deepEqual([result.generation.trace, result.generation.answer], ['hm', 'so far']);
      assert.equal(result.server.completions.length, 1, 'nothing is asked twice once text has arrived');
    });

    test(`an end in the middle of a character (${ending}): what arrived stays`, async () => {
      const whole = Buffer.from(sse(delta({ content: 'so far' })));
      const event = Buffer.from(sse(delta({ content: '😀' })));
      const half = event.subarray(0, event.indexOf(Buffer.from('😀')) + 2);
      const result = await ask(streamBytes([whole, half], { ending }));
      failureOf(result, 'stream-dropped', result.server);
      assert.equal(result.generation.answer, 'so far');
    });
  }

  test('whoever runs the server has the last word', async () => {
    const result = await ask(stream([delta({ content: 'so far' })], { ending: 'reset' }), {
      explain: (failure) => ({
        ...failure,
        kind: 'engine-crashed',
        message: 'The engine ended: signal SIGKILL.',
      }),
    });
    assert.equal(failureOf(result, 'engine-crashed').message, 'The engine ended: signal SIGKILL.');
    assert.equal(result.generation.answer, 'so far');
  });

  test('explaining, with the error that the server sent', async () => {
    const bodies: unknown[] = [];
    const error = { message: 'broken GGUF', type: 'model-file' };
    const explain: OpenAiEndpointOptions['explain'] = (failure, body) => {
      bodies.push(body);
      return failure;
    };
    await ask(json(400, { error }), { explain });
    await ask(stream([{ error }]), { explain });
    assert.deepEqual(bodies, [{ error }, { error }]);
  });
});

describe('what cannot even be asked', () => {
  test('a failure to connect is the generation’s', async () => {
    const failure = { kind: 'missing-key' as const, message: 'No LAB_KEY.', remedy: 'Set it.' };
    const result = await askAt('', { connect: async () => Promise.reject(new FailureError(failure)) });
    assert.deepEqual(result.generation.failure, failure);
    assert.equal(result.generation.timing.firstToken, null);
  });

  test('a bug is thrown, not dressed up as a failure', async () => {
    await assert.rejects(
      askAt('', { connect: async () => Promise.reject(new RangeError('bug')) }),
      RangeError,
    );
  });

  test('a URL with a password is refused without repeating it', async () => {
    const failure = failureOf(await askAt('http://me:pass-word@127.0.0.1:9/v1'), 'invalid-input');
    assert.ok(!JSON.stringify(failure).includes('pass-word'));
  });

  test('what is no URL', async () => {
    failureOf(await askAt('not a url'), 'invalid-input');
  });
});

describe('cancelling', () => {
  const cancelled = ({ generation }: Asked, answer: string) => {
    assert.equal(generation.finish, 'cancelled');
    assert.equal(generation.failure, undefined);
    assert.equal(generation.answer, answer);
  };
  const soon = () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 40);
    return abort.signal;
  };

  test('before it began: nothing is asked', async () => {
    const result = await ask(stream([]), { signal: AbortSignal.abort() });
    cancelled(result, '');
    assert.equal(result.server.requests.length, 0);
  });

  test('while connecting', async () => {
    const connect = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    cancelled(await askAt('', { connect, signal: soon() }), '');
  });

  test('while the server thinks', async () => {
    const result = await ask(hang, { signal: soon() });
    cancelled(result, '');
    assert.equal(result.abandoned, 1);
  });

  test('in the middle of the text, which stays', async () => {
    const abort = new AbortController();
    const result = await ask(
      stream([delta({ reasoning: 'hm' }), delta({ content: 'so far' })], { ending: 'silence' }),
      {
        signal: abort.signal,
        during: (event) => event.type === 'delta' && event.segment === 'answer' && abort.abort(),
      },
    );
    cancelled(result, 'so far');
    assert.equal(result.generation.trace, 'hm');
    assert.equal(result.abandoned, 1);
  });

  test('during a wait', async () => {
    const abort = new AbortController();
    const result = await ask(refusal(429, 'slow down', { headers: { 'retry-after': '30' } }), {
      signal: abort.signal,
      during: (event) => event.type === 'waiting' && setTimeout(() => abort.abort(), 20),
    });
    cancelled(result, '');
    assert.equal(result.server.completions.length, 1, 'the wait is not sat out');
  });

  test('a reader that leaves gives the request up', async () => {
    await using server = await openAiServer({
      replies: [stream([delta({ content: 'a' })], { ending: 'silence' })],
    });
    const endpoint = openAiEndpoint({
      ...{ label: 'left', model: 'fake-model', trace: null, system: null },
      connect: async () => ({ baseUrl: server.baseUrl, apiKey: null }),
    });
    const request = { messages: [{ role: 'user' as const, content: 'Hi' }], sampling: SAMPLING };
    for await (const event of endpoint.generate(request, new AbortController().signal)) {
      if (event.type === 'delta') break;
    }
    assert.equal(await settled(server), 1);
  });
});
