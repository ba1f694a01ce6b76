import * as vscode from 'vscode';
import { samplesToFindAChange } from '../../core/prompts/sampleSize.ts';
import { nameOf } from '../promptSets/edits.ts';
import type { PromptDocuments } from '../promptSets/promptDocuments.ts';
import { folderOf, type WorkspaceFiles } from './files.ts';
import { type SetSummary, summaryOfFile, summaryOfOpen } from './setSummary.ts';

/** A set is its file, so that menus hand commands what they want; a dimension is a part of one. */
type Node = vscode.Uri | DimensionNode;
type DimensionNode = SetSummary['dimensions'][number] & { set: vscode.Uri };

/** The prompt sets of the workspace: how many samples of each dimension, and how many problems. */
export function createSetsView(files: WorkspaceFiles, documents: PromptDocuments): vscode.Disposable {
  const changed = new vscode.EventEmitter<Node | undefined>();
  const summaries = new Map<string, SetSummary | null>();
  /** Files are read one after another, so that a workspace full of sets does not hold the editor up. */
  let reading = Promise.resolve();

  const describe = (uri: vscode.Uri) => {
    const open = documents.all().find((set) => set.uri.toString() === uri.toString());
    if (open) {
      if (open.isIndexed) summaries.set(uri.toString(), summaryOfOpen(open));
      return;
    }
    if (summaries.has(uri.toString())) return;
    summaries.set(uri.toString(), null);
    reading = reading.then(async () => {
      const summary = await summaryOfFile(uri);
      summaries.set(uri.toString(), summary);
      if (summary) changed.fire(uri);
    });
  };

  const renew = (uri: vscode.Uri | undefined) => {
    const known = uri && files.known(uri);
    if (!known) return;
    summaries.delete(known.toString());
    changed.fire(known);
  };

  const provider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: (node) => {
      if (!(node instanceof vscode.Uri)) return dimensionItem(node);
      describe(node);
      return setItem(node, summaries.get(node.toString()) ?? null);
    },
    async getChildren(node) {
      if (!node) return [...(await files.list())];
      if (!(node instanceof vscode.Uri)) return [];
      return (summaries.get(node.toString())?.dimensions ?? []).map((part) => ({ ...part, set: node }));
    },
    getParent: (node) => (node instanceof vscode.Uri ? undefined : node.set),
  };
  const view = vscode.window.createTreeView('driftscope.promptSets', {
    treeDataProvider: provider,
    canSelectMany: true,
    showCollapseAll: true,
  });

  return vscode.Disposable.from(
    view,
    changed,
    files.onDidChange((uri) => {
      if (uri) renew(uri);
      else changed.fire(undefined);
    }),
    documents.onDidChange(({ type, set }) => {
      if (type === 'closed') renew(set.uri);
    }),
    // Of an open set they come when its typing pauses.
    vscode.languages.onDidChangeDiagnostics(({ uris }) => uris.forEach(renew)),
  );
}

function setItem(uri: vscode.Uri, summary: SetSummary | null): vscode.TreeItem {
  const item = new vscode.TreeItem(uri, vscode.TreeItemCollapsibleState.None);
  item.label = nameOf(uri);
  item.id = uri.toString();
  item.contextValue = 'promptSet';
  item.iconPath = new vscode.ThemeIcon('list-unordered');
  item.command = { title: 'Open', command: 'vscode.open', arguments: [uri] };
  const folder = folderOf(uri);
  item.description = [...(summary ? [sizeOf(summary)] : []), ...(folder ? [folder] : [])].join(' · ');
  item.tooltip = vscode.workspace.asRelativePath(uri);
  if (!summary) return item;
  if (summary.dimensions.length > 0) {
    item.collapsibleState = vscode.TreeItemCollapsibleState.Collapsed;
  }
  const { errors, warnings } = summary;
  if (errors > 0)
    item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  else if (warnings > 0)
    item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.tooltip += `\n${sizeOf(summary)}`;
  if (errors + warnings > 0) item.tooltip += '\nOpen it to see the problems and their quick fixes.';
  item.accessibilityInformation = { label: `${nameOf(uri)}, ${sizeOf(summary)}` };
  return item;
}

function sizeOf({ samples, errors, warnings }: SetSummary): string {
  const problems = errors + warnings;
  const found = problems === 0 ? '' : ` · ${problems} ${problems === 1 ? 'problem' : 'problems'}`;
  return `${samples} ${samples === 1 ? 'sample' : 'samples'}${found}`;
}

function dimensionItem({ set, dimension, samples, expects }: DimensionNode): vscode.TreeItem {
  const item = new vscode.TreeItem(dimension || 'no dimension');
  item.id = `${set.toString()}#${dimension}`;
  const said = expects.filter(([expect]) => expect !== '').map(([expect, count]) => `${expect} ${count}`);
  item.description = [String(samples), ...said].join(' · ');
  const needed = samplesToFindAChange();
  if (dimension && samples < needed) {
    item.tooltip = `An audit of ${samples} samples finds no change; from ${needed} on it can.`;
    item.iconPath = new vscode.ThemeIcon('circle-outline');
  } else item.iconPath = new vscode.ThemeIcon('circle-filled');
  item.contextValue = 'dimension';
  return item;
}
