import type { SideAnnotations } from '../../shared/annotation.ts';
import type { ComparisonEvent, ComparisonRequest } from '../../shared/comparison.ts';
import type { TextDiff } from '../../shared/diff.ts';
import type { ScoredPosition, SurprisalPosition } from '../../shared/drift.ts';
import { FailureError, type FailureKind } from '../../shared/failure.ts';
import type { Generation, Token } from '../../shared/generation.ts';
import type { TraceDelimiters } from '../../shared/pair.ts';
import { type BySide, bySide, SIDES, type Side } from '../../shared/side.ts';
import { askJudges } from '../annotate/judges/askJudges.ts';
import type { Judge } from '../annotate/judges/judge.ts';
import type { DriftRequest, PairScorer, Prefix } from '../drift/scoring.ts';
import { withSystem } from '../endpoints/messages.ts';
import { DEFAULT_DELIMITERS, delimitersOf, segmentTokens } from '../endpoints/trace.ts';
import { type SideTexts, sideTexts } from './annotateSide.ts';
import { beginCheck, withCheck } from './checkFirst.ts';
import { generateBoth } from './generateBoth.ts';
import { type OpenPair, trusted } from './openPair.ts';
import { rawText } from './rawText.ts';
import {
  DEFAULT_THRESHOLD,
  DEFAULT_TOP,
  inStep,
  measured,
  SCORING_STOPPED,
  type ScoringOptions,
  unavailable,
} from './scoring.ts';

export interface CompareOptions extends ScoringOptions {
  /** Compares the baseline's text (left) with the reasoning model's (right). Absent: no `diff` events. */
  diff?: (left: string, right: string) => Promise<TextDiff>;
  /** Looks for refusals, toxic words and leaks in what one model wrote. Absent: no `annotated` events. */
  annotate?: (texts: SideTexts) => Promise<SideAnnotations>;
  /** Whether the pair is checked first: `checking`, then `checked` or `check-failed`. Default false. */
  check?: boolean;
  /** What is asked of the texts when all else is done. Absent or empty: no text is sent anywhere. */
  judges?: readonly Judge[];
}

/**
 * Asks both models of a pair the same and measures where they part. In order: the pair is checked, if so asked, which
 * may go on while the models write; both stream at once, and what a side
 * wrote is annotated as soon as it has ended; then the diffs, the answers' first; then both generations are scored by
 * both models, the reasoning model's first, since it is what a reader looks at first; then judges are asked, if any.
 * Scoring does not begin while a model still streams: both would run on the same hardware, and a reader waits for the
 * text. `done` is always last.
 *
 * A side that fails stays with what it wrote, which is annotated, and scored where the model can still be reached.
 * Cancelling keeps all that arrived, annotated; what was not scored by then ends as a `cancelled` failure.
 *
 * @throws Bugs only: an endpoint or scorer that breaks its contract. There is no `done` then.
 */
export async function* compare(
  request: ComparisonRequest,
  open: OpenPair,
  options: CompareOptions,
  signal: AbortSignal,
): AsyncGenerator<ComparisonEvent> {
  const { input, pair } = request;
  const asked = { messages: input, sampling: pair.sampling };
  const checking = options.check && open.check ? beginCheck(open.check, signal) : null;
  if (checking) {
    yield { type: 'checking' };
    await checking.beforeWriting();
  }
  const writing = annotated(request, generateBoth(open.endpoints, asked, signal), options);
  const generations = yield* checking ? withCheck(checking, writing) : writing;
  if (options.diff) yield* diffs(generations, options.diff, signal);
  await checking?.beforeScoring();
  const told = checking?.told();
  if (told) yield told;
  const scored = trusted(open, checking?.fault() ?? null);
  const prefix = bySide((side) => ({ messages: withSystem(input, pair.models[side].system) }));
  for (const author of ['reasoning', 'baseline'] as const) {
    const delimiters = pair.models[author].trace;
    yield* scoreAuthor(author, delimiters, generations, scored, prefix, options, signal);
  }
  if (options.judges?.length) yield* askJudges(options.judges, request, generations, signal);
  yield { type: 'done' };
}

