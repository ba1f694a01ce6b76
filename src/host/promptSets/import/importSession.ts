import {
  type IdSet,
  type ImportPlan,
  importSamples,
  planOf,
  type Recognised,
  recogniseFormat,
} from '../../../core/formats/importSamples.ts';
import { type KeptMapping, keptFor } from '../../../core/formats/keptMappings.ts';
import type { Mapping } from '../../../core/formats/mapping.ts';
import { PROFILES } from '../../../core/formats/profiles/all.ts';
import type { ImportSource } from '../../../core/formats/record.ts';
import { lineOf } from '../../../core/prompts/edits.ts';
import type { SampleWithExtras } from '../../../core/prompts/sample.ts';
import { type Failure, FailureError } from '../../../shared/failure.ts';
import type {
  ImportChoice,
  ImportCount,
  ImportPreviewState,
  ImportRequest,
  ImportState,
  ImportWork,
  Recognition,
  SkippedRow,
} from '../../../shared/importView.ts';
import { messagesOf, type Sample } from '../../../shared/prompt.ts';

/** Samples that are shown before anything is written. */
const SHOWN = 8;
/** Rows that were skipped, of which the view hears; all are counted. */
const ROWS = 500;
/** UTF-16 units of a text that the preview shows. */
const LONGEST = 8_000;
/** Between two messages to the view, in ms. */
const PACE_MS = 150;
/** How long the extension host may be held, in ms. */
const SLICE_MS = 12;

/** Where an import goes. */
export interface ImportTarget {
  /** Ids that samples there have. */
  ids: IdSet;
  /** Whether a sample there asks the very same. */
  has(input: Sample['input']): boolean;
  /** Takes the samples in, all or none. @throws FailureError; and what the iterable throws. */
  write(samples: AsyncIterable<SampleWithExtras>): Promise<void>;
}

export interface ImportSessionOptions {
  file: ImportState['file'];
  /** Opens the file for as long as some work with it takes. @throws FailureError where it cannot be read. */
  withSource<T>(work: (source: ImportSource) => Promise<T>): Promise<T>;
  /** @throws FailureError where the file of them is broken. */
  keptMappings(): Promise<KeptMapping[]>;
  keepMapping(mapping: KeptMapping): Promise<void>;
  /** The workspace's prompt sets, the one among them to begin with, and a name for a new one, both as paths in it. */
  targets(): Promise<Pick<ImportState, 'sets' | 'into' | 'suggested'>>;
  /** @throws FailureError where it cannot be written. */
  openTarget(target: ImportRequest['target']): Promise<ImportTarget>;
  changed(state: ImportState): void;
  /** Hears of what is no {@link FailureError}: a broken file's own words, or a bug. */
  unexpected(error: unknown): void;
}

/** One file on its way into a prompt set: how it is read, what comes of it, and the writing. Knows no editor. */
export interface ImportSession {
  state(): ImportState;
  /** Reads the file for the first time. Never rejects. */
  begin(): Promise<void>;
  /** Reads it in another way. Resolves when the whole file is counted, or another way is chosen. Never rejects. */
  choose(choice: ImportChoice): Promise<void>;
  /** Writes. Never rejects: what goes wrong is in the state. */
  start(request: ImportRequest): Promise<void>;
  /** Stops the counting or the writing. */
  cancel(): void;
}

