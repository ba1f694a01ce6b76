import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { driftOfScores, readScores } from '../../../src/core/audit/batch/scores.ts';
import { type ScorableText, scorableText } from '../../../src/core/audit/batch/scoringLines.ts';
import { fakeGeneration } from '../../fakes/runs.ts';

/** vLLM's answer over a prompt of `before` tokens and these: the nth is said to have n tenths of a nat. */
function scored(before: number, tokens: [id: number, decoded: string][], rest: object = {}) {
  const all: [number, string][] = [
    ...Array.from({ length: before }, (): [number, string] => [9, '<s>']),
    ...tokens,
  ];
  const entry = ([id, decoded_token]: [number, string], t: number) => ({
    [id]: { logprob: -(t - before) / 10, rank: 1, decoded_token },
  });
  return {
    prompt_logprobs: all.map((token, t) => (t === 0 ? null : entry(token, t))),
    prompt_token_ids: all.map(([id]) => id),
    ...rest,
  };
}

const text = (content: string): ScorableText => ({ content, tokens: null, rebuilt: false });
const surprisals = ({ rows }: ReturnType<typeof readScores>) =>
  rows.map(({ logprob }) => Math.round(-10 * logprob!));

describe('a text is found at the end of a scored prompt', () => {
  test('where its tokens are told by their texts', () => {
    const found = readScores(
      scored(3, [
        [5, 'It'],
        [6, ' is'],
        [7, ' so'],
      ]),
      text('It is so'),
      null,
      20,
    );
    assert.deepEqual(
      found.tokens.map(({ id, text }) => [id, text]),
      [
        [5, 'It'],
        [6, ' is'],
        [7, ' so'],
      ],
    );
    assert.deepEqual(surprisals(found), [0, 1, 2], 'position t is that of token t');
    assert.equal(found.note, 'Its text was tokenized again.');
  });

  test('also where tokens drop their space, or are halves of a character', () => {
    const spaces = readScores(
      scored(2, [
        [5, 'It'],
        [6, 'is'],
        [7, 'so'],
      ]),
      text('It is so'),
      null,
      20,
    );
    assert.deepEqual(
      spaces.tokens.map(({ text }) => text),
      ['It', ' is', ' so'],
    );
    const halves = readScores(
      scored(2, [
        [5, 'A'],
        [6, '\uFFFD'],
        [7, '\uFFFD'],
        [8, ' b'],
      ]),
      text('A😀 b'),
      null,
      20,
    );
    assert.deepEqual(halves.tokens.map(({ text }) => text).join(''), 'A😀 b');
    assert.deepEqual(surprisals(halves), [0, 1, 2, 3]);
  });

  test('and white space at its end may be gone', () => {
    const found = readScores(
      scored(2, [
        [5, 'Yes'],
        [6, '.'],
      ]),
      text('Yes.\n\n'),
      null,
      20,
    );
    assert.deepEqual(
      found.tokens.map(({ id }) => id),
      [5, 6],
    );
    const { generation } = fakeGeneration('Yes no \n');
    generation.tokens.push(
      { id: 77, text: ' \n', segment: 'answer' },
      { id: 99, text: '', segment: 'control' },
    );
    const known = scorableText(generation, null);
    assert.equal(known.tokens!.length, 3, 'the end of the turn is no text');
    const trimmed = readScores(
      scored(2, [
        [0, 'Yes'],
        [1, ' no'],
      ]),
      known,
      null,
      20,
    );
    assert.deepEqual([trimmed.tokens.map(({ id }) => id), trimmed.note], [[0, 1], undefined]);
  });

  test('by what the author wrote, or it says that it was cut into others', () => {
    const { generation } = fakeGeneration('one two');
    const own = scorableText(generation, null);
    const same = readScores(
      scored(2, [
        [0, 'one'],
        [1, ' two'],
      ]),
      own,
      null,
      20,
    );
    assert.equal(same.note, undefined);
    const other = readScores(
      scored(2, [
        [4, 'one '],
        [5, 'two'],
      ]),
      own,
      null,
      20,
    );
    assert.equal(other.note, 'Its text was tokenized again, into other tokens than it was written in.');
  });

  test('or its line has failed, in words', () => {
    const fails = (body: object, what: RegExp) =>
      assert.throws(() => readScores({ ...body }, text('It is'), null, 20), what);
    fails({ choices: [] }, /no prompt_logprobs/);
    fails(
      scored(2, [
        [5, 'It'],
        [6, ' was'],
      ]),
      /does not end with the text/,
    );
    fails(
      scored(
        2,
        [
          [5, 'It'],
          [6, ' is'],
        ],
        { prompt_token_ids: null },
      ),
      /no prompt_token_ids/,
    );
    fails(
      scored(
        2,
        [
          [5, 'It'],
          [6, ' is'],
        ],
        { prompt_token_ids: [1, 2] },
      ),
      /log-probabilities of 4 of 2 tokens/,
    );
    const raw = scored(2, [
      [5, 'It'],
      [6, ' is'],
    ]);
    raw.prompt_logprobs[3] = { 6: { logprob: 4, rank: 1, decoded_token: ' is' } };
    fails(raw, /it has a log-probability of 4, above 0/);
  });
});

test('what two models cut into other tokens has no KL', async () => {
  const baseline = readScores(
    scored(2, [
      [5, 'It'],
      [6, ' is'],
    ]),
    text('It is'),
    null,
    20,
  );
  const reasoning = readScores(
    scored(9, [
      [5, 'It'],
      [8, ' is'],
    ]),
    text('It is'),
    null,
    20,
  );
  const drift = await driftOfScores({ baseline, reasoning }, {});
  assert.equal(drift.status, 'unavailable');
  assert.match(drift.reason!, /tokenizers cut this text into different tokens/);
  const same = await driftOfScores({ baseline, reasoning: baseline }, {});
  assert.equal(same.status, 'bound');
  assert.deepEqual([same.positions.length, same.note], [2, 'Its text was tokenized again.']);
});
