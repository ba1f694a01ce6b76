import { DIMENSIONS, inputText, type Message } from '../../../shared/prompt.ts';
import type { SampleResult, SortColumn } from '../../../shared/promptSetView.ts';

/** What rows are compared by: worked out once a row, since comparing happens many times. */
export type SortValue = string | number;

/** A row with its place in the text, which decides between rows that are alike. */
export interface SortEntry<T> {
  item: T;
  value: SortValue | null;
  place: number;
}

/** Null: the row has nothing there, and comes last either way. */
export function sortValue(
  column: SortColumn,
  value: Readonly<Record<string, unknown>> | null,
  result: () => SampleResult | null,
  place: number,
): SortValue | null {
  switch (column) {
    case 'line':
      return place;
    case 'dimension': {
      const at = (DIMENSIONS as readonly unknown[]).indexOf(value?.dimension);
      return at < 0 ? null : at;
    }
    case 'result': {
      // Flips of refusal first, other flips next, then what was compared without one.
      const found = result();
      return (
        found && (found.flips.some(({ kind }) => kind === 'refusal') ? 0 : found.flips.length > 0 ? 1 : 2)
      );
    }
    case 'drift':
      return result()?.drift.mean ?? null;
    case 'input':
      return textValue(value ? textOfInput(value.input) : '');
    case 'tags':
    case 'target': {
      const own = value?.[column];
      return textValue(Array.isArray(own) ? own.join(' ') : own === undefined ? '' : String(own));
    }
    default: {
      const own = value?.[column];
      return own === undefined ? null : textValue(String(own));
    }
  }
}

/** Compares so that what is missing comes last, whichever way the rest is turned. */
export function comparing<T>(direction: 'ascending' | 'descending') {
  const sign = direction === 'ascending' ? 1 : -1;
  return (a: SortEntry<T>, b: SortEntry<T>): number => {
    if (a.value === null || b.value === null) {
      if (a.value !== b.value) return a.value === null ? 1 : -1;
    } else if (a.value !== b.value) return a.value < b.value ? -sign : sign;
    return a.place - b.place;
  };
}

/** Letter case aside, and numbers by their size: `s-2` before `s-10`. */
function textValue(text: string): string | null {
  if (text === '') return null;
  return text
    .slice(0, 200)
    .toLowerCase()
    .replace(/\d+/g, (digits) => digits.padStart(12, '0'));
}

function textOfInput(input: unknown): string {
  if (typeof input === 'string') return input;
  if (!Array.isArray(input)) return '';
  const messages = input.filter((item): item is Message => typeof item?.content === 'string');
  return inputText(messages);
}
