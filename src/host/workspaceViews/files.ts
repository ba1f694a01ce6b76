import * as vscode from 'vscode';

/** Files of the workspace that a view lists, found when the view is first looked at and watched from then on. */
export interface WorkspaceFiles extends vscode.Disposable {
  /** By their paths. The same file is the same object every time. */
  list(): Promise<readonly vscode.Uri[]>;
  /** The file as {@link list} has it; undefined: it is not there. */
  known(uri: vscode.Uri): vscode.Uri | undefined;
  /** A file has come or gone (undefined), or has been written. */
  readonly onDidChange: vscode.Event<vscode.Uri | undefined>;
}

/** Files that are listed at most. */
const MOST = 2_000;

/** @param pattern a glob over the whole workspace */
export function watchFiles(pattern: string): WorkspaceFiles {
  const changed = new vscode.EventEmitter<vscode.Uri | undefined>();
  const disposables: vscode.Disposable[] = [changed];
  let files: Map<string, vscode.Uri> | null = null;

  const add = (uri: vscode.Uri) => {
    if (!files || files.has(uri.toString()) || /(^|\/)node_modules\//.test(uri.path)) return;
    files.set(uri.toString(), uri);
    changed.fire(undefined);
  };
  const remove = (uri: vscode.Uri) => {
    // A folder that goes takes its files with it.
    const gone = [...(files?.entries() ?? [])].filter(
      ([, file]) => file.toString() === uri.toString() || file.path.startsWith(`${uri.path}/`),
    );
    for (const [key] of gone) files?.delete(key);
    if (gone.length > 0) changed.fire(undefined);
  };

  const search = async () => {
    const found = await vscode.workspace.findFiles(pattern, '**/node_modules/**', MOST);
    const before = files ?? new Map<string, vscode.Uri>();
    files = new Map(found.map((uri) => [uri.toString(), before.get(uri.toString()) ?? uri]));
  };
  let searching: Promise<void> | undefined;

  const start = () => {
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    disposables.push(
      watcher,
      watcher.onDidCreate(add),
      watcher.onDidChange((uri) => changed.fire(files?.get(uri.toString()))),
      watcher.onDidDelete(remove),
      // The watcher tells of a folder that is deleted or renamed, not of the files in it.
      vscode.workspace.onDidDeleteFiles(({ files: gone }) => gone.forEach(remove)),
      vscode.workspace.onDidRenameFiles(() => again()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => again()),
    );
    return search();
  };
  const again = () => {
    searching = search().then(() => changed.fire(undefined));
  };

  return {
    onDidChange: changed.event,
    known: (uri) => files?.get(uri.toString()),
    async list() {
      searching ??= start();
      await searching;
      return [...(files?.values() ?? [])].sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    dispose() {
      vscode.Disposable.from(...disposables).dispose();
    },
  };
}

/** A file's folder in the workspace, as a view shows it beside the name; undefined: it stands at the root. */
export function folderOf(uri: vscode.Uri): string | undefined {
  const shown = vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..'), true);
  const root = vscode.workspace.getWorkspaceFolder(uri);
  if (root && root.uri.path === vscode.Uri.joinPath(uri, '..').path) return undefined;
  return (vscode.workspace.workspaceFolders?.length ?? 0) > 1
    ? shown
    : vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..'), false);
}
