import * as vscode from 'vscode';
import { lineAndColumn } from '../../core/jsonText/problem.ts';
import { isPromptSet } from '../../core/prompts/promptSet.ts';
import { describePair } from './describe.ts';
import type { PairCatalog, PairChoice, PairSource } from './pairCatalog.ts';

/** Shows the pair in use, where there is a pair file or a prompt set is open; a click switches it. */
export function showCurrentPair(catalog: PairCatalog): vscode.StatusBarItem {
  const item = vscode.window.createStatusBarItem('driftscope.pair', vscode.StatusBarAlignment.Left, 10);
  item.name = 'Driftscope Pair';
  item.command = 'driftscope.switchPair';
  let updates = 0;
  const update = async () => {
    const own = ++updates;
    const sources = await catalog.sources();
    const current = await catalog.current();
    if (own !== updates) return; // a later update knows more
    const editor = vscode.window.activeTextEditor;
    if (sources.length === 0 && !(editor && isPromptSet(editor.document.fileName))) {
      item.hide();
      return;
    }
    const fault = firstError(sources);
    item.text = `$(${fault ? 'warning' : 'git-compare'}) ${plain(current?.pair.name ?? 'no pair')}`;
    item.tooltip = tooltipOf(current, fault);
    item.backgroundColor = fault ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    item.accessibilityInformation = {
      label: `Driftscope pair: ${current?.pair.name ?? 'none'}`,
      role: 'button',
    };
    item.show();
  };
  void update();
  const listeners = [
    catalog.onDidChange(() => void update()),
    vscode.window.onDidChangeActiveTextEditor(() => void update()),
  ];
  const dispose = item.dispose.bind(item);
  return Object.assign(item, { dispose: () => vscode.Disposable.from(...listeners, { dispose }).dispose() });
}

/** Names come out of a file: they are text here, whatever they look like. */
function tooltipOf(current: PairChoice | undefined, fault: string | undefined): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString('', true);
  tooltip.isTrusted = { enabledCommands: ['driftscope.checkPair'] };
  tooltip.appendText(
    current ? `Pair ${current.pair.name}: ${describePair(current.pair)}` : 'No whole pair is declared.',
  );
  tooltip.appendMarkdown('\n\n');
  tooltip.appendText(fault ?? 'Click to switch.');
  if (current) tooltip.appendMarkdown('\n\n[$(checklist) Check Pair](command:driftscope.checkPair)');
  return tooltip;
}

/** The first error of the pair files, with its place; undefined where there is none. */
export function firstError(sources: readonly PairSource[]): string | undefined {
  for (const { uri, text, problems } of sources) {
    const error = problems.find(({ severity }) => severity === 'error');
    if (error) {
      const line = lineAndColumn(text, error.span[0]).line;
      return `${vscode.workspace.asRelativePath(uri)}, line ${line}: ${error.message}`;
    }
  }
  return undefined;
}

/** A name out of a file must not turn into an icon. */
function plain(text: string): string {
  return text.replaceAll('$(', '$ (');
}
