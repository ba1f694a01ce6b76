// What the view of Check Pair has to look right in. Each gives the state the view opens with.
import { matching } from '../../src/core/endpoints/matching.ts';
import type { CheckProgress, CheckState } from '../../src/shared/checkView.ts';
import type { ModelProbe, ProbeCheck, ProbeReport, ServerIdentity } from '../../src/shared/probe.ts';
import { bySide } from '../../src/shared/side.ts';

const TITLES = {
  values: 'Log-probabilities are numbers ≤ 0 of the given tokens, and add up to at most 1',
  'log-base': 'They are natural logarithms',
  temperature: 'They are those of the model, before any temperature',
  repeatable: 'The same text scored again, after another one, has the same scores',
  'round-trip': 'Text with emoji and Chinese survives tokenizing and back',
  bos: 'A chat begins with one begin-of-sequence token at most',
  trace: 'Its trace can be told from its answer',
  'first-choice': 'What it writes at temperature 0 scores as its first choice, at its own place',
};

const passed = (id: keyof typeof TITLES, seen: string): ProbeCheck => ({
  ...{ id, title: TITLES[id], result: 'passed', seen },
});

const CHECKS: ProbeCheck[] = [
  passed('values', '29 positions, 20 alternatives at each'),
  { ...passed('log-base', 'the lists hold 91 % of the mass at most: too little to tell'), result: 'unknown' },
  passed('temperature', 'the same at temperatures 0, 0.3 and 1'),
  passed('repeatable', 'within 0.0042 nats'),
  passed('round-trip', '29 tokens'),
  passed('bos', 'a chat of 36 tokens begins with token 151644'),
  passed('trace', 'it comes in the field “reasoning”'),
  passed('first-choice', '16 of 16 tokens'),
];

const IDENTITY: ServerIdentity = {
  server: 'vLLM',
  version: '0.11.0',
  model: 'Qwen/Qwen2.5-7B-Instruct',
  contextLength: 32_768,
  vocabularySize: null,
  parameters: null,
  quantization: 'fp8',
  chatTemplate: '{% for message in messages %}…',
  baseModels: ['Qwen/Qwen2.5-7B'],
};

const baseline: ModelProbe = {
  label: 'Qwen/Qwen2.5-7B-Instruct',
  origin: 'http://127.0.0.1:8000',
  identity: IDENTITY,
  scoring: {
    reach: 'top-k',
    route: 'POST /v1/completions with prompt_logprobs',
    maxTop: 20,
    tokenIds: true,
    generatedIds: true,
  },
  checks: CHECKS,
  failure: null,
  requests: 24,
};
const reasoning: ModelProbe = {
  ...baseline,
  label: 'deepseek-ai/DeepSeek-R1-Distill-Qwen-7B',
  origin: 'http://127.0.0.1:8001',
  identity: {
    ...IDENTITY,
    model: 'deepseek-ai/DeepSeek-R1-Distill-Qwen-7B',
    chatTemplate: '{% for message in messages %}<think>',
    baseModels: ['Qwen/Qwen2.5-Math-7B'],
  },
};

const PAIR: CheckState['pair'] = {
  name: 'r1-distill-7b',
  description: 'distillation · Qwen/Qwen2.5-7B-Instruct → deepseek-ai/DeepSeek-R1-Distill-Qwen-7B',
  models: { baseline: baseline.label, reasoning: reasoning.label },
  hasFile: true,
};

function report(
  drift: ProbeReport['drift'],
  verdict: string[],
  models: ProbeReport['models'] = { baseline, reasoning },
  tokenizers: string | null | undefined = null,
): ProbeReport {
  const identities = bySide((side) => models[side].identity);
  const lineage = { base: 'Qwen/Qwen2.5-7B', notes: 'as its model card says' };
  return { pair: PAIR.name, models, matching: matching(identities, tokenizers, lineage), drift, verdict };
}

