// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a pair file names an environment variable
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { applyEdits, lineAndColumn, type Problem } from '../../../src/core/jsonText/problem.ts';
import { DEFAULT_SAMPLING, parsePairFile } from '../../../src/core/pairs/pairFile.ts';

const WHOLE = '"whole": { "baseline": { "gguf": "a.gguf" }, "reasoning": { "gguf": "b.gguf" } }';
const remote = (model: string) =>
  `{ "pairs": { "p": { "baseline": ${model}, "reasoning": { "gguf": "b.gguf" } }, ${WHOLE} } }`;
const pair = (rest: string) =>
  `{ "pairs": { "p": { "baseline": { "gguf": "a.gguf" }, "reasoning": { "gguf": "b.gguf" }, ${rest} } } }`;

/** What the problem underlines. */
function marked(text: string, problem: Problem | undefined): string | undefined {
  return problem && text.slice(...problem.span);
}

describe('a pair file', () => {
  test('gives its pairs, with comments, trailing commas and a byte order mark', () => {
    const { pairs, problems, places } = parsePairFile(`\uFEFF// ours
      { "pairs": {
        "demo": { "method": "sft",
          "baseline":  { "gguf": "bundled:organism-instruct" },
          "reasoning": { "gguf": "bundled:organism-sft", "trace": ["<think>", "</think>"] },
          "sampling":  { "temperature": 0, "maxTokens": 512, "seed": 1 } },
        "r1": { "method": "distillation",
          "baseline":  { "url": "http://127.0.0.1:8000/v1", "model": "Qwen", "apiKey": "\${env:LAB_KEY}" },
          "reasoning": { "url": "https://h/v1", "model": "R1", "system": "Think." }, /* b */
          "lineage":   { "base": "Qwen/Qwen2.5-7B", "notes": "…" } }, } }`);
    assert.deepEqual(problems, []);
    assert.deepEqual([...places.keys()], ['demo', 'r1']);
    const none = { trace: null, system: null };
    assert.deepEqual(pairs, [
      {
        name: 'demo',
        method: 'sft',
        models: {
          baseline: { kind: 'gguf', gguf: 'bundled:organism-instruct', ...none },
          reasoning: {
            kind: 'gguf',
            gguf: 'bundled:organism-sft',
            trace: ['<think>', '</think>'],
            system: null,
          },
        },
        sampling: { temperature: 0, maxTokens: 512, seed: 1, topP: null },
        lineage: null,
      },
      {
        name: 'r1',
        method: 'distillation',
        models: {
          baseline: {
            kind: 'remote',
            url: 'http://127.0.0.1:8000/v1',
            model: 'Qwen',
            keyReference: { env: 'LAB_KEY' },
            ...none,
          },
          reasoning: {
            kind: 'remote',
            url: 'https://h/v1',
            model: 'R1',
            keyReference: null,
            trace: null,
            system: 'Think.',
          },
        },
        sampling: DEFAULT_SAMPLING,
        lineage: { base: 'Qwen/Qwen2.5-7B', notes: '…' },
      },
    ]);
  });

  test('keeps what a null says apart from what is not said', () => {
    const { pairs } = parsePairFile(pair('"sampling": { "seed": null, "topP": 0.9, "temperature": 0.6 }'));
    assert.deepEqual(pairs[0]?.sampling, { ...DEFAULT_SAMPLING, seed: null, topP: 0.9, temperature: 0.6 });
  });

  test('reads how deep drift is scored', () => {
    const scoring = (k: string) => parsePairFile(pair(`"scoring": { "k": ${k} }`)).pairs[0]?.scoring;
    assert.deepEqual([scoring('"all"'), scoring('50')], [{ k: 'all' }, { k: 50 }]);
    assert.equal(parsePairFile(pair('"scoring": {}')).pairs[0]?.scoring, undefined);
  });

  const faults: [name: string, text: string, code: string, mark: string, message: RegExp][] = [
    ['no reasoning', '{"pairs": {"p": {"baseline": {"gguf": "a"}}}}', 'missing-field', '"p"', /“reasoning”/],
    ['no baseline', '{"pairs": {"p": {"reasoning": {"gguf": "a"}}}}', 'missing-field', '"p"', /“baseline”/],
    ['no pairs', '{}', 'missing-field', '{}', /no “pairs”/],
    ['a list', '[1]', 'wrong-type', '[1]', /not a list/],
    ['neither url nor gguf', remote('{ "model": "m" }'), 'missing-field', '"baseline"', /“url”.*“gguf”/],
    ['url and gguf', remote('{ "url": "http://h", "gguf": "g" }'), 'two-sources', '"gguf"', /not both/],
    [
      'gguf and model',
      remote('{ "gguf": "g", "model": "m" }'),
      'two-sources',
      '"model"',
      /goes with a “url”/,
    ],
    ['url without model', remote('{ "url": "http://h/v1" }'), 'missing-field', '"baseline"', /no “model”/],
    ['url of ftp', remote('{ "url": "ftp://h", "model": "m" }'), 'bad-url', '"ftp://h"', /http/],
    [
      'url unreadable',
      remote('{ "url": "http://[", "model": "m" }'),
      'bad-url',
      '"http://["',
      /cannot be read/,
    ],
    [
      'url with query',
      remote('{ "url": "http://h?k=1", "model": "m" }'),
      'bad-url',
      '"http://h?k=1"',
      /no query/,
    ],
    ['empty model', remote('{ "url": "http://h", "model": " " }'), 'empty', '" "', /“model” is empty/],
    ['number as model', remote('{ "url": "http://h", "model": 7 }'), 'wrong-type', '7', /not a number/],
    ['model as a string', remote('"m"'), 'wrong-type', '"m"', /must be an object/],
    ['bad trace', remote('{ "gguf": "g", "trace": ["a"] }'), 'bad-trace', '["a"]', /two non-empty strings/],
    ['empty trace', remote('{ "gguf": "g", "trace": ["a", ""] }'), 'bad-trace', '["a", ""]', /two/],
    ['unknown method', pair('"method": "stf"'), 'unknown-method', '"stf"', /did you mean “sft”/],
    ['hot', pair('"sampling": { "temperature": -1 }'), 'out-of-range', '-1', /at least 0/],
    ['no tokens', pair('"sampling": { "maxTokens": 0 }'), 'out-of-range', '0', /at least 1/],
    ['half a token', pair('"sampling": { "maxTokens": 1.5 }'), 'out-of-range', '1.5', /whole/],
    ['no nucleus', pair('"sampling": { "topP": 0 }'), 'out-of-range', '0', /above 0 and at most 1/],
    ['seed as string', pair('"sampling": { "seed": "1" }'), 'wrong-type', '"1"', /must be a number/],
    ['some depth', pair('"scoring": { "k": "most" }'), 'wrong-type', '"most"', /or "all"/],
    ['a field twice', pair('"method": "rl", "method": "sft"'), 'duplicate-field', '"method"', /twice/],
    [
      'half a reference',
      remote('{ "url": "http://h", "model": "m", "apiKey": "${env:}" }'),
      'malformed-env',
      '"${env:}"',
      /env:NAME/,
    ],
    [
      'another reference',
      remote('{ "url": "http://h", "model": "m", "apiKey": "$KEY" }'),
      'malformed-env',
      '"$KEY"',
      /env:NAME/,
    ],
  ];
  for (const [name, text, code, mark, message] of faults) {
    test(`says where it is at fault: ${name}`, () => {
      const { pairs, problems } = parsePairFile(text);
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.equal(problems[0]?.code, code);
      assert.equal(problems[0]?.severity, 'error');
      assert.equal(marked(text, problems[0]), mark);
      assert.match(problems[0]!.message, message);
      assert.deepEqual(
        pairs.map((p) => p.name),
        text.includes('whole') ? ['whole'] : [],
      );
    });
  }

  test('reports two pairs of one name at the second, and keeps the first', () => {
    const text = `{"pairs": { ${WHOLE}, ${WHOLE.replace('a.gguf', 'c.gguf')} } }`;
    const { pairs, problems } = parsePairFile(text);
    assert.deepEqual(
      problems.map((p) => p.code),
      ['duplicate-pair'],
    );
    assert.equal(problems[0]?.span[0], text.lastIndexOf('"whole"'));
    assert.deepEqual(
      pairs.map((p) => p.models.baseline),
      [{ kind: 'gguf', gguf: 'a.gguf', trace: null, system: null }],
    );
  });

  test('warns of an unknown field, names the nearest, and still gives the pair', () => {
    const text = pair('"samplign": {}');
    const { pairs, problems } = parsePairFile(text);
    assert.equal(pairs.length, 1);
    assert.equal(problems[0]?.severity, 'warning');
    assert.match(problems[0]!.message, /did you mean “sampling”/);
    assert.equal(marked(text, problems[0]), '"samplign"');
  });
});

