import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { CompareContract, KeptCompareView } from '../../shared/compareView.ts';
import {
  type ComparisonRequest,
  type ComparisonState,
  initialComparison,
  reduceComparison,
} from '../../shared/comparison.ts';
import type { JudgeReference, Pair } from '../../shared/pair.ts';
import { inputText } from '../../shared/prompt.ts';
import { serveView, type ToHost, type ToView } from '../../shared/rpc.ts';
import type { HumanVerdict, Override, VerdictPlace } from '../../shared/verdict.ts';
import { closeOut } from '../compare/closeOut.ts';
import type { ComparisonStore } from '../compare/comparisonStore.ts';
import { overrideVerdict } from '../compare/overrideVerdict.ts';
import type { RunJudges } from '../compare/runComparison.ts';
import { type ComparisonSession, createSession, type RunComparison } from '../compare/session.ts';
import type { LabelStore } from '../labels/labelStore.ts';
import { revealPrompt } from '../prompts/findPrompt.ts';
import { viewHtml } from './html.ts';
import { alternativesAt, lightEvent, lightState } from './light.ts';

export const COMPARE_VIEW = 'driftscope.compare';

export interface ComparePanels extends vscode.Disposable {
  /**
   * Asks both models and shows what happens, beside the editor. Working through a prompt file must not pile up tabs:
   * a panel whose comparison has ended shows the new one, unless its tab is pinned. One that still runs is left
   * alone; the same prompt to the same pair while it runs is that comparison.
   * @param signal ends it as *Stop* does
   * @returns settles when it has ended; never rejects
   */
  compare(request: ComparisonRequest, signal?: AbortSignal): Promise<void>;
  /** Shows a comparison that was made before. False: it is not kept any more. */
  open(comparison: string): Promise<boolean>;
  /** Shows a comparison that a run has stored: no model is asked, unless the reader retries it. */
  showStored(stored: StoredComparison): void;
  /** A comparison has ended, or a researcher's or judge's word was added to one that had. */
  readonly onDidEnd: vscode.Event<ComparisonState>;
  /** The comparisons on show, oldest panel first. */
  states(): ComparisonState[];
  /** The comparison in the active editor tab; null: another kind of editor is active. */
  active(): ComparisonState | null;
  /** Ends what runs and keeps every comparison on show, for the window that comes after this one. */
  keep(): Promise<void>;
}

/** A comparison that is kept elsewhere: its verdicts go back there, and this window keeps no copy of it. */
export interface StoredComparison {
  /** Of the tab. */
  title: string;
  /** Whose id names the comparison where it is kept. */
  request: ComparisonRequest;
  /** What is stored, as the events of a comparison that runs. */
  events: RunComparison;
  /** @returns what stands there now; null: the detector's own verdict */
  override(place: VerdictPlace, verdict: HumanVerdict | null): Promise<Override | null>;
}

export interface ComparePanelsOptions {
  extensionUri: vscode.Uri;
  run: RunComparison;
  judge: RunJudges;
  /** Undefined: the user thought better of it. */
  pickJudge(): Promise<JudgeReference | undefined>;
  /** Tries a pair out, in a view of its own. */
  checkPair(pair: Pair): Promise<void>;
  /** Lets the user add what was asked to a prompt set. */
  addToPromptSet(state: ComparisonState): Promise<unknown>;
  labels: LabelStore;
  store: ComparisonStore;
  log: vscode.LogOutputChannel;
  /** What a running comparison waits for: a model that is being loaded, say. */
  onDidProgress: vscode.Event<string>;
}

interface ComparePanel {
  panel: vscode.WebviewPanel;
  session: ComparisonSession;
  /** Where the comparison is kept; null: here. */
  stored: StoredComparison | null;
  running: boolean;
  /** Settles with the end of what runs. */
  ended: Promise<void>;
  /** Of the judge that is asked, if one is. Replaced when the texts are not on show any more. */
  judging: AbortController;
  show(state: ComparisonState, stored?: StoredComparison): void;
  start(): Promise<void>;
}

