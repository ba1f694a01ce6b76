import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createComparisonStore } from '../../../src/host/compare/comparisonStore.ts';
import {
  type ComparisonEvent,
  type ComparisonState,
  initialComparison,
  reduceComparison,
} from '../../../src/shared/comparison.ts';
import type { ScoredPosition } from '../../../src/shared/drift.ts';
import { bySide, type Side } from '../../../src/shared/side.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'driftscope-store-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function comparison(id: string = randomUUID()): ComparisonState {
  return initialComparison({
    id,
    input: [{ role: 'user', content: '</script> “quotes”\u2028 𝄞' }],
    origin: { file: '/a/b.prompts.jsonl', sampleId: 's', line: 3 },
    pair: {
      name: 'p',
      method: 'rl',
      models: bySide(() => ({ kind: 'gguf', gguf: 'm.gguf', trace: null, system: null })),
      sampling: { temperature: 0, maxTokens: 8, seed: null, topP: null },
      lineage: null,
    },
  });
}

const position = (index: number, text: string): ScoredPosition => ({
  index,
  id: 5,
  text,
  segment: 'answer',
  status: 'exact',
  klForward: 0.1,
  klReverse: 0.2,
  jsd: 0.3,
  jsdMax: 0.3,
  surprisal: bySide(() => 1),
  rank: bySide(() => null),
  entropy: bySide(() => 1),
  coverage: bySide(() => 1),
  k: null,
  top: bySide(() => [{ id: 5, text, logprob: -1 }]),
});

test('a comparison comes back as it was kept', async () => {
  const store = createComparisonStore(join(directory, 'made', 'on demand'));
  const state = comparison();
  await store.save(state);
  await store.save({ ...state, done: true });
  assert.deepEqual(await store.load(state.request.id), { ...state, done: true });
});

test('a long one is written in pieces, and comes back whole', async () => {
  const store = createComparisonStore(directory);
  const positions = (author: Side, count: number) =>
    Array.from({ length: count }, (_, index) => position(index, author));
  const events: ComparisonEvent[] = [
    { type: 'scoring', author: 'reasoning' },
    { type: 'scored', author: 'reasoning', positions: positions('reasoning', 2_500) },
    { type: 'drift', author: 'reasoning', drift: { status: 'exact', coverage: null, summary: null } },
    { type: 'scoring', author: 'baseline' },
    { type: 'scored', author: 'baseline', positions: positions('baseline', 3) },
  ];
  const state = events.reduce(reduceComparison, comparison());
  await store.save(state);
  assert.deepEqual(await store.load(state.request.id), state);
  const lines = readFileSync(join(directory, `${state.request.id}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
  assert.equal(lines.length, 1 + 3 + 1);
});

test('saved twice at once, the later one stays', async () => {
  const store = createComparisonStore(directory);
  const state = comparison();
  await Promise.all([store.save(state), store.save({ ...state, done: true })]);
  assert.equal((await store.load(state.request.id))?.done, true);
  assert.equal(readdirSync(directory).length, 1);
});

test('only the last ones stay', async () => {
  const store = createComparisonStore(directory, 2);
  const [first, second, third] = [comparison(), comparison(), comparison()];
  for (const [index, state] of [first, second, third].entries()) {
    await store.save(state!);
    const time = new Date(2026, 0, 1 + index);
    if (state !== third) utimesSync(join(directory, `${state!.request.id}.jsonl`), time, time);
  }
  assert.equal(await store.load(first!.request.id), null);
  assert.notEqual(await store.load(second!.request.id), null);
  assert.notEqual(await store.load(third!.request.id), null);
  assert.equal(readdirSync(directory).length, 2);
});

test('what is missing, broken or of another version is none', async () => {
  const store = createComparisonStore(directory);
  const id = randomUUID();
  assert.equal(await store.load(id), null);
  for (const text of ['', '{"version": 1, "sta', '{"version": 0, "state": {}}', 'null']) {
    writeFileSync(join(directory, `${id}.jsonl`), text);
    assert.equal(await store.load(id), null, text);
  }
});

test('the newest that fits is found', async () => {
  const store = createComparisonStore(directory);
  assert.equal(await createComparisonStore(join(directory, 'none')).find(() => true), null);
  const [first, second] = [comparison(), comparison()];
  await store.save(first!);
  const before = new Date(2026, 0, 1);
  utimesSync(join(directory, `${first!.request.id}.jsonl`), before, before);
  await store.save(second!);
  writeFileSync(join(directory, `${randomUUID()}.jsonl`), 'broken');
  assert.deepEqual(await store.find(() => true), second);
  assert.deepEqual(await store.find(({ request }) => request.id === first!.request.id), first);
  assert.equal(await store.find(() => false), null);
});

test('an id that is none names no file', async () => {
  const store = createComparisonStore(join(directory, 'comparisons'));
  writeFileSync(join(directory, 'secret.jsonl'), '{"version":1,"state":{"done":true}}');
  assert.equal(await store.load('../secret'), null);
  await assert.rejects(store.save(comparison('../evil')));
  assert.deepEqual(readdirSync(directory), ['secret.jsonl']);
});
