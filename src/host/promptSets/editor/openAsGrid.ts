import * as vscode from 'vscode';
import { activeSet } from '../commands.ts';
import { PROMPT_SET_EDITOR } from './promptSetEditor.ts';

/**
 * Opens a prompt set as a grid, in place of the text that shows it.
 * @throws FailureError `invalid-input` where the active editor shows no prompt set
 */
export async function openAsGrid(from?: vscode.Uri): Promise<void> {
  const uri = from ?? activeSet();
  await vscode.commands.executeCommand('vscode.openWith', uri, PROMPT_SET_EDITOR);
}
