import * as vscode from 'vscode';
import { type AuditStatus, isRunning, type RunInfo } from '../../shared/audit.ts';
import { FailureError, fail } from '../../shared/failure.ts';
import type { Pair } from '../../shared/pair.ts';
import type { EngineHolder } from '../engine.ts';
import type { KeyStore } from '../keys.ts';
import { requireTrust } from '../trust.ts';
import { type AuditThread, BROKE_OFF, startAuditThread } from './auditThread.ts';
import type { AuditJob } from './messages.ts';

/** The audits that this window runs. Each is in a thread of its own: the extension host only hears how far they are. */
export interface AuditRuns extends vscode.Disposable {
  /**
   * Begins a new run file and runs it. Resolves when the file is there, with its samples and nothing else yet.
   * @throws FailureError `untrusted`; `invalid-input` where the set cannot be read or the file is there already
   */
  start(request: AuditRequest): Promise<void>;
  /**
   * Goes on with a run: what was not generated yet, what failed, what is not scored. One that runs goes on as it does.
   * @throws FailureError `untrusted`; `invalid-input` where there is no such run, or another program runs it
   */
  resume(run: vscode.Uri, options?: ResumeOptions): Promise<void>;
  /** Resolves when it has ended; at once where it does not run. What is done is kept. */
  stop(run: vscode.Uri): Promise<void>;
  /** The run files that audits go on in. */
  running(): readonly vscode.Uri[];
  /** Of a run that this window runs, or ran last; undefined: it did neither. */
  status(run: vscode.Uri): AuditStatus | undefined;
  /** Some times a second while one runs, and when it ends. */
  readonly onDidChange: vscode.Event<AuditChange>;
  /** Stops all of them, for a window that closes. */
  end(): Promise<void>;
}

export interface AuditChange {
  run: vscode.Uri;
  status: AuditStatus;
}

export interface AuditRequest {
  /** The run file to write (`*.drift`). */
  run: vscode.Uri;
  /** The prompt set. */
  set: vscode.Uri;
  /** Only these samples of it; null: all. */
  sampleIds: readonly string[] | null;
  /** Only so many of them, the first ones; null: all. */
  limit: number | null;
  /** With absolute paths. */
  pair: Pair;
  /** K: generations of each model for each sample. */
  generations: number;
  /** Most requests to one endpoint at once. */
  concurrency: number;
  scoring: RunInfo['scoring'];
}

export interface ResumeOptions {
  /** Only generations and scorings that failed; the rest stays undone. Default false. */
  failedOnly?: boolean;
  /** Turns the scoring of drift on, for a run that was made without. */
  scoring?: NonNullable<RunInfo['scoring']>;
  /** Most requests to one endpoint at once. Default: the runner's. */
  concurrency?: number;
}

export interface AuditRunsOptions {
  /** The thread's script. */
  entry: URL;
  engine: EngineHolder;
  keys: KeyStore;
  /** Directory of the bundled models and the detectors' weights. */
  media: string;
  /** Where models are downloaded to. */
  modelCache: string;
  /** Name and version of the program, for the run files. */
  tool: string;
  log: vscode.LogOutputChannel;
}

/** How long a stopped audit may take to end what is on its way, in ms. Then its thread is ended; nothing done is lost. */
const PATIENCE = 10_000;
/** The same for a window that closes: VS Code waits some five seconds. */
const PATIENCE_AT_CLOSE = 3_000;

interface RunningAudit extends AuditThread {
  run: vscode.Uri;
  /** Undefined: it has not begun. */
  status: AuditStatus | undefined;
}

export function createAuditRuns(options: AuditRunsOptions): AuditRuns {
  const { media, modelCache, tool } = options;
  const changed = new vscode.EventEmitter<AuditChange>();
  const running = new Map<string, RunningAudit>();
  const last = new Map<string, AuditStatus>();

  /** Resolves once the run file is there. */
  const launch = async (run: vscode.Uri, rest: Pick<AuditJob, 'work' | 'concurrency'>): Promise<void> => {
    const key = run.toString();
    const begun = Promise.withResolvers<void>();
    let refusal = BROKE_OFF;
    const audit: RunningAudit = {
      run,
      status: undefined,
      ...startAuditThread({ run: run.fsPath, media, modelCache, ...rest }, options, {
        begun: begun.resolve,
        refused: (failure) => {
          refusal = failure;
        },
        changed(status) {
          audit.status = status;
          // An end is told when the thread has closed the file, to those who ask as to those who listen.
          if (!isRunning(status)) return;
          last.set(key, status);
          changed.fire({ run, status });
        },
      }),
    };
    running.set(key, audit);
    void audit.ended.then(() => {
      running.delete(key);
      begun.reject(new FailureError(refusal));
      if (!audit.status) return; // it never began: whoever asked for it hears of it
      const status = isRunning(audit.status) ? brokenOff(audit.status) : audit.status;
      last.set(key, status);
      changed.fire({ run, status });
    });
    await begun.promise;
  };

  return {
    async start({ run, set, sampleIds, limit, pair, generations, concurrency, scoring }) {
      requireTrust();
      for (const uri of [run, set]) requireFile(uri);
      if (running.has(run.toString())) fail('invalid-input', `An audit is running in ${run.fsPath}.`);
      const what = { sampleIds, limit, pair, generations, scoring, tool };
      await launch(run, { concurrency, work: { type: 'begin', set: set.fsPath, ...what } });
    },
    async resume(run, { failedOnly = false, scoring = null, concurrency = null } = {}) {
      requireTrust();
      requireFile(run);
      if (running.has(run.toString())) return;
      await launch(run, { concurrency, work: { type: 'resume', failedOnly, scoring } });
    },
    stop: async (run) => running.get(run.toString())?.stop(PATIENCE),
    running: () => [...running.values()].map(({ run }) => run),
    status: (run) => last.get(run.toString()),
    onDidChange: changed.event,
    async end() {
      await Promise.all([...running.values()].map((audit) => audit.stop(PATIENCE_AT_CLOSE)));
    },
    dispose() {
      for (const audit of running.values()) void audit.stop(0);
      changed.dispose();
    },
  };
}

function brokenOff(status: AuditStatus): AuditStatus {
  return { ...status, phase: 'failed', eta: null, waitingFor: null, failure: BROKE_OFF };
}

function requireFile({ scheme, fsPath }: vscode.Uri): void {
  if (scheme === 'file') return;
  fail('invalid-input', `${fsPath} is not on a disk, and audits are kept in a file on one.`, {
    remedy: 'Copy the prompt set into a folder on disk.',
  });
}
