import type { Edit } from '../../../core/jsonText/problem.ts';
import type { Line, LinesChange, PromptDocument } from '../../../core/prompts/promptDocument.ts';
import type { PromptSetChecker } from '../../../core/prompts/promptSetChecker.ts';
import { fail } from '../../../shared/failure.ts';
import type { Sample } from '../../../shared/prompt.ts';
import type {
  Job,
  PromptRow,
  PromptSetContract,
  RowKey,
  RowQuery,
  SampleDetail,
  SampleResult,
  SetFacts,
} from '../../../shared/promptSetView.ts';
import type { Handlers, ViewServer } from '../../../shared/rpc.ts';
import { parseFilter, type Searched } from './filter.ts';
import {
  additionEdits,
  duplicateEdits,
  fieldEdits,
  moveEdits,
  pasteEdits,
  removalEdits,
  tagEdits,
  textEdits,
} from './gridEdits.ts';
import { placeOfKept } from './keptRow.ts';
import { RowIndex } from './rowIndex.ts';
import { contentOf, type SampleResults } from './sampleResults.ts';
import { detailOf, idIn, type KnownLine, rowOf } from './sampleRow.ts';
import { createSlices, type Slices, sortInSlices } from './slices.ts';
import { comparing, type SortEntry, sortValue } from './sorting.ts';
import { summaryOf } from './summary.ts';

/** Rows that come with the first answer. */
const FIRST_ROWS = 64;
/** Rows whose new content is sent without being asked for. */
const PUSHED = 64;
/** Stands for a row that is gone. */
const NO_LINE: Line = { key: 0, text: '', end: '' };
/** Least time between two summaries, in ms. */
const SUMMARY_MS = 100;

/** What a session answers by itself; the rest needs the editor around it. */
type SetCalls = Omit<
  Handlers<PromptSetContract>,
  'openComparison' | 'act' | 'switchPair' | 'save' | 'openAsText'
>;

export interface GridSessionOptions {
  document: PromptDocument;
  checker: PromptSetChecker;
  /** Resolves when the checker has read every line once. */
  indexed: Promise<void>;
  facts(): Promise<SetFacts>;
  results(): SampleResults;
  /**
   * Changes the text. Settles when {@link GridSession.changed} has heard of it.
   * @throws FailureError where the text cannot be changed
   */
  edit(edits: readonly Edit[]): Promise<void>;
  /** Asks both models about a line. Settles when they have answered. */
  compare(line: Line, signal: AbortSignal): Promise<void>;
  copy(text: string): Promise<void>;
  emit: ViewServer<PromptSetContract>['emit'];
}

/** One grid on one set: answers its calls, and tells it what changes. Knows no editor. */
export interface GridSession {
  calls: SetCalls;
  /** The document and the checker have followed an edit, by whomever. */
  changed(change: LinesChange): void;
  /** The checker has read this share of the lines. */
  read(share: number): void;
  /** There is a new result, or another pair. */
  factsChanged(): void;
  /** Resolves when every edit that was asked for has been made, or refused. */
  settled(): Promise<unknown>;
  /** Undefined: the row is gone. */
  lineOf(key: RowKey): Line | undefined;
  /** The samples among rows. */
  samplesOf(keys: readonly RowKey[]): Sample[];
  dispose(): void;
}

