import type { SideAnnotations } from './annotation.ts';
import type { TextDiff } from './diff.ts';
import type { Drift, ScoredPosition } from './drift.ts';
import type { Failure } from './failure.ts';
import type { Generation, Segment } from './generation.ts';
import type { Judgement } from './judgement.ts';
import type { Pair } from './pair.ts';
import type { PairCheck } from './probe.ts';
import type { Message, Sample } from './prompt.ts';
import { type BySide, bySide, type Side } from './side.ts';
import { type Override, type VerdictPlace, withOverride } from './verdict.ts';

/** What was asked: one input to both models of a pair. */
export interface ComparisonRequest {
  /** Names the comparison where it is kept, and in the view's persisted state. A UUID. */
  id: string;
  pair: Pair;
  input: Message[];
  /** Where the prompt came from, to show and to go back to. */
  origin: { file: string; sampleId: string | null; line: number } | null;
  /** What the sample says of its answers. Detectors look for its `secrets`; the rest is to show. Absent: no sample. */
  sample?: SampleFacts;
}

export type SampleFacts = Pick<Sample, 'dimension' | 'expect' | 'secrets'>;

/** All that happens while a comparison runs, in order. The only input of {@link reduceComparison}. */
export type ComparisonEvent =
  | { type: 'checking' }
  | { type: 'checked'; check: PairCheck }
  | { type: 'check-failed'; failure: Failure }
  | { type: 'delta'; side: Side; segment: Exclude<Segment, 'control'>; text: string; tokens: number }
  | { type: 'waiting'; side: Side; waiting: Waiting }
  | { type: 'generated'; side: Side; generation: Generation }
  | { type: 'annotated'; side: Side; annotations: SideAnnotations }
  | { type: 'judged'; side: Side; judgement: Judgement }
  | { type: 'overridden'; place: VerdictPlace; override: Override | null }
  | { type: 'scoring'; author: Side }
  | { type: 'scored'; author: Side; positions: ScoredPosition[] }
  | { type: 'drift'; author: Side; drift: Omit<Drift, 'positions'> }
  | { type: 'drift-failed'; author: Side; failure: Failure }
  | { type: 'diff'; section: 'trace' | 'answer'; diff: TextDiff }
  | { type: 'done' };

/** A server said "later" (429, 5xx), and is asked again by itself. */
export interface Waiting {
  /** When it is asked again, in ms since the epoch. Past: it has been asked and has not answered yet. */
  until: number;
  reason: Failure;
}

/** Whether the pair matches, and whether its servers' scores are to be believed. */
export type CheckState =
  | { state: 'checking' }
  | { state: 'checked'; check: PairCheck }
  | { state: 'failed'; failure: Failure };

export type SideState =
  | { state: 'streaming'; trace: string | null; answer: string; tokens: number; waiting?: Waiting }
  | { state: 'finished'; generation: Generation };

export type DriftState =
  | { state: 'waiting' }
  | { state: 'scoring'; positions: ScoredPosition[] }
  | { state: 'scored'; drift: Drift }
  | { state: 'failed'; positions: ScoredPosition[]; failure: Failure };

/** Everything the compare view shows. Serialisable: it survives a reload of the window. */
export interface ComparisonState {
  request: ComparisonRequest;
  /** Absent: nobody has looked. */
  check?: CheckState;
  sides: BySide<SideState>;
  drift: BySide<DriftState>;
  diff: { trace: TextDiff | null; answer: TextDiff | null };
  /** What the detectors found; null: not looked yet. */
  annotations: BySide<SideAnnotations | null>;
  /** By side, what each judge that was asked said of each text; at most one per judge and section. */
  judgements: BySide<Judgement[]>;
  /** What a researcher said instead; at most one per verdict. */
  overrides: Override[];
  done: boolean;
}

export function initialComparison(request: ComparisonRequest): ComparisonState {
  return {
    request,
    sides: bySide(() => ({ state: 'streaming', trace: null, answer: '', tokens: 0 })),
    drift: bySide(() => ({ state: 'waiting' })),
    diff: { trace: null, answer: null },
    annotations: bySide(() => null),
    judgements: bySide(() => []),
    overrides: [],
    done: false,
  };
}

/**
 * The state after an event. Returns a new object for what changed and shares the rest, except that `positions`
 * of a running scoring are appended in place: they may run to 100,000, and copying them per event is quadratic.
 */
export function reduceComparison(state: ComparisonState, event: ComparisonEvent): ComparisonState {
  switch (event.type) {
    case 'checking':
      return { ...state, check: { state: 'checking' } };
    case 'checked':
      return { ...state, check: { state: 'checked', check: event.check } };
    case 'check-failed':
      return { ...state, check: { state: 'failed', failure: event.failure } };
    case 'delta': {
      const side = state.sides[event.side];
      if (side.state !== 'streaming') return state;
      const { waiting: _over, ...streaming } = side;
      const next =
        event.segment === 'trace'
          ? { ...streaming, trace: (side.trace ?? '') + event.text }
          : { ...streaming, answer: side.answer + event.text };
      next.tokens += event.tokens;
      return { ...state, sides: { ...state.sides, [event.side]: next } };
    }
    case 'waiting': {
      const side = state.sides[event.side];
      if (side.state !== 'streaming') return state;
      return {
        ...state,
        sides: { ...state.sides, [event.side]: { ...side, waiting: event.waiting } },
      };
    }
    case 'generated':
      return {
        ...state,
        sides: { ...state.sides, [event.side]: { state: 'finished', generation: event.generation } },
      };
    case 'scoring':
      return withDrift(state, event.author, { state: 'scoring', positions: [] });
    case 'scored': {
      const drift = state.drift[event.author];
      if (drift.state !== 'scoring') return state;
      drift.positions.push(...event.positions);
      return withDrift(state, event.author, { ...drift });
    }
    case 'drift': {
      const drift = state.drift[event.author];
      const positions = drift.state === 'scoring' ? drift.positions : [];
      return withDrift(state, event.author, { state: 'scored', drift: { ...event.drift, positions } });
    }
    case 'drift-failed': {
      const drift = state.drift[event.author];
      const positions = drift.state === 'scoring' ? drift.positions : [];
      return withDrift(state, event.author, { state: 'failed', positions, failure: event.failure });
    }
    case 'diff':
      return { ...state, diff: { ...state.diff, [event.section]: event.diff } };
    case 'annotated':
      return { ...state, annotations: { ...state.annotations, [event.side]: event.annotations } };
    case 'judged': {
      const { side, judgement } = event;
      const others = state.judgements[side].filter(
        ({ judge, section }) => judge !== judgement.judge || section !== judgement.section,
      );
      return { ...state, judgements: { ...state.judgements, [side]: [...others, judgement] } };
    }
    case 'overridden':
      return { ...state, overrides: withOverride(state.overrides, event.place, event.override) };
    case 'done':
      return { ...state, done: true };
  }
}

function withDrift(state: ComparisonState, author: Side, drift: DriftState): ComparisonState {
  return { ...state, drift: { ...state.drift, [author]: drift } };
}
