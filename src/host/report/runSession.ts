import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type AuditStatus, type DriftProfile, isRunning } from '../../shared/audit.ts';
import { type Failure, FailureError } from '../../shared/failure.ts';
import type { RunContent, RunFigures, RunState } from '../../shared/reportView.ts';
import type { ReportThreads } from './threads.ts';

/** How often a file is looked at for changes while it is on show. ms */
const LOOK_EVERY = 1_000;
/** Statistics of a file that is being written are made anew at most so often (ms), and take at most a fifth of a core. */
const FIGURES_EVERY = 3_000;
const FIGURES_SHARE = 5;

export interface RunSessionOptions {
  /** Names the run to views. */
  run: string;
  path: string;
  threads: ReportThreads;
  /** Of an audit of this window in the file. */
  auditStatus(): AuditStatus | null;
  onState(state: RunState): void;
  onFigures(figures: RunFigures): void;
  onProfile(profile: DriftProfile): void;
  onBug(error: unknown): void;
}

/**
 * A run file on show: what is in it, and what it adds up to, both kept in step with the file while somebody looks. The
 * file itself is read in threads only.
 */
export interface RunSession {
  state(): RunState;
  figures(): RunFigures | null;
  profile(): DriftProfile | null;
  /**
   * Somebody looks at it.
   * @param profile whether they look at where drift sits too, which takes longest to make
   * @returns ends the looking
   */
  watch(profile: boolean): () => void;
  /** Reads the file again, also where it looks as before. */
  reread(): void;
  /** The audit of the window says something new. */
  auditChanged(): void;
  /** Verdicts have changed: figures made from the old ones are of no use. */
  overridden(): void;
  dispose(): void;
}

