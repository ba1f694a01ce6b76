import * as vscode from 'vscode';
import type { RunPlace } from '../../shared/audit.ts';
import { fail } from '../../shared/failure.ts';
import type { Sample } from '../../shared/prompt.ts';
import type { ExportFormat, OverridePlace, ReportContract, ReportState } from '../../shared/reportView.ts';
import { type Handlers, serveView, type ToHost, type ToView } from '../../shared/rpc.ts';
import { bySide } from '../../shared/side.ts';
import type { HumanVerdict, Override } from '../../shared/verdict.ts';
import type { AuditRuns } from '../audits/auditRuns.ts';
import type { LabelStore } from '../labels/labelStore.ts';
import type { ComparePanels } from '../views/comparePanels.ts';
import { viewHtml } from '../views/html.ts';
import type { WorkerClient } from '../worker/client.ts';
import { createRunSession, type RunSession } from './runSession.ts';
import { storedEvents } from './storedComparison.ts';
import type { ReportThreads } from './threads.ts';

/** What reports are made with, of one run or of several. */
export interface ReportServices {
  extensionUri: vscode.Uri;
  threads: ReportThreads;
  /** Diffs the texts of comparisons that are opened from a run. */
  worker(): WorkerClient;
  audits: AuditRuns;
  labels: Pick<LabelStore, 'author'>;
  panels: Pick<ComparePanels, 'showStored'>;
  log: vscode.LogOutputChannel;
  addToPromptSet(samples: readonly Sample[]): Promise<unknown>;
}

/** The run files that some report shows. Several editors of one file share what is read of it. */
export interface OpenRuns extends vscode.Disposable {
  /** @returns the run, and what gives it back; nothing is read before somebody watches it */
  take(uri: vscode.Uri, listener: RunListener): { session: RunSession; release(): void };
  /** A verdict of a run has changed in its file. */
  overridden(run: string): void;
}

export type RunListener = Pick<Parameters<typeof createRunSession>[0], 'onState' | 'onFigures' | 'onProfile'>;

export function createOpenRuns({ threads, audits, log }: ReportServices): OpenRuns {
  const open = new Map<string, { session: RunSession; listeners: Set<RunListener> }>();
  const listening = audits.onDidChange(({ run }) => open.get(run.toString())?.session.auditChanged());

  return {
    take(uri, listener) {
      const run = uri.toString();
      let own = open.get(run);
      if (!own) {
        const listeners = new Set<RunListener>();
        const tell = (how: (listener: RunListener) => void) => {
          for (const one of listeners) how(one);
        };
        const session = createRunSession({
          run,
          path: pathOf(uri),
          threads,
          auditStatus: () => audits.status(uri) ?? null,
          onState: (state) => tell((one) => one.onState(state)),
          onFigures: (figures) => tell((one) => one.onFigures(figures)),
          onProfile: (profile) => tell((one) => one.onProfile(profile)),
          onBug: (error) => log.error(error instanceof Error ? error : String(error)),
        });
        own = { session, listeners };
        open.set(run, own);
      }
      const { session, listeners } = own;
      listeners.add(listener);
      return {
        session,
        release() {
          if (!listeners.delete(listener) || listeners.size > 0) return;
          open.delete(run);
          session.dispose();
        },
      };
    },

    overridden: (run) => open.get(run)?.session.overridden(),

    dispose() {
      listening.dispose();
      for (const { session } of open.values()) session.dispose();
      open.clear();
    },
  };
}

/** What a page of runs can be asked for that depends on which page it is. */
export interface ReportPage {
  page: ReportState['page'];
  /** In the order in which they are shown. */
  sessions(): RunSession[];
  exportAs(format: ExportFormat): Promise<void>;
  addRuns(): Promise<void>;
  removeRun(run: string): void;
}

/** The host's end of one report view. */
export interface ReportServer extends vscode.Disposable {
  emit: ReturnType<typeof serveView<ReportContract>>['emit'];
  /** There are other runs now, or one of them has changed. */
  runsChanged(): void;
  /** What the view can ask for. */
  calls: Handlers<ReportContract>;
}

