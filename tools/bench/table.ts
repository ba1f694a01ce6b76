import type { Measurement } from './case.ts';

/** Ours as a multiple of the reference; null where the reference did not finish or there is none. */
export function ratioOf({ ours, theirs }: Measurement): number | null {
  return typeof theirs === 'number' ? ours / theirs : null;
}

/** Whether ours stays under its target; null where it has none. */
export function isMet(measurement: Measurement): boolean | null {
  const { target, ours } = measurement;
  if (!target) return null;
  if ('ms' in target) return ours <= target.ms;
  const ratio = ratioOf(measurement);
  return ratio === null ? null : ratio <= target.ratio;
}

/** The measurements as an aligned table, numbers to the right. */
export function formatTable(measurements: readonly Measurement[]): string {
  const rows = measurements.map((m) => [
    m.name,
    m.reference ?? '–',
    formatTime(m.ours),
    formatTheirs(m.theirs),
    ratioOf(m)?.toFixed(2) ?? '–',
    formatTarget(m),
  ]);
  const head = ['case', 'reference', 'ours', 'reference', 'ratio', 'target'];
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]!.length)));
  const line = (cells: string[]) =>
    cells
      .map((cell, at) => (at < 2 || at === 5 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}

/** The measurements as data, with times in ms. */
export function toJson(measurements: readonly Measurement[]): string {
  return JSON.stringify(
    measurements.map((m) => ({ ...m, ratio: ratioOf(m), met: isMet(m) })),
    null,
    2,
  );
}

function formatTime(ms: number): string {
  return `${ms >= 100 ? ms.toFixed(0) : ms.toFixed(ms >= 10 ? 1 : 2)} ms`;
}

function formatTheirs(theirs: Measurement['theirs']): string {
  if (theirs === null) return '–';
  return typeof theirs === 'number' ? formatTime(theirs) : `not in ${theirs.notFinishedIn / 1000} s`;
}

function formatTarget(measurement: Measurement): string {
  const { target } = measurement;
  if (!target) return '';
  const met = isMet(measurement) ? 'met' : 'MISSED';
  return `${'ms' in target ? `≤ ${target.ms} ms` : `≤ ${Number(target.ratio.toFixed(2))} ×`} ${met}`;
}