export function createComparePanels({
  extensionUri,
  run,
  judge,
  pickJudge,
  checkPair,
  addToPromptSet,
  labels,
  store,
  log,
  onDidProgress,
}: ComparePanelsOptions): ComparePanels {
  const open = new Set<ComparePanel>();
  const endings = new vscode.EventEmitter<ComparisonState>();
  const resources = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const keepState = async (state: ComparisonState) => {
    await store.save(state).catch((error) => log.error('A comparison could not be kept.', error));
    if (state.done) endings.fire(state);
  };

  const keep = async ({ stored, session }: ComparePanel) => {
    if (!stored) await keepState(session.state());
  };

  const askJudge = async (own: ComparePanel) => {
    const { session } = own;
    const reference = await pickJudge();
    if (!reference || own.session !== session) return;
    const judging = judgingAnew(own);
    const progress = { location: vscode.ProgressLocation.Notification, cancellable: true };
    const title = `Asking the judge ${reference.name}…`;
    await vscode.window.withProgress({ ...progress, title }, async (_report, cancellation) => {
      cancellation.onCancellationRequested(() => judging.abort());
      for await (const event of judge(session.state(), [reference], judging.signal)) {
        if (own.judging !== judging) return; // the texts have been asked for anew, or another judge is asked
        session.add(event);
      }
    });
    if (own.session === session) await keep(own);
  };

  const adopt = (
    panel: vscode.WebviewPanel,
    initial: ComparisonState,
    kept: StoredComparison | null = null,
  ): ComparePanel => {
    const { webview } = panel;
    /** Whether the view has asked for the state since it was last built: before, and while hidden, it hears nothing. */
    let attached = false;

    const sessionOf = (state: ComparisonState, stored: StoredComparison | null) =>
      createSession(state, stored?.events ?? run, {
        happened: (events) => attached && server.emit('happened', events.map(lightEvent)),
        restarted: (fresh) => attached && server.emit('restarted', fresh),
        ended(ended) {
          if (!stored) void keepState(ended);
        },
        bug: (error) => log.error(error instanceof Error ? error : String(error)),
      });

    const own: ComparePanel = {
      panel,
      session: sessionOf(initial, kept),
      stored: kept,
      running: false,
      ended: Promise.resolve(),
      judging: new AbortController(),
      show(state, stored) {
        judgingAnew(own);
        own.session.dispose();
        own.stored = stored ?? null;
        own.session = sessionOf(state, own.stored);
        panel.title = stored?.title ?? titleOf(state.request);
        if (attached) server.emit('restarted', lightState(own.session.snapshot()));
      },
      start() {
        judgingAnew(own);
        const { session } = own;
        const { request } = session.state();
        const ended = session.start();
        own.running = true;
        void keep(own);
        own.ended = ended.finally(() => {
          if (own.session === session) own.running = false;
        });
        if (!own.stored) void showProgress(`Comparing ${request.pair.name}…`, ended, onDidProgress);
        return own.ended;
      },
    };

    const server = serveView<CompareContract>(
      {
        send: (message: ToView) => void webview.postMessage(message),
        listen(receive) {
          const listening = webview.onDidReceiveMessage((message: ToHost) => receive(message));
          return () => listening.dispose();
        },
      },
      {
        ready() {
          attached = true;
          return lightState(own.session.snapshot());
        },
        alternatives: (author, index) => alternativesAt(own.session.state(), author, index),
        stop: () => own.session.stop(),
        retry() {
          // Asking the models makes another comparison than the one that is stored.
          if (own.stored) own.show(initialComparison({ ...own.session.state().request, id: randomUUID() }));
          void own.start();
        },
        async override(place, verdict) {
          const { session, stored } = own;
          if (stored) {
            const override = await stored.override(place, verdict);
            session.add({ type: 'overridden', place, override });
            return;
          }
          await overrideVerdict(session, labels, place, verdict);
          await keepState(session.state());
        },
        askJudge: () => askJudge(own),
        addToPromptSet: async () => {
          await addToPromptSet(own.session.state());
        },
        checkPair: () => checkPair(own.session.state().request.pair),
        revealOrigin: async () => {
          const { origin } = own.session.state().request;
          if (origin) await revealPrompt(origin);
        },
        copy: (text) => vscode.env.clipboard.writeText(text) as Promise<void>,
        openAsJson: () => openAsJson(own.session.state()),
        showLog: () => log.show(true),
      },
      (error) => log.error(error instanceof Error ? error : String(error)),
    );

    panel.onDidChangeViewState(() => {
      if (!panel.visible) attached = false;
    });
    panel.onDidDispose(() => {
      open.delete(own);
      own.judging.abort();
      own.session.dispose();
      server.dispose();
    });
    panel.title = kept?.title ?? titleOf(initial.request);
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'driftscope.svg');
    webview.options = { enableScripts: true, localResourceRoots: [resources] };
    const script = webview.asWebviewUri(vscode.Uri.joinPath(resources, 'compare.js')).toString();
    webview.html = viewHtml({ script, cspSource: webview.cspSource });
    open.add(own);
    return own;
  };

  /** In a panel whose comparison has ended and whose tab is not pinned, else in a new one. */
  const showIn = (state: ComparisonState, stored?: StoredComparison): ComparePanel => {
    const same = [...open].find(({ session }) => stored && session.state().request.id === state.request.id);
    const free = same ?? [...open].findLast(({ running, panel }) => !running && !isPinned(panel));
    free?.show(state, stored);
    return free ?? adopt(createPanel(), state, stored);
  };

  const restorer = vscode.window.registerWebviewPanelSerializer(COMPARE_VIEW, {
    async deserializeWebviewPanel(panel, kept: Partial<KeptCompareView> | undefined) {
      const loaded = kept?.comparison ? await store.load(kept.comparison) : null;
      // A browser that is reloaded may lose what the view kept last; the title then says what the tab showed.
      const shown = ({ request }: ComparisonState) => titleOf(request) === panel.title;
      const state = loaded && shown(loaded) ? loaded : ((await store.find(shown)) ?? loaded);
      if (!state) {
        log.info('A comparison of before is not kept any more; its tab is closed.');
        panel.dispose();
        return;
      }
      adopt(panel, closeOut(state, CLOSED).reduce(reduceComparison, state));
    },
  });

  return {
    async compare(request, signal) {
      const panels = [...open];
      const same = panels.find(({ running, session }) => running && asksTheSame(session, request));
      const own = same ?? showIn(initialComparison(request));
      own.panel.reveal(undefined, true);
      const ended = same ? same.ended : own.start();
      const stop = () => own.session.stop();
      signal?.addEventListener('abort', stop);
      await ended;
      signal?.removeEventListener('abort', stop);
    },

    async open(comparison) {
      const shown = [...open].find(({ session }) => session.state().request.id === comparison);
      if (shown) {
        shown.panel.reveal();
        return true;
      }
      const state = await store.load(comparison);
      if (!state) return false;
      showIn(closeOut(state, CLOSED).reduce(reduceComparison, state)).panel.reveal();
      return true;
    },

    showStored(stored) {
      const own = showIn(initialComparison(stored.request), stored);
      own.panel.reveal();
      void own.start();
    },

    onDidEnd: endings.event,

    states: () => [...open].map(({ session }) => session.state()),
    active: () => [...open].find(({ panel }) => panel.active)?.session.state() ?? null,

    async keep() {
      await Promise.all(
        [...open].map((own) => {
          own.session.dispose();
          return keep(own);
        }),
      );
    },

    dispose() {
      restorer.dispose();
      endings.dispose();
      for (const { panel } of open) panel.dispose();
    },
  };
}

