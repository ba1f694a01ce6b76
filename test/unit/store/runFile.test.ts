import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, type TestContext, test } from 'node:test';
import type { RunStore } from '../../../src/core/audit/runStore.ts';
import type { RunPlace } from '../../../src/shared/audit.ts';
import { INFINITE_NATS } from '../../../src/shared/drift.ts';
import { FailureError } from '../../../src/shared/failure.ts';
import type { SampleQuery } from '../../../src/shared/sampleRows.ts';
import { createRunFile, openRunFile, readRunFile } from '../../../src/store/runFile.ts';
import { fakeDrift, fakeGeneration, fakeRun, fakeSamples } from '../../fakes/runs.ts';

function scratch(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'driftscope-store-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, 'run.drift');
}

async function newRun(t: TestContext, samples = 3, rest = {}): Promise<{ path: string; store: RunStore }> {
  const path = scratch(t);
  const store = await createRunFile(path, fakeRun(rest), fakeSamples(samples));
  t.after(() => store.close());
  return { path, store };
}

const place = (sample: number, side: RunPlace['side'] = 'baseline', k = 0): RunPlace => ({ sample, k, side });

describe('a run file', () => {
  test('takes nothing from the log of a file that had its name', async (t) => {
    const path = scratch(t);
    const before = await createRunFile(path, fakeRun({ generations: 1 }), fakeSamples(2));
    before.setScoring({ top: 5, threshold: 0.5 });
    const log = readFileSync(`${path}-wal`);
    assert.ok(log.length > 0);
    before.close();
    rmSync(path);
    writeFileSync(`${path}-wal`, log);
    const store = await createRunFile(path, fakeRun({ generations: 3 }), fakeSamples(4));
    t.after(() => store.close());
    assert.deepEqual([store.info().generations, store.info().scoring, store.size], [3, null, 4]);
  });

  test('gets its name once it is whole: nobody finds a part of one, also after a kill', async (t) => {
    const path = scratch(t);
    const found: boolean[] = [];
    function* samples() {
      for (const sample of fakeSamples(3)) {
        found.push(existsSync(path));
        yield sample;
      }
    }
    // What a kill leaves.
    for (const name of [`${path}-new`, `${path}-new-wal`]) writeFileSync(name, 'half of a page');
    const store = await createRunFile(path, fakeRun(), samples());
    t.after(() => store.close());
    assert.deepEqual(found, [false, false, false]);
    assert.equal(store.size, 3);
    assert.deepEqual(
      readdirSync(dirname(path)).filter((name) => name.includes('-new')),
      [],
    );
  });

  test('gives back what was put in', async (t) => {
    const { path, store } = await newRun(t, 3, { generations: 2 });
    const written = fakeGeneration('It is 4, 🙂 I think', {
      trace: 'Hm.',
      raw: `<think>${'Hm. ü '.repeat(99)}</think>It is 4`,
    });
    const drift = fakeDrift(written);
    drift.positions[1]!.klForward = INFINITE_NATS;
    drift.positions[2]!.status = 'bound';
    drift.positions[2]!.jsdMax = 0.5;
    drift.positions[2]!.k = 1_000;
    drift.positions[2]!.coverage = { baseline: 0.5, reasoning: 0.25 };
    drift.positions[2]!.top.baseline = [
      { id: -1, text: 'a', logprob: -1 },
      { id: -1, text: 'b', logprob: -2 },
    ];
    store.putGeneration(place(1, 'reasoning', 1), written);
    store.putDrift(place(1, 'reasoning', 1), drift);
    store.close();

    const again = readRunFile(path);
    t.after(() => again.close());
    assert.deepEqual(again.info(), fakeRun({ generations: 2 }));
    assert.deepEqual([...again.samples()], fakeSamples(3));
    const read = again.generation(place(1, 'reasoning', 1))!;
    assert.deepEqual(read.generation, written.generation);
    assert.deepEqual(read.outcome, written.outcome);
    assert.equal(read.annotations?.answer?.refusal.probabilities.compliance, 0.987654);
    assert.deepEqual(again.drift(place(1, 'reasoning', 1)), drift);
    assert.equal(again.generation(place(1, 'reasoning', 0)), null);
    assert.deepEqual(again.progress(), { total: 12, done: 1, failed: 0, scored: 1, scoringFailed: 0 });
  });

  test('knows what is missing, page by page', async (t) => {
    const { store } = await newRun(t, 3, { generations: 2 });
    store.putGeneration(place(0, 'baseline', 1), fakeGeneration('4'));
    store.putGeneration(
      place(1),
      fakeGeneration('', { finish: 'failed', failure: { kind: 'timeout', message: 'Late.' } }),
    );
    const names = (query: { after?: RunPlace; limit?: number; failed?: boolean }) =>
      store
        .missing('baseline', { after: null, limit: 10, failed: false, ...query })
        .map(({ sample, k }) => `${sample}/${k}`);
    assert.deepEqual(names({}), ['0/0', '1/1', '2/0', '2/1']);
    assert.deepEqual(names({ failed: true }), ['0/0', '1/0', '1/1', '2/0', '2/1']);
    assert.deepEqual(names({ limit: 2 }), ['0/0', '1/1']);
    assert.deepEqual(names({ after: place(1, 'baseline', 1) }), ['2/0', '2/1']);
    assert.equal(store.missing('reasoning', { after: null, limit: 10, failed: false }).length, 6);
  });

  test('scores what was generated, once; what failed is asked for', async (t) => {
    const { store } = await newRun(t);
    const written = fakeGeneration('It is 4');
    for (const side of ['baseline', 'reasoning'] as const) store.putGeneration(place(0, side), written);
    store.putGeneration(place(1), fakeGeneration('', { finish: 'failed' }));
    assert.equal(store.unscored({ limit: 10, failed: false }).length, 2);
    assert.deepEqual(store.unscored({ limit: 1, failed: false, except: new Set(['0/0/baseline']) }), [
      place(0, 'reasoning'),
    ]);
    store.putDrift(place(0), fakeDrift(written));
    store.putDrift(place(0, 'reasoning'), { failure: { kind: 'timeout', message: 'Late.' } });
    assert.deepEqual(store.unscored({ limit: 10, failed: false }), []);
    assert.deepEqual(store.unscored({ limit: 10, failed: true }), [place(0, 'reasoning')]);
    store.putGeneration(place(0), written);
    assert.deepEqual(store.unscored({ limit: 10, failed: false }), [place(0)], 'a new text has no drift yet');
    assert.equal(store.drift(place(0)), null);
  });

  test('tells outcomes in order, and rows as they are asked for', async (t) => {
    const { store } = await newRun(t, 4);
    const wrong = {
      answer: { label: 'wrong', value: 0 },
      trace: { label: 'leaked', value: 0 },
      group: 'all',
    };
    for (let sample = 0; sample < 3; sample++) {
      store.putGeneration(place(sample), fakeGeneration('4'));
      const written = fakeGeneration('5 or so');
      store.putGeneration(
        place(sample, 'reasoning'),
        sample === 1 ? { ...written, outcome: wrong } : written,
      );
      store.putDrift(place(sample, 'reasoning'), fakeDrift(written, 3 - sample));
    }
    store.putGeneration(place(3), fakeGeneration('', { finish: 'failed' }));
    const outcomes = [...store.outcomes()];
    assert.deepEqual(
      outcomes.map(({ sample }) => sample),
      [0, 1, 2, 3],
    );
    assert.deepEqual(outcomes[1]!.outcomes.reasoning, [wrong]);
    assert.deepEqual(outcomes[1]!.drift, [{ status: 'exact', mean: 2 }]);
    assert.deepEqual(outcomes[3]!.outcomes.baseline, [null], 'a failed generation has no outcome');
    const ids = (query: SampleQuery) => [...store.find(query)];
    assert.deepEqual(ids({}), [0, 1, 2, 3]);
    assert.deepEqual(ids({ filter: 'flipped' }), [1]);
    assert.deepEqual(ids({ filter: 'regressed' }), [1]);
    assert.deepEqual(ids({ filter: 'errors' }), [3]);
    assert.deepEqual(ids({ sort: 'drift', descending: true }), [0, 1, 2, 3]);
    assert.deepEqual(ids({ sort: 'drift' }), [2, 1, 0, 3]);
    assert.deepEqual(ids({ text: 'WHAT IS 2' }), [2]);
    assert.deepEqual(ids({ text: '%' }), []);
    assert.deepEqual(ids({ dimension: 'safety' }), []);
    assert.deepEqual(ids({ filter: 'missing' }), [3]);
    assert.deepEqual(ids({ labels: { from: 'right', to: 'wrong' } }), [1]);
    assert.deepEqual(ids({ labels: { from: 'wrong', to: 'right' } }), []);
    assert.deepEqual(ids({ samples: [3, 1], sort: 'id', descending: true }), [3, 1]);
    assert.deepEqual(ids({ sort: 'reasoning', descending: true }), [1, 0, 2, 3]);
    assert.deepEqual(ids({ sort: 'change' }), [1, 0, 2, 3]);
    const rows = store.rows([2, 1]);
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['sample-2', 'sample-1'],
    );
    assert.equal(rows[1]!.sides.reasoning!.outcome!.trace!.label, 'leaked');
  });

  test('keeps a researcher’s word beside the detector’s, and takes it back', async (t) => {
    const { store } = await newRun(t);
    const written = fakeGeneration('4');
    store.putGeneration(place(0), written);
    const override = {
      side: 'baseline',
      section: 'answer',
      verdict: { kind: 'refusal', label: 'full_refusal' },
      author: 'Ann',
      time: '2026-11-22T00:00:00Z',
    } as const;
    const other = { ...written.outcome!, answer: { label: 'refused', value: 0 } };
    store.putOverride(place(0), { section: 'answer', kind: 'refusal' }, override, other);
    assert.deepEqual(store.overrides(0, 0), [override]);
    assert.equal([...store.outcomes()][0]!.outcomes.baseline[0]!.answer.label, 'refused');
    assert.equal(store.find({ filter: 'overridden' }).length, 1);
    assert.ok(store.rows([0])[0]!.sides.baseline!.overridden);
    store.putOverride(place(0), { section: 'answer', kind: 'refusal' }, null, written.outcome);
    assert.deepEqual(store.overrides(0, 0), []);
    assert.equal(store.find({ filter: 'overridden' }).length, 0);
  });

  test('is read while it is written', async (t) => {
    const { path, store } = await newRun(t);
    const reader = readRunFile(path);
    t.after(() => reader.close());
    assert.equal(reader.progress().done, 0);
    store.putGeneration(place(0), fakeGeneration('4'));
    assert.equal(reader.progress().done, 1);
  });

  test('leaves nothing beside it once its readers have gone', async (t) => {
    const { path, store } = await newRun(t);
    store.putGeneration(place(0), fakeGeneration('4'));
    const beside = () => ['-wal', '-shm'].filter((end) => existsSync(`${path}${end}`));
    readRunFile(path).close();
    assert.deepEqual(beside(), ['-wal', '-shm'], 'the writer still needs its log');
    store.close();
    assert.deepEqual(beside(), []);
    const before = readFileSync(path);
    const [one, other] = [readRunFile(path), readRunFile(path)];
    assert.ok(one.has(place(0)));
    one.close();
    assert.ok(other.has(place(0)));
    other.close();
    assert.deepEqual(beside(), []);
    assert.deepEqual(readFileSync(path), before);
  });

  test('opens in any SQLite client', async (t) => {
    const { path, store } = await newRun(t);
    store.putGeneration(place(2, 'reasoning'), fakeGeneration('It is 4'));
    store.close();
    const database = new DatabaseSync(path);
    const rows = database.prepare('SELECT id, side, k, answer, label FROM generations').all();
    database.close();
    assert.deepEqual(
      { ...rows[0] },
      { id: 'sample-2', side: 'reasoning', k: 0, answer: 'It is 4', label: 'right' },
    );
  });
});