const shown = (progress: CheckProgress, pair = PAIR): CheckState => ({ pair, progress });
const done = (own: ProbeReport) => shown({ state: 'done', report: own, at: '2026-11-22T05:51:12.000Z' });

const refused: ModelProbe = {
  ...reasoning,
  identity: null,
  scoring: { reach: 'none', route: null, maxTop: 0, tokenIds: false, generatedIds: false },
  checks: [],
  requests: 1,
  failure: {
    kind: 'unauthorized',
    message:
      'deepseek-ai/DeepSeek-R1-Distill-Qwen-7B at http://127.0.0.1:8001 refused the request (401): it wants a key.',
    remedy: 'Run “Driftscope: Set API Key for Endpoint…”, or name an environment variable in the pair file.',
    detail: '{"error":{"message":"Invalid token"}}',
  },
};

const BOUND = 'KL will be a lower bound, and JSD an interval, from lists of the likeliest tokens.';
const NONE = 'KL is unavailable for this pair.';

export const CHECK_SCENARIOS: Record<string, () => CheckState> = {
  bounds: () => done(report('bound', [BOUND])),
  exactly: () => {
    const model: ModelProbe = {
      ...baseline,
      label: 'organism-instruct (embedded engine)',
      origin: null,
      identity: {
        ...IDENTITY,
        ...{ server: 'embedded engine', version: null, model: '/models/organism-instruct.gguf' },
        ...{ vocabularySize: 4096, parameters: 7_012_352, quantization: 'F16', contextLength: 1024 },
      },
      scoring: { ...baseline.scoring, route: 'POST /v1/score', maxTop: null },
    };
    return done(
      report('exact', ['KL will be exact: both servers list the whole vocabulary.'], {
        baseline: model,
        reasoning: model,
      }),
    );
  },
  lying: () => {
    const checks = CHECKS.map(
      (check): ProbeCheck =>
        check.id === 'temperature'
          ? {
              ...check,
              result: 'failed',
              seen: 'they differ by up to 3.21 nats between temperatures 0.3 and 1',
            }
          : check,
    );
    const line =
      'Reasoning model (deepseek-ai/DeepSeek-R1-Distill-Qwen-7B, vLLM) fails a check: “They are those of the model, before any temperature”: they differ by up to 3.21 nats between temperatures 0.3 and 1.';
    return done(report('unavailable', [line, NONE], { baseline, reasoning: { ...reasoning, checks } }));
  },
  otherTokenizer: () => {
    const how = 'emoji: 14 tokens in one and 11 in the other';
    const line = `The tokenizers differ (${how}): no KL per token. What both models give to the same words is compared instead.`;
    return done(report('unavailable', [line, NONE], undefined, how));
  },
  outOfReach: () => {
    const { message, remedy } = refused.failure!;
    const line = `Reasoning model (${refused.label}): ${message} ${remedy}`;
    const own = report('unavailable', [line, NONE], { baseline, reasoning: refused }, undefined);
    return done(own);
  },
  trying: () =>
    shown({
      state: 'running',
      models: { baseline: { ...baseline, checks: CHECKS.slice(0, 4) }, reasoning: null },
      waitingFor: 'loading organism-sft: 40 %',
    }),
  stopped: () =>
    shown({
      state: 'cancelled',
      models: { baseline: { ...baseline, checks: CHECKS.slice(0, 2) }, reasoning: null },
    }),
  noFile: () =>
    shown(
      {
        state: 'failed',
        models: { baseline: null, reasoning: null },
        failure: {
          kind: 'model-file',
          message: 'There is no file /models/gone.gguf.',
          remedy: 'Correct the path in the pair file.',
        },
      },
      { ...PAIR, hasFile: false },
    ),
  hostileNames: () =>
    shown(
      { state: 'running', models: { baseline: null, reasoning: null }, waitingFor: null },
      {
        ...PAIR,
        name: '</script><img src=x onerror=alert(1)>\u202e gnp',
        models: { baseline: `<b>${'x'.repeat(200)}`, reasoning: '\u202eevil' },
      },
    ),
};
