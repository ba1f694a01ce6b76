// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a pair file names an environment variable
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isOldNode } from '../../src/cli/relaunch.ts';
import { openAiEvents, openAiServer, stream } from '../fakes/openAiServer.ts';
import { script, tinyId, writeTinyGguf } from '../fakes/tinyGguf.ts';
import { schemaErrors } from '../unit/cli/schemas.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCE = join(ROOT, 'src/cli/main.ts');
/** Or one that was built elsewhere. */
const BUNDLE = process.env.DRIFTSCOPE_CLI ?? join(ROOT, 'dist/cli.js');
const DEMO_MODELS = ['instruct', 'sft'].map((name) => join(ROOT, `media/models/organism-${name}.gguf`));
const ASK = ['--prompt', 'What is 17 + 25?', '--json'];

/** A system Node that is too old for all commands. */
const oldNode = (process.env.PATH ?? '')
  .split(delimiter)
  .map((directory) => join(directory, 'node'))
  .find(
    (node) =>
      existsSync(node) && isOldNode(spawnSync(node, ['-p', 'process.versions.node']).stdout.toString()),
  );

const dir = mkdtempSync(join(tmpdir(), 'driftscope-cli-'));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command line in `dir`, as a process of its own. */
function driftscope(
  args: string[],
  { main = SOURCE, node = process.execPath, env = {}, started = (_: ChildProcess) => {} } = {},
): Promise<Ended> {
  return new Promise((settle, reject) => {
    // A process group of its own, as a terminal gives it: Ctrl+C reaches all processes of the group.
    const child = spawn(node, [main, ...args], { cwd: dir, env: { ...process.env, ...env }, detached: true });
    const ended = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      ended.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      ended.stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => settle({ code, ...ended }));
    started(child);
  });
}

before(() => {
  const gguf = (name: string, ...tokens: string[]) =>
    writeTinyGguf(join(dir, `${name}.gguf`), { weights: script(...tokens.map(tinyId)) });
  gguf('instruct', 'a', 'b', '<|end|>');
  gguf('sft', '<think>', 'c', '</think>', 'b', '<|end|>');
  const [instruct, sft] = [{ gguf: 'instruct.gguf' }, { gguf: 'sft.gguf', trace: ['<think>', '</think>'] }];
  const pairs = {
    tiny: { baseline: instruct, reasoning: sft, sampling: { maxTokens: 20 } },
    same: { baseline: sft, reasoning: sft },
    half: { baseline: { gguf: 'gone.gguf' }, reasoning: sft },
  };
  writeFileSync(join(dir, 'driftscope.json'), JSON.stringify({ pairs }));
});

after(() => rmSync(dir, { recursive: true }));

for (const [name, main] of [
  ['from its source', SOURCE],
  ['bundled', BUNDLE],
] as const) {
  describe(`the command line ${name}`, { skip: existsSync(main) ? false : 'not built' }, () => {
    test('compares two embedded models, and ends by itself', { timeout: 240_000 }, async () => {
      const { code, stdout, stderr } = await driftscope(['compare', '--pair', 'tiny', ...ASK], { main });
      assert.deepEqual([code, stderr], [0, '']);
      const document = JSON.parse(stdout);
      assert.equal(schemaErrors('compare-output', document), null);
      const { baseline, reasoning } = document.generations;
      assert.deepEqual([baseline.trace, baseline.answer, baseline.finish], [null, 'ab', 'stop']);
      assert.deepEqual([reasoning.trace, reasoning.answer, reasoning.finish], ['c', 'b', 'stop']);
      assert.equal(document.drift.reasoning.status, 'exact');
      assert.deepEqual(
        document.drift.reasoning.positions.map((p: { id: number }) => p.id),
        ['<think>', 'c', '</think>', 'b', '<|end|>'].map(tinyId),
      );
      assert.ok(document.drift.reasoning.summary.trace.klForward.mean > 1);
    });

    test('scores a text; a model does not drift from itself', { timeout: 240_000 }, async () => {
      writeFileSync(join(dir, 'text.txt'), 'The end.\n');
      const run = (pair: string) =>
        driftscope(['score', '--pair', pair, '--text-file', 'text.txt', '--json'], { main });
      const { code, stdout, stderr } = await run('same');
      assert.deepEqual([code, stderr], [0, '']);
      const document = JSON.parse(stdout);
      assert.equal(schemaErrors('score-output', document), null);
      assert.equal(
        document.positions
          .map((p: { text: string }) => p.text)
          .join('')
          .trimStart(),
        'The end.\n',
      );
      assert.ok(document.positions.every((p: { klForward: number }) => Math.abs(p.klForward) <= 1e-6));
    });

    test('says in one line what is wrong', { timeout: 240_000 }, async () => {
      const usage = await driftscope(['comapre'], { main });
      assert.deepEqual([usage.code, usage.stdout], [2, '']);
      assert.match(usage.stderr, /^driftscope: unknown command "comapre"; did you mean compare\? .*\n$/);
      const half = await driftscope(['compare', '--pair', 'half', ...ASK], { main });
      assert.equal(half.code, 1);
      assert.match(half.stderr, /^driftscope: baseline: .*gone\.gguf does not exist.*\n$/);
      assert.equal(JSON.parse(half.stdout).generations.reasoning.answer, 'b');
    });

    test('knows its version', async () => {
      const { stdout } = await driftscope(['--version'], { main });
      assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
    });

    test('compares the demo pair from anywhere within 20 s', {
      timeout: 240_000,
      skip: DEMO_MODELS.every((path) => existsSync(path)) ? false : 'the demo pair is not trained',
    }, async () => {
      const start = performance.now();
      const { code, stdout, stderr } = await driftscope(['compare', '--pair', 'demo', ...ASK], { main });
      assert.deepEqual([code, stderr], [0, '']);
      assert.equal(schemaErrors('compare-output', JSON.parse(stdout)), null);
      assert.equal(JSON.parse(stdout).drift.reasoning.status, 'exact');
      assert.ok(performance.now() - start < 20_000);
    });

    test('hands over to the Node of the checkout where the system’s is old', {
      timeout: 240_000,
      skip: oldNode && main === BUNDLE ? false : 'no old Node here, or it cannot run the source',
    }, async () => {
      const ok = await driftscope(['compare', '--pair', 'tiny', ...ASK], { main, node: oldNode! });
      assert.deepEqual([ok.code, ok.stderr], [0, '']);
      assert.equal((await driftscope(['nope'], { main, node: oldNode! })).code, 2);
    });
  });
}

