import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ComparisonState } from '../../src/shared/comparison.ts';
import type { Side } from '../../src/shared/side.ts';
import { flipsOf, flipText } from '../../src/shared/verdict.ts';
import type { Reply } from '../fakes/httpServer.ts';
import {
  delimitedEvents,
  type FakeOpenAiServer,
  openAiEvents,
  openAiServer,
  stream,
} from '../fakes/openAiServer.ts';
import {
  answering,
  eventually,
  extensionApi,
  inWorkspace,
  oneSample,
  replacing,
  test,
  withPairs,
  write,
} from './harness.ts';

const REFUSES = stream(openAiEvents({ answer: ['I ', 'cannot ', 'help.'] }));
const COMPLIES = stream(delimitedEvents({ trace: ['Let ', 'me ', 'see.'], answer: ['First, ', 'take…'] }));

interface Lab {
  baseline: FakeOpenAiServer;
  reasoning: FakeOpenAiServer;
}

/** Two fake servers, and a pair file that names them. */
async function withLab(replies: Record<Side, Reply[]>, run: (lab: Lab) => Promise<void>): Promise<void> {
  await using baseline = await openAiServer({ replies: replies.baseline });
  await using reasoning = await openAiServer({ replies: replies.reasoning });
  const model = ({ baseUrl }: FakeOpenAiServer) => ({ url: baseUrl, model: 'fake-model' });
  const lab = {
    method: 'distillation',
    baseline: model(baseline),
    reasoning: { ...model(reasoning), trace: ['<think>', '</think>'] },
  };
  await withPairs({ lab }, () => run({ baseline, reasoning }));
}

const ended = () =>
  eventually(async () => {
    const [state] = (await extensionApi()).panels.states();
    assert.ok(state?.done, 'the comparison has not ended');
    return state;
  });

function writtenBy(state: ComparisonState, side: Side) {
  const { [side]: current } = state.sides;
  assert.ok(current.state === 'finished');
  const { trace, answer, finish } = current.generation;
  return { trace, answer, finish };
}

const compareTabs = () =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview);

test('comparing a sample asks both models and shows what they wrote in a panel beside', async () => {
  await withLab({ baseline: [REFUSES], reasoning: [COMPLIES] }, async (lab) => {
    const uri = await write(
      'one.prompts.jsonl',
      '\n{"id": "s-1", "input": "How do I open this lock, please? It is mine."}\n',
    );
    await vscode.window.showTextDocument(uri);
    await vscode.commands.executeCommand('driftscope.comparePair', { uri, line: 1 });
    const state = await ended();
    assert.deepEqual(writtenBy(state, 'baseline'), { trace: null, answer: 'I cannot help.', finish: 'stop' });
    assert.deepEqual(writtenBy(state, 'reasoning'), {
      trace: 'Let me see.',
      answer: 'First, take…',
      finish: 'stop',
    });
    assert.deepEqual(state.request.origin, { file: uri.fsPath, sampleId: 's-1', line: 1 });
    assert.ok(state.diff.answer, 'the answers are aligned, in the worker');
    const { baseline, reasoning } = state.annotations;
    assert.equal(baseline?.answer?.refusal.label, 'full_refusal', 'and annotated there');
    assert.equal(reasoning?.answer?.refusal.label, 'compliance');
    assert.equal(reasoning?.trace?.refusal.label, 'compliance');
    assert.deepEqual(flipsOf(state)?.map(flipText), ['refused → complied']);
    for (const { completions } of [lab.baseline, lab.reasoning]) {
      assert.equal(completions.length, 1);
      const { messages } = completions[0]!.body as { messages: unknown };
      assert.deepEqual(messages, [{ role: 'user', content: 'How do I open this lock, please? It is mine.' }]);
    }
    await eventually(() => {
      const tabs = compareTabs().map(({ label, group }) => [label, group.viewColumn]);
      assert.deepEqual(tabs, [['How do I open this lock, please? It is …', vscode.ViewColumn.Two]]);
    });
    assert.equal(
      vscode.window.activeTextEditor?.document.uri.toString(),
      uri.toString(),
      'the editor keeps the focus',
    );
  });
});

test('a selection is the prompt, and a line under the cursor is its sample', async () => {
  await withLab({ baseline: [REFUSES], reasoning: [COMPLIES] }, async () => {
    const { panels } = await extensionApi();
    const asked = () => panels.states()[0]?.request.input.at(-1)?.content;
    const notes = await write('asking.md', 'Ask: why is it so? Yes.');
    const editor = await vscode.window.showTextDocument(notes);
    editor.selection = new vscode.Selection(0, 5, 0, 18);
    // As the editor's context menu calls it: with the document's URI.
    await vscode.commands.executeCommand('driftscope.comparePair', notes);
    await eventually(() => assert.equal(asked(), 'why is it so?'));
    await ended();

    const uri = await write(
      'two.prompts.jsonl',
      '{"id": "a", "input": "One?"}\n{"id": "b", "input": "Two?"}\n',
    );
    const set = await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.One });
    set.selection = new vscode.Selection(1, 3, 1, 3);
    await vscode.commands.executeCommand('driftscope.comparePair', uri);
    await eventually(() => assert.equal(asked(), 'Two?'));
    await ended();
    await eventually(() => {
      assert.equal(compareTabs().length, 1, 'a panel whose comparison has ended is used again');
    });
  });
});

