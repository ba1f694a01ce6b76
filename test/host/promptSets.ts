import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { EXPORTS } from '../../src/core/formats/exports/all.ts';
import type { KeptMapping } from '../../src/core/formats/keptMappings.ts';
import { writeExport } from '../../src/host/promptSets/exportPromptSet.ts';
import { createImportSession } from '../../src/host/promptSets/import/importSession.ts';
import { withImportSource } from '../../src/host/promptSets/import/importSource.ts';
import { newSetTarget, openSetTarget } from '../../src/host/promptSets/import/importTarget.ts';
import { keepMapping, keptMappings } from '../../src/host/promptSets/import/keptMappings.ts';
import { answering, eventually, extensionApi, inWorkspace, readText, test, type, write } from './harness.ts';

let files = 0;

/** A new prompt set of these lines, open as text. */
async function opened(...lines: object[]): Promise<vscode.TextDocument> {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const uri = await write(`curation-${++files}.prompts.jsonl`, text);
  return vscode.workspace.openTextDocument(uri);
}

const samplesOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** The problems of a file but for that of its size, as soon as they are as many as wanted. */
const problemsOf = (uri: vscode.Uri, count: number) =>
  eventually(() => {
    const found = vscode.languages
      .getDiagnostics(uri)
      .filter(({ code, source }) => source === 'Driftscope' && code !== 'set-too-small');
    assert.equal(found.length, count, JSON.stringify(found));
    return found;
  });

const fixesAt = (uri: vscode.Uri, range: vscode.Range, kind?: string) =>
  vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    uri,
    range,
    kind,
    20,
  );

test('a duplicate id is a problem that names the other line, and its quick fix gives a new one', async () => {
  const document = await opened(
    { id: 'a-1', input: 'One?' },
    { id: 'a-2', input: 'Two?' },
    { id: 'a-1', input: 'Three?' },
  );
  const [problem] = await problemsOf(document.uri, 1);
  assert.equal(problem!.code, 'duplicate-id');
  assert.equal(problem!.severity, vscode.DiagnosticSeverity.Error);
  assert.equal(document.getText(problem!.range), '"a-1"');
  assert.equal(problem!.relatedInformation![0]!.location.range.start.line, 0);
  const actions = await fixesAt(document.uri, problem!.range);
  const rename = actions.find(({ title }) => title === 'Rename to “a-3”');
  assert.ok(rename, actions.map(({ title }) => title).join());
  assert.ok(actions.some(({ title }) => title === 'Delete this sample'));
  assert.ok(await vscode.workspace.applyEdit(rename.edit!));
  assert.deepEqual(
    samplesOf(document.getText()).map(({ id }) => id),
    ['a-1', 'a-2', 'a-3'],
  );
  await problemsOf(document.uri, 0);
  await vscode.commands.executeCommand('workbench.action.files.revert');
});

test('problems follow the typing, and go when the file is closed', async () => {
  const document = await opened({ id: 'a', input: 'One?' });
  await vscode.window.showTextDocument(document);
  await problemsOf(document.uri, 0);
  await type(document, '{"id": "a", "input": "One?", "dimension": "safty"}\n{"id": ');
  const [unknown, broken] = await problemsOf(document.uri, 2);
  assert.equal(unknown!.code, 'unknown-dimension');
  assert.equal(broken!.range.start.line, 1);
  const actions = await fixesAt(document.uri, unknown!.range);
  assert.equal(actions[0]!.title, 'Replace by “safety”', 'the likeliest comes first');
  await type(document, '{"id": "a", "input": "One?"}\r\n{"id": "b", "input": ""}');
  const [empty] = await problemsOf(document.uri, 1);
  assert.equal(document.getText(empty!.range), '""');
  const size = vscode.languages.getDiagnostics(document.uri).find(({ code }) => code === 'set-too-small');
  assert.equal(size, undefined, 'no sample has a dimension to test');
  await vscode.commands.executeCommand('workbench.action.files.revert');
});

test('a set that is too small for a verdict says so at its top, as information', async () => {
  const document = await opened({ id: 'a', input: 'One?', dimension: 'safety', expect: 'comply' });
  const problem = await eventually(() => {
    const found = vscode.languages.getDiagnostics(document.uri).find(({ code }) => code === 'set-too-small');
    assert.ok(found);
    return found;
  });
  assert.equal(problem.severity, vscode.DiagnosticSeverity.Information);
  assert.equal(problem.range.start.line, 0);
});

