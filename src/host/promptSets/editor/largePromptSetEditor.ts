import { posix } from 'node:path';
import * as vscode from 'vscode';
import { fail } from '../../../shared/failure.ts';
import type { PromptSetContract } from '../../../shared/promptSetView.ts';
import { createLargeSession } from './largeSession.ts';
import { LineFile } from './lineFile.ts';
import {
  type Audience,
  commonFacts,
  comparePrompt,
  type EditorServices,
  openInPanel,
  pathOf,
  serveGrid,
  sessionServices,
} from './surroundings.ts';
import { showView } from './webview.ts';

export const LARGE_PROMPT_SET_EDITOR = 'driftscope.largePromptSet';

/**
 * The size of a text, in bytes or UTF-16 units, above which VS Code does not hand it to extensions (its
 * `TextModel._MODEL_SYNC_LIMIT`): a custom text editor then gets no document and fails.
 */
export const MOST_SYNCED = 50 * 1024 * 1024;

const WHY_READ_ONLY =
  'VS Code hands extensions no text larger than 50 MB, so this set can be read, searched and compared here, but not edited or sorted.';

/** The grid on a set too large for {@link MOST_SYNCED}: the file is read as it is scrolled through, and never changed. */
export function registerLargePromptSetEditor(
  services: EditorServices,
  audience: Audience,
): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose() {} }),
    resolveCustomEditor: ({ uri }, panel) =>
      openInPanel(panel, uri, services, audience, () => openLarge(uri, panel, services)),
  };
  return vscode.window.registerCustomEditorProvider(LARGE_PROMPT_SET_EDITOR, provider, {
    supportsMultipleEditorsPerDocument: true,
  });
}

function openLarge(uri: vscode.Uri, panel: vscode.WebviewPanel, services: EditorServices) {
  const { catalog, log, extensionUri } = services;
  let current: ReturnType<typeof serve> | null = null;
  /** The file as it is now: anew when another program has changed it. */
  const open = () => {
    current?.dispose();
    current = serve();
    showView(panel.webview, extensionUri, 'promptSet');
  };

  const serve = () => {
    const opened = openFile(uri);
    const facts = async () => ({
      ...(await commonFacts(uri, catalog)),
      readOnly: WHY_READ_ONLY,
      canSort: false,
    });
    const session = opened.then((file) => {
      const made = createLargeSession({
        path: pathOf(uri),
        file,
        facts,
        ...sessionServices(uri, services),
        compare: (asked, signal) => comparePrompt(services, asked, signal),
        emit: (event, value) => server.emit(event, value),
      });
      made.start().catch((error: unknown) => log.error(error instanceof Error ? error : String(error)));
      return made;
    });
    session.catch(() => {}); // the view's first call hears of it
    /** What the session answers, once there is one. */
    const answer =
      <K extends keyof Awaited<typeof session>['calls']>(name: K) =>
      async (...args: Parameters<PromptSetContract['calls'][K]>) => {
        const { calls } = await session;
        return (calls[name] as (...given: unknown[]) => never)(...args);
      };
    const calls = {
      ready: answer('ready'),
      rows: answer('rows'),
      detail: answer('detail'),
      query: answer('query'),
      setFields: answer('setFields'),
      setText: answer('setText'),
      changeTags: answer('changeTags'),
      add: answer('add'),
      paste: answer('paste'),
      duplicate: answer('duplicate'),
      remove: answer('remove'),
      move: answer('move'),
      fix: answer('fix'),
      compare: answer('compare'),
      stop: answer('stop'),
      copy: answer('copy'),
      save: () => {}, // there is nothing to save
    };
    const server = serveGrid(panel, uri, services, calls, {
      idsOf: async (keys) => (await session).idsOf(keys),
      placeOf: () => null, // a row knows its number, not its line: the text opens at its start
    });
    return {
      session,
      dispose() {
        server.dispose();
        session.then(
          (made) => made.dispose(),
          () => {},
        );
        opened.then(
          (file) => file.close(),
          () => {},
        );
      },
    };
  };

  const folder = uri.with({ path: posix.dirname(uri.path) });
  const watcher = vscode.workspace.createFileSystemWatcher(
    new vscode.RelativePattern(folder, posix.basename(uri.path)),
  );
  const changes = vscode.Disposable.from(watcher, watcher.onDidChange(open), watcher.onDidCreate(open));
  panel.onDidDispose(() => {
    changes.dispose();
    current?.dispose();
  });
  open();
  return {
    factsChanged() {
      current?.session.then(
        (made) => made.factsChanged(),
        () => {},
      );
    },
  };
}

/** @throws FailureError `invalid-input` where the file is not on this machine, or cannot be read */
async function openFile(uri: vscode.Uri): Promise<LineFile> {
  if (uri.scheme !== 'file') {
    fail('invalid-input', 'Only files on disk can be shown above 50 MB.', { remedy: 'Save a copy on disk.' });
  }
  try {
    return await LineFile.open(uri.fsPath);
  } catch (error) {
    return fail('invalid-input', `The file cannot be read: ${(error as Error).message}`);
  }
}
