import { createWorkerClient, type WorkerClient } from '../worker/client.ts';
import type { ReportTasks } from './tasks.ts';

/** The threads of all reports of the window. Each starts with its first task. */
export interface ReportThreads {
  /** What somebody waits for: pages of samples, texts, verdicts. */
  pages: WorkerClient<ReportTasks>;
  /** Statistics, which may take seconds, and whose tasks may be cancelled. */
  statistics: WorkerClient<ReportTasks>;
  /** Work in a thread of its own, for as long as it takes. */
  alone<T>(work: (thread: WorkerClient<ReportTasks>) => Promise<T>): Promise<T>;
  dispose(): void;
}

/** @param entry the built `worker.ts` */
export function createReportThreads(entry: URL): ReportThreads {
  const pages = createWorkerClient<ReportTasks>(entry);
  const statistics = createWorkerClient<ReportTasks>(entry);
  return {
    pages,
    statistics,
    async alone(work) {
      const thread = createWorkerClient<ReportTasks>(entry);
      try {
        return await work(thread);
      } finally {
        thread.dispose();
      }
    },
    dispose() {
      pages.dispose();
      statistics.dispose();
    },
  };
}
