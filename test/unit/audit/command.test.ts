import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { driftscope, type World } from '../cli/commandLine.ts';

const SET = Array.from({ length: 4 }, (_, index) =>
  JSON.stringify({ id: `s${index}`, input: `What is ${index}?`, target: '42', dimension: 'reasoning' }),
).join('\n');
const ASK = ['audit', 'set.prompts.jsonl', '--pair', 'demo', '-o', 'run.drift'];

async function audit(t: TestContext, args: string[] = [], world: World = {}) {
  const outcome = await driftscope(t, [...ASK, ...args], { files: { 'set.prompts.jsonl': SET }, ...world });
  return { ...outcome, run: join(outcome.cwd, 'run.drift') };
}

describe('audit', () => {
  test('keeps every sample, and says how to read it', async (t) => {
    const { code, stdout, stderr, run } = await audit(t);
    assert.deepEqual(
      [code, stdout],
      [0, 'run.drift: 8 of 8 generations. To read it: driftscope report run.drift\n'],
    );
    assert.match(stderr, /8 of 8 done, 0 failed · 8 scored/);
    assert.ok(existsSync(run));
  });

  test('exits with 1 where generations failed, and says how to go on', async (t) => {
    const failure = { kind: 'bad-request', message: 'The server does not want to.' } as const;
    const { code, stderr } = await audit(t, [], { models: { baseline: { failure } } });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /driftscope: 4 of 8 generations failed\. The same command with --resume tries them again\./,
    );
  });

  test('stops at once where no sample can be generated', async (t) => {
    const failure = { kind: 'unauthorized', message: 'The server wants a key.' } as const;
    const { code, stderr } = await audit(t, [], { models: { baseline: { failure } } });
    assert.equal(code, 1);
    assert.match(stderr, /driftscope: The server wants a key\. The same command with --resume goes on\.\n$/);
  });

  test('goes on with a run, and only with the same set, pair and K', async (t) => {
    const failure = { kind: 'bad-request', message: 'Not now.' } as const;
    const { run } = await audit(t, [], { models: { baseline: { failure } } });
    const again = (args: string[], world: World = {}) =>
      driftscope(t, ['audit', 'set.prompts.jsonl', '--pair', 'demo', '-o', run, ...args], {
        files: { 'set.prompts.jsonl': SET },
        ...world,
      });
    assert.match((await again([])).stderr, /exists already\. Go on with it with --resume/);
    const other = await again(['--resume'], { files: { 'set.prompts.jsonl': `${SET}\n` } });
    assert.match(other.stderr, /was begun with another content of the prompt set/);
    assert.match((await again(['--resume', '--generations', '2'])).stderr, /was begun with 1 generations/);
    const resumed = await again(['--resume']);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.match(resumed.stdout, /8 of 8 generations/);
  });

  for (const [args, message] of [
    [['--generations', '0'], /--generations needs a whole number of at least 1/],
    [['--limit', 'x'], /--limit needs a whole number/],
  ] as const) {
    test(`${args.join(' ')} is bad usage`, async (t) => {
      const { code, stderr } = await audit(t, [...args]);
      assert.equal(code, 2);
      assert.match(stderr, message);
    });
  }

  test('names the line of a set that cannot be asked, and leaves no file', async (t) => {
    const { code, stderr, run } = await audit(t, [], {
      files: { 'set.prompts.jsonl': `${SET}\n{"id": "s0", "input": "again"}` },
    });
    assert.equal(code, 1);
    assert.match(stderr, /set\.prompts\.jsonl:5: The id “s0” stands on line 1 already/);
    assert.equal(existsSync(run), false);
  });
});
