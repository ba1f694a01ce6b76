import type { AnalysisOptions, DriftProfile, RunPlace } from '../../shared/audit.ts';
import type { ComparisonState } from '../../shared/comparison.ts';
import type { ScoredPosition } from '../../shared/drift.ts';
import type { Sample } from '../../shared/prompt.ts';
import type { ExportFormat, OverridePlace, RunFigures, RunHead } from '../../shared/reportView.ts';
import type { SampleQuery, SampleRow } from '../../shared/sampleRows.ts';
import type { HumanVerdict, Override } from '../../shared/verdict.ts';

/**
 * What a report asks its threads for, so that no file is read in the extension host's. All name the run file by its
 * path, and throw FailureError `invalid-input` where it is gone, damaged, of a newer version or no run file.
 */
export type ReportTasks = {
  /** Opens the file anew, whatever stood there before. */
  head(path: string): RunHead;
  figures(path: string, options: Partial<AnalysisOptions>): RunFigures;
  /** Null: no drift is scored. */
  profile(path: string): DriftProfile | null;
  find(path: string, query: SampleQuery): Int32Array;
  rows(path: string, positions: readonly number[]): SampleRow[];
  /** Without the positions of its drift, of which there may be tens of thousands. */
  comparison(path: string, sample: number, k: number): ComparisonState;
  /** Scored positions `[from, to)` of a generation. */
  positions(path: string, place: RunPlace, from: number, to: number): ScoredPosition[];
  samples(path: string, positions: readonly number[]): Sample[];
  /** @returns the verdict that stood there before; null: the detector's */
  override(path: string, place: RunPlace, at: OverridePlace, override: Override | null): HumanVerdict | null;
  /** Writes a report of runs, into a file that is there whole or not at all. @returns its size in bytes */
  write(paths: readonly string[], format: ExportFormat, out: string): Promise<number>;
  close(path: string): void;
};
