import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readChunk } from '../../../src/core/endpoints/chunk.ts';
import { collector } from '../../../src/core/endpoints/collect.ts';
import {
  type Piece,
  segmentTokens,
  splitPieces,
  splitTrace,
  type TraceOptions,
  traceSplitter,
} from '../../../src/core/endpoints/trace.ts';
import type { TraceDelimiters } from '../../../src/shared/pair.ts';

const THINK: TraceDelimiters = ['<think>', '</think>'];
const GPT_OSS: TraceDelimiters = [
  '<|channel|>analysis<|message|>',
  '<|end|><|start|>assistant<|channel|>final<|message|>',
];

function stream(chunks: string[], delimiters: TraceDelimiters | null, options?: TraceOptions): Piece[] {
  const splitter = traceSplitter(delimiters, options);
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

function merged(pieces: Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last?.segment === piece.segment) last.text += piece.text;
    else result.push({ ...piece });
  }
  return result;
}

const joined = (pieces: Piece[], segment?: string) =>
  pieces
    .filter((piece) => segment === undefined || piece.segment === segment)
    .map((piece) => piece.text)
    .join('');

describe('splitTrace', () => {
  const cases: [
    name: string,
    text: string,
    delimiters: TraceDelimiters | null,
    options: TraceOptions,
    trace: string | null,
    answer: string,
  ][] = [
    ['a trace and an answer', '<think>a b</think>c', THINK, {}, 'a b', 'c'],
    ['white space is kept exactly', '<think>\na\n</think>\n\nc', THINK, {}, '\na\n', '\n\nc'],
    ['white space before the trace is no answer', ' \n<think>a</think>c', THINK, {}, 'a', 'c'],
    ['an unclosed trace has no answer', '<think>a b', THINK, {}, 'a b', ''],
    ['a half-written closing delimiter belongs to the trace', '<think>a</thi', THINK, {}, 'a</thi', ''],
    ['no delimiter: all answer', 'a b', THINK, {}, null, 'a b'],
    ['no delimiters declared: all answer', '<think>a</think>c', null, {}, null, '<think>a</think>c'],
    ['an empty trace is a trace', '<think></think>c', THINK, {}, '', 'c'],
    ['nothing', '', THINK, {}, null, ''],
    ['nothing, opened by the template', '', THINK, { opened: true }, null, ''],
    ['opened by the template', 'a</think>c', THINK, { opened: true }, 'a', 'c'],
    ['opened by the template, never closed', 'a', THINK, { opened: true }, 'a', ''],
    [
      'opened by the template, and again by the model',
      '\n<think>a</think>c',
      THINK,
      { opened: true },
      'a',
      'c',
    ],
    ['closed without being opened', 'a</think>c', THINK, {}, 'a', 'c'],
    ['closed without being opened, guessed delimiters', 'a</think>c', THINK, { leading: true }, 'a', 'c'],
    [
      'a second pair is text of the answer',
      '<think>a</think>c<think>d</think>',
      THINK,
      {},
      'a',
      'c<think>d</think>',
    ],
    ['declared delimiters may come late', 'b<think>a</think>c', THINK, {}, 'a', 'bc'],
    ['guessed ones may not', 'b<think>a</think>c', THINK, { leading: true }, null, 'b<think>a</think>c'],
    [
      'channels',
      '<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>c',
      GPT_OSS,
      {},
      'a',
      'c',
    ],
    ['a false start of the closing delimiter', '<think>a<</think>c', THINK, {}, 'a<', 'c'],
  ];
  for (const [name, text, delimiters, options, trace, answer] of cases) {
    test(name, () => assert.deepEqual(splitTrace(text, delimiters, options), { trace, answer }));
  }
});

// Text in which delimiters, and parts of them, are frequent.
const text = fc
  .array(
    fc.constantFrom('<think>', '</think>', '<', '</', 'think>', '<thi', ' ', '\n', 'a', 'né', '😀', '>'),
    {
      maxLength: 14,
    },
  )
  .map((parts) => parts.join(''));
