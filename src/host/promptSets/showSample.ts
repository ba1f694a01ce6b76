import * as vscode from 'vscode';
import { parseLine } from '../../core/prompts/sample.ts';

/** Opens a prompt set as text at a sample, or at a 0-based line. */
export async function showSample(uri: vscode.Uri, at: string | number): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const line = typeof at === 'number' ? Math.min(at, document.lineCount - 1) : lineOfId(document, at);
  const editor = await vscode.window.showTextDocument(document);
  const { range } = document.lineAt(Math.max(0, line));
  editor.selection = new vscode.Selection(range.start, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

function lineOfId(document: vscode.TextDocument, id: string): number {
  for (let line = 0; line < document.lineCount; line++) {
    const { text } = document.lineAt(line);
    if (text.includes(id) && parseLine(text).sample?.id === id) return line;
  }
  return 0;
}
