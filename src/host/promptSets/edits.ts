import * as vscode from 'vscode';
import type { Edit } from '../../core/jsonText/problem.ts';
import { fail } from '../../shared/failure.ts';

/** Edits of a text document, in UTF-16 units of its text, as the editor takes them. */
export function workspaceEdit(document: vscode.TextDocument, edits: readonly Edit[]): vscode.WorkspaceEdit {
  const made = new vscode.WorkspaceEdit();
  for (const { span, text } of edits) made.replace(document.uri, rangeAt(document, span), text);
  return made;
}

/** Where `[start, end)` in UTF-16 units of a document is. */
export function rangeAt(document: vscode.TextDocument, [start, end]: Edit['span']): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

/**
 * Changes a document so that it can be undone. One that had no unsaved changes is saved: what was added from elsewhere
 * is in the file, and not in a tab that nobody looks at.
 * @throws FailureError `invalid-input` where the editor refuses, as for a read-only file.
 */
export async function editAndSave(document: vscode.TextDocument, edits: readonly Edit[]): Promise<void> {
  const wasClean = !document.isDirty && !document.isUntitled;
  if (!(await vscode.workspace.applyEdit(workspaceEdit(document, edits)))) {
    fail('invalid-input', `${nameOf(document.uri)} could not be changed.`, {
      remedy: 'It may be read-only, or have changed meanwhile.',
    });
  }
  if (wasClean) await document.save();
}

/** A file's name without its directories. */
export function nameOf({ path }: vscode.Uri): string {
  return path.split('/').at(-1) ?? path;
}