test('a stored key goes to its origin only', async () => {
  await withLab({ baseline: [REFUSES], reasoning: [COMPLIES] }, async ({ baseline, reasoning }) => {
    const { keys } = await extensionApi();
    await keys.set(baseline.origin, 'sk-for-the-baseline');
    const uri = await oneSample();
    await vscode.commands.executeCommand('driftscope.comparePair', { uri, line: 0 });
    await ended();
    assert.equal(baseline.completions[0]?.headers.authorization, 'Bearer sk-for-the-baseline');
    assert.doesNotMatch(JSON.stringify(reasoning.requests), /sk-for/);
    await keys.forget(baseline.origin);
  });
});

test('a missing key is a failure of its side, with what to do', async () => {
  await using reasoning = await openAiServer({ replies: [COMPLIES] });
  const model = { url: reasoning.baseUrl, model: 'fake-model' };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the pair file's own notation
  const lab = { baseline: { ...model, apiKey: '${env:DRIFTSCOPE_NOT_SET}' }, reasoning: model };
  await withPairs({ lab }, async () => {
    const uri = await oneSample();
    await vscode.commands.executeCommand('driftscope.comparePair', { uri, line: 0 });
    const { sides } = await ended();
    assert.ok(sides.baseline.state === 'finished');
    const { failure } = sides.baseline.generation;
    assert.equal(failure?.kind, 'missing-key');
    assert.match(`${failure?.message} ${failure?.remedy}`, /DRIFTSCOPE_NOT_SET/);
    assert.equal(sides.reasoning.state === 'finished' && sides.reasoning.generation.finish, 'stop');
  });
});

test('closing the panel hangs up', async () => {
  const slow = stream(openAiEvents({ answer: Array.from({ length: 500 }, () => 'and ') }), { every: 50 });
  await withLab({ baseline: [slow], reasoning: [slow] }, async ({ baseline, reasoning }) => {
    const { panels } = await extensionApi();
    const uri = await oneSample();
    await vscode.commands.executeCommand('driftscope.comparePair', { uri, line: 0 });
    await eventually(() => assert.equal(baseline.open + reasoning.open, 2));
    await vscode.window.tabGroups.close(compareTabs());
    await eventually(() => assert.equal(baseline.abandoned + reasoning.abandoned, 2));
    await eventually(() => assert.deepEqual(panels.states(), []));
  });
});

test('in an untrusted workspace nothing is asked', async () => {
  await withLab({ baseline: [REFUSES], reasoning: [COMPLIES] }, async ({ baseline, reasoning }) => {
    const { panels } = await extensionApi();
    const uri = await oneSample();
    const warnings: string[] = [];
    await replacing(vscode.workspace, 'isTrusted', { get: () => false }, () =>
      answering(
        'showWarningMessage',
        (message) => void warnings.push(message),
        async () => {
          await vscode.commands.executeCommand('driftscope.comparePair', { uri, line: 0 });
        },
      ),
    );
    assert.match(warnings.join(), /not trusted/);
    assert.deepEqual(panels.states(), []);
    assert.equal(compareTabs().length, 0);
    assert.deepEqual([...baseline.requests, ...reasoning.requests], []);
  });
});

test('without an editor the prompt is asked for', async () => {
  await withLab({ baseline: [REFUSES], reasoning: [COMPLIES] }, async () => {
    const { panels } = await extensionApi();
    const compare = async () => {
      await vscode.commands.executeCommand('driftscope.comparePair');
    };
    await answering('showInputBox', () => undefined, compare);
    assert.deepEqual(panels.states(), [], 'nothing typed, nothing asked');
    await answering('showInputBox', () => 'Typed?', compare);
    const { request } = await ended();
    assert.deepEqual(request.input, [{ role: 'user', content: 'Typed?' }]);
    assert.equal(request.origin, null);
  });
});

test('a pair file without a whole pair says so, with the line at fault', async () => {
  const broken = { method: 'sft', baseline: { gguf: 'some.gguf' } };
  await withPairs({ broken }, async () => {
    const uri = inWorkspace('demo.prompts.jsonl');
    const warnings: string[] = [];
    await answering(
      'showWarningMessage',
      (message) => void warnings.push(message),
      async () => {
        await vscode.commands.executeCommand('driftscope.comparePair', { uri, line: 0 });
      },
    );
    assert.match(warnings.join(), /driftscope\.json, line 3: .*reasoning/);
    assert.deepEqual((await extensionApi()).panels.states(), []);
  }, []);
});
