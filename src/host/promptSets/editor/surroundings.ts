import * as vscode from 'vscode';
import type { ComparisonRequest } from '../../../shared/comparison.ts';
import { fail } from '../../../shared/failure.ts';
import { SET_ACTIONS, type SetAction, type SetFacts } from '../../../shared/promptSetView.ts';
import type { PairCatalog } from '../../pairs/pairCatalog.ts';
import { requireTrust } from '../../trust.ts';
import type { ComparePanels } from '../../views/comparePanels.ts';
import { nameOf } from '../edits.ts';
import type { ResultStore } from './resultStore.ts';
import { expectations } from './summary.ts';

/** What the editors of prompt sets, of any size, have around them. */
export interface EditorServices {
  extensionUri: vscode.Uri;
  catalog: PairCatalog;
  panels: ComparePanels;
  results: ResultStore;
  log: vscode.LogOutputChannel;
}

/** What is known of a set whatever its size. */
export async function commonFacts(
  uri: vscode.Uri,
  catalog: PairCatalog,
): Promise<Omit<SetFacts, 'readOnly' | 'canSort'>> {
  const [current, commands] = await Promise.all([catalog.current(), vscode.commands.getCommands(true)]);
  const known = new Set(commands);
  return {
    name: nameOf(uri),
    expectations: expectations(),
    pair: current?.pair.name ?? null,
    actions: SET_ACTIONS.filter((action) => known.has(commandOf(action))),
  };
}

/**
 * Asks the current pair. Settles when both models have answered.
 * @throws FailureError `untrusted`; `invalid-input` where there is no pair
 */
export async function comparePrompt(
  { catalog, panels }: EditorServices,
  prompt: Pick<ComparisonRequest, 'input' | 'origin' | 'sample'>,
  signal: AbortSignal,
): Promise<void> {
  requireTrust();
  const choice = await catalog.current();
  if (!choice) {
    return fail('invalid-input', 'There is no pair to compare.', {
      remedy: 'The pair file declares none: the Problems panel shows what to mend.',
    });
  }
  await panels.compare({ id: crypto.randomUUID(), pair: choice.pair, ...prompt }, signal);
}

/** @throws FailureError `invalid-input` where it is not kept any more */
export async function openComparison(panels: ComparePanels, comparison: string): Promise<void> {
  if (await panels.open(comparison)) return;
  fail('invalid-input', 'That comparison is not kept any more.', { remedy: 'Compare the sample again.' });
}

/** Runs another part's command on a set and the samples of it that are selected. */
export function runAction(action: SetAction, uri: vscode.Uri, ids: readonly string[]): Promise<void> {
  return run(commandOf(action), uri, ids);
}

export async function run(command: string, ...args: unknown[]): Promise<void> {
  await vscode.commands.executeCommand(command, ...args);
}

/** A set as a comparison's origin names it. */
export function pathOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString();
}

/** Hears when a row may have another result, or there is another pair, for as long as something is open. */
export interface Audience {
  add(one: { factsChanged(): void }, until: vscode.WebviewPanel): void;
}

/** Keeps what comparisons come to, and tells the grids that are open. */
export function keepResults(services: EditorServices): vscode.Disposable & Audience {
  const { catalog, panels, results, log } = services;
  const open = new Set<{ factsChanged(): void }>();
  const tellAll = () => {
    for (const one of open) one.factsChanged();
  };
  const listening = vscode.Disposable.from(
    catalog.onDidChange(tellAll),
    panels.onDidEnd(async (state) => {
      await results.add(state).catch((error) => log.error('A result could not be kept.', error));
      tellAll();
    }),
  );
  return {
    add(one, until) {
      open.add(one);
      until.onDidDispose(() => open.delete(one));
    },
    dispose: () => listening.dispose(),
  };
}

function commandOf(action: SetAction): string {
  return `driftscope.${action}`;
}
