import type { Edit } from '../jsonText/problem.ts';
import { deleteLines, freeId, setFields } from './edits.ts';
import type { Line, PromptDocument } from './promptDocument.ts';
import type { PromptSetChecker } from './promptSetChecker.ts';

/** Gives every sample without an id, or with one that an earlier sample has, an id of its own. */
export function renewIds(document: PromptDocument, checker: PromptSetChecker): Edit[] {
  const fresh = new Set<string>();
  const taken = { has: (id: string) => checker.hasId(id) || fresh.has(id) };
  const edits: Edit[] = [];
  for (const line of linesWith(document, checker, ['duplicate-id', 'missing-id'])) {
    const value = document.parsed(line)?.value;
    if (!value) continue;
    const { id, dimension } = value;
    const stem = typeof dimension === 'string' ? dimension : 'sample';
    const isNamed = (typeof id === 'string' && id.trim() !== '') || typeof id === 'number';
    const renewed = freeId(isNamed ? id : `${stem}-000`, taken);
    fresh.add(renewed);
    edits.push(...setFields(document, line, { id: renewed }));
  }
  return edits;
}

/** Takes away every sample that asks exactly what an earlier one asks. */
export function deleteExactCopies(document: PromptDocument, checker: PromptSetChecker): Edit[] {
  return deleteLines(document, linesWith(document, checker, ['duplicate-input']));
}

function linesWith(document: PromptDocument, checker: PromptSetChecker, codes: readonly string[]): Set<Line> {
  const lines = new Set<Line>();
  for (const problems of checker.problemsInOrder()) {
    for (const { code, span } of problems) {
      if (codes.includes(code)) lines.add(document.lineAt(document.indexAt(span[0])));
    }
  }
  return lines;
}
