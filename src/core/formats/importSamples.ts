import { fail } from '../../shared/failure.ts';
import { suggestion } from '../jsonText/nearest.ts';
import { freeId } from '../prompts/edits.ts';
import type { SampleWithExtras } from '../prompts/sample.ts';
import { type Container, READERS, recogniseContainer } from './containers/container.ts';
import { checkMapping, fieldsByHand, type Mapping, mapByHand } from './mapping.ts';
import { type Draft, type Profile, SkipRow, type Sniff } from './profile.ts';
import { PROFILES } from './profiles/all.ts';
import type { ImportSource, RawRecord } from './record.ts';

/** Records that are looked at to tell what a file holds. */
const SNIFFED = 20;

/** Levels of lists and objects in a record. */
const DEEPEST = 200;

export interface ImportOptions {
  /** A profile's name. Default: told from the content. */
  format?: string;
  /** Said by hand; with an `input` it takes the place of any profile, without one it goes on top of it. */
  mapping?: Mapping;
}

/** How a file will be read. */
export interface ImportPlan {
  container: Container;
  /** Null: by a mapping alone. */
  profile: Profile | null;
  mapping: Mapping | null;
  sniff: Sniff;
}

/** Ids that a sample cannot have. */
export type IdSet = Pick<Set<string>, 'has' | 'add'>;

export type ImportEvent =
  | { type: 'sample'; sample: SampleWithExtras; row: number; line: number | null }
  | { type: 'skipped'; row: number; line: number | null; reason: string };

/** What an import would do, shown before anything is written. */
export interface ImportPreview {
  container: Container;
  /** The profile's name; null: mapped by hand. */
  format: string | null;
  title: string;
  columns: string[];
  /** Where each field of a sample comes from. */
  mapping: Readonly<Record<string, string>>;
  samples: SampleWithExtras[];
  skipped: { row: number; line: number | null; reason: string }[];
}

/**
 * Tells by a file's content how to read it.
 * @throws FailureError `invalid-input` where no format fits, or the mapping does not, saying what would.
 */
export async function planImport(source: ImportSource, options: ImportOptions = {}): Promise<ImportPlan> {
  return planOf(source.name, await recogniseFormat(source), options);
}

/** What a file holds as far as its beginning tells. */
export interface Recognised {
  container: Container;
  sniff: Sniff;
  /** The profiles that fit, surest first. */
  ranked: { profile: Profile; score: number }[];
}

/** @throws FailureError `invalid-input` for binary files that are not Parquet; what a broken file makes its reader throw. */
export async function recogniseFormat(source: ImportSource): Promise<Recognised> {
  const container = await recogniseContainer(source);
  const sniff = await sniffAt(source, container);
  const ranked = PROFILES.map((profile) => ({ profile, score: profile.recognise(sniff) }))
    .filter(({ score }) => score > 0)
    // Equal ones in the order of the list, which is that of how common they are.
    .sort((a, b) => b.score - a.score);
  return { container, sniff, ranked };
}

/** @see planImport @param name of the file, for what is thrown */
export function planOf(
  name: string,
  { container, sniff, ranked }: Recognised,
  options: ImportOptions = {},
): ImportPlan {
  const { mapping = null, format } = options;
  if (mapping) checkMapping(mapping, sniff);
  if (mapping?.fields.input && format === undefined) return { container, profile: null, mapping, sniff };
  if (format !== undefined) return { container, profile: profileCalled(format), mapping, sniff };
  const [best] = ranked;
  if (best) return { container, profile: best.profile, mapping, sniff };
  const columns = [...sniff.columns].filter((name) => !name.startsWith('_'));
  return fail('invalid-input', `${name} is of no known format.`, {
    remedy:
      columns.length === 0
        ? 'No record of it could be read.'
        : `Say what its columns mean, as in --map input=${columns[0]}. The columns are: ${columns.join(', ')}.`,
  });
}

/**
 * Reads samples one after another, each with an id of its own, its dimension, and where it came from in
 * `metadata.provenance`. What cannot be read is reported with its row and line, and the rest goes on.
 * @param taken ids that are in use; those of the samples are added.
 */
