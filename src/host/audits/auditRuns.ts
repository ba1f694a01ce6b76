import type * as vscode from 'vscode';
import type { AuditStatus, RunInfo } from '../../shared/audit.ts';
import type { Pair } from '../../shared/pair.ts';

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
  readonly onDidChange: vscode.Event<{ run: vscode.Uri; status: AuditStatus }>;
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
}
