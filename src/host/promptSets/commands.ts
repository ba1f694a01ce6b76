import * as vscode from 'vscode';
import { isPromptSet } from '../../core/prompts/promptSet.ts';
import type { ComparisonState } from '../../shared/comparison.ts';
import { fail } from '../../shared/failure.ts';
import type { PromptPlace } from '../prompts/codeLenses.ts';
import { type AddToPromptSetRequest, addToPromptSet, type PromptSetContext } from './addToPromptSet.ts';
import { addVariants } from './addVariants.ts';
import { draftFromComparison, draftsFromEditor } from './drafts.ts';
import { type ImportPanels, pickImportFile } from './import/importPanels.ts';
import { addSampleFromTemplate, newPromptSet } from './newPromptSet.ts';

export interface PromptSetCommands extends PromptSetContext {
  /** The comparison that has the focus; null: something else has it. */
  activeComparison(): ComparisonState | null;
  imports: ImportPanels;
}

/** The commands by which prompt sets are made and filled. @see registerCommands */
export function promptSetCommands(context: PromptSetCommands) {
  const { documents } = context;
  return {
    'driftscope.addToPromptSet': async (from?: AddToPromptSetRequest | PromptPlace | vscode.Uri) => {
      if (isRequest(from)) return addToPromptSet(from, context);
      const comparison = from ? null : context.activeComparison();
      const place = from && 'line' in from ? from : undefined;
      const samples = comparison ? [await draftFromComparison(comparison)] : await draftsFromEditor(place);
      return addToPromptSet({ samples }, context);
    },
    'driftscope.newPromptSet': (folder?: vscode.Uri) => newPromptSet(folder),
    'driftscope.addSample': (uri?: vscode.Uri) => addSampleFromTemplate(documents, uri ?? activeSet()),
    'driftscope.addVariants': (uri?: vscode.Uri, ids?: unknown) =>
      addVariants(documents, uri ?? activeSet(), isTexts(ids) ? ids : undefined),
    // Of a set, its grid asks to import into it; of other files, the Explorer asks to import those that are selected.
    'driftscope.importPrompts': async (from?: vscode.Uri, selected?: unknown) => {
      const into = from && isPromptSet(from.path) ? from : undefined;
      const file = into || !from ? await pickImportFile() : from;
      if (!file) return;
      const others = !into && from && Array.isArray(selected) ? selected.filter(isOtherFile(file)) : [];
      for (const one of [file, ...others]) context.imports.open(one, into);
    },
    'driftscope.exportPrompts': async (uri?: vscode.Uri, ids?: unknown) => {
      const set = uri ?? activeSet();
      const { exportPromptSet } = await import('./exportPromptSet.ts');
      await exportPromptSet(set, isTexts(ids) ? ids : []);
    },
  };
}

/**
 * The prompt set in the active tab, as text or as a grid.
 * @throws FailureError `invalid-input` where the tab shows something else.
 */
export function activeSet(): vscode.Uri {
  const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
  const shown =
    input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom
      ? input.uri
      : vscode.window.activeTextEditor?.document.uri;
  if (shown && isPromptSet(shown.path)) return shown;
  return fail('invalid-input', 'The active editor shows no prompt set.', {
    remedy: 'Open a file called NAME.prompts.jsonl first.',
  });
}

function isRequest(from: unknown): from is AddToPromptSetRequest {
  return typeof from === 'object' && from !== null && 'samples' in from && Array.isArray(from.samples);
}

function isOtherFile(file: vscode.Uri): (value: unknown) => value is vscode.Uri {
  return (value): value is vscode.Uri =>
    value instanceof vscode.Uri && value.toString() !== file.toString() && !isPromptSet(value.path);
}

/** Menus pass other things as the second argument: the resources that are selected. */
function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
