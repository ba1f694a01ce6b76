import { Worker } from 'node:worker_threads';
import { resolveKey } from '../../core/pairs/keys.ts';
import type { AuditStatus } from '../../shared/audit.ts';
import { type Failure, FailureError } from '../../shared/failure.ts';
import type { EngineHolder } from '../engine.ts';
import type { KeyStore } from '../keys.ts';
import type { AuditJob, FromThread, Questions, ToThread } from './messages.ts';

/** The thread of one audit, as the window sees it. */
export interface AuditThread {
  /** Resolves when the thread is gone, however it ended, and with it the run file closed. */
  ended: Promise<void>;
  /** @param patience ms that it may take to end what is on its way; then it is ended. Nothing done is lost. */
  stop(patience: number): Promise<void>;
}

export interface AuditThreadOptions {
  /** The thread's script. */
  entry: URL;
  engine: Pick<EngineHolder, 'get' | 'onDidStop'>;
  keys: Pick<KeyStore, 'env' | 'stored'>;
  log: { error(error: Error | string): void };
}

/** What the window hears of it. */
export interface AuditListener {
  /** The run file is there. */
  begun(): void;
  /** It could not begin. */
  refused(failure: Failure): void;
  changed(status: AuditStatus): void;
}

/** Of a thread that is gone without saying how its audit ended. */
export const BROKE_OFF: Failure = {
  kind: 'internal',
  message: 'The audit broke off. What was done is in its file.',
  remedy: 'Resume it; the Driftscope log says more.',
};

/** It may pass: what is asked next starts the engine anew. */
const STOPPED: Failure = { kind: 'engine-crashed', message: 'The embedded engine was stopped.' };

/** Starts one audit's thread, and answers what it asks. */
export function startAuditThread(
  job: AuditJob,
  { entry, engine, keys, log }: AuditThreadOptions,
  hears: AuditListener,
): AuditThread {
  // Else what the thread has open is closed with it, which would give up the locks of others: see store/runFile.ts.
  const thread = new Worker(entry, { trackUnmanagedFds: false });
  const tell = (message: ToThread) => thread.postMessage(message);
  const ended = Promise.withResolvers<void>();
  let stopListening = () => {};

  const answers: {
    [K in keyof Questions]: (...args: Parameters<Questions[K]>) => Promise<ReturnType<Questions[K]>>;
  } = {
    key: (url, keyReference) => resolveKey({ kind: 'remote', url, model: url, keyReference }, keys),
    async engine() {
      const client = await engine.get();
      stopListening();
      const crashes = client.onCrash((failure) => tell({ type: 'engine-ended', failure }));
      const stops = engine.onDidStop(() => tell({ type: 'engine-ended', failure: STOPPED }));
      stopListening = () => {
        crashes();
        stops.dispose();
      };
      const { baseUrl, apiKey } = await client.connect(new AbortController().signal);
      return { url: new URL(baseUrl).origin, apiKey, pid: client.pid };
    },
  };

  thread.on('message', async (message: FromThread) => {
    switch (message.type) {
      case 'begun':
        return hears.begun();
      case 'status':
        return hears.changed(message.status);
      case 'refused':
        return hears.refused(message.failure);
      case 'bug':
        return log.error(message.stack);
      case 'question':
        try {
          const answer = answers[message.name] as (...args: unknown[]) => Promise<unknown>;
          tell({ type: 'answer', id: message.id, value: await answer(...message.args) });
        } catch (error) {
          if (!(error instanceof FailureError)) log.error(error as Error);
          const failure = error instanceof FailureError ? error.failure : BROKE_OFF;
          tell({ type: 'refusal', id: message.id, failure });
        }
    }
  });
  thread.on('error', (error) => log.error(error));
  thread.on('exit', () => {
    stopListening();
    ended.resolve();
  });
  tell({ type: 'run', job });
  return {
    ended: ended.promise,
    async stop(patience) {
      tell({ type: 'stop' });
      const timer = setTimeout(() => void thread.terminate(), patience);
      await ended.promise;
      clearTimeout(timer);
    },
  };
}
