import * as vscode from 'vscode';
import type { ReportState } from '../../shared/reportView.ts';
import { exportReport } from './exportReport.ts';
import { type OpenRuns, REPORT_VIEW, type ReportServices, serveReport } from './reports.ts';

/** The custom editors of `*.drift`. */
export interface ReportEditors extends vscode.Disposable {
  /** The run of the report that is in front; undefined: another kind of editor is. */
  active(): vscode.Uri | undefined;
  /** What the open reports show, oldest first. */
  states(): {
    uri: vscode.Uri;
    state: ReportState['runs'][number];
    figures: ReportState['figures'][string] | null;
  }[];
}

export function registerReportEditors(services: ReportServices, openRuns: OpenRuns): ReportEditors {
  const shown = new Map<
    vscode.WebviewPanel,
    { uri: vscode.Uri; session: ReturnType<OpenRuns['take']>['session'] }
  >();

  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose() {} }),

    resolveCustomEditor({ uri }, panel) {
      const run = uri.toString();
      const { session, release } = openRuns.take(uri, {
        onState: () => server.runsChanged(),
        onFigures: (figures) => server.emit('figures', { run, figures }),
        onProfile: (profile) => server.emit('profile', { run, profile }),
      });
      const server = serveReport(
        panel,
        {
          page: 'run',
          sessions: () => [session],
          exportAs: (format) => exportReport(services.threads, [uri], format),
          addRuns: async () => {},
          removeRun: () => {},
        },
        services,
        openRuns,
      );
      shown.set(panel, { uri, session });
      panel.onDidDispose(() => {
        shown.delete(panel);
        server.dispose();
        release();
      });
    },
  };

  const registered = vscode.window.registerCustomEditorProvider(REPORT_VIEW, provider, {
    supportsMultipleEditorsPerDocument: true,
    webviewOptions: { enableFindWidget: true },
  });

  return {
    active: () => [...shown].find(([panel]) => panel.active)?.[1].uri,
    states: () =>
      [...shown.values()].map(({ uri, session }) => ({
        uri,
        state: session.state(),
        figures: session.figures(),
      })),
    dispose: () => registered.dispose(),
  };
}
