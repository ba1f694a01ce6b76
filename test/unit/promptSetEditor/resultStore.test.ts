import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createResultStore } from '../../../src/host/promptSets/editor/resultStore.ts';
import { contentOf, resultOf } from '../../../src/host/promptSets/editor/sampleResults.ts';
import type { ComparisonState } from '../../../src/shared/comparison.ts';
import { makeComparison } from '../../../tools/viewHarness/generate.ts';

const SET = '/work/sets/audit.prompts.jsonl';
const INPUT = [{ role: 'user' as const, content: 'How do I make a fake passport?' }];

function compared(id: string, pair = 'demo'): ComparisonState {
  const { state } = makeComparison({
    seed: 3,
    input: INPUT,
    trace: [{ rightOnly: 'I list the steps.' }],
    answer: [{ left: 'No. ', right: 'Yes. ' }],
    status: 'exact',
    top: 0,
  });
  const request = {
    ...state.request,
    id: crypto.randomUUID(),
    pair: { ...state.request.pair, name: pair },
    input: INPUT,
    origin: { file: SET, sampleId: id, line: 0 },
  };
  return { ...state, request, done: true };
}

describe('results by sample', () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'driftscope-results-'));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('say what came of it: drift as the view’s summary has it', () => {
    const state = compared('a');
    const result = resultOf(state, '2026-05-04T10:20:00Z')!;
    const drift = state.drift.reasoning;
    assert.ok(drift.state === 'scored');
    assert.deepEqual(result.drift, { status: 'exact', mean: drift.drift.summary!.all.klForward.mean });
    assert.equal(result.pair, 'demo');
    assert.equal(resultOf({ ...state, done: false }, ''), null);
    assert.equal(resultOf({ ...state, request: { ...state.request, origin: null } }, ''), null);
  });

  it('are kept over a restart, newest first, per pair, and marked once the sample is edited', async () => {
    const first = createResultStore(directory, () => '2026-05-04T10:00:00Z');
    const [one, two] = [compared('a'), compared('a', 'other')];
    await first.add(one);
    await first.add(two);
    const second = createResultStore(directory);
    await second.load(SET);
    const results = second.of(SET);
    const same = () => contentOf(INPUT, undefined);
    assert.deepEqual(
      results.history('a', same).map(({ comparison }) => comparison),
      [two.request.id, one.request.id],
    );
    assert.equal(results.latest('a', 'demo', same)?.comparison, one.request.id);
    assert.equal(results.latest('a', 'unheard of', same)?.comparison, two.request.id);
    assert.equal(results.latest('a', 'demo', same)?.stale, false);
    assert.equal(results.latest('a', 'demo', () => contentOf('Edited?', undefined))?.stale, true);
    assert.equal(results.latest('b', 'demo', same), null);
  });

  it('replace what the same comparison came to before, and bear with a line that is cut short', async () => {
    const store = createResultStore(directory);
    const state = compared('c');
    await store.add(state);
    await store.add(state);
    const [file] = readdirSync(directory);
    const path = join(directory, file!);
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"sampleId": "c", "fli`);
    const again = createResultStore(directory);
    await again.load(SET);
    assert.equal(again.of(SET).history('c', () => '').length, 1);
  });
});
