import * as vscode from 'vscode';
import { fail } from '../../shared/failure.ts';
import { exists } from '../commands/createPairFile.ts';
import { nameOf } from './edits.ts';
import type { OpenPromptSet, PromptDocuments } from './promptDocuments.ts';

export const SETS = '**/*.prompts.jsonl';
/** Files of a workspace that are listed at most. */
export const MOST_FILES = 2_000;

/** The prompt sets of the workspace, by their paths; also those that are open and not saved yet. */
export async function findSets(documents: PromptDocuments): Promise<vscode.Uri[]> {
  const found = await vscode.workspace.findFiles(SETS, '**/node_modules/**', MOST_FILES);
  const known = new Set(found.map(String));
  const open = documents.all().map(({ uri }) => uri);
  return [...found, ...open.filter((uri) => !known.has(uri.toString()))].sort((a, b) =>
    a.path < b.path ? -1 : 1,
  );
}

/**
 * A prompt set with its text, to be changed.
 * @throws FailureError `invalid-input` where it is too large for the editor, or cannot be read.
 */
export async function openSet(uri: vscode.Uri, documents: PromptDocuments): Promise<OpenPromptSet> {
  let document: vscode.TextDocument;
  try {
    document = await vscode.workspace.openTextDocument(uri);
  } catch (error) {
    return fail('invalid-input', `${nameOf(uri)} cannot be opened: ${(error as Error).message}`, {
      remedy: 'Files above 50 MB are beyond the editor; split the set, or use the command line.',
    });
  }
  return (
    documents.of(document) ??
    fail('invalid-input', `${nameOf(uri)} is no prompt set that can be changed.`, {
      remedy: 'A prompt set is called NAME.prompts.jsonl.',
    })
  );
}

/**
 * Asks what a new prompt set is to be called. Undefined: the user thought better of it.
 * @param folder where to put it. Default: the workspace's folder, or wherever the user says where there is none.
 */
export async function askForNewSet(
  title: string,
  suggested: string,
  folder?: vscode.Uri,
): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const picked =
    folder ?? (folders.length > 1 ? (await vscode.window.showWorkspaceFolderPick())?.uri : folders[0]?.uri);
  if (!picked) {
    if (folders.length > 1) return undefined;
    const saved = await vscode.window.showSaveDialog({ title, filters: { 'Prompt set': ['prompts.jsonl'] } });
    return saved && withExtension(saved);
  }
  const suggestion = await freeName(picked, suggested);
  const name = await vscode.window.showInputBox({
    title,
    prompt: 'The name of the file; it may have folders before it',
    value: suggestion,
    valueSelection: [0, suggestion.length - '.prompts.jsonl'.length],
    ignoreFocusOut: true,
    async validateInput(text) {
      if (text.trim() === '') return 'A file needs a name.';
      if (/(^|[\\/])\.\.([\\/]|$)/.test(text)) return 'It must stay in the folder.';
      return (await exists(withExtension(vscode.Uri.joinPath(picked, text.trim()))))
        ? 'There is such a file already.'
        : undefined;
    },
  });
  return name === undefined || name.trim() === ''
    ? undefined
    : withExtension(vscode.Uri.joinPath(picked, name.trim()));
}

/** A name as a prompt set has it, where the user left that out. */
export function withExtension(uri: vscode.Uri): vscode.Uri {
  if (/\.prompts\.jsonl$/i.test(uri.path)) return uri;
  return uri.with({ path: `${uri.path.replace(/(\.prompts)?(\.jsonl)?$/i, '')}.prompts.jsonl` });
}

/** A name for a prompt set that no file of a folder has: the given one, or with a number. */
export async function freeName(folder: vscode.Uri, name: string): Promise<string> {
  const stem = name.replace(/\.prompts\.jsonl$/i, '');
  for (let number = 1; ; number++) {
    const candidate = `${stem}${number === 1 ? '' : `-${number}`}.prompts.jsonl`;
    if (!(await exists(vscode.Uri.joinPath(folder, candidate)))) return candidate;
  }
}
