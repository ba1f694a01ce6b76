import { problemsOfLine } from '../../../core/prompts/rules.ts';
import { factsOf, parseLine } from '../../../core/prompts/sample.ts';
import type { ComparisonRequest } from '../../../shared/comparison.ts';
import { fail } from '../../../shared/failure.ts';
import { DIMENSIONS, type Dimension, messagesOf } from '../../../shared/prompt.ts';
import {
  type Job,
  type KeptRow,
  orderOf,
  type PromptRow,
  type PromptSetContract,
  type RowKey,
  type RowOrder,
  type SampleResult,
  type SetFacts,
} from '../../../shared/promptSetView.ts';
import type { Handlers, ViewServer } from '../../../shared/rpc.ts';
import { parseFilter } from './filter.ts';
import type { FileRow, LineFile } from './lineFile.ts';
import { contentOf, type SampleResults } from './sampleResults.ts';
import { detailOf, type KnownLine, rowOf } from './sampleRow.ts';
import { createSlices } from './slices.ts';
import { summaryOf } from './summary.ts';

/** Rows that come with the first answer, and before which it does not come, unless there are fewer. */
const FIRST_ROWS = 64;
/** Time between two words on how far the reading is, in ms. */
const REPORT_MS = 200;

export type Asked = Pick<ComparisonRequest, 'input' | 'origin' | 'sample'>;

export interface LargeSessionOptions {
  /** As a comparison's origin has it. */
  path: string;
  file: LineFile;
  facts(): Promise<SetFacts>;
  results(): SampleResults;
  /** Asks both models. Settles when they have answered. */
  compare(asked: Asked, signal: AbortSignal): Promise<void>;
  copy(text: string): Promise<void>;
  emit: ViewServer<PromptSetContract>['emit'];
}

type LargeCalls = Omit<
  Handlers<PromptSetContract>,
  'openComparison' | 'act' | 'switchPair' | 'save' | 'openAsText'
>;

/**
 * A grid on a file that is read as it is scrolled through: rows are named by their number, nothing is held but where
 * they stand. It is searched by reading it once more, and neither sorted nor edited.
 */
