import { type Failure, FailureError, type FailureKind } from '../../shared/failure.ts';
import type { Generation } from '../../shared/generation.ts';
import type { Pair, WantedDepth } from '../../shared/pair.ts';
import type { CheckResult, ModelProbe, ProbeCheck, ProbeReport } from '../../shared/probe.ts';
import { type BySide, bySide, SIDES, type Side } from '../../shared/side.ts';
import { isExactAt } from '../drift/depth.ts';
import type { Depth, ScoredRow, TextScorer } from '../drift/textScorer.ts';
import { tokenizerDifference } from '../drift/tokenizerProbe.ts';
import type { KnownServer } from './dialects/dialect.ts';
import type { Endpoint } from './endpoint.ts';
import { matching } from './matching.ts';
import { withSystem } from './messages.ts';

/** One model to try out. */
export interface ProbeSubject {
  label: string;
  /** Scheme, host and port; null: the embedded engine. */
  origin: string | null;
  known(signal: AbortSignal): Promise<KnownServer | null>;
  scorer: TextScorer;
  endpoint: Endpoint;
  /** What the endpoint puts before every chat: scoring has to do the same. */
  system: string | null;
  /** Requests made so far. */
  requests(): number;
}

/** What is scored. Short, and with all that trips tokenizers and servers: an emoji of two tokens or more, digits. */
const TEXT = 'One, two, three, four, five. 你好 👩‍🔬 f(x) = 3.14';
/** The same for servers that are asked once per position. */
const SHORT_TEXT = 'Five. 你好 👩‍🔬 3.14';
const OTHER_TEXT = 'Once upon a time there was a river.';
const QUESTION = 'Count from one to ten, in words.';
/** Alternatives to ask for where the server would give everything. */
const ENOUGH = 1_000;
/** Two scores of one text may differ by so much, in nats: batches are computed in different orders. */
const SAME = 0.05;

/** Hears what is known of a model so far, after each thing that was tried. */
export type ProbeProgress = (side: Side, soFar: ModelProbe) => void;

export interface ProbeOptions {
  progress?: ProbeProgress;
  /** How the tokenizers of two models differ; null: they are the same. Default: tried out on probe texts. */
  difference?: typeof tokenizerDifference;
}

/**
 * Finds out who runs both models and what they can score, by trying it out on a short text: names and documentation
 * are not believed. Makes about 20 small requests per model. Never throws for what a server does.
 */
export async function probePair(
  { name, lineage, scoring }: Pick<Pair, 'name' | 'lineage' | 'scoring'>,
  subjects: BySide<ProbeSubject>,
  signal: AbortSignal,
  { progress = () => {}, difference: differenceOf = tokenizerDifference }: ProbeOptions = {},
): Promise<ProbeReport> {
  const tried = await bothSides((side) =>
    probeModel(subjects[side], signal, (soFar) => progress(side, soFar)),
  );
  signal.throwIfAborted();
  const models = bySide((side) => tried[side].probe);
  const difference = await tokenizers(subjects, models, differenceOf, signal);
  const drift = driftOf(tried, difference, scoring?.k);
  return {
    pair: name,
    models,
    matching: matching(
      bySide((side) => models[side].identity),
      difference,
      lineage,
    ),
    drift,
    verdict: verdict(models, difference, drift),
  };
}

/** null: the same; undefined: could not be found out; else how they differ. */
async function tokenizers(
  subjects: BySide<ProbeSubject>,
  models: BySide<ModelProbe>,
  differenceOf: typeof tokenizerDifference,
  signal: AbortSignal,
): Promise<string | null | undefined> {
  if (SIDES.some((side) => ['none', 'own-generation'].includes(models[side].scoring.reach))) return undefined;
  try {
    return await differenceOf(
      bySide((side) => subjects[side].scorer),
      signal,
    );
  } catch (error) {
    if (error instanceof FailureError) return undefined;
    throw error;
  }
}

interface Tried {
  probe: ModelProbe;
  depth: Depth | null;
}

