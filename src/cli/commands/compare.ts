import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { inSlices } from '../../core/annotate/detector.ts';
import { annotateSide, type SideTexts } from '../../core/compare/annotateSide.ts';
import { compare } from '../../core/compare/compare.ts';
import {
  type ComparisonEvent,
  type ComparisonRequest,
  type ComparisonState,
  initialComparison,
  reduceComparison,
  type SampleFacts,
} from '../../shared/comparison.ts';
import { type Failure, fail } from '../../shared/failure.ts';
import type { JudgeReference, Pair } from '../../shared/pair.ts';
import { type Message, messagesOf } from '../../shared/prompt.ts';
import { SIDES, type Side } from '../../shared/side.ts';
import {
  type Arguments,
  type Command,
  type Context,
  type ExitCode,
  required,
  UsageError,
} from '../command.ts';
import { openDetectors } from '../detectors.ts';
import { comparisonText } from '../output/comparisonText.ts';
import { compareDocument } from '../output/document.ts';
import { failureLine } from '../output/failureLine.ts';
import { createStyle, safeJson, wantsColour } from '../output/terminal.ts';
import { loadPairAndJudges } from '../pairs.ts';
import { createProgress } from '../progress.ts';
import { findSample } from '../samples.ts';
import { JSON_OPTION, PAIR_OPTIONS, SCORING_OPTIONS, scoringOptions } from './shared.ts';

export const compareCommand: Command = {
  name: 'compare',
  summary: 'Ask both models of a pair, and show where traces and answers part: KL on every token.',
  usage: [
    '--pair NAME --prompt TEXT [--pairs FILE] [--json]',
    '--pair NAME --set FILE --id ID [--pairs FILE] [--json]',
  ],
  options: [
    ...PAIR_OPTIONS,
    { name: 'prompt', value: 'TEXT', help: 'What to ask.' },
    { name: 'set', value: 'FILE', help: 'A prompt set (*.prompts.jsonl), with --id.' },
    { name: 'id', value: 'ID', help: 'The sample of the set to ask.' },
    {
      name: 'judge',
      value: 'NAME',
      help: 'A judge of the pair file to ask too; several with commas. The texts are sent to its server.',
    },
    ...SCORING_OPTIONS,
    JSON_OPTION,
  ],
  details: `
--json prints {pair, input, matching, detectors, generations, drift}: media/schemas/compare-output.schema.json.
Ctrl+C stops and prints what has arrived; twice, it stops at once.
The exit is 1 where a model failed, also when the other one's part could be printed.

Example:
  driftscope compare --pair demo --prompt "What is 17 + 25?"`,
  run: runCompare,
};

async function runCompare(args: Arguments, context: Context): Promise<ExitCode> {
  const name = required(args, 'pair');
  const askFor = questionOf(args, context);
  const options = scoringOptions(args);
  const { pair, judges } = loadPairAndJudges(name, args.values.pairs, context);
  const asked = judgesToAsk(args, pair, judges).map((judge) => context.openJudge(judge));
  const { input, origin, sample } = await askFor();
  const request: ComparisonRequest = {
    id: randomUUID(),
    pair,
    input: messagesOf(input),
    origin,
    ...(sample ? { sample } : {}),
  };
  const detectors = await openDetectors(context.media);

  const progress = createProgress(context.stderr);
  progress.show('Getting the models ready…');
  let state = initialComparison(request);
  try {
    const open = await context.openPair(pair, { signal: context.signal, onProgress: progress.show });
    const annotate = (texts: SideTexts) => inSlices(annotateSide(detectors, texts));
    const settings = { ...options, annotate, judges: asked, check: true };
    for await (const event of compare(request, open, settings, context.signal)) {
      state = reduceComparison(state, event);
      progress.show(progressOf(state, event));
    }
  } finally {
    progress.clear();
  }

  const failures = failuresOf(state);
  const isEmpty = SIDES.every((side) => wroteNothing(state, side) && generationFailure(state, side));
  if (!isEmpty) print(state, input, args, context);
  for (const line of failureLines(failures, isEmpty)) context.stderr.write(line);
  const unjudged = judgeFailures(state);
  for (const failure of unjudged) context.stderr.write(failureLine(failure));
  return failures.length + unjudged.length > 0 ? 1 : 0;
}

function print(state: ComparisonState, input: string | Message[], args: Arguments, context: Context): void {
  const { stdout, env } = context;
  if (args.flags.has('json')) stdout.write(`${safeJson(compareDocument(state, input))}\n`);
  else stdout.write(comparisonText(state, createStyle(wantsColour(stdout.isTerminal, env)), stdout.columns));
}

