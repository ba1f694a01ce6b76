import type { Failure } from './failure.ts';
import type { Sample } from './prompt.ts';

/** What the import view and the extension host say to each other. */
export interface ImportContract {
  calls: {
    /** The first call: the view is there (again) and wants everything. `changed` events follow from then on. */
    ready(): ImportState;
    /** Reads the file in another way. */
    choose(choice: ImportChoice): void;
    /** Writes the samples. */
    start(request: ImportRequest): void;
    /** Stops what is being written, or counted; nothing is left of a file that is not whole. */
    cancel(): void;
    /** Opens the file to import, at a 1-based line. */
    openAt(line: number | null): void;
    /** Opens the set that was written. */
    openSet(): void;
    /** Closes the view. */
    close(): void;
  };
  events: {
    changed: ImportState;
  };
}

/** The fields of a sample that columns can be mapped to, in the order of the form. */
export const IMPORT_FIELDS = [
  'input',
  'id',
  'dimension',
  'expect',
  'target',
  'choices',
  'secrets',
  'tags',
] as const;
export type ImportField = (typeof IMPORT_FIELDS)[number];

/** How a file is to be read. */
export interface ImportChoice {
  /** A profile's name; null: by the mapping alone. */
  format: string | null;
  /** Said by hand, on top of the profile: columns, texts with `{column}` in them, or values. */
  fields: Partial<Record<ImportField, string[]>>;
}

export interface ImportRequest {
  /** A new file's name, or the path of a set that there is, both in the workspace. */
  target: { kind: 'new' | 'existing'; path: string };
  /** Leaves out samples whose input the set has already. */
  skipCopies: boolean;
  /** Keeps the mapping under this name for the next time; null: does not. */
  keepAs: string | null;
}

export interface SkippedRow {
  /** 1-based. */
  row: number;
  /** 1-based; null in formats without lines. */
  line: number | null;
  reason: string;
}

/** Everything that the import view shows. */
export interface ImportState {
  /** The file's name, and where it is in the workspace. */
  file: { name: string; path: string };
  /** What it was recognised as; null: still being read. */
  recognised: Recognition | null;
  choice: ImportChoice;
  preview: ImportPreviewState;
  /** Prompt sets of the workspace, by their paths in it. */
  sets: string[];
  /** The one of them that the user came from; null: they did not come from a set. */
  into: string | null;
  /** A name for a new set that is free. */
  suggested: string;
  work: ImportWork;
}

export interface Recognition {
  /** How the records are stored: `csv`, `json`… */
  container: string;
  /** As the file has them. */
  columns: string[];
  /** What speaks for the choice that the view began with, as a sentence. */
  why: string;
  sureness: 'sure' | 'guess' | 'none';
  /** Every format there is; those that fit come first. */
  formats: { name: string; title: string; fits: boolean; licence: string | null }[];
  /** Mappings that were kept; `fits`: made for a file of these columns. */
  kept: { name: string; fits: boolean; choice: ImportChoice }[];
}

export type ImportPreviewState =
  | { state: 'reading' }
  /** Nothing says yet where the prompts are. */
  | { state: 'unmapped' }
  | { state: 'failed'; failure: Failure }
  | {
      state: 'ready';
      title: string;
      /** What the profile makes each field of. */
      mapping: Readonly<Record<string, string>>;
      /** As they would be written. */
      samples: { sample: Sample; line: number | null; json: string }[];
      count: ImportCount;
    };

/** What a reading of the whole file comes to, as far as it has come. */
export interface ImportCount {
  isWhole: boolean;
  samples: number;
  skipped: number;
  /** The first of those skipped. */
  rows: SkippedRow[];
  /** Samples of each dimension; '' stands for none. */
  byDimension: Record<string, number>;
}

export type ImportWork =
  | { state: 'none' }
  | { state: 'writing'; written: number; skipped: number; total: number | null }
  | { state: 'failed'; failure: Failure }
  | {
      state: 'done';
      set: string;
      written: number;
      /** Left out since the set has them already. */
      copies: number;
      skipped: number;
      rows: SkippedRow[];
      keptAs: string | null;
    };
