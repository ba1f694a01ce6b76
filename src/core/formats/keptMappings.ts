import { fail } from '../../shared/failure.ts';
import { type Mapping, readMapping, writeMapping } from './mapping.ts';
import { isObject } from './record.ts';

/** Where a workspace keeps mappings, so that they travel with it in version control. */
export const MAPPINGS_FILE = '.driftscope/mappings.json';

/** A mapping that somebody made by hand, under a name, with what it is recognised by. */
export interface KeptMapping {
  name: string;
  /** The columns of the file it was made for, in lower case and sorted. */
  columns: readonly string[];
  /** The profile that it goes on top of; null: none. */
  format: string | null;
  mapping: Mapping;
}

/**
 * Reads `{"mappings": {"NAME": {"columns": […], "format"?: …, "fields": {…}, "values"?: {…}}}}`.
 * @throws FailureError `invalid-input`, naming what is wrong.
 */
export function readMappings(text: string): KeptMapping[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail('invalid-input', `${MAPPINGS_FILE} is no JSON: ${(error as Error).message}`);
  }
  const mappings = isObject(value) ? value.mappings : undefined;
  if (!isObject(mappings)) {
    return fail('invalid-input', `${MAPPINGS_FILE} must be an object {"mappings": {"NAME": …}}.`);
  }
  return Object.entries(mappings).map(([name, kept]) => {
    if (!isObject(kept)) return fail('invalid-input', `In ${MAPPINGS_FILE}, “${name}” is no mapping.`);
    const columns = Array.isArray(kept.columns) ? kept.columns.filter((one) => typeof one === 'string') : [];
    return {
      name,
      columns: normalised(columns),
      format: typeof kept.format === 'string' ? kept.format : null,
      mapping: readMapping(JSON.stringify({ fields: kept.fields, values: kept.values })),
    };
  });
}

/** The text of a mappings file with one more; one of the same name makes room. */
export function withMapping(kept: readonly KeptMapping[], added: KeptMapping): string {
  const all = [...kept.filter(({ name }) => name !== added.name), added];
  const entries = all.map(({ name, columns, format, mapping }) => [
    name,
    { columns: normalised(columns), ...(format ? { format } : {}), ...JSON.parse(writeMapping(mapping)) },
  ]);
  return `${JSON.stringify({ mappings: Object.fromEntries(entries) }, null, 2)}\n`;
}

/** The mapping that was made for a file of these columns; undefined: none. */
export function keptFor(kept: readonly KeptMapping[], columns: Iterable<string>): KeptMapping | undefined {
  const wanted = normalised(columns).join('\n');
  return kept.find(({ columns }) => columns.length > 0 && normalised(columns).join('\n') === wanted);
}

function normalised(columns: Iterable<string>): string[] {
  const names = [...columns].map((name) => name.toLowerCase()).filter((name) => !name.startsWith('_'));
  return [...new Set(names)].sort();
}
