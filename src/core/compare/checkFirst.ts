import { setTimeout as sleep } from 'node:timers/promises';
import type { ComparisonEvent } from '../../shared/comparison.ts';
import { type Failure, FailureError } from '../../shared/failure.ts';
import type { OpenPair } from './openPair.ts';

/** How long the first token waits for servers to be tried out, in ms. The trial goes on while the models write. */
const BEFORE_WRITING = 15_000;
/** How long scores wait for it beyond the text, in ms. A server that is that slow may still score. */
const BEFORE_SCORING = 60_000;

/** The check of a pair beside its comparison, which it never stops: what fails is told, and the comparison goes on. */
export interface Checking {
  /** What became of it, once: an event, or null while it runs and after it was told. */
  told(): ComparisonEvent | null;
  beforeWriting(): Promise<void>;
  beforeScoring(): Promise<void>;
  /** Why scores are not to be believed; null where that is not known. */
  fault(): string | null;
}

export function beginCheck({ triesOut, run }: NonNullable<OpenPair['check']>, signal: AbortSignal): Checking {
  let event: ComparisonEvent | null = null;
  let fault: string | null = null;
  const done = run(signal).then(
    (check) => {
      event = { type: 'checked', check };
      fault = check.fault;
    },
    (error: unknown) => {
      event = { type: 'check-failed', failure: failureOf(error, signal) };
    },
  );
  const within = async (ms: number) => {
    const over = new AbortController();
    const patience = sleep(ms, undefined, { signal: AbortSignal.any([signal, over.signal]) });
    await Promise.race([done, patience.catch(() => {})]);
    over.abort();
  };
  return {
    told() {
      const told = event;
      event = null;
      return told;
    },
    beforeWriting: () => (triesOut ? within(BEFORE_WRITING) : Promise.resolve()),
    beforeScoring: () => within(BEFORE_SCORING),
    fault: () => fault,
  };
}

/** Passes events on, and between them what became of the check. */
export async function* withCheck<Result>(
  checking: Checking,
  events: AsyncGenerator<ComparisonEvent, Result>,
): AsyncGenerator<ComparisonEvent, Result> {
  try {
    for (;;) {
      const next = await events.next();
      const told = checking.told();
      if (told) yield told;
      if (next.done) return next.value;
      yield next.value;
    }
  } finally {
    // The type of a generator's return value cannot be told here; nobody reads it.
    await events.return(undefined as never);
  }
}

function failureOf(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) return { kind: 'cancelled', message: 'The check of the pair was stopped.' };
  if (error instanceof FailureError) return error.failure;
  const message = `The pair could not be checked: ${error instanceof Error ? error.message : String(error)}`;
  return { kind: 'internal', message, ...(error instanceof Error && error.stack && { detail: error.stack }) };
}
