import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { RunState } from '../../shared/reportView.ts';
import { exportReport } from './exportReport.ts';
import { type OpenRuns, pathOf, type ReportServices, STUDY_VIEW, serveReport } from './reports.ts';

/** Studies: reports of several runs, each a tab. */
export interface StudyPanels extends vscode.Disposable {
  /** A study of these runs. */
  open(runs: readonly vscode.Uri[]): void;
  /** Adds a run to the study that was in front last; false: there is none. */
  add(run: vscode.Uri): boolean;
  /** The runs of each open study, the one in front last. */
  states(): RunState[][];
}

/** What the view keeps, so that a study comes back after a reload of the window. */
export interface KeptStudy {
  /** URIs. */
  runs: string[];
}

interface StudyPanel {
  panel: vscode.WebviewPanel;
  runs: Map<string, ReturnType<OpenRuns['take']> & { uri: vscode.Uri }>;
  add(uris: readonly vscode.Uri[]): void;
}

export function createStudyPanels(services: ReportServices, openRuns: OpenRuns): StudyPanels {
  const open = new Set<StudyPanel>();
  /** Most recent last. */
  const front = (own: StudyPanel) => {
    open.delete(own);
    open.add(own);
  };

  const adopt = (panel: vscode.WebviewPanel, uris: readonly vscode.Uri[]): StudyPanel => {
    const runs: StudyPanel['runs'] = new Map();
    const own: StudyPanel = {
      panel,
      runs,
      add(added) {
        for (const uri of added) {
          const run = uri.toString();
          if (runs.has(run)) continue;
          const taken = openRuns.take(uri, {
            onState: () => server.runsChanged(),
            onFigures: (figures) => server.emit('figures', { run, figures: { ...figures, points: [] } }),
            onProfile: () => {},
          });
          runs.set(run, { ...taken, uri });
        }
        panel.title = `Study of ${runs.size} ${runs.size === 1 ? 'run' : 'runs'}`;
        server.runsChanged();
      },
    };
    const server = serveReport(
      panel,
      {
        page: 'study',
        sessions: () => [...runs.values()].map(({ session }) => session),
        exportAs: (format) => exportReport(services.threads, urisOf(runs), format),
        addRuns: async () => own.add((await pickRuns(urisOf(runs))) ?? []),
        removeRun(run) {
          runs.get(run)?.release();
          runs.delete(run);
          own.add([]);
        },
      },
      services,
      openRuns,
    );
    own.add(uris);
    open.add(own);
    panel.onDidChangeViewState(() => {
      if (panel.active) front(own);
    });
    panel.onDidDispose(() => {
      open.delete(own);
      server.dispose();
      for (const { release } of runs.values()) release();
    });
    return own;
  };

  const restorer = vscode.window.registerWebviewPanelSerializer(STUDY_VIEW, {
    async deserializeWebviewPanel(panel, kept: Partial<KeptStudy> | undefined) {
      const runs = Array.isArray(kept?.runs) ? kept.runs.filter((run) => typeof run === 'string') : [];
      if (runs.length === 0) panel.dispose();
      else
        adopt(
          panel,
          runs.map((run) => vscode.Uri.parse(run)),
        );
    },
  });

  return {
    open(uris) {
      uris.forEach(pathOf); // a run that cannot be read from a disk is refused before there is a tab
      const panel = vscode.window.createWebviewPanel(STUDY_VIEW, 'Study', vscode.ViewColumn.Active, {
        enableFindWidget: true,
      });
      adopt(panel, uris);
    },
    add(uri) {
      const own = [...open].at(-1);
      if (!own) return false;
      own.add([uri]);
      own.panel.reveal();
      return true;
    },
    states: () => [...open].map(({ runs }) => [...runs.values()].map(({ session }) => session.state())),
    dispose() {
      restorer.dispose();
      for (const { panel } of open) panel.dispose();
    },
  };
}

function urisOf(runs: StudyPanel['runs']): vscode.Uri[] {
  return [...runs.values()].map(({ uri }) => uri);
}

/**
 * *Open Study…*: of the files that a menu passes, else of those that the user picks.
 * @param selected what the Explorer passes beside the file that was clicked
 */
export async function openStudy(
  studies: StudyPanels,
  clicked?: vscode.Uri,
  selected?: readonly vscode.Uri[],
): Promise<void> {
  const given = (selected && selected.length > 0 ? selected : clicked ? [clicked] : []).filter(isRun);
  const runs = given.length > 1 ? given : await pickRuns([], given);
  if (runs && runs.length > 0) studies.open(runs);
}

/** *Add to Study…*: to the study that was in front last, else a new one. */
export async function addToStudy(studies: StudyPanels, run: vscode.Uri | undefined): Promise<void> {
  if (run && studies.add(run)) return;
  await openStudy(studies, run);
}

/** @param without runs that are there already; @param picked those that are checked at first */
async function pickRuns(
  without: readonly vscode.Uri[],
  picked: readonly vscode.Uri[] = [],
): Promise<vscode.Uri[] | undefined> {
  const there = new Set(without.map(String));
  const inWorkspace = await vscode.workspace.findFiles('**/*.drift', '**/node_modules/**', 1_000);
  const all = new Map([...picked, ...inWorkspace].map((uri) => [uri.toString(), uri]));
  const chosen = new Set(picked.map(String));
  const items = [...all]
    .filter(([run]) => !there.has(run))
    .map(([run, uri]) => ({
      label: basename(uri.path),
      description: vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..')),
      picked: chosen.has(run),
      uri,
    }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
  if (items.length > 0) {
    const browse = { label: '$(folder-opened) Other files…', description: '', picked: false, uri: null };
    const answer = await vscode.window.showQuickPick([...items, browse], {
      title: 'Runs of the Study',
      placeHolder: 'One run of each pair',
      canPickMany: true,
      matchOnDescription: true,
    });
    if (!answer) return undefined;
    const runs = answer.flatMap(({ uri }) => uri ?? []);
    return answer.some(({ uri }) => uri === null) ? [...runs, ...((await browseRuns()) ?? [])] : runs;
  }
  return browseRuns();
}

function browseRuns(): Thenable<vscode.Uri[] | undefined> {
  return vscode.window.showOpenDialog({
    title: 'Runs of the Study',
    canSelectMany: true,
    filters: { 'Driftscope runs': ['drift'] },
  });
}

function isRun(uri: vscode.Uri): boolean {
  return /\.drift$/i.test(uri.path);
}