export function createImportSession(options: ImportSessionOptions): ImportSession {
  const { file, withSource, changed } = options;
  let recognised: Recognised | null = null;
  let kept: KeptMapping[] = [];
  let running = new AbortController();
  let state: ImportState = {
    file,
    recognised: null,
    choice: { format: null, fields: {} },
    preview: { state: 'reading' },
    sets: [],
    into: null,
    suggested: '',
    work: { state: 'none' },
  };
  const update = (change: Partial<ImportState>) => {
    state = { ...state, ...change };
    changed(state);
  };
  /** Ends what runs; what begins now is what counts. */
  const anew = (): AbortSignal => {
    running.abort();
    running = new AbortController();
    return running.signal;
  };

  const explained = (error: unknown): Failure => {
    if (error instanceof FailureError) return error.failure;
    options.unexpected(error);
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'invalid-input', message: `${file.name} cannot be read: ${message}` };
  };

  const plan = (): ImportPlan | null => {
    const { format, fields } = state.choice;
    if (format === null && !fields.input) return null;
    const mapping = mappingOf(state.choice, kept);
    return planOf(file.name, recognised!, {
      ...(format === null ? {} : { format }),
      ...(mapping ? { mapping } : {}),
    });
  };

  const read = async () => {
    const signal = anew();
    update({ preview: { state: 'reading' }, work: { state: 'none' } });
    try {
      const chosen = plan();
      if (!chosen) update({ preview: { state: 'unmapped' } });
      else {
        await withSource(async (source) => {
          for await (const preview of previews(source, chosen, signal)) update({ preview });
        });
      }
    } catch (error) {
      if (!signal.aborted) update({ preview: { state: 'failed', failure: explained(error) } });
    }
  };

  return {
    state: () => state,
    async begin() {
      try {
        update(await options.targets());
        kept = await options.keptMappings();
        recognised = await withSource(recogniseFormat);
      } catch (error) {
        update({ preview: { state: 'failed', failure: explained(error) } });
        return;
      }
      const found = keptFor(kept, recognised.sniff.columns);
      const [best] = recognised.ranked;
      const choice: ImportChoice = found
        ? choiceOf(found)
        : { format: best?.profile.name ?? null, fields: {} };
      update({ recognised: recognitionOf(recognised, kept, found), choice });
      await read();
    },
    async choose(choice) {
      if (!recognised) return;
      update({ choice });
      await read();
    },
    async start(request) {
      const signal = anew();
      const { preview } = state;
      const total = preview.state === 'ready' && preview.count.isWhole ? preview.count.samples : null;
      const show = (work: ImportWork) => update({ work });
      show({ state: 'writing', written: 0, skipped: 0, total });
      try {
        const chosen = plan();
        if (!chosen) return show({ state: 'none' });
        const target = await options.openTarget(request.target);
        const tally = { written: 0, copies: 0, skipped: 0, rows: [] as SkippedRow[] };
        const pace = pacemaker(() =>
          show({ state: 'writing', written: tally.written, skipped: tally.skipped, total }),
        );
        await withSource((source) =>
          target.write(samplesFor(source, chosen, target, request.skipCopies, tally, pace, signal)),
        );
        if (request.keepAs !== null) {
          await options.keepMapping({
            name: request.keepAs,
            columns: [...recognised!.sniff.columns],
            format: state.choice.format,
            mapping: mappingOf(state.choice, kept) ?? { fields: {} },
          });
        }
        show({ state: 'done', set: request.target.path, keptAs: request.keepAs, ...tally });
      } catch (error) {
        if (signal.aborted) update({ work: { state: 'none' } });
        else show({ state: 'failed', failure: explained(error) });
      }
    },
    cancel: () => running.abort(),
  };
}

