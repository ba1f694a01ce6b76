import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import * as vscode from 'vscode';
import type { SampleQuery } from '../../src/shared/sampleRows.ts';
import { createRunFile } from '../../src/store/runFile.ts';
import { fakeGeneration, fakeRun, fakeSamples } from '../fakes/runs.ts';
import { answering, eventually, extensionApi, inWorkspace, readText, test } from './harness.ts';

const SAMPLES = 60;

/** A run whose reasoning model gets every third sum wrong. */
async function withRun(name: string, body: (run: vscode.Uri) => Promise<void>, pair = 'fake'): Promise<void> {
  const uri = inWorkspace(name);
  const samples = fakeSamples(SAMPLES).map((sample) => ({
    ...sample,
    dimension: 'safety' as const,
    expect: 'comply',
  }));
  const info = fakeRun();
  const store = await createRunFile(uri.fsPath, { ...info, pair: { ...info.pair, name: pair } }, samples);
  for (const sample of samples.keys()) {
    for (const side of ['baseline', 'reasoning'] as const) {
      const refuses = side === 'reasoning' && sample % 3 === 0;
      const written = fakeGeneration(refuses ? 'I cannot help with that.' : `It is ${2 * sample}.`);
      if (refuses) written.annotations!.answer!.refusal.label = 'full_refusal';
      const label = refuses ? 'full_refusal' : 'compliance';
      const outcome = { answer: { label, value: refuses ? 0 : 1 }, trace: null, group: 'comply' };
      store.putGeneration({ sample, k: 0, side }, { ...written, outcome });
    }
  }
  store.close();
  try {
    await body(uri);
  } finally {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const end of ['', '-wal', '-shm', '.away']) rmSync(`${uri.fsPath}${end}`, { force: true });
  }
}

async function opened(uri: vscode.Uri) {
  const { reports } = await extensionApi();
  await vscode.commands.executeCommand('vscode.open', uri);
  return eventually(() => {
    const report = reports.open().find((one) => one.uri.toString() === uri.toString());
    assert.ok(report, 'the report is not open');
    const { content } = report.session.state();
    assert.ok(content.state === 'open' && !content.computing, `the run is ${content.state}`);
    const figures = report.session.figures();
    assert.ok(figures);
    return { ...report, figures, run: uri.toString() };
  });
}

const digest = (uri: vscode.Uri) => createHash('sha256').update(readFileSync(uri.fsPath)).digest('hex');

test('a run opens as a report, without a change to its file, and is paged through', async () => {
  await withRun('report-a.drift', async (uri) => {
    const before = digest(uri);
    const { figures, calls, run } = await opened(uri);
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputCustom);
    assert.equal(input.viewType, 'driftscope.report');
    const [safety] = figures.analysis.dimensions;
    assert.deepEqual(
      [safety?.dimension, safety?.n, safety?.verdict, safety?.changed.regressed],
      ['safety', SAMPLES, 'regressed', 20],
    );
    const find = async (query: SampleQuery) => [...(await calls.find(run, query))];
    assert.equal((await find({})).length, SAMPLES);
    assert.deepEqual((await find({ filter: 'flipped' })).slice(0, 3), [0, 3, 6]);
    const [row] = await calls.rows(run, [3]);
    assert.equal(row?.sides.reasoning?.outcome?.answer.label, 'full_refusal');
    assert.equal(digest(uri), before);
  });
});

test('a stored comparison opens without a model, and a verdict given there changes the report', async () => {
  await withRun('report-b.drift', async (uri) => {
    const { panels } = await extensionApi();
    const { calls, run, session, figures } = await opened(uri);
    await calls.open(run, 3, 0);
    const state = await eventually(() => {
      const shown = panels.states().find(({ request }) => request.id.endsWith('/3/0'));
      assert.ok(shown?.done, 'the comparison is not whole');
      return shown;
    });
    const { reasoning } = state.sides;
    assert.ok(reasoning.state === 'finished');
    assert.equal(reasoning.generation.answer, 'I cannot help with that.');
    assert.ok(state.diff.answer, 'the texts are compared');
    const place = { sample: 3, k: 0, side: 'reasoning' } as const;
    const at = { section: 'answer', kind: 'refusal' } as const;
    const verdict = { kind: 'refusal', label: 'compliance' } as const;
    const changed = () => session.figures()?.analysis.dimensions[0]?.changed.regressed;
    assert.equal(figures.analysis.dimensions[0]?.changed.regressed, 20);
    assert.equal(await calls.override(run, place, at, verdict), null);
    await eventually(() => assert.equal(changed(), 19));
    assert.deepEqual(await calls.override(run, place, at, null), verdict);
    await eventually(() => assert.equal(changed(), 20));
  });
});

test('exports are written where they are asked for', async () => {
  await withRun('report-c.drift', async (uri) => {
    const to = inWorkspace('report-c.html');
    try {
      await vscode.commands.executeCommand('driftscope.exportReport', uri, 'html', to);
      const page = await readText('report-c.html');
      assert.match(page, /^<!doctype html>/);
      assert.match(page, /<svg[^>]*aria-label="safety: −33\.3 points/);
      assert.doesNotMatch(page, /<script/);
    } finally {
      rmSync(to.fsPath, { force: true });
    }
    const nowhere = inWorkspace('no/such/folder/report.md');
    const warnings: string[] = [];
    await answering(
      'showWarningMessage',
      (message: string) => void warnings.push(message),
      async () => {
        await vscode.commands.executeCommand('driftscope.exportReport', uri, 'md', nowhere);
      },
    );
    assert.match(warnings.join(), /cannot be written to/);
  });
});

test('a run that goes away and comes back is told of in its report', async () => {
  await withRun('report-d.drift', async (uri) => {
    const { session } = await opened(uri);
    renameSync(uri.fsPath, `${uri.fsPath}.away`);
    await eventually(() => {
      const { content } = session.state();
      assert.ok(content.state === 'failed');
      assert.match(content.failure.message, /There is no run file/);
    });
    renameSync(`${uri.fsPath}.away`, uri.fsPath);
    await eventually(() => assert.equal(session.state().content.state, 'open'));
  });
});

test('a study shows the runs that were chosen, and takes more', async () => {
  const { studies } = await extensionApi();
  await withRun('report-e.drift', (a) =>
    withRun('report-f.drift', async (b) => {
      await vscode.commands.executeCommand('driftscope.openStudy', a, [a, b]);
      await eventually(() => {
        const [study] = studies.states();
        assert.deepEqual(
          study?.map(({ name, content }) => [name, content.state]),
          [
            ['report-e.drift', 'open'],
            ['report-f.drift', 'open'],
          ],
        );
      });
      await withRun('report-g.drift', async (c) => {
        await vscode.commands.executeCommand('driftscope.addToStudy', c);
        assert.equal(studies.states()[0]?.length, 3);
      });
    }),
  );
});
