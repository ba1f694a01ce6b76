import { basename } from 'node:path';
import { createRunSession } from '../../src/host/report/runSession.ts';
import { createReportThreads } from '../../src/host/report/threads.ts';
import type { AuditStatus } from '../../src/shared/audit.ts';
import { type Failure, FailureError } from '../../src/shared/failure.ts';
import type { ReportContract, ReportState } from '../../src/shared/reportView.ts';
import { serveView, type ToHost, type ToView, type Wire } from '../../src/shared/rpc.ts';

export interface FakeReportHost {
  serve(wire: Wire<ToView, ToHost>): void;
  /** What the view asked for that is VS Code's to do, in order. */
  calls: [name: string, ...args: unknown[]][];
  /** What the window's audit of a run says now. */
  audit(run: string, status: AuditStatus | null): void;
  /** The next call of this name fails. */
  refuse(name: keyof ReportContract['calls'], failure: Failure): void;
  close(): void;
}

/** The host of the report view without VS Code: run files are real, read by the real threads and followed by the real sessions. */
export function fakeReportHost(
  paths: readonly string[],
  {
    page = 'run',
    can = { resume: true, addToPromptSet: true },
  }: { page?: ReportState['page']; can?: ReportState['can'] } = {},
): FakeReportHost {
  const threads = createReportThreads(new URL('../../src/host/report/worker.ts', import.meta.url));
  const statuses = new Map<string, AuditStatus | null>();
  const calls: FakeReportHost['calls'] = [];
  const refused = new Map<string, Failure>();
  let server: ReturnType<typeof serveView<ReportContract>> | undefined;
  const shown = new Set(paths);
  const tell = () =>
    server?.emit(
      'runs',
      sessions.filter(({ path }) => shown.has(path)).map(({ session }) => session.state()),
    );
  const sessions = paths.map((path) => ({
    path,
    session: createRunSession({
      run: path,
      path,
      threads,
      auditStatus: () => statuses.get(path) ?? null,
      onState: tell,
      onFigures: (figures) => server?.emit('figures', { run: path, figures }),
      onProfile: (profile) => server?.emit('profile', { run: path, profile }),
      onBug: (error) => {
        throw error;
      },
    }),
  }));
  const sessionOf = (run: string) => sessions.find(({ path }) => path === run)!.session;
  const noted =
    (name: string) =>
    (...args: unknown[]) => {
      calls.push([name, ...args]);
      const failure = refused.get(name);
      refused.delete(name);
      if (failure) throw new FailureError(failure);
    };

  return {
    calls,
    audit(run, status) {
      statuses.set(run, status);
      sessionOf(run).auditChanged();
    },
    refuse: (name, failure) => void refused.set(name, failure),
    close() {
      server?.dispose();
      for (const { session } of sessions) session.dispose();
      threads.dispose();
    },
    serve(wire) {
      server = serveView<ReportContract>(
        wire,
        {
          ready() {
            for (const { session } of sessions) session.watch(page === 'run');
            return {
              page,
              runs: sessions.map(({ session }) => session.state()),
              figures: {},
              profiles: {},
              can,
            };
          },
          find: (run, query) => threads.pages.run('find', [run, query]),
          rows: (run, positions) => threads.pages.run('rows', [run, positions]),
          texts: (run, sample, k) => threads.pages.run('comparison', [run, sample, k]),
          async override(run, place, at, verdict) {
            noted('override')(basename(run), place, at, verdict);
            const by = { author: 'Ann', time: '2026-11-22T00:00:00.000Z' };
            const override = verdict && { side: place.side, section: at.section, verdict, ...by };
            const before = await threads.pages.run('override', [run, place, at, override]);
            sessionOf(run).overridden();
            return before;
          },
          removeRun(run) {
            shown.delete(run);
            tell();
          },
          reread: (run) => sessionOf(run).reread(),
          open: noted('open'),
          exportAs: noted('exportAs'),
          resume: noted('resume'),
          stop: noted('stop'),
          addToPromptSet: noted('addToPromptSet'),
          addToStudy: noted('addToStudy'),
          addRuns: noted('addRuns'),
          openReport: noted('openReport'),
          copy: noted('copy'),
          showLog: noted('showLog'),
        },
        (error) => {
          throw error;
        },
      );
    },
  };
}
