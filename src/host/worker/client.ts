import { Worker } from 'node:worker_threads';
import { FailureError } from '../../shared/failure.ts';
import type { FromWorker, TaskList, Tasks, ToWorker } from './tasks.ts';

export interface WorkerClient<T extends TaskList = Tasks> {
  /**
   * Runs a task after those asked for before it. A cancelled task rejects at once with the signal's reason.
   * @throws FailureError where the task throws one
   * @throws Error where the task throws, or the worker ends under it. The next task gets a new worker.
   */
  run<K extends keyof T & string>(
    name: K,
    args: Parameters<T[K]>,
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<T[K]>>>;
  dispose(): void;
}

interface Job {
  message: ToWorker;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * One worker thread, started with the first task. Jobs wait here and not in the thread, so that one that is
 * cancelled while it waits costs nothing; one that runs is ended with its thread, since a pure function that is
 * busy hears nothing.
 */
export function createWorkerClient<T extends TaskList = Tasks>(entry: URL): WorkerClient<T> {
  const waiting: Job[] = [];
  let running: Job | null = null;
  let worker: Worker | null = null;
  let jobs = 0;
  let disposed = false;

  const start = (): Worker => {
    // Else files that the thread has read are closed with it, and this process loses its locks on them: store/runFile.ts.
    const started = new Worker(entry, { trackUnmanagedFds: false });
    started.on('message', (message: FromWorker) => {
      if (message.id !== running?.message.id) return;
      if ('failure' in message) settle((job) => job.reject(new FailureError(message.failure)));
      else if ('error' in message) settle((job) => job.reject(new Error(message.error)));
      else settle((job) => job.resolve(message.result));
    });
    const ended = (error: Error) => {
      if (worker !== started) return;
      worker = null;
      settle((job) => job.reject(error));
    };
    started.on('error', ended);
    started.on('exit', (code) => ended(new Error(`The worker thread ended with code ${code}.`)));
    return started;
  };

  const settle = (how: (job: Job) => void) => {
    const job = running;
    running = null;
    if (job) how(job);
    next();
  };

  const next = () => {
    if (running || disposed) return;
    running = waiting.shift() ?? null;
    if (!running) return;
    worker ??= start();
    worker.postMessage(running.message);
  };

  const stopThread = () => {
    const stopped = worker;
    worker = null;
    void stopped?.terminate();
  };

  const cancel = (job: Job, reason: unknown) => {
    if (job === running) {
      stopThread();
      settle(() => job.reject(reason));
      return;
    }
    const at = waiting.indexOf(job);
    if (at < 0) return; // it has its answer already
    waiting.splice(at, 1);
    job.reject(reason);
  };

  return {
    run(name, args, signal) {
      if (disposed) return Promise.reject(new Error('The worker is disposed.'));
      if (signal?.aborted) return Promise.reject(signal.reason);
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const job: Job = { message: { id: ++jobs, name, args }, resolve, reject };
      const onAbort = () => cancel(job, signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.push(job);
      next();
      return promise.finally(() => signal?.removeEventListener('abort', onAbort)) as never;
    },
    dispose() {
      disposed = true;
      stopThread();
      const error = new Error('The worker is disposed.');
      for (const job of [running, ...waiting.splice(0)]) job?.reject(error);
      running = null;
    },
  };
}
