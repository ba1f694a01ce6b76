import type { Edit } from '../../../core/jsonText/problem.ts';
import {
  addSamples,
  deleteLines,
  duplicateSamples,
  freeId,
  moveLines,
  setFieldsOfAll,
  tagPatch,
} from '../../../core/prompts/edits.ts';
import type { Line, PromptDocument } from '../../../core/prompts/promptDocument.ts';
import { templateFor } from '../../../core/prompts/templates.ts';
import { fail } from '../../../shared/failure.ts';
import type { Dimension, Sample } from '../../../shared/prompt.ts';

// What the grid's gestures do to a document, as edits of its text. Nothing here changes anything by itself.

/** Whether a sample has an id, for finding free ones. */
export type IdsInUse = Pick<ReadonlySet<string>, 'has'>;

/** Gives fields of samples other values, and takes others away. Lines that hold no sample are passed over. */
export function fieldEdits(
  document: PromptDocument,
  lines: readonly Line[],
  set: Readonly<Record<string, unknown>>,
  remove: readonly string[],
): Edit[] {
  const patch: Record<string, unknown> = Object.assign(Object.create(null), set);
  for (const name of remove) patch[name] = undefined;
  return setFieldsOfAll(document, lines, () => patch);
}

export function tagEdits(
  document: PromptDocument,
  lines: readonly Line[],
  add: readonly string[],
  remove: readonly string[],
): Edit[] {
  return setFieldsOfAll(document, lines, (value) => tagPatch({ add, remove }, value));
}

/** Replaces a whole line by a text without line ends: those in it become spaces, which mean the same to JSON. */
export function textEdits(document: PromptDocument, line: Line, text: string): Edit[] {
  const [start, end] = document.spanOf(line);
  const mark = line.text.startsWith('\uFEFF') ? 1 : 0;
  const flat = text.replace(/\r\n|\r|\n/g, ' ');
  return flat === line.text.slice(mark) ? [] : [{ span: [start + mark, end], text: flat }];
}

/** A sample of a dimension from its template, below a line; null: at the end. */
export function additionEdits(
  document: PromptDocument,
  dimension: Dimension,
  below: Line | null,
  ids: IdsInUse,
): Edit[] {
  const id = freeId(`${dimension}-000`, ids);
  return addSamples(document, [templateFor(dimension, id)], lineAfter(document, below));
}

/**
 * Samples from a text that was copied somewhere: JSON objects as they are, any other line as a prompt.
 * @throws FailureError `invalid-input` where there is nothing to paste
 */
export function pasteEdits(
  document: PromptDocument,
  text: string,
  below: Line | null,
  ids: IdsInUse,
): Edit[] {
  const used = new Set<string>();
  const taken: IdsInUse = { has: (id) => used.has(id) || ids.has(id) };
  const samples = text
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
    .map((line): Sample => {
      const object = objectIn(line);
      const own = object?.id;
      const id = typeof own === 'string' && own !== '' && !taken.has(own) ? own : freeId(own, taken);
      used.add(id);
      return object ? ({ ...object, id } as Sample) : { id, input: line.trim() };
    });
  if (samples.length === 0) fail('invalid-input', 'There is no text on the clipboard to paste.');
  return addSamples(document, samples, lineAfter(document, below));
}

export function duplicateEdits(document: PromptDocument, lines: readonly Line[], ids: IdsInUse): Edit[] {
  return duplicateSamples(document, lines, ids);
}

export function removalEdits(document: PromptDocument, lines: readonly Line[]): Edit[] {
  return deleteLines(document, lines);
}

/** Moves samples, together, past the sample above the first or below the last of them. */
export function moveEdits(document: PromptDocument, lines: readonly Line[], by: -1 | 1): Edit[] {
  const indices = lines.map((line) => document.indexOf(line)).sort((a, b) => a - b);
  const [first, last] = [indices[0], indices.at(-1)];
  if (first === undefined || last === undefined) return [];
  const isBlank = (index: number) => document.lineAt(index).text.trim() === '';
  let neighbour = by < 0 ? first - 1 : last + 1;
  while (neighbour >= 0 && neighbour < document.lineCount && isBlank(neighbour)) neighbour += by;
  if (neighbour < 0 || neighbour >= document.lineCount) return [];
  const before = by < 0 ? document.lineAt(neighbour) : lineAfter(document, document.lineAt(neighbour));
  return moveLines(document, lines, before);
}

/** The next line that is not blank; null: there is none. */
function lineAfter(document: PromptDocument, line: Line | null): Line | null {
  if (!line) return null;
  for (const next of document.lines(document.indexOf(line) + 1)) if (next.text.trim() !== '') return next;
  return null;
}

function objectIn(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
