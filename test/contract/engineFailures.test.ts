import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPair } from '../../src/engine/openPair.ts';
import { type Failure, FailureError } from '../../src/shared/failure.ts';
import type { Generation } from '../../src/shared/generation.ts';
import type { Pair } from '../../src/shared/pair.ts';
import { script, type TinyWeights, tinyGguf, tinyId, writeTinyGguf } from '../fakes/tinyGguf.ts';
import { ENGINE_ENTRY, type EngineUnderTest, startTestEngine } from './engineUnderTest.ts';

const NEVER = new AbortController().signal;

const SAID = ['<think>', 'a', '</think>', 'b', '<|end|>'];

const ENDLESS: TinyWeights = {
  kind: 'chain',
  next: [
    [tinyId('<|assistant|>'), tinyId('a')],
    [tinyId('a'), tinyId('b')],
    [tinyId('b'), tinyId('a')],
  ],
};

describe('what can go wrong with the embedded engine', () => {
  const dir = mkdtempSync(join(tmpdir(), 'driftscope-failures-'));
  const path = (name: string) => join(dir, `${name}.gguf`);
  let under: EngineUnderTest;

  before(async () => {
    writeTinyGguf(path('says'), { weights: script(...SAID.map(tinyId)) });
    writeTinyGguf(path('endless'), { weights: ENDLESS, contextLength: 100_000 });
    under = await startTestEngine(dir);
  });

  after(async () => {
    await under.dispose();
    rmSync(dir, { recursive: true });
  });

  const failureOfOpening = async (gguf: string): Promise<Failure> => {
    try {
      await under.engine.open(gguf, dir, NEVER);
    } catch (error) {
      assert.ok(error instanceof FailureError, String(error));
      assert.ok(error.failure.remedy, 'a failure says what to do');
      return error.failure;
    }
    assert.fail(`${gguf} was opened`);
  };

  it('opens a file by a relative path', async () => {
    assert.deepEqual(await under.engine.open('says.gguf', dir, NEVER), { model: path('says') });
  });

  it('names a missing file', async () => {
    const failure = await failureOfOpening('nowhere/missing.gguf');
    assert.equal(failure.kind, 'model-file');
    assert.match(failure.message, /missing\.gguf does not exist/);
    assert.match(
      (await failureOfOpening('bundled:organism-none')).message,
      /organism-none\.gguf does not exist/,
    );
    assert.equal((await failureOfOpening('bundled:../../etc/passwd')).kind, 'model-file');
    assert.match((await failureOfOpening('.')).message, /not a file/);
  });

  it('knows a file that is no GGUF', async () => {
    writeFileSync(path('text'), 'PK\u0003\u0004 some archive');
    const failure = await failureOfOpening('text.gguf');
    assert.equal(failure.kind, 'model-file');
    assert.match(failure.message, /text\.gguf is not a GGUF file/);
    writeFileSync(path('empty'), '');
    assert.match((await failureOfOpening('empty.gguf')).message, /empty\.gguf is not a GGUF file/);
  });

  it('knows a file that is cut short, in its tensors or in its header', async () => {
    const bytes = tinyGguf({ weights: { kind: 'random', seed: 1 } });
    writeFileSync(path('cut'), bytes.subarray(0, bytes.length - 5000));
    const cut = await failureOfOpening('cut.gguf');
    assert.equal(cut.kind, 'model-file');
    assert.match(cut.message, /cut\.gguf is cut short/);
    writeFileSync(path('head'), bytes.subarray(0, 3000));
    const head = await failureOfOpening('head.gguf');
    assert.equal(head.kind, 'model-file');
    assert.match(head.message, /head\.gguf is (cut short|broken)/);
  });

  it('knows a broken header', async () => {
    const bytes = tinyGguf({ weights: { kind: 'random', seed: 1 } });
    bytes.fill(0xff, 8, 40);
    writeFileSync(path('broken'), bytes);
    const failure = await failureOfOpening('broken.gguf');
    assert.equal(failure.kind, 'model-file');
    assert.match(failure.message, /broken\.gguf is (broken|cut short)/);
  });

  it('names an architecture that it does not know', async () => {
    writeTinyGguf(path('alien'), { weights: { kind: 'random', seed: 1 }, architecture: 'alien' });
    const failure = await failureOfOpening('alien.gguf');
    assert.equal(failure.kind, 'model-file');
    assert.match(failure.message, /alien\.gguf has the architecture "alien"/);
  });

  it('says how much memory a model needs that does not fit', async () => {
    writeFileSync(path('huge'), tinyGguf({ weights: { kind: 'random', seed: 1 } }));
    // A hole: nothing is written to the disk.
    truncateSync(path('huge'), 4e12);
    const failure = await failureOfOpening('huge.gguf');
    assert.equal(failure.kind, 'out-of-memory');
    assert.match(failure.message, /huge\.gguf needs 4000\.0 GB of memory/);
  });

  it('tries a mended file again', async () => {
    writeFileSync(path('mended'), 'nothing');
    await failureOfOpening('mended.gguf');
    writeFileSync(path('mended'), readFileSync(path('says')));
    assert.deepEqual(await under.engine.open('mended.gguf', dir, NEVER), { model: path('mended') });
  });

  it('says so when a model cannot be downloaded', async () => {
    const engine = await startTestEngine(dir, {
      // Every name resolves to nowhere: the test never leaves the machine.
      env: { NODE_OPTIONS: `--import=${moduleOf(NO_NETWORK)}` },
    });
    try {
      await assert.rejects(
        engine.engine.open('hf:someone/some-model:some-file.gguf', dir, NEVER),
        (error) => {
          assert.ok(error instanceof FailureError);
          assert.equal(error.failure.kind, 'unreachable');
          assert.match(error.message, /hf:someone\/some-model:some-file\.gguf/);
          return true;
        },
      );
    } finally {
      await engine.dispose();
    }
  });

  it('says so where the engine is not part of the build', async () => {
    const engine = await startTestEngine(dir, {
      env: { NODE_OPTIONS: `--import=${moduleOf(NO_LIBRARY)}` },
    });
    try {
      await assert.rejects(engine.connection(), (error) => {
        assert.ok(error instanceof FailureError);
        assert.equal(error.failure.kind, 'engine-unavailable');
        assert.match(error.message, /does not include the embedded engine/);
        assert.ok(error.failure.remedy);
        return true;
      });
    } finally {
      await engine.dispose();
    }
  });

  it('says so where the engine cannot be started at all', async () => {
    for (const options of [{ entry: join(dir, 'none.js') }, { execPath: join(dir, 'no-such-node') }]) {
      const engine = await startTestEngine(dir, options);
      await assert.rejects(engine.connection(), (error) => {
        assert.ok(error instanceof FailureError);
        assert.equal(error.failure.kind, 'engine-unavailable');
        return true;
      });
      await engine.dispose();
    }
  });

  it('shares one start among callers, of whom one may give up', async () => {
    const engine = await startTestEngine(dir);
    try {
      const impatient = new AbortController();
      const [given, one, two] = [
        engine.engine.connect(impatient.signal),
        engine.engine.connect(NEVER),
        engine.engine.connect(NEVER),
      ];
      impatient.abort();
      await assert.rejects(given, /abort/i);
      assert.deepEqual(await one, await two);
      assert.equal(typeof engine.engine.pid, 'number');
    } finally {
      await engine.dispose();
      assert.equal(engine.engine.pid, null);
    }
  });

  it('stays shut down when it is disposed while it starts', async () => {
    const engine = await startTestEngine(dir);
    const starting = engine.connection();
    const rejected = assert.rejects(starting, /shut down/);
    await engine.dispose();
    await rejected;
    assert.equal(engine.engine.pid, null);
    await assert.rejects(engine.connection(), /shut down/);
  });

  it('ends a generation as crashed when its process is killed, keeps what arrived, and starts anew', async () => {
    const pair = pairOf('endless.gguf', 'says.gguf');
    const { endpoints } = await openPair(pair, services(under), NEVER);
    const crashes: Failure[] = [];
    const stop = under.engine.onCrash((failure) => crashes.push(failure));
    let generation: Generation | null = null;
    let deltas = 0;
    const request = {
      messages: [{ role: 'user' as const, content: 'hi' }],
      sampling: { ...pair.sampling, maxTokens: 90_000 },
    };
    for await (const event of endpoints.baseline.generate(request, NEVER)) {
      if (event.type === 'delta' && deltas++ === 5) process.kill(under.engine.pid!, 'SIGKILL');
      if (event.type === 'generated') generation = event.generation;
    }
    assert.equal(generation?.finish, 'failed');
    assert.equal(generation.failure?.kind, 'engine-crashed');
    assert.ok(generation.failure?.remedy);
    assert.match(generation.answer, /^(ab)+/);
    assert.equal(crashes.length, 1);
    stop();

    const again = await generate(endpoints.reasoning, pair);
    assert.equal(again.finish, 'stop');
    assert.equal(again.trace, 'a');
    assert.equal(again.answer, 'b');
    assert.deepEqual(
      again.tokens.map((token) => token.id),
      SAID.map(tinyId),
    );
    assert.deepEqual(
      again.tokens.map((token) => token.segment),
      ['control', 'trace', 'control', 'answer', 'control'],
    );
  });

  it('ends a scoring as crashed too', async () => {
    const { model } = await under.engine.open('endless.gguf', dir, NEVER);
    const prefix = { text: '' };
    const ids = Array.from({ length: 20_000 }, () => tinyId('a'));
    const scorer = under.engine.pairScorer(model, model);
    await assert.rejects(
      async () => {
        for await (const _ of scorer.score(
          { prefix: { baseline: prefix, reasoning: prefix }, ids, top: 1 },
          NEVER,
        )) {
          if (under.engine.pid !== null) process.kill(under.engine.pid, 'SIGKILL');
        }
      },
      (error) => {
        assert.ok(error instanceof FailureError, String(error));
        assert.equal(error.failure.kind, 'engine-crashed');
        return true;
      },
    );
  });

  it('opens a pair without touching anything; what is wrong is a failure of that side', async () => {
    const pair = pairOf('missing.gguf', 'says.gguf');
    const { endpoints, scorer } = await openPair(pair, services(under), NEVER);
    const [bad, good] = await Promise.all([
      generate(endpoints.baseline, pair),
      generate(endpoints.reasoning, pair),
    ]);
    assert.equal(bad.failure?.kind, 'model-file');
    assert.equal(good.finish, 'stop');
    assert.ok('score' in scorer);
  });

  it('names the remote model of a mixed pair that cannot be reached to score', async () => {
    const pair = pairOf('says.gguf', 'says.gguf');
    pair.models.baseline = {
      kind: 'remote',
      url: 'http://127.0.0.1:1/v1',
      model: 'far-away',
      keyReference: null,
      trace: null,
      system: null,
    };
    const { scorer } = await openPair(pair, services(under), NEVER);
    assert.ok('score' in scorer);
    const prefix = { messages: [{ role: 'user' as const, content: 'hi' }] };
    const request = { prefix: { baseline: prefix, reasoning: prefix }, ids: SAID.map(tinyId), top: 2 };
    const scored = scorer.score(request, NEVER)[Symbol.asyncIterator]();
    await assert.rejects(scored.next(), (error) => {
      assert.ok(error instanceof FailureError);
      assert.equal(error.failure.kind, 'unreachable');
      assert.match(error.failure.message, /far-away|127\.0\.0\.1:1/);
      return true;
    });
  });

  it('scores through an opened pair', async () => {
    const pair = pairOf('says.gguf', 'says.gguf');
    const { scorer } = await openPair(pair, services(under), NEVER);
    assert.ok('score' in scorer);
    const prefix = { messages: [{ role: 'user' as const, content: 'hi' }] };
    const ids = SAID.map(tinyId);
    const kls: number[] = [];
    const request = { prefix: { baseline: prefix, reasoning: prefix }, ids, top: 2 };
    for await (const batch of scorer.score(request, NEVER)) kls.push(...batch.map((p) => p.klForward));
    assert.deepEqual(kls, [0, 0, 0, 0, 0]);
  });

  it('ends when its parent is killed', async () => {
    const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT, ENGINE_ENTRY], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (text) => resolve(Number(text)));
    });
    assert.ok(isAlive(pid));
    parent.kill('SIGKILL');
    for (let i = 0; i < 600 && isAlive(pid); i++) await sleep(50);
    assert.ok(!isAlive(pid), 'the engine outlived its parent');
  });
});

