import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ComparisonState } from '../../src/shared/comparison.ts';
import { byteModel } from '../fakes/byteModel.ts';
import { fakeVllm } from '../fakes/dialects/vllm.ts';
import type { FakeServer } from '../fakes/httpServer.ts';
import { tinyGguf } from '../fakes/tinyGguf.ts';
import {
  eventually,
  extensionApi,
  inWorkspace,
  oneSample,
  readText,
  replacing,
  test,
  withPairs,
  write,
} from './harness.ts';

const QUESTION = [{ role: 'user' as const, content: 'Count from one to ten, in words.' }];

/** Two vLLMs with models of one tokenizer, and a pair file that names them. */
async function withServers(
  run: (servers: { baseline: FakeServer; reasoning: FakeServer; served: { name: string } }) => Promise<void>,
): Promise<void> {
  const served = { name: 'one' };
  const [left, right] = [byteModel(1), byteModel(2)];
  const writes = await right.greedy(QUESTION, 16);
  await using baseline = await fakeVllm(left, { writes: await left.greedy(QUESTION, 16), maxLogprobs: 50 });
  await using reasoning = await fakeVllm(right, { writes, maxLogprobs: 50, served });
  const at = ({ origin }: FakeServer) => ({ url: `${origin}/v1`, model: 'fake-model' });
  await withPairs({ servers: { baseline: at(baseline), reasoning: at(reasoning) } }, () =>
    run({ baseline, reasoning, served }),
  );
}

const report = (pair: string) =>
  eventually(async () => {
    const state = (await extensionApi()).check.state();
    assert.ok(
      state?.pair.name === pair && state.progress.state === 'done',
      JSON.stringify(state?.progress.state),
    );
    return state.progress.report;
  });

async function compared(uri: vscode.Uri): Promise<ComparisonState> {
  await vscode.commands.executeCommand('driftscope.comparePair', { uri, line: 0 });
  return eventually(async () => {
    const state = (await extensionApi()).panels.states().at(-1);
    assert.ok(state?.done && state.request.origin?.file === uri.fsPath, 'the comparison has not ended');
    return state;
  });
}

test('Check Pair tries both servers out and says what a comparison will show', async () => {
  await withServers(async () => {
    await vscode.commands.executeCommand('driftscope.checkPair');
    const { models, drift, matching, verdict } = await report('servers');
    assert.equal(drift, 'bound', verdict.join(' '));
    assert.equal(models.reasoning.identity?.server, 'vLLM');
    assert.equal(models.reasoning.scoring.maxTop, 50);
    assert.ok(
      models.reasoning.checks.every(({ result }) => result !== 'failed'),
      verdict.join(' '),
    );
    assert.equal(matching.find(({ id }) => id === 'tokenizer')?.result, 'same');
    await eventually(() => {
      const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).map(({ label }) => label);
      assert.ok(tabs.includes('Check: servers'), tabs.join());
    });
  });
});

test('Check Pair shows a fault of one server beside what the other can do', async () => {
  await using baseline = await fakeVllm(byteModel(1));
  const gone = { url: 'http://127.0.0.1:9/v1', model: 'gone' };
  const there = { url: `${baseline.origin}/v1`, model: 'fake-model' };
  await withPairs({ half: { baseline: there, reasoning: gone } }, async () => {
    await vscode.commands.executeCommand('driftscope.checkPair');
    const { models, drift } = await report('half');
    assert.equal(drift, 'unavailable');
    assert.equal(models.reasoning.failure?.kind, 'unreachable');
    assert.equal(models.baseline.scoring.reach, 'top-k');
  });
});