/** One line where one says it all: for what both sides share, and where there is nothing but failure to show. */
function failureLines(failures: readonly SideFailure[], isEmpty: boolean): string[] {
  const [first, second] = failures;
  if (!first) return [];
  if (second && first.failure.message === second.failure.message) return [failureLine(first.failure)];
  if (second && isEmpty) {
    const message = failures.map(({ side, failure }) => `${side}: ${failure.message}`).join(' ');
    return [failureLine({ ...first.failure, message })];
  }
  return failures.map(({ side, failure }) => failureLine(failure, side));
}

/** The pair's own judges, and those of `--judge`. @throws FailureError where one is not declared */
function judgesToAsk(args: Arguments, pair: Pair, declared: readonly JudgeReference[]): JudgeReference[] {
  const names = args.values.judge?.split(',').map((name) => name.trim()) ?? [];
  const extra = names.map((name) => {
    const judge = declared.find((candidate) => candidate.name === name);
    if (judge) return judge;
    const known = declared.map((candidate) => candidate.name);
    return fail('invalid-input', `There is no judge ${JSON.stringify(name)} in the pair file.`, {
      remedy: known.length > 0 ? `There are: ${known.join(', ')}.` : 'Declare it under “judges”.',
    });
  });
  return [...new Map([...(pair.judges ?? []), ...extra].map((judge) => [judge.name, judge])).values()];
}

interface Question {
  input: string | Message[];
  origin: ComparisonRequest['origin'];
  sample?: SampleFacts;
}

/** What to ask, read later than the usage is checked. @throws UsageError */
function questionOf(args: Arguments, { cwd }: Context): () => Promise<Question> {
  const { prompt, set, id } = args.values;
  if (prompt !== undefined) {
    if (set !== undefined || id !== undefined) throw new UsageError('--prompt goes without --set and --id');
    if (prompt.trim() === '') throw new UsageError('--prompt is empty');
    return async () => ({ input: prompt, origin: null });
  }
  if (set === undefined) throw new UsageError(id === undefined ? '--prompt is missing' : '--set is missing');
  if (id === undefined) throw new UsageError('--id is missing');
  return async () => {
    const { input, line, sample } = await findSample(set, id, cwd);
    const origin = { file: resolve(cwd, set), sampleId: id, line };
    return { input, origin, ...(sample ? { sample } : {}) };
  };
}

const CANCELLED: Failure = { kind: 'cancelled', message: 'Cancelled.' };

interface SideFailure {
  side: Side;
  failure: Failure;
}

/** What kept a side from being answered or scored. That a server cannot score at all is no failure of the command. */
function failuresOf(state: ComparisonState): SideFailure[] {
  return SIDES.flatMap((side) => {
    const failure = generationFailure(state, side) ?? scoringFailure(state, side);
    return failure ? [{ side, failure }] : [];
  });
}

/** Why judges that were asked for said nothing, each reason once. That the comparison was cancelled is said already. */
function judgeFailures(state: ComparisonState): Failure[] {
  const failures = SIDES.flatMap((side) =>
    state.judgements[side].flatMap(({ outcome }) =>
      outcome.state === 'failed' && outcome.failure.kind !== 'cancelled' ? [outcome.failure] : [],
    ),
  );
  return [...new Map(failures.map((failure) => [failure.message, failure])).values()];
}

function generationFailure(state: ComparisonState, side: Side): Failure | undefined {
  const current = state.sides[side];
  if (current.state !== 'finished') return CANCELLED;
  const { finish, failure } = current.generation;
  if (finish === 'cancelled') return CANCELLED;
  return finish === 'failed' ? (failure ?? { kind: 'internal', message: 'The model failed.' }) : undefined;
}

function scoringFailure(state: ComparisonState, author: Side): Failure | undefined {
  const drift = state.drift[author];
  if (drift.state === 'scored' || drift.state === 'waiting') return undefined;
  if (drift.state === 'scoring' || drift.failure.kind === 'cancelled') return CANCELLED;
  const isExpected = drift.failure.kind === 'cannot-score' || drift.failure.kind === 'tokenizers-differ';
  return isExpected ? undefined : drift.failure;
}

function wroteNothing(state: ComparisonState, side: Side): boolean {
  const current = state.sides[side];
  const { trace, answer } = current.state === 'finished' ? current.generation : current;
  return !trace && !answer;
}

function progressOf(state: ComparisonState, event: ComparisonEvent): string {
  if (event.type === 'checking') return 'Finding out what both models’ servers can do…';
  if (event.type === 'waiting') {
    const seconds = Math.max(0, Math.round((event.waiting.until - Date.now()) / 1000));
    return `${event.side}: ${event.waiting.reason.message} Asking again in ${seconds} s.`;
  }
  return SIDES.map((side) => {
    const current = state.sides[side];
    const drift = state.drift[side];
    if (drift.state === 'scoring') return `${side}: scored ${drift.positions.length} tokens`;
    if (current.state === 'streaming') return `${side}: ${current.tokens} tokens`;
    return `${side}: ${drift.state === 'scored' ? 'scored' : 'answered'}`;
  }).join(' · ');
}