/** A process that starts the engine's script as the client does, and prints its pid when it listens. */
const PARENT = `
  import { spawn } from 'node:child_process';
  const child = spawn(process.execPath, [process.argv[1]], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.on('message', () => console.log(child.pid));
  child.send({ type: 'start', apiKey: 'k' });
  setInterval(() => {}, 1000);
`;

const NO_LIBRARY = `
  import { registerHooks } from 'node:module';
  registerHooks({ resolve(name, context, next) {
    if (name === 'node-llama-cpp') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    return next(name, context);
  } });
`;

const NO_NETWORK = `
  globalThis.fetch = async () => { throw new TypeError('fetch failed'); };
`;

function moduleOf(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

function pairOf(baseline: string, reasoning: string): Pair {
  const model = (gguf: string) => ({ kind: 'gguf' as const, gguf, trace: null, system: null });
  return {
    name: 'test',
    method: 'sft',
    models: { baseline: model(baseline), reasoning: model(reasoning) },
    sampling: { temperature: 0, maxTokens: 100, seed: 1, topP: null },
    lineage: null,
  };
}

function services(under: EngineUnderTest) {
  return { engine: under.engine, keys: async () => null, baseDir: under.dir };
}

type Endpoint = Awaited<ReturnType<typeof openPair>>['endpoints']['baseline'];

async function generate(endpoint: Endpoint, pair: Pair): Promise<Generation> {
  const request = { messages: [{ role: 'user' as const, content: 'hi' }], sampling: pair.sampling };
  for await (const event of endpoint.generate(request, NEVER)) {
    if (event.type === 'generated') return event.generation;
  }
  assert.fail('no generation');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie answers too: it has ended, and waits for its parent to notice.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
