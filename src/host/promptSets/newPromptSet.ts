import * as vscode from 'vscode';
import { addSamples, freeId, lineOf } from '../../core/prompts/edits.ts';
import { templateFor } from '../../core/prompts/templates.ts';
import { DIMENSIONS, type Dimension, inputText } from '../../shared/prompt.ts';
import { workspaceEdit } from './edits.ts';
import type { PromptDocuments } from './promptDocuments.ts';
import { showSample } from './showSample.ts';
import { askForNewSet, openSet } from './workspaceSets.ts';

/**
 * *New Prompt Set*: with a template of one dimension, of each, or empty, and opens it.
 * @param folder where to put it, from the Explorer's or the tree's menu. Default: the workspace's folder.
 */
export async function newPromptSet(folder?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showQuickPick(
    [
      { label: 'All dimensions', description: 'a template of each', dimensions: [...DIMENSIONS] },
      { label: 'Empty', description: 'no template', dimensions: [] },
      { label: 'Of one dimension', kind: vscode.QuickPickItemKind.Separator, dimensions: [] },
      ...DIMENSIONS.map((dimension) => ({
        label: dimension,
        description: inputText(templateFor(dimension, '').input),
        dimensions: [dimension],
      })),
    ],
    { title: 'New Prompt Set: what does it test?' },
  );
  if (!picked) return undefined;
  const { dimensions } = picked;
  const stem = dimensions.length === 1 ? dimensions[0]! : 'new';
  const uri = await askForNewSet('New Prompt Set', `${stem}.prompts.jsonl`, folder);
  if (!uri) return undefined;
  const lines = dimensions.map((dimension) => `${lineOf(templateFor(dimension, `${dimension}-001`))}\n`);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(lines.join('')));
  await vscode.commands.executeCommand('vscode.open', uri);
  return uri;
}

/**
 * *Add Sample from Template*: at the end of a set, with the cursor on it where the set is shown as text.
 * @param uri default: the set in the active editor
 */
export async function addSampleFromTemplate(
  documents: PromptDocuments,
  uri: vscode.Uri,
  wanted?: Dimension,
): Promise<void> {
  const set = await openSet(uri, documents);
  const dimension = wanted ?? (await pickTemplate());
  if (!dimension) return;
  const id = freeId(`${dimension}-000`, { has: (taken) => set.checker.hasId(taken) });
  const edits = addSamples(set.document, [templateFor(dimension, id)], null);
  await vscode.workspace.applyEdit(workspaceEdit(set.textDocument, edits));
  const isShownAsText = vscode.window.visibleTextEditors.some(
    ({ document }) => document === set.textDocument,
  );
  if (isShownAsText) await showSample(uri, id);
}

async function pickTemplate(): Promise<Dimension | undefined> {
  const picked = await vscode.window.showQuickPick(
    DIMENSIONS.map((dimension) => ({
      label: dimension,
      description: inputText(templateFor(dimension, '').input),
      dimension,
    })),
    { title: 'Add Sample from Template', matchOnDescription: true },
  );
  return picked?.dimension;
}
