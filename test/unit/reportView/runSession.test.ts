// A run file on show, read by the real threads: what a report follows, and what it does when the file goes.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { storedComparison } from '../../../src/core/audit/stored.ts';
import { createRunSession, type RunSession } from '../../../src/host/report/runSession.ts';
import { storedEvents } from '../../../src/host/report/storedComparison.ts';
import { createReportThreads, type ReportThreads } from '../../../src/host/report/threads.ts';
import { createWorkerClient } from '../../../src/host/worker/client.ts';
import { initialComparison, reduceComparison } from '../../../src/shared/comparison.ts';
import { FailureError } from '../../../src/shared/failure.ts';
import type { RunFigures } from '../../../src/shared/reportView.ts';
import { readRunFile } from '../../../src/store/runFile.ts';
import { writeReportRun } from '../../fakes/reportRun.ts';
import { fakeGeneration } from '../../fakes/runs.ts';

const directory = mkdtempSync(join(tmpdir(), 'driftscope-session-'));
let threads: ReportThreads;
before(() => {
  threads = createReportThreads(new URL('../../../src/host/report/worker.ts', import.meta.url));
});
// Last of all: what still reads a file while it goes makes new ones beside it.
after(async () => {
  threads.dispose();
  await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

const scratch = () => join(mkdtempSync(join(directory, 'run-')), 'run.drift');

function watched(t: TestContext, path: string): RunSession {
  const session = createRunSession({
    run: path,
    path,
    threads,
    auditStatus: () => null,
    onState: () => {},
    onFigures: () => {},
    onProfile: () => {},
    onBug: (error) => {
      throw error;
    },
  });
  session.watch(true);
  t.after(() => session.dispose());
  return session;
}

async function eventually<T>(check: () => T | null | undefined | false, patience = 60_000): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const found = check();
    if (found) return found;
    assert.ok(Date.now() < end, `still waiting for ${check}`);
    await sleep(20);
  }
}

const complete = (session: RunSession) =>
  eventually(() => {
    const { content } = session.state();
    return content.state === 'open' && !content.computing && session.figures();
  });
const safety = (figures: RunFigures) =>
  figures.analysis.dimensions.find(({ dimension }) => dimension === 'safety')!;

test('looking at a run changes nothing in its file', async (t) => {
  const path = scratch();
  (await writeReportRun(path)).close();
  const digest = () => createHash('sha256').update(readFileSync(path)).digest('hex');
  const before = digest();
  const figures = await complete(watched(t, path));
  assert.equal(safety(figures).n, 24);
  assert.equal(figures.points.length, 7);
  assert.equal(digest(), before);
});

test('follows an audit that writes the file', async (t) => {
  const path = scratch();
  const store = await writeReportRun(path, { generated: 24 });
  t.after(() => store.close());
  const session = watched(t, path);
  assert.equal((await complete(session)).analysis.dimensions.length, 1);
  const { version } = session.state();
  for (const side of ['baseline', 'reasoning'] as const) {
    store.putGeneration({ sample: 24, k: 0, side }, fakeGeneration('Well.'));
  }
  await eventually(() => session.state().version > version);
  const { content } = session.state();
  assert.ok(content.state === 'open');
  assert.equal(content.head.progress.done, 50);
  await eventually(() => session.figures()?.analysis.dimensions.length === 2);
});

test('a verdict goes into the file and the statistics follow, and back', async (t) => {
  const path = scratch();
  (await writeReportRun(path)).close();
  const session = watched(t, path);
  const before = safety(await complete(session));
  const rows = await threads.pages.run('find', [path, { filter: 'regressed', dimension: 'safety' }]);
  const [sample] = rows;
  const place = { sample: sample!, k: 0, side: 'reasoning' } as const;
  const at = { section: 'answer', kind: 'refusal' } as const;
  const override = {
    side: 'reasoning',
    section: 'answer',
    verdict: { kind: 'refusal', label: 'full_refusal' },
    author: 'Ann',
    time: '2026-11-22T00:00:00.000Z',
  } as const;
  assert.equal(await threads.pages.run('override', [path, place, at, override]), null);
  session.overridden();
  const after = safety(await complete(session));
  assert.equal(after.changed.regressed, before.changed.regressed - 1);
  assert.ok(after.difference > before.difference);
  const [row] = await threads.pages.run('rows', [path, [sample!]]);
  assert.deepEqual(
    [row!.sides.reasoning!.outcome!.answer.label, row!.sides.reasoning!.overridden],
    ['full_refusal', true],
  );
  assert.deepEqual(await threads.pages.run('override', [path, place, at, null]), override.verdict);
  session.overridden();
  assert.deepEqual(safety(await complete(session)), before);
});

test('a comparison comes back as it is stored, step by step', async (t) => {
  const path = scratch();
  const values = { baseline: 'F16', reasoning: 'Q4' };
  const matching = [{ id: 'quantization', title: 'Quantization', result: 'differs', values }] as const;
  (await writeReportRun(path, { info: { matching: [...matching] } })).close();
  const text = createWorkerClient(new URL('../../../src/host/worker/main.ts', import.meta.url));
  t.after(() => text.dispose());
  const stored = await threads.pages.run('comparison', [path, 2, 0]);
  let state = initialComparison(stored.request);
  const services = { pages: threads.pages, text };
  for await (const event of storedEvents(
    stored,
    { sample: 2, k: 0 },
    path,
    services,
    new AbortController().signal,
  )) {
    state = reduceComparison(state, event);
  }
  const run = readRunFile(path);
  t.after(() => run.close());
  const { diff, ...rest } = state;
  const { diff: none, ...expected } = storedComparison(run, 2, 0);
  assert.deepEqual(rest, expected);
  assert.ok(none.answer === null && diff.answer && diff.trace, 'diffs are made anew');
});

test('a file that goes, comes back, is replaced or is no run says so where its data would be', async (t) => {
  const path = scratch();
  (await writeReportRun(path)).close();
  const session = watched(t, path);
  await complete(session);
  renameSync(path, `${path}.away`);
  const failure = await eventually(() => {
    const { content } = session.state();
    return content.state === 'failed' && content.failure;
  });
  assert.match(failure.message, /There is no run file .*run\.drift any more/);
  assert.equal(session.figures(), null);
  await assert.rejects(threads.pages.run('find', [path, {}]), FailureError);

  copyFileSync(`${path}.away`, path);
  await complete(session);

  for (const name of [path, `${path}-wal`, `${path}-shm`]) rmSync(name, { force: true });
  (await writeReportRun(path, { each: 3 })).close();
  await eventually(() => {
    const { content } = session.state();
    return content.state === 'open' && content.head.samples === 21;
  });

  for (const name of [path, `${path}-wal`, `${path}-shm`]) rmSync(name, { force: true });
  writeFileSync(path, 'no run');
  const other = await eventually(() => {
    const { content } = session.state();
    return content.state === 'failed' && content.failure;
  });
  assert.match(other.message, /no run file, or is damaged/);
});

test('an exported report is whole or not there', async () => {
  const path = scratch();
  (await writeReportRun(path)).close();
  const size = await threads.alone((thread) => thread.run('write', [[path], 'html', `${path}.html`]));
  assert.equal(readFileSync(`${path}.html`).length, size);
  await assert.rejects(
    threads.alone((thread) => thread.run('write', [[path], 'html', join(path, 'nowhere', 'r.html')])),
    (error: FailureError) => /cannot be written to/.test(error.failure.message),
  );
});