/** Passes events on, and follows each generation with its annotations. Deltas of the other side gather meanwhile. */
async function* annotated<Result>(
  request: ComparisonRequest,
  events: AsyncGenerator<ComparisonEvent, Result>,
  { annotate }: CompareOptions,
): AsyncGenerator<ComparisonEvent, Result> {
  try {
    for (;;) {
      const next = await events.next();
      if (next.done) return next.value;
      yield next.value;
      if (next.value.type !== 'generated' || !annotate) continue;
      const { side, generation } = next.value;
      // Without the signal: what arrived before a cancellation is annotated too.
      yield { type: 'annotated', side, annotations: await annotate(sideTexts(generation, request)) };
    }
  } finally {
    // The type of a generator's return value cannot be told here; nobody reads it.
    await events.return(undefined as never);
  }
}

async function* diffs(
  { baseline, reasoning }: BySide<Generation>,
  diff: NonNullable<CompareOptions['diff']>,
  signal: AbortSignal,
): AsyncGenerator<ComparisonEvent> {
  const traces = baseline.trace !== null || reasoning.trace !== null;
  const texts = [
    { section: 'answer', left: baseline.answer, right: reasoning.answer },
    ...(traces
      ? [{ section: 'trace', left: baseline.trace ?? '', right: reasoning.trace ?? '' } as const]
      : []),
  ] as const;
  for (const { section, left, right } of texts) {
    try {
      yield { type: 'diff', section, diff: await diff(left, right) };
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/**
 * Scores what one author wrote. Of the other model's generation only a failure matters: a model that could not be reached
 * scores nothing.
 */
export async function* scoreAuthor(
  author: Side,
  delimiters: TraceDelimiters | null,
  generations: BySide<Generation>,
  open: OpenPair,
  prefix: BySide<Prefix>,
  { top = DEFAULT_TOP, threshold = DEFAULT_THRESHOLD }: ScoringOptions,
  signal: AbortSignal,
): AsyncGenerator<ComparisonEvent> {
  if (signal.aborted) {
    yield { type: 'drift-failed', author, failure: SCORING_STOPPED };
    return;
  }
  const positions: ScoredPosition[] = [];
  let found: Scorable | Unscorable | null = null;
  let request: DriftRequest | null = null;
  try {
    found = await scorable(author, delimiters, generations, open, signal);
    if ('reason' in found) {
      const { reason, surprisals } = found;
      yield { type: 'drift', author, drift: { ...unavailable(reason), ...(surprisals && { surprisals }) } };
      return;
    }
    yield { type: 'scoring', author };
    const { tokens, scorer } = found;
    request = { prefix, ids: tokens.map(({ id }) => id), top };
    for await (const batch of inStep(scorer, request, signal)) {
      const segmented = batch.map((position) => {
        const { segment, text } = tokens[position.index]!;
        // A server's own words for a token are wrong on halves of characters; for delimiters that the author's server
        // took out of its text they are all there is.
        return { ...position, segment, text: segment === 'control' && text === '' ? position.text : text };
      });
      positions.push(...segmented);
      yield { type: 'scored', author, positions: segmented };
    }
  } catch (error) {
    if (signal.aborted) {
      yield { type: 'drift-failed', author, failure: SCORING_STOPPED };
      return;
    }
    if (!(error instanceof FailureError)) throw error;
    if (error.failure.kind === 'tokenizers-differ' && found && 'scorer' in found) {
      yield* scoreApart(author, found, prefix, error.failure.message, signal);
    } else if (error.failure.kind === 'cannot-score' && positions.length === 0) {
      const given = request && found && 'scorer' in found ? await surprisalsOf(found, request, signal) : null;
      const surprisals = given ?? own(author, generations[author].tokens);
      const drift = { ...unavailable(error.failure.message), ...(surprisals.length > 0 && { surprisals }) };
      yield { type: 'drift', author, drift };
    } else yield { type: 'drift-failed', author, failure: error.failure };
    return;
  }
  if (signal.aborted) yield { type: 'drift-failed', author, failure: SCORING_STOPPED };
  else {
    const { note } = found;
    yield { type: 'drift', author, drift: { ...measured(positions, threshold), ...(note && { note }) } };
  }
}

/** Models whose tokenizers differ have no KL. What each gave to the same stretches of text stands in its place. */
async function* scoreApart(
  author: Side,
  { scorer, tokens }: Scorable,
  prefix: BySide<Prefix>,
  reason: string,
  signal: AbortSignal,
): AsyncGenerator<ComparisonEvent> {
  const surprisals = own(author, tokens);
  const drift = { ...unavailable(reason), ...(surprisals.length > 0 && { surprisals }) };
  try {
    const spans = await scorer.spans?.({ author, prefix, tokens }, signal);
    yield { type: 'drift', author, drift: spans ? { ...drift, spans } : drift };
  } catch (error) {
    if (signal.aborted) yield { type: 'drift-failed', author, failure: SCORING_STOPPED };
    else if (!(error instanceof FailureError)) throw error;
    else if (error.failure.kind !== 'cannot-score')
      yield { type: 'drift-failed', author, failure: error.failure };
    else yield { type: 'drift', author, drift: { ...drift, note: error.failure.message } };
  }
}

/** What the servers tell of the tokens where KL cannot be had; null: nothing. */
async function surprisalsOf(
  { scorer, tokens }: Scorable,
  request: DriftRequest,
  signal: AbortSignal,
): Promise<SurprisalPosition[] | null> {
  try {
    const surprisals = await scorer.surprisals?.(request, signal);
    if (!surprisals) return null;
    return surprisals.map((surprisal, index) => {
      const { text, segment } = tokens[index]!;
      return { index, text, segment, surprisal };
    });
  } catch (error) {
    if (error instanceof FailureError) return null; // why there is no KL has been said
    throw error;
  }
}

/** Both models score every text, so a model that cannot be reached leaves neither generation scorable. */
const OUT_OF_REACH: readonly FailureKind[] = [
  'unreachable',
  'unauthorized',
  'missing-key',
  'model-not-found',
  'engine-unavailable',
  'engine-crashed',
  'model-file',
  'out-of-memory',
];

interface Unscorable {
  reason: string;
  surprisals?: SurprisalPosition[];
}

/** What the author's server told of its own tokens while it wrote them. */
function own(author: Side, tokens: readonly Token[]): SurprisalPosition[] {
  return tokens.flatMap(({ text, segment, logprob }, index) =>
    logprob === undefined
      ? []
      : [{ index, text, segment, surprisal: bySide((side) => (side === author ? -logprob : null)) }],
  );
}

interface Scorable {
  scorer: PairScorer;
  tokens: (Token & { id: number })[];
  note?: string;
}

/** What to score an author's text with, or in one sentence why it cannot be. */
async function scorable(
  author: Side,
  delimiters: TraceDelimiters | null,
  generations: BySide<Generation>,
  { scorer, endpoints }: OpenPair,
  signal: AbortSignal,
): Promise<Scorable | Unscorable> {
  if ('unavailable' in scorer) return { reason: scorer.unavailable };
  for (const side of SIDES) {
    const { failure } = generations[side];
    if (failure && OUT_OF_REACH.includes(failure.kind)) return { reason: failure.message };
  }
  const { tokens, trace, answer } = generations[author];
  const { label } = endpoints[author];
  const known = tokens.flatMap(({ id, ...token }) => (id === null ? [] : [{ ...token, id }]));
  if (known.length === 0 && !trace && !answer) return { reason: `${label} wrote nothing.` };
  if (known.length > 0 && known.length === tokens.length) return { scorer, tokens: known };

  const raw = rawText(generations[author], delimiters);
  const again = await scorer.tokensOf?.(author, raw.text, signal);
  if (!again) {
    const surprisals = own(author, tokens);
    return {
      reason: `${label} does not tell which tokens it generated.`,
      ...(surprisals.length > 0 && { surprisals }),
    };
  }
  const texts = again.map(({ text }) => text);
  const segments = segmentTokens(
    texts,
    texts.map(() => false),
    delimiters ?? delimitersOf(raw.text) ?? DEFAULT_DELIMITERS,
    { leading: delimiters === null },
  );
  return {
    scorer,
    tokens: again.map((token, index) => ({ ...token, segment: segments[index]! })),
    note:
      raw.origin === 'exact'
        ? `${label} does not tell which tokens it generated: its text was tokenized again.`
        : `${label} tells trace and answer only: its text was put together and tokenized again.`,
  };
}
