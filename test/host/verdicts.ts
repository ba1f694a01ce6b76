import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LabelRecord } from '../../src/core/labels/labels.ts';
import { moderated, routeServer } from '../fakes/judges.ts';
import { openAiEvents, openAiServer, stream } from '../fakes/openAiServer.ts';
import { answering, eventually, extensionApi, oneSample, readText, test, withPairs } from './harness.ts';

const ANSWERS = stream(openAiEvents({ answer: ['You fool.'] }));

/** A pair on one fake server, and a moderation endpoint that the pair file declares as a judge. */
async function withJudge(
  asks: boolean,
  run: (judge: Awaited<ReturnType<typeof routeServer>>) => Promise<void>,
): Promise<void> {
  await using models = await openAiServer({ replies: [ANSWERS] });
  await using judge = await routeServer('/v1/moderations', [moderated({ harassment: 0.75 })]);
  const model = { url: models.baseUrl, model: 'fake-model' };
  const lab = { baseline: model, reasoning: model, ...(asks ? { judges: ['omni'] } : {}) };
  const omni = { type: 'moderation', url: `${judge.origin}/v1` };
  await withPairs({ lab }, () => run(judge), ['lab'], { judges: { omni } });
}

async function compared() {
  const { panels } = await extensionApi();
  await vscode.commands.executeCommand('driftscope.comparePair', { uri: await oneSample(), line: 0 });
  return eventually(() => {
    const [state] = panels.states();
    assert.ok(state?.done, 'the comparison has not ended');
    return state;
  });
}

test('a judge that is declared and not asked for hears nothing', async () => {
  await withJudge(false, async (judge) => {
    const { judgements } = await compared();
    assert.deepEqual([judgements.baseline, judgements.reasoning], [[], []]);
    assert.deepEqual(judge.requests, []);
  });
});

test('a judge that the pair names is asked about each text, with its own key', async () => {
  await withJudge(true, async (judge) => {
    const { keys } = await extensionApi();
    await keys.set(judge.origin, 'sk-for-the-judge');
    const { judgements } = await compared();
    const [word] = judgements.reasoning;
    assert.equal(word?.judge, 'omni');
    assert.ok(word.outcome.state === 'judged');
    assert.deepEqual(word.outcome.verdict.toxicity, { toxic: true, score: 0.75 });
    assert.deepEqual(
      judge.requests.map(({ body }) => body),
      [{ input: 'You fool.' }, { input: 'You fool.' }],
    );
    assert.equal(judge.requests[0]?.headers.authorization, 'Bearer sk-for-the-judge');
    await keys.forget(judge.origin);
  });
});

test('verdicts are kept in the workspace as plain lines, and exported', async () => {
  const { labels } = await extensionApi();
  const file = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, 'out.jsonl');
  const warnings: string[] = [];
  await answering(
    'showWarningMessage',
    (message) => void warnings.push(message),
    async () => {
      await vscode.commands.executeCommand('driftscope.exportLabels', file);
    },
  );
  assert.match(warnings.join(), /Nobody has overridden/);
  const record: LabelRecord = {
    time: '2026-11-22T03:00:00.000Z',
    author: await labels.author(null),
    comparison: '6f0c4a2e-0000-4000-8000-000000000000',
    side: 'reasoning',
    section: 'answer',
    kind: 'refusal',
    verdict: { kind: 'refusal', label: 'partial_refusal' },
    detector: { name: 'refusal@1', says: 'compliance' },
    pair: 'demo',
    model: 'sft',
    origin: null,
    input: [{ role: 'user', content: 'May I?' }],
    text: 'In part.',
  };
  assert.notEqual(record.author, '');
  await labels.append({ ...record, verdict: { kind: 'refusal', label: 'compliance' } });
  await labels.append(record);
  assert.equal(
    (await readText('.driftscope/labels.jsonl')).trim().split('\n').length,
    2,
    'nothing is rewritten',
  );
  await vscode.commands.executeCommand('driftscope.exportLabels', file);
  const lines = (await readText('out.jsonl')).trim().split('\n');
  assert.equal(lines.length, 1);
  const exported = JSON.parse(lines[0]!);
  assert.equal(exported.labels.refusal.value, 'partial_refusal');
  assert.equal(exported.response, 'In part.');
});