export function createRunSession(options: RunSessionOptions): RunSession {
  const { run, path, threads, auditStatus, onState, onFigures, onProfile, onBug } = options;
  let content: RunContent = { state: 'reading' };
  let version = 0;
  let elsewhere = false;
  let figures: RunFigures | null = null;
  let profile: DriftProfile | null = null;
  let watchers = 0;
  let profileWatchers = 0;
  let seen = '';
  let timer: NodeJS.Timeout | undefined;
  let disposed = false;
  /** One after another: an older reading must not overwrite what a later one found. */
  let reading: Promise<void> | null = null;
  let readAgain = false;
  let computing: AbortController | null = null;
  let computeAgain = false;
  let computed = { at: 0, took: 0 };
  /** How many generations were scored when the profile was made: verdicts do not change it. */
  let profiled: number | null = null;
  let computeTimer: NodeJS.Timeout | undefined;

  const state = (): RunState => ({
    run,
    name: basename(path),
    path,
    content,
    audit: auditStatus(),
    elsewhere,
    version,
  });
  const show = (next: RunContent) => {
    content = next;
    if (!disposed) onState(state());
  };

  /** What tells one content of the file from another without opening it. */
  const signature = async () => {
    const of = async (name: string) => {
      const found = await stat(name).catch(() => null);
      return found && `${found.ino}/${found.size}/${found.mtimeMs}`;
    };
    const [file, log, lock] = await Promise.all([
      of(path),
      // Somebody else who only looks makes an empty one.
      stat(`${path}-wal`).then(
        ({ size, mtimeMs }) => (size > 0 ? `${size}/${mtimeMs}` : ''),
        () => '',
      ),
      of(`${path}-lock`),
    ]);
    return { file: `${file} ${log}`, locked: lock !== null };
  };

  const read = async () => {
    if (reading !== null) {
      readAgain = true;
      return reading;
    }
    reading = (async () => {
      do {
        readAgain = false;
        try {
          const head = await threads.pages.run('head', [path]);
          version++;
          show({ state: 'open', head, computing: true, failure: null });
          schedule();
        } catch (error) {
          stopComputing();
          figures = null;
          profile = null;
          profiled = null;
          show({ state: 'failed', failure: failureOf(error) });
        }
      } while (readAgain && !disposed);
      reading = null;
    })();
    return reading;
  };

  const look = async () => {
    const found = await signature();
    if (disposed) return;
    const nowElsewhere = found.locked && !isOurs(auditStatus());
    const moved = nowElsewhere !== elsewhere;
    elsewhere = nowElsewhere;
    if (found.file !== seen) {
      seen = found.file;
      await read();
    } else if (moved) onState(state());
  };

  const lookAgain = () => {
    clearTimeout(timer);
    if (watchers === 0 || disposed) return;
    timer = setTimeout(() => void look().catch(onBug).finally(lookAgain), LOOK_EVERY);
  };

  const stopComputing = () => {
    clearTimeout(computeTimer);
    computeTimer = undefined;
    computing?.abort(new FailureError({ kind: 'cancelled', message: 'Other statistics are wanted now.' }));
    computing = null;
    computeAgain = false;
  };

  const schedule = () => {
    if (disposed) return;
    if (computing) {
      computeAgain = true;
      return;
    }
    const rest = Math.max(FIGURES_EVERY, computed.took * FIGURES_SHARE);
    const wait = figures === null ? 0 : Math.max(0, computed.at + rest - Date.now());
    computeTimer ??= setTimeout(() => {
      computeTimer = undefined;
      void compute();
    }, wait);
  };

  const compute = async () => {
    const own = new AbortController();
    computing = own;
    const begun = Date.now();
    try {
      const made = await threads.statistics.run('figures', [path, {}], own.signal);
      if (computing !== own || disposed) return;
      figures = made;
      onFigures(made);
      if (content.state === 'open' && !computeAgain) show({ ...content, computing: false, failure: null });
      if (profileWatchers === 0 || profiled === made.progress.scored) return;
      const places = await threads.statistics.run('profile', [path], own.signal);
      if (computing !== own || disposed) return;
      profiled = made.progress.scored;
      profile = places;
      if (places) onProfile(places);
    } catch (error) {
      if (computing !== own || disposed) return;
      if (!(error instanceof FailureError)) onBug(error);
      if (content.state === 'open') show({ ...content, computing: false, failure: failureOf(error) });
    } finally {
      if (computing === own) {
        computing = null;
        computed = { at: Date.now(), took: Date.now() - begun };
        const again = computeAgain;
        computeAgain = false;
        if (again && !disposed) schedule();
      }
    }
  };

  return {
    state,
    figures: () => figures,
    profile: () => profile,

    watch(wantsProfile) {
      watchers++;
      if (wantsProfile) profileWatchers++;
      if (wantsProfile && figures && !profile) schedule();
      void look().catch(onBug).finally(lookAgain);
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        watchers--;
        if (wantsProfile) profileWatchers--;
      };
    },

    reread() {
      seen = '';
      void look().catch(onBug);
    },

    auditChanged() {
      if (disposed) return;
      const audit = auditStatus();
      if (content.state !== 'open' || !audit || isRunning(audit)) return onState(state());
      // It has ended, and says how; the file, read again some moments later, says the same.
      show({ ...content, head: { ...content.head, progress: audit.progress } });
      void look().catch(onBug);
    },

    overridden() {
      stopComputing();
      version++;
      computed = { at: 0, took: 0 };
      if (content.state === 'open') show({ ...content, computing: true, failure: null });
      schedule();
      // The file has changed by our own hand: what it holds beside the verdict is known.
      void signature().then(({ file }) => {
        seen = file;
      }, onBug);
    },

    dispose() {
      disposed = true;
      clearTimeout(timer);
      stopComputing();
      for (const thread of [threads.pages, threads.statistics]) {
        void thread.run('close', [path]).catch(() => {}); // a thread that has ended has closed its files
      }
    },
  };
}

function isOurs(status: AuditStatus | null): boolean {
  return status !== null && ['preparing', 'running', 'stopping'].includes(status.phase);
}

export function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  return {
    kind: 'internal',
    message: `Something went wrong inside Driftscope: ${error instanceof Error ? error.message : String(error)}`,
    remedy: 'See the Driftscope output channel for details, and please report it.',
  };
}