/** Fills a panel with a report and answers what it asks. Runs are watched while the panel is visible. */
export function serveReport(
  panel: vscode.WebviewPanel,
  page: ReportPage,
  services: ReportServices,
  openRuns: Pick<OpenRuns, 'overridden'>,
): ReportServer {
  const { extensionUri, threads, worker, labels, panels, log, addToPromptSet } = services;
  const { webview } = panel;
  /** Whether the view has asked for everything since it was last built: before, and while hidden, it hears nothing. */
  let attached = false;
  const watching = new Map<RunSession, () => void>();

  const watch = () => {
    const now = new Set(panel.visible ? page.sessions() : []);
    for (const [session, end] of watching) {
      if (now.has(session)) continue;
      end();
      watching.delete(session);
    }
    for (const session of now)
      if (!watching.has(session)) watching.set(session, session.watch(page.page === 'run'));
  };
  const uriOf = (run: string) => {
    const known = page.sessions().some((session) => session.state().run === run);
    if (!known) fail('invalid-input', 'The report does not show this run any more.');
    return vscode.Uri.parse(run);
  };
  const path = (run: string) => pathOf(uriOf(run));

  const override = async (
    run: string,
    place: RunPlace,
    at: OverridePlace,
    verdict: HumanVerdict | null,
  ): Promise<{ before: HumanVerdict | null; override: Override | null }> => {
    const file = path(run);
    const by = { author: await labels.author(file), time: new Date().toISOString() };
    const override = verdict && { side: place.side, section: at.section, verdict, ...by };
    const before = await threads.pages.run('override', [file, place, at, override]);
    openRuns.overridden(run);
    return { before, override };
  };

  const calls: Handlers<ReportContract> = {
    async ready() {
      attached = true;
      watch();
      const sessions = page.sessions();
      const commands = new Set(await vscode.commands.getCommands(true));
      const entries = <T>(of: (session: RunSession) => T | null) =>
        Object.fromEntries(
          sessions.flatMap((session) => {
            const value = of(session);
            return value === null ? [] : [[session.state().run, value]];
          }),
        ) as Record<string, T>;
      return {
        page: page.page,
        runs: sessions.map((session) => session.state()),
        figures: entries((session) => session.figures()),
        profiles: entries((session) => session.profile()),
        can: { resume: commands.has('driftscope.resumeAudit'), addToPromptSet: true },
      };
    },
    find: (run, query) => threads.pages.run('find', [path(run), query]),
    rows: (run, positions) => threads.pages.run('rows', [path(run), positions]),
    async texts(run, sample, k) {
      const state = await threads.pages.run('comparison', [path(run), sample, k]);
      const light = bySide((side) => {
        const own = state.sides[side];
        return own.state === 'finished' ? { ...own, generation: { ...own.generation, tokens: [] } } : own;
      });
      return { ...state, sides: light };
    },
    async open(run, sample, k) {
      const file = path(run);
      const state = await threads.pages.run('comparison', [file, sample, k]);
      const { id } = (await threads.pages.run('samples', [file, [sample]]))[0]!;
      panels.showStored({
        title: `${id} · ${file.replace(/^.*[/\\]/, '')}`,
        request: state.request,
        events: (_request, signal) =>
          storedEvents(state, { sample, k }, file, { pages: threads.pages, text: worker() }, signal),
        override: async ({ side, section, kind }, verdict) =>
          (await override(run, { sample, k, side }, { section, kind }, verdict)).override,
      });
    },
    override: async (run, place, at, verdict) => (await override(run, place, at, verdict)).before,
    exportAs: (format) => page.exportAs(format),
    resume: async (run, failedOnly) => {
      await vscode.commands.executeCommand('driftscope.resumeAudit', uriOf(run), { failedOnly });
    },
    stop: async (run) => {
      await vscode.commands.executeCommand('driftscope.stopAudit', uriOf(run));
    },
    async addToPromptSet(run, positions) {
      await addToPromptSet(await threads.pages.run('samples', [path(run), positions]));
    },
    addToStudy: async (run) => {
      await vscode.commands.executeCommand('driftscope.addToStudy', uriOf(run));
    },
    addRuns: () => page.addRuns(),
    removeRun: (run) => page.removeRun(run),
    openReport: async (run) => {
      await vscode.commands.executeCommand('vscode.openWith', uriOf(run), REPORT_VIEW);
    },
    reread(run) {
      for (const session of page.sessions()) if (session.state().run === run) session.reread();
    },
    copy: (text) => vscode.env.clipboard.writeText(text) as Promise<void>,
    showLog: () => log.show(true),
  };

  const server = serveView<ReportContract>(
    {
      send: (message: ToView) => void webview.postMessage(message),
      listen(receive) {
        const listening = webview.onDidReceiveMessage((message: ToHost) => receive(message));
        return () => listening.dispose();
      },
    },
    calls,
    (error) => log.error(error instanceof Error ? error : String(error)),
  );

  const visibility = panel.onDidChangeViewState(() => {
    if (!panel.visible) attached = false;
    watch();
  });
  const resources = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'driftscope.svg');
  webview.options = { enableScripts: true, localResourceRoots: [resources] };
  const script = webview.asWebviewUri(vscode.Uri.joinPath(resources, 'report.js')).toString();
  webview.html = viewHtml({ script, cspSource: webview.cspSource });
  watch(); // what is read while the view is being built is there when it asks

  return {
    emit: (event, value) => {
      if (attached) server.emit(event, value);
    },
    runsChanged() {
      watch();
      if (attached)
        server.emit(
          'runs',
          page.sessions().map((session) => session.state()),
        );
    },
    calls,
    dispose() {
      visibility.dispose();
      for (const end of watching.values()) end();
      watching.clear();
      server.dispose();
    },
  };
}

export const REPORT_VIEW = 'driftscope.report';
export const STUDY_VIEW = 'driftscope.study';

/** @throws FailureError where the file is not on a disk that SQLite could read. */
export function pathOf(uri: vscode.Uri): string {
  if (uri.scheme === 'file' || uri.scheme === 'vscode-remote') return uri.fsPath;
  return fail('invalid-input', `Run files can be opened from a disk only, not from ${uri.scheme}:.`, {
    remedy: 'Save a copy of the file in a folder on this machine.',
  });
}
