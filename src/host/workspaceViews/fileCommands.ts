import * as vscode from 'vscode';
import { nameOf } from '../promptSets/edits.ts';

/** Opens a file with VS Code's own text editor, whatever else is registered for it. */
export async function openAsText(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', uri, 'default');
}

/** Moves files to the trash after asking. Where there is none (a remote, some file systems) it says so and asks again. */
export async function deleteFiles(uri: vscode.Uri, selected?: readonly vscode.Uri[]): Promise<void> {
  const uris = selected?.some((one) => one.toString() === uri.toString()) ? selected : [uri];
  const files = uris.filter((one) => one instanceof vscode.Uri);
  const what = files.length === 1 ? `“${nameOf(uri)}”` : `these ${files.length} files`;
  const picked = await vscode.window.showWarningMessage(
    `Delete ${what}?`,
    { modal: true, detail: `You can restore ${files.length === 1 ? 'it' : 'them'} from the trash.` },
    'Move to Trash',
  );
  if (picked !== 'Move to Trash') return;
  for (const file of files) {
    try {
      await vscode.workspace.fs.delete(file, { useTrash: true });
    } catch (error) {
      const detail = `It cannot be moved to the trash: ${(error as Error).message}`;
      const forever = await vscode.window.showWarningMessage(
        `Delete “${nameOf(file)}” for good?`,
        { modal: true, detail },
        'Delete Permanently',
      );
      if (forever === 'Delete Permanently') await vscode.workspace.fs.delete(file);
    }
  }
}