describe('broken JSON', () => {
  test('costs only the pair it stands in', () => {
    const text = `{ "pairs": {
      "one": { "baseline": { "gguf": "a" }, "reasoning": { "gguf": "b" } },
      "two": { "baseline": { "gguf": "a" }, "reasoning": { "gguf": oops } },
      "three": { "baseline": { "gguf": "a" }, "reasoning": { "gguf": "b" } }
    } }`;
    const { pairs, problems } = parsePairFile(text);
    assert.deepEqual(
      pairs.map((p) => p.name),
      ['one', 'three'],
    );
    assert.equal(lineAndColumn(text, problems[0]!.span[0]).line, 3);
    assert.equal(problems[0]?.code, 'json-syntax');
  });

  test('that only lacks a comma keeps the pairs beside it', () => {
    const text = `{ "pairs": { ${WHOLE} ${WHOLE.replace('whole', 'next')} } }`;
    const { pairs, problems } = parsePairFile(text);
    assert.deepEqual(
      pairs.map((p) => p.name),
      ['whole', 'next'],
    );
    assert.equal(problems.length, 1);
    assert.equal(problems[0]?.span[0], text.indexOf('"next"'));
  });

  test('that breaks off says so once, not that fields are missing', () => {
    const { pairs, problems } = parsePairFile('{ "pairs": { "a": { "baseline": { "gguf": "x" ');
    assert.deepEqual(pairs, []);
    assert.deepEqual(
      problems.map((p) => p.code),
      ['json-syntax'],
    );
  });

  test('of an empty file is one problem', () => {
    assert.equal(parsePairFile('').problems.length, 1);
    assert.equal(parsePairFile(' // nothing\n').problems.length, 1);
  });

  test('nested beyond reason is a problem, no exception', () => {
    assert.equal(parsePairFile('['.repeat(200_000)).problems[0]?.code, 'json-syntax');
  });
});

