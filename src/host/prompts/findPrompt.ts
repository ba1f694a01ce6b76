import { isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { type FoundPrompt, promptAt } from '../../core/prompts/promptAt.ts';
import { parseLine } from '../../core/prompts/sample.ts';
import type { ComparisonRequest } from '../../shared/comparison.ts';
import type { PromptPlace } from './codeLenses.ts';

export type Prompt = Pick<ComparisonRequest, 'input' | 'origin' | 'sample'>;

/** Files in which the place of the cursor alone says which prompt is meant. */
const PROMPT_LANGUAGES = ['jsonl', 'plaintext', 'markdown'];

/**
 * The prompt of a lens; else what is selected in the active editor, or stands at its cursor (a right click has put
 * it there); else what the user types. Undefined where they type nothing.
 * @throws FailureError `invalid-input` where the place holds no prompt.
 */
export async function findPrompt(place?: PromptPlace, title = 'Compare Pair'): Promise<Prompt | undefined> {
  if (place) {
    const document = await vscode.workspace.openTextDocument(place.uri);
    return promptOf(document, promptAt(lined(document), place.line));
  }
  const editor = vscode.window.activeTextEditor;
  if (!editor) return askForPrompt(title);
  const { document, selection } = editor;
  const selected = document.getText(selection);
  const line = selected === '' ? selection.active.line : selection.start.line;
  const pointed =
    selected.trim() !== '' ||
    (PROMPT_LANGUAGES.includes(document.languageId) && !document.lineAt(line).isEmptyOrWhitespace);
  return pointed ? promptOf(document, promptAt(lined(document), line, selected)) : askForPrompt(title);
}

/** Shows where a prompt came from, by its id where lines have moved since. */
export async function revealPrompt(origin: NonNullable<Prompt['origin']>): Promise<void> {
  const uri = isAbsolute(origin.file) ? vscode.Uri.file(origin.file) : vscode.Uri.parse(origin.file);
  const document = await vscode.workspace.openTextDocument(uri);
  const line = Math.min(lineOf(document, origin), document.lineCount - 1);
  const range = document.lineAt(line).range;
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const editor = await vscode.window.showTextDocument(document, {
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
  });
  editor.selection = new vscode.Selection(range.start, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

function lineOf(document: vscode.TextDocument, { sampleId, line }: NonNullable<Prompt['origin']>): number {
  if (sampleId === null) return line;
  const holds = (at: number) => parseLine(document.lineAt(at).text)?.sample?.id === sampleId;
  if (line < document.lineCount && holds(line)) return line;
  for (let at = 0; at < document.lineCount; at++) if (holds(at)) return at;
  return line;
}

function promptOf(document: vscode.TextDocument, { input, sampleId, line, sample }: FoundPrompt): Prompt {
  const { uri } = document;
  const file = uri.scheme === 'file' ? uri.fsPath : uri.toString();
  return { input, origin: { file, sampleId, line }, ...(sample ? { sample } : {}) };
}

function lined(document: vscode.TextDocument) {
  const { fileName, languageId, lineCount } = document;
  return { fileName, languageId, lineCount, lineAt: (line: number) => document.lineAt(line).text };
}

async function askForPrompt(title: string): Promise<Prompt | undefined> {
  const content = await vscode.window.showInputBox({
    title,
    prompt: 'The prompt, as both models are asked it',
    placeHolder: 'What is 17 + 25?',
    ignoreFocusOut: true,
  });
  return content?.trim() ? { input: [{ role: 'user', content }], origin: null } : undefined;
}