export function createLargeSession(options: LargeSessionOptions) {
  const { file, path, emit, results } = options;
  const jobs: Record<Job, AbortController> = {
    search: new AbortController(),
    compare: new AbortController(),
  };
  const life = new AbortController();
  let pair: string | null = null;
  /** Rows that a search has found; null: all there are. */
  let found: RowKey[] | null = null;
  let isAttached = false;
  /** Rows that the view has been told of. */
  let told = 0;
  let read = 0;
  const counts = { samples: 0, byDimension: new Map<Dimension | '', Map<string, number>>() };
  /** Settles when so many rows have been found as are needed, or all. */
  let begun = Promise.withResolvers<void>();
  let needed = FIRST_ROWS;
  let isIndexed = false;

  const resultOf = (known: KnownLine): SampleResult | null => {
    const { sample } = known.parsed;
    return sample ? results().latest(sample.id, pair, () => contentOf(sample.input, sample.secrets)) : null;
  };
  const row = (each: FileRow): PromptRow => {
    const known = knownOf(each);
    return rowOf(known, resultOf(known));
  };
  const rowAt = async (key: RowKey): Promise<FileRow | undefined> => (await file.read(key, key + 1))[0];
  const rowsBetween = async (from: number, to: number): Promise<PromptRow[]> => {
    if (!found) return (await file.read(from, to)).map(row);
    const rows = await Promise.all(found.slice(from, to).map(rowAt));
    return rows.filter((each) => each !== undefined).map(row);
  };

  const tell = () => {
    if (!isAttached || found || file.count === told) return;
    emit('spliced', { at: told, removed: 0, added: [[told, file.count - told]], total: file.count });
    told = file.count;
  };

  /** Finds the rows, then counts what they are. */
  const readAll = async () => {
    let last = performance.now();
    const isTime = () => performance.now() - last > REPORT_MS;
    for await (const share of file.index()) {
      life.signal.throwIfAborted();
      isIndexed = share === 1;
      if (file.count >= needed || isIndexed) begun.resolve();
      if (!isTime() && share < 1) continue;
      tell();
      last = performance.now();
    }
    const slices = createSlices(life.signal);
    let done = 0;
    for await (const { text } of file.rows()) {
      count(text);
      read = ++done / file.count;
      if (!slices.isOver()) continue;
      if (isAttached && isTime()) {
        emit('summary', summaryOf(counts, read));
        last = performance.now();
      }
      await slices.pause(read);
    }
    read = 1;
    if (isAttached) emit('summary', summaryOf(counts, read));
  };

  const count = (text: string) => {
    let value: { dimension?: unknown; expect?: unknown } | null = null;
    try {
      value = JSON.parse(text);
    } catch {
      // A broken line counts for nothing.
    }
    if (typeof value !== 'object' || value === null) return;
    const dimension = DIMENSIONS.find((name) => name === value.dimension) ?? '';
    const expect = typeof value.expect === 'string' ? value.expect : '';
    const expects = counts.byDimension.get(dimension) ?? new Map<string, number>();
    counts.byDimension.set(dimension, expects.set(expect, (expects.get(expect) ?? 0) + 1));
    counts.samples++;
  };

  const search = async (text: string): Promise<RowKey[] | null> => {
    jobs.search.abort();
    const own = new AbortController();
    jobs.search = own;
    const filter = parseFilter(text);
    const slices = createSlices(own.signal, (share) =>
      emit('working', { job: 'search', now: { what: 'Searching', share } }),
    );
    const keys: RowKey[] = [];
    try {
      for await (const each of file.rows()) {
        if (slices.isOver()) await slices.pause(each.row / file.count);
        const known = knownOf(each);
        const matches = filter.matches({
          text: each.text,
          value: known.parsed.value,
          problems: () => known.problems,
          result: () => resultOf(known),
        });
        if (matches) keys.push(each.row);
      }
      return keys;
    } catch (error) {
      if (own.signal.aborted) return null;
      throw error;
    } finally {
      if (jobs.search === own) emit('working', { job: 'search', now: null });
    }
  };

  const show = async (text: string): Promise<boolean> => {
    if (parseFilter(text).isEmpty) {
      jobs.search.abort();
      found = null;
      return true;
    }
    const keys = await search(text);
    if (keys) found = keys;
    return keys !== null;
  };

  const order = (): RowOrder => {
    if (found) return orderOf(found);
    told = file.count;
    return [[0, told]];
  };

  /** Rows are named by their number: in a file that nobody edits here, a row is where it was. */
  const placeOf = ({ key, index }: KeptRow): number => {
    const place = found ? found.indexOf(key) : key;
    return Math.min(place >= 0 ? place : index, (found?.length ?? told) - 1);
  };

  const refuse = async (): Promise<never> => {
    const { readOnly } = await options.facts();
    return fail('invalid-input', readOnly ?? 'This file cannot be edited here.');
  };

  const calls: LargeCalls = {
    async ready(query, kept) {
      const facts = await options.facts();
      pair = facts.pair;
      await begun.promise;
      if (kept && kept.index >= file.count && !isIndexed) {
        needed = kept.index + 1;
        begun = Promise.withResolvers();
        await begun.promise;
      }
      await show(query.text);
      const first = await rowsBetween(0, FIRST_ROWS);
      // Together with the order: what came before is in it, and must not be told as well.
      isAttached = true;
      return {
        facts,
        summary: summaryOf(counts, read),
        order: order(),
        total: file.count,
        first,
        active: kept ? placeOf(kept) : -1,
      };
    },
    rows: rowsBetween,
    async detail(key) {
      const each = await rowAt(key);
      if (!each) return null;
      const known = knownOf(each);
      const { sample } = known.parsed;
      return detailOf(
        known,
        sample ? results().history(sample.id, () => contentOf(sample.input, sample.secrets)) : [],
      );
    },
    async query({ text }) {
      if (await show(text)) emit('reordered', { order: order(), total: file.count });
    },
    async compare(keys) {
      jobs.compare.abort();
      const own = new AbortController();
      jobs.compare = own;
      try {
        for (const [done, key] of keys.entries()) {
          if (own.signal.aborted) return;
          const what = keys.length === 1 ? 'Comparing' : `Comparing ${done + 1} of ${keys.length}`;
          emit('working', { job: 'compare', now: { what, share: done / keys.length } });
          const each = await rowAt(key);
          const parsed = each && parseLine(each.text);
          if (!each || !parsed?.input) continue;
          const sample = parsed.sample && factsOf(parsed.sample);
          const origin = { file: path, sampleId: parsed.sample?.id ?? null, line: each.line };
          await options.compare(
            { input: messagesOf(parsed.input), origin, ...(sample ? { sample } : {}) },
            own.signal,
          );
        }
      } finally {
        if (jobs.compare === own) emit('working', { job: 'compare', now: null });
      }
    },
    stop: (job) => jobs[job].abort(),
    async copy(keys) {
      const rows = await Promise.all(keys.toSorted((a, b) => a - b).map(rowAt));
      await options.copy(rows.flatMap((each) => each?.text ?? []).join('\n'));
    },
    setFields: refuse,
    setText: refuse,
    changeTags: refuse,
    add: refuse,
    paste: refuse,
    duplicate: refuse,
    remove: refuse,
    move: refuse,
    fix: refuse,
  };

  return {
    calls,
    /** Reads the file once. Settles when it has, or the session has ended. @throws what reading a file throws */
    async start(): Promise<void> {
      try {
        await readAll();
      } catch (error) {
        begun.reject(error);
        if (!life.signal.aborted) throw error;
      }
    },
    /** There is a new result, or another pair. */
    factsChanged(): void {
      void options.facts().then((facts) => {
        pair = facts.pair;
        if (!isAttached) return;
        emit('facts', facts);
        emit('changed', []);
      });
    },
    /** The ids of samples, by their keys. */
    async idsOf(keys: readonly RowKey[]): Promise<string[]> {
      const rows = await Promise.all(keys.map(rowAt));
      return rows.flatMap((each) => (each && parseLine(each.text).sample?.id) ?? []);
    },
    dispose(): void {
      isAttached = false;
      life.abort();
      for (const job of Object.values(jobs)) job.abort();
    },
  };
}

export type LargeSession = ReturnType<typeof createLargeSession>;

function knownOf({ row, line, text }: FileRow): KnownLine {
  const body = line === 0 && text.startsWith('\uFEFF') ? text.slice(1) : text;
  const parsed = parseLine(body);
  return { key: row, line: line + 1, text: body, parsed, problems: problemsOfLine(body, parsed) };
}
