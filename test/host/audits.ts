import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { isRunning } from '../../src/shared/audit.ts';
import { bySide, SIDES } from '../../src/shared/side.ts';
import { readRunFile } from '../../src/store/runFile.ts';
import { httpServer, json, type ReceivedRequest, type Reply } from '../fakes/httpServer.ts';
import { openAiEvents, stream } from '../fakes/openAiServer.ts';
import {
  answering,
  eventually,
  extensionApi,
  inWorkspace,
  replacing,
  test,
  withPairs,
  write,
} from './harness.ts';

const SAMPLES = 12;
const SET = Array.from({ length: SAMPLES }, (_, n) =>
  JSON.stringify({
    id: `s${n}`,
    input: `What is ${n} plus ${n}?`,
    target: String(2 * n),
    dimension: 'reasoning',
  }),
).join('\n');

const double = ({ body }: ReceivedRequest): Reply => {
  const { messages, model } = body as { messages: { content: string }[]; model: string };
  const number = Number(/\d+/.exec(messages.at(-1)!.content)![0]);
  return stream(openAiEvents({ answer: ['It is ', `${2 * number + (model === 'reasoning' ? 1 : 0)}`] }), {
    every: 5,
  });
};

/** A server for both models, of which one counts wrong, and a set to ask them. Removes the runs of the test. */
async function withAudit(
  run: (lab: { set: vscode.Uri; asked: () => number }) => Promise<void>,
  reply: (request: ReceivedRequest) => Reply = double,
): Promise<void> {
  await using server = await httpServer((request) =>
    request.path === '/v1/chat/completions' ? reply(request) : json(404, {}),
  );
  const model = (name: string) => ({ url: `${server.origin}/v1`, model: name });
  const lab = { ...bySide(model), method: 'sft' };
  const set = await write('lab.prompts.jsonl', `${SET}\n`);
  const asked = () => server.requests.filter(({ path }) => path === '/v1/chat/completions').length;
  try {
    await withPairs({ lab }, () => run({ set, asked }));
  } finally {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const file of await vscode.workspace.findFiles('lab*')) rmSync(file.fsPath, { force: true });
  }
}

/** Answers the list of options as a user does, by the beginnings of entries; Enter takes the first. */
async function choosing(labels: string[], run: () => Promise<void>, numbers: string[] = []): Promise<void> {
  const left = [...labels];
  const pick = (items: vscode.QuickPickItem[]) => {
    const wanted = left.shift();
    return wanted === undefined ? items[0] : items.find(({ label }) => label.includes(wanted));
  };
  await answering(
    'showInputBox',
    () => numbers.shift(),
    () => answering('showQuickPick', pick, run),
  );
}

/** Messages that were shown while `run` takes, none of them answered. */
async function messages(run: () => Promise<void>): Promise<string[]> {
  const shown: string[] = [];
  const keep = (message: string) => void shown.push(message);
  await answering('showInformationMessage', keep, () => answering('showWarningMessage', keep, run));
  return shown;
}

const ended = async (run: vscode.Uri) => {
  const { audits } = await extensionApi();
  return eventually(() => {
    const status = audits.status(run);
    assert.ok(status && !isRunning(status), `it still runs: ${JSON.stringify(status)}`);
    assert.ok(!audits.running().map(String).includes(run.toString()), 'it is said to have ended, and to run');
    return status;
  });
};

test('an audit of a set: Enter starts it, its report opens, and it says how it ended', async () => {
  const seen = Promise.withResolvers<void>();
  const onceSeen =
    (request: ReceivedRequest): Reply =>
    async (...connection) => {
      await seen.promise;
      await double(request)(...connection);
    };
  await withAudit(async ({ set, asked }) => {
    const { audits } = await extensionApi();
    const run = inWorkspace('lab.lab.drift');
    const said = await messages(async () => {
      await choosing([], async () => void (await vscode.commands.executeCommand('driftscope.runAudit', set)));
      assert.deepEqual(audits.running().map(String), [run.toString()]);
      await eventually(() => {
        const open = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
        assert.ok(open instanceof vscode.TabInputCustom, 'the report is open');
        assert.equal(open.uri.toString(), run.toString());
      });
      seen.resolve();
      const { phase, progress } = await ended(run);
      assert.deepEqual([phase, progress.done, progress.failed], ['complete', 2 * SAMPLES, 0]);
    });
    assert.match(said.join('\n'), /Audit lab\.lab\.drift: Reasoning (regressed|inconclusive)\./);
    assert.equal(asked(), 2 * SAMPLES);
    const file = readRunFile(run.fsPath);
    assert.match(file.info().tool, /^driftscope \d+\.\d+\.\d+$/);
    assert.equal(file.info().pair.name, 'lab');
    const found = [...file.outcomes()].map(({ outcomes }) =>
      SIDES.map((side) => outcomes[side][0]?.answer.label),
    );
    assert.deepEqual(found, Array(SAMPLES).fill(['right', 'wrong']));
    file.close();
  }, onceSeen);
});

