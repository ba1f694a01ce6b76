import * as vscode from 'vscode';
import { PromptDocument } from '../../../core/prompts/promptDocument.ts';
import { PromptSetChecker } from '../../../core/prompts/promptSetChecker.ts';
import { fail } from '../../../shared/failure.ts';
import type { PromptSetContract } from '../../../shared/promptSetView.ts';
import { type Handlers, serveView } from '../../../shared/rpc.ts';
import { findPrompt } from '../../prompts/findPrompt.ts';
import { nameOf, workspaceEdit } from '../edits.ts';
import type { OpenPromptSet, PromptDocuments } from '../promptDocuments.ts';
import { createGridSession, type GridSession } from './gridSession.ts';
import {
  type Audience,
  commonFacts,
  comparePrompt,
  type EditorServices,
  openComparison,
  pathOf,
  run,
  runAction,
} from './surroundings.ts';
import { openWire, showView } from './webview.ts';

export const PROMPT_SET_EDITOR = 'driftscope.promptSet';

/**
 * The grid on a prompt set: a custom editor over the text document, which stays the truth. What the grid does is an edit
 * of that document, so that undo, redo, saving, hot exit, diffs and source control work as for any text.
 */
export function registerPromptSetEditor(
  services: EditorServices,
  documents: PromptDocuments,
  audience: Audience,
): vscode.Disposable {
  const provider: vscode.CustomTextEditorProvider = {
    async resolveCustomTextEditor(textDocument, panel) {
      await services.results.load(pathOf(textDocument.uri));
      audience.add(openGrid(textDocument, panel, services, documents), panel);
    },
  };
  return vscode.window.registerCustomEditorProvider(PROMPT_SET_EDITOR, provider, {
    supportsMultipleEditorsPerDocument: true,
  });
}

function openGrid(
  textDocument: vscode.TextDocument,
  panel: vscode.WebviewPanel,
  services: EditorServices,
  documents: PromptDocuments,
): GridSession {
  const { uri } = textDocument;
  const { log, panels, results } = services;
  // First, so that the view loads while the rest is made: what it says is heard from the end of this turn on.
  showView(panel.webview, services.extensionUri, 'promptSet');
  let common: ReturnType<typeof commonFacts> | null = commonFacts(uri, services.catalog);
  const set = documents.of(textDocument) ?? readOnly(textDocument);
  const { document } = set;

  const session = createGridSession({
    document,
    checker: set.checker,
    indexed: set.indexed,
    async facts() {
      const asked = common ?? commonFacts(uri, services.catalog);
      common = null; // what changes later is asked for anew
      return {
        ...(await asked),
        readOnly:
          'textDocument' in set ? null : 'This is another version of the file, which cannot be edited here.',
        canSort: true,
      };
    },
    results: () => results.of(pathOf(uri)),
    async edit(edits) {
      if ('textDocument' in set && (await vscode.workspace.applyEdit(workspaceEdit(textDocument, edits))))
        return;
      fail('invalid-input', `${nameOf(uri)} could not be changed.`, {
        remedy: 'It may be read-only, or have changed at the same moment: try again.',
      });
    },
    async compare(line, signal) {
      const prompt = await findPrompt({ uri, line: document.indexOf(line) });
      if (prompt) await comparePrompt(services, prompt, signal);
    },
    copy: (text) => vscode.env.clipboard.writeText(text) as Promise<void>,
    emit: (event, value) => server.emit(event, value),
  });

  const calls: Handlers<PromptSetContract> = {
    ...session.calls,
    openComparison: (comparison) => openComparison(panels, comparison),
    act: (action, keys) =>
      runAction(
        action,
        uri,
        session.samplesOf(keys).map(({ id }) => id),
      ),
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