async function probeModel(
  subject: ProbeSubject,
  signal: AbortSignal,
  progress: (soFar: ModelProbe) => void,
): Promise<Tried> {
  const before = subject.requests();
  const soFar = () => progress({ ...probe, requests: subject.requests() - before });
  const probe: ModelProbe = {
    label: subject.label,
    origin: subject.origin,
    identity: null,
    scoring: { reach: 'none', route: null, maxTop: 0, tokenIds: false, generatedIds: false },
    checks: [],
    failure: null,
    requests: 0,
  };
  let depth: Depth | null = null;
  try {
    const known = await subject.known(signal);
    if (known) {
      probe.identity = known.identity;
      const { reach, route, tokenIds, generatedIds } = known;
      probe.scoring = { reach, route, maxTop: 0, tokenIds, generatedIds };
      if (known.scorer) {
        depth = await subject.scorer.depth(signal);
        probe.scoring.maxTop = depth.maxTop;
        if (known.identity.vocabularySize === null) {
          probe.identity = { ...known.identity, vocabularySize: depth.vocabularySize };
        }
        soFar();
        await tryOut(subject, depth, known, signal, (check) => {
          probe.checks = [...probe.checks, check];
          soFar();
        });
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FailureError)) throw error;
    probe.failure = error.failure;
  }
  probe.requests = subject.requests() - before;
  return { probe, depth };
}

type Outcome = [result: CheckResult, seen: string];

/** What says nothing of how the server scores. */
const PASSING: readonly FailureKind[] = [
  'timeout',
  'unreachable',
  'unauthorized',
  'rate-limited',
  'server-error',
  'stream-dropped',
];

async function tryOut(
  { scorer, endpoint, system }: ProbeSubject,
  { maxTop }: Depth,
  { identity, perPosition = false }: KnownServer,
  signal: AbortSignal,
  found: (check: ProbeCheck) => void,
): Promise<void> {
  let first: ScoredRow[] | null = null;
  const check = async (id: string, title: string, run: () => Promise<Outcome>) => {
    let outcome: Outcome;
    try {
      outcome = await run();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof FailureError)) throw error;
      const { kind, message, detail }: Failure = error.failure;
      // A server that takes text may have to pass on one text, and still score others.
      const isPassing = PASSING.includes(kind) || (kind === 'cannot-score' && first !== null);
      outcome = [isPassing ? 'unknown' : 'failed', detail ? `${message} ${detail}` : message];
    }
    found({ id, title, result: outcome[0], seen: outcome[1] });
  };

  const k = Math.max(1, Math.min(maxTop ?? ENOUGH, identity.vocabularySize ?? ENOUGH, ENOUGH));
  const [text, other] = perPosition ? [SHORT_TEXT, 'Once.'] : [TEXT, OTHER_TEXT];
  const messages = withSystem([{ role: 'user', content: QUESTION }], system);
  const rowsOf = async (of: string, temperature?: number): Promise<ScoredRow[]> => {
    const ids = await scorer.tokenize(of, signal);
    const rows: ScoredRow[] = [];
    const request = { prefix: { messages }, ids, k, ...(temperature !== undefined && { temperature }) };
    for await (const row of scorer.score(request, signal)) rows.push(row);
    return rows;
  };

  await check(
    'values',
    'Log-probabilities are numbers ≤ 0 of the given tokens, and add up to at most 1',
    async () => {
      first = await rowsOf(text);
      return ['passed', `${first.length} positions, ${listed(first)}`];
    },
  );
  await check('log-base', 'They are natural logarithms', async () => (first ? logBase(first) : notTried()));
  await check('temperature', 'They are those of the model, before any temperature', async () => {
    if (!first) return notTried();
    const [cold, warm] = [await rowsOf(text, 0.3), await rowsOf(text, 1)];
    const off = Math.max(largestDifference(first, cold), largestDifference(first, warm));
    return off < SAME
      ? ['passed', 'the same at temperatures 0, 0.3 and 1']
      : ['failed', `they differ by up to ${off.toFixed(2)} nats between temperatures 0.3 and 1`];
  });
  await check(
    'repeatable',
    'The same text scored again, after another one, has the same scores',
    async () => {
      if (!first) return notTried();
      await rowsOf(other);
      const off = largestDifference(first, await rowsOf(text));
      return off < SAME
        ? ['passed', `within ${off.toFixed(4)} nats`]
        : ['failed', `they differ by up to ${off.toFixed(2)} nats`];
    },
  );
  await check('round-trip', 'Text with emoji and Chinese survives tokenizing and back', async () => {
    const ids = await scorer.tokenize(text, signal);
    const back = await scorer.detokenize(ids, signal);
    if (back === null) return ['unknown', 'the server has no route back to text'];
    return back.trimStart() === text
      ? ['passed', `${ids.length} tokens`]
      : ['failed', `it came back as ${JSON.stringify(back)}`];
  });
  await check('bos', 'A chat begins with one begin-of-sequence token at most', async () => {
    const ids = await scorer.prefixIds?.({ messages: [{ role: 'user', content: QUESTION }] }, signal);
    if (!ids) return ['unknown', 'the server does not tell the tokens of a chat'];
    const twice = ids.length > 1 && ids[0] === ids[1];
    return twice
      ? ['failed', `token ${ids[0]} stands there twice`]
      : ['passed', `a chat of ${ids.length} tokens begins with token ${ids[0]}`];
  });
  const answer = await asked(endpoint, signal);
  await check('trace', 'Its trace can be told from its answer', async () => traceOf(answer));
  await check(
    'first-choice',
    'What it writes at temperature 0 scores as its first choice, at its own place',
    async () => {
      const written = await writtenIds(scorer, answer, signal);
      if ('reason' in written) return ['unknown', written.reason];
      let ranked = 0;
      let agreed = 0;
      for await (const row of scorer.score({ prefix: { messages }, ids: written.ids, k }, signal)) {
        // Of a list that is too short to hold the token it is known that others are likelier.
        const isKnown = row.rank !== null || (row.logprob !== null && row.k > 0);
        if (isKnown) ranked++;
        if (row.rank === 1) agreed++;
      }
      if (ranked === 0) return ['unknown', 'the server tells no ranks'];
      const seen = `${agreed} of ${ranked} tokens`;
      const share = agreed / ranked;
      if (share >= 0.8) return ['passed', seen];
      return written.exact
        ? [
            'failed',
            `${seen}: scores may stand at the wrong token, or the template differs between chatting and scoring`,
          ]
        : ['unknown', `${seen}, but they were found by tokenizing its text again`];
    },
  );
}

