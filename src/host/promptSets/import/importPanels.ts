import * as vscode from 'vscode';
import type { ImportContract, ImportRequest } from '../../../shared/importView.ts';
import { serveView } from '../../../shared/rpc.ts';
import { showError } from '../../failures.ts';
import { openWire, showView } from '../editor/webview.ts';
import { nameOf } from '../edits.ts';
import type { PromptDocuments } from '../promptDocuments.ts';
import { findSets, freeName, withExtension } from '../workspaceSets.ts';
import { newSetTarget, openSetTarget } from './importTarget.ts';

export const IMPORT_VIEW = 'driftscope.import';

export interface ImportPanelsOptions {
  extensionUri: vscode.Uri;
  documents: PromptDocuments;
  log: vscode.LogOutputChannel;
}

/** Shows how files would be read, and imports them. */
export interface ImportPanels extends vscode.Disposable {
  /** @param into a set to import into by default */
  open(file: vscode.Uri, into?: vscode.Uri): void;
}

export function createImportPanels({ extensionUri, documents, log }: ImportPanelsOptions): ImportPanels {
  const open = new Map<string, vscode.WebviewPanel>();

  const openPanel = async (file: vscode.Uri, into: vscode.Uri | undefined): Promise<void> => {
    const folder =
      vscode.workspace.getWorkspaceFolder(file)?.uri ??
      vscode.workspace.workspaceFolders?.[0]?.uri ??
      vscode.Uri.joinPath(file, '..');
    const inFolder = (path: string) => vscode.Uri.joinPath(folder, path);
    const pathOf = (uri: vscode.Uri) =>
      uri.path.startsWith(`${folder.path}/`) ? uri.path.slice(folder.path.length + 1) : uri.path;
    const targetOf = ({ kind, path }: ImportRequest['target']) =>
      kind === 'new' ? withExtension(inFolder(path)) : inFolder(path);

    const panel = vscode.window.createWebviewPanel(
      IMPORT_VIEW,
      `Import ${nameOf(file)}`,
      vscode.ViewColumn.Active,
      // What was typed into the form, and how far down it is scrolled.
      { retainContextWhenHidden: true },
    );
    const { webview } = panel;
    open.set(file.toString(), panel);
    let isClosed = false;
    panel.onDidDispose(() => {
      isClosed = true;
      open.delete(file.toString());
    });
    // All formats of the field, which take longer to load than the rest of the extension.
    const [{ createImportSession }, { withImportSource }, { keepMapping, keptMappings }] = await Promise.all([
      import('./importSession.ts'),
      import('./importSource.ts'),
      import('./keptMappings.ts'),
    ]);
    if (isClosed) return;
    let written: vscode.Uri | null = null;

    const session = createImportSession({
      file: { name: nameOf(file), path: vscode.workspace.asRelativePath(file) },
      withSource: (work) => withImportSource(file, work),
      async keptMappings() {
        try {
          return await keptMappings(folder);
        } catch (error) {
          void showError(error, log); // the file can be imported without them
          return [];
        }
      },
      keepMapping: (mapping) => keepMapping(folder, mapping),
      async targets() {
        const sets = (await findSets(documents)).filter((uri) => uri.path.startsWith(`${folder.path}/`));
        const ordered = into ? [into, ...sets.filter((uri) => uri.toString() !== into.toString())] : sets;
        const stem = nameOf(file).replace(/\.\w+$/, '');
        return {
          sets: ordered.map(pathOf),
          into: into ? pathOf(into) : null,
          suggested: await freeName(folder, `${stem}.prompts.jsonl`),
        };
      },
      openTarget(target) {
        written = targetOf(target);
        return target.kind === 'new' ? newSetTarget(written) : openSetTarget(written, documents);
      },
      changed: (state) => server.emit('changed', state),
      unexpected: (error) => log.error(error instanceof Error ? error : String(error)),
    });

    const server = serveView<ImportContract>(
      openWire(webview),
      {
        ready: () => session.state(),
        choose: (choice) => void session.choose(choice),
        start: (request) => void session.start(request),
        cancel: () => session.cancel(),
        openAt: async (line) => {
          const at = new vscode.Position(Math.max(0, (line ?? 1) - 1), 0);
          const selection = new vscode.Range(at, at);
          await vscode.window.showTextDocument(file, { selection, viewColumn: vscode.ViewColumn.Beside });
        },
        openSet: async () => {
          if (written) await vscode.commands.executeCommand('vscode.open', written);
        },
        close: () => panel.dispose(),
      },
      (error) => log.error(error instanceof Error ? error : String(error)),
    );

    panel.onDidDispose(() => {
      session.cancel();
      server.dispose();
    });
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'driftscope.svg');
    showView(webview, extensionUri, 'import');
    void session.begin();
  };

  return {
    open(file, into) {
      const shown = open.get(file.toString());
      if (shown) shown.reveal();
      else openPanel(file, into).catch((error: unknown) => showError(error, log));
    },
    dispose() {
      for (const panel of open.values()) panel.dispose();
    },
  };
}

/** Asks for a file to import, from the palette or a grid. */
export async function pickImportFile(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: 'Import Prompts',
    openLabel: 'Preview Import',
    filters: {
      'Prompts and benchmarks': ['csv', 'tsv', 'json', 'jsonl', 'ndjson', 'yaml', 'yml', 'parquet', 'txt'],
      'All files': ['*'],
    },
  });
  return picked?.[0];
}
