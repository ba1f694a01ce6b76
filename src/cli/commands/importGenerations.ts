import { basename, resolve } from 'node:path';
import { inSlices } from '../../core/annotate/detector.ts';
import { importRecorded, mostPerSample } from '../../core/audit/recorded/importRecorded.ts';
import { readRecorded } from '../../core/audit/recorded/read.ts';
import { annotateSide, type SideTexts } from '../../core/compare/annotateSide.ts';
import { FailureError, fail } from '../../shared/failure.ts';
import type { ModelReference, Pair } from '../../shared/pair.ts';
import { type BySide, bySide, SIDES, type Side } from '../../shared/side.ts';
import { withSource } from '../../store/files.ts';
import { createRunFile } from '../../store/runFile.ts';
import { type Arguments, type Command, type Context, type ExitCode, required } from '../command.ts';
import { openDetectors } from '../detectors.ts';
import { visibleInline } from '../output/terminal.ts';
import { loadPair } from '../pairs.ts';
import { createProgress } from '../progress.ts';
import { samplesOf } from '../promptSets.ts';
import { newRunInfo } from '../runs.ts';
import { PAIR_OPTIONS } from './shared.ts';

export const importGenerationsCommand: Command = {
  name: 'import-generations',
  summary: 'Make a run of responses that were recorded elsewhere.',
  usage: ['--set SET --baseline FILE --reasoning FILE -o RUN [--pair NAME] [--pairs FILE]'],
  options: [
    { name: 'set', value: 'SET', help: 'The prompt set that was asked (*.prompts.jsonl).' },
    { name: 'baseline', value: 'FILE', help: 'What the baseline answered.' },
    { name: 'reasoning', value: 'FILE', help: 'What the reasoning model answered.' },
    { name: 'out', short: 'o', value: 'RUN', help: 'The run file to write (*.drift).' },
    ...PAIR_OPTIONS.map((option) =>
      option.name === 'pair' ? { ...option, help: `${option.help} Needed to score drift later.` } : option,
    ),
  ],
  details: `
Reads samples that lm-evaluation-harness logged (--log_samples), logs of Inspect (.eval, .json), output of OpenAI's
batch API and of vllm run-batch, and lines of {"id", "response", "trace"?}. The format is told by the content. Responses
belong to the sample of their id; those of lm-eval without ids to the sample at their doc_id.
With --pair, "driftscope audit SET --pair NAME -o RUN --resume" scores their drift, and generates what is missing.`,
  run: runImportGenerations,
};

async function runImportGenerations(args: Arguments, context: Context): Promise<ExitCode> {
  const set = required(args, 'set');
  const files = bySide((side) => required(args, side));
  const out = required(args, 'out');
  const path = resolve(context.cwd, out);
  const pair =
    args.values.pair === undefined
      ? namelessPair(files)
      : loadPair(args.values.pair, args.values.pairs, context);
  const detectors = await openDetectors(context.media);
  const annotate = (texts: SideTexts) => inSlices(annotateSide(detectors, texts), { signal: context.signal });
  const read = <T>(side: Side, work: (entries: ReturnType<typeof readRecorded>) => Promise<T>) =>
    withSource(resolve(context.cwd, files[side]), files[side], async (source) => {
      try {
        return await work(readRecorded(source));
      } catch (error) {
        if (error instanceof FailureError || context.signal.aborted) throw error;
        return fail('invalid-input', `The file ${files[side]} cannot be read: ${(error as Error).message}.`);
      }
    });

  const progress = createProgress(context.stderr);
  progress.show('Reading…');
  const counts = [];
  for (const side of SIDES) counts.push(await read(side, mostPerSample));
  const info = await newRunInfo(set, detectors, context, {
    pair,
    generations: Math.max(...counts),
    imported: bySide((side) => basename(files[side])),
  });
  const store = await createRunFile(path, info, samplesOf(set, context.cwd));
  let faults = 0;
  try {
    for (const side of SIDES) {
      const found = await read(side, (entries) => importRecorded(store, side, entries, annotate));
      progress.clear();
      for (const { where, reason } of found.faults) {
        context.stderr.write(`${visibleInline(`driftscope: ${files[side]}: ${where}: ${reason}`)}\n`);
      }
      if (found.moreFaults > 0)
        context.stderr.write(`driftscope: … and ${found.moreFaults} more like these\n`);
      faults += found.faults.length + found.moreFaults;
    }
    const { total, done } = store.progress();
    context.stdout.write(
      `${visibleInline(out)}: ${done} of ${total} generations${faults > 0 ? `, ${faults} could not be taken` : ''}.\n`,
    );
    return done === 0 ? 1 : 0;
  } finally {
    progress.clear();
    store.close();
  }
}

/** Where nobody says which models wrote it, the files' names stand for them. */
function namelessPair(files: BySide<string>): Pair {
  const model = (side: Side): ModelReference => ({
    kind: 'remote',
    url: '',
    model: basename(files[side]),
    keyReference: null,
    trace: null,
    system: null,
  });
  return {
    name: 'imported',
    method: 'other',
    models: bySide(model),
    sampling: { temperature: 0, maxTokens: 0, seed: null, topP: null },
    lineage: null,
  };
}