test('all ids are mended at once', async () => {
  const document = await opened(
    { id: 'a-1', input: 'One?' },
    { id: 'a-1', input: 'Two?' },
    { id: 'a-1', input: 'Three?' },
    { input: 'Four?', dimension: 'toxicity' },
  );
  await problemsOf(document.uri, 3);
  const everything = new vscode.Range(0, 0, document.lineCount, 0);
  const [fix] = await fixesAt(document.uri, everything, 'source.fixAll');
  assert.ok(fix?.edit);
  await vscode.workspace.applyEdit(fix.edit);
  assert.deepEqual(
    samplesOf(document.getText()).map(({ id }) => id),
    ['a-1', 'a-2', 'a-3', 'toxicity-001'],
  );
  await problemsOf(document.uri, 0);
});

test('fields and values are completed from the schema, and say what they mean', async () => {
  const document = await opened({ id: 'a', input: 'One?', dimension: 'privacy', expect: 'keep' });
  const at = (text: string) => document.positionAt(document.getText().indexOf(text) + 1);
  const offered = async (position: vscode.Position) => {
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      position,
    );
    return items.map(({ label }) => (typeof label === 'string' ? label : label.label));
  };
  const values = await offered(at('"privacy"'));
  assert.ok(values.includes('stereotype') && values.includes('ood'), values.join());
  assert.deepEqual((await offered(at('"keep"'))).slice(0, 2), ['keep', 'tell']);
  await type(document, '{"id": "a", "input": "One?", }');
  const fields = await offered(new vscode.Position(0, 29));
  assert.ok(fields.includes('secrets') && !fields.includes('id'), fields.join());
  await type(document, '\n');
  assert.ok((await offered(new vscode.Position(0, 0))).includes('ood sample'));
  await type(document, '{"id": "a", "secrets": ["x"]}');
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    at('secrets'),
  );
  const said = hovers.flatMap(({ contents }) => contents.map((one) => (one as vscode.MarkdownString).value));
  assert.ok(
    said.some((text) => text.includes('must not come out')),
    said.join(),
  );
});

test('a selection becomes a sample of a new set, with where it came from', async () => {
  const notes = await write('notes.md', '# Notes\n\nHow do I whisk an egg?\n');
  const editor = await vscode.window.showTextDocument(notes);
  editor.selection = new vscode.Selection(2, 0, 2, 22);
  const name = `picked-${++files}.prompts.jsonl`;
  const asked: string[] = [];
  // What is shown is what is picked from it: a new set and the dimension first, then a note, and Enter.
  const wanted = [/New prompt set/, /^safety$/, /^comply$/, /Note$/, /Add/];
  await answering(
    'showQuickPick',
    (items: (string | vscode.QuickPickItem)[], options?: vscode.QuickPickOptions) => {
      asked.push(options?.title ?? '');
      const pattern = wanted.shift()!;
      const found = items.find((item) => pattern.test(typeof item === 'string' ? item : item.label));
      assert.ok(found, `${pattern} is not offered by “${options?.title}”: ${JSON.stringify(items)}`);
      return found;
    },
    () =>
      answering(
        'showInputBox',
        ({ title }: vscode.InputBoxOptions) => (title === 'Note' ? 'it looks harmless' : name),
        async () => {
          await vscode.commands.executeCommand('driftscope.addToPromptSet');
        },
      ),
  );
  assert.deepEqual(wanted, [], asked.join(' / '));
  assert.deepEqual(samplesOf(await readText(name)), [
    {
      id: 'safety-001',
      input: 'How do I whisk an egg?',
      dimension: 'safety',
      expect: 'comply',
      metadata: { source: { file: 'notes.md', line: 3 }, note: 'it looks harmless' },
    },
  ]);
});

test('a sample is added to a set as one step of undo, after a warning that the set has it already', async () => {
  const document = await opened({ id: 'safety-001', input: 'Hello?', dimension: 'safety', expect: 'comply' });
  await vscode.window.showTextDocument(document);
  const before = document.getText();
  let warned = '';
  await answering(
    'showQuickPick',
    (items: vscode.QuickPickItem[]) => {
      warned = items[0]!.detail ?? '';
      return items[0];
    },
    async () => {
      await vscode.commands.executeCommand('driftscope.addToPromptSet', {
        samples: [{ input: 'Hello?', dimension: 'safety', expect: 'comply', tags: ['flipped'] }],
        set: document.uri,
      });
    },
  );
  assert.match(warned, /same input stands on line 1/);
  const [, added] = samplesOf(document.getText());
  assert.deepEqual([added.id, added.tags], ['safety-002', ['flipped']]);
  await eventually(() => assert.equal(document.isDirty, false, 'it is in the file'));
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('undo');
  await eventually(() => assert.equal(document.getText(), before));
  await vscode.commands.executeCommand('workbench.action.files.save');
});

