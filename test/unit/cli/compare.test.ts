import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Failure } from '../../../src/shared/failure.ts';
import { FailureError } from '../../../src/shared/failure.ts';
import { DEMO, driftscope, fakePair, fakeScorer } from './commandLine.ts';
import { schemaErrors } from './schemas.ts';

const ASK = ['compare', '--pair', 'demo', '--prompt', 'What is 17 + 25?'];
const REFUSED: Failure = { kind: 'unauthorized', message: 'The server wants a key.', remedy: 'Set one.' };
const GONE: Failure = { kind: 'unreachable', message: 'Nobody listens there.' };

describe('compare --json', () => {
  test('prints one document that its schema describes, and nothing else', async (t) => {
    const { code, stdout, stderr } = await driftscope(t, [...ASK, '--json']);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    const document = JSON.parse(stdout);
    assert.equal(schemaErrors('compare-output', document), null);
    assert.equal(document.pair, 'demo');
    assert.equal(document.input, 'What is 17 + 25?');
    const { baseline, reasoning } = document.generations;
    assert.deepEqual([baseline.trace, baseline.answer, baseline.finish], [null, 'It is 42', 'stop']);
    assert.deepEqual([reasoning.trace, reasoning.answer], ['17+25', '42']);
    assert.equal(document.drift.reasoning.status, 'exact');
    assert.deepEqual(
      document.drift.reasoning.positions.map((p: { segment: string; klForward: number }) => [
        p.segment,
        p.klForward,
      ]),
      [
        ['trace', 1],
        ['trace', 2],
        ['trace', 3],
        ['answer', 4],
      ],
    );
    assert.equal(document.drift.reasoning.summary.trace.klForward.mean, 2);
  });

  test('has no NaN and no Infinity where a model holds a token impossible', async (t) => {
    const scorer = fakeScorer((p) => ({
      ...p,
      klForward: Infinity,
      surprisal: { baseline: Infinity, reasoning: 0 },
    }));
    const { stdout } = await driftscope(t, [...ASK, '--json'], { scorer });
    assert.equal(JSON.parse(stdout).drift.baseline.positions[0].klForward, Number.MAX_VALUE);
    assert.equal(schemaErrors('compare-output', JSON.parse(stdout)), null);
  });

  test('of a pair that cannot be scored says why, and is no failure', async (t) => {
    const scorer = { unavailable: 'The server cannot score given text.' };
    const { code, stdout } = await driftscope(t, [...ASK, '--json'], { scorer });
    assert.equal(code, 0);
    const { drift } = JSON.parse(stdout);
    assert.equal(drift.reasoning.status, 'unavailable');
    assert.match(drift.reasoning.reason, /cannot score/);
    assert.equal(schemaErrors('compare-output', JSON.parse(stdout)), null);
  });

  test('of one side that fails prints what arrived, and exits with 1 and a line', async (t) => {
    const models = { baseline: { answer: ['It'], failure: REFUSED } };
    const { code, stdout, stderr } = await driftscope(t, [...ASK, '--json'], { models });
    assert.equal(code, 1);
    assert.equal(stderr, 'driftscope: baseline: The server wants a key. Set one.\n');
    const document = JSON.parse(stdout);
    assert.equal(schemaErrors('compare-output', document), null);
    assert.equal(document.generations.baseline.finish, 'failed');
    assert.equal(document.generations.baseline.answer, 'It');
    assert.deepEqual(document.generations.baseline.failure, REFUSED);
    assert.equal(document.generations.reasoning.answer, '42');
  });

  test('of two sides that fail prints nothing but one line', async (t) => {
    const both = await driftscope(t, [...ASK, '--json'], {
      models: { baseline: { failure: REFUSED }, reasoning: { failure: REFUSED } },
    });
    assert.deepEqual([both.code, both.stdout], [1, '']);
    assert.equal(both.stderr, 'driftscope: The server wants a key. Set one.\n');
    const each = await driftscope(t, [...ASK, '--json'], {
      models: { baseline: { failure: GONE }, reasoning: { failure: REFUSED } },
    });
    assert.deepEqual([each.code, each.stdout], [1, '']);
    assert.match(
      each.stderr,
      /^driftscope: baseline: Nobody listens there\. reasoning: The server wants a key\.\n$/,
    );
  });

  test('of scoring that breaks off keeps the generations and says so', async (t) => {
    const crash: Failure = { kind: 'engine-crashed', message: 'The engine stopped.' };
    const scorer = {
      // biome-ignore lint/correctness/useYield: it breaks before its first batch
      async *score(): AsyncGenerator<never> {
        throw new FailureError(crash);
      },
      tokenize: async () => [],
    };
    const { code, stdout, stderr } = await driftscope(t, [...ASK, '--json'], { scorer });
    assert.equal(code, 1);
    assert.equal(stderr, 'driftscope: The engine stopped.\n');
    const document = JSON.parse(stdout);
    assert.equal(schemaErrors('compare-output', document), null);
    assert.deepEqual(document.drift.reasoning.failure, crash);
  });

  test('that is cancelled prints what arrived', { timeout: 60_000 }, async (t) => {
    const controller = new AbortController();
    let hanging = 0;
    const hangs = () => {
      if (++hanging === 2) controller.abort();
    };
    const models = { baseline: { answer: ['half'], hangs }, reasoning: { trace: ['th'], hangs } };
    const { code, stdout, stderr } = await driftscope(t, [...ASK, '--json'], {
      models,
      signal: controller.signal,
    });
    assert.equal(code, 1);
    assert.equal(stderr, 'driftscope: Cancelled.\n');
    const document = JSON.parse(stdout);
    assert.equal(schemaErrors('compare-output', document), null);
    assert.deepEqual(
      [document.generations.baseline.answer, document.generations.baseline.finish],
      ['half', 'cancelled'],
    );
    assert.equal(document.generations.reasoning.trace, 'th');
  });

  test('of a bug keeps its stack for the caller', async (t) => {
    const openPair = async () => {
      throw new TypeError('a bug');
    };
    await assert.rejects(driftscope(t, ASK, { openPair }), TypeError);
  });
});