const options = fc.record({ opened: fc.boolean(), leading: fc.boolean() });

/** `whole` cut at arbitrary places, empty chunks included. */
function chunksOf(whole: string, cuts: number[]): string[] {
  const at = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  return at.slice(1).map((end, index) => whole.slice(at[index], end));
}

describe('traceSplitter', () => {
  test('gives the same split for any chunks, and every character once', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), options, (whole, cuts, options) => {
        const pieces = stream(chunksOf(whole, cuts), THINK, options);
        assert.equal(joined(pieces), whole);
        assert.ok(pieces.every((piece) => piece.text !== ''));
        assert.deepEqual(merged(pieces), merged(stream([whole], THINK, options)));
      }),
      { numRuns: 2000 },
    );
  });

  test('character by character, holds back less than a delimiter and the white space before it', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const splitter = traceSplitter(THINK);
        let seen = 0;
        for (let i = 0; i < whole.length; i++) {
          seen += joined(splitter.push(whole[i] ?? '')).length;
          const unseen = whole.slice(seen, i + 1);
          assert.ok(unseen.trimStart().length < 8, JSON.stringify(unseen));
        }
      }),
    );
  });

  test('shows text at once where no delimiter can begin', () => {
    const splitter = traceSplitter(THINK);
    assert.deepEqual(splitter.push('<think>one'), [
      { segment: 'control', text: '<think>' },
      { segment: 'trace', text: 'one' },
    ]);
    assert.deepEqual(splitter.push(' two <'), [{ segment: 'trace', text: ' two ' }]);
    assert.deepEqual(splitter.push(' three'), [{ segment: 'trace', text: '< three' }]);
  });
});

