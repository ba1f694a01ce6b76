import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { inFiles } from '../../../src/core/audit/batch/batch.ts';
import { readRunFile } from '../../../src/store/runFile.ts';
import { driftscope } from '../cli/commandLine.ts';

const SET = Array.from({ length: 3 }, (_, index) =>
  JSON.stringify({
    id: `s${index}`,
    input: `What is ${index} + 1?`,
    target: String(index + 1),
    dimension: 'reasoning',
  }),
).join('\n');

async function exported(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'driftscope-batch-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const at = (name: string) => join(directory, name);
  writeFileSync(at('set.prompts.jsonl'), SET);
  const run = (...args: string[]) => driftscope(t, ['batch', ...args]);
  const again = () =>
    run(
      'export',
      at('set.prompts.jsonl'),
      '--pair',
      'demo',
      '--generations',
      '2',
      '-o',
      at('run.drift'),
      '--dir',
      at('job'),
    );
  const first = await again();
  return { at, run, again, first };
}

/** What a server makes of the lines: an answer each, in another order. */
function answered(text: string): string {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return lines
    .reverse()
    .map(({ custom_id, body }) => {
      const number = Number(/\d+/.exec(body.messages.at(-1).content)![0]);
      const message = { role: 'assistant', content: String(number + 1), reasoning_content: 'hm' };
      return JSON.stringify({
        id: 'x',
        custom_id,
        response: { status_code: 200, body: { choices: [{ finish_reason: 'stop', message }] } },
        error: null,
      });
    })
    .join('\n');
}

describe('batch', () => {
  test('export writes each model’s lines and how to run them', async (t) => {
    const { at, first } = await exported(t);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^12 lines in 2 files \(12 to generate\)\./);
    assert.deepEqual(readdirSync(at('job')).sort(), [
      'README.md',
      'baseline-000.jsonl',
      'reasoning-000.jsonl',
    ]);
    const lines = readFileSync(at('job/reasoning-000.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(lines.length, 6);
    assert.equal(new Set(lines.map(({ custom_id }) => custom_id)).size, 6);
    const [{ method, url, body }] = lines;
    assert.deepEqual([method, url], ['POST', '/v1/chat/completions']);
    assert.deepEqual(body, {
      model: 'organism-sft',
      messages: [{ role: 'user', content: 'What is 0 + 1?' }],
      temperature: 0,
      max_tokens: 512,
      seed: 1,
    });
    assert.deepEqual(
      lines.map((line) => line.body.seed),
      [1, 2, 1, 2, 1, 2],
    );
    assert.match(
      readFileSync(at('job/README.md'), 'utf8'),
      /vllm run-batch --model organism-sft -i reasoning-000\.jsonl/,
    );
  });

  test('import completes the run, reports what failed, and changes nothing the second time', async (t) => {
    const { at, run, again } = await exported(t);
    for (const side of ['baseline', 'reasoning']) {
      const results = answered(readFileSync(at(`job/${side}-000.jsonl`), 'utf8'));
      writeFileSync(at(`${side}.results.jsonl`), results);
    }
    const part = readFileSync(at('baseline.results.jsonl'), 'utf8').split('\n').slice(0, 4);
    const failed = {
      custom_id: JSON.parse(part[3]!).custom_id,
      response: { status_code: 500, body: { error: { message: 'Overloaded.' } } },
    };
    const stranger = { ...JSON.parse(part[0]!), custom_id: '00000000/baseline/0/0' };
    writeFileSync(
      at('part.jsonl'),
      [...part.slice(0, 3), JSON.stringify(failed), JSON.stringify(stranger)].join('\n'),
    );

    const first = await run('import', at('part.jsonl'), '-o', at('run.drift'));
    assert.equal(first.code, 1);
    assert.equal(
      first.stdout,
      '3 added, 0 there already, 2 failed lines; 9 of 12 generations and the drift of 3 missing.\n',
    );
    assert.match(first.stderr, /failed: Overloaded\./);
    assert.match(first.stderr, /00000000\/baseline\/0\/0: it is no line of this run/);
    assert.match(
      (await again()).stdout,
      /^15 lines in 4 files \(9 to generate, 6 to score\)/,
      'what is missing can be written again, and what is there scored',
    );

    const all = [
      'import',
      at('baseline.results.jsonl'),
      at('reasoning.results.jsonl'),
      '-o',
      at('run.drift'),
    ];
    assert.equal(
      (await run(...all)).stdout,
      '9 added, 3 there already, 0 failed lines; 0 of 12 generations and the drift of 12 missing.\n',
    );
    const store = readRunFile(at('run.drift'));
    const before = [...store.outcomes()];
    assert.deepEqual(store.generation({ sample: 2, k: 1, side: 'reasoning' })?.generation.trace, 'hm');
    assert.ok(
      before.every(({ outcomes }) =>
        outcomes.reasoning.every((outcome) => outcome?.answer.label === 'right'),
      ),
    );
    store.close();
    assert.equal(
      (await run(...all)).stdout,
      '0 added, 12 there already, 0 failed lines; 0 of 12 generations and the drift of 12 missing.\n',
    );
    const after = readRunFile(at('run.drift'));
    assert.deepEqual([...after.outcomes()], before);
    after.close();
    assert.match((await again()).stdout, /^24 lines in 2 files \(24 to score\)/);
  });

  test('files end at the limits of lines and of bytes', () => {
    const cut = (limits: { lines: number; bytes: number }) =>
      [...inFiles(['ab\n', 'ü\n', 'cd\n', 'e\n'], limits)].map(({ begins }) => begins);
    assert.deepEqual(cut({ lines: 2, bytes: 100 }), [true, false, true, false]);
    assert.deepEqual(cut({ lines: 9, bytes: 6 }), [true, false, true, false]);
    assert.deepEqual(cut({ lines: 9, bytes: 5 }), [true, true, true, false]);
  });

  test('anything else is bad usage', async (t) => {
    const { code, stderr } = await driftscope(t, ['batch', 'exprot', 'x', '-o', 'y']);
    assert.equal(code, 2);
    assert.match(stderr, /batch cannot "exprot"; did you mean export\?/);
  });
});