test('a lens over each pair, and the status bar, lead to Check Pair', async () => {
  const model = (seed: number) => tinyGguf({ weights: { kind: 'random', seed } });
  await vscode.workspace.fs.writeFile(inWorkspace('check-one.gguf'), model(1));
  await vscode.workspace.fs.writeFile(inWorkspace('check-two.gguf'), model(2));
  const pair = { baseline: { gguf: 'check-one.gguf' }, reasoning: { gguf: 'check-two.gguf' } };
  await withPairs({ first: pair, second: pair }, async () => {
    const uri = inWorkspace('driftscope.json');
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const lenses = await eventually(async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        uri,
      );
      assert.equal(found.length, 2);
      return found;
    });
    const [, second] = lenses;
    assert.match(document.lineAt(second!.range.start.line).text, /"second"/);
    const { command, arguments: args = [] } = second!.command!;
    await vscode.commands.executeCommand(command, ...args);
    const { drift, matching } = await report('second');
    assert.equal(drift, 'exact');
    assert.equal(matching.find(({ id }) => id === 'chat-template')?.result, 'same');

    const { statusBar } = await extensionApi();
    await eventually(() => {
      const { tooltip } = statusBar;
      assert.ok(tooltip instanceof vscode.MarkdownString);
      assert.match(tooltip.value, /\]\(command:driftscope\.checkPair\)/);
    });
  });
  assert.match(await readText('driftscope.json'), /demo/);
});

test('an untrusted workspace is checked by nobody', async () => {
  await withServers(async ({ reasoning }) => {
    const before = reasoning.requests.length;
    const { check } = await extensionApi();
    const state = check.state();
    await replacing(vscode.workspace, 'isTrusted', { value: false }, async () => {
      let warned = '';
      await replacing(
        vscode.window,
        'showWarningMessage',
        {
          value: async (message: string) => {
            warned = message;
          },
        },
        async () => {
          await vscode.commands.executeCommand('driftscope.checkPair');
        },
      );
      assert.match(warned, /not trusted/);
    });
    assert.equal(reasoning.requests.length, before);
    assert.deepEqual(check.state(), state);
  });
});

test('the first comparison of a pair tries its servers out, later ones ask who answers', async () => {
  await withServers(async ({ reasoning, served }) => {
    const asked = () => reasoning.requests.length;
    const before = asked();
    const first = await compared(await oneSample());
    assert.ok(first.check?.state === 'checked');
    assert.equal(first.check.check.fault, null);
    assert.equal(first.check.check.matching.find(({ id }) => id === 'tokenizer')?.result, 'same');
    assert.ok(first.drift.reasoning.state === 'scored', JSON.stringify(first.drift.reasoning));
    assert.equal(first.drift.reasoning.drift.status, 'bound');
    const firstRequests = asked() - before;

    const second = await compared(await oneSample());
    assert.deepEqual(second.check, first.check);
    assert.ok(second.drift.reasoning.state === 'scored');
    const secondRequests = asked() - before - firstRequests;
    assert.ok(secondRequests < firstRequests / 2, `${firstRequests} requests, then ${secondRequests}`);

    served.name = 'another';
    const third = await compared(await oneSample());
    assert.ok(third.check?.state === 'checked');
    const thirdRequests = asked() - before - firstRequests - secondRequests;
    assert.ok(thirdRequests > secondRequests + 10, `another model: ${thirdRequests} requests`);
  });
});

test('a server whose scores are wrong gives no drift, and the comparison says why', async () => {
  const [left, right] = [byteModel(1), byteModel(2)];
  await using baseline = await fakeVllm(left, { writes: await left.greedy(QUESTION, 16), maxLogprobs: 300 });
  await using reasoning = await fakeVllm(right, {
    ...{ writes: await right.greedy(QUESTION, 16), maxLogprobs: 300, lie: 'temperature' },
  });
  const at = ({ origin }: FakeServer) => ({ url: `${origin}/v1`, model: 'fake-model' });
  await withPairs({ liar: { baseline: at(baseline), reasoning: at(reasoning) } }, async () => {
    const { check, drift, sides } = await compared(
      await write('liar.prompts.jsonl', '{"id": "a", "input": "Hello?"}\n'),
    );
    assert.ok(check?.state === 'checked');
    assert.match(check.check.fault ?? '', /before any temperature/);
    assert.ok(sides.reasoning.state === 'finished' && sides.reasoning.generation.answer.length > 0);
    for (const side of ['baseline', 'reasoning'] as const) {
      const own = drift[side];
      assert.ok(own.state === 'scored');
      assert.deepEqual([own.drift.status, own.drift.reason], ['unavailable', check.check.fault]);
    }
  });
});
