import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Detectors } from '../../core/annotate/annotate.ts';
import { inSlices } from '../../core/annotate/detector.ts';
import { identify } from '../../core/audit/identify.ts';
import { runAudit } from '../../core/audit/run.ts';
import type { RunStore } from '../../core/audit/runStore.ts';
import { annotateSide, type SideTexts } from '../../core/compare/annotateSide.ts';
import { DEFAULT_THRESHOLD, DEFAULT_TOP } from '../../core/compare/scoring.ts';
import type { AuditEvent, RunInfo } from '../../shared/audit.ts';
import { fail } from '../../shared/failure.ts';
import type { Pair } from '../../shared/pair.ts';
import { lockRun } from '../../store/lock.ts';
import { createRunFile, openRunFile } from '../../store/runFile.ts';
import {
  type Arguments,
  type Command,
  type Context,
  type ExitCode,
  numberOf,
  required,
  UsageError,
} from '../command.ts';
import { openDetectors } from '../detectors.ts';
import { auditProgress } from '../output/auditProgress.ts';
import { failureLine } from '../output/failureLine.ts';
import { visibleInline } from '../output/terminal.ts';
import { loadPair } from '../pairs.ts';
import { createProgress } from '../progress.ts';
import { digestOf, samplesOf } from '../promptSets.ts';
import { newRunInfo } from '../runs.ts';
import { PAIR_OPTIONS, SCORING_OPTIONS, scoringOptions } from './shared.ts';

export const auditCommand: Command = {
  name: 'audit',
  summary: 'Ask both models of a pair a whole prompt set, and keep what they answer in a run file.',
  usage: ['SET --pair NAME -o RUN [--resume] [--generations K] [--concurrency N] [--limit N] [--no-drift]'],
  operands: ['SET'],
  options: [
    ...PAIR_OPTIONS,
    { name: 'out', short: 'o', value: 'RUN', help: 'The run file to write (*.drift).' },
    {
      name: 'resume',
      help: 'Go on with RUN where it stopped, failed samples included. Begins it where there is none.',
    },
    { name: 'generations', value: 'K', help: 'Generations of each model for each sample. Default: 1.' },
    { name: 'concurrency', value: 'N', help: 'Most requests to one endpoint at once. Default: 8.' },
    { name: 'limit', value: 'N', help: 'Only the first N samples of the set.' },
    { name: 'no-drift', help: 'Do not score drift now. A later --resume without this scores it.' },
    ...SCORING_OPTIONS,
  ],
  details: `
Every generation is kept as it ends: after Ctrl+C, a crash or a failure, the same command with --resume goes on.
The exit is 1 where the run is not complete or a generation failed.

Example:
  driftscope audit media/demo/audit.prompts.jsonl --pair demo -o demo.drift && driftscope report demo.drift`,
  run: runAuditCommand,
};

async function runAuditCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const [set = ''] = args.operands;
  const out = args.values.out ?? missingOut();
  const path = resolve(context.cwd, out);
  const concurrency = numberOf(args, 'concurrency', 1, true);
  const pair = loadPair(required(args, 'pair'), args.values.pairs, context);
  const detectors = await openDetectors(context.media);
  const release = lockRun(path);
  try {
    const store = await openOrCreate(set, path, pair, args, context, detectors);
    return await runToItsEnd(store, pair, { out, concurrency, detectors }, context);
  } finally {
    release();
  }
}

async function runToItsEnd(
  store: RunStore,
  pair: Pair,
  { out, concurrency, detectors }: { out: string; concurrency: number | undefined; detectors: Detectors },
  context: Context,
): Promise<ExitCode> {
  const progress = createProgress(context.stderr);
  const shown = auditProgress(context.stderr, progress);
  let last: AuditEvent | undefined;
  try {
    progress.show('Getting the models ready…');
    const opened = await context.openPair(pair, { signal: context.signal, onProgress: progress.show });
    const open = await identify(store, opened, context.signal);
    const annotate = (texts: SideTexts) => inSlices(annotateSide(detectors, texts));
    const options = { annotate, ...(concurrency === undefined ? {} : { concurrency }) };
    for await (const event of runAudit(store, open, options, context.signal)) {
      shown.happened(event);
      last = event;
    }
  } finally {
    progress.clear();
    store.close();
  }
  if (last?.type !== 'ended') throw new Error('the audit ended without saying how');
  return conclude(last, out, context);
}

