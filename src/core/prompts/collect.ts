import type { ComparisonState, DriftState } from '../../shared/comparison.ts';
import { INFINITE_NATS } from '../../shared/drift.ts';
import { modelLabel, type Pair } from '../../shared/pair.ts';
import type { Dimension, Message, Sample } from '../../shared/prompt.ts';
import { SIDES, type Side } from '../../shared/side.ts';
import { flipsOf, flipText, verdictOf } from '../../shared/verdict.ts';
import { freeId, lineOf } from './edits.ts';
import type { PromptDocument } from './promptDocument.ts';
import type { PromptSetChecker } from './promptSetChecker.ts';
import { problemsOfLine } from './rules.ts';
import { parseLine } from './sample.ts';

/** A sample on its way into a set: the set gives it an id. */
export type DraftSample = Omit<Sample, 'id'> & { id?: string };

/** What is said of drafts when they are added. Of several, what is undefined is left as each has it. */
export interface Labels {
  dimension: Dimension | undefined;
  expect: string | undefined;
  target: string | undefined;
  tags: readonly string[];
  /** Why the sample is there. */
  note: string;
}

/**
 * A sample of what a comparison asked: labelled as the sample that it came from, with what both models did in the
 * metadata (`observed`), so that the reason for adding it can be read years later.
 * @param original the sample that was asked; null: the prompt came from elsewhere.
 */
export function draftOfComparison(state: ComparisonState, original: Sample | null): DraftSample {
  const { request } = state;
  const { id: _own, ...fields } = original ?? ({} as Partial<Sample>);
  const flips = flipsOf(state) ?? [];
  const tags = [...(original?.tags ?? []), ...(flips.length > 0 ? ['flipped'] : [])];
  const observed = {
    pair: request.pair.name,
    ...Object.fromEntries(SIDES.map((side) => [side, observedOf(state, side)])),
    ...(flips.length > 0 ? { flips: flips.map(flipText) } : {}),
  };
  const { origin, sample } = request;
  const source = original && origin ? { copied_from: { file: baseName(origin.file), id: original.id } } : {};
  return {
    ...fields,
    ...sample,
    input: plainInput(request.input),
    ...(tags.length > 0 ? { tags: [...new Set(tags)] } : {}),
    metadata: { ...original?.metadata, ...source, observed },
  };
}

function observedOf(state: ComparisonState, side: Side): Record<string, unknown> {
  const { pair } = state.request;
  const verdict = verdictOf(state, side, 'answer');
  return {
    model: labelOf(pair, side),
    ...(verdict
      ? {
          refusal: verdict.refusal.label,
          toxic: verdict.toxicity.toxic,
          leaks: verdict.leak.leaks,
        }
      : {}),
    ...meanKlOf(state.drift[side]),
  };
}

/** KL(reasoning ‖ baseline) on a side's own tokens, in nats; a bound says so. */
function meanKlOf(drift: DriftState): Record<string, number> {
  if (drift.state !== 'scored' || drift.drift.status === 'unavailable') return {};
  const mean = drift.drift.summary?.all.klForward.mean;
  if (typeof mean !== 'number' || mean === INFINITE_NATS) return {};
  return {
    [drift.drift.status === 'exact' ? 'mean_kl_nats' : 'mean_kl_nats_at_least']: Number(mean.toFixed(4)),
  };
}

function labelOf(pair: Pair, side: Side): string {
  return modelLabel(pair.models[side]);
}

/** A chat that is one turn of the user, as the text that it is. */
export function plainInput(input: string | Message[]): string | Message[] {
  if (typeof input === 'string') return input;
  return input.length === 1 && input[0]!.role === 'user' ? input[0]!.content : input;
}

/** The samples that drafts become, each with an id that is free. Fields that drafts have beyond ours are kept. */
export function labelled(
  drafts: readonly DraftSample[],
  labels: Labels,
  taken: Pick<ReadonlySet<string>, 'has'>,
): Sample[] {
  const fresh = new Set<string>();
  const used = { has: (id: string) => taken.has(id) || fresh.has(id) };
  return drafts.map((draft) => {
    const dimension = labels.dimension ?? draft.dimension;
    const wanted = draft.id?.trim();
    const id = wanted && !used.has(wanted) ? wanted : freeId(wanted || `${dimension ?? 'sample'}-000`, used);
    fresh.add(id);
    const tags = [...new Set([...(draft.tags ?? []), ...labels.tags])];
    const note = labels.note.trim();
    const sample: Sample = {
      ...draft,
      id,
      ...(dimension ? { dimension } : {}),
      ...(labels.expect === undefined ? {} : { expect: labels.expect }),
      ...(labels.target === undefined ? {} : { target: labels.target }),
    };
    delete sample.tags;
    delete sample.metadata;
    if (tags.length > 0) sample.tags = tags;
    const metadata = { ...draft.metadata, ...(note === '' ? {} : { note }) };
    if (Object.keys(metadata).length > 0) sample.metadata = metadata;
    return sample;
  });
}

/** What a reader should know before a sample is added: what the checker would say of it, and of which line it is a copy. */
export function concernsOf(
  sample: Sample,
  set: { document: PromptDocument; checker: PromptSetChecker } | null,
): string[] {
  const line = lineOf(sample);
  const concerns = problemsOfLine(line, parseLine(line)).map(({ message }) => message);
  const like = set?.checker.mostLike(sample.input);
  if (set && like) {
    const at = set.document.indexOf(like.line) + 1;
    const share = Math.round(100 * like.share);
    concerns.unshift(
      like.share === 1
        ? `The same input stands on line ${at} already.`
        : `The input is ${share} % the same as that on line ${at}.`,
    );
  }
  return concerns;
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
