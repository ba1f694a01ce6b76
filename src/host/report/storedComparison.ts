import type { RunPlace } from '../../shared/audit.ts';
import type { ComparisonEvent, ComparisonState } from '../../shared/comparison.ts';
import { SIDES } from '../../shared/side.ts';
import type { WorkerClient } from '../worker/client.ts';
import type { ReportTasks } from './tasks.ts';

/** Positions taken from the thread at once: a message of some 10 ms. */
const STEP = 1_000;

/**
 * A comparison that a run has stored, as the events of one that runs: no model is called. Positions come in steps, since
 * all of a long trace at once would hold the extension host up.
 *
 * @param state without positions
 */
export async function* storedEvents(
  state: ComparisonState,
  place: Omit<RunPlace, 'side'>,
  path: string,
  { pages, text }: { pages: WorkerClient<ReportTasks>; text: WorkerClient },
  signal: AbortSignal,
): AsyncGenerator<ComparisonEvent> {
  if (state.check?.state === 'checked') yield { type: 'checked', check: state.check.check };
  for (const side of SIDES) {
    const own = state.sides[side];
    if (own.state === 'finished') yield { type: 'generated', side, generation: own.generation };
    const annotations = state.annotations[side];
    if (annotations) yield { type: 'annotated', side, annotations };
  }
  for (const override of state.overrides) {
    const { side, section, verdict } = override;
    yield { type: 'overridden', place: { side, section, kind: verdict.kind }, override };
  }
  const texts = SIDES.map((side) => {
    const own = state.sides[side];
    return own.state === 'finished' ? own.generation : own;
  });
  for (const section of ['answer', 'trace'] as const) {
    const [left, right] = texts.map((generation) => generation[section] ?? '');
    if (!left && !right) continue;
    const diff = await text.run('diffTexts', [left ?? '', right ?? ''], signal);
    yield { type: 'diff', section, diff };
  }
  for (const author of [...SIDES].reverse()) {
    const own = state.drift[author];
    if (own.state !== 'scored') {
      const failure = {
        kind: 'cannot-score',
        message: 'The run has no drift of this text.',
        remedy: 'Resuming the audit with scoring on scores what is not scored yet.',
      } as const;
      yield { type: 'drift-failed', author, failure };
      continue;
    }
    yield { type: 'scoring', author };
    for (let from = 0; ; from += STEP) {
      const positions = await pages.run('positions', [path, { ...place, side: author }, from, from + STEP]);
      signal.throwIfAborted();
      if (positions.length > 0) yield { type: 'scored', author, positions };
      if (positions.length < STEP) break;
    }
    const { positions: _none, ...drift } = own.drift;
    yield { type: 'drift', author, drift };
  }
  yield { type: 'done' };
}
