import * as vscode from 'vscode';
import { exportReport } from './exportReport.ts';
import {
  type OpenRuns,
  REPORT_VIEW,
  type ReportServer,
  type ReportServices,
  serveReport,
} from './reports.ts';
import type { RunSession } from './runSession.ts';

/** The custom editors of `*.drift`. */
export interface ReportEditors extends vscode.Disposable {
  /** The run of the report that is in front; undefined: another kind of editor is. */
  active(): vscode.Uri | undefined;
  /** The open reports, oldest first, and what their views can ask for. */
  open(): readonly OpenReport[];
}

interface OpenReport {
  uri: vscode.Uri;
  session: RunSession;
  calls: ReportServer['calls'];
}

export function registerReportEditors(services: ReportServices, openRuns: OpenRuns): ReportEditors {
  const shown = new Map<vscode.WebviewPanel, OpenReport>();

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
      shown.set(panel, { uri, session, calls: server.calls });
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
    open: () => [...shown.values()],
    dispose: () => registered.dispose(),
  };
}