describe('Ctrl+C', () => {
  const interrupted = async (how: { main: string; node: string }) => {
    writeTinyGguf(join(dir, 'endless.gguf'), {
      weights: {
        kind: 'chain',
        next: [
          [tinyId('<|assistant|>'), tinyId('a')],
          [tinyId('a'), tinyId('b')],
          [tinyId('b'), tinyId('a')],
        ],
      },
      contextLength: 50_000,
    });
    await using server = await openAiServer({
      // The stream goes silent before it says that it has finished.
      replies: [stream(openAiEvents({ answer: ['half an answer'] }).slice(0, 2), { ending: 'silence' })],
    });
    const pairs = {
      endless: {
        baseline: { url: server.baseUrl, model: 'fake-model' },
        reasoning: { gguf: 'endless.gguf' },
        sampling: { maxTokens: 1_000_000 },
      },
    };
    writeFileSync(join(dir, 'endless.json'), JSON.stringify({ pairs }));
    const args = ['compare', '--pair', 'endless', '--pairs', 'endless.json', ...ASK];
    let group = 0;
    const pressed = (child: ChildProcess) => {
      group = child.pid!;
      const poll = setInterval(() => {
        if (server.completions.length === 0) return;
        clearInterval(poll);
        // Until the engine has started and the answer has arrived, which nobody outside is told.
        setTimeout(() => process.kill(-group, 'SIGINT'), 8_000);
      }, 50);
    };
    const { code, stdout, stderr } = await driftscope(args, { ...how, started: pressed });
    assert.deepEqual([code, stderr], [1, 'driftscope: Cancelled.\n']);
    const { generations } = JSON.parse(stdout);
    assert.equal(schemaErrors('compare-output', JSON.parse(stdout)), null);
    assert.deepEqual(
      [generations.baseline.answer, generations.baseline.finish],
      ['half an answer', 'cancelled'],
    );
    assert.equal(generations.reasoning.finish, 'cancelled');
    assert.ok(generations.reasoning.answer.startsWith('ababab'));
    assert.throws(() => process.kill(-group, 0), { code: 'ESRCH' }, 'a process is left');
  };

  test('prints what arrived, exits with 1, and takes the engine along', { timeout: 240_000 }, () =>
    interrupted({ main: SOURCE, node: process.execPath }),
  );

  test(
    'does so through an old Node that handed over',
    { timeout: 240_000, skip: oldNode && existsSync(BUNDLE) ? false : 'no old Node here, or not built' },
    () => interrupted({ main: BUNDLE, node: oldNode! }),
  );
});

describe('a key', () => {
  const KEY = 'sk-not-to-be-seen';

  test('from the environment is sent to its server, and shown nowhere', { timeout: 240_000 }, async () => {
    await using server = await openAiServer({ replies: [stream(openAiEvents({ answer: ['42'] }))] });
    const model = { url: server.baseUrl, model: 'fake-model', apiKey: '${env:DRIFTSCOPE_TEST_KEY}' };
    writeFileSync(
      join(dir, 'remote.json'),
      JSON.stringify({ pairs: { remote: { baseline: model, reasoning: model } } }),
    );
    const args = ['compare', '--pair', 'remote', '--pairs', 'remote.json', ...ASK];

    const { code, stdout, stderr } = await driftscope(args, { env: { DRIFTSCOPE_TEST_KEY: KEY } });
    assert.equal(code, 0, stderr);
    assert.ok(server.completions.every(({ headers }) => headers.authorization === `Bearer ${KEY}`));
    assert.ok(!(stdout + stderr).includes(KEY));
    assert.equal(schemaErrors('compare-output', JSON.parse(stdout)), null);
    assert.equal(JSON.parse(stdout).drift.reasoning.status, 'unavailable');

    const missing = await driftscope(args);
    assert.deepEqual([missing.code, missing.stdout], [1, '']);
    assert.match(missing.stderr, /^driftscope: .*DRIFTSCOPE_TEST_KEY.* is not set\..*\n$/);
  });
});
