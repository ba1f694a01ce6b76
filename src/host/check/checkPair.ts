import * as vscode from 'vscode';
import { fail } from '../../shared/failure.ts';
import type { Pair } from '../../shared/pair.ts';
import { rangeOf } from '../pairs/diagnostics.ts';
import type { PairCatalog, PairChoice } from '../pairs/pairCatalog.ts';
import { firstError } from '../pairs/statusBar.ts';
import { requireTrust } from '../trust.ts';
import type { CheckPanel, PairPlace } from './checkPanel.ts';

/** A pair by its name in a file: what the lens over it passes to *Check Pair*. */
export interface PairInFile {
  uri: vscode.Uri;
  name: string;
}

/**
 * *Check Pair*: the current pair, or the one that a lens, a comparison or the list of pairs names.
 * @throws FailureError `untrusted`; `invalid-input` where there is no such whole pair
 */
export async function checkPair(
  catalog: PairCatalog,
  panel: CheckPanel,
  from?: PairInFile | Pair | PairChoice,
): Promise<void> {
  requireTrust();
  if (from && ('models' in from || 'pair' in from)) {
    const pair = 'pair' in from ? from.pair : from;
    panel.check(pair, await placeOf(catalog, pair.name));
    return;
  }
  const choices = await catalog.choices();
  const choice = from
    ? choices.find(({ pair, file }) => pair.name === from.name && file?.toString() === from.uri.toString())
    : await catalog.current();
  if (!choice) {
    const fault = firstError(await catalog.sources());
    fail('invalid-input', `There is no such pair to check. ${fault ?? 'The pair file declares none.'}`, {
      remedy: 'The Problems panel shows what to mend.',
    });
  }
  panel.check(choice.pair, choice.file && { file: choice.file, name: choice.pair.name });
}

/** Of a comparison's pair, whose file may have changed since. */
async function placeOf(catalog: PairCatalog, name: string): Promise<PairPlace | null> {
  const found = (await catalog.choices()).find(({ pair }) => pair.name === name);
  return found?.file ? { file: found.file, name } : null;
}

/** Shows the pair file with the pair's name selected. */
export async function revealPair(catalog: PairCatalog, { file, name }: PairPlace): Promise<void> {
  const source = (await catalog.sources()).find(({ uri }) => uri.toString() === file.toString());
  const span = source?.places.get(name);
  const editor = await vscode.window.showTextDocument(file, { viewColumn: vscode.ViewColumn.Beside });
  if (!source || !span) return;
  const range = rangeOf(source.text, span);
  editor.selection = new vscode.Selection(range.start, range.end);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
