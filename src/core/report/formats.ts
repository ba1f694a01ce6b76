import type { AnalysisOptions } from '../../shared/audit.ts';
import type { ExportFormat } from '../../shared/reportView.ts';
import type { Side } from '../../shared/side.ts';
import { driftProfile } from '../audit/profile.ts';
import type { RunReader } from '../audit/runStore.ts';
import { htmlReport } from './html.ts';
import { markdownReport } from './markdown.ts';
import { reportOf } from './report.ts';
import { csvReport, jsonlReport, jsonReport, lmEvalReport } from './samples.ts';

export interface ReportOptions extends Partial<AnalysisOptions> {
  /** Whose samples `lm-eval` takes. Default: the reasoning model's. */
  side?: Side;
}

/**
 * A report of runs as text, piece by piece.
 * @param runs one; or several, for the formats in STUDY_FORMATS
 */
export function* reportText(
  runs: readonly RunReader[],
  format: ExportFormat,
  { side = 'reasoning', ...options }: ReportOptions = {},
): Generator<string> {
  const reports = () =>
    runs.map((run) => ({ run, report: { ...reportOf(run, options), profile: driftProfile(run) } }));
  const [first] = runs;
  if (!first) return;
  switch (format) {
    case 'html':
      return yield* htmlReport(reports());
    case 'md':
      return yield markdownReport(reports().map(({ report }) => report));
    case 'csv':
      return yield* csvReport(first);
    case 'jsonl':
      return yield* jsonlReport(first);
    case 'lm-eval':
      return yield* lmEvalReport(first, side);
    case 'json': {
      const all = reports();
      if (all.length === 1) return yield* jsonReport(first, all[0]!.report);
      for (const [index, { run, report }] of all.entries()) {
        yield index === 0 ? '[' : ',';
        yield* jsonReport(run, report);
      }
      yield ']\n';
    }
  }
}
