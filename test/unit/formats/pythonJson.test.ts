import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePythonJson } from '../../../src/core/jsonText/pythonJson.ts';

test('JSON as Python writes it: numbers that JSON does not have, and texts that only look like them', () => {
  assert.deepEqual(parsePythonJson('{"a": [-Infinity, NaN, Infinity, -1.5], "NaN": "-Infinity \\" NaN"}'), {
    a: [Number.NEGATIVE_INFINITY, null, Number.POSITIVE_INFINITY, -1.5],
    NaN: '-Infinity " NaN',
  });
  assert.deepEqual(parsePythonJson('{"text": "NaN"}'), { text: 'NaN' });
  assert.throws(() => parsePythonJson('{"a": NaN'), SyntaxError);
  assert.throws(() => parsePythonJson('{"a": nan}'), SyntaxError);
});
