import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComparisonState } from '../../../shared/comparison.ts';
import type { SampleResult } from '../../../shared/promptSetView.ts';
import { type KeptResult, resultOf, type SampleResults } from './sampleResults.ts';

/** Results that are kept of one sample, newest first. */
const KEPT = 20;

/** Results of comparisons by the sample that was compared: one file of JSON lines a set, the last line the newest. */
export interface ResultStore {
  /** Reads what is kept of a set, once. */
  load(set: string): Promise<void>;
  /** What is kept of a set; nothing before it is loaded. */
  of(set: string): SampleResults;
  /** Keeps what a comparison came to; a word on one that has ended (a judge's, say) replaces what it came to before. */
  add(state: ComparisonState): Promise<void>;
}

/** @param now tells the time, ISO 8601 */
export function createResultStore(
  directory: string,
  now: () => string = () => new Date().toISOString(),
): ResultStore {
  const sets = new Map<string, Map<string, KeptResult[]>>();
  const loading = new Map<string, Promise<void>>();
  let writing: Promise<unknown> = Promise.resolve();

  // A set's path may hold what no file name can, and is none of anybody's business who looks into the folder.
  const fileOf = (set: string) =>
    join(directory, `${createHash('sha256').update(set).digest('hex').slice(0, 32)}.jsonl`);

  const read = async (set: string) => {
    const text = await readFile(fileOf(set), 'utf8').catch(() => '');
    const bySample = new Map<string, KeptResult[]>();
    sets.set(set, bySample);
    let lines = 0;
    for (const line of text.split('\n')) {
      const result = parsed(line);
      if (result) insert(bySample, result);
      lines++;
    }
    const kept = [...bySample.values()].flat();
    // Rewritten once most of it is out of date.
    if (lines > 100 && lines > 2 * kept.length) {
      const unfinished = `${fileOf(set)}.${process.pid}.tmp`;
      await writeFile(unfinished, kept.toReversed().map(lineOf).join(''));
      await rename(unfinished, fileOf(set));
    }
  };

  const load = (set: string) => {
    const known = loading.get(set) ?? read(set);
    loading.set(set, known);
    return known;
  };

  return {
    load,

    of(set) {
      const history = (sampleId: string, content: () => string): SampleResult[] => {
        const kept = sets.get(set)?.get(sampleId);
        if (!kept) return [];
        const current = content();
        return kept.map(({ sampleId: _id, content: compared, ...result }) => ({
          ...result,
          stale: compared !== current,
        }));
      };
      return {
        history,
        latest(sampleId, pair, content) {
          const all = history(sampleId, content);
          return all.find((result) => result.pair === pair) ?? all[0] ?? null;
        },
      };
    },

    async add(state) {
      const set = state.request.origin?.file;
      const result = resultOf(state, now());
      if (!set || !result) return;
      await load(set);
      const bySample = sets.get(set)!;
      const before = bySample
        .get(result.sampleId)
        ?.find(({ comparison }) => comparison === result.comparison);
      insert(bySample, { ...result, time: before?.time ?? result.time });
      const written = writing.then(async () => {
        await mkdir(directory, { recursive: true });
        await appendFile(fileOf(set), lineOf(result));
      });
      writing = written.catch(() => {}); // whoever adds hears of it
      await written;
    },
  };
}

function insert(bySample: Map<string, KeptResult[]>, result: KeptResult): void {
  const others = (bySample.get(result.sampleId) ?? []).filter(
    ({ comparison }) => comparison !== result.comparison,
  );
  bySample.set(result.sampleId, [result, ...others].slice(0, KEPT));
}

function lineOf(result: KeptResult): string {
  return `${JSON.stringify(result)}\n`;
}

/** Null: the line was cut short when a window closed, or is another version's. */
function parsed(line: string): KeptResult | null {
  try {
    const result = JSON.parse(line) as KeptResult | null;
    return typeof result?.sampleId === 'string' && Array.isArray(result.flips) ? result : null;
  } catch {
    return null;
  }
}
