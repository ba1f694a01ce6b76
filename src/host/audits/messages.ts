import type { AuditStatus, RunInfo } from '../../shared/audit.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Pair, RemoteModel } from '../../shared/pair.ts';

/** What one thread is started for: an audit in one run file, from its beginning or from where it stopped. */
export interface AuditJob {
  /** Absolute path of the run file. */
  run: string;
  /** Most requests to one endpoint at once. Null: the runner's default. */
  concurrency: number | null;
  work: NewRun | OldRun;
  /** Directory of the bundled models and the detectors' weights. */
  media: string;
  /** Where models are downloaded to. */
  modelCache: string;
}

export interface NewRun {
  type: 'begin';
  /** Absolute path of the prompt set. */
  set: string;
  sampleIds: readonly string[] | null;
  limit: number | null;
  pair: Pair;
  generations: number;
  scoring: RunInfo['scoring'];
  /** Name and version of the program. */
  tool: string;
}

export interface OldRun {
  type: 'resume';
  failedOnly: boolean;
  /** Null: as the run has it. */
  scoring: RunInfo['scoring'];
}

/** What a thread has to ask the window for. Keys go no further than the request that they are for. */
export interface Questions {
  key(origin: string, reference: RemoteModel['keyReference']): string | null;
  /** Where the window's engine listens; starts it. */
  engine(): { url: string; apiKey: string; pid: number | null };
}

export type ToThread =
  | { type: 'run'; job: AuditJob }
  | { type: 'stop' }
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'refusal'; id: number; failure: Failure }
  /** The window's engine has ended. */
  | { type: 'engine-ended'; failure: Failure };

export type FromThread =
  | { type: 'question'; id: number; name: keyof Questions; args: unknown[] }
  /** The run file is there, with all its samples. */
  | { type: 'begun' }
  | { type: 'status'; status: AuditStatus }
  /** The run could not begin. */
  | { type: 'refused'; failure: Failure }
  /** A bug, with its stack. */
  | { type: 'bug'; stack: string };
