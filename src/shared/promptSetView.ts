import type { RefusalLabel } from './annotation.ts';
import type { DriftStatus } from './drift.ts';
import type { Dimension, Message } from './prompt.ts';
import type { BySide } from './side.ts';
import type { Flip } from './verdict.ts';

/** Names a row while its view is open: it stays the same while the sample is edited, moved, or found by a search. */
export type RowKey = number;

/**
 * The keys of rows in their order, as runs of consecutive numbers: those of a set as it was opened are one run, so
 * that an order of 100,000 rows is a short message.
 */
export type RowOrder = (readonly [first: RowKey, count: number])[];

/** A row as a view keeps it from one opening to the next, over which its key need not stay the same. */
export interface KeptRow {
  key: RowKey;
  /** The sample's id; '' where it has none. */
  id: string;
  /** Its place in the order. */
  index: number;
}

export interface RowProblem {
  /** Stable name of the kind of problem. */
  code: string;
  severity: 'error' | 'warning' | 'information';
  message: string;
  /** The field of the sample that it stands at; null: the line as a whole. */
  field: string | null;
  /** What would mend it, likeliest first; picked by its place here. */
  fixes: string[];
}

/** What the last comparison of a sample came to. */
export interface SampleResult {
  /** Names the comparison, to open it again. */
  comparison: string;
  /** ISO 8601, in UTC. */
  time: string;
  /** The pair's name. */
  pair: string;
  /** What each answer did; null: it was not made, or not annotated. */
  answers: BySide<RefusalLabel | null>;
  /** Verdicts in which the answers differ. */
  flips: Flip[];
  /** Mean KL(reasoning ‖ baseline) per token on the reasoning model's generation, trace and answer. Nats. */
  drift: { status: DriftStatus; mean: number | null };
  /** Why a side gave no answer, in one sentence. */
  failure?: string;
  /** The sample has been edited since. */
  stale: boolean;
}

interface RowBase {
  key: RowKey;
  /** 1-based number of its line in the file. */
  line: number;
  problems: RowProblem[];
}

/** A line that holds a JSON object, as far as a grid shows it. */
export interface SampleRow extends RowBase {
  kind: 'sample';
  id: string;
  dimension: string;
  expect: string;
  /** What is asked, cut after {@link PREVIEW}. */
  input: string;
  /** `text`: a single prompt, `chat`: messages with roles, `none`: nothing that can be asked. */
  inputKind: 'text' | 'chat' | 'none';
  /** Messages, where it is a chat. */
  turns: number;
  /** Whether `input` is not all of it. */
  isCut: boolean;
  /** Several stand as a list. */
  target: string | string[];
  choices: string[];
  tags: string[];
  /** Of the current pair; else of the pair that was compared last. */
  result: SampleResult | null;
}

/** A line that is no JSON object: shown, and mended, as text. */
export interface BrokenRow extends RowBase {
  kind: 'broken';
  /** Cut after {@link PREVIEW}. */
  text: string;
  isCut: boolean;
}

export type PromptRow = SampleRow | BrokenRow;

/** UTF-16 units of a text that a row carries. */
export const PREVIEW = 600;

/** All of one row, to be edited. */
export type SampleDetail =
  | (RowBase & { kind: 'broken'; text: string })
  | (RowBase & {
      kind: 'sample';
      id: string;
      dimension: string;
      expect: string;
      /** Null: it is neither a text nor a list of messages; it then is among the {@link fields}. */
      input: string | Message[] | null;
      target: string | string[] | null;
      choices: string[];
      secrets: string[];
      tags: string[];
      /** JSON text as in the file, indented: numbers keep their spelling. '' where there is none. */
      metadata: string;
      /** Fields of other tools, and known ones whose value is of the wrong type: JSON text by name. */
      fields: { name: string; json: string }[];
      /** What the metadata says of where the sample comes from. */
      provenance: { name: string; value: string }[];
      /** Newest first. */
      history: SampleResult[];
    });

export interface RowQuery {
  /** As typed: words, `field:value`, `flipped`… Empty: all rows. */
  text: string;
  sort: { column: SortColumn; direction: 'ascending' | 'descending' } | null;
}

export const SORT_COLUMNS = [
  'line',
  'id',
  'dimension',
  'expect',
  'input',
  'target',
  'tags',
  'result',
  'drift',
] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

export interface DimensionCount {
  /** '' where samples have none. */
  dimension: Dimension | '';
  samples: number;
  /** By `expect`, '' where a sample has none; most first. */
  expects: { expect: string; samples: number }[];
  /** What a verdict on so many samples can be: none but inconclusive, a change, or also “preserved”. */
  reach: 'nothing' | 'change' | 'equivalence';
}

