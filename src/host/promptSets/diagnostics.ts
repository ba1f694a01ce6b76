import * as vscode from 'vscode';
import type { Problem } from '../../core/jsonText/problem.ts';
import { rangeAt } from './edits.ts';
import type { OpenPromptSet, PromptDocuments } from './promptDocuments.ts';

/** After the last keystroke, in ms. */
const PATIENCE_MS = 250;
/** How long finding problems may hold the extension host before others have their turn, in ms. */
const SLICE_MS = 12;
/** VS Code shows no more than this of one file. */
const MOST = 1_000;

const SEVERITIES: Readonly<Record<Problem['severity'], vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** Keeps the Problems panel in step with the prompt sets that are open, as they are typed. */
export function publishPromptProblems(documents: PromptDocuments): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('driftscope.prompts');
  const waiting = new Map<OpenPromptSet, NodeJS.Timeout>();

  const publishSoon = (set: OpenPromptSet, patience: number) => {
    clearTimeout(waiting.get(set));
    waiting.set(
      set,
      setTimeout(() => void publish(set), patience),
    );
  };

  const publish = async (set: OpenPromptSet) => {
    const timer = waiting.get(set);
    const problems = await collect(set, () => waiting.get(set) !== timer);
    if (!problems) return; // the text has changed meanwhile, and what was found has moved
    waiting.delete(set);
    collection.set(
      set.uri,
      problems.map((problem) => diagnosticOf(set.textDocument, problem)),
    );
  };

  return vscode.Disposable.from(
    collection,
    documents.onDidChange((event) => {
      const { set } = event;
      if (event.type === 'closed') {
        clearTimeout(waiting.get(set));
        waiting.delete(set);
        collection.delete(set.uri);
      } else if (event.type === 'changed') publishSoon(set, PATIENCE_MS);
      else if (event.type === 'indexing' && event.share === 1) publishSoon(set, 0);
    }),
    {
      dispose() {
        for (const timer of waiting.values()) clearTimeout(timer);
        waiting.clear();
      },
    },
  );
}

/** The first problems of a set; null where it turns out to be stale. */
async function collect(set: OpenPromptSet, isStale: () => boolean): Promise<Problem[] | null> {
  const found: Problem[] = [];
  let until = performance.now() + SLICE_MS;
  for (const problems of set.checker.problemsInOrder()) {
    found.push(...problems);
    if (found.length >= MOST) break;
    if (performance.now() < until) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (isStale()) return null;
    until = performance.now() + SLICE_MS;
  }
  return found.slice(0, MOST);
}

function diagnosticOf(document: vscode.TextDocument, problem: Problem): vscode.Diagnostic {
  const { message, span, severity, code, related } = problem;
  const diagnostic = new vscode.Diagnostic(rangeAt(document, span), message, SEVERITIES[severity]);
  diagnostic.source = 'Driftscope';
  diagnostic.code = code;
  if (related) {
    diagnostic.relatedInformation = related.map(
      (place) =>
        new vscode.DiagnosticRelatedInformation(
          new vscode.Location(document.uri, rangeAt(document, place.span)),
          place.message,
        ),
    );
  }
  return diagnostic;
}
