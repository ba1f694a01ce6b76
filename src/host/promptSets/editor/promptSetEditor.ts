import * as vscode from 'vscode';
import { PromptDocument } from '../../../core/prompts/promptDocument.ts';
import { PromptSetChecker } from '../../../core/prompts/promptSetChecker.ts';
import { fail } from '../../../shared/failure.ts';
import {
  type PromptSetContract,
  type RowKey,
  SET_ACTIONS,
  type SetAction,
  type SetFacts,
} from '../../../shared/promptSetView.ts';
import { type Handlers, serveView } from '../../../shared/rpc.ts';
import type { PairCatalog } from '../../pairs/pairCatalog.ts';
import { findPrompt } from '../../prompts/findPrompt.ts';
import { requireTrust } from '../../trust.ts';
import type { ComparePanels } from '../../views/comparePanels.ts';
import { nameOf, workspaceEdit } from '../edits.ts';
import type { OpenPromptSet, PromptDocuments } from '../promptDocuments.ts';
import { createGridSession, type GridSession } from './gridSession.ts';
import type { ResultStore } from './resultStore.ts';
import { expectations } from './summary.ts';
import { openWire, showView } from './webview.ts';

export const PROMPT_SET_EDITOR = 'driftscope.promptSet';

export interface PromptSetEditorOptions {
  extensionUri: vscode.Uri;
  documents: PromptDocuments;
  catalog: PairCatalog;
  panels: ComparePanels;
  results: ResultStore;
  log: vscode.LogOutputChannel;
}

/**
 * The grid on a prompt set: a custom editor over the text document, which stays the truth. What the grid does is an edit
 * of that document, so that undo, redo, saving, hot exit, diffs and source control work as for any text.
 */
export function registerPromptSetEditor(options: PromptSetEditorOptions): vscode.Disposable {
  const open = new Set<GridSession>();
  const { catalog, panels, results, log } = options;
  const provider: vscode.CustomTextEditorProvider = {
    async resolveCustomTextEditor(textDocument, panel) {
      await results.load(fileOf(textDocument.uri));
      const session = openGrid(textDocument, panel, options);
      open.add(session);
      panel.onDidDispose(() => open.delete(session));
    },
  };
  const tellAll = () => {
    for (const session of open) session.factsChanged();
  };
  return vscode.Disposable.from(
    vscode.window.registerCustomEditorProvider(PROMPT_SET_EDITOR, provider, {
      supportsMultipleEditorsPerDocument: true,
      webviewOptions: { enableFindWidget: false },
    }),
    catalog.onDidChange(tellAll),
    panels.onDidEnd(async (state) => {
      await results.add(state).catch((error) => log.error('A result could not be kept.', error));
      tellAll();
    }),
  );
}

function openGrid(
  textDocument: vscode.TextDocument,
  panel: vscode.WebviewPanel,
  { extensionUri, documents, catalog, panels, results, log }: PromptSetEditorOptions,
): GridSession {
  const { uri } = textDocument;
  const set = documents.of(textDocument) ?? readOnly(textDocument);
  const { document } = set;

  const facts = async (): Promise<SetFacts> => {
    const [current, commands] = await Promise.all([catalog.current(), vscode.commands.getCommands(true)]);
    const known = new Set(commands);
    return {
      name: nameOf(uri),
      readOnly:
        'textDocument' in set ? null : 'This is another version of the file, which cannot be edited here.',
      canSort: true,
      expectations: expectations(),
      pair: current?.pair.name ?? null,
      actions: SET_ACTIONS.filter((action) => known.has(commandOf(action))),
    };
  };

  const session = createGridSession({
    document,
    checker: set.checker,
    indexed: set.indexed,
    facts,
    results: () => results.of(fileOf(uri)),
    async edit(edits) {
      if ('textDocument' in set && (await vscode.workspace.applyEdit(workspaceEdit(textDocument, edits))))
        return;
      fail('invalid-input', `${nameOf(uri)} could not be changed.`, {
        remedy: 'It may be read-only, or have changed at the same moment: try again.',
      });
    },
    async compare(line, signal) {
      requireTrust();
      const choice = await catalog.current();
      if (!choice) {
        return fail('invalid-input', 'There is no pair to compare.', {
          remedy: 'The pair file declares none: the Problems panel shows what to mend.',
        });
      }
      const prompt = await findPrompt({ uri, line: document.indexOf(line) });
      if (prompt) await panels.compare({ id: crypto.randomUUID(), pair: choice.pair, ...prompt }, signal);
    },
    copy: (text) => vscode.env.clipboard.writeText(text) as Promise<void>,
    emit: (event, value) => server.emit(event, value),
  });

  const idsOf = (keys: readonly RowKey[]) => session.samplesOf(keys).map(({ id }) => id);
  const calls: Handlers<PromptSetContract> = {
    ...session.calls,
    async openComparison(comparison) {
      if (await panels.open(comparison)) return;
      fail('invalid-input', 'That comparison is not kept any more.', { remedy: 'Compare the sample again.' });
    },
    act: (action, keys) => run(commandOf(action), uri, idsOf(keys)),
    switchPair: () => run('driftscope.switchPair'),
    async save() {
      await session.settled();
      await textDocument.save();
    },
    openAsText(key) {
      const line = key === null ? null : session.lineOf(key);
      const place = line && new vscode.Position(document.indexOf(line), 0);
      const selection = place ? { selection: new vscode.Range(place, place) } : {};
      return run('vscode.openWith', uri, 'default', { viewColumn: panel.viewColumn, ...selection });
    },
  };
  const server = serveView(openWire(panel.webview), calls, (error) =>
    log.error(error instanceof Error ? error : String(error)),
  );

  const following = documents.onDidChange((event) => {
    if (event.set !== set) return;
    if (event.type === 'changed') session.changed(event.change);
    else if (event.type === 'indexing') session.read(event.share);
  });
  if (set.isIndexed) session.read(1);
  panel.onDidDispose(() => {
    following.dispose();
    session.dispose();
    server.dispose();
  });
  showView(panel.webview, extensionUri, 'promptSet');
  return session;
}

/** A version of a set that nobody can edit, as one side of a diff: read as it is. */
function readOnly(
  textDocument: vscode.TextDocument,
): Pick<OpenPromptSet, 'document' | 'checker' | 'indexed' | 'isIndexed'> {
  const document = new PromptDocument(textDocument.getText());
  const checker = new PromptSetChecker(document);
  for (const _share of checker.index());
  return { document, checker, indexed: Promise.resolve(), isIndexed: true };
}

function commandOf(action: SetAction): string {
  return `driftscope.${action}`;
}

async function run(command: string, ...args: unknown[]): Promise<void> {
  await vscode.commands.executeCommand(command, ...args);
}

/** As a comparison's origin has it. */
function fileOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString();
}
