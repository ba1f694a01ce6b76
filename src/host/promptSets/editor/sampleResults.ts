import { createHash } from 'node:crypto';
import type { ComparisonState } from '../../../shared/comparison.ts';
import { type Message, messagesOf, type Sample } from '../../../shared/prompt.ts';
import type { SampleResult } from '../../../shared/promptSetView.ts';
import { bySide, SIDES } from '../../../shared/side.ts';
import { flipsOf, verdictOf } from '../../../shared/verdict.ts';

/** A result as it is kept: `content` says of which wording of the sample it is. */
export interface KeptResult extends Omit<SampleResult, 'stale'> {
  sampleId: string;
  content: string;
}

/** Results of the samples of one set. */
export interface SampleResults {
  /** Newest first. */
  history(sampleId: string, content: () => string): SampleResult[];
  /** Of a pair; of any pair where there is none of that one, or the pair is null. */
  latest(sampleId: string, pair: string | null, content: () => string): SampleResult | null;
}

/** What a comparison came to, as a row shows it; null: it is not of a sample, or nothing came of it. */
export function resultOf(state: ComparisonState, time: string): KeptResult | null {
  const { request } = state;
  const sampleId = request.origin?.sampleId;
  if (!sampleId || !state.done) return null;
  const sides = SIDES.map((side) => state.sides[side]);
  const generations = sides.flatMap((side) => (side.state === 'finished' ? [side.generation] : []));
  if (generations.some(({ finish }) => finish === 'cancelled')) return null;
  const failure = generations.find(({ finish }) => finish === 'failed')?.failure;
  const drift = state.drift.reasoning;
  return {
    sampleId,
    content: contentOf(request.input, request.sample?.secrets),
    comparison: request.id,
    time,
    pair: request.pair.name,
    answers: bySide((side) => verdictOf(state, side, 'answer')?.refusal.label ?? null),
    flips: flipsOf(state) ?? [],
    drift:
      drift.state === 'scored'
        ? { status: drift.drift.status, mean: drift.drift.summary?.all.klForward.mean ?? null }
        : { status: 'unavailable', mean: null },
    ...(failure ? { failure: failure.message } : {}),
  };
}

/** Names what a result depends on in a sample: what is asked, and what is to be kept. */
export function contentOf(input: string | Message[], secrets: Sample['secrets']): string {
  const asked = JSON.stringify([
    messagesOf(input).map(({ role, content }) => [role, content]),
    secrets ?? [],
  ]);
  return createHash('sha256').update(asked).digest('hex').slice(0, 16);
}
