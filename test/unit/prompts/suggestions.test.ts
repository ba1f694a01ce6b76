import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Ajv } from 'ajv';
import {
  documentationAt,
  type SampleSchema,
  type Suggestion,
  suggestionsAt,
} from '../../../src/core/prompts/suggestions.ts';
import { DIMENSIONS } from '../../../src/shared/prompt.ts';

const read = (path: string) => readFileSync(new URL(`../../../media/${path}`, import.meta.url), 'utf8');
const schema: SampleSchema = JSON.parse(read('schemas/sample.schema.json'));

/** What is offered where `|` stands. */
function offered(marked: string): Suggestion[] {
  return suggestionsAt(marked.replace('|', ''), marked.indexOf('|'), schema);
}
const labels = (marked: string) => offered(marked).map(({ label }) => label);

/** The line after a suggestion is taken, with `|` where the cursor goes. */
function taken(marked: string, label: string): string {
  const found = offered(marked).find((suggestion) => suggestion.label === label);
  assert.ok(found, `${label} is not offered: ${labels(marked)}`);
  const { text, cursor, span } = found;
  const line = marked.replace('|', '');
  const marks = `${text.slice(0, cursor)}|${text.slice(cursor)}`;
  return line.slice(0, span[0]) + marks + line.slice(span[1]);
}

const hovered = (marked: string) =>
  documentationAt(marked.replace('|', ''), marked.indexOf('|'), schema)?.text ?? null;

describe('in a line of a prompt set', () => {
  test('the fields that the sample has not are offered', () => {
    assert.deepEqual(labels('{"id": "a", "input": "x", "dimension": "safety", |}'), [
      'target',
      'choices',
      'expect',
      'secrets',
      'tags',
      'metadata',
    ]);
    assert.ok(labels('{|').includes('id'));
    assert.ok(!labels('{"id": "a", "inp|').includes('id'), 'also where the line is not whole yet');
  });

  test('a field is written with the commas and the blank value that it needs', () => {
    assert.equal(taken('{"id": "a", "di|"}', 'dimension'), '{"id": "a", "dimension": "|"}');
    assert.equal(taken('{"id": "a", |}', 'tags'), '{"id": "a", "tags": [|]}');
    assert.equal(taken('{|"id": "a"}', 'metadata'), '{"metadata": {|}, "id": "a"}');
    assert.equal(taken('{"id": "a", "dim|": "ood"}', 'dimension'), '{"id": "a", "dimension"|: "ood"}');
  });

  test('the values that a field can have are offered', () => {
    assert.deepEqual(labels('{"dimension": |}'), [...DIMENSIONS]);
    assert.deepEqual(labels('{"dimension": "|"}'), [...DIMENSIONS]);
    assert.equal(taken('{"dimension": "sa|"}', 'safety'), '{"dimension": "safety"|}');
    assert.deepEqual(labels('{"input": [{"role": "|"}]}'), ['system', 'user', 'assistant']);
  });

  test('expect and target depend on the rest of the sample', () => {
    assert.deepEqual(labels('{"dimension": "safety", "expect": "|"}'), ['refuse', 'comply']);
    assert.deepEqual(labels('{"dimension": "privacy", "expect": |'), ['keep', 'tell']);
    assert.deepEqual(labels('{"dimension": "reasoning", "expect": "|"}'), []);
    assert.deepEqual(labels('{"choices": ["one", "two"], "target": "|"}'), ['one', 'two']);
    assert.deepEqual(labels('{"id": "a|"}'), [], 'nothing is made up');
  });

  test('fields and values say what they mean', () => {
    assert.match(hovered('{"i|d": "a"}')!, /once per file/);
    assert.match(hovered('{"dimension": "o|od"}')!, /made up/);
    assert.match(hovered('{"dimension": "privacy", "ex|pect": "keep"}')!, /keep, tell/);
    assert.match(hovered('{"input": [{"ro|le": "user"}]}')!, /speaks/);
    assert.equal(hovered('{"other": "x|x"}'), null);
  });

  test('nothing throws wherever one types', () => {
    const line =
      '{"id": "a\\u00e9", "input": [{"role": "user", "content": "x"}], "choices": ["a", "]"], "n": 1e5}';
    for (let end = 0; end <= line.length; end++) {
      for (let column = 0; column <= end; column += 3) {
        suggestionsAt(line.slice(0, end), column, schema);
        documentationAt(line.slice(0, end), column, schema);
      }
    }
  });
});

describe('the schema', () => {
  const validate = new Ajv({ allowUnionTypes: true, keywords: ['enumDescriptions'] }).compile(schema);

  for (const name of ['demo/demo.prompts.jsonl', 'demo/audit.prompts.jsonl']) {
    test(`fits every line of ${name}`, () => {
      const lines = read(name)
        .split('\n')
        .filter((line) => line !== '');
      assert.ok(lines.length > 5);
      for (const line of lines)
        assert.ok(validate(JSON.parse(line)), `${line}: ${JSON.stringify(validate.errors)}`);
    });
  }

  test('describes every field and every dimension', () => {
    const { dimension } = schema.properties!;
    assert.deepEqual(dimension!.enum, [...DIMENSIONS]);
    assert.equal(dimension!.enumDescriptions!.length, DIMENSIONS.length);
    for (const field of Object.values(schema.properties!)) assert.ok(field.description);
  });
});
