import type { Section } from '../../shared/annotation.ts';
import type { RunPlace } from '../../shared/audit.ts';
import { type ComparisonState, type DriftState, initialComparison } from '../../shared/comparison.ts';
import { messagesOf } from '../../shared/prompt.ts';
import { bySide } from '../../shared/side.ts';
import { type HumanVerdict, type Override, withOverride } from '../../shared/verdict.ts';
import { factsOf } from '../prompts/sample.ts';
import { outcomeOf } from './outcomeOf.ts';
import type { RunReader, RunStore } from './runStore.ts';

/**
 * One sample of a run as the compare view shows it, from what is stored: no model is asked. Diffs are not stored, since
 * they follow from the texts; whoever shows the comparison makes them.
 *
 * @param k which of the sample's generations
 */
export function storedComparison(run: RunReader, sample: number, k: number): ComparisonState {
  const info = run.info();
  const facts = run.sample(sample);
  const about = factsOf(facts);
  const state = initialComparison({
    id: `${info.id}/${sample}/${k}`,
    pair: info.pair,
    input: messagesOf(facts.input),
    origin: null,
    ...(about ? { sample: about } : {}),
  });
  const stored = bySide((side) => run.generation({ sample, k, side }));
  return {
    ...state,
    // A server whose scores are not to be believed gave the run none: where there are some, there was no fault.
    ...(info.matching && { check: { state: 'checked', check: { matching: info.matching, fault: null } } }),
    sides: bySide((side) => {
      const found = stored[side];
      return found ? { state: 'finished', generation: found.generation } : state.sides[side];
    }),
    drift: bySide((side): DriftState => {
      const drift = run.drift({ sample, k, side });
      return drift ? { state: 'scored', drift } : { state: 'waiting' };
    }),
    annotations: bySide((side) => stored[side]?.annotations ?? null),
    overrides: run.overrides(sample, k),
    done: true,
  };
}

/**
 * A researcher's word on one text in place of the detector's, or null to take it back. The generation's outcome follows
 * it, and so do all statistics that are made from then on.
 *
 * @throws RangeError where nothing was generated there
 */
export function overrideVerdict(
  store: RunStore,
  place: RunPlace,
  at: { section: Section; kind: HumanVerdict['kind'] },
  override: Override | null,
): void {
  const stored = store.generation(place);
  if (!stored?.annotations) throw new RangeError('there is nothing to give a verdict on');
  const { sample, k, side } = place;
  const overrides = withOverride(store.overrides(sample, k), { side, ...at }, override);
  const { generation, annotations } = stored;
  const failed = generation.finish === 'failed';
  const outcome = failed ? null : outcomeOf(store.sample(sample), side, generation, annotations, overrides);
  store.putOverride(place, at, override, outcome);
}