export interface SetSummary {
  samples: number;
  dimensions: DimensionCount[];
  /** Share of the lines that have been read: counts are of those. */
  read: number;
  /** Samples of a dimension from which on a change can be found, and “preserved” be said. */
  needed: { change: number; equivalence: number };
}

/** What a set has around it that may change while it is open. */
export interface SetFacts {
  /** The file's name. */
  name: string;
  /** Why it cannot be edited, in one sentence; null: it can. */
  readOnly: string | null;
  /** Whether rows can be sorted: not where they are paged from a large file. */
  canSort: boolean;
  /** The pair that rows are compared with; null: there is none. */
  pair: string | null;
  /** Values that `expect` can have, by dimension: null: any, empty: none, since the target alone judges. */
  expectations: Readonly<Record<Dimension, readonly string[] | null>>;
  /** What other parts of the extension can do with the set and the selected samples. */
  actions: SetAction[];
}

export const SET_ACTIONS = ['addVariants', 'importPrompts', 'exportPrompts', 'runAudit'] as const;
export type SetAction = (typeof SET_ACTIONS)[number];

export interface PromptSetState {
  facts: SetFacts;
  summary: SetSummary;
  /** Rows of the query, and how many there are without it. */
  order: RowOrder;
  total: number;
  /** The first rows, so that the first picture needs no second question. */
  first: PromptRow[];
  /** Where the row that was kept is in the order; if it is gone, the one in its place. −1: none. */
  active: number;
}

/** What takes time: one of each at once. `search` is also sorting. */
export type Job = 'search' | 'compare';

export interface Working {
  job: Job;
  /** What is done, and the share of it that is, 0 to 1; null: it has ended. */
  now: { what: string; share: number } | null;
}

/** What the view of a prompt set and the extension host say to each other. */
export interface PromptSetContract {
  calls: {
    /**
     * The first call: the view is there (again). Events follow from then on.
     * @param kept the row that was active when it was last open
     */
    ready(query: RowQuery, kept?: KeptRow | null): PromptSetState;
    /** Rows `[from, to)` of the order as it is now. */
    rows(from: number, to: number): PromptRow[];
    detail(key: RowKey): SampleDetail | null;
    /** Searches and sorts. A `reordered` event follows, unless another query does first. */
    query(query: RowQuery): void;

    /** Gives fields of samples other values, and takes others away. One step of undo. */
    setFields(keys: RowKey[], set: Record<string, unknown>, remove: string[]): void;
    /** Replaces a whole line, as one that is no JSON needs it. */
    setText(key: RowKey, text: string): void;
    changeTags(keys: RowKey[], add: string[], remove: string[]): void;
    /** Adds a sample of a dimension from its template, below a row; null: at the end. Returns its key. */
    add(dimension: Dimension, below: RowKey | null): RowKey | null;
    /** Adds samples from a text: lines of JSON as they are, other lines as prompts. Returns their keys. */
    paste(text: string, below: RowKey | null): RowKey[];
    duplicate(keys: RowKey[]): RowKey[];
    remove(keys: RowKey[]): void;
    /** Moves samples past their neighbour. */
    move(keys: RowKey[], by: -1 | 1): void;
    /** Mends a problem by one of its fixes. */
    fix(key: RowKey, code: string, fix: number): void;

    /** Asks both models about each, one after another. Settles when all have been, or {@link stop} was called. */
    compare(keys: RowKey[]): void;
    /** Ends what takes long. */
    stop(job: Job): void;
    openComparison(comparison: string): void;
    act(action: SetAction, keys: RowKey[]): void;
    switchPair(): void;
    /** Puts the lines on the clipboard. */
    copy(keys: RowKey[]): void;
    save(): void;
    /** Shows the file in the text editor, at a row. */
    openAsText(key: RowKey | null): void;
  };
  events: {
    /** The order of rows is another. */
    reordered: { order: RowOrder; total: number };
    /** In the order, `added` rows stand in the place of `removed` ones. */
    spliced: { at: number; removed: number; added: RowOrder; total: number };
    /** These rows say something else now. Others may, of which the view asks again for those it shows. */
    changed: PromptRow[];
    summary: SetSummary;
    facts: SetFacts;
    working: Working;
  };
}

/** The keys of an order, one by one. */
export function keysOf(order: RowOrder): Uint32Array {
  const keys = new Uint32Array(order.reduce((sum, [, count]) => sum + count, 0));
  let at = 0;
  for (const [first, count] of order) for (let i = 0; i < count; i++) keys[at++] = first + i;
  return keys;
}

/** Keys as an order. */
export function orderOf(keys: Iterable<RowKey>): RowOrder {
  const order: [number, number][] = [];
  for (const key of keys) {
    const last = order.at(-1);
    if (last && last[0] + last[1] === key) last[1]++;
    else order.push([key, 1]);
  }
  return order;
}
