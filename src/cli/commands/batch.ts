import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { inSlices } from '../../core/annotate/detector.ts';
import { batchLines, batchReadme, inFiles, resultsFor } from '../../core/audit/batch/batch.ts';
import { importRecorded } from '../../core/audit/recorded/importRecorded.ts';
import { readRecorded } from '../../core/audit/recorded/read.ts';
import type { RunStore } from '../../core/audit/runStore.ts';
import { annotateSide, type SideTexts } from '../../core/compare/annotateSide.ts';
import { DEFAULT_THRESHOLD, DEFAULT_TOP } from '../../core/compare/scoring.ts';
import { FailureError, fail } from '../../shared/failure.ts';
import { bySide, SIDES, type Side } from '../../shared/side.ts';
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
  summary: 'Generate an audit elsewhere: write it as batch files, and take the results back.',
  usage: [
    'export SET --pair NAME -o RUN --dir DIR [--generations K] [--limit N]',
    'import RESULTS... -o RUN',
  ],
  operands: ['export|import', 'FILE...'],
  options: [
    ...PAIR_OPTIONS,
    { name: 'out', short: 'o', value: 'RUN', help: 'The run file. export begins it where it is not there.' },
    { name: 'dir', value: 'DIR', help: 'Where export writes the batch files and their README.' },
    { name: 'generations', value: 'K', help: 'Generations of each model for each sample. Default: 1.' },
    { name: 'limit', value: 'N', help: 'Only the first N samples of the set.' },
  ],
  details: `
export writes what a run has still to generate as files for OpenAI's batch API, which vllm run-batch reads too, split
at 50,000 lines and 200 MB, with a README that says the commands. import takes their results, in any order and in parts,
and reports what failed and what is missing. Importing a file twice changes nothing.`,
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
    const written = bySide((): string[] => []);
    let lines = 0;
    for (const side of SIDES) lines += await writeSide(store, side, dir, written[side], context);
    if (lines === 0) {
      context.stdout.write(`${visibleInline(out)} has nothing left to generate.\n`);
      return 0;
    }
    await writeFile(join(dir, 'README.md'), batchReadme(store.info(), written, out));
    const count = written.baseline.length + written.reasoning.length;
    context.stdout.write(
      `${lines} lines in ${count} files. What to do with them: ${visibleInline(join(args.values.dir!, 'README.md'))}\n`,
    );
    return 0;
  } finally {
    store.close();
  }
}

/** Writes one model's files, each whole or not at all. @returns the number of lines */
async function writeSide(
  store: RunStore,
  side: Side,
  dir: string,
  names: string[],
  { signal }: Context,
): Promise<number> {
  let file: NewFile | undefined;
  let lines = 0;
  try {
    for (const { line, begins } of inFiles(batchLines(store, side))) {
      signal.throwIfAborted();
      if (begins) {
        await file?.done();
        file = undefined;
        const name = `${side}-${String(names.length).padStart(3, '0')}.jsonl`;
        file = await newFile(join(dir, name), name);
        names.push(name);
      }
      await file!.write(line);
      lines++;
    }
    await file?.done();
    return lines;
  } catch (error) {
    await file?.discard();
    throw error;
  }
}

async function importBatch(files: readonly string[], out: string, context: Context): Promise<ExitCode> {
  const detectors = await openDetectors(context.media);
  const annotate = (texts: SideTexts) => inSlices(annotateSide(detectors, texts), { signal: context.signal });
  const path = resolve(context.cwd, out);
  const store = openRunFile(path);
  const release = lockRun(path);
  let [added, known, faults] = [0, 0, 0];
  try {
    for (const file of files) {
      for (const side of SIDES) {
        const found = await withSource(resolve(context.cwd, file), file, async (source) => {
          try {
            return await importRecorded(
              store,
              side,
              resultsFor(store.info(), side, readRecorded(source)),
              annotate,
            );
          } catch (error) {
            if (error instanceof FailureError || context.signal.aborted) throw error;
            return fail('invalid-input', `The file ${file} cannot be read: ${(error as Error).message}.`);
          }
        });
        added += found.added;
        known += found.known;
        faults += found.faults.length + found.moreFaults;
        for (const { where, reason } of found.faults) {
          context.stderr.write(`${visibleInline(`driftscope: ${file}: ${where}: ${reason}`)}\n`);
        }
        if (found.moreFaults > 0) {
          context.stderr.write(`driftscope: … and ${found.moreFaults} more like these\n`);
        }
      }
    }
    const { total, done } = store.progress();
    const missing = total - done;
    context.stdout.write(
      `${added} added, ${known} there already, ${faults} failed lines; ${missing} of ${total} generations are missing.\n`,
    );
    return faults > 0 ? 1 : 0;
  } finally {
    store.close();
    release();
  }
}
