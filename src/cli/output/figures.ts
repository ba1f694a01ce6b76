import { INFINITE_NATS } from '../../shared/drift.ts';
import { visibleInline } from './terminal.ts';

/** Rows in columns: the first to the left, numbers to the right. */
export function table(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}

/** A token as a line names it. */
export function quotedToken(text: string): string {
  // A token that ends inside a character has the text that it completes, which may be none.
  return text === '' ? '(part of a character)' : `“${visibleInline(text)}”`;
}

/** Two decimals; more where there would be nothing but zeros. */
export function nats(value: number): string {
  if (value >= INFINITE_NATS) return '∞';
  // Rounding leaves exact zeros at ±1e-12.
  if (Math.abs(value) < 5e-5) return '0.00';
  return value.toFixed(Math.abs(value) < 0.01 ? 4 : 2);
}

/** A share 0..1. */
export function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(0)} %`;
}

/** Every line that is not empty, two spaces further in. */
export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
