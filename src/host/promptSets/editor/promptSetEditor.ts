import * as vscode from 'vscode';
import { PromptDocument } from '../../../core/prompts/promptDocument.ts';
import { PromptSetChecker } from '../../../core/prompts/promptSetChecker.ts';
import { fail } from '../../../shared/failure.ts';
import { findPrompt } from '../../prompts/findPrompt.ts';
import { nameOf, workspaceEdit } from '../edits.ts';
import type { OpenPromptSet, PromptDocuments } from '../promptDocuments.ts';
import { createGridSession, type GridSession } from './gridSession.ts';
import {
  type Audience,
  commonFacts,
  comparePrompt,
  type EditorServices,
  openInPanel,
  serveGrid,
  sessionServices,
} from './surroundings.ts';
import { showView } from './webview.ts';

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
    resolveCustomTextEditor: (textDocument, panel) =>
      openInPanel(panel, textDocument.uri, services, audience, () =>
        openGrid(textDocument, panel, services, documents),
      ),
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
    ...sessionServices(uri, services),
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
    emit: (event, value) => server.emit(event, value),
  });

  const save = async () => {
    await session.settled();
    await textDocument.save();
  };
  const server = serveGrid(
    panel,
    uri,
    services,
    { ...session.calls, save },
    {
      idsOf: async (keys) => session.samplesOf(keys).map(({ id }) => id),
      placeOf(key) {
        const line = session.lineOf(key);
        return line ? new vscode.Position(document.indexOf(line), 0) : null;
      },
    },
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
