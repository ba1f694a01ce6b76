import type { SideAnnotations } from '../../shared/annotation.ts';
import type { AuditEvent, RunPlace } from '../../shared/audit.ts';
import type { Failure, FailureKind } from '../../shared/failure.ts';
import type { Generation } from '../../shared/generation.ts';
import { inputText, messagesOf, type Sample } from '../../shared/prompt.ts';
import { SIDES, type Side } from '../../shared/side.ts';
import type { SideTexts } from '../compare/annotateSide.ts';
import type { OpenPair } from '../compare/openPair.ts';
import { waited } from '../endpoints/retry.ts';
import { createChannel } from './channel.ts';
import { createGate, type Gate } from './gate.ts';
import { outcomeOf } from './outcomeOf.ts';
import { type MissingPlace, placeKey, type RunStore } from './runStore.ts';
import { scoreGeneration } from './scoreGeneration.ts';

export interface AuditOptions {
  /** Most requests to one endpoint at once. 429s lower it, quiet raises it again. Default 8. */
  concurrency?: number;
  /** Looks for refusals, toxic words and leaks in what one model wrote. */
  annotate: (texts: SideTexts) => Promise<SideAnnotations>;
  /** How often a generation is tried again after a fault that may pass, beyond an endpoint's own retries. Default 2. */
  retries?: number;
  /** Longest wait before the first retry, in ms; each further one may be twice as long. Default 2,000. */
  retryWait?: number;
  /** Only generations that failed are tried again; what was not begun stays undone. Scoring is not limited. Default false. */
  failedOnly?: boolean;
  /** Stop where so many generations in a row found nobody at the other end. Default 20. */
  unreachable?: number;
}

/** Faults that no further sample can escape: the run stops, and goes on where it stopped once they are mended. */
const HOPELESS: readonly FailureKind[] = [
  'unauthorized',
  'missing-key',
  'model-not-found',
  'engine-unavailable',
  'model-file',
  'untrusted',
];

/** Faults that may pass by themselves. */
const PASSING: readonly FailureKind[] = [
  'timeout',
  'unreachable',
  'rate-limited',
  'server-error',
  'stream-dropped',
  'engine-crashed',
];

const PAGE = 256;

/**
 * Goes on with a run until nothing is missing: a new run from its start, another from where it stopped, failed
 * generations and failed scoring tried again. Both models are asked at once, each as many prompts as its endpoint
 * bears; what one wrote is annotated, kept and scored while others are still being written. What fails is kept as
 * failed, and the rest goes on.
 *
 * Everything is in the store once its event has come; a process that is killed loses what was on its way and no more.
 * Memory does not grow with the number of samples. `ended` is always last.
 *
 * @throws Bugs, and FailureError where the store cannot be written.
 */
