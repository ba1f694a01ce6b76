import * as vscode from 'vscode';
import type { CheckContract, CheckState } from '../../shared/checkView.ts';
import { modelLabel, type Pair } from '../../shared/pair.ts';
import { serveView, type ToHost, type ToView, type ViewServer } from '../../shared/rpc.ts';
import { bySide } from '../../shared/side.ts';
import { describePair } from '../pairs/describe.ts';
import { viewHtml } from '../views/html.ts';
import { type CheckSession, createCheckSession } from './checkSession.ts';
import type { RunProbe } from './runProbe.ts';

export const CHECK_VIEW = 'driftscope.check';

/** Where a pair is declared. */
export interface PairPlace {
  file: vscode.Uri;
  name: string;
}

/** The view of *Check Pair*: one tab, which shows the pair that was checked last. */
export interface CheckPanel extends vscode.Disposable {
  /** Tries the pair out and shows what is found. */
  check(pair: Pair, place: PairPlace | null): void;
  /** What it shows; null: it is closed. */
  state(): CheckState | null;
}

export interface CheckPanelOptions {
  extensionUri: vscode.Uri;
  run: RunProbe;
  /** Opens the pair file at the pair. */
  reveal(place: PairPlace): Promise<void>;
  log: vscode.LogOutputChannel;
  /** What a model waits for: that it is being loaded, say. */
  onDidProgress: vscode.Event<string>;
}

interface Shown {
  panel: vscode.WebviewPanel;
  server: ViewServer<CheckContract>;
  session: CheckSession;
  place: PairPlace | null;
}

export function createCheckPanel({
  extensionUri,
  run,
  reveal,
  log,
  onDidProgress,
}: CheckPanelOptions): CheckPanel {
  const resources = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  let shown: Shown | null = null;

  const stateOf = ({ session, place }: Pick<Shown, 'session' | 'place'>): CheckState => ({
    pair: {
      name: session.pair.name,
      description: describePair(session.pair),
      models: bySide((side) => modelLabel(session.pair.models[side])),
      hasFile: place !== null,
    },
    progress: session.progress(),
  });

  const sessionOf = (pair: Pair): CheckSession => {
    const session = createCheckSession(pair, run, (_progress, bug) => {
      if (bug !== undefined) log.error(bug instanceof Error ? bug : String(bug));
      if (shown?.session === session) shown.server.emit('changed', stateOf(shown));
    });
    return session;
  };

  const start = (own: Shown) => {
    const title = `Checking ${own.session.pair.name}…`;
    const ended = own.session.start();
    void vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, async () => {
      const listening = onDidProgress((step) => own.session.waitingFor(step));
      await ended;
      listening.dispose();
    });
  };

  const create = (session: CheckSession, place: PairPlace | null): Shown => {
    const panel = vscode.window.createWebviewPanel(
      CHECK_VIEW,
      'Check Pair',
      { viewColumn: vscode.ViewColumn.Active },
      { enableFindWidget: true, enableScripts: true, localResourceRoots: [resources] },
    );
    const { webview } = panel;
    const server = serveView<CheckContract>(
      {
        send: (message: ToView) => void webview.postMessage(message),
        listen(receive) {
          const listening = webview.onDidReceiveMessage((message: ToHost) => receive(message));
          return () => listening.dispose();
        },
      },
      {
        ready: () => stateOf(own),
        recheck: () => start(own),
        cancel: () => own.session.cancel(),
        async copyJson() {
          const progress = own.session.progress();
          if (progress.state !== 'done') return;
          await vscode.env.clipboard.writeText(`${JSON.stringify(progress.report, null, 2)}\n`);
        },
        async openPairFile() {
          if (own.place) await reveal(own.place);
        },
        setApiKey: () => vscode.commands.executeCommand('driftscope.setApiKey') as Promise<void>,
        showLog: () => log.show(true),
      },
      (error) => log.error(error instanceof Error ? error : String(error)),
    );
    const own: Shown = { panel, server, session, place };
    panel.onDidDispose(() => {
      own.session.cancel();
      server.dispose();
      if (shown === own) shown = null;
    });
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'driftscope.svg');
    const script = webview.asWebviewUri(vscode.Uri.joinPath(resources, 'check.js')).toString();
    webview.html = viewHtml({ script, cspSource: webview.cspSource });
    return own;
  };

  return {
    check(pair, place) {
      const session = sessionOf(pair);
      if (shown) {
        shown.session.cancel();
        shown.session = session;
        shown.place = place;
        shown.panel.reveal();
      } else {
        shown = create(session, place);
      }
      shown.panel.title = `Check: ${pair.name}`;
      start(shown);
    },
    state: () => shown && stateOf(shown),
    dispose: () => shown?.panel.dispose(),
  };
}