function missingOut(): never {
  throw new UsageError('-o is missing');
}

/** A new run, or the one to go on with. */
async function openOrCreate(
  set: string,
  path: string,
  pair: Pair,
  args: Arguments,
  context: Context,
  detectors: Detectors,
): Promise<RunStore> {
  const generations = numberOf(args, 'generations', 1, true);
  const limit = numberOf(args, 'limit', 1, true);
  const { top = DEFAULT_TOP, threshold = DEFAULT_THRESHOLD } = scoringOptions(args);
  const scoring = args.flags.has('no-drift') ? null : { top, threshold };
  if (args.flags.has('resume') && existsSync(path)) {
    const sha256 = await digestOf(set, context.cwd);
    const store = openRunFile(path);
    try {
      checkSame(store.info(), { sha256, pair, generations }, path);
      if (scoring && !store.info().scoring) store.setScoring(scoring);
      else if (!scoring && store.info().scoring) store.setScoring(null);
    } catch (error) {
      store.close();
      throw error;
    }
    return store;
  }
  if (existsSync(path)) {
    fail('invalid-input', `${path} exists already.`, {
      remedy: 'Go on with it with --resume, or name another file.',
    });
  }
  const info = await newRunInfo(set, detectors, context, { pair, generations: generations ?? 1, scoring });
  return createRunFile(path, info, samplesOf(set, context.cwd, limit));
}

/** Goes on only with what was begun: other samples or models in one run would make its figures meaningless. */
function checkSame(
  info: RunInfo,
  now: { sha256: string; pair: Pair; generations: number | undefined },
  path: string,
): void {
  const other = (what: string) =>
    fail('invalid-input', `${path} was begun with ${what}.`, {
      remedy: 'Begin a new run, or call it with what it was begun with.',
    });
  if (info.set.sha256 !== null && info.set.sha256 !== now.sha256) {
    other(`another content of the prompt set ${info.set.name}`);
  }
  if (info.pair.name !== now.pair.name) other(`the pair ${JSON.stringify(info.pair.name)}`);
  const asked = ({ models, sampling }: Pair) => JSON.stringify([models, sampling]);
  if (asked(info.pair) !== asked(now.pair)) other('other models or sampling parameters of this pair');
  if (now.generations !== undefined && now.generations !== info.generations) {
    other(`${info.generations} generations of each sample`);
  }
}

function conclude(
  { how, failure, progress }: Extract<AuditEvent, { type: 'ended' }>,
  out: string,
  { stderr, stdout }: Context,
): ExitCode {
  const left = progress.total - progress.done - progress.failed;
  const resume = 'The same command with --resume goes on.';
  if (how === 'stopped') {
    const reason = failure ?? { kind: 'internal' as const, message: 'The audit stopped.' };
    stderr.write(failureLine({ ...reason, remedy: [reason.remedy, resume].filter(Boolean).join(' ') }));
    return 1;
  }
  if (how === 'cancelled') {
    stderr.write(`driftscope: Cancelled with ${left} of ${progress.total} generations to do. ${resume}\n`);
    return 1;
  }
  const { failed, scoringFailed } = progress;
  if (failed + scoringFailed > 0) {
    const what = [
      ...(failed > 0 ? [`${failed} of ${progress.total} generations failed`] : []),
      ...(scoringFailed > 0 ? [`${scoringFailed} could not be scored`] : []),
    ];
    stderr.write(`driftscope: ${what.join(', ')}. The same command with --resume tries them again.\n`);
  }
  stdout.write(
    `${visibleInline(out)}: ${progress.done} of ${progress.total} generations. To read it: driftscope report ${visibleInline(out)}\n`,
  );
  return failed + scoringFailed > 0 ? 1 : 0;
}
