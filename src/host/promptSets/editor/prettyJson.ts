import { format } from 'jsonc-parser';
import { applyEdits } from '../../../core/jsonText/problem.ts';

/** A JSON text on several lines, indented. Values keep their spelling: a number too long for a double stays whole. */
export function prettyJson(text: string): string {
  const edits = format(text, undefined, { insertSpaces: true, tabSize: 2, eol: '\n' });
  return applyEdits(
    text,
    edits.map(({ offset, length, content }) => ({ span: [offset, offset + length] as const, text: content })),
  ).trim();
}
