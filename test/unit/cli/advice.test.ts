import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { probeText } from '../../../src/cli/output/probeText.ts';
import { createStyle } from '../../../src/cli/output/terminal.ts';
import type { ModelProbe, ProbeReport } from '../../../src/shared/probe.ts';
import { adviceFor } from '../../../src/shared/probeAdvice.ts';
import { bySide } from '../../../src/shared/side.ts';

const MODEL: ModelProbe = {
  label: 'x',
  origin: 'http://127.0.0.1:8000',
  identity: {
    ...{ server: 'vLLM', version: '1', model: 'x', contextLength: 1, vocabularySize: null, parameters: null },
    ...{ quantization: null, chatTemplate: null, baseModels: [] },
  },
  scoring: { reach: 'top-k', route: 'r', maxTop: 20, tokenIds: true, generatedIds: true },
  checks: [],
  failure: null,
  requests: 1,
};

function report(
  drift: ProbeReport['drift'],
  model: Partial<ModelProbe> = {},
  matching: ProbeReport['matching'] = [],
) {
  const models = bySide((side) => (side === 'reasoning' ? { ...MODEL, ...model } : MODEL));
  return { pair: 'p', models, matching, drift, verdict: ['KL …'] } satisfies ProbeReport;
}

describe('what to do for more than a pair gives', () => {
  test('is nothing where KL is exact', () => {
    assert.deepEqual(adviceFor(report('exact')), []);
  });

  test('names the option of a server that lists few tokens, and the way to exact KL', () => {
    const sglang = { identity: { ...MODEL.identity!, server: 'SGLang' } };
    const [vllm, other, exact] = adviceFor(report('bound', sglang));
    assert.match(vllm!, /^Baseline: start vLLM with a larger --max-logprobs than 20/);
    assert.match(other!, /^Reasoning model: its server lists 20 tokens at most/);
    assert.match(exact!, /embedded engine give exact KL/);
  });

  test('says how two servers that list everything can be made to', () => {
    const all = { ...MODEL, scoring: { ...MODEL.scoring, maxTop: null } };
    const { models, ...rest } = report('bound');
    const advice = adviceFor({ ...rest, models: bySide(() => all) });
    assert.equal(advice.length, 1);
    assert.match(advice[0]!, /"scoring": \{ "k": "all" \}/);
    assert.doesNotMatch(adviceFor({ ...rest, models: { ...models, reasoning: all } }).join(), /Both servers/);
  });

  test('says how to serve a model that cannot be scored, and what a failing one lacks', () => {
    const hosted = { scoring: { ...MODEL.scoring, reach: 'own-generation' as const } };
    assert.match(adviceFor(report('unavailable', hosted)).join(), /^Reasoning model: Serve it with vLLM/);
    const failing = (id: string) => ({ checks: [{ id, title: 't', result: 'failed' as const, seen: 's' }] });
    assert.match(adviceFor(report('unavailable', failing('values'))).join(), /--logprobs-mode raw_logprobs/);
    assert.match(adviceFor(report('unavailable', failing('repeatable'))).join(), /server’s own doing/);
  });

  test('asks for one tokenizer where there are two, and repeats no remedy of a failure', () => {
    const differs = {
      ...{ id: 'tokenizer' as const, title: 'Tokenizer', result: 'differs' as const },
      values: { baseline: null, reasoning: null },
    };
    assert.match(adviceFor(report('unavailable', {}, [differs])).join(), /share its tokenizer/);
    const failure = { kind: 'unreachable' as const, message: 'Gone.', remedy: 'Start it.' };
    assert.deepEqual(adviceFor(report('unavailable', { failure })), []);
  });

  test('stands under the verdict of driftscope probe', () => {
    assert.match(
      probeText(report('bound'), createStyle(false)),
      /^Pair p\n {2}KL …\n {2}To get more: Baseline/,
    );
  });
});
