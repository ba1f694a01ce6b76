import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type ImportOptions,
  type ImportPlan,
  type ImportPreview,
  importSamples,
  planImport,
  previewImport,
} from '../../core/formats/importSamples.ts';
import { MAPPINGS_FILE, readMappings } from '../../core/formats/keptMappings.ts';
import { type Mapping, parseMapping, readMapping, writeMapping } from '../../core/formats/mapping.ts';
import { PROFILES } from '../../core/formats/profiles/all.ts';
import type { ImportSource } from '../../core/formats/record.ts';
import { lineOf } from '../../core/prompts/edits.ts';
import { FailureError, fail } from '../../shared/failure.ts';
import { inputText } from '../../shared/prompt.ts';
import { newFile, withSource } from '../../store/files.ts';
import { type Arguments, type Command, type Context, type ExitCode, UsageError } from '../command.ts';
import { safeJson, visibleInline } from '../output/terminal.ts';
import { createProgress } from '../progress.ts';
import { JSON_OPTION } from './shared.ts';

/** Reasons for skipping that are shown; --json has all. */
const SHOWN = 20;

export const importCommand: Command = {
  name: 'import',
  summary: 'Make a prompt set of a file in one of the field’s formats.',
  usage: [
    'FILE [--format FORMAT] [--map MAPPING] -o SET',
    'FILE [--format FORMAT] [--map MAPPING] --preview',
  ],
  operands: ['FILE'],
  options: [
    {
      name: 'out',
      short: 'o',
      value: 'SET',
      help: 'The prompt set to write (*.prompts.jsonl), replaced if it is there.',
    },
    { name: 'format', value: 'FORMAT', help: 'What FILE is. Default: told from its content.' },
    {
      name: 'map',
      value: 'MAPPING',
      help: 'What its columns mean: input=COLUMN,dimension=safety; or a file or name it is kept by.',
    },
    { name: 'save-map', value: 'FILE', help: 'Keep the mapping as JSON.' },
    {
      name: 'preview',
      help: 'Show the mapping, the first samples and what would be skipped. Nothing is written.',
    },
    JSON_OPTION,
  ],
  details: `
CSV, TSV, JSON, JSON Lines, YAML, Parquet and plain text are recognised by content.
Formats: ${formatNames()}.
A mapping is kept in a file by --save-map, or under a name in .driftscope/mappings.json by the editor.
A field's source in it is a column, a text with {COLUMN} in it, or (not for id and input) the value itself.
Rows that cannot be read are reported by line, and the others go on; the exit is 1 only where no sample is left.

Example:
  driftscope import qa.csv --map "input={context} {question},target=answer,dimension=ood" -o ood.prompts.jsonl`,
  run: runImport,
};

async function runImport(args: Arguments, context: Context): Promise<ExitCode> {
  const [file = ''] = args.operands;
  const { out, format } = args.values;
  const isPreview = args.flags.has('preview');
  if (isPreview && out !== undefined) throw new UsageError('--preview writes nothing: it goes without -o');
  if (!isPreview && out === undefined) throw new UsageError('-o is missing');
  const options = { ...(await mappingOf(args, context)), ...(format === undefined ? {} : { format }) };
  return withSource(resolve(context.cwd, file), file, async (source) => {
    const plan = await planned(source, options);
    if (isPreview) return preview(source, plan, args, context);
    return write(source, plan, out!, args, context);
  });
}

/** What a broken file makes a reader throw is a failure that names the file. */
async function planned(source: ImportSource, options: Parameters<typeof planImport>[1]): Promise<ImportPlan> {
  try {
    return await planImport(source, options);
  } catch (error) {
    if (error instanceof FailureError || !(error instanceof Error)) throw error;
    return fail('invalid-input', `The file ${source.name} cannot be read: ${error.message}`);
  }
}

/** What `--map` says: a mapping, a file of one, or the name of one that the workspace keeps. */
async function mappingOf(args: Arguments, { cwd }: Context): Promise<ImportOptions> {
  const { map, 'save-map': kept } = args.values;
  if (map === undefined) {
    if (kept !== undefined) throw new UsageError('--save-map needs --map');
    return {};
  }
  const options = map.includes('=') ? { mapping: parseMapping(map) } : await keptMapping(map, cwd);
  if (kept !== undefined) {
    try {
      await writeFile(resolve(cwd, kept), writeMapping(options.mapping));
    } catch (error) {
      return fail('invalid-input', `The mapping cannot be written to ${kept}: ${(error as Error).message}`);
    }
  }
  return options;
}

