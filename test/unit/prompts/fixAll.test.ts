import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../../src/core/jsonText/problem.ts';
import { deleteExactCopies, renewIds } from '../../../src/core/prompts/fixAll.ts';
import { PromptDocument } from '../../../src/core/prompts/promptDocument.ts';
import { PromptSetChecker } from '../../../src/core/prompts/promptSetChecker.ts';

function checked(text: string) {
  const document = new PromptDocument(text);
  const checker = new PromptSetChecker(document);
  for (const _ of checker.index());
  return { document, checker };
}

const parsed = (text: string) => text.split('\n').map((line) => JSON.parse(line));

describe('mending a whole set', () => {
  test('gives every sample an id of its own and leaves the first of each alone', () => {
    const text = [
      '{"id": "a-1", "input": "w"}',
      '{"id": "a-1", "input": "x"}',
      '{ "input" : "y", "dimension": "ood" }',
      '{"id": "a-1", "input": "z", "n": 1.0}',
    ].join('\n');
    const { document, checker } = checked(text);
    const mended = applyEdits(text, renewIds(document, checker));
    assert.deepEqual(
      parsed(mended).map(({ id }) => id),
      ['a-1', 'a-2', 'ood-001', 'a-3'],
    );
    assert.match(mended, /"n": 1\.0/, 'and every other byte');
  });

  test('whatever the ids are, no two are the same afterwards', () => {
    const id = fc.constantFrom<unknown>('a', 'a-1', 'b9', '', 7, undefined);
    fc.assert(
      fc.property(fc.array(id, { maxLength: 12 }), (ids) => {
        const text = ids.map((id, index) => JSON.stringify({ id, input: `ask ${index}` })).join('\n');
        const { document, checker } = checked(text);
        const mended = applyEdits(text, renewIds(document, checker));
        const after = checked(mended)
          .checker.problems()
          .map(({ code }) => code);
        assert.ok(!after.includes('duplicate-id') && !after.includes('missing-id'), mended);
      }),
    );
  });

  test('deletes what asks the same again, and nothing that only looks alike', () => {
    const text = ['a', 'b', 'a', 'A', 'a']
      .map((input, id) => JSON.stringify({ id: `${id}`, input }))
      .join('\n');
    const { document, checker } = checked(text);
    assert.deepEqual(
      parsed(applyEdits(text, deleteExactCopies(document, checker))).map(({ id }) => id),
      ['0', '1', '3'],
    );
  });
});