describe('a key written in the pair file', () => {
  const key = 'sk-very-secret-123';
  const text = remote(`{ "url": "https://api.lab.example/v1", "apiKey": "${key}", "model": "m" }`);
  const { pairs, problems } = parsePairFile(text);
  const [problem] = problems;

  test('is a warning at its place that does not quote it, and is not used', () => {
    assert.equal(problems.length, 1);
    assert.equal(problem?.code, 'literal-key');
    assert.equal(problem?.severity, 'warning');
    assert.equal(marked(text, problem), `"${key}"`);
    assert.ok(!JSON.stringify(pairs).includes(key));
    assert.ok(!JSON.stringify(problem).includes(key));
    const model = pairs[0]?.models.baseline;
    assert.equal(model?.kind === 'remote' && model.keyReference, null);
  });

  test('has fixes that end the warning: to the secret store, or to the environment', () => {
    for (const fix of problem!.fixes!) {
      const mended = applyEdits(text, fix.edits);
      assert.ok(!mended.includes(key));
      assert.deepEqual(parsePairFile(mended).problems, [], fix.title);
      assert.equal(parsePairFile(mended).pairs.length, 2);
    }
    const [toStore, toEnv] = problem!.fixes!;
    assert.equal(toStore?.store?.origin, 'https://api.lab.example');
    assert.equal(JSON.parse(text.slice(...toStore!.store!.span)), key);
    assert.match(applyEdits(text, toEnv!.edits), /"apiKey": "\$\{env:P_API_KEY\}"/);
  });

  test('in a URL is an error that does not quote it', () => {
    const { problems } = parsePairFile(remote(`{ "url": "https://me:${key}@h/v1", "model": "m" }`));
    assert.equal(problems[0]?.code, 'credentials-in-url');
    assert.ok(!JSON.stringify(problems).includes(key));
  });
});

test('any text gives problems within it, and never an exception', () => {
  const fragment = fc.constantFrom(
    ...[
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"pairs"',
      '"p"',
      '"baseline"',
      '"reasoning"',
      '"url"',
      '"gguf"',
      '"trace"',
    ],
    ...[
      '"http://h"',
      '"apiKey"',
      '"sampling"',
      '"seed"',
      '-1',
      '1e999',
      'null',
      '//',
      '/*',
      '\n',
      '"',
      '\\',
      '\uFEFF',
    ],
    '"__proto__"',
  );
  const soup = fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join(' '));
  const cut = fc.tuple(fc.nat(400), fc.nat(20), fc.string()).map(([at, drop, insert]) => {
    const text = remote('{ "url": "https://h/v1", "apiKey": "sk-123", "model": "m", "trace": ["a", "b"] }');
    return text.slice(0, at) + insert + text.slice(at + drop);
  });
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), soup, cut), (text) => {
      const { pairs, problems, places } = parsePairFile(text);
      for (const { span, message, fixes } of problems) {
        assert.ok(0 <= span[0] && span[0] <= span[1] && span[1] <= text.length, message);
        for (const edit of (fixes ?? []).flatMap((fix) => fix.edits)) {
          assert.ok(0 <= edit.span[0] && edit.span[0] <= edit.span[1] && edit.span[1] <= text.length);
        }
      }
      for (const pair of pairs) assert.ok(places.has(pair.name));
      if (problems.length === 0) assert.ok(pairs.length === places.size);
    }),
    { numRuns: 2000 },
  );
});
