import * as vscode from 'vscode';
import { modelLabel } from '../../shared/pair.ts';
import type { PairCatalog, PairChoice } from '../pairs/pairCatalog.ts';

/** The pairs that the window offers, with the one in use marked. */
export function createPairsView(catalog: PairCatalog): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  let current: PairChoice | undefined;
  const provider: vscode.TreeDataProvider<PairChoice> = {
    onDidChangeTreeData: changed.event,
    async getChildren(node) {
      if (node) return [];
      current = await catalog.current();
      return catalog.choices();
    },
    getTreeItem: (choice) => pairItem(choice, current),
  };
  return vscode.Disposable.from(
    vscode.window.createTreeView('driftscope.pairs', { treeDataProvider: provider }),
    changed,
    catalog.onDidChange(() => changed.fire(undefined)),
  );
}

function pairItem({ pair, file }: PairChoice, current: PairChoice | undefined): vscode.TreeItem {
  const item = new vscode.TreeItem(pair.name);
  const isCurrent = current?.pair.name === pair.name && current.file?.toString() === file?.toString();
  const { baseline, reasoning } = pair.models;
  item.description = `${modelLabel(baseline)} → ${modelLabel(reasoning)}${isCurrent ? ' · in use' : ''}`;
  item.iconPath = new vscode.ThemeIcon(isCurrent ? 'check' : 'git-compare');
  item.contextValue = isCurrent ? 'pair.current' : 'pair';
  if (file) item.command = { title: 'Open', command: 'vscode.open', arguments: [file] };
  item.tooltip = file ? vscode.workspace.asRelativePath(file) : 'Comes with Driftscope';
  return item;
}