/** The samples to write, counted as they go by. @throws FailureError where there is none. */
async function* samplesFor(
  source: ImportSource,
  plan: ImportPlan,
  target: ImportTarget,
  skipCopies: boolean,
  tally: { written: number; copies: number; skipped: number; rows: SkippedRow[] },
  pace: () => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<SampleWithExtras> {
  for await (const event of importSamples(source, plan, target.ids)) {
    signal.throwIfAborted();
    await pace();
    if (event.type === 'skipped') {
      tally.skipped++;
      if (tally.rows.length < ROWS) tally.rows.push(rowOf(event));
    } else if (skipCopies && target.has(event.sample.input)) tally.copies++;
    else {
      tally.written++;
      yield event.sample;
    }
  }
  signal.throwIfAborted();
  if (tally.written > 0) return;
  const message =
    tally.copies > 0
      ? 'The set has every sample of the file already, so nothing was written.'
      : 'The file holds no sample that can be read in this way, so nothing was written.';
  throw new FailureError({ kind: 'invalid-input', message });
}

/** The preview as it fills: the first samples, then the count of the whole file as it goes on. */
async function* previews(
  source: ImportSource,
  plan: ImportPlan,
  signal: AbortSignal,
): AsyncGenerator<ImportPreviewState> {
  const { profile, mapping } = plan;
  const samples: Extract<ImportPreviewState, { state: 'ready' }>['samples'] = [];
  const count: ImportCount = { isWhole: false, samples: 0, skipped: 0, rows: [], byDimension: {} };
  const byHand = Object.entries(mapping?.fields ?? {}).map(([name, sources]) => [name, sources.join(', ')]);
  const shown = (): ImportPreviewState => ({
    state: 'ready',
    title: profile?.title ?? 'mapped by hand',
    mapping: { ...profile?.mapping, ...Object.fromEntries(byHand) },
    samples: [...samples],
    count: { ...count, rows: [...count.rows], byDimension: { ...count.byDimension } },
  });
  let told = performance.now();
  const pace = pacemaker(() => undefined);
  for await (const event of importSamples(source, plan)) {
    if (signal.aborted) return;
    await pace();
    if (event.type === 'skipped') {
      count.skipped++;
      if (count.rows.length < ROWS) count.rows.push(rowOf(event));
    } else {
      const { sample, line } = event;
      count.samples++;
      const dimension = sample.dimension ?? '';
      count.byDimension[dimension] = (count.byDimension[dimension] ?? 0) + 1;
      if (samples.length < SHOWN)
        samples.push({ sample: shortened(sample), line, json: cut(lineOf(sample)) });
    }
    if (performance.now() - told < PACE_MS) continue;
    told = performance.now();
    yield shown();
  }
  count.isWhole = true;
  if (!signal.aborted) yield shown();
}

/** Lets others have their turn now and then, and tells somebody how far it is. */
function pacemaker(tell: () => void): () => Promise<void> {
  let until = performance.now() + SLICE_MS;
  let told = performance.now();
  return async () => {
    const now = performance.now();
    if (now < until) return;
    if (now - told > PACE_MS) {
      told = now;
      tell();
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
    until = performance.now() + SLICE_MS;
  };
}

function recognitionOf(
  { container, sniff, ranked }: Recognised,
  kept: readonly KeptMapping[],
  found: KeptMapping | undefined,
): Recognition {
  const [best] = ranked;
  const fitting = ranked.map(({ profile }) => profile);
  const others = PROFILES.filter((profile) => !fitting.includes(profile));
  const columns = columnsOf(sniff);
  return {
    container,
    columns,
    sureness: found || (best && best.score >= 5) ? 'sure' : best ? 'guess' : 'none',
    why: found
      ? `Its columns are those that the mapping “${found.name}” was kept for.`
      : best
        ? whyOf(best.profile.mapping, best.profile.title, columns, best.score)
        : 'No known format fits. Say below which column holds the prompts.',
    formats: [...fitting, ...others].map((profile) => ({
      name: profile.name,
      title: profile.title,
      fits: fitting.includes(profile),
      licence: profile.origin?.licence ?? null,
    })),
    kept: kept.map((one) => ({ name: one.name, fits: one === found, choice: choiceOf(one) })),
  };
}

function whyOf(
  mapping: Readonly<Record<string, string>>,
  title: string,
  columns: readonly string[],
  score: number,
): string {
  const words = Object.values(mapping).join(' ').toLowerCase();
  const telling = columns.filter((name) => new RegExp(`(^|[^\\w])${escaped(name)}([^\\w]|$)`).test(words));
  const seen = telling.length > 0 ? `It has ${telling.map((name) => `“${name}”`).join(', ')}` : '';
  if (score < 5) return `${seen || 'It has records'}, but nothing that tells one format from another.`;
  return seen ? `${seen}, as ${title} has.` : `It is laid out as ${title} is.`;
}

/** Names as the first record spells them. */
function columnsOf({ columns, first }: Recognised['sniff']): string[] {
  const spelled = new Map(Object.keys(first).map((name) => [name.toLowerCase(), name]));
  return [...columns].filter((name) => !name.startsWith('_')).map((name) => spelled.get(name) ?? name);
}

function choiceOf({ format, mapping }: KeptMapping): ImportChoice {
  const fields = Object.entries(mapping.fields).map(([name, sources]) => [name, [...sources]]);
  return { format, fields: Object.fromEntries(fields) };
}

/** The mapping of a choice, with the other spellings of values that a kept one of the same fields has. */
function mappingOf(choice: ImportChoice, kept: readonly KeptMapping[]): Mapping | null {
  if (Object.keys(choice.fields).length === 0) return null;
  const same = kept.find((one) => JSON.stringify(choiceOf(one)) === JSON.stringify(choice));
  return same?.mapping ?? { fields: choice.fields };
}

function rowOf({ row, line, reason }: SkippedRow): SkippedRow {
  return { row, line, reason };
}

function shortened(sample: SampleWithExtras): Sample {
  const { id, input, target, choices, dimension, expect, secrets, tags } = sample;
  const messages = messagesOf(input).map((message) => ({ ...message, content: cut(message.content) }));
  return JSON.parse(
    JSON.stringify({
      ...{ id, target, choices, dimension, expect, secrets, tags },
      input: typeof input === 'string' ? cut(input) : messages,
    }),
  );
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

function escaped(text: string): string {
  return text.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
