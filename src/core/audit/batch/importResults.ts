import type { SideAnnotations } from '../../../shared/annotation.ts';
import type { RunPlace } from '../../../shared/audit.ts';
import { FailureError } from '../../../shared/failure.ts';
import { bySide, otherSide, type Side } from '../../../shared/side.ts';
import type { SideTexts } from '../../compare/annotateSide.ts';
import { linesOf } from '../../formats/containers/jsonLines.ts';
import { type ImportSource, isObject } from '../../formats/record.ts';
import { parsePythonJson } from '../../jsonText/pythonJson.ts';
import { putRecorded } from '../recorded/importRecorded.ts';
import { batchBody, batchLine, type Recorded } from '../recorded/read.ts';
import type { RunStore } from '../runStore.ts';
import { driftOfScores, readScores, type TextScores } from './scores.ts';
import { scorableText } from './scoringLines.ts';

/** What became of a file of results. */
export interface ImportedResults {
  /** Generations, and scorings of one model, that the run did not have. */
  added: number;
  /** That it had already: left as they were. */
  known: number;
  faults: { where: string; reason: string }[];
  /** How many there were beyond those in {@link faults}. */
  moreFaults: number;
}

const FAULTS_KEPT = 20;

/** What a line is of, told by its `custom_id`. */
type Job =
  | { type: 'generate'; place: RunPlace }
  | { type: 'score'; place: RunPlace; scorer: Side; alternatives: number };

/**
 * Puts a file of batch results into the run that the batch was exported from: generations, annotated as an audit's, and
 * scores, which become drift once both models' are there. Lines may come in any order and in parts; what the run has stays
 * as it is, so that importing a file twice changes nothing. Holds one line at a time.
 */
export async function importResults(
  store: RunStore,
  source: ImportSource,
  annotate: (texts: SideTexts) => Promise<SideAnnotations>,
): Promise<ImportedResults> {
  const result: ImportedResults = { added: 0, known: 0, faults: [], moreFaults: 0 };
  for await (const { text, line } of linesOf(source)) {
    if (text.trim() === '') continue;
    let found: Line;
    try {
      found = readLine(store, parsePythonJson(text));
    } catch (error) {
      if (error instanceof FailureError) throw error; // the run file's, not the line's
      if (result.faults.length === FAULTS_KEPT) result.moreFaults++;
      else result.faults.push({ where: `line ${line}`, reason: (error as Error).message });
      continue;
    }
    if (found.type === 'known') result.known++;
    else if (found.type === 'generation') {
      result[await putRecorded(store, found.place, found.value, annotate)]++;
    } else {
      await putScores(store, found);
      result.added++;
    }
  }
  return result;
}

/** What a line brings. */
type Line =
  | { type: 'known' }
  | { type: 'generation'; place: RunPlace; value: Recorded }
  | { type: 'scores'; place: RunPlace; scorer: Side; scores: TextScores };

/** @throws Error saying what is wrong with it */
function readLine(store: RunStore, value: unknown): Line {
  if (!isObject(value)) throw new Error('it is no JSON object');
  const job = jobOf(store, String(value.custom_id));
  if (job.type === 'generate') return { type: 'generation', place: job.place, value: batchLine(value) };
  const { place, scorer, alternatives } = job;
  const body = batchBody(value);
  if (store.driftSummary(place)?.summary || store.scores(place, scorer)) return { type: 'known' };
  const stored = store.generation(place);
  const name = `${place.side}’s generation ${place.k} of sample ${store.sample(place.sample).id}`;
  if (!stored || stored.generation.finish === 'failed') {
    throw new Error(`${name} is not in the run: import the generations first`);
  }
  const delimiters = store.info().pair.models[place.side].trace;
  try {
    const scores = readScores(body, scorableText(stored.generation, delimiters), delimiters, alternatives);
    return { type: 'scores', place, scorer, scores };
  } catch (error) {
    throw new Error(`${name}, scored by ${scorer}: ${(error as Error).message}`);
  }
}

/** Drift, where the other model's scores are there already. */
async function putScores(
  store: RunStore,
  { place, scorer, scores }: Extract<Line, { type: 'scores' }>,
): Promise<void> {
  const other = store.scores(place, otherSide(scorer));
  if (!other) return store.putScores(place, scorer, scores);
  const both = bySide((side) => (side === scorer ? scores : other));
  store.putDrift(place, await driftOfScores(both, store.info().scoring ?? {}));
}

/** @throws Error where it is no line of this run */
function jobOf(store: RunStore, id: string): Job {
  const { id: runId, generations } = store.info();
  const [, run, scorer, alternatives, side, k, sample] =
    /^([^/]+)\/(?:score\/(baseline|reasoning)\/(\d+)\/)?(baseline|reasoning)\/(\d+)\/(\d+)$/u.exec(id) ?? [];
  const place = { sample: Number(sample), k: Number(k), side: side as Side };
  const isOurs = run === runId.slice(0, 8) && place.sample < store.size && place.k < generations;
  if (!isOurs) throw new Error(`${id}: it is no line of this run`);
  if (scorer === undefined) return { type: 'generate', place };
  return { type: 'score', place, scorer: scorer as Side, alternatives: Number(alternatives) };
}
