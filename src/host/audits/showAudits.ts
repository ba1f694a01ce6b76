import { basename } from 'node:path';
import * as vscode from 'vscode';
import { progressLine } from '../../core/audit/pace.ts';
import { type AuditStatus, isRunning } from '../../shared/audit.ts';
import type { AuditChange, AuditRuns } from './auditRuns.ts';
import { headline } from './headline.ts';

/**
 * Shows the audits that run: each in a notification with a button that stops it, all of them in the status bar; and
 * says how each ended.
 */
export function showAudits(runs: AuditRuns): vscode.Disposable {
  const shown = new Set<string>();
  const item = vscode.window.createStatusBarItem('driftscope.audits', vscode.StatusBarAlignment.Left, 9);
  item.name = 'Driftscope Audits';
  item.command = 'driftscope.showAudit';
  const listening = runs.onDidChange(({ run, status }) => {
    const key = run.toString();
    if (isRunning(status) && !shown.has(key)) {
      shown.add(key);
      void showProgress(runs, run, status).finally(() => shown.delete(key));
    }
    if (!isRunning(status)) void sayHowItEnded({ run, status });
    showInStatusBar(item, runs);
  });
  return vscode.Disposable.from(item, listening);
}

function showInStatusBar(item: vscode.StatusBarItem, runs: AuditRuns): void {
  const all = runs.running().map((run) => ({ run, status: runs.status(run) }));
  if (all.length === 0) {
    item.hide();
    return;
  }
  const shares = all.map(({ status }) => (status ? share(status) : 0));
  const least = Math.floor(100 * Math.min(...shares));
  item.text = `$(sync~spin) ${all.length > 1 ? `${all.length} audits` : 'Audit'} ${least} %`;
  item.tooltip = all
    .map(({ run, status }) => `${basename(run.path)}: ${status ? lineOf(status) : ''}`)
    .join('\n');
  item.accessibilityInformation = {
    label: `Driftscope: ${all.length} audits running, ${least} percent done`,
  };
  item.show();
}

/** Of all that is to do, 0..1: generating and scoring weigh alike. */
function share({ progress: { total, done, failed, scored, scoringFailed }, scoring }: AuditStatus): number {
  if (total === 0) return 1;
  const generated = (done + failed) / total;
  return scoring ? (generated + (scored + scoringFailed + failed) / total) / 2 : generated;
}

function lineOf(status: AuditStatus): string {
  if (status.phase === 'stopping') return 'ending what is on its way…';
  if (status.waitingFor !== null) return status.waitingFor;
  if (status.phase === 'preparing') return 'getting the models ready…';
  return progressLine(status);
}

async function showProgress(runs: AuditRuns, run: vscode.Uri, first: AuditStatus): Promise<void> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Audit ${basename(run.path)}`,
    cancellable: true,
  };
  await vscode.window.withProgress(options, (progress, cancellation) => {
    let before = 0;
    const report = (status: AuditStatus) => {
      const now = 100 * share(status);
      progress.report({ message: lineOf(status), increment: Math.max(0, now - before) });
      before = now;
    };
    report(first);
    return new Promise<void>((resolve) => {
      const listening = runs.onDidChange((change) => {
        if (change.run.toString() !== run.toString()) return;
        if (isRunning(change.status)) report(change.status);
        else {
          listening.dispose();
          resolve();
        }
      });
      cancellation.onCancellationRequested(() => void runs.stop(run));
    });
  });
}

async function sayHowItEnded({ run, status }: AuditChange): Promise<void> {
  const { phase, progress, failure, verdicts } = status;
  const name = basename(run.path);
  const left = progress.total - progress.done - progress.failed;
  const failed = progress.failed + progress.scoringFailed;
  const open = 'Open Report';
  const again = failed > 0 ? `Retry ${failed} Failed` : null;
  let picked: string | undefined;
  if (phase === 'complete') {
    const what = again ? `${failed} failed. ` : '';
    const say = again ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
    picked = await say(
      `Audit ${name}: ${what}${upperFirst(headline(verdicts))}.`,
      open,
      ...(again ? [again] : []),
    );
  } else if (phase === 'cancelled') {
    const what = `stopped with ${left} of ${progress.total} generations to do.`;
    picked = await vscode.window.showInformationMessage(`Audit ${name}: ${what}`, 'Resume', open);
  } else {
    const why = [failure?.message, failure?.remedy].filter(Boolean).join(' ');
    const more = failure?.kind === 'missing-key' ? ['Set API Key…'] : [];
    picked = await vscode.window.showWarningMessage(`Audit ${name}: ${why}`, 'Resume', open, ...more);
  }
  if (picked === open) await openReport(run);
  else if (picked === again && again) await vscode.commands.executeCommand('driftscope.resumeAudit', run);
  else if (picked === 'Resume') await vscode.commands.executeCommand('driftscope.resumeAudit', run);
  else if (picked === 'Set API Key…') await vscode.commands.executeCommand('driftscope.setApiKey');
}

/** In the editor that is registered for run files. */
export async function openReport(run: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', run);
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
