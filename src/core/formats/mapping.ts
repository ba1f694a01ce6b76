import { fail } from '../../shared/failure.ts';
import { IMPORT_FIELDS, type ImportField } from '../../shared/importView.ts';
import { DIMENSIONS, type Dimension } from '../../shared/prompt.ts';
import { nearest, suggestion } from '../jsonText/nearest.ts';
import { inputIn, plainInput } from './ownFields.ts';
import { type Draft, fieldOf, needList, type Row, rest, type Sniff, skip, textIn } from './profile.ts';
import { isObject } from './record.ts';

export type MappedField = ImportField;

/**
 * What columns mean, said by hand. A field's source is a column; or a text with `{column}` in it; or, where no column is
 * called so, the value itself (not for `id` and `input`). Several sources make a list.
 */
export interface Mapping {
  fields: Partial<Record<MappedField, readonly string[]>>;
  /** Other spellings of a field's values: `{expect: {safe: "comply", unsafe: "refuse"}}`. */
  values?: Partial<Record<MappedField, Readonly<Record<string, string>>>>;
}

/** Reads `input=col,target=col2,dimension=safety`. @throws FailureError `invalid-input`. */
export function parseMapping(text: string): Mapping {
  const fields: Partial<Record<MappedField, string[]>> = {};
  for (const part of text.split(',')) {
    const [, name, source] = /^\s*([^=]+?)\s*=\s*(.+?)\s*$/.exec(part) ?? [];
    if (name === undefined || source === undefined) {
      return fail('invalid-input', `“${part.trim()}” is no mapping.`, {
        remedy: 'Write FIELD=COLUMN,FIELD=COLUMN.',
      });
    }
    const field = fieldCalled(name);
    fields[field] = [...(fields[field] ?? []), source];
  }
  return { fields };
}

/** Reads a mapping that was kept as JSON: `{"fields": {"input": "col", "tags": ["a", "b"]}, "values"?: …}`. @throws FailureError */
export function readMapping(text: string): Mapping {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail('invalid-input', `The mapping is no JSON: ${(error as Error).message}`);
  }
  if (!isObject(value) || !isObject(value.fields)) {
    return fail('invalid-input', 'A mapping is an object {"fields": {"input": "COLUMN", …}}.');
  }
  const fields: Partial<Record<MappedField, string[]>> = {};
  for (const [name, source] of Object.entries(value.fields)) {
    const sources = Array.isArray(source) ? source : [source];
    if (!sources.every((one) => typeof one === 'string')) {
      return fail(
        'invalid-input',
        `In the mapping, the source of “${name}” must be text or a list of texts.`,
      );
    }
    fields[fieldCalled(name)] = sources;
  }
  const values = isObject(value.values) ? (value.values as NonNullable<Mapping['values']>) : undefined;
  return values ? { fields, values } : { fields };
}

/** A mapping as the text that {@link readMapping} reads. */
export function writeMapping({ fields, values }: Mapping): string {
  const short = Object.fromEntries(
    Object.entries(fields).map(([name, sources]) => [name, sources.length === 1 ? sources[0] : sources]),
  );
  return `${JSON.stringify(values ? { fields: short, values } : { fields: short }, null, 2)}\n`;
}

/** @throws FailureError `invalid-input` where a source can neither be a column nor a value, naming the columns there are. */
export function checkMapping({ fields }: Mapping, { columns }: Sniff): void {
  const isColumn = (name: string) => columns.has(name.toLowerCase());
  const shown = [...columns].filter((name) => !name.startsWith('_'));
  for (const [field, sources] of Object.entries(fields) as [MappedField, readonly string[]][]) {
    for (const source of sources) {
      const named = [...source.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name!);
      const missing =
        named.length > 0 ? named.filter((name) => !isColumn(name)) : isColumn(source) ? [] : [source];
      const mayBeValue = named.length === 0 && field !== 'input' && field !== 'id';
      if (missing.length === 0 || (mayBeValue && field !== 'dimension')) continue;
      if (mayBeValue && DIMENSIONS.some((name) => name === source)) continue;
      const candidates = field === 'dimension' ? [...shown, ...DIMENSIONS] : shown;
      fail(
        'invalid-input',
        `There is no column “${missing[0]}”${suggestion(missing[0]!, candidates) || '.'}`,
        {
          remedy: `The columns are: ${shown.join(', ')}.`,
        },
      );
    }
  }
}

/** A record as the mapping says. Columns that it does not name become metadata. @throws SkipRow */
export function mapByHand(mapping: Mapping, row: Row): Draft {
  const { input, ...fields } = fieldsByHand(mapping, row);
  if (input === undefined) return skip('The mapping names no “input”.');
  const used = Object.values(mapping.fields).flatMap((sources) =>
    sources.flatMap((source) => [source, ...[...source.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name!)]),
  );
  const metadata = rest(row, ...used);
  return { input, ...fields, ...(Object.keys(metadata).length > 0 ? { metadata } : {}) };
}

/** The fields that a mapping names, of one record: laid over what a profile has read. @throws SkipRow */
export function fieldsByHand({ fields, values }: Mapping, row: Row): Partial<Draft> {
  const draft: Partial<Draft> = {};
  for (const [field, sources] of Object.entries(fields) as [MappedField, readonly string[]][]) {
    const spelled = (text: string) => values?.[field]?.[text] ?? text;
    if (field === 'input') draft.input = inputFrom(sources, row);
    else if (field === 'choices' || field === 'secrets' || field === 'tags') {
      const list = sources.flatMap((source) => listFrom(source, row)).map(spelled);
      if (list.length > 0) draft[field] = list;
    } else {
      const found = sources.map((source) => textFrom(source, row)).filter((text) => text !== undefined);
      if (found.length === 0) continue;
      const texts = found.map(spelled);
      if (field === 'dimension') draft.dimension = dimensionCalled(texts[0]!);
      else if (field === 'target' && texts.length > 1) draft.target = texts;
      else draft[field] = texts[0]!;
    }
  }
  return draft;
}

function inputFrom(sources: readonly string[], row: Row): Draft['input'] {
  const [only] = sources;
  if (sources.length === 1 && !only!.includes('{')) return plainInput(inputIn(fieldOf(row, only!) ?? ''));
  const texts = sources.map((source) => textFrom(source, row)).filter((text) => text !== undefined);
  return inputIn(texts.join('\n'));
}

/** A column, a text with columns in it, or a value; undefined: an empty column. */
function textFrom(source: string, row: Row): string | undefined {
  if (source.includes('{'))
    return source.replace(/\{([^{}]+)\}/g, (_, name: string) => textIn(row, name) ?? '');
  if (fieldOf(row, source) !== undefined) return textIn(row, source);
  return source;
}

function listFrom(source: string, row: Row): string[] {
  const value = fieldOf(row, source);
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'string' && value.trim().startsWith('[')) return needList(row, source).map(String);
  const text = textFrom(source, row);
  return text === undefined ? [] : [text];
}

function dimensionCalled(text: string): Dimension {
  return DIMENSIONS.find((name) => name === text.trim().toLowerCase()) ?? skip(`“${text}” is no dimension.`);
}

function fieldCalled(name: string): MappedField {
  const field = IMPORT_FIELDS.find((known) => known === name);
  if (field) return field;
  const meant = nearest(name, IMPORT_FIELDS);
  return fail(
    'invalid-input',
    `A sample has no field “${name}”${meant ? `; did you mean “${meant}”?` : '.'}`,
    {
      remedy: `The fields are: ${IMPORT_FIELDS.join(', ')}.`,
    },
  );
}