async function keptMapping(name: string, cwd: string): Promise<ImportOptions & { mapping: Mapping }> {
  const read = (path: string) => readFile(resolve(cwd, path), 'utf8');
  const text = await read(name).catch((error: Error) => error);
  if (typeof text === 'string') return { mapping: readMapping(text) };
  const all = await read(MAPPINGS_FILE).then(readMappings, () => []);
  const found = all.find((one) => one.name === name);
  if (found) return { mapping: found.mapping, ...(found.format === null ? {} : { format: found.format }) };
  const names = all.map((one) => one.name);
  return fail('invalid-input', `The mapping ${name} cannot be read: ${text.message}`, {
    remedy: `Write FIELD=COLUMN,FIELD=COLUMN, or name a file that --save-map kept${
      names.length > 0 ? `, or one of ${MAPPINGS_FILE}: ${names.join(', ')}` : ''
    }.`,
  });
}

interface Skipped {
  row: number;
  line: number | null;
  reason: string;
}

async function write(
  source: ImportSource,
  plan: ImportPlan,
  out: string,
  args: Arguments,
  context: Context,
): Promise<ExitCode> {
  const target = await newFile(resolve(context.cwd, out), out);
  const progress = createProgress(context.stderr);
  const skipped: Skipped[] = [];
  let written = 0;
  try {
    for await (const event of importSamples(source, plan)) {
      context.signal.throwIfAborted();
      if (event.type === 'sample') {
        await target.write(`${lineOf(event.sample)}\n`);
        written++;
      } else skipped.push({ row: event.row, line: event.line, reason: event.reason });
      progress.show(`${written} samples, ${skipped.length} skipped`);
    }
    progress.clear();
    if (written > 0) await target.done();
  } finally {
    progress.clear();
    await target.discard();
  }
  reportSkipped(source.name, skipped, context);
  const report = {
    file: source.name,
    container: plan.container,
    format: formatOf(plan),
    set: out,
    written,
    skipped,
  };
  if (args.flags.has('json')) context.stdout.write(`${safeJson(report)}\n`);
  else if (written > 0) {
    const left = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
    context.stdout.write(
      `${visibleInline(`${out}: ${written} samples from ${formatOf(plan) ?? 'a mapping'}${left}`)}\n`,
    );
  }
  if (written > 0) return 0;
  return fail(
    'invalid-input',
    `${source.name} holds no sample${skipped.length > 0 ? ' that can be read' : ''}, so nothing was written.`,
  );
}

async function preview(
  source: ImportSource,
  plan: ImportPlan,
  args: Arguments,
  context: Context,
): Promise<ExitCode> {
  const found = await previewImport(source, plan);
  context.stdout.write(args.flags.has('json') ? `${safeJson(found)}\n` : previewText(found));
  return 0;
}

function previewText({
  container,
  format,
  title,
  columns,
  mapping,
  samples,
  skipped,
}: ImportPreview): string {
  const lines = [
    `${format ?? 'by hand'}: ${title} (${container})`,
    `columns: ${columns.join(', ')}`,
    '',
    ...Object.entries(mapping).map(([field, source]) => `  ${field.padEnd(12)} ← ${source}`),
    '',
    ...samples.map(({ id, dimension, expect, input, target }) =>
      [
        id,
        dimension ?? '–',
        expect ?? '–',
        inputText(input).slice(0, 100),
        target === undefined ? '' : `→ ${[target].flat().join(' | ')}`,
      ]
        .filter((part) => part !== '')
        .join('  '),
    ),
    ...skipped.map((row) => `skipped ${placeOf(row)}: ${row.reason}`),
  ];
  return `${lines.map(visibleInline).join('\n')}\n`;
}

function reportSkipped(file: string, skipped: readonly Skipped[], { stderr }: Context): void {
  for (const row of skipped.slice(0, SHOWN)) {
    stderr.write(`driftscope: ${visibleInline(`${file}:${row.line ?? placeOf(row)}: ${row.reason}`)}\n`);
  }
  if (skipped.length > SHOWN)
    stderr.write(`driftscope: … and ${skipped.length - SHOWN} more; --json lists all.\n`);
}

function placeOf({ row, line }: Skipped): string {
  return line === null ? `row ${row}` : `line ${line}`;
}

function formatOf({ profile }: ImportPlan): string | null {
  return profile?.name ?? null;
}

/** A few on a line, as a terminal shows them. */
function formatNames(): string {
  const names = PROFILES.map(({ name }) => name);
  const lines = names.flatMap((_, at) => (at % 6 === 0 ? [names.slice(at, at + 6).join(', ')] : []));
  return lines.join(',\n  ');
}