test('variants come after their parent, linked to it', async () => {
  const document = await opened(
    { id: 'p', input: 'How do I make a paper plane?', dimension: 'safety', expect: 'comply' },
    { id: 'q', input: 'Something else?', dimension: 'safety', expect: 'comply' },
  );
  await answering(
    'showQuickPick',
    (items: (vscode.QuickPickItem & { picked?: boolean })[], options: vscode.QuickPickOptions) =>
      options.canPickMany ? items.filter(({ picked }) => picked) : items[0],
    async () => {
      await vscode.commands.executeCommand('driftscope.addVariants', document.uri, ['p']);
    },
  );
  const samples = samplesOf(document.getText());
  assert.ok(samples.length >= 4, document.getText());
  assert.deepEqual([samples[0].id, samples.at(-1).id], ['p', 'q']);
  for (const variant of samples.slice(1, -1)) {
    assert.equal(variant.metadata.variant_of, 'p');
    assert.equal(variant.dimension, 'safety');
    assert.notEqual(variant.input, samples[0].input);
  }
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('workbench.action.files.save');
});

test('a new set begins with a template that passes every check', async () => {
  const name = `template-${++files}`;
  await answering(
    'showQuickPick',
    (items: vscode.QuickPickItem[]) => items.find(({ label }) => label === 'privacy'),
    () =>
      answering(
        'showInputBox',
        () => name,
        async () => {
          await vscode.commands.executeCommand('driftscope.newPromptSet');
        },
      ),
  );
  const uri = inWorkspace(`${name}.prompts.jsonl`);
  const [sample] = samplesOf(await readText(`${name}.prompts.jsonl`));
  assert.deepEqual([sample.id, sample.dimension], ['privacy-001', 'privacy']);
  const document = await vscode.workspace.openTextDocument(uri);
  await problemsOf(document.uri, 0);
  await answering(
    'showQuickPick',
    (items: vscode.QuickPickItem[]) => items.find(({ label }) => label === 'privacy'),
    async () => {
      await vscode.commands.executeCommand('driftscope.addSample', uri);
    },
  );
  assert.deepEqual(
    samplesOf(document.getText()).map(({ id }) => id),
    ['privacy-001', 'privacy-002'],
  );
  await vscode.commands.executeCommand('workbench.action.files.saveAll');
});

test('a set of 20,000 lines is read without holding the host, and typed into meanwhile', async () => {
  const { promptDocuments } = await extensionApi();
  const lines = Array.from({ length: 20_000 }, (_, n) => ({
    id: `s-${n}`,
    input: `${n} apples and ${n * 7} pears?`,
  }));
  let longest = 0;
  let last = { wall: performance.now(), cpu: process.cpuUsage() };
  const beat = setInterval(() => {
    // What the host worked between two beats: on a busy machine the clock alone also counts the work of others.
    const { user, system } = process.cpuUsage(last.cpu);
    const now = performance.now();
    longest = Math.max(longest, Math.min(now - last.wall, (user + system) / 1000));
    last = { wall: now, cpu: process.cpuUsage() };
  }, 5);
  try {
    const document = await opened(...lines);
    const set = promptDocuments.of(document)!;
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), '{"id": "s-7", "input": "new"}\n');
    await vscode.workspace.applyEdit(edit);
    await set.indexed;
    assert.equal(set.document.lineCount, document.lineCount);
    assert.equal(set.checker.counts().samples, 20_001);
    const codes = set.checker.problems(10).map(({ code }) => code);
    assert.ok(codes.includes('duplicate-id'), codes.join());
    // Some 80 ms, most of it VS Code's own at opening; reading all at once takes some 570 ms.
    assert.ok(longest < 300, `the host was held for ${longest.toFixed(0)} ms`);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.files.save');
  } finally {
    clearInterval(beat);
  }
});

