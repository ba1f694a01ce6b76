import type { ComparisonState, DriftState } from '../../shared/comparison.ts';
import { type Drift, logRatio, type SpanDrift } from '../../shared/drift.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Judgement } from '../../shared/judgement.ts';
import { type ModelReference, modelLabel } from '../../shared/pair.ts';
import type { Message } from '../../shared/prompt.ts';
import { bySide, type Side } from '../../shared/side.ts';
import { annotationsDocument } from './annotationsDocument.ts';

/** What `compare --json` prints: media/schemas/compare-output.schema.json. */
export function compareDocument(state: ComparisonState, input: string | Message[]) {
  const { pair } = state.request;
  return {
    pair: pair.name,
    method: pair.method,
    input,
    models: bySide((side) => modelDocument(pair.models[side])),
    sampling: pair.sampling,
    units: { divergence: 'nats', time: 'ms', offset: 'UTF-16 code units' },
    matching: state.check?.state === 'checked' ? state.check.check.matching : null,
    detectors: state.annotations.reasoning?.detectors ?? state.annotations.baseline?.detectors ?? null,
    generations: bySide((side) => generationDocument(state, side)),
    drift: bySide((author) => driftDocument(state.drift[author])),
  };
}

/** What `score --json` prints: media/schemas/score-output.schema.json. */
export function scoreDocument({ status, reason, note, coverage, positions, summary, ...rest }: Drift) {
  const { surprisals, spans } = rest;
  return {
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(note === undefined ? {} : { note }),
    coverage,
    positions,
    summary,
    ...(surprisals ? { surprisals } : {}),
    ...(spans ? { spans: spansDocument(spans) } : {}),
  };
}

function spansDocument({ spans, summary }: SpanDrift) {
  return {
    summary,
    spans: spans.map((span) => ({ ...span, logRatio: logRatio(span.surprisal) })),
  };
}

function modelDocument(model: ModelReference) {
  // What names the model, and nothing of how it is reached beyond that: a reference holds no key.
  const elicited = model.elicited === undefined ? {} : { elicitedTrace: model.elicited };
  return model.kind === 'remote'
    ? { label: modelLabel(model), url: model.url, model: model.model, ...elicited }
    : { label: modelLabel(model), gguf: model.gguf, ...elicited };
}

function generationDocument(state: ComparisonState, side: Side) {
  const current = state.sides[side];
  const found = state.annotations[side];
  const { trace, answer, finish, failure, tokens, timing } =
    current.state === 'finished'
      ? current.generation
      : { ...current, finish: 'cancelled' as const, failure: undefined, tokens: [], timing: undefined };
  return {
    trace,
    answer,
    finish,
    ...(failure ? { failure } : {}),
    tokens,
    ...(timing ? { timing } : {}),
    ...(found?.answer ? annotationsDocument(found.answer) : NOTHING_FOUND),
    traceAnnotations: found?.trace ? annotationsDocument(found.trace) : null,
    ...(state.judgements[side].length > 0 ? { judges: state.judgements[side].map(judgementDocument) } : {}),
  };
}

/** Of an answer that is not there: nothing neither refuses nor complies. */
const NOTHING_FOUND = { refusal: null, toxicity: { score: 0, spans: [] }, privacy: { spans: [] } };

function judgementDocument({ judge, kind, model, section, outcome }: Judgement) {
  const name = { judge, kind, model, section };
  if (outcome.state === 'judged') return { ...name, verdict: outcome.verdict };
  return {
    ...name,
    failure: outcome.state === 'failed' ? outcome.failure : { kind: 'cancelled', message: 'Cancelled.' },
  };
}

function driftDocument(state: DriftState): ReturnType<typeof scoreDocument> & { failure?: Failure } {
  if (state.state === 'scored') return scoreDocument(state.drift);
  const none = { status: 'unavailable' as const, coverage: null, summary: null };
  if (state.state === 'failed') {
    return { ...none, reason: state.failure.message, failure: state.failure, positions: state.positions };
  }
  return {
    ...none,
    reason: 'It was not scored.',
    positions: state.state === 'scoring' ? state.positions : [],
  };
}
