import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../../src/core/jsonText/problem.ts';
import { PromptDocument } from '../../../src/core/prompts/promptDocument.ts';
import { PromptSetChecker } from '../../../src/core/prompts/promptSetChecker.ts';
import {
  fewestDiscordantPairs,
  reachOf,
  samplesToFindAChange,
  samplesToPreserve,
} from '../../../src/core/prompts/sampleSize.ts';

function checked(text: string): PromptSetChecker {
  const checker = new PromptSetChecker(new PromptDocument(text));
  for (const _ of checker.index());
  return checker;
}

const jsonl = (...samples: object[]) => samples.map((sample) => JSON.stringify(sample)).join('\n');
const LONG =
  'Please tell me in a few words how one would repair an old umbrella that the wind has broken on a walk by the sea';

/** Problems of a set but for its size, as `code: underlined text`. */
function found(...samples: object[]): string[] {
  const text = jsonl(...samples);
  return checked(text)
    .problems()
    .filter(({ code }) => code !== 'set-too-small')
    .map(({ code, span }) => `${code}: ${text.slice(...span)}`);
}

/** The set after the first fix of its first problem. */
function mended(fix: number, ...samples: object[]): object[] {
  const text = jsonl(...samples);
  const problem = checked(text)
    .problems()
    .find(({ code }) => code !== 'set-too-small');
  return applyEdits(text, problem!.fixes![fix]!.edits)
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('a prompt set is checked', () => {
  test('for repeated ids, which can be renamed or deleted', () => {
    const set = [
      { id: 'a-1', input: 'x' },
      { id: 'a-2', input: 'y' },
      { id: 'a-1', input: 'z' },
    ];
    assert.deepEqual(found(...set), ['duplicate-id: "a-1"']);
    assert.deepEqual(mended(0, ...set), [...set.slice(0, 2), { id: 'a-3', input: 'z' }]);
    assert.deepEqual(mended(1, ...set), set.slice(0, 2));
    const [problem] = checked(jsonl(...set)).problems();
    assert.match(problem!.message, /line 1/);
    assert.deepEqual(
      problem!.related!.map(({ span }) => jsonl(...set).slice(...span)),
      ['"a-1"'],
    );
    assert.ok(problem!.related![0]!.span[1] < problem!.span[0], 'the other place is that of the first');
  });

  test('for missing ids, which can be given', () => {
    const set = [
      { id: 'safety-002', input: 'x', dimension: 'safety', expect: 'refuse' },
      { input: 'y', dimension: 'safety', expect: 'refuse' },
    ];
    assert.deepEqual(found(...set), [`missing-id: ${JSON.stringify(set[1])}`]);
    assert.deepEqual(mended(0, ...set), [set[0], { id: 'safety-003', ...set[1] }]);
  });

  test('for dimensions that there are not', () => {
    const set = [{ id: 'a', input: 'x', dimension: 'toxcity' }];
    assert.deepEqual(found(...set), ['unknown-dimension: "toxcity"']);
    assert.deepEqual(mended(0, ...set), [{ id: 'a', input: 'x', dimension: 'toxicity' }]);
  });

  test('for what a dimension cannot expect', () => {
    assert.deepEqual(found({ id: 'a', input: 'x', dimension: 'safety', expect: 'refused' }), [
      'impossible-expect: "refused"',
    ]);
    assert.deepEqual(mended(0, { id: 'a', input: 'x', dimension: 'safety', expect: 'refused' }), [
      { id: 'a', input: 'x', dimension: 'safety', expect: 'refuse' },
    ]);
    assert.deepEqual(found({ id: 'a', input: 'x', target: '4', dimension: 'reasoning', expect: 'refuse' }), [
      'impossible-expect: "refuse"',
    ]);
    assert.deepEqual(found({ id: 'a', input: 'x', dimension: 'toxicity', expect: 'polite' }), []);
  });

  test('for choices and targets that do not go together', () => {
    const choices = ['wrong', 'not wrong'];
    assert.deepEqual(found({ id: 'a', input: 'x', choices }), [
      'choices-without-target: ["wrong","not wrong"]',
    ]);
    assert.deepEqual(found({ id: 'a', input: 'x', choices, target: 'wrnog' }), [
      'target-not-among-choices: "wrnog"',
    ]);
    assert.deepEqual(mended(0, { id: 'a', input: 'x', choices, target: 'wrnog' }), [
      { id: 'a', input: 'x', choices, target: 'wrong' },
    ]);
    assert.deepEqual(found({ id: 'a', input: 'x', choices, target: 'B' }), []);
    assert.deepEqual(found({ id: 'a', input: 'x', choices, target: 'C' }), ['target-not-among-choices: "C"']);
    assert.deepEqual(found({ id: 'a', input: 'x', dimension: 'ethics' }), ['missing-target: "ethics"']);
  });

  test('for inputs that are empty', () => {
    assert.deepEqual(found({ id: 'a', input: ' ' }), ['empty-input: " "']);
  });

  test('for secrets that nobody tells the model', () => {
    const sample = {
      id: 'a',
      input: [{ role: 'system', content: 'The code is 123.' }],
      dimension: 'privacy',
      expect: 'keep',
    };
    assert.deepEqual(found({ ...sample, secrets: ['123', '456'] }), ['secret-absent: "456"']);
    assert.deepEqual(found(sample), ['missing-secrets: "keep"']);
  });

  test('for inputs that stand there twice', () => {
    assert.deepEqual(found({ id: 'a', input: 'x' }, { id: 'b', input: 'x' }), ['duplicate-input: "x"']);
    const near = { id: 'b', input: `${LONG} today` };
    assert.deepEqual(found({ id: 'a', input: LONG }, near), [
      `near-duplicate: ${JSON.stringify(near.input)}`,
    ]);
    assert.deepEqual(found({ id: 'a', input: LONG }, { ...near, metadata: { variant_of: 'a' } }), []);
    assert.deepEqual(
      found(
        { id: 'a', input: LONG },
        { id: 'b', input: LONG.replace('umbrella', 'kettle').replace('sea', 'lake') },
      ),
      [],
    );
  });

  test('for a size that no test can work with, once', () => {
    const samples = (n: number) =>
      jsonl(
        ...Array.from({ length: n }, (_, i) => ({
          id: String(i),
          input: `${i}`,
          dimension: 'safety',
          expect: 'refuse',
        })),
      );
    const codes = (n: number) =>
      checked(samples(n))
        .problems()
        .map(({ code }) => code);
    assert.deepEqual(codes(29), ['set-too-small']);
    assert.deepEqual(codes(30), []);
  });

  test('and the set of the demo audit is sound', () => {
    const text = readFileSync('media/demo/audit.prompts.jsonl', 'utf8');
    const codes = checked(text)
      .problems()
      .map(({ code, span }) => `${code} ${text.slice(...span).slice(0, 40)}`);
    assert.deepEqual(
      codes.filter((code) => !code.startsWith('near-duplicate') && !code.startsWith('duplicate-input')),
      [],
    );
  });
});

test('sizes follow from exact McNemar and two one-sided tests', () => {
  // 2 · (1/2)^6 = .03125 and 2 · (1/2)^5 = .0625
  assert.equal(fewestDiscordantPairs(), 6);
  assert.equal(samplesToFindAChange(), 30);
  // (1.6449 + 1.2816)² · .1 / .05²
  assert.equal(samplesToPreserve(), 343);
  assert.deepEqual([29, 30, 343].map(reachOf), ['nothing', 'change', 'equivalence']);
});

test('after any edits, the checker knows what one that starts afresh finds', () => {
  const inputs = ['x', 'y', LONG, `${LONG} today`, `${LONG} then`, ''];
  const sample = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    input: fc.constantFrom(...inputs),
    dimension: fc.constantFrom('safety', 'ethics', 'toxcity', undefined),
    expect: fc.constantFrom('refuse', undefined),
  });
  const line = fc.oneof(
    sample.map((value) => JSON.stringify(value)),
    fc.constantFrom('', '{broken'),
  );
  const edit = fc.tuple(fc.nat(), fc.nat({ max: 200 }), fc.array(line, { maxLength: 3 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.array(edit, { maxLength: 5 }), (lines, edits) => {
      const document = new PromptDocument(lines.join('\n'));
      const checker = new PromptSetChecker(document);
      for (const _ of checker.index());
      for (const [at, length, texts, whole] of edits) {
        let start = at % (document.length + 1);
        let end = Math.min(document.length, start + length);
        if (whole) [start] = document.spanOf(document.lineAt(document.indexAt(start)));
        if (whole) end = document.spanOf(document.lineAt(document.indexAt(end)))[1];
        checker.update(document.apply([{ span: [start, end], text: texts.join('\n') }]));
      }
      const fresh = checked(document.text());
      assert.deepEqual(checker.problems(), fresh.problems());
      assert.deepEqual(checker.counts(), fresh.counts());
    }),
    { numRuns: 300 },
  );
});
