import * as vscode from 'vscode';
import { activeSet } from '../commands.ts';
import { LARGE_PROMPT_SET_EDITOR, MOST_SYNCED } from './largePromptSetEditor.ts';
import { PROMPT_SET_EDITOR } from './promptSetEditor.ts';

/** UTF-8 takes up to so many bytes for a UTF-16 unit. */
const BYTES_A_UNIT = 3;

/**
 * Opens a prompt set as a grid; one that VS Code does not hand to extensions in the grid that only reads.
 * @throws FailureError `invalid-input` where the active editor shows no prompt set
 */
export async function openAsGrid(from?: vscode.Uri): Promise<void> {
  const uri = from ?? activeSet();
  const editor = (await isHanded(uri)) ? PROMPT_SET_EDITOR : LARGE_PROMPT_SET_EDITOR;
  await vscode.commands.executeCommand('vscode.openWith', uri, editor);
}

/** Whether VS Code hands the text of a file to extensions. What it counts is no bytes, so in between it has to be tried. */
async function isHanded(uri: vscode.Uri): Promise<boolean> {
  const size = await vscode.workspace.fs.stat(uri).then(
    (stat) => stat.size,
    () => 0, // not saved yet: the editor has it
  );
  if (size <= MOST_SYNCED) return true;
  if (size > BYTES_A_UNIT * MOST_SYNCED) return false;
  return vscode.workspace.openTextDocument(uri).then(
    () => true,
    () => false,
  );
}
