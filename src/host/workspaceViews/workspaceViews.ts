import * as vscode from 'vscode';
import type { AuditRuns } from '../audits/auditRuns.ts';
import type { PairCatalog } from '../pairs/pairCatalog.ts';
import type { PromptDocuments } from '../promptSets/promptDocuments.ts';
import { watchFiles } from './files.ts';
import { createPairsView } from './pairsView.ts';
import { createRunsView } from './runsView.ts';
import { createSetsView } from './setsView.ts';

/** The views of the activity bar. No file is looked for before the user opens them. */
export function createWorkspaceViews(
  documents: PromptDocuments,
  audits: AuditRuns,
  catalog: PairCatalog,
): vscode.Disposable {
  const sets = watchFiles('**/*.prompts.jsonl');
  const runs = watchFiles('**/*.drift');
  return vscode.Disposable.from(
    sets,
    runs,
    createSetsView(sets, documents),
    createRunsView(runs, audits),
    createPairsView(catalog),
  );
}