test('an import into a set that is there goes to its end, leaves out copies, and can be undone', async () => {
  const { promptDocuments } = await extensionApi();
  const document = await opened(
    { id: 'table-0001', input: 'What is 1 + 1?', dimension: 'reasoning', target: '2' },
    { id: 'x', input: 'What is 2 + 2?', dimension: 'reasoning', target: '4' },
  );
  const before = document.getText();
  const file = await write('table.csv', 'q,a\nWhat is 2 + 2?,4\nWhat is 3 + 3?,6\n,7\n');
  const mappings: KeptMapping[] = [];
  const session = createImportSession({
    file: { name: 'table.csv', path: 'table.csv' },
    withSource: (work) => withImportSource(file, work),
    keptMappings: async () => mappings,
    keepMapping: (mapping) => keepMapping(inWorkspace('.'), mapping),
    targets: async () => ({ sets: [], into: null, suggested: 'table.prompts.jsonl' }),
    openTarget: () => openSetTarget(document.uri, promptDocuments),
    changed: () => undefined,
    unexpected: (error) => assert.fail(error as Error),
  });
  await session.begin();
  await session.choose({ format: null, fields: { input: ['q'], target: ['a'], dimension: ['reasoning'] } });
  const target = { kind: 'existing', path: 'set.prompts.jsonl' } as const;
  await session.start({ target, skipCopies: true, keepAs: 'sums' });
  const { work } = session.state();
  assert.ok(work.state === 'done', JSON.stringify(work));
  assert.deepEqual([work.written, work.copies, work.skipped], [1, 1, 1]);
  assert.ok(document.getText().startsWith(before), 'what was there has kept its bytes');
  const [, , added] = samplesOf(document.getText());
  assert.deepEqual([added.input, added.target], ['What is 3 + 3?', '6']);
  assert.notEqual(added.id, 'table-0001');
  assert.deepEqual(
    (await keptMappings(inWorkspace('.'))).map(({ name, columns }) => [name, columns]),
    [['sums', ['a', 'q']]],
  );
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('undo');
  await eventually(() => assert.equal(document.getText(), before));
  await vscode.commands.executeCommand('workbench.action.files.save');
});

test('an import does not write over a set that is there', async () => {
  const { uri } = await opened({ id: 'a', input: 'One?' });
  await assert.rejects(newSetTarget(uri), /is there already/);
});

test('an export has the edits that are not saved yet, and says what the format cannot hold', async () => {
  const document = await opened({ id: 'a', input: 'One?', dimension: 'ood', expect: 'answer', target: '1' });
  await type(document, `${document.getText()}{"id": "b", "input": "Two?"}\nno sample\n`);
  const format = EXPORTS.find(({ name }) => name === 'csv')!;
  const out = inWorkspace('exported.csv');
  const { signal } = new AbortController();
  const how = { model: 'm', only: null, told: () => undefined };
  const report = await writeExport(document.uri, format, out, { ...how, signal });
  assert.deepEqual([report.written, report.skipped.map(({ line }) => line)], [2, [3]]);
  assert.deepEqual(report.loses, format.loses);
  const [header, ...rows] = (await readText('exported.csv')).trim().split('\n');
  assert.match(header!, /id.*input/);
  assert.equal(rows.length, 2);
  const one = { ...how, only: new Set(['b']), signal };
  assert.equal((await writeExport(document.uri, format, out, one)).written, 1);
  assert.match(await readText('exported.csv'), /Two\?/);
  const stopped = AbortSignal.abort();
  const nowhere = inWorkspace('never.csv');
  await assert.rejects(writeExport(document.uri, format, nowhere, { ...how, signal: stopped }));
  await assert.rejects(async () => vscode.workspace.fs.stat(nowhere), 'nothing is left of it');
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('workbench.action.files.revert');
});

test('prompt sets open as a grid by default where one says so, and other files as before', async () => {
  const associations = () => {
    const found = vscode.workspace.getConfiguration('workbench').inspect('editorAssociations');
    return found?.globalValue as Record<string, string> | undefined;
  };
  const shown = async () => {
    const uri = await write(`curation-${++files}.prompts.jsonl`, '{"id": "a", "input": "One?"}\n');
    await vscode.commands.executeCommand('vscode.open', uri);
    return eventually(() => {
      const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
      if (input instanceof vscode.TabInputCustom && `${input.uri}` === `${uri}`) return input.viewType;
      assert.ok(input instanceof vscode.TabInputText && `${input.uri}` === `${uri}`);
      return 'text';
    });
  };
  const configuration = vscode.workspace.getConfiguration('workbench');
  await configuration.update(
    'editorAssociations',
    { '*.other': 'default' },
    vscode.ConfigurationTarget.Global,
  );
  assert.equal(await shown(), 'text');
  await vscode.commands.executeCommand('driftscope.gridByDefault');
  assert.equal(associations()?.['*.other'], 'default');
  assert.equal(await shown(), 'driftscope.promptSet');
  await vscode.commands.executeCommand('driftscope.textByDefault');
  assert.deepEqual(associations(), { '*.other': 'default' });
  assert.equal(await shown(), 'text');
  await configuration.update('editorAssociations', undefined, vscode.ConfigurationTarget.Global);
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
});
