import { basename } from 'node:path';
import * as vscode from 'vscode';
import { isPromptSet } from '../../core/prompts/promptSet.ts';
import type { RunInfo } from '../../shared/audit.ts';
import { fail } from '../../shared/failure.ts';
import type { PairCatalog } from '../pairs/pairCatalog.ts';
import { readSettings } from '../settings.ts';
import { requireTrust } from '../trust.ts';
import { AUDIT_OPTIONS, askAuditOptions, type RememberedOptions } from './auditOptions.ts';
import type { AuditRuns } from './auditRuns.ts';
import { openReport } from './showAudits.ts';

/** What menus, trees and views pass: a file, or something that has one. Keyboards and the palette pass nothing. */
type From = vscode.Uri | { uri?: vscode.Uri; resourceUri?: vscode.Uri } | undefined;

/**
 * *Run Audit…* of a prompt set: asks for the options, begins, and opens the report, which follows it.
 * @param sampleIds samples of it that are selected. (Menus of the Explorer pass the selected files here.)
 */
export async function runAudit(
  catalog: PairCatalog,
  runs: AuditRuns,
  memento: vscode.Memento,
  from: From,
  sampleIds?: unknown,
): Promise<void> {
  requireTrust();
  const set =
    fileOf(from) ?? activeFile(isPromptSet) ?? (await pickFile('**/*.prompts.jsonl', 'Prompt set to audit'));
  if (!set) return;
  if (!isPromptSet(set.path)) {
    fail('invalid-input', `${basename(set.path)} is no prompt set.`, {
      remedy: 'An audit asks the samples of a *.prompts.jsonl file.',
    });
  }
  const selected = isTexts(sampleIds) ? sampleIds : [];
  const request = await askAuditOptions(catalog, memento, set, selected);
  if (!request) return;
  // What is asked is what stands on the disk, whose checksum the run keeps.
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === set.toString());
  if (open?.isDirty && !(await open.save())) return;
  await runs.start(request);
  await openReport(request.run);
}

/** *Resume Audit*: what is missing, and what failed. */
export async function resumeAudit(
  runs: AuditRuns,
  memento: vscode.Memento,
  from: From,
  options?: { failedOnly?: unknown; scoreDrift?: unknown },
): Promise<void> {
  requireTrust();
  const run = fileOf(from) ?? activeFile(isRun) ?? (await pickFile('**/*.drift', 'Audit to resume'));
  if (!run) return;
  const { concurrency } = memento.get<Partial<RememberedOptions>>(AUDIT_OPTIONS) ?? {};
  await runs.resume(run, {
    failedOnly: options?.failedOnly === true,
    ...(options?.scoreDrift === true ? { scoring: usualScoring() } : {}),
    ...(concurrency === undefined ? {} : { concurrency }),
  });
}

/** *Stop Audit*: what is done is kept. */
export async function stopAudit(runs: AuditRuns, from: From): Promise<void> {
  const run = fileOf(from) ?? (await pickRunning(runs, 'Audit to stop'));
  if (run) await runs.stop(run);
}

/** What a click on the status bar does. */
export async function showAudit(runs: AuditRuns): Promise<void> {
  const run = await pickRunning(runs, 'Audit to show');
  if (run) await openReport(run);
}

function usualScoring(): NonNullable<RunInfo['scoring']> {
  const { topAlternatives: top, heatThreshold: threshold } = readSettings();
  return { top, threshold };
}

function isRun(path: string): boolean {
  return /\.drift$/i.test(path);
}

function fileOf(from: From): vscode.Uri | undefined {
  return from instanceof vscode.Uri ? from : (from?.uri ?? from?.resourceUri);
}

/** The file of the active tab, in whatever editor shows it. */
function activeFile(accepts: (path: string) => boolean): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const shown =
    input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
  return shown && accepts(shown.path) ? shown : undefined;
}

async function pickFile(pattern: string, title: string): Promise<vscode.Uri | undefined> {
  const found = await vscode.workspace.findFiles(pattern, '**/node_modules/**', 500);
  if (found.length === 0) {
    fail('invalid-input', `The workspace has no ${pattern.replace('**/', '')} file.`, {
      remedy: 'Open the demo workspace to see some.',
    });
  }
  return pick(found, title);
}

async function pickRunning(runs: AuditRuns, title: string): Promise<vscode.Uri | undefined> {
  const running = runs.running();
  if (running.length === 0) void vscode.window.showInformationMessage('No audit is running.');
  return running.length < 2 ? running[0] : pick(running, title);
}

async function pick(files: readonly vscode.Uri[], title: string): Promise<vscode.Uri | undefined> {
  const items = files
    .map((uri) => ({ label: basename(uri.path), description: vscode.workspace.asRelativePath(uri), uri }))
    .sort((a, b) => (a.description < b.description ? -1 : 1));
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.uri;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}
