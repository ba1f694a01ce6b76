import * as vscode from 'vscode';
import {
  type KeptMapping,
  MAPPINGS_FILE,
  readMappings,
  withMapping,
} from '../../../core/formats/keptMappings.ts';

/** The mappings that the folder of a file keeps; none where there is no such file. @throws FailureError where it is broken. */
export async function keptMappings(folder: vscode.Uri): Promise<KeptMapping[]> {
  let bytes: Uint8Array;
  try {
    bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, MAPPINGS_FILE));
  } catch {
    return [];
  }
  return readMappings(new TextDecoder().decode(bytes));
}

/** @throws FailureError where the file of mappings is broken: it is then left as it is. */
export async function keepMapping(folder: vscode.Uri, mapping: KeptMapping): Promise<void> {
  const text = withMapping(await keptMappings(folder), mapping);
  await vscode.workspace.fs.writeFile(
    vscode.Uri.joinPath(folder, MAPPINGS_FILE),
    new TextEncoder().encode(text),
  );
}