test('its options are asked in one list, and remembered', async () => {
  await withAudit(async ({ set }) => {
    const start = (...labels: string[]) =>
      choosing(labels, async () => {
        await vscode.commands.executeCommand('driftscope.runAudit', set, ['s3', 's5', 's7']);
      }, ['2', '2']);
    await messages(async () => {
      await start('(K)', 'Samples', 'Only the first', 'Score drift');
      await ended(inWorkspace('lab.lab.drift'));
      await choosing(
        [],
        async () =>
          void (await vscode.commands.executeCommand('driftscope.runAudit', { uri: set }, ['s9', 's8'])),
      );
      await ended(inWorkspace('lab.lab-2.drift'));
      // As they were, for the tests after this one.
      await choosing(
        ['(K)', 'Score drift'],
        async () => void (await vscode.commands.executeCommand('driftscope.runAudit', set, ['s1', 's2'])),
        ['1'],
      );
      await ended(inWorkspace('lab.lab-3.drift'));
    });
    const facts = (name: string) => {
      const file = readRunFile(inWorkspace(name).fsPath);
      const { generations, scoring } = file.info();
      const ids = [...file.samples()].map(({ id }) => id);
      file.close();
      return { ids, generations, drift: scoring !== null };
    };
    assert.deepEqual(facts('lab.lab.drift'), { ids: ['s3', 's5'], generations: 2, drift: false });
    assert.deepEqual(facts('lab.lab-2.drift'), { ids: ['s8', 's9'], generations: 2, drift: false });
    assert.deepEqual(facts('lab.lab-3.drift'), { ids: ['s1', 's2'], generations: 1, drift: true });
  });
});

test('an audit is stopped and goes on, and what is typed into its set is saved before', async () => {
  const slow =
    (request: ReceivedRequest): Reply =>
    async (response, received, gone) => {
      await sleep(100, undefined, { signal: gone });
      await double(request)(response, received, gone);
    };
  await withAudit(async ({ set, asked }) => {
    const { audits } = await extensionApi();
    const run = inWorkspace('lab.lab.drift');
    const document = await vscode.workspace.openTextDocument(set);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(
      set,
      new vscode.Position(0, 0),
      '{"id": "new", "input": "What is 50 plus 50?", "target": "100", "dimension": "reasoning"}\n',
    );
    assert.ok(await vscode.workspace.applyEdit(edit));
    const said = await messages(async () => {
      await choosing(
        ['at once', 'Start'],
        async () => void (await vscode.commands.executeCommand('driftscope.runAudit', set)),
        ['1'],
      );
      assert.ok(!document.isDirty);
      await eventually(() => assert.ok(asked() >= 4));
      await vscode.commands.executeCommand('driftscope.stopAudit', run);
      const { phase, progress } = await ended(run);
      assert.equal(phase, 'cancelled');
      assert.ok(progress.done > 0 && progress.done < 2 * SAMPLES);
      await vscode.commands.executeCommand('driftscope.resumeAudit', run);
      assert.equal((await ended(run)).progress.done, 2 * SAMPLES + 2);
    });
    assert.match(said[0]!, /stopped with \d+ of 26 generations to do/);
    await eventually(() => assert.deepEqual(audits.running(), []));
    const file = readRunFile(run.fsPath);
    assert.equal(file.sample(0).id, 'new');
    file.close();
  }, slow);
});

test('an audit that nobody can answer stops, and says why', async () => {
  await withAudit(
    async ({ set }) => {
      const run = inWorkspace('lab.lab.drift');
      const said = await messages(async () => {
        await choosing(
          [],
          async () => void (await vscode.commands.executeCommand('driftscope.runAudit', set)),
        );
        assert.equal((await ended(run)).phase, 'stopped');
      });
      assert.match(said.join('\n'), /Audit lab\.lab\.drift: .*wants a key.*\(401\)/);
    },
    () => json(401, { error: { message: 'No key.' } }),
  );
});

test('a set that is none, and a workspace that is not trusted, begin no audit', async () => {
  await withAudit(async ({ set, asked }) => {
    const { audits } = await extensionApi();
    const other = await write('lab-notes.md', 'hello');
    await write('lab-bad.prompts.jsonl', '{"id": "a", "input": "Hello?"}\n{"id": "a", "input": "Again?"}\n');
    const said = await messages(async () => {
      await vscode.commands.executeCommand('driftscope.runAudit', other);
      await choosing(
        [],
        async () =>
          void (await vscode.commands.executeCommand(
            'driftscope.runAudit',
            inWorkspace('lab-bad.prompts.jsonl'),
          )),
      );
      await replacing(vscode.workspace, 'isTrusted', { get: () => false }, async () => {
        await vscode.commands.executeCommand('driftscope.runAudit', set);
        await vscode.commands.executeCommand('driftscope.resumeAudit', inWorkspace('lab.lab.drift'));
      });
    });
    assert.match(said[0]!, /is no prompt set/);
    assert.match(said[1]!, /lab-bad\.prompts\.jsonl:2: .*“a”/);
    assert.match(said[2]!, /not trusted/);
    assert.match(said[3]!, /not trusted/);
    assert.deepEqual([audits.running(), asked()], [[], 0]);
    assert.deepEqual(await vscode.workspace.findFiles('lab*.drift'), []);
  });
});
