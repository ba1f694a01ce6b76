import * as vscode from 'vscode';
import { addSamples, lineOf } from '../../../core/prompts/edits.ts';
import type { SampleWithExtras } from '../../../core/prompts/sample.ts';
import { fail } from '../../../shared/failure.ts';
import { newFile } from '../../../store/files.ts';
import { exists } from '../../commands/createPairFile.ts';
import { editAndSave, nameOf } from '../edits.ts';
import type { PromptDocuments } from '../promptDocuments.ts';
import { openSet } from '../workspaceSets.ts';
import type { ImportTarget } from './importSession.ts';

/**
 * A prompt set that is there only when it is whole.
 * @throws FailureError `invalid-input` where something of that name is there.
 */
export async function newSetTarget(uri: vscode.Uri): Promise<ImportTarget> {
  if (await exists(uri)) {
    fail('invalid-input', `${nameOf(uri)} is there already.`, {
      remedy: 'Choose another name, or import into the set that is there.',
    });
  }
  return {
    ids: new Set<string>(),
    has: () => false,
    async write(samples) {
      if (uri.scheme !== 'file') {
        let text = '';
        for await (const sample of samples) text += `${lineOf(sample)}\n`;
        await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
        return;
      }
      await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(uri, '..'));
      const file = await newFile(uri.fsPath, nameOf(uri));
      try {
        for await (const sample of samples) await file.write(`${lineOf(sample)}\n`);
        await file.done();
      } finally {
        await file.discard();
      }
    },
  };
}

/** A set that is there: samples go to its end, as one step of undo. @throws FailureError where it cannot be changed. */
export async function openSetTarget(uri: vscode.Uri, documents: PromptDocuments): Promise<ImportTarget> {
  const set = await openSet(uri, documents);
  await set.indexed;
  const { checker } = set;
  const fresh = new Set<string>();
  return {
    ids: { has: (id) => checker.hasId(id) || fresh.has(id), add: (id) => fresh.add(id) },
    has: (input) => checker.hasInput(input),
    async write(samples) {
      const added: SampleWithExtras[] = [];
      for await (const sample of samples) added.push(sample);
      await editAndSave(set.textDocument, addSamples(set.document, added, null));
    },
  };
}
