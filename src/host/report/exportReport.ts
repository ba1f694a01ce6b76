import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { FailureError, fail } from '../../shared/failure.ts';
import { type ExportFormat, STUDY_FORMATS } from '../../shared/reportView.ts';
import { pathOf } from './reports.ts';
import type { ReportThreads } from './threads.ts';
import { unfinishedName } from './writeReport.ts';

/** How each format is called, and the end of its files' names. */
export const FORMAT_NAMES: Record<ExportFormat, { title: string; detail: string; extension: string }> = {
  html: { title: 'HTML', detail: 'One page that opens in any browser, without network', extension: 'html' },
  md: { title: 'Markdown', detail: 'For a paper’s appendix', extension: 'md' },
  csv: { title: 'CSV', detail: 'A line a generation', extension: 'csv' },
  jsonl: {
    title: 'JSON Lines',
    detail: 'A line a generation, with what detectors found',
    extension: 'jsonl',
  },
  json: { title: 'JSON', detail: 'Everything but the distributions', extension: 'json' },
  'lm-eval': {
    title: 'lm-eval samples',
    detail: 'The reasoning model’s, as lm-evaluation-harness logs them',
    extension: 'jsonl',
  },
};

/**
 * *Export Report…*: in a thread of its own, and can be cancelled.
 * @param format absent: the user is asked
 * @param to absent: the user is asked
 * @throws FailureError where it cannot be written
 */
export async function exportReport(
  threads: ReportThreads,
  runs: readonly vscode.Uri[],
  format?: ExportFormat,
  to?: vscode.Uri,
): Promise<void> {
  const [first] = runs;
  if (!first) return;
  const chosen = format ?? (await pickFormat(runs.length > 1));
  if (!chosen) return;
  if (runs.length > 1 && !STUDY_FORMATS.includes(chosen)) {
    fail('invalid-input', `${FORMAT_NAMES[chosen].title} holds the samples of one run.`, {
      remedy: 'Export it from the report of a run.',
    });
  }
  const target = to ?? (await askWhere(first, runs.length > 1, chosen));
  if (!target) return;
  const out = pathOf(target);
  const name = basename(out);
  const size = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Exporting ${name}…`, cancellable: true },
    async (_progress, cancellation) => {
      const cancel = new AbortController();
      const cancelled = new FailureError({ kind: 'cancelled', message: 'The export was cancelled.' });
      cancellation.onCancellationRequested(() => cancel.abort(cancelled));
      try {
        return await threads.alone((thread) =>
          thread.run('write', [runs.map(pathOf), chosen, out], cancel.signal),
        );
      } catch (error) {
        await rm(unfinishedName(out), { force: true });
        throw error;
      }
    },
  );
  void offerToOpen(target, chosen, `${name} written (${sizeText(size)}).`);
}

async function offerToOpen(target: vscode.Uri, format: ExportFormat, message: string): Promise<void> {
  const browser = { title: 'Open in Browser' };
  const editor = { title: 'Open' };
  const folder = { title: 'Reveal' };
  const picked = await vscode.window.showInformationMessage(
    message,
    ...(format === 'html' ? [browser, editor] : [editor]),
    folder,
  );
  if (picked === browser) await vscode.env.openExternal(target);
  if (picked === editor) await vscode.commands.executeCommand('vscode.open', target);
  if (picked === folder) await vscode.commands.executeCommand('revealInExplorer', target);
}

async function pickFormat(isStudy: boolean): Promise<ExportFormat | undefined> {
  const formats = Object.entries(FORMAT_NAMES) as [ExportFormat, (typeof FORMAT_NAMES)[ExportFormat]][];
  const items = formats
    .filter(([format]) => !isStudy || STUDY_FORMATS.includes(format))
    .map(([format, { title, detail }]) => ({ label: title, description: detail, format }));
  const picked = await vscode.window.showQuickPick(items, {
    title: isStudy ? 'Export Study' : 'Export Report',
    matchOnDescription: true,
  });
  return picked?.format;
}

function askWhere(run: vscode.Uri, isStudy: boolean, format: ExportFormat): Thenable<vscode.Uri | undefined> {
  const { title, extension } = FORMAT_NAMES[format];
  const stem = isStudy ? 'study' : basename(run.path).replace(/\.drift$/i, '');
  const ending = format === 'lm-eval' ? `samples.${extension}` : extension;
  return vscode.window.showSaveDialog({
    title: `Export ${isStudy ? 'Study' : 'Report'} as ${title}`,
    defaultUri: vscode.Uri.joinPath(run, '..', `${stem}.${ending}`),
    filters: { [title]: [extension] },
  });
}

function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
