import * as vscode from 'vscode';
import type { ImportSource } from '../../../core/formats/record.ts';
import { fail } from '../../../shared/failure.ts';
import { withSource } from '../../../store/files.ts';
import { nameOf } from '../edits.ts';

/**
 * Opens a file to import for as long as some work takes: streamed from the disk, or read whole where the workspace is
 * elsewhere.
 * @throws FailureError `invalid-input` where it cannot be read.
 */
export async function withImportSource<T>(
  uri: vscode.Uri,
  work: (source: ImportSource) => Promise<T>,
): Promise<T> {
  // Releases name their parts by the folder, so that it belongs to the name.
  const shown = uri.path.split('/').slice(-2).join('/');
  if (uri.scheme === 'file') return withSource(uri.fsPath, shown, work);
  let bytes: Uint8Array;
  try {
    bytes = await vscode.workspace.fs.readFile(uri);
  } catch (error) {
    return fail('invalid-input', `The file ${nameOf(uri)} cannot be read: ${(error as Error).message}`);
  }
  return work({
    name: shown,
    size: bytes.length,
    async *stream() {
      yield bytes;
    },
    read: async (start, end) => bytes.subarray(start, end),
  });
}
