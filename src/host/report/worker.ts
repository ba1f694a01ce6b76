// A thread that reads run files for reports. Files stay open between tasks, until they are closed or replaced.
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { driftProfile } from '../../core/audit/profile.ts';
import type { RunReader } from '../../core/audit/runStore.ts';
import { overrideVerdict, storedComparison } from '../../core/audit/stored.ts';
import { plottedReport } from '../../core/report/report.ts';
import type { RunPlace } from '../../shared/audit.ts';
import type { ScoredPosition } from '../../shared/drift.ts';
import { fail } from '../../shared/failure.ts';
import { overrideAt } from '../../shared/verdict.ts';
import { openRunFile, readRunFile } from '../../store/runFile.ts';
import { withPositions } from '../compare/positions.ts';
import { serveTasks } from '../worker/serve.ts';
import type { ReportTasks } from './tasks.ts';
import { writeReport } from './writeReport.ts';

const open = new Map<string, { file: string; reader: RunReader & { close(): void } }>();

/** Which file stands at a path: another one may have been put there. */
function fileAt(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (found) return `${found.dev}/${found.ino}`;
  close(path);
  return fail('invalid-input', `There is no run file ${path} any more.`, {
    remedy: 'The report comes back when the file does.',
  });
}

function close(path: string): void {
  open.get(path)?.reader.close();
  open.delete(path);
  if (scored?.path === path) scored = null;
}

function reader(path: string): RunReader {
  const file = fileAt(path);
  const known = open.get(path);
  if (known?.file === file) return known.reader;
  close(path);
  const reader = readRunFile(path);
  open.set(path, { file, reader });
  return reader;
}

/** The positions asked for last: a view takes them in many steps. */
let scored: { path: string; key: string; positions: ScoredPosition[] } | null = null;

function positionsAt(path: string, place: RunPlace): ScoredPosition[] {
  const key = JSON.stringify(place);
  if (scored?.path !== path || scored.key !== key) {
    scored = { path, key, positions: reader(path).drift(place)?.positions ?? [] };
  }
  return scored.positions;
}

/** A sample, or a text of it, that the file does not have (any more) is no bug: the file has changed. */
function known<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return fail('invalid-input', `${basename(path)}: ${error.message}.`, {
      remedy: 'The file may have changed since the table was read. Read it again.',
    });
  }
}

serveTasks<ReportTasks>({
  head(path) {
    fileAt(path);
    close(path);
    const run = reader(path);
    return { info: run.info(), progress: run.progress(), samples: run.size };
  },

  figures(path, options) {
    const { report, points } = plottedReport(reader(path), options);
    return { analysis: report.analysis, progress: report.progress, points };
  },

  profile: (path) => driftProfile(reader(path)),

  find: (path, query) => reader(path).find(query),
  rows: (path, positions) => reader(path).rows(positions),

  comparison: (path, sample, k) =>
    known(path, () => withPositions(storedComparison(reader(path), sample, k), () => [])),

  positions: (path, place, from, to) => positionsAt(path, place).slice(from, to),

  samples: (path, positions) => known(path, () => positions.map((position) => reader(path).sample(position))),

  override(path, place, at, override) {
    const before = overrideAt(reader(path).overrides(place.sample, place.k), { side: place.side, ...at });
    const store = openRunFile(path);
    try {
      known(path, () => overrideVerdict(store, place, at, override));
    } finally {
      store.close();
    }
    return before?.verdict ?? null;
  },

  write: (paths, format, out) => writeReport(paths.map(reader), format, out),

  close,
});