const CLOSED = {
  kind: 'cancelled',
  message: 'The window was closed before the comparison had ended.',
  remedy: 'Retry to ask both models again.',
} as const;

function createPanel(): vscode.WebviewPanel {
  const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
  return vscode.window.createWebviewPanel(COMPARE_VIEW, 'Comparison', column, { enableFindWidget: true });
}

/** Ends what a judge is asked about the texts of before. */
function judgingAnew(own: ComparePanel): AbortController {
  own.judging.abort();
  own.judging = new AbortController();
  return own.judging;
}

/** In the window's status bar, for as long as a comparison runs. */
async function showProgress(title: string, ended: Promise<void>, steps: vscode.Event<string>): Promise<void> {
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, async (progress) => {
    const listening = steps((message) => progress.report({ message }));
    await ended;
    listening.dispose();
  });
}

/** The beginning of the prompt, on one line. */
function titleOf({ input }: ComparisonRequest): string {
  const text = inputText(input).trim().replace(/\s+/g, ' ');
  const letters = [...text];
  return letters.length <= 40 ? text : `${letters.slice(0, 39).join('')}…`;
}

function asksTheSame(session: ComparisonSession, { pair, input }: ComparisonRequest): boolean {
  const { request } = session.state();
  return JSON.stringify([request.pair, request.input]) === JSON.stringify([pair, input]);
}

/** VS Code does not say which tab a panel is, so one that looks like it counts. */
function isPinned({ title, viewColumn }: vscode.WebviewPanel): boolean {
  return vscode.window.tabGroups.all.some(
    (group) =>
      group.viewColumn === viewColumn &&
      group.tabs.some(
        (tab) =>
          tab.isPinned &&
          tab.label === title &&
          tab.input instanceof vscode.TabInputWebview &&
          tab.input.viewType.endsWith(COMPARE_VIEW),
      ),
  );
}

async function openAsJson(state: ComparisonState): Promise<void> {
  const document = await vscode.workspace.openTextDocument({
    language: 'json',
    content: `${JSON.stringify(state, null, 2)}\n`,
  });
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Active, preview: true });
}
