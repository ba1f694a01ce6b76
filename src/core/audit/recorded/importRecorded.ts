import type { SideAnnotations } from '../../../shared/annotation.ts';
import type { RunPlace } from '../../../shared/audit.ts';
import type { Generation } from '../../../shared/generation.ts';
import { inputText } from '../../../shared/prompt.ts';
import type { Side } from '../../../shared/side.ts';
import type { SideTexts } from '../../compare/annotateSide.ts';
import { DEFAULT_DELIMITERS, splitTrace } from '../../endpoints/trace.ts';
import { outcomeOf } from '../outcomeOf.ts';
import type { RunStore } from '../runStore.ts';
import type { Recorded, RecordedEntry } from './read.ts';

export interface ImportedCount {
  /** Generations that the run did not have. */
  added: number;
  /** That it had already: left as they were. */
  known: number;
  faults: { where: string; reason: string }[];
  /** How many there were beyond those in {@link faults}. */
  moreFaults: number;
}

const FAULTS_KEPT = 20;

/** How many generations the most recorded sample has: a run's K. */
export async function mostPerSample(entries: AsyncIterable<RecordedEntry>): Promise<number> {
  const counts = new Map<string, number>();
  let most = 1;
  for await (const entry of entries) {
    if (entry.kind === 'fault') continue;
    const { id, position, k } = entry.value;
    const name = id ?? `#${position}`;
    const count = k === null ? (counts.get(name) ?? 0) + 1 : k + 1;
    counts.set(name, count);
    most = Math.max(most, count);
  }
  return most;
}

/**
 * Puts recorded responses into a run, annotated as an audit's. What the run has stays as it is, so that importing a file
 * twice changes nothing. A trace that was not kept apart is found by the model's delimiters.
 */
export async function importRecorded(
  store: RunStore,
  side: Side,
  entries: AsyncIterable<RecordedEntry>,
  annotate: (texts: SideTexts) => Promise<SideAnnotations>,
): Promise<ImportedCount> {
  const { generations } = store.info();
  const positions = new Map<string, number>();
  let at = 0;
  for (const { id } of store.samples()) positions.set(id, at++);
  const counts = new Map<number, number>();
  const result: ImportedCount = { added: 0, known: 0, faults: [], moreFaults: 0 };
  const fault = (where: string, reason: string) => {
    if (result.faults.length < FAULTS_KEPT) result.faults.push({ where, reason });
    else result.moreFaults++;
  };
  for await (const entry of entries) {
    if (entry.kind === 'fault') {
      fault(entry.where, entry.reason);
      continue;
    }
    const { value } = entry;
    const sample = (value.id === null ? undefined : positions.get(value.id)) ?? positionOf(value, store.size);
    const name = value.id ?? `position ${value.position}`;
    if (sample === undefined) {
      fault(name, 'the prompt set has no such sample');
      continue;
    }
    const k = value.k ?? counts.get(sample) ?? 0;
    counts.set(sample, k + 1);
    if (k >= generations) {
      fault(name, `it has more generations than the run’s ${generations}`);
      continue;
    }
    result[await putRecorded(store, { sample, k, side }, value, annotate)]++;
  }
  return result;
}

/** Puts one response into a run, annotated, unless the run has one there that did not fail. */
export async function putRecorded(
  store: RunStore,
  place: RunPlace,
  value: Recorded,
  annotate: (texts: SideTexts) => Promise<SideAnnotations>,
): Promise<'added' | 'known'> {
  if (store.has(place)) return 'known';
  const generation = generationOf(value, store.info().pair.models[place.side].trace ?? null);
  const { trace, answer } = generation;
  const facts = store.sample(place.sample);
  const annotations = await annotate({
    trace,
    answer,
    prompt: inputText(facts.input),
    secrets: facts.secrets ?? [],
  });
  const outcome = outcomeOf(facts, place.side, { trace, answer }, annotations);
  store.putGeneration(place, { generation, annotations, outcome });
  return 'added';
}

function positionOf({ position }: Recorded, size: number): number | undefined {
  return position !== null && Number.isInteger(position) && position >= 0 && position < size
    ? position
    : undefined;
}

/** Nobody recorded how long it took, nor its tokens. */
function generationOf(
  { trace, text, finish }: Recorded,
  declared: readonly [string, string] | null,
): Generation {
  const rest = { finish, tokens: [], timing: { firstToken: null, trace: null, total: 0 } };
  if (trace !== null) return { trace, answer: text, ...rest };
  const split = splitTrace(text, declared ?? DEFAULT_DELIMITERS, { leading: declared === null });
  return { trace: split.trace, answer: split.answer, raw: text, ...rest };
}
