import type { CheckProgress } from '../../shared/checkView.ts';
import { type Failure, FailureError } from '../../shared/failure.ts';
import type { Pair } from '../../shared/pair.ts';
import type { ModelProbe } from '../../shared/probe.ts';
import { type BySide, bySide } from '../../shared/side.ts';
import type { RunProbe } from './runProbe.ts';

/** One pair that is tried out, as often as the user wants. */
export interface CheckSession {
  readonly pair: Pair;
  progress(): CheckProgress;
  /** Tries it out, anew where it has been. Settles when that has ended; never rejects. */
  start(): Promise<void>;
  /** Ends what runs; what is known by then stays. */
  cancel(): void;
  /** What a model waits for: that it is being loaded, say. Heard while it runs. */
  waitingFor(step: string): void;
}

/** @param changed hears of every change, with a bug where one caused it */
export function createCheckSession(
  pair: Pair,
  run: RunProbe,
  changed: (progress: CheckProgress, bug?: unknown) => void,
): CheckSession {
  let models: BySide<ModelProbe | null> = bySide(() => null);
  let progress: CheckProgress = { state: 'running', models, waitingFor: null };
  let current: AbortController | null = null;

  const become = (next: CheckProgress, bug?: unknown) => {
    progress = next;
    changed(next, bug);
  };

  return {
    pair,
    progress: () => progress,
    async start() {
      current?.abort();
      const own = new AbortController();
      current = own;
      models = bySide(() => null);
      become({ state: 'running', models, waitingFor: null });
      try {
        const report = await run(
          pair,
          (side, soFar) => {
            if (current !== own) return;
            models = { ...models, [side]: soFar };
            become({ state: 'running', models, waitingFor: null });
          },
          own.signal,
        );
        if (current === own) become({ state: 'done', report, at: new Date().toISOString() });
      } catch (error) {
        if (current !== own) return;
        if (own.signal.aborted) become({ state: 'cancelled', models });
        else if (error instanceof FailureError) become({ state: 'failed', models, failure: error.failure });
        else become({ state: 'failed', models, failure: bugAsFailure(error) }, error);
      } finally {
        if (current === own) current = null;
      }
    },
    cancel: () => current?.abort(),
    waitingFor(step) {
      if (current && progress.state === 'running') become({ ...progress, waitingFor: step });
    },
  };
}

function bugAsFailure(error: unknown): Failure {
  return {
    kind: 'internal',
    message: `Something went wrong inside Driftscope: ${error instanceof Error ? error.message : String(error)}`,
    remedy: 'See the Driftscope output channel for details, and please report it.',
  };
}
