import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { inSlices } from '../../core/annotate/detector.ts';
import { batchLines, inFiles } from '../../core/audit/batch/batch.ts';
import { importResults } from '../../core/audit/batch/importResults.ts';
import { batchReadme, type JobFiles } from '../../core/audit/batch/readme.ts';
import { scoringLines, USUAL_ALTERNATIVES } from '../../core/audit/batch/scoringLines.ts';
import type { RunStore } from '../../core/audit/runStore.ts';
import { annotateSide, type SideTexts } from '../../core/compare/annotateSide.ts';
import { DEFAULT_THRESHOLD, DEFAULT_TOP } from '../../core/compare/scoring.ts';
import type { SideAnnotations } from '../../shared/annotation.ts';
import { bySide, SIDES } from '../../shared/side.ts';
import { type NewFile, newFile, withSource } from '../../store/files.ts';
import { lockRun } from '../../store/lock.ts';
import { createRunFile, openRunFile } from '../../store/runFile.ts';
import { didYouMean, quoted } from '../arguments.ts';
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
import { visibleInline } from '../output/terminal.ts';
import { loadPair } from '../pairs.ts';
import { samplesOf } from '../promptSets.ts';
import { newRunInfo } from '../runs.ts';
import { PAIR_OPTIONS } from './shared.ts';

export const batchCommand: Command = {
  name: 'batch',
  summary: 'Generate and score an audit elsewhere: write it as batch files, and take the results back.',
  usage: [
    'export SET --pair NAME -o RUN --dir DIR [--generations K] [--limit N] [--alternatives N]',
    'import RESULTS... -o RUN',
  ],
  operands: ['export|import', 'FILE...'],
  options: [
    ...PAIR_OPTIONS,
    { name: 'out', short: 'o', value: 'RUN', help: 'The run file. export begins it where it is not there.' },
    { name: 'dir', value: 'DIR', help: 'Where export writes the batch files and their README.' },
    { name: 'generations', value: 'K', help: 'Generations of each model for each sample. Default: 1.' },
    { name: 'limit', value: 'N', help: 'Only the first N samples of the set.' },
    {
      name: 'alternatives',
      value: 'N',
      help: 'How many of the likeliest tokens a position scoring lines ask for. Default: 20, vLLM’s usual limit.',
    },
  ],
  details: `
export writes what a run has still to generate as files for OpenAI's batch API, which vllm run-batch reads too, split
at 50,000 lines and 200 MB, with a README that says the commands; and of what is generated, the scoring job for vllm
run-batch: each model reads what both wrote. import takes the results, in any order and in parts, and reports what
failed and what is missing. Importing a file twice changes nothing.`,
  run: runBatch,
};

async function runBatch(args: Arguments, context: Context): Promise<ExitCode> {
  const [action = '', ...files] = args.operands;
  const out = required(args, 'out');
  if (action === 'export') {
    const [set = ''] = files;
    if (files.length > 1) throw new UsageError(`unexpected argument ${quoted(files[1]!)}`);
    return exportBatch(set, out, args, context);
  }
  if (action === 'import') return importBatch(files, out, context);
  throw new UsageError(`batch cannot ${quoted(action)}${didYouMean(action, ['export', 'import'])}`);
}

