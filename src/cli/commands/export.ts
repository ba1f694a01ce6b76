import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { EXPORTS } from '../../core/formats/exports/all.ts';
import type { ExportFormat } from '../../core/formats/exports/exportFormat.ts';
import { nearest } from '../../core/jsonText/nearest.ts';
import { readPromptSet } from '../../core/prompts/promptSet.ts';
import type { SampleWithExtras } from '../../core/prompts/sample.ts';
import { fail } from '../../shared/failure.ts';
import { type NewFile, newFile } from '../../store/files.ts';
import {
  type Arguments,
  type Command,
  type Context,
  type ExitCode,
  required,
  UsageError,
} from '../command.ts';
import { safeJson, visibleInline } from '../output/terminal.ts';
import { createProgress } from '../progress.ts';
import { JSON_OPTION } from './shared.ts';

export const exportCommand: Command = {
  name: 'export',
  summary: 'Write a prompt set in one of the field’s formats.',
  usage: ['SET --format FORMAT -o OUT'],
  operands: ['SET'],
  options: [
    { name: 'format', value: 'FORMAT', help: `${EXPORTS.map(({ name }) => name).join(', ')}.` },
    { name: 'out', short: 'o', value: 'OUT', help: 'The file to write. It is replaced if it is there.' },
    {
      name: 'model',
      value: 'MODEL',
      help: 'Whom the requests of openai-batch ask. Default: MODEL, to be replaced.',
    },
    JSON_OPTION,
  ],
  details: `
${EXPORTS.map(({ name, title }) => `  ${name.padEnd(14)} ${title}`).join('\n')}

lm-eval writes two files: the task OUT and its data beside it (.jsonl).
Lines that hold no sample are reported, and the others go on; the exit is 1 then.`,
  run: runExport,
};

async function runExport(args: Arguments, context: Context): Promise<ExitCode> {
  const [set = ''] = args.operands;
  const format = formatCalled(required(args, 'format'));
  const out = args.values.out;
  if (out === undefined) throw new UsageError('-o is missing');
  const files = new Map<string, NewFile>();
  const progress = createProgress(context.stderr);
  const skipped: { line: number; reason: string }[] = [];
  let written = 0;
  const stem = stemOf(out, format);
  const name = basename(stem).replace(/[^\w-]+/g, '_') || 'prompts';
  const pathOf = (extension: string) => (extension === format.extension ? out : `${stem}${extension}`);

  async function* samples(): AsyncGenerator<SampleWithExtras> {
    for await (const { sample, line, problems } of readPromptSet(bytesOf(set, context))) {
      context.signal.throwIfAborted();
      if (sample) {
        written++;
        yield sample;
      } else skipped.push({ line: line + 1, reason: problems[0]?.message ?? 'The line holds no sample.' });
      progress.show(`${written} samples`);
    }
  }

  try {
    for await (const { extension, text } of format.write(samples(), {
      name,
      model: args.values.model ?? 'MODEL',
    })) {
      const path = pathOf(extension);
      const file = files.get(path) ?? (await newFile(resolve(context.cwd, path), path));
      files.set(path, file);
      await file.write(text);
    }
    if (written === 0)
      fail('invalid-input', `The prompt set ${set} holds no sample, so nothing was written.`);
    for (const file of files.values()) await file.done();
  } finally {
    progress.clear();
    for (const file of files.values()) await file.discard();
  }
  for (const { line, reason } of skipped) {
    context.stderr.write(`driftscope: ${visibleInline(`${set}:${line}: ${reason}`)}\n`);
  }
  const report = {
    set,
    format: format.name,
    files: [...files.keys()],
    written,
    loses: format.loses,
    skipped,
  };
  if (args.flags.has('json')) context.stdout.write(`${safeJson(report)}\n`);
  else context.stdout.write(`${visibleInline(`${report.files.join(', ')}: ${written} samples`)}\n`);
  return skipped.length > 0 ? 1 : 0;
}

async function* bytesOf(set: string, { cwd }: Context): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(resolve(cwd, set)) as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    fail('invalid-input', `The prompt set ${set} cannot be read: ${error.message}`);
  }
}

/** The name of the files without what tells them apart. */
function stemOf(out: string, { extension }: ExportFormat): string {
  return out.toLowerCase().endsWith(extension) ? out.slice(0, -extension.length) : out.replace(/\.\w+$/, '');
}

/** @throws UsageError */
function formatCalled(name: string): ExportFormat {
  const names = EXPORTS.map((format) => format.name);
  const meant = nearest(name, names);
  const found = EXPORTS.find((format) => format.name === name);
  if (found) return found;
  throw new UsageError(
    `unknown format ${JSON.stringify(name)}${meant ? `; did you mean ${meant}?` : `; there are ${names.join(', ')}`}`,
  );
}
