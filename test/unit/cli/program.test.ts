import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isOldNode } from '../../../src/cli/relaunch.ts';
import { driftscope } from './commandLine.ts';

describe('the program', () => {
  test('prints its version and its help on stdout', async (t) => {
    for (const args of [['--version'], ['-V']]) {
      assert.deepEqual((await driftscope(t, args)).stdout, '1.2.3\n');
    }
    for (const args of [['--help'], ['-h'], ['help']]) {
      const { code, stdout, stderr } = await driftscope(t, args);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /^driftscope: did turning[\s\S]*compare[\s\S]*score/);
    }
  });

  test('prints the help of a command, however it is asked for', async (t) => {
    const help = (await driftscope(t, ['help', 'compare'])).stdout;
    assert.match(help, /Usage: driftscope compare --pair NAME --prompt TEXT/);
    assert.equal((await driftscope(t, ['compare', '--help'])).stdout, help);
    assert.equal((await driftscope(t, ['compare', '--pair', 'demo', '-h'])).stdout, help);
  });

  const wrong: [args: string[], message: RegExp][] = [
    [[], /no command is given/],
    [['comapre'], /unknown command "comapre"; did you mean compare\?/],
    [['--verison'], /unknown option "--verison"; did you mean --version\?/],
    [['help', 'scroe'], /unknown command "scroe"; did you mean score\?/],
    [['help', 'score', 'x'], /unexpected argument "x"/],
    [['compare'], /--pair is missing/],
    [['compare', '--pair', 'demo'], /--prompt is missing/],
    [['compare', '--pair', 'demo', '--prompt', ' '], /--prompt is empty/],
    [['compare', '--pair', 'demo', '--set', 'f'], /--id is missing/],
    [['compare', '--pair', 'demo', '--id', 'a'], /--set is missing/],
    [['compare', '--pair', 'demo', '--prompt', 'x', '--id', 'a'], /--prompt goes without --set and --id/],
    [['compare', '--pair', 'demo', '--promt', 'x'], /unknown option "--promt"; did you mean --prompt\?/],
    [
      ['compare', '--pair', 'demo', '--prompt', 'x', '--top', '0'],
      /--top needs a whole number of at least 1/,
    ],
    [
      ['compare', '--pair', 'demo', '--prompt', 'x', '--threshold', '-1'],
      /--threshold needs a number of at least 0/,
    ],
    [['score', '--pair', 'demo'], /--text-file is missing/],
    [['score', '--pair', 'demo', '--text-file', 'a', 'b'], /unexpected argument "b"/],
    [['compare', '--pair', 'demo', '\u001b[2J'], /unexpected argument "\\u001b\[2J"/],
  ];
  for (const [args, message] of wrong) {
    test(`says in one line what is wrong with: ${JSON.stringify(args)}`, async (t) => {
      const { code, stdout, stderr, opened } = await driftscope(t, args);
      assert.deepEqual([code, stdout, opened.length], [2, '', 0]);
      assert.match(stderr, message);
      assert.match(stderr, /^driftscope: .* \(see: driftscope help( compare| score)?\)\n$/);
    });
  }
});

test('a Node before 22.13, which has SQLite behind a flag or not at all, is old', () => {
  const versions = ['18.0.0', '20.19.1', '22.5.0', '22.12.0', '22.13.0', '24.1.0'];
  assert.deepEqual(versions.map(isOldNode), [true, true, true, true, false, false]);
});
