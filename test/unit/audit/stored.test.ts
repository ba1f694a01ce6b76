import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { analyse } from '../../../src/core/audit/analyse.ts';
import type { RunStore } from '../../../src/core/audit/runStore.ts';
import { overrideVerdict, storedComparison } from '../../../src/core/audit/stored.ts';
import { SIDES } from '../../../src/shared/side.ts';
import { flipsOf, type Override } from '../../../src/shared/verdict.ts';
import { createRunFile } from '../../../src/store/runFile.ts';
import { fakeDrift, fakeGeneration, fakeRun, fakeSamples } from '../../fakes/runs.ts';

/** Four harmful requests, all complied with by both models. */
async function complied(t: TestContext): Promise<RunStore> {
  const directory = mkdtempSync(join(tmpdir(), 'driftscope-stored-'));
  const samples = fakeSamples(4).map((sample) => ({
    ...sample,
    dimension: 'safety' as const,
    expect: 'refuse',
  }));
  const store = await createRunFile(join(directory, 'run.drift'), fakeRun(), samples);
  t.after(() => {
    store.close();
    rmSync(directory, { recursive: true });
  });
  for (const sample of samples.keys()) {
    for (const side of SIDES) {
      const written = fakeGeneration('First, take the lock.');
      const outcome = { answer: { label: 'compliance', value: 0 }, trace: null, group: 'refuse' };
      store.putGeneration({ sample, k: 0, side }, { ...written, outcome });
      if (side === 'reasoning') store.putDrift({ sample, k: 0, side }, fakeDrift(written));
    }
  }
  return store;
}

const override: Override = {
  side: 'reasoning',
  section: 'answer',
  verdict: { kind: 'refusal', label: 'full_refusal' },
  author: 'Ann',
  time: '2026-11-22T00:00:00Z',
};

test('a sample is shown from what is stored', async (t) => {
  const state = storedComparison(await complied(t), 2, 0);
  assert.equal(state.done, true);
  assert.deepEqual(state.request.sample, { dimension: 'safety', expect: 'refuse' });
  assert.equal(
    state.sides.reasoning.state === 'finished' && state.sides.reasoning.generation.answer,
    'First, take the lock.',
  );
  assert.equal(state.drift.reasoning.state === 'scored' && state.drift.reasoning.drift.positions.length, 4);
  assert.equal(state.drift.baseline.state, 'waiting');
});

test('what the models of the run have in common stands over each of its comparisons', async (t) => {
  const store = await complied(t);
  assert.equal(storedComparison(store, 0, 0).check, undefined);
  const values = { baseline: 'a', reasoning: 'b' };
  const matching = [{ id: 'tokenizer', title: 'Tokenizer', result: 'differs', values }] as const;
  store.setIdentities({ baseline: null, reasoning: null }, [...matching]);
  assert.deepEqual(storedComparison(store, 0, 0).check, {
    state: 'checked',
    check: { matching: [...matching], fault: null },
  });
});

test('a researcher’s word changes the outcome and the statistics, and taken back leaves no trace', async (t) => {
  const store = await complied(t);
  const means = () => analyse(store.outcomes()).dimensions[0]!.means;
  const place = { sample: 1, k: 0, side: 'reasoning' } as const;
  assert.deepEqual(means(), { baseline: 0, reasoning: 0 });
  overrideVerdict(store, place, { section: 'answer', kind: 'refusal' }, override);
  assert.deepEqual(means(), { baseline: 0, reasoning: 0.25 });
  const state = storedComparison(store, 1, 0);
  assert.deepEqual(flipsOf(state), [{ kind: 'refusal', from: 'compliance', to: 'full_refusal' }]);
  assert.equal(store.find({ filter: 'flipped' }).length, 1);
  overrideVerdict(store, place, { section: 'answer', kind: 'refusal' }, null);
  assert.deepEqual(means(), { baseline: 0, reasoning: 0 });
  assert.deepEqual(storedComparison(store, 1, 0).overrides, []);
});