describe('compare', () => {
  test('shows both generations, the drift, and the most drifted token with its alternatives', async (t) => {
    const { code, stdout } = await driftscope(t, ASK);
    assert.equal(code, 0);
    assert.match(stdout, /user: What is 17 \+ 25\?/);
    assert.match(stdout, /BASELINE {2}organism-instruct {2}3 tokens[\s\S]*Answer\n {2}It is 42/);
    assert.match(stdout, /REASONING {2}organism-sft[\s\S]*Trace\n {2}17\+25\n {2}Answer\n {2}42/);
    assert.match(stdout, /Drift on the reasoning model's tokens: KL\(reasoning ‖ baseline\) {2}nats · exact/);
    assert.match(stdout, /trace +3 +2\.00 +2\.00 .* 3\.00/);
    assert.match(stdout, /4\.00 {2}“42” {2}answer, token 3/);
    assert.match(stdout, /baseline {3}rank 9 {7}7\.80 nats {2}of “Sorry” \.75\n/);
    assert.match(stdout, /reasoning {2}rank 1 {7}0\.02 nats {2}of “To” \.98\n/);
  });

  test('is plain in a pipe and where NO_COLOR is set, and coloured on a terminal', async (t) => {
    const escapes = async (world: Parameters<typeof driftscope>[2]) =>
      (await driftscope(t, ASK, world)).stdout.includes('\u001b[');
    assert.equal(await escapes({}), false);
    assert.equal(await escapes({ isTerminal: true, env: { NO_COLOR: '1' } }), false);
    assert.equal(await escapes({ isTerminal: true }), true);
  });

  test('lets no model drive the terminal', async (t) => {
    const answer = ['\u001b]0;owned\u0007', '\u009b31m', '\u202etxt'];
    const models = { baseline: { answer }, reasoning: { answer } };
    const scorer = fakeScorer((p) => ({
      ...p,
      text: answer[p.index]!,
      top: { ...p.top, baseline: [{ id: 1, text: '\u001b[2J', logprob: 0 }] },
    }));
    const { stdout } = await driftscope(t, ASK, { models, scorer });
    assert.ok(stdout.includes('␛]0;owned␇'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would act on
    assert.ok(!/[\u001b\u0007\u009b\u202e]/.test(stdout));
  });

  test('shows lower bounds as such', async (t) => {
    const scorer = fakeScorer((p) => ({
      ...p,
      status: 'bound',
      coverage: { baseline: 0.8, reasoning: 0.9 },
      k: 20,
    }));
    const { stdout } = await driftscope(t, ASK, { scorer });
    assert.match(
      stdout,
      /lower bounds \(the lists of 20 tokens or more cover baseline 80 %, reasoning 90 % on average\)/,
    );
    assert.match(stdout, /≥ 4\.00 {2}“42”/);
  });

  test('tells of a failure beside what the other model wrote', async (t) => {
    const { code, stdout, stderr } = await driftscope(t, ASK, { models: { baseline: { failure: GONE } } });
    assert.equal(code, 1);
    assert.match(stdout, /BASELINE[^\n]* failed\n {2}Answer: none\n {2}Nobody listens there\./);
    assert.match(stdout, /REASONING[\s\S]* 42/);
    assert.equal(stderr, 'driftscope: baseline: Nobody listens there.\n');
  });
});

describe('the sample to compare', () => {
  const files = {
    'a.prompts.jsonl': [
      '{"id": "s1", "input": "Hi"}',
      '',
      '{"id": "chat", "input": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Ho"}]}',
      '{"id": 7, "input": "number"}',
      '{"id": "broken", "input": 3}',
    ].join('\r\n'),
  };
  const ask = (id: string) => ['compare', '--pair', 'demo', '--set', 'a.prompts.jsonl', '--id', id, '--json'];

  test('is found by its id, a chat as a chat', async (t) => {
    const one = await driftscope(t, ask('s1'), { files });
    assert.equal(JSON.parse(one.stdout).input, 'Hi');
    const chat = JSON.parse((await driftscope(t, ask('chat'), { files })).stdout);
    assert.equal(chat.input[1].content, 'Ho');
    assert.equal(schemaErrors('compare-output', chat), null);
    assert.equal(JSON.parse((await driftscope(t, ask('7'), { files })).stdout).input, 'number');
  });

  test('that is not there, or cannot be asked, is a failure in one line', async (t) => {
    const none = await driftscope(t, ask('chap'), { files });
    assert.deepEqual([none.code, none.stdout], [1, '']);
    assert.match(
      none.stderr,
      /^driftscope: a\.prompts\.jsonl has no sample .*"chap".* Did you mean "chat"\?\n$/,
    );
    const broken = await driftscope(t, ask('broken'), { files });
    assert.equal(broken.code, 1);
    assert.match(broken.stderr, /^driftscope: a\.prompts\.jsonl:5: “input” must be .*\n$/);
    const noFile = await driftscope(t, ask('s1'));
    assert.equal(noFile.code, 1);
    assert.match(noFile.stderr, /^driftscope: The prompt set a\.prompts\.jsonl cannot be read: .*\n$/);
  });
});

describe('the pair to compare', () => {
  const named = (name: string) =>
    JSON.stringify({ pairs: { [name]: { baseline: { gguf: 'a.gguf' }, reasoning: { gguf: '/b.gguf' } } } });
  const pairArgs = (name: string, ...rest: string[]) => [
    'compare',
    '--pair',
    name,
    '--prompt',
    'x',
    '--json',
    ...rest,
  ];

  test('comes from the nearest pair file above, its paths relative to that', async (t) => {
    const files = { 'driftscope.json': named('far'), 'in/driftscope.json': named('near') };
    const { opened, code } = await driftscope(t, pairArgs('near'), { files, cwd: 'in/here' });
    assert.equal(code, 0);
    const { baseline, reasoning } = opened[0]!.models;
    assert.equal(baseline.kind === 'gguf' && baseline.gguf.endsWith(join('work', 'in', 'a.gguf')), true);
    assert.equal(reasoning.kind === 'gguf' && reasoning.gguf, '/b.gguf');
    assert.equal((await driftscope(t, pairArgs('far'), { files, cwd: 'in/here' })).code, 1);
  });

  test('is found in the bundled file from anywhere, also beside a pair file of one’s own', async (t) => {
    const files = { 'driftscope.json': named('mine') };
    assert.equal((await driftscope(t, pairArgs('demo'), { files })).opened[0]?.name, 'demo');
    assert.equal((await driftscope(t, pairArgs('demo', '--pairs', 'driftscope.json'), { files })).code, 1);
  });

  test('that is unknown is a failure that names what there is', async (t) => {
    const { code, stderr, opened } = await driftscope(t, pairArgs('demmo'));
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^driftscope: There is no pair "demmo" in .*driftscope\.json\. Did you mean "demo"\?\n$/,
    );
    assert.equal(opened.length, 0);
  });

  test('that is broken is a failure at its line, and warnings do not stop it', async (t) => {
    const broken = DEMO.replace('"bundled:organism-sft"', '7');
    const one = await driftscope(t, pairArgs('demo'), { files: { 'driftscope.json': broken } });
    assert.equal(one.code, 1);
    assert.match(
      one.stderr,
      /^driftscope: driftscope\.json:1:\d+: “gguf” must be a string, not a number\.\n$/,
    );
    const slip = DEMO.replace('"method"', '"methd"');
    const two = await driftscope(t, pairArgs('demo'), { files: { 'driftscope.json': slip } });
    assert.equal(two.code, 0);
    assert.match(two.stderr, /^driftscope: warning: driftscope\.json:1:\d+: Unknown field “methd”.*\n$/);
  });

  test('with a pair file that is not there, or no JSON, is a failure in one line', async (t) => {
    const none = await driftscope(t, pairArgs('demo', '--pairs', 'no.json'));
    assert.equal(none.code, 1);
    assert.match(none.stderr, /^driftscope: The pair file .*no\.json cannot be read: .*\n$/);
    const bad = await driftscope(t, pairArgs('demo', '--pairs', 'bad.json'), {
      files: { 'bad.json': 'nope' },
    });
    assert.equal(bad.code, 1);
    assert.match(bad.stderr, /^driftscope: bad\.json:1:1: This is not JSON.*\n$/);
  });
});

test('progress is for terminals, on stderr, and taken away at the end', async (t) => {
  const { stderr, stdout } = await driftscope(t, [...ASK, '--json'], { isTerminal: true });
  assert.match(stderr, /Getting the models ready/);
  assert.ok(stderr.endsWith('\r\u001b[K'));
  assert.ok(JSON.parse(stdout));
});

test('the models get the pair’s own options', async (t) => {
  let asked: unknown;
  await driftscope(t, [...ASK, '--top', '3'], {
    openPair: async () => {
      const pair = fakePair();
      const { scorer } = pair;
      if ('unavailable' in scorer) return pair;
      const score: typeof scorer.score = (request, signal) => {
        asked = request.top;
        return scorer.score(request, signal);
      };
      return { ...pair, scorer: { ...scorer, score } };
    },
  });
  assert.equal(asked, 3);
});
