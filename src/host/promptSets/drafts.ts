import { isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { type DraftSample, draftOfComparison, plainInput } from '../../core/prompts/collect.ts';
import { isPromptSet } from '../../core/prompts/promptSet.ts';
import { parseLine } from '../../core/prompts/sample.ts';
import type { ComparisonState } from '../../shared/comparison.ts';
import type { Sample } from '../../shared/prompt.ts';
import type { PromptPlace } from '../prompts/codeLenses.ts';
import { findPrompt, type Prompt } from '../prompts/findPrompt.ts';
import { nameOf } from './edits.ts';

/** What a comparison asked, as the sample that it came from has it, with what both models did. */
export async function draftFromComparison(state: ComparisonState): Promise<DraftSample> {
  const { origin } = state.request;
  return draftOfComparison(state, origin && (await sampleAt(origin).catch(() => null)));
}

/**
 * What is selected in the active editor, one draft for each selection; else what stands at the place, or is typed.
 * A sample of a prompt set comes whole, other text with the file and line that it stands in.
 * @throws FailureError `invalid-input` where a place holds no prompt.
 */
export async function draftsFromEditor(place?: PromptPlace): Promise<DraftSample[]> {
  const editor = vscode.window.activeTextEditor;
  if (!place && editor && editor.selections.length > 1) {
    const { document, selections } = editor;
    return selections
      .filter((selection) => !selection.isEmpty)
      .map((selection) => {
        const text = document.getText(selection).trim();
        return { input: text, metadata: { source: sourceOf(document.uri, selection.start.line) } };
      });
  }
  const prompt = await findPrompt(place, 'Add to Prompt Set');
  return prompt ? [await draftOf(prompt)] : [];
}

async function draftOf({ input, origin }: Prompt): Promise<DraftSample> {
  if (!origin) return { input: plainInput(input) };
  const sample = origin.sampleId === null ? null : await sampleAt(origin);
  const uri = uriOf(origin.file);
  if (!sample) return { input: plainInput(input), metadata: { source: sourceOf(uri, origin.line) } };
  const { id, ...fields } = sample;
  return { ...fields, metadata: { ...fields.metadata, copied_from: { file: nameOf(uri), id } } };
}

/** The sample that a prompt came from; null: it is none, or has gone. */
async function sampleAt({ file, sampleId, line }: NonNullable<Prompt['origin']>): Promise<Sample | null> {
  const uri = uriOf(file);
  if (sampleId === null || !isPromptSet(uri.path)) return null;
  const document = await vscode.workspace.openTextDocument(uri);
  const at = (index: number) => parseLine(document.lineAt(index).text).sample;
  if (line < document.lineCount) {
    const sample = at(line);
    if (sample?.id === sampleId) return sample;
  }
  for (let index = 0; index < document.lineCount; index++) {
    if (document.lineAt(index).text.includes(sampleId) && at(index)?.id === sampleId) return at(index);
  }
  return null;
}

function sourceOf(uri: vscode.Uri, line: number): { file: string; line: number } {
  return { file: vscode.workspace.asRelativePath(uri), line: line + 1 };
}

function uriOf(file: string): vscode.Uri {
  return isAbsolute(file) ? vscode.Uri.file(file) : vscode.Uri.parse(file);
}