describe('a file that cannot be used is refused in words, and left as it is', () => {
  function refused(path: string, message: RegExp): void {
    const before = readFileSync(path);
    for (const open of [openRunFile, readRunFile]) {
      assert.throws(
        () => open(path).close(),
        (error) => error instanceof FailureError && message.test(error.failure.message),
      );
    }
    assert.deepEqual(readFileSync(path), before);
  }

  async function closed(t: TestContext, samples = 2000): Promise<string> {
    const { path, store } = await newRun(t, samples);
    store.putGeneration(place(0), fakeGeneration('It is 4'));
    store.close();
    return path;
  }

  test('no file at all', async (t) => {
    assert.throws(() => openRunFile(scratch(t)), /There is no run file/);
  });
  test('something else', async (t) => {
    const path = scratch(t);
    writeFileSync(path, 'not a database'.repeat(50));
    refused(path, /is no run file, or is damaged/);
    writeFileSync(path, '');
    refused(path, /is no run file, or is damaged/);
  });
  test('another program’s database', async (t) => {
    const path = scratch(t);
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE t (x)');
    database.close();
    refused(path, /no run file of Driftscope/);
  });
  test('a newer format', async (t) => {
    const path = await closed(t, 3);
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    refused(path, /made by a newer Driftscope \(format 99/);
  });
  test('cut short', async (t) => {
    const path = await closed(t);
    truncateSync(path, Math.floor(statSync(path).size / 2));
    refused(path, /is damaged, and was left as it is/);
  });
  test('overwritten inside', async (t) => {
    const path = await closed(t);
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096 * 2, 4096 * 20);
    writeFileSync(path, bytes);
    refused(path, /is damaged, and was left as it is/);
  });
  test('samples that cannot be read leave no file', async (t) => {
    const path = scratch(t);
    const [sample] = fakeSamples(1);
    await assert.rejects(createRunFile(path, fakeRun(), [sample!, sample!]));
    assert.deepEqual(readdirSync(dirname(path)), []);
  });
  test('a folder that is not there is named as the file that was wanted', async (t) => {
    const path = join(scratch(t), 'none', 'run.drift');
    await assert.rejects(createRunFile(path, fakeRun(), fakeSamples(1)), (error: Error) => {
      assert.ok(error instanceof FailureError && error.message.includes(path));
      return !error.message.includes(`${path}-`);
    });
  });
  test('there is one already', async (t) => {
    const path = await closed(t, 2);
    const copy = `${path}.copy`;
    copyFileSync(path, copy);
    await assert.rejects(createRunFile(path, fakeRun(), []), /exists already/);
    assert.deepEqual(readFileSync(path), readFileSync(copy));
  });
});
