import * as vscode from 'vscode';
import type { Edit } from '../../core/jsonText/problem.ts';
import { deleteExactCopies, renewIds } from '../../core/prompts/fixAll.ts';
import { rangeAt, workspaceEdit } from './edits.ts';
import type { OpenPromptSet, PromptDocuments } from './promptDocuments.ts';

const FIX_ALL = vscode.CodeActionKind.SourceFixAll.append('driftscope');

/** Lines of a selection that are looked at for fixes. */
const MOST_LINES = 200;

/** What mends a kind of problem everywhere in a set. Its edits are worked out when it is picked. */
interface FixAll {
  title: string;
  codes: readonly string[];
  edits(set: OpenPromptSet): Edit[];
}

const IDS: FixAll = {
  title: 'Give every sample without an id of its own a new one',
  codes: ['duplicate-id', 'missing-id'],
  edits: ({ document, checker }) => renewIds(document, checker),
};

const COPIES: FixAll = {
  title: 'Delete every sample that repeats an input',
  codes: ['duplicate-input'],
  edits: ({ document, checker }) => deleteExactCopies(document, checker),
};

/** Offers what the checker of prompt sets knows to mend, as quick fixes; ids also as *Fix All* and on save. */
export function registerPromptQuickFixes(documents: PromptDocuments): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    provideCodeActions(document, range, { only, diagnostics }) {
      const set = documents.of(document);
      if (!set) return [];
      if (only && (FIX_ALL.contains(only) || only.contains(FIX_ALL))) {
        const action = new PromptAction(IDS, FIX_ALL, set);
        // Asked on every save: what there is to do has to be known at once.
        const edits = set.isIndexed ? IDS.edits(set) : [];
        if (edits.length === 0) return [];
        action.edit = workspaceEdit(document, edits);
        return [action];
      }
      return fixesIn(set, range, diagnostics);
    },
    resolveCodeAction(action) {
      if (action instanceof PromptAction) {
        action.edit ??= workspaceEdit(action.set.textDocument, action.fix.edits(action.set));
      }
      return action;
    },
  };
  return vscode.languages.registerCodeActionsProvider({ pattern: '**/*.prompts.jsonl' }, provider, {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, FIX_ALL],
  });
}

class PromptAction extends vscode.CodeAction {
  readonly fix: FixAll;
  readonly set: OpenPromptSet;

  constructor(fix: FixAll, kind: vscode.CodeActionKind, set: OpenPromptSet) {
    super(fix.title, kind);
    this.fix = fix;
    this.set = set;
  }
}

function fixesIn(
  set: OpenPromptSet,
  range: vscode.Range,
  diagnostics: readonly vscode.Diagnostic[],
): vscode.CodeAction[] {
  const { textDocument, document, checker } = set;
  const actions: vscode.CodeAction[] = [];
  const found = new Set<string>();
  const last = Math.min(range.end.line, range.start.line + MOST_LINES, document.lineCount - 1);
  for (let line = range.start.line; line <= last; line++) {
    for (const problem of checker.problemsOf(document.lineAt(line))) {
      if (!rangeAt(textDocument, problem.span).intersection(range)) continue;
      found.add(problem.code);
      for (const [index, fix] of (problem.fixes ?? []).entries()) {
        const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
        action.edit = workspaceEdit(textDocument, fix.edits);
        action.isPreferred = index === 0 && isHarmless(fix.edits);
        action.diagnostics = diagnostics.filter(
          ({ code, range: place }) => code === problem.code && place.start.line === line,
        );
        actions.push(action);
      }
    }
  }
  const everywhere = [IDS, COPIES]
    .filter(({ codes }) => codes.some((code) => found.has(code)))
    .map((fix) => new PromptAction(fix, vscode.CodeActionKind.QuickFix, set));
  return [...actions, ...everywhere];
}

/** Whether edits only put something in the place of something else: nothing that is preferred deletes a sample. */
function isHarmless(edits: readonly Edit[]): boolean {
  return edits.every(({ text }) => text !== '');
}
