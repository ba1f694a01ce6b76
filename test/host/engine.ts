import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { script, tinyGguf, tinyId } from '../fakes/tinyGguf.ts';
import { eventually, extensionApi, inWorkspace, oneSample, test, withPairs } from './harness.ts';

test('a killed engine is a failure in the view, and the next comparison works', async () => {
  const says = (...words: string[]) => tinyGguf({ weights: script(...words.map((word) => tinyId(word))) });
  await vscode.workspace.fs.writeFile(inWorkspace('one.gguf'), says('▁the'));
  await vscode.workspace.fs.writeFile(inWorkspace('two.gguf'), says('▁the'));
  const models = { baseline: { gguf: 'one.gguf' }, reasoning: { gguf: 'two.gguf' } };
  const uri = await oneSample();
  const { engine, panels } = await extensionApi();
  const compare = () => vscode.commands.executeCommand('driftscope.comparePair', { uri, line: 0 });

  await withPairs({ endless: { ...models, sampling: { maxTokens: 100_000 } } }, async () => {
    await compare();
    const pid = await eventually(async () => {
      const { baseline } = panels.states()[0]!.sides;
      assert.ok(baseline.state === 'streaming' && baseline.tokens > 3, 'nothing arrived yet');
      const found = await engine.pid();
      assert.ok(found);
      return found;
    });
    process.kill(pid, 'SIGKILL');
    const { sides } = await eventually(() => {
      const [state] = panels.states();
      assert.ok(state?.done);
      return state;
    });
    const { baseline } = sides;
    assert.ok(baseline.state === 'finished');
    assert.equal(baseline.generation.failure?.kind, 'engine-crashed');
    assert.ok(baseline.generation.answer.length > 0, 'what arrived stays');
  });

  await withPairs({ short: { ...models, sampling: { maxTokens: 4 } } }, async () => {
    await compare();
    const { sides, drift } = await eventually(() => {
      const [state] = panels.states();
      assert.ok(state?.done && state.request.pair.name === 'short');
      return state;
    });
    assert.equal(sides.reasoning.state === 'finished' && sides.reasoning.generation.finish, 'length');
    assert.ok(drift.reasoning.state === 'scored', JSON.stringify(drift.reasoning));
    assert.equal(drift.reasoning.drift.status, 'exact');
    assert.equal(drift.reasoning.drift.positions.length, 4);
  });

  await vscode.commands.executeCommand('driftscope.stopEngine');
  await eventually(async () => assert.equal(await engine.pid(), null));
});