describe('segmentTokens', () => {
  const segments = (tokens: string[], special: number[] = [], options?: TraceOptions) =>
    segmentTokens(
      tokens,
      tokens.map((_, index) => special.includes(index)),
      THINK,
      options,
    ).map((segment) => segment[0]);

  test('delimiters of one token', () => {
    const tokens = ['<think>', 'a', ' b', '</think>', '\n\n', 'c', '<|im_end|>'];
    assert.deepEqual(segments(tokens, [0, 3, 6]), ['c', 't', 't', 'c', 'a', 'a', 'c']);
  });

  test('delimiters of several tokens', () => {
    assert.deepEqual(segments(['<', 'think', '>', 'a', '</', 'think', '>', 'c']), [
      ...['c', 'c', 'c', 't', 'c', 'c', 'c', 'a'],
    ]);
  });

  test('a token that straddles the border of a delimiter is control', () => {
    assert.deepEqual(segments(['<think', '>\n', 'a', '.</', 'think', '>c', 'd']), [
      ...['c', 'c', 't', 'c', 'c', 'c', 'a'],
    ]);
  });

  test('half a character belongs with the half that completes it', () => {
    assert.deepEqual(segments(['<think>', '', '😀', '</think>', '', 'é']), ['c', 't', 't', 'c', 'a', 'a']);
  });

  test('a trace that the template opened and nobody declared', () => {
    assert.deepEqual(segments(['a', '</think>', 'c']), ['t', 'c', 'a']);
  });

  test('where delimiters fall on token borders, trace and answer tokens joined are trace and answer', () => {
    const token = fc.constantFrom('<think>', '</think>', ' ', '\n', 'a', 'né', '😀', '', '<|end|>');
    fc.assert(
      fc.property(fc.array(token, { maxLength: 16 }), options, (tokens, options) => {
        const special = tokens.map(() => false);
        const result = segmentTokens(tokens, special, THINK, options);
        const of = (segment: string) => tokens.filter((_, index) => result[index] === segment).join('');
        const { trace, answer } = splitTrace(tokens.join(''), THINK, options);
        assert.equal(of('trace'), trace ?? '');
        assert.equal(of('answer'), answer);
      }),
      { numRuns: 2000 },
    );
  });

  test('for any tokens: one segment each, and only whole trace or answer tokens are called so', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), options, (whole, cuts, options) => {
        const tokens = chunksOf(whole, cuts);
        const result = segmentTokens(
          tokens,
          tokens.map(() => false),
          THINK,
          options,
        );
        const perUnit = splitPieces(whole, THINK, options).flatMap((piece) =>
          Array.from({ length: piece.text.length }, () => piece.segment),
        );
        assert.equal(result.length, tokens.length);
        let at = 0;
        for (const [index, token] of tokens.entries()) {
          const units = new Set(perUnit.slice(at, at + token.length));
          if (units.size > 0) assert.equal(result[index], units.size === 1 ? [...units][0] : 'control');
          at += token.length;
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('gpt-oss channels', () => {
  const TEXT = '<|channel|>analysis<|message|>17+25<|end|><|start|>assistant<|channel|>final<|message|>42';
  const content = (text: string) => ({
    ...{ reasoning: '', content: text, tokens: [], told: [], finishReason: null, traceOpened: false },
  });

  test('are told by how the text begins, however it is cut', () => {
    for (const size of [1, 5, 1000]) {
      const collecting = collector(null);
      const shown: ReturnType<typeof collecting.add> = [];
      for (let at = 0; at < TEXT.length; at += size) {
        shown.push(...collecting.add(content(TEXT.slice(at, at + size)), at));
      }
      shown.push(...collecting.end());
      const joined = (segment: string) =>
        shown.flatMap((delta) => (delta.segment === segment ? delta.text : [])).join('');
      assert.deepEqual([joined('trace'), joined('answer')], ['17+25', '42']);
      const { trace, answer, raw } = collecting.collected();
      assert.deepEqual([trace, answer, raw], ['17+25', '42', TEXT]);
    }
  });

  test('are not taken for granted: other text that begins alike is an answer', () => {
    const collecting = collector(null);
    const shown = [...collecting.add(content('<|chan'), 0), ...collecting.end()];
    assert.deepEqual(shown, [{ type: 'delta', segment: 'answer', text: '<|chan', tokens: 1 }]);
  });

  test('shows content once where the server set the trace apart', () => {
    const collecting = collector(null);
    const shown = [
      ...collecting.add({ ...content(''), reasoning: 'hm' }, 0),
      ...collecting.add(content('<'), 1),
      ...collecting.add(content('b>'), 2),
      ...collecting.end(),
    ];
    assert.equal(shown.flatMap((delta) => (delta.segment === 'answer' ? delta.text : [])).join(''), '<b>');
  });
});

describe('other names of the trace', () => {
  test('are read, and not added up', () => {
    const read = (delta: object) => readChunk({ choices: [{ delta }] }).reasoning;
    assert.equal(read({ thinking: 'a' }), 'a');
    assert.equal(
      read({ reasoning_details: [{ type: 'reasoning.text', text: 'a' }, { summary: 'b' }, { data: 'x' }] }),
      'ab',
    );
    assert.equal(read({ reasoning: 'a', reasoning_details: [{ text: 'a' }] }), 'a');
  });

  test('are told with the trace, as are the delimiters that stand in the text', () => {
    const collected = (delta: object) => {
      const collecting = collector(null);
      collecting.add(readChunk({ choices: [{ delta }] }), 1);
      collecting.end();
      return collecting.collected().traceIn;
    };
    for (const field of ['reasoning_content', 'reasoning', 'thinking']) {
      assert.deepEqual(collected({ [field]: 'a', content: 'b' }), { field });
    }
    assert.deepEqual(collected({ reasoning_details: [{ text: 'a' }] }), { field: 'reasoning_details' });
    assert.deepEqual(collected({ content: '<think>a</think>b' }), { delimiters: ['<think>', '</think>'] });
    assert.equal(collected({ content: 'b' }), null);
  });
});
