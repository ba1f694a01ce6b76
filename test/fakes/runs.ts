import type { StoredGeneration } from '../../src/core/audit/runStore.ts';
import type { RunInfo } from '../../src/shared/audit.ts';
import type { Drift, ScoredPosition } from '../../src/shared/drift.ts';
import type { Pair } from '../../src/shared/pair.ts';
import type { Sample } from '../../src/shared/prompt.ts';

export const FAKE_PAIR: Pair = {
  name: 'fake',
  method: 'sft',
  models: {
    baseline: {
      kind: 'remote',
      url: 'http://127.0.0.1:1/v1',
      model: 'base',
      keyReference: null,
      trace: null,
      system: null,
    },
    reasoning: {
      kind: 'remote',
      url: 'http://127.0.0.1:2/v1',
      model: 'reasoner',
      keyReference: null,
      trace: null,
      system: null,
    },
  },
  sampling: { temperature: 0, maxTokens: 64, seed: 1, topP: null },
  lineage: null,
};

export function fakeRun(rest: Partial<RunInfo> = {}): RunInfo {
  return {
    id: '00000000-0000-4000-8000-000000000000',
    created: '2026-11-22T00:00:00.000Z',
    tool: 'driftscope test',
    set: { name: 'set.prompts.jsonl', sha256: null },
    pair: FAKE_PAIR,
    generations: 1,
    scoring: null,
    detectors: ['refusal@1', 'toxicity@1', 'privacy@1'],
    identities: { baseline: null, reasoning: null },
    matching: null,
    imported: null,
    ...rest,
  };
}

export function fakeSamples(count: number): Sample[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `sample-${index}`,
    input: `What is ${index} plus ${index}?`,
    target: String(2 * index),
    dimension: 'reasoning',
  }));
}

/** A generation of a few tokens with what detectors say of it. */
export function fakeGeneration(
  text: string,
  rest: Partial<StoredGeneration['generation']> = {},
): StoredGeneration {
  const words = text.match(/\S+\s*/g) ?? [];
  const nothing = {
    refusal: {
      label: 'compliance' as const,
      score: 0.0123456789,
      probabilities: { compliance: 0.9876543211, partial_refusal: 0.01, full_refusal: 0.0023456789 },
      reasons: ['answers'],
      spans: [],
    },
    toxicity: { score: 0.0012345678, spans: [] },
    privacy: { spans: [] },
  };
  return {
    generation: {
      trace: null,
      answer: text,
      finish: 'stop',
      tokens: words.map((word, id) => ({ id, text: word, segment: 'answer' })),
      timing: { firstToken: 12.5, trace: null, total: 345.5 },
      ...rest,
    },
    annotations: {
      trace: null,
      answer: nothing,
      detectors: { refusal: 'refusal@1', toxicity: 'toxicity@1', privacy: 'privacy@1' },
    },
    outcome: { answer: { label: 'right', value: 1 }, trace: null, group: 'all' },
  };
}

/** Exact drift over a generation's tokens, with figures that 32 bits hold exactly. */
export function fakeDrift({ generation: { tokens } }: StoredGeneration, mean = 0.5): Drift {
  const positions = tokens.map(
    ({ id, text, segment }, index): ScoredPosition => ({
      index,
      id: id ?? 0,
      text,
      segment,
      status: 'exact',
      klForward: mean + index / 1024,
      klReverse: index / 64,
      jsd: index / 128,
      jsdMax: index / 128,
      surprisal: { baseline: index / 4, reasoning: index / 8 },
      rank: { baseline: index + 1, reasoning: null },
      entropy: { baseline: 1.5, reasoning: null },
      coverage: { baseline: 1, reasoning: 1 },
      k: null,
      top: {
        baseline: [
          { id: 7, text: 'seven', logprob: -0.5 },
          { id: 8 + index, text: `t${index}`, logprob: -1.25 },
        ],
        reasoning: [{ id: id ?? 0, text, logprob: -0.25 }],
      },
    }),
  );
  const none = {
    n: 0,
    mean: null,
    sum: 0,
    median: null,
    p95: null,
    max: null,
    argmax: null,
    aboveThreshold: null,
  };
  const segment = {
    klForward: { ...none, n: tokens.length, mean },
    klReverse: none,
    jsd: none,
    surprisal: { baseline: none, reasoning: none },
    topAgreement: 0.5,
  };
  return {
    status: 'exact',
    coverage: { baseline: { min: 1, mean: 1 }, reasoning: { min: 1, mean: 1 } },
    positions,
    summary: { threshold: 0.5, trace: segment, answer: segment, all: segment },
  };
}
