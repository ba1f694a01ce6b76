import type { AnnotationKind, Section } from './annotation.ts';
import type { AuditAnalysis, AuditStatus, DriftProfile, RunInfo, RunPlace, RunProgress } from './audit.ts';
import type { ComparisonState } from './comparison.ts';
import type { Failure } from './failure.ts';
import type { DriftPoints } from './report/driftPlot.ts';
import type { SampleQuery, SampleRow } from './sampleRows.ts';
import type { HumanVerdict } from './verdict.ts';

/** What the report view (of one run, or of several as a study) and the extension host say to each other. */
export interface ReportContract {
  calls: {
    /** The first call: the view is there (again) and wants everything. Events follow from then on. */
    ready(): ReportState;
    /** Positions of the samples that a query is about, in its order. */
    find(run: string, query: SampleQuery): Int32Array;
    rows(run: string, positions: readonly number[]): SampleRow[];
    /** What both models wrote for a sample, without tokens and positions. */
    texts(run: string, sample: number, k: number): ComparisonState;
    /** Opens the comparison from what is stored: no model is called. */
    open(run: string, sample: number, k: number): void;
    /**
     * Puts a researcher's verdict in place of the detector's, or takes it back (null): into the run file. The run's
     * statistics follow. @returns what stood there before, to undo it with
     */
    override(
      run: string,
      place: RunPlace,
      at: OverridePlace,
      verdict: HumanVerdict | null,
    ): HumanVerdict | null;
    /** Asks where to, and writes. */
    exportAs(format: ExportFormat): void;
    resume(run: string, failedOnly: boolean): void;
    stop(run: string): void;
    addToPromptSet(run: string, samples: readonly number[]): void;
    addToStudy(run: string): void;
    /** Of a study: asks for more runs. */
    addRuns(): void;
    /** Of a study. */
    removeRun(run: string): void;
    openReport(run: string): void;
    /** Reads the file again. */
    reread(run: string): void;
    copy(text: string): void;
    showLog(): void;
  };
  events: {
    /** Which runs there are, and how each stands; without their figures. */
    runs: RunState[];
    figures: { run: string; figures: RunFigures };
    profile: { run: string; profile: DriftProfile };
  };
}

export interface OverridePlace {
  section: Section;
  kind: AnnotationKind;
}

export const EXPORT_FORMATS = ['html', 'md', 'csv', 'jsonl', 'json', 'lm-eval'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
/** Those that several runs go into. */
export const STUDY_FORMATS: readonly ExportFormat[] = ['html', 'md', 'json'];

export interface ReportState {
  page: 'run' | 'study';
  runs: RunState[];
  /** By run; those that are not there yet follow. */
  figures: Record<string, RunFigures>;
  /** By run, where drift is scored. Read from every token's figures, so that they come last. */
  profiles: Record<string, DriftProfile>;
  /** What this installation can do beside showing. */
  can: { resume: boolean; addToPromptSet: boolean };
}

/** A run file as it stands. */
export interface RunState {
  /** Names the run in calls: its URI. */
  run: string;
  /** Of the file. */
  name: string;
  path: string;
  content: RunContent;
  /** Of an audit that this window runs in the file, or ran last. */
  audit: AuditStatus | null;
  /** Another program runs an audit in the file. */
  elsewhere: boolean;
  /** Higher each time that the file has other content. */
  version: number;
}

export type RunContent =
  | { state: 'reading' }
  | { state: 'failed'; failure: Failure }
  | {
      state: 'open';
      head: RunHead;
      /** The figures are being made (again). */
      computing: boolean;
      /** Why they could not be made. */
      failure: Failure | null;
    };

export interface RunHead {
  info: RunInfo;
  progress: RunProgress;
  /** How many there are. */
  samples: number;
}

export interface RunFigures {
  analysis: AuditAnalysis;
  /** What they are over. */
  progress: RunProgress;
  points: DriftPoints[];
}