async function exportBatch(set: string, out: string, args: Arguments, context: Context): Promise<ExitCode> {
  const dir = resolve(context.cwd, required(args, 'dir'));
  const generations = numberOf(args, 'generations', 1, true) ?? 1;
  const limit = numberOf(args, 'limit', 1, true);
  const alternatives = numberOf(args, 'alternatives', 1, true) ?? USUAL_ALTERNATIVES;
  const pair = loadPair(required(args, 'pair'), args.values.pairs, context);
  const path = resolve(context.cwd, out);
  let store: RunStore;
  if (existsSync(path)) store = openRunFile(path);
  else {
    const scoring = { top: DEFAULT_TOP, threshold: DEFAULT_THRESHOLD };
    const detectors = await openDetectors(context.media);
    const info = await newRunInfo(set, detectors, context, { pair, generations, scoring });
    store = await createRunFile(path, info, samplesOf(set, context.cwd, limit));
  }
  try {
    await mkdir(dir, { recursive: true });
    const files: JobFiles = { generate: bySide(() => []), score: bySide(() => []) };
    let [toGenerate, toScore] = [0, 0];
    for (const side of SIDES) {
      const generate = await writeFiles(batchLines(store, side), dir, side, context);
      const score = await writeFiles(scoringLines(store, side, alternatives), dir, `${side}-scores`, context);
      files.generate[side] = generate.names;
      files.score[side] = score.names;
      toGenerate += generate.lines;
      toScore += score.lines;
    }
    if (toGenerate + toScore === 0) {
      context.stdout.write(`${visibleInline(out)} has nothing left to generate or to score.\n`);
      return 0;
    }
    await writeFile(join(dir, 'README.md'), batchReadme(store.info(), files, out, alternatives));
    const what = [
      ...(toGenerate > 0 ? [`${toGenerate} to generate`] : []),
      ...(toScore > 0 ? [`${toScore} to score`] : []),
    ];
    const count = SIDES.reduce(
      (sum, side) => sum + files.generate[side].length + files.score[side].length,
      0,
    );
    context.stdout.write(
      `${toGenerate + toScore} lines in ${count} files (${what.join(', ')}). What to do with them: ${visibleInline(join(args.values.dir!, 'README.md'))}\n`,
    );
    return 0;
  } finally {
    store.close();
  }
}

/** Writes lines as `NAME-000.jsonl` and so on, each whole or not at all. */
async function writeFiles(
  lines: Iterable<string>,
  dir: string,
  stem: string,
  { signal }: Context,
): Promise<{ names: string[]; lines: number }> {
  const names: string[] = [];
  let file: NewFile | undefined;
  let count = 0;
  try {
    for (const { line, begins } of inFiles(lines)) {
      signal.throwIfAborted();
      if (begins) {
        await file?.done();
        file = undefined;
        const name = `${stem}-${String(names.length).padStart(3, '0')}.jsonl`;
        file = await newFile(join(dir, name), name);
        names.push(name);
      }
      await file!.write(line);
      count++;
    }
    await file?.done();
    return { names, lines: count };
  } catch (error) {
    await file?.discard();
    throw error;
  }
}

async function importBatch(files: readonly string[], out: string, context: Context): Promise<ExitCode> {
  const detectors = await openDetectors(context.media);
  const annotate = (texts: SideTexts) => inSlices(annotateSide(detectors, texts), { signal: context.signal });
  const path = resolve(context.cwd, out);
  const release = lockRun(path);
  try {
    const store = openRunFile(path);
    try {
      return await importFiles(store, files, annotate, context);
    } finally {
      store.close();
    }
  } finally {
    release();
  }
}

async function importFiles(
  store: RunStore,
  files: readonly string[],
  annotate: (texts: SideTexts) => Promise<SideAnnotations>,
  context: Context,
): Promise<ExitCode> {
  let [added, known, failed] = [0, 0, 0];
  for (const file of files) {
    const found = await withSource(resolve(context.cwd, file), file, (source) =>
      importResults(store, source, annotate),
    );
    added += found.added;
    known += found.known;
    failed += found.faults.length + found.moreFaults;
    for (const { where, reason } of found.faults) {
      context.stderr.write(`${visibleInline(`driftscope: ${file}: ${where}: ${reason}`)}\n`);
    }
    if (found.moreFaults > 0) {
      context.stderr.write(`driftscope: … and ${found.moreFaults} more like these\n`);
    }
  }
  const { total, done, scored } = store.progress();
  const missing = [`${total - done} of ${total} generations`];
  if (store.info().scoring) missing.push(`the drift of ${done - scored}`);
  context.stdout.write(
    `${added} added, ${known} there already, ${failed} failed lines; ${missing.join(' and ')} missing.\n`,
  );
  return failed > 0 ? 1 : 0;
}
