import type { AnalysisOptions, DriftProfile, SampleOutcomes } from '../../shared/audit.ts';
import type { DriftPoints } from '../../shared/report/driftPlot.ts';
import type { RunReport } from '../../shared/report/runReport.ts';
import { analyse, driftPoints } from '../audit/analyse.ts';
import type { RunReader } from '../audit/runStore.ts';

/** What the plots of a report are made of. */
export interface PlotData {
  points: DriftPoints[];
  /** Null: no drift is scored. */
  profile: DriftProfile | null;
}

/** Reads a run once, sample by sample. */
export function reportOf(run: RunReader, options: Partial<AnalysisOptions> = {}): RunReport {
  return { info: run.info(), progress: run.progress(), analysis: analyse(run.outcomes(), options) };
}

/** The report with what its first plots need; `driftProfile` takes longer, and does not change with a verdict. */
export function plottedReport(
  run: RunReader,
  options: Partial<AnalysisOptions> = {},
): { report: RunReport; points: DriftPoints[] } {
  const outcomes: SampleOutcomes[] = [...run.outcomes()];
  const analysis = analyse(outcomes, options);
  return {
    report: { info: run.info(), progress: run.progress(), analysis },
    points: driftPoints(outcomes, analysis.dimensions),
  };
}
