// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a pair file names an environment variable
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Ajv } from 'ajv';
import { DEFAULT_SAMPLING, parsePairFile } from '../../../src/core/pairs/pairFile.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../media/schemas/driftscope.schema.json', import.meta.url), 'utf8'),
);
// VS Code's own keywords, which validation passes over.
const ajv = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  keywords: ['enumDescriptions', 'defaultSnippets'],
});
const validate = ajv.compile(schema);

const gguf = { gguf: 'a.gguf' };
const served = { url: 'http://127.0.0.1:8000/v1', model: 'm' };
const withBaseline = (baseline: unknown) => ({ pairs: { p: { baseline, reasoning: gguf } } });
const withRest = (rest: object) => ({ pairs: { p: { baseline: gguf, reasoning: served, ...rest } } });

const judges = {
  m: { type: 'moderation', url: 'https://host/v1', model: 'omni', apiKey: '${env:A}' },
  c: { type: 'classifier', url: 'http://host/predict', labels: { LABEL_0: 'no toxicity', X: 'ignore' } },
  l: { type: 'llm', model: served },
  g: { type: 'llm', model: gguf },
  o: { type: 'llm', model: { pair: 'p', side: 'reasoning' } },
};
const withJudge = (judge: unknown) => ({ ...withRest({}), judges: { j: judge } });

const valid: unknown[] = [
  { ...withRest({}), judges },
  { ...withRest({ judges: [] }), judges },
  { ...withRest({ judges: ['m', 'o'] }), judges },
  ...Object.values(judges).map(withJudge),
  { pairs: {} },
  { $schema: 'x', pairs: {} },
  ...schema.properties.pairs.examples.map((pairs: unknown) => ({ pairs })),
  withBaseline(served),
  withBaseline({ ...served, url: 'https://host' }),
  withBaseline({ ...served, url: 'https://[::1]:8000/v1/@team' }),
  withBaseline({ ...served, apiKey: '${env:LAB_KEY}' }),
  withBaseline({ ...gguf, trace: null }),
  withBaseline({ ...gguf, trace: ['<think>', '</think>'], system: 'Be brief.' }),
  withBaseline({ ...gguf, elicitTrace: true }),
  withBaseline({ ...gguf, elicitTrace: false }),
  withBaseline({ ...served, elicitTrace: 'Think between <think> and </think>.' }),
  ...['sft', 'rl', 'distillation', 'other'].map((method) => withRest({ method })),
  withRest({ sampling: {} }),
  withRest({ sampling: { temperature: 0.6, maxTokens: 1, seed: null, topP: 1 } }),
  ...[{}, { k: 'all' }, { k: 1 }, { k: 1000 }].map((scoring) => withRest({ scoring })),
  withRest({ lineage: {} }),
  withRest({ lineage: { base: 'b', notes: 'n' } }),
];

const invalid: unknown[] = [
  withBaseline({ ...gguf, elicitTrace: '' }),
  withBaseline({ ...gguf, elicitTrace: 1 }),
  withBaseline({ ...gguf, elicitTrace: null }),
  { ...withRest({ judges: 'm' }), judges },
  { ...withRest({ judges: [1] }), judges },
  { ...withRest({}), judges: [] },
  { ...withRest({}), judges: { '': judges.m } },
  ...[
    null,
    {},
    { url: 'http://h' },
    { type: 'oracle', url: 'http://h' },
    { type: 'moderation' },
    { type: 'moderation', url: 'ftp://h' },
    { type: 'moderation', url: 'http://h', apiKey: 'sk-1' },
    { type: 'moderation', url: 'http://h', labels: {} },
    { type: 'classifier', url: 'http://h', model: 'm' },
    { type: 'classifier', url: 'http://h', labels: { a: 'toxic' } },
    { type: 'classifier', url: 'http://h', labels: { a: 1 } },
    { type: 'classifier', url: 'http://h', labels: ['a'] },
    { type: 'llm' },
    { type: 'llm', model: 'm' },
    { type: 'llm', model: {} },
    { type: 'llm', model: { url: 'http://h' } },
    { type: 'llm', model: { pair: 'p' } },
    { type: 'llm', model: { pair: 'p', side: 'left' } },
    { type: 'llm', model: served, url: 'http://h' },
  ].map(withJudge),
  null,
  [],
  {},
  { pairs: [] },
  { pairs: { p: {} } },
  { pairs: { '': withBaseline(gguf).pairs.p } },
  { pairs: { p: { baseline: gguf } } },
  { pairs: {}, extra: 1 },
  ...[{}, { model: 'm' }, { url: served.url }, { ...served, ...gguf }, { ...gguf, model: 'm' }].map(
    withBaseline,
  ),
  ...[
    { ...gguf, apiKey: '${env:A}' },
    { ...gguf, url: 'http://h' },
    'm',
    null,
    { gguf: '' },
    { gguf: 1 },
  ].map(withBaseline),
  ...['host', 'ftp://host', 'http://', 'http://u:p@host', 'http://h?q', 'http://h/#f', 'http://a b', ''].map(
    (url) => withBaseline({ ...served, url }),
  ),
  ...['sk-123', '', '${env:}', '${env:1A}', '${env:A', '$A', 'env:A', 7, null].map((apiKey) =>
    withBaseline({ ...served, apiKey }),
  ),
  ...[['a'], ['a', ''], ['a', 1], ['a', 'b', 'c'], 'a', {}].map((trace) => withBaseline({ ...gguf, trace })),
  ...[' ', 1].map((system) => withBaseline({ ...gguf, system })),
  ...['SFT', '', 1, null].map((method) => withRest({ method })),
  ...[
    { temperature: -0.1 },
    { temperature: null },
    { maxTokens: 0 },
    { maxTokens: 1.5 },
    { maxTokens: '1' },
  ].map((sampling) => withRest({ sampling })),
  ...[{ seed: -1 }, { seed: 0.5 }, { topP: 0 }, { topP: 1.1 }, { top_p: 1 }].map((sampling) =>
    withRest({ sampling }),
  ),
  ...[null, [], 1].map((sampling) => withRest({ sampling })),
  ...[{ k: 0 }, { k: 1.5 }, { k: 'some' }, { k: null }, { depth: 1 }, 'all'].map((scoring) =>
    withRest({ scoring }),
  ),
  ...[{ base: '' }, { base: 1 }, { bases: 'b' }].map((lineage) => withRest({ lineage })),
  withRest({ extra: {} }),
];

describe('the schema and the parser agree', () => {
  for (const example of valid) {
    test(`on valid: ${JSON.stringify(example)}`, () => {
      assert.ok(validate(example), ajv.errorsText(validate.errors));
      assert.deepEqual(parsePairFile(JSON.stringify(example)).problems, []);
    });
  }
  for (const example of invalid) {
    test(`on invalid: ${JSON.stringify(example)}`, () => {
      assert.ok(!validate(example));
      assert.notEqual(parsePairFile(JSON.stringify(example)).problems.length, 0);
    });
  }

  test('on the defaults', () => {
    const { properties } = schema.definitions.sampling;
    const defaults = Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [name, (field as { default: unknown }).default]),
    );
    assert.deepEqual(defaults, DEFAULT_SAMPLING);
  });
});