export async function* importSamples(
  source: ImportSource,
  plan: ImportPlan,
  taken: IdSet = new Set<string>(),
): AsyncGenerator<ImportEvent> {
  for await (const record of READERS[plan.container](source)) {
    const { row, line } = record;
    if (record.kind === 'fault') {
      yield { type: 'skipped', row, line, reason: record.reason };
      continue;
    }
    if (!isShallow(record.value)) {
      yield { type: 'skipped', row, line, reason: 'The record is nested too deeply.' };
      continue;
    }
    let drafts: Draft[];
    try {
      drafts = draftsOf(record, plan);
    } catch (error) {
      if (!(error instanceof SkipRow)) throw error;
      yield { type: 'skipped', row, line, reason: error.message };
      continue;
    }
    for (const draft of drafts)
      yield { type: 'sample', sample: finished(draft, record, source, plan, taken), row, line };
  }
}

/** The first samples and what is skipped on the way to them, with what every field is made of. Nothing is written. */
export async function previewImport(
  source: ImportSource,
  plan: ImportPlan,
  limit = 5,
): Promise<ImportPreview> {
  const { container, profile, mapping, sniff } = plan;
  const preview: ImportPreview = {
    container,
    format: profile?.name ?? null,
    title: profile?.title ?? 'mapped by hand',
    columns: [...sniff.columns].filter((name) => !name.startsWith('_')),
    mapping: {
      ...profile?.mapping,
      ...Object.fromEntries(
        Object.entries(mapping?.fields ?? {}).map(([name, sources]) => [name, sources.join(', ')]),
      ),
    },
    samples: [],
    skipped: [],
  };
  for await (const event of importSamples(source, plan)) {
    if (event.type === 'sample') preview.samples.push(event.sample);
    else preview.skipped.push({ row: event.row, line: event.line, reason: event.reason });
    if (preview.samples.length >= limit || preview.skipped.length >= 10 * limit) break;
  }
  return preview;
}

async function sniffAt(source: ImportSource, container: Container): Promise<Sniff> {
  const columns = new Set<string>();
  let first: RawRecord['value'] | undefined;
  let read = 0;
  for await (const record of READERS[container](source)) {
    if (record.kind === 'record') {
      first ??= record.value;
      for (const name of Object.keys(record.value)) columns.add(name.toLowerCase());
    }
    if (++read >= SNIFFED) break;
  }
  return {
    container,
    file: baseName(source.name).toLowerCase(),
    folder: folderOf(source.name),
    columns,
    first: first ?? {},
  };
}

function draftsOf(record: RawRecord, { profile, mapping, sniff }: ImportPlan): Draft[] {
  if (!profile) return [mapByHand(mapping!, record.value)];
  const mapped = profile.map(record, sniff);
  const drafts = Array.isArray(mapped) ? mapped : [mapped];
  if (!mapping) return drafts;
  const over = fieldsByHand(mapping, record.value);
  return drafts.map((draft) => ({ ...draft, ...over }));
}

function finished(
  draft: Draft,
  { row }: RawRecord,
  source: ImportSource,
  { profile, sniff }: ImportPlan,
  taken: IdSet,
): SampleWithExtras {
  const stem = profile?.origin ? profile.name : sniff.file.replace(/\.\w+$/, '') || 'sample';
  const wanted = draft.id ?? `${stem}-${String(row).padStart(4, '0')}`;
  const id = taken.has(wanted) ? freeId(wanted, taken) : wanted;
  taken.add(id);
  const { tags, metadata, ...fields } = draft;
  const known = metadata ?? {};
  // A sample that says already where it came from has it from further up.
  const provenance = known.provenance ?? { ...profile?.origin, file: baseName(source.name), row };
  return {
    ...fields,
    id,
    ...(tags && tags.length > 0 ? { tags } : {}),
    metadata: { ...known, provenance },
  } as SampleWithExtras;
}

/** Whether a value is nested no deeper than any data is; told without recursion, which deeper ones would exhaust. */
function isShallow(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return false;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return true;
}

function profileCalled(name: string): Profile {
  const names = PROFILES.map((profile) => profile.name);
  return (
    PROFILES.find((profile) => profile.name === name.toLowerCase()) ??
    fail('invalid-input', `There is no format “${name}”${suggestion(name, names) || '.'}`, {
      remedy: `The formats are: ${names.join(', ')}.`,
    })
  );
}

function folderOf(path: string): string {
  return path.split(/[\\/]/).at(-2)?.toLowerCase() ?? '';
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
