import * as vscode from 'vscode';
import { isRunning, type RunInfo, type RunProgress } from '../../shared/audit.ts';
import type { AuditRuns } from '../audits/auditRuns.ts';
import { nameOf } from '../promptSets/edits.ts';
import { folderOf, type WorkspaceFiles } from './files.ts';

/** What the view says of a run, as the file has it. */
interface RunSummary {
  info: RunInfo;
  progress: RunProgress;
}

type Known = { summary: RunSummary } | { fault: string };

/** The runs of the workspace: of which pair, when they were made, and how far they are. */
export function createRunsView(
  files: WorkspaceFiles,
  audits: Pick<AuditRuns, 'status' | 'onDidChange'>,
): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri | undefined>();
  const known = new Map<string, Known>();
  const pending = new Set<string>();
  let reading = Promise.resolve();

  /** Of a run that goes on in this window: how far it is now. */
  const running = (uri: vscode.Uri): RunProgress | undefined => {
    const status = audits.status(uri);
    return status && isRunning(status) ? status.progress : undefined;
  };

  const describe = (uri: vscode.Uri) => {
    const key = uri.toString();
    if (known.has(key) || pending.has(key)) return;
    pending.add(key);
    reading = reading.then(async () => {
      try {
        known.set(key, { summary: await summaryOf(uri) });
      } catch (error) {
        known.set(key, { fault: (error as Error).message });
      }
      pending.delete(key);
      changed.fire(uri);
    });
  };

  const provider: vscode.TreeDataProvider<vscode.Uri> = {
    onDidChangeTreeData: changed.event,
    getChildren: async (node) => (node ? [] : [...(await files.list())]),
    getTreeItem(uri) {
      describe(uri);
      return runItem(uri, known.get(uri.toString()), running(uri));
    },
  };
  const view = vscode.window.createTreeView('driftscope.runs', {
    treeDataProvider: provider,
    canSelectMany: true,
  });

  return vscode.Disposable.from(
    view,
    changed,
    files.onDidChange((uri) => {
      // A run that goes on says itself how far it is, and writes many times a second.
      if (uri && running(uri)) return;
      if (uri) known.delete(uri.toString());
      changed.fire(uri);
    }),
    audits.onDidChange(({ run }) => {
      const uri = files.known(run);
      if (!uri) return;
      if (!running(uri)) known.delete(uri.toString());
      changed.fire(uri);
    }),
  );
}

/** @throws FailureError where the file is damaged or no run. */
async function summaryOf(run: vscode.Uri): Promise<RunSummary> {
  // SQLite is loaded with the first run that is listed.
  const { readRunFile } = await import('../../store/runFile.ts');
  const reader = readRunFile(run.fsPath);
  try {
    return { info: reader.info(), progress: reader.progress() };
  } finally {
    reader.close();
  }
}

function runItem(
  uri: vscode.Uri,
  known: Known | undefined,
  running: RunProgress | undefined,
): vscode.TreeItem {
  const item = new vscode.TreeItem(uri);
  item.label = nameOf(uri);
  item.id = uri.toString();
  item.contextValue = running ? 'run.running' : 'run';
  item.iconPath = new vscode.ThemeIcon(running ? 'sync~spin' : 'graph');
  item.command = { title: 'Open Report', command: 'vscode.open', arguments: [uri] };
  const folder = folderOf(uri);
  const where = folder ? [folder] : [];
  item.description = where.join('');
  item.tooltip = vscode.workspace.asRelativePath(uri);
  if (!known) return item;
  if ('fault' in known) {
    item.description = ['cannot be read', ...where].join(' · ');
    item.tooltip += `\n${known.fault}`;
    item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
    return item;
  }
  const { info, progress } = known.summary;
  const { done, failed, total } = running ?? progress;
  const isWhole = done >= total;
  const share = isWhole ? `${total}` : `${done} of ${total}`;
  item.description = [info.pair.name, share, ...(failed > 0 ? [`${failed} failed`] : []), ...where].join(
    ' · ',
  );
  if (!running) {
    if (!isWhole) item.contextValue = 'run.partial';
    item.iconPath = new vscode.ThemeIcon(isWhole ? 'graph' : 'debug-pause');
  }
  item.tooltip += [
    '',
    `pair ${info.pair.name} · set ${info.set.name}`,
    `${share} generations${failed > 0 ? `, ${failed} failed` : ''}`,
    `made ${new Date(info.created).toLocaleString()}`,
  ].join('\n');
  return item;
}