const notTried = (): Outcome => ['unknown', 'there are no scores to try it on'];

function listed(rows: readonly ScoredRow[]): string {
  if (rows.length > 0 && rows.every(({ complete }) => complete)) return 'the whole vocabulary at each';
  const k = Math.max(0, ...rows.map((row) => row.k));
  return k === 0 ? 'the given token at each' : `${k} alternatives at each`;
}

/**
 * With logarithms to base b, what is taken for p is p^(1/ln b): a list that should hold nearly all mass holds less, or
 * more than 1. It shows where the list is long and no token has nearly all the mass.
 */
function logBase(rows: readonly ScoredRow[]): Outcome {
  const spread = rows
    .map(({ ids, logprobs }) => {
      const probabilities = Array.from(logprobs, Math.exp);
      const isAll = ids.length >= 64 && Math.max(...Array.from(ids)) === ids.length - 1;
      return { isAll, mass: probabilities.reduce((a, b) => a + b, 0), largest: Math.max(...probabilities) };
    })
    .filter(({ largest }) => largest < 0.7);
  const whole = spread.filter(({ isAll }) => isAll);
  const off = whole.find(({ mass }) => Math.abs(mass - 1) > 0.02);
  if (off) return ['failed', `the probabilities of the whole vocabulary add up to ${off.mass.toFixed(2)}`];
  const fullest = Math.max(0, ...spread.map(({ mass }) => mass));
  if (fullest > 0.97) return ['passed', `the lists add up to ${fullest.toFixed(3)}`];
  return [
    'unknown',
    `the lists hold ${(100 * fullest).toFixed(0)} % of the mass at most: too little to tell`,
  ];
}

function largestDifference(a: readonly ScoredRow[], b: readonly ScoredRow[]): number {
  return Math.max(
    0,
    ...a.map((row, t) => {
      const own = row.logprob;
      const other = b[t]?.logprob ?? null;
      const likeliest = Math.abs((row.logprobs[0] ?? 0) - (b[t]?.logprobs[0] ?? 0));
      // Of a token at the end of a short list it may be told once and not again.
      if (own === null || other === null) return likeliest;
      // Far down the tail, float16 differs by more, and it does not matter.
      return own < -25 && other < -25 ? likeliest : Math.max(likeliest, Math.abs(own - other));
    }),
  );
}

/** A short answer at temperature 0. */
async function asked(endpoint: Endpoint, signal: AbortSignal): Promise<Generation> {
  const request = {
    messages: [{ role: 'user' as const, content: QUESTION }],
    sampling: { temperature: 0, maxTokens: 16, seed: 1, topP: null },
  };
  for await (const event of endpoint.generate(request, signal)) {
    if (event.type === 'generated') return event.generation;
  }
  throw new Error('an endpoint ended without a generation');
}

function traceOf({ trace, traceIn }: Generation): Outcome {
  if (trace === null || !traceIn) return ['unknown', 'it wrote no trace in 16 tokens'];
  return [
    'passed',
    'field' in traceIn
      ? `it comes in the field “${traceIn.field}”`
      : `it comes between ${traceIn.delimiters.join(' and ')}`,
  ];
}

