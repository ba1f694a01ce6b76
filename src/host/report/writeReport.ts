import { open, rename, rm, stat } from 'node:fs/promises';
import type { RunReader } from '../../core/audit/runStore.ts';
import { type ReportOptions, reportText } from '../../core/report/formats.ts';
import { fail } from '../../shared/failure.ts';
import type { ExportFormat } from '../../shared/reportView.ts';

/** Pieces are written together until they are so long: UTF-16 units. */
const TOGETHER = 1 << 18;

/**
 * Writes a report beside where it goes and moves it there when it is whole: what is cancelled or fails leaves the file
 * of before.
 * @returns bytes
 * @throws FailureError `invalid-input` where it cannot be written
 */
export async function writeReport(
  runs: readonly RunReader[],
  format: ExportFormat,
  out: string,
  options: ReportOptions = {},
): Promise<number> {
  const unfinished = unfinishedName(out);
  try {
    const file = await open(unfinished, 'w');
    try {
      let pieces = '';
      for (const piece of reportText(runs, format, options)) {
        pieces += piece;
        if (pieces.length < TOGETHER) continue;
        await file.write(pieces);
        pieces = '';
      }
      await file.write(pieces);
    } finally {
      await file.close();
    }
    await rename(unfinished, out);
    return (await stat(out)).size;
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {}); // where it cannot be made, there is nothing to remove
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return fail('invalid-input', `The report cannot be written to ${out}: ${(error as Error).message}`, {
      remedy: 'Choose another place, or make room there.',
    });
  }
}

/** Where a report is written before it is whole. */
export function unfinishedName(out: string): string {
  return `${out}.part`;
}
