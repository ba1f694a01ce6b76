import { parentPort } from 'node:worker_threads';
import { FailureError } from '../../shared/failure.ts';
import type { FromWorker, TaskList, ToWorker } from './tasks.ts';

/** The thread's end of a worker client: answers each task, with its result or with what it threw. */
export function serveTasks<T extends TaskList>(tasks: T): void {
  parentPort?.on('message', async ({ id, name, args }: ToWorker) => {
    const answer = (message: FromWorker) => parentPort?.postMessage(message);
    try {
      answer({ id, result: await tasks[name]!(...args) });
    } catch (error) {
      if (error instanceof FailureError) answer({ id, failure: error.failure });
      else answer({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}
