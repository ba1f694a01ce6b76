import { createReadStream } from 'node:fs';
import * as vscode from 'vscode';
import { EXPORTS } from '../../core/formats/exports/all.ts';
import type { ExportFormat } from '../../core/formats/exports/exportFormat.ts';
import { readPromptSet } from '../../core/prompts/promptSet.ts';
import type { SampleWithExtras } from '../../core/prompts/sample.ts';
import { FailureError, fail } from '../../shared/failure.ts';
import { type NewFile, newFile } from '../../store/files.ts';
import { nameOf } from './edits.ts';

interface Skipped {
  /** 1-based. */
  line: number;
  reason: string;
}

/** What came of an export, to be told. */
export interface ExportReport {
  files: vscode.Uri[];
  written: number;
  skipped: Skipped[];
  loses: ExportFormat['loses'];
}

/**
 * *Export Prompt Set…*: asks for the format and the file, writes with progress, and tells what the format had no place
 * for. Unsaved edits are exported too.
 * @param selected ids of samples that are selected: of several the user is asked whether only they are meant.
 * @throws FailureError where the set holds no sample, or a file cannot be written.
 */
export async function exportPromptSet(set: vscode.Uri, selected: readonly string[] = []): Promise<void> {
  const only = await pickSamples(selected);
  if (only === undefined) return;
  const format = await pickFormat();
  if (!format) return;
  const stem = nameOf(set).replace(/\.prompts\.jsonl$/i, '');
  const model = format.name === 'openai-batch' ? await askForModel() : 'MODEL';
  if (model === undefined) return;
  const out = await vscode.window.showSaveDialog({
    title: `Export as ${format.title}`,
    defaultUri: vscode.Uri.joinPath(set, '..', `${stem}.${format.name}${format.extension}`),
    filters: { [format.title.slice(0, 40)]: [format.extension.replace(/^\./, '')], 'All files': ['*'] },
  });
  if (!out) return;
  const report = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Exporting ${nameOf(set)}`,
      cancellable: true,
    },
    (progress, cancellation) => {
      const aborter = new AbortController();
      cancellation.onCancellationRequested(() => aborter.abort());
      const told = (written: number) => progress.report({ message: `${written} samples` });
      return writeExport(set, format, out, { model, only, told, signal: aborter.signal });
    },
  );
  await tell(set, format, report);
}

export interface ExportOptions {
  /** The model that a batch request asks. */
  model: string;
  /** Ids of the samples that are meant; null: all. */
  only: ReadonlySet<string> | null;
  told(written: number): void;
  signal: AbortSignal;
}

/** Writes a set in a format: all of its files, or none. @throws FailureError; `cancelled` where the signal says so. */
export async function writeExport(
  set: vscode.Uri,
  format: ExportFormat,
  out: vscode.Uri,
  { model, only, told, signal }: ExportOptions,
): Promise<ExportReport> {
  const stem = stemOf(out.path, format);
  const name = (stem.split('/').at(-1) ?? '').replace(/[^\w-]+/g, '_') || 'prompts';
  const files = new Map<string, { uri: vscode.Uri; file: NewFile }>();
  const skipped: Skipped[] = [];
  let written = 0;
  let until = performance.now() + 12;

  async function* samples(): AsyncGenerator<SampleWithExtras> {
    for await (const { sample, line, problems } of readPromptSet(textOf(set))) {
      if (signal.aborted) fail('cancelled', 'The export was stopped.');
      if (sample) {
        if (only && !only.has(sample.id)) continue;
        written++;
        yield sample;
      } else if (!only) {
        skipped.push({ line: line + 1, reason: problems[0]?.message ?? 'The line holds no sample.' });
      }
      if (performance.now() < until) continue;
      told(written);
      await new Promise((resolve) => setTimeout(resolve, 0));
      until = performance.now() + 12;
    }
  }

  try {
    for await (const { extension, text } of format.write(samples(), { name, model })) {
      const known = files.get(extension);
      if (known) {
        await known.file.write(text);
        continue;
      }
      const path = extension === format.extension ? out.path : `${stem}${extension}`;
      const uri = out.with({ path });
      const file = await openFile(uri);
      files.set(extension, { uri, file });
      await file.write(text);
    }
    if (written === 0) fail('invalid-input', `${nameOf(set)} holds no sample, so nothing was written.`);
    for (const { file } of files.values()) await file.done();
  } finally {
    for (const { file } of files.values()) await file.discard();
  }
  return { files: [...files.values()].map(({ uri }) => uri), written, skipped, loses: format.loses };
}

/** Undefined: the user thought better of it. */
async function pickSamples(selected: readonly string[]): Promise<ReadonlySet<string> | null | undefined> {
  if (selected.length < 2) return null;
  const picked = await vscode.window.showQuickPick(
    [
      { label: 'All samples', only: null },
      { label: `The ${selected.length} selected`, only: new Set(selected) },
    ],
    { title: 'Export Prompt Set: which samples?' },
  );
  return picked?.only;
}

async function pickFormat(): Promise<ExportFormat | undefined> {
  const picked = await vscode.window.showQuickPick(
    EXPORTS.map((format) => ({
      label: format.name,
      description: format.title,
      detail: format.loses.length === 0 ? 'Holds every field' : `Has no place for ${format.loses.join(', ')}`,
      format,
    })),
    { title: 'Export Prompt Set: as what?', matchOnDescription: true },
  );
  return picked?.format;
}

function askForModel(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: 'Model',
    prompt: 'The model that the requests of the batch ask',
    placeHolder: 'Qwen/Qwen2.5-7B-Instruct',
    validateInput: (text) => (text.trim() === '' ? 'A request names its model.' : undefined),
  });
}

async function tell(set: vscode.Uri, format: ExportFormat, report: ExportReport): Promise<void> {
  const { files, written, skipped, loses } = report;
  const names = files.map(nameOf).join(' and ');
  const lost = loses.length > 0 ? ` ${format.name} has no place for ${loses.join(', ')}.` : '';
  const left =
    skipped.length === 0
      ? ''
      : ` ${skipped.length} ${skipped.length === 1 ? 'line holds' : 'lines hold'} no sample.`;
  const message = `Exported ${written} samples to ${names}.${lost}${left}`;
  const actions = ['Open', ...(skipped.length > 0 ? ['Show Skipped Lines'] : [])];
  const show = left ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  void show(message, ...actions).then(async (picked) => {
    if (picked === 'Open') await vscode.commands.executeCommand('vscode.open', files[0]);
    if (picked !== 'Show Skipped Lines') return;
    const lines = skipped.map(({ line, reason }) => `${nameOf(set)}:${line}: ${reason}`);
    const document = await vscode.workspace.openTextDocument({ content: `${lines.join('\n')}\n` });
    await vscode.window.showTextDocument(document);
  });
}

/** The set as the editor has it, unsaved edits included, else as it stands on the disk. */
async function* textOf(set: vscode.Uri): AsyncGenerator<Uint8Array | string> {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === set.toString());
  if (open) {
    // In pieces, so that the reader gives others their turn.
    const text = open.getText();
    for (let at = 0; at < text.length; at += 64 * 1024) yield text.slice(at, at + 64 * 1024);
    return;
  }
  try {
    if (set.scheme === 'file') yield* createReadStream(set.fsPath) as AsyncIterable<Uint8Array>;
    else yield await vscode.workspace.fs.readFile(set);
  } catch (error) {
    if (error instanceof FailureError) throw error;
    fail('invalid-input', `${nameOf(set)} cannot be read: ${(error as Error).message}`);
  }
}

/** A file that is there only when it is whole. */
async function openFile(uri: vscode.Uri): Promise<NewFile> {
  if (uri.scheme === 'file') return newFile(uri.fsPath, nameOf(uri));
  let text = '';
  return {
    async write(part) {
      text += part;
    },
    async done() {
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    },
    async discard() {},
  };
}

/** The path of the files without what tells them apart. */
function stemOf(path: string, { extension }: ExportFormat): string {
  return path.toLowerCase().endsWith(extension)
    ? path.slice(0, -extension.length)
    : path.replace(/\.\w+$/, '');
}
