import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createLargeSession } from '../../../src/host/promptSets/editor/largeSession.ts';
import { LineFile } from '../../../src/host/promptSets/editor/lineFile.ts';
import { expectations } from '../../../src/host/promptSets/editor/summary.ts';
import { FailureError } from '../../../src/shared/failure.ts';
import {
  keysOf,
  type PromptRow,
  type PromptSetContract,
  type SetFacts,
} from '../../../src/shared/promptSetView.ts';

const ALL = { text: '', sort: null };
const FACTS: SetFacts = {
  name: 'large.prompts.jsonl',
  readOnly: 'Too large.',
  canSort: false,
  pair: null,
  expectations: expectations(),
  actions: [],
};

let directory: string;
let files = 0;
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'driftscope-large-'));
});
after(() => rmSync(directory, { recursive: true, force: true }));

function fileOf(text: string): string {
  const path = join(directory, `${++files}.prompts.jsonl`);
  writeFileSync(path, text);
  return path;
}

describe('a file read by its lines', () => {
  it('has the rows that its text has, wherever it is asked', async () => {
    const line = fc.oneof(
      fc.constantFrom('', '  ', '\t', '\u00a0'),
      fc.string({ maxLength: 6 }),
      fc.constantFrom('äöü€𝄞', '{"id": 1}'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 300 }),
        fc.boolean(),
        fc.nat(),
        async (lines, hasEnd, seed) => {
          const clean = lines.map(([text, end]) => [text.replace(/[\r\n]/g, '.'), end] as const);
          let text = clean.map(([each, end]) => each + end).join('');
          if (!hasEnd) text = text.replace(/\r?\n$/, '');
          const expected = text
            .split('\n')
            .map((each, at) => ({ line: at, text: each.replace(/\r$/, '') }))
            .filter((each) => /[^ \t]/.test(each.text));
          const file = await LineFile.open(fileOf(text));
          for await (const share of file.index()) assert.ok(share <= 1);
          assert.equal(file.count, expected.length);
          const from = expected.length === 0 ? 0 : seed % expected.length;
          const read = await file.read(from, from + 100);
          assert.deepEqual(
            read.map(({ line: at, text: each }) => ({ line: at, text: each })),
            expected.slice(from, from + 100),
          );
          const all: string[] = [];
          for await (const each of file.rows()) all.push(each.text);
          assert.deepEqual(
            all,
            expected.map((each) => each.text),
          );
          await file.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a grid on a large file', () => {
  const ROWS = 40_000;
  const TEXT = Array.from(
    { length: ROWS },
    (_, i) =>
      `{"id": "s-${i}", "dimension": "${i % 4 === 0 ? 'safety' : 'reasoning'}", "input": "What is ${i} + 1? ${'word '.repeat(12)}"}\n`,
  ).join('');

  it('shows its first rows at once, all of them in the end, finds, and refuses to edit', async () => {
    const file = await LineFile.open(fileOf(TEXT));
    const events: [string, unknown][] = [];
    const session = createLargeSession({
      path: '/sets/large.prompts.jsonl',
      file,
      facts: async () => FACTS,
      results: () => ({ history: () => [], latest: () => null }),
      compare: async () => {},
      copy: async () => {},
      emit: (event, value) => void events.push([event, value]),
    });
    const done = session.start();
    const { calls } = session;
    const state = await calls.ready(ALL);
    assert.equal(state.first.length, 64);
    assert.equal((state.first[1] as Extract<PromptRow, { kind: 'sample' }>).id, 's-1');
    await done;
    // What came after the first answer was told: together it is every row, once.
    const spliced = events
      .filter(([event]) => event === 'spliced')
      .map(([, value]) => value as PromptSetContract['events']['spliced']);
    const keys = [...keysOf(state.order), ...spliced.flatMap(({ added }) => [...keysOf(added)])];
    assert.equal(keys.length, ROWS);
    assert.equal(new Set(keys).size, ROWS);
    const [, summary] = events.findLast(([event]) => event === 'summary')!;
    const { dimensions, read } = summary as PromptSetContract['events']['summary'];
    assert.equal(read, 1);
    assert.deepEqual(
      dimensions.map(({ dimension, samples }) => [dimension, samples]),
      [
        ['safety', ROWS / 4],
        ['reasoning', (ROWS * 3) / 4],
      ],
    );
    const again = await calls.ready(ALL, { key: ROWS - 2, id: '', index: ROWS - 2 });
    assert.equal(again.active, ROWS - 2);
    const [last] = await calls.rows(ROWS - 1, ROWS);
    assert.equal(last?.line, ROWS);
    await calls.query({ text: 'dim:safety id:s-399', sort: null });
    const [, reordered] = events.findLast(([event]) => event === 'reordered')!;
    const order = keysOf((reordered as PromptSetContract['events']['reordered']).order);
    assert.deepEqual([...order].slice(0, 2), [3_992, 3_996]);
    const found = await calls.rows(0, 2);
    assert.deepEqual(
      found.map((row) => row.kind === 'sample' && row.id),
      ['s-3992', 's-3996'],
    );
    await assert.rejects(
      async () => calls.remove([1]),
      (error) => error instanceof FailureError && error.failure.message === 'Too large.',
    );
    session.dispose();
    await file.close();
  });
});
