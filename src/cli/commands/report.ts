import { extname, resolve } from 'node:path';
import type { RunReader } from '../../core/audit/runStore.ts';
import { reportText } from '../../core/report/formats.ts';
import { EXPORT_FORMATS, type ExportFormat, STUDY_FORMATS } from '../../shared/reportView.ts';
import { SIDES } from '../../shared/side.ts';
import { newFile } from '../../store/files.ts';
import { readRunFile } from '../../store/runFile.ts';
import { didYouMean, quoted } from '../arguments.ts';
import {
  type Arguments,
  type Command,
  type Context,
  type ExitCode,
  numberOf,
  UsageError,
} from '../command.ts';
import { visible } from '../output/terminal.ts';

export const reportCommand: Command = {
  name: 'report',
  summary: 'The verdict per dimension of a run, or of several as a study, with the statistics to believe it.',
  usage: ['RUN... [--format html|md|csv|jsonl|json|lm-eval] [-o OUT] [--margin POINTS]'],
  operands: ['RUN...'],
  options: [
    {
      name: 'format',
      value: 'FORMAT',
      help: 'html, md, csv, jsonl, json or lm-eval. Default: told by OUT, else md.',
    },
    { name: 'out', short: 'o', value: 'OUT', help: 'The file to write. Default: print it.' },
    {
      name: 'margin',
      value: 'POINTS',
      help: 'A difference within so many points counts as preserved. Default: 5.',
    },
    {
      name: 'side',
      value: 'SIDE',
      help: 'baseline or reasoning, whose samples lm-eval takes. Default: reasoning.',
    },
  ],
  details: `
html is one page without script or network; md suits a paper's appendix; csv, jsonl and lm-eval hold the samples of one
run; json holds everything. Several runs make a study, grouped by how their reasoning models were made.

Example:
  driftscope report sft.drift rl.drift distilled.drift --format html -o study.html`,
  run: runReport,
};

async function runReport(args: Arguments, context: Context): Promise<ExitCode> {
  const { out, side = 'reasoning' } = args.values;
  const format = formatOf(args);
  if (!STUDY_FORMATS.includes(format) && args.operands.length > 1) {
    throw new UsageError(`--format ${format} takes one run`);
  }
  const author = SIDES.find((known) => known === side);
  if (!author) throw new UsageError(`--side needs ${SIDES.join(' or ')}`);
  const points = numberOf(args, 'margin', 0);
  if (points !== undefined && (points <= 0 || points >= 100)) {
    throw new UsageError('--margin needs a number of points between 0 and 100');
  }
  const options = points === undefined ? {} : { margin: points / 100 };
  const runs: (RunReader & { close(): void })[] = [];
  try {
    for (const path of args.operands) runs.push(readRunFile(resolve(context.cwd, path)));
    const chunks = reportText(runs, format, { ...options, side: author });
    await deliver(chunks, out, context);
  } finally {
    for (const run of runs) run.close();
  }
  return 0;
}

function formatOf({ values: { format, out } }: Arguments): ExportFormat {
  if (format !== undefined) {
    const known = EXPORT_FORMATS.find((name) => name === format);
    if (known) return known;
    throw new UsageError(`unknown format ${quoted(format)}${didYouMean(format, EXPORT_FORMATS)}`);
  }
  const extension = out === undefined ? '' : extname(out).slice(1).toLowerCase();
  return EXPORT_FORMATS.find((name) => name === extension) ?? 'md';
}

async function deliver(chunks: Iterable<string>, out: string | undefined, context: Context): Promise<void> {
  const { stdout, signal, cwd } = context;
  if (out === undefined) {
    for (const chunk of chunks) {
      signal.throwIfAborted();
      stdout.write(stdout.isTerminal ? visible(chunk) : chunk);
    }
    return;
  }
  const file = await newFile(resolve(cwd, out), out);
  try {
    for (const chunk of chunks) {
      signal.throwIfAborted();
      await file.write(chunk);
    }
    await file.done();
  } catch (error) {
    await file.discard();
    throw error;
  }
}
