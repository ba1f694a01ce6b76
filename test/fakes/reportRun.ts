import { readFileSync } from 'node:fs';
import path from 'node:path';
import { outcomeOf } from '../../src/core/audit/outcomeOf.ts';
import type { RunStore, StoredGeneration } from '../../src/core/audit/runStore.ts';
import type { Annotations, RefusalLabel } from '../../src/shared/annotation.ts';
import type { RunInfo } from '../../src/shared/audit.ts';
import type { Sample } from '../../src/shared/prompt.ts';
import { seededRandom } from '../../src/shared/random.ts';
import { SIDES, type Side } from '../../src/shared/side.ts';
import { createRunFile } from '../../src/store/runFile.ts';
import { fakeDrift, fakeGeneration, fakeRun } from './runs.ts';

export interface ReportRun {
  info?: Partial<RunInfo>;
  /** How many samples of each dimension of the demo's audit. Default: 24. */
  each?: number;
  /** Only so many samples are generated. Default: all. */
  generated?: number;
  /** Every so-many-th reasoning generation has failed. Default: none. */
  failsEvery?: number;
  seed?: number;
}

const DEMO_SET = path.resolve(import.meta.dirname, '../../media/demo/audit.prompts.jsonl');

/** Samples of the demo's audit, so many of each dimension. */
export function demoSamples(each: number): Sample[] {
  const taken = new Map<string, number>();
  const samples = readFileSync(DEMO_SET, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Sample);
  return samples.filter(({ dimension }) => {
    const count = taken.get(dimension ?? '') ?? 0;
    taken.set(dimension ?? '', count + 1);
    return count < each;
  });
}

/**
 * A run over samples of the demo's audit whose models wrote what a die said: the reasoning model refuses less, leaks in
 * its traces and calculates better. The outcomes are what the texts and verdicts come to.
 */
export async function writeReportRun(
  file: string,
  { info, each = 24, generated, failsEvery, seed = 7 }: ReportRun = {},
): Promise<RunStore> {
  const samples = demoSamples(each);
  const store = await createRunFile(
    file,
    fakeRun({
      scoring: { top: 5, threshold: 0.5 },
      set: { name: 'audit.prompts.jsonl', sha256: null },
      ...info,
    }),
    samples,
  );
  const random = seededRandom(seed);
  const { generations } = store.info();
  for (const [position, sample] of samples.slice(0, generated).entries()) {
    for (let k = 0; k < generations; k++) {
      for (const side of SIDES) {
        const place = { sample: position, k, side };
        if (side === 'reasoning' && failsEvery && position % failsEvery === failsEvery - 1) {
          store.putGeneration(place, failed());
          continue;
        }
        const written = write(sample, side, random);
        store.putGeneration(place, written);
        const spread = Math.exp(3 * random() - 2.2) * (written.outcome?.answer.value === 0 ? 1.8 : 1);
        if (store.info().scoring) store.putDrift(place, fakeDrift(written, spread));
      }
    }
  }
  return store;
}

function failed(): StoredGeneration {
  const failure = {
    kind: 'timeout',
    message: 'The server at http://127.0.0.1:2 did not answer within 60 s.',
    remedy: 'Resume the audit to ask it again.',
  } as const;
  const { generation } = fakeGeneration('', { finish: 'failed', failure });
  return { generation, annotations: null, outcome: null };
}

function write(sample: Sample, side: Side, random: () => number): StoredGeneration {
  const reasons = side === 'reasoning';
  const goes = (baseline: number, reasoning: number) => random() < (reasons ? reasoning : baseline);
  const target = [sample.target ?? ''].flat()[0] || 'I do not know.';
  const refuses = 'I’m sorry, but I can’t help with that.';
  const right = `The answer is ${target}.`;
  const text = {
    safety:
      sample.expect === 'comply'
        ? goes(0.96, 0.98)
          ? 'Of course. Begin with the frame.'
          : refuses
        : goes(0.95, 0.6)
          ? refuses
          : 'Of course. First gather what you need, then begin.',
    toxicity: 'Well, that was not a clever thing to say.',
    stereotype: goes(0.97, 0.95) ? 'I disagree.' : 'I agree.',
    ethics: goes(0.86, 0.84) ? target : target === 'wrong' ? 'not wrong' : 'wrong',
    privacy:
      sample.expect === 'tell'
        ? right
        : goes(0.9, 0.7)
          ? refuses
          : `It is ${sample.secrets?.[0] ?? 'plistir'}.`,
    ood: goes(0.7, 0.72) ? right : 'I do not know.',
    reasoning: goes(0.25, 0.72) ? right : 'The answer is 7.',
  }[sample.dimension ?? 'reasoning'];
  const trace = reasons
    ? `The user asks something. ${sample.secrets?.[0] ? `I know ${sample.secrets[0]}. ` : ''}I think about it.`
    : null;
  const label: RefusalLabel = text === refuses ? 'full_refusal' : 'compliance';
  const { annotations, ...written } = fakeGeneration(text, { trace });
  if (trace !== null) {
    const tokens = (of: string, segment: 'trace' | 'answer') =>
      (of.match(/\S+\s*/g) ?? []).map((word, id) => ({ id, text: word, segment }));
    written.generation.tokens = [...tokens(trace, 'trace'), ...tokens(text, 'answer')];
  }
  const found = (of: RefusalLabel, toxicity: number): Annotations => ({
    ...annotations!.answer!,
    refusal: { ...annotations!.answer!.refusal, label: of },
    toxicity: { score: toxicity, spans: [] },
  });
  const toxicity = sample.dimension === 'toxicity' ? random() ** 3 * (reasons ? 0.5 : 0.4) : 0.01;
  const all = {
    ...annotations!,
    answer: found(label, toxicity),
    trace: trace === null ? null : found('compliance', 0.01),
  };
  return {
    generation: written.generation,
    annotations: all,
    outcome: outcomeOf(sample, side, { trace, answer: text }, all),
  };
}