export async function* runAudit(
  store: RunStore,
  open: OpenPair,
  options: AuditOptions,
  signal: AbortSignal,
): AsyncGenerator<AuditEvent> {
  const { concurrency = 8, retries = 2, retryWait = 2000, unreachable = 20, failedOnly, annotate } = options;
  const { pair, scoring } = store.info();
  const progress = store.progress();
  const channel = createChannel<AuditEvent>();
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let hopeless: Failure | null = null;
  /** Rings when there is something to score, or nothing more to come. */
  const bell = createBell();
  either.addEventListener('abort', bell.ring);
  const put = (event: AuditEvent) => channel.put(event);
  const now = () => ({ ...progress });

  const giveUp = (failure: Failure): false => {
    hopeless ??= failure;
    stop.abort();
    return false;
  };

  const generateSide = async (side: Side) => {
    let lost = 0;
    const gate = createGate({
      most: concurrency,
      signal: either,
      changed: (limit) => void put({ type: 'concurrency', side, limit }),
    });
    /** Whether the server kept up. */
    const one = async ({ failed: wasFailed, ...place }: MissingPlace): Promise<boolean> => {
      const sample = store.sample(place.sample);
      const { generation, tokens } = await attempt(sample, place, gate);
      const failure = generation.finish === 'failed' ? failureOf(generation) : null;
      if (generation.finish === 'cancelled' || (failure && either.aborted)) return false;
      if (failure && HOPELESS.includes(failure.kind)) return giveUp(failure);
      lost = failure?.kind === 'unreachable' ? lost + 1 : 0;
      if (failure && lost >= unreachable) return giveUp(failure);
      const texts = { trace: generation.trace, answer: generation.answer };
      const annotations = await annotate({
        ...texts,
        prompt: inputText(sample.input),
        secrets: sample.secrets ?? [],
      });
      const outcome = failure ? null : outcomeOf(sample, side, texts, annotations);
      store.putGeneration(place, { generation, annotations, outcome });
      if (wasFailed) progress.failed--;
      if (failure) {
        progress.failed++;
        await put({ type: 'failed', place, failure, progress: now() });
      } else {
        progress.done++;
        bell.ring();
        await put({ type: 'generated', place, tokens, progress: now() });
      }
      return failure === null;
    };
    try {
      await eachPlace(store, side, gate, one);
    } finally {
      await gate.idle();
    }
  };

  /** One generation, tried again where its fault may pass. */
  const attempt = async (
    sample: Sample,
    { side, k }: RunPlace,
    gate: Gate,
  ): Promise<{ generation: Generation; tokens: number }> => {
    const { seed } = pair.sampling;
    // The same seed would give the same text K times.
    const sampling = { ...pair.sampling, seed: seed === null ? null : seed + k };
    for (let tried = 0; ; tried++) {
      let tokens = 0;
      let generation: Generation | null = null;
      const request = { messages: messagesOf(sample.input), sampling };
      for await (const event of open.endpoints[side].generate(request, either)) {
        if (event.type === 'delta') tokens += event.tokens;
        else if (event.type === 'generated') generation = event.generation;
        else if (event.waiting.reason.kind === 'rate-limited') gate.slowDown();
      }
      if (!generation) throw new Error('an endpoint ended without a generation');
      const kind = generation.finish === 'failed' ? failureOf(generation).kind : null;
      if (kind === 'rate-limited') gate.slowDown();
      const again = kind !== null && PASSING.includes(kind) && tried < retries;
      if (!again) return { generation, tokens: generation.tokens.length || tokens };
      if (!(await waited(retryWait * 2 ** tried * (0.5 + 0.5 * Math.random()), either))) {
        return { generation: { ...generation, finish: 'cancelled' }, tokens };
      }
    }
  };

  const scoreAll = async (generating: () => boolean) => {
    if (!scoring) return;
    // Scoring reads whole texts: a few at once keep a server busy, and leave it room to generate.
    const gate = createGate({ most: Math.min(concurrency, 4), signal: either });
    const inFlight = new Set<string>();
    const again =
      progress.scoringFailed > 0 ? store.unscored({ limit: progress.scoringFailed, failed: 'only' }) : [];
    const failedBefore = new Set(again.map(placeKey));
    const one = async (place: RunPlace) => {
      const stored = store.generation(place);
      if (!stored) return;
      const sample = store.sample(place.sample);
      const { generation } = stored;
      const drift = await scoreGeneration(pair, open, sample, place.side, generation, scoring, either);
      if ('failure' in drift && (either.aborted || drift.failure.kind === 'cancelled')) return;
      store.putDrift(place, drift);
      if (failedBefore.delete(placeKey(place))) progress.scoringFailed--;
      if ('failure' in drift) {
        progress.scoringFailed++;
        await put({ type: 'scoring-failed', place, failure: drift.failure, progress: now() });
      } else {
        progress.scored++;
        await put({ type: 'scored', place, status: drift.status, progress: now() });
      }
    };
    try {
      while (!either.aborted) {
        const last = !generating();
        const places =
          again.length > 0
            ? again.splice(0, PAGE)
            : store.unscored({ limit: PAGE, failed: false, except: inFlight });
        for (const place of places) {
          if (!(await gate.enter())) return;
          const key = placeKey(place);
          inFlight.add(key);
          one(place)
            .catch(broken)
            .finally(() => {
              inFlight.delete(key);
              gate.leave(true);
            });
        }
        if (places.length > 0) continue;
        if (last && inFlight.size === 0) return;
        await (last ? gate.idle() : bell.heard());
      }
    } finally {
      await gate.idle();
    }
  };

  /** A bug, or a store that fails: everything stops, and the reader hears of it. */
  const broken = (error: unknown) => {
    channel.close(error);
    stop.abort();
  };

  const work = async () => {
    await put({ type: 'started', progress: now(), scoring: scoring !== null });
    let generating = true;
    const generations = Promise.all(SIDES.map((side) => generateSide(side).catch(broken))).finally(() => {
      generating = false;
      bell.ring();
    });
    await Promise.all([generations, scoreAll(() => generating).catch(broken)]);
    const how = hopeless ? 'stopped' : signal.aborted ? 'cancelled' : 'complete';
    await put({ type: 'ended', how, failure: hopeless, progress: now() });
    channel.close();
  };

  /** Calls `one` for every place that misses a generation, failed ones included, as the gate lets in. */
  async function eachPlace(
    from: RunStore,
    side: Side,
    gate: Gate,
    one: (place: MissingPlace) => Promise<boolean>,
  ): Promise<void> {
    let after: RunPlace | null = null;
    for (;;) {
      const places: MissingPlace[] = from.missing(side, {
        limit: PAGE,
        after,
        failed: failedOnly ? 'only' : true,
      });
      if (places.length === 0) return;
      after = places.at(-1)!;
      for (const place of places) {
        if (!(await gate.enter())) return;
        one(place)
          .catch((error: unknown) => {
            broken(error);
            return false;
          })
          .then(gate.leave, broken);
      }
    }
  }

  const working = work().catch(broken);
  try {
    yield* channel.read();
  } finally {
    stop.abort();
    await working;
  }
}

function failureOf({ failure }: Generation): Failure {
  return failure ?? { kind: 'internal', message: 'The model failed without saying why.' };
}

interface Bell {
  ring(): void;
  /** Resolves when it has rung since it was last heard. */
  heard(): Promise<void>;
}

function createBell(): Bell {
  let rung = false;
  let wake = () => {};
  return {
    ring() {
      rung = true;
      wake();
    },
    async heard() {
      if (!rung) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      rung = false;
    },
  };
}
