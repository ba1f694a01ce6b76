import * as vscode from 'vscode';
import type { ComparisonRequest } from '../../../shared/comparison.ts';
import { fail } from '../../../shared/failure.ts';
import {
  type PromptSetContract,
  type RowKey,
  SET_ACTIONS,
  type SetAction,
  type SetFacts,
} from '../../../shared/promptSetView.ts';
import { type Handlers, serveView, type ViewServer } from '../../../shared/rpc.ts';
import type { PairCatalog } from '../../pairs/pairCatalog.ts';
import { requireTrust } from '../../trust.ts';
import type { ComparePanels } from '../../views/comparePanels.ts';
import { nameOf } from '../edits.ts';
import type { ResultStore } from './resultStore.ts';
import type { SampleResults } from './sampleResults.ts';
import { expectations } from './summary.ts';
import { openWire } from './webview.ts';

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
async function openComparison(panels: ComparePanels, comparison: string): Promise<void> {
  if (await panels.open(comparison)) return;
  fail('invalid-input', 'That comparison is not kept any more.', { remedy: 'Compare the sample again.' });
}

async function run(command: string, ...args: unknown[]): Promise<void> {
  await vscode.commands.executeCommand(command, ...args);
}

type CallsAround = 'openComparison' | 'act' | 'switchPair' | 'openAsText';

/** What of a set the calls need that the editor around a grid answers. */
export interface SetInEditor {
  /** The ids of samples. */
  idsOf(keys: readonly RowKey[]): Promise<string[]>;
  /** Where a row stands in the text; null: nobody knows. */
  placeOf(key: RowKey): vscode.Position | null;
}

/** What sessions on sets of any size ask of the editor around them. */
export function sessionServices(
  uri: vscode.Uri,
  { results }: EditorServices,
): { results(): SampleResults; copy(text: string): Promise<void> } {
  return {
    results: () => results.of(pathOf(uri)),
    copy: async (text) => vscode.env.clipboard.writeText(text),
  };
}

/**
 * Answers the view in a panel.
 * @param calls those that the set's session answers; the rest is the same for sets of any size
 */
export function serveGrid(
  panel: vscode.WebviewPanel,
  uri: vscode.Uri,
  { panels, log }: EditorServices,
  calls: Omit<Handlers<PromptSetContract>, CallsAround>,
  { idsOf, placeOf }: SetInEditor,
): ViewServer<PromptSetContract> {
  const around: Pick<Handlers<PromptSetContract>, CallsAround> = {
    openComparison: (comparison) => openComparison(panels, comparison),
    act: async (action, keys) => run(commandOf(action), uri, await idsOf(keys)),
    switchPair: () => run('driftscope.switchPair'),
    openAsText(key) {
      const place = key === null ? null : placeOf(key);
      const selection = place ? { selection: new vscode.Range(place, place) } : {};
      return run('vscode.openWith', uri, 'default', { viewColumn: panel.viewColumn, ...selection });
    },
  };
  return serveView(openWire(panel.webview), { ...calls, ...around }, (error) =>
    log.error(error instanceof Error ? error : String(error)),
  );
}

/**
 * Opens a grid in a panel once the results of its set have been read. It hears of new ones for as long as the panel
 * is there.
 */
export async function openInPanel(
  panel: vscode.WebviewPanel,
  uri: vscode.Uri,
  { results }: EditorServices,
  audience: Audience,
  open: () => { factsChanged(): void },
): Promise<void> {
  await results.load(pathOf(uri));
  audience.add(open(), panel);
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