export function createGridSession(options: GridSessionOptions): GridSession {
  const { document, checker, emit, results } = options;
  const rows = new RowIndex(document);
  let pair: string | null = null;
  let share = 0;
  let isAttached = false;
  let summaryTimer: NodeJS.Timeout | undefined;
  const jobs: Record<Job, AbortController> = {
    search: new AbortController(),
    compare: new AbortController(),
  };
  let editing: Promise<unknown> = Promise.resolve();
  /** Lines that came with the edit that is under way. */
  let arrived: Line[] = [];

  const known = (line: Line): KnownLine => {
    const mark = line.text.startsWith('\uFEFF') ? 1 : 0;
    const [start] = document.spanOf(line);
    return {
      key: line.key,
      line: document.indexOf(line) + 1,
      text: line.text.slice(mark),
      parsed: document.parsed(line)!,
      problems: checker.problemsOf(line).map((problem) => {
        const [from, to] = problem.span;
        return { ...problem, span: [from - start - mark, to - start - mark] as const };
      }),
    };
  };
  const resultOf = (line: Line): SampleResult | null => {
    const sample = document.parsed(line)?.sample;
    return sample ? results().latest(sample.id, pair, () => contentOf(sample.input, sample.secrets)) : null;
  };
  const row = (line: Line): PromptRow => rowOf(known(line), resultOf(line));
  const textOf = (key: RowKey) => rows.line(key)?.text ?? '';
  const idOf = (key: RowKey) => {
    const parsed = document.parsed(rows.line(key) ?? NO_LINE);
    return parsed ? idIn(parsed) : '';
  };
  const rowsBetween = (from: number, to: number) => rows.linesOf(rows.keys.slice(from, to)).map(row);

  const summarise = () => {
    summaryTimer ??= setTimeout(() => {
      summaryTimer = undefined;
      emit('summary', summaryOf(checker.counts(), share));
    }, SUMMARY_MS);
  };

  /** Works out edits and makes them, one call after another: offsets are those of the text as it then is. */
  const edit = (edits: () => Edit[]): Promise<RowKey[]> => {
    const made = editing.then(async () => {
      arrived = [];
      const worked = edits();
      if (worked.length > 0) await options.edit(worked);
      return arrived.filter((line) => document.has(line)).map(({ key }) => key);
    });
    editing = made.catch(() => {}); // whoever asked hears of it; the next edit is not its business
    return made;
  };
  const lineOf = (key: RowKey | null): Line | null => (key === null ? null : (rows.line(key) ?? null));
  const hasId = { has: (id: string) => checker.hasId(id) };

  /** Does something long in place of another of its kind, telling the view how far it is. Null: it was stopped. */
  const working = async <T>(
    job: Job,
    what: string,
    run: (slices: Slices, signal: AbortSignal) => Promise<T>,
  ) => {
    jobs[job].abort();
    const own = new AbortController();
    jobs[job] = own;
    const slices = createSlices(own.signal, (share) => emit('working', { job, now: { what, share } }));
    try {
      return await run(slices, own.signal);
    } catch (error) {
      if (own.signal.aborted) return null;
      throw error;
    } finally {
      if (jobs[job] === own) emit('working', { job, now: null });
    }
  };

  const find = (query: RowQuery): Promise<RowKey[] | null> =>
    working('search', query.text.trim() === '' ? 'Sorting' : 'Searching', async (slices) => {
      const filter = parseFilter(query.text);
      if (filter.asksProblems) await options.indexed;
      const { sort } = query;
      const entries: SortEntry<RowKey>[] = [];
      const lines = [...document.lines()];
      for (const [place, line] of lines.entries()) {
        if (slices.isOver()) await slices.pause(place / lines.length);
        if (!document.has(line)) continue; // edited meanwhile: the next query finds it
        const parsed = document.parsed(line);
        if (!parsed) continue;
        const searched: Searched = {
          text: line.text,
          value: parsed.value,
          problems: () => checker.problemsOf(line),
          result: () => resultOf(line),
        };
        if (!filter.matches(searched)) continue;
        const value = sort ? sortValue(sort.column, parsed.value, searched.result, place) : place;
        entries.push({ item: line.key, value, place });
      }
      if (!sort) return entries.map(({ item }) => item);
      const sorted = await sortInSlices(entries, comparing(sort.direction), slices);
      return sorted.map(({ item }) => item);
    });

  const isPlain = ({ text, sort }: RowQuery) => parseFilter(text).isEmpty && sort === null;

  const calls: SetCalls = {
    async ready(query, kept) {
      const facts = await options.facts();
      pair = facts.pair;
      if (isPlain(query)) rows.show(null);
      else {
        const found = await find(query);
        if (found) rows.show(found);
      }
      isAttached = true;
      return {
        facts,
        summary: summaryOf(checker.counts(), share),
        order: rows.order(),
        total: rows.total,
        first: rowsBetween(0, FIRST_ROWS),
        active: kept ? placeOfKept(kept, { keys: rows.keys, text: textOf, id: idOf }) : -1,
      };
    },
    rows: rowsBetween,
    detail(key): SampleDetail | null {
      const line = rows.line(key);
      if (!line) return null;
      const sample = document.parsed(line)?.sample;
      const history = sample
        ? results().history(sample.id, () => contentOf(sample.input, sample.secrets))
        : [];
      return detailOf(known(line), history);
    },
    async query(query) {
      if (isPlain(query)) {
        jobs.search.abort();
        rows.show(null);
      } else {
        const found = await find(query);
        if (!found) return;
        rows.show(found);
      }
      emit('reordered', { order: rows.order(), total: rows.total });
    },

    setFields: async (keys, set, remove) =>
      void (await edit(() => fieldEdits(document, rows.linesOf(keys), set, remove))),
    async setText(key, text) {
      await edit(() => {
        const line = rows.line(key);
        return line ? textEdits(document, line, text) : [];
      });
    },
    changeTags: async (keys, add, remove) =>
      void (await edit(() => tagEdits(document, rows.linesOf(keys), add, remove))),
    async add(dimension, below) {
      const keys = await edit(() => additionEdits(document, dimension, lineOf(below), hasId));
      return keys.at(-1) ?? null;
    },
    paste: (text, below) => edit(() => pasteEdits(document, text, lineOf(below), hasId)),
    duplicate: (keys) => edit(() => duplicateEdits(document, rows.linesOf(keys), hasId)),
    remove: async (keys) => void (await edit(() => removalEdits(document, rows.linesOf(keys)))),
    move: async (keys, by) => void (await edit(() => moveEdits(document, rows.linesOf(keys), by))),
    async fix(key, code, at) {
      await edit(() => {
        const line = rows.line(key);
        const problem = line && checker.problemsOf(line).find((candidate) => candidate.code === code);
        return problem?.fixes?.[at]?.edits ?? fail('invalid-input', 'This has been mended already.');
      });
    },

    async compare(keys) {
      const asked = keys.filter((key) => document.parsed(rows.line(key) ?? NO_LINE)?.input);
      if (asked.length === 0) {
        fail('invalid-input', 'There is no prompt here to compare.', {
          remedy: 'Give the sample an input first.',
        });
      }
      await working('compare', 'Comparing', async (_slices, signal) => {
        for (const [done, key] of asked.entries()) {
          if (signal.aborted) return;
          const what = asked.length === 1 ? 'Comparing' : `Comparing ${done + 1} of ${asked.length}`;
          emit('working', { job: 'compare', now: { what, share: done / asked.length } });
          const line = rows.line(key);
          if (line) await options.compare(line, signal);
        }
      });
    },
    stop: (job) => jobs[job].abort(),
    async copy(keys) {
      const lines = rows
        .linesOf(keys)
        .map((line) => ({ text: line.text, index: document.indexOf(line) }))
        .sort((a, b) => a.index - b.index);
      await options.copy(lines.map(({ text }) => text).join('\n'));
    },
  };

  return {
    calls,

    changed(change) {
      arrived.push(...change.added);
      const splice = rows.update(change);
      if (!isAttached) return;
      if (splice) emit('spliced', { ...splice, total: rows.total });
      const edited = change.added.filter(({ key }) => rows.line(key));
      emit('changed', edited.length <= PUSHED ? edited.map(row) : []);
      summarise();
    },

    read(now) {
      share = now;
      if (!isAttached) return;
      summarise();
      if (now === 1) emit('changed', []); // only now is it known what all lines together say of one
    },

    factsChanged() {
      void options.facts().then((facts) => {
        pair = facts.pair;
        if (!isAttached) return;
        emit('facts', facts);
        emit('changed', []);
      });
    },

    settled: () => editing,

    lineOf: (key) => rows.line(key),

    samplesOf: (keys) => rows.linesOf(keys).flatMap((line) => document.parsed(line)?.sample ?? []),

    dispose() {
      isAttached = false;
      for (const job of Object.values(jobs)) job.abort();
      clearTimeout(summaryTimer);
    },
  };
}