/** The ids of what it wrote; `exact`: as the server told them with it. */
async function writtenIds(
  scorer: TextScorer,
  { tokens, finish, failure, raw }: Generation,
  signal: AbortSignal,
): Promise<{ ids: number[]; exact: boolean } | { reason: string }> {
  if (finish === 'failed') return { reason: failure?.message ?? 'it wrote nothing' };
  const ids = tokens.flatMap(({ id }) => (id === null ? [] : [id]));
  if (ids.length > 0 && ids.length === tokens.length) return { ids, exact: true };
  if (!raw) return { reason: 'the server does not tell what tokens it wrote' };
  const again = await scorer.tokenize(raw.replace(/^ /, ''), signal);
  const back = await scorer.detokenize(again, signal);
  if (back?.trimStart() !== raw.trimStart()) return { reason: 'its text does not survive tokenizing again' };
  // The last token may be cut: a longer text would have been tokenized otherwise there.
  const known = again.slice(0, -1);
  return known.length > 0 ? { ids: known, exact: false } : { reason: 'it wrote too little' };
}

function driftOf(
  tried: BySide<Tried>,
  difference: string | null | undefined,
  wanted: WantedDepth | undefined,
): ProbeReport['drift'] {
  if (difference !== null) return 'unavailable';
  if (SIDES.some((side) => tried[side].probe.scoring.reach !== 'top-k' || isFaulty(tried[side].probe))) {
    return 'unavailable';
  }
  const depths = bySide((side) => tried[side].depth!);
  if (depths.baseline.named !== depths.reasoning.named) return 'unavailable';
  return isExactAt(depths, wanted) ? 'exact' : 'bound';
}

/** Whether scores are there but wrong. */
function isFaulty({ checks, failure }: ModelProbe): boolean {
  return failure !== null || checks.some(({ id, result }) => result === 'failed' && FAULTS.includes(id));
}

/**
 * Why a pair's scores are not to be believed, in one sentence, as far as its probe tells; null: nothing speaks against
 * them. That a server was out of reach then is no reason.
 */
export function faultOf({ models }: ProbeReport): string | null {
  for (const side of SIDES) {
    const { label, checks } = models[side];
    const fault = checks.find(({ id, result }) => result === 'failed' && FAULTS.includes(id));
    if (fault) return `${label} fails a check of how it scores (“${fault.title}”): ${fault.seen}.`;
  }
  return null;
}

const FAULTS = ['values', 'log-base', 'temperature', 'repeatable', 'first-choice'];

function verdict(
  models: BySide<ModelProbe>,
  difference: string | null | undefined,
  drift: ProbeReport['drift'],
): string[] {
  const lines: string[] = [];
  for (const side of SIDES) {
    const { label, failure, checks, scoring, identity } = models[side];
    const who = `${side === 'baseline' ? 'Baseline' : 'Reasoning model'} (${label}${identity ? `, ${identity.server}` : ''})`;
    if (failure) lines.push(`${who}: ${failure.message}${failure.remedy ? ` ${failure.remedy}` : ''}`);
    else if (scoring.reach === 'none') lines.push(`${who}: no known route scores given text.`);
    else if (scoring.reach === 'own-generation') {
      lines.push(`${who}: tells probabilities of its own text at best, so there is no KL.`);
    } else if (scoring.reach === 'actual-token') {
      lines.push(`${who}: tells the probability of given tokens only: surprisal, no KL.`);
    }
    for (const { result, title, seen } of checks) {
      if (result === 'failed') lines.push(`${who} fails a check: “${title}”: ${seen}.`);
    }
  }
  if (difference) {
    lines.push(
      `The tokenizers differ (${difference}): no KL per token. What both models give to the same words is compared instead.`,
    );
  }
  const { baseline, reasoning } = bySide((side) => models[side].scoring);
  if (
    [baseline, reasoning].every(({ reach }) => reach === 'top-k') &&
    baseline.tokenIds !== reasoning.tokenIds
  ) {
    lines.push('One server names alternatives by ids and the other by texts: their lists cannot be matched.');
  }
  if (difference === undefined) lines.push('Whether the tokenizers are the same could not be found out.');
  lines.push(
    {
      exact: 'KL will be exact: both servers list the whole vocabulary.',
      bound: 'KL will be a lower bound, and JSD an interval, from lists of the likeliest tokens.',
      unavailable: 'KL is unavailable for this pair.',
    }[drift],
  );
  return lines;
}

async function bothSides<T>(of: (side: Side) => Promise<T>): Promise<BySide<T>> {
  const [baseline, reasoning] = await Promise.all([of('baseline'), of('reasoning')]);
  return { baseline, reasoning };
}
