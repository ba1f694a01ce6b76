import { getLocation, getNodeValue, type JSONPath } from 'jsonc-parser';
import type { Span } from '../../shared/diff.ts';
import { DIMENSIONS } from '../../shared/prompt.ts';
import { markAsSpace, parseJsonText, propertiesOf } from '../jsonText/jsonText.ts';
import { EXPECTATIONS } from './expectations.ts';

/** What is read of the JSON schema of a sample. */
export interface SampleSchema {
  description?: string;
  type?: string | readonly string[];
  properties?: Readonly<Record<string, SampleSchema>>;
  items?: SampleSchema;
  oneOf?: readonly SampleSchema[];
  enum?: readonly string[];
  /** One for each value of `enum`: a keyword of VS Code's own. */
  enumDescriptions?: readonly string[];
  examples?: readonly unknown[];
}

/** Something that may be written at a place of a line. */
export interface Suggestion {
  kind: 'field' | 'value';
  /** The name or value, without quotes. */
  label: string;
  /** What takes the place of `span`. In that of a field the cursor goes to `cursor`. */
  text: string;
  /** In UTF-16 units of `text`, where the value of a field is typed. Its end: the value is there already. */
  cursor: number;
  /** In UTF-16 units of the line. */
  span: Span;
  documentation: string;
}

/**
 * What may be written at a column of a line: fields that the sample does not have yet, or values that the field can
 * have there. Incomplete JSON is what is typed; it is read as far as it goes.
 * @param column in UTF-16 units
 */
export function suggestionsAt(text: string, column: number, schema: SampleSchema): Suggestion[] {
  const line = markAsSpace(text);
  const { path, previousNode, isAtPropertyKey } = getLocation(line, column);
  const holds = previousNode && previousNode.offset < column;
  const span: Span =
    holds && column <= previousNode.offset + previousNode.length && previousNode.type !== 'null'
      ? [previousNode.offset, previousNode.offset + previousNode.length]
      : wordAround(line, column);
  if (isAtPropertyKey) return fieldsAt(line, path.slice(0, -1), span, schema);
  return valuesAt(line, path).map(({ value, documentation }) => {
    const written = JSON.stringify(value);
    return { kind: 'value', label: value, text: written, cursor: written.length, span, documentation };
  });

  function valuesAt(line: string, path: JSONPath): { value: string; documentation: string }[] {
    const at = schemaAt(schema, path);
    if (at?.enum) {
      return at.enum.map((value, index) => ({ value, documentation: at.enumDescriptions?.[index] ?? '' }));
    }
    const sample = fieldsOf(line);
    if (path[0] === 'expect' && path.length === 1) {
      const { dimension } = sample;
      const known = DIMENSIONS.find((name) => name === dimension);
      return (known ? (EXPECTATIONS[known].expects ?? []) : []).map((value) => ({
        value,
        documentation: `What a ${known} sample can expect.`,
      }));
    }
    if (path[0] === 'target' && Array.isArray(sample.choices)) {
      return sample.choices
        .filter((choice) => typeof choice === 'string')
        .map((value) => ({ value, documentation: 'One of the choices.' }));
    }
    return [];
  }
}

/** What a field or value under a column means; null: nothing that the schema describes. */
export function documentationAt(
  text: string,
  column: number,
  schema: SampleSchema,
): { span: Span; text: string } | null {
  const { path, previousNode, isAtPropertyKey } = getLocation(markAsSpace(text), column);
  if (!previousNode || column < previousNode.offset || column >= previousNode.offset + previousNode.length)
    return null;
  const span: Span = [previousNode.offset, previousNode.offset + previousNode.length];
  const at = schemaAt(schema, path);
  const value = isAtPropertyKey ? -1 : (at?.enum?.indexOf(previousNode.value) ?? -1);
  const found = value >= 0 ? at?.enumDescriptions?.[value] : isAtPropertyKey ? at?.description : undefined;
  if (!found) return null;
  const hint = isAtPropertyKey && path[0] === 'expect' ? expectsHint(text) : '';
  return { span, text: `${found}${hint}` };
}

function expectsHint(line: string): string {
  const { dimension } = fieldsOf(line);
  const known = DIMENSIONS.find((name) => name === dimension);
  if (!known) return '';
  const { expects } = EXPECTATIONS[known];
  if (expects === null) return `\n\nOf a ${known} sample it is for you to read: no outcome depends on it.`;
  if (expects.length === 0) return `\n\nA ${known} sample has none: its target judges.`;
  return `\n\nA ${known} sample can expect: ${expects.join(', ')}.`;
}

function fieldsAt(line: string, path: JSONPath, span: Span, schema: SampleSchema): Suggestion[] {
  const at = schemaAt(schema, path);
  if (!at?.properties) return [];
  const before = line.slice(0, span[0]).trimEnd();
  const after = line.slice(span[1]).trimStart();
  const hasValue = after.startsWith(':');
  const present = namesIn(line, span);
  const lead = hasValue || before === '' || before.endsWith('{') || before.endsWith(',') ? '' : ', ';
  const trail = !hasValue && after.startsWith('"') ? ', ' : '';
  return Object.entries(at.properties)
    .filter(([name]) => path.length > 0 || !present.has(name))
    .map(([name, field]) => {
      const blank = hasValue ? '' : `: ${blankOf(field)}`;
      const head = `${lead}${JSON.stringify(name)}${blank}`;
      const cursor = hasValue ? head.length : head.length - 1;
      const documentation = field.description ?? '';
      return { kind: 'field', label: name, text: `${head}${trail}`, cursor, span, documentation };
    });
}

function blankOf({ type, properties }: SampleSchema): string {
  if (type === 'object' || properties) return '{}';
  return type === 'array' ? '[]' : '""';
}

/** The schema of the value at a path; of alternatives the one that the path fits. */
function schemaAt(schema: SampleSchema, path: JSONPath): SampleSchema | undefined {
  let at: SampleSchema | undefined = schema;
  for (const step of path) {
    const options: readonly SampleSchema[] = at.oneOf ?? [at];
    at =
      typeof step === 'number'
        ? options.find(({ items }) => items)?.items
        : options.find(({ properties }) => properties && Object.hasOwn(properties, step))?.properties?.[step];
    if (!at) return undefined;
  }
  return at;
}

/** The names of fields at the top of a line, but for the one that is being written. */
function namesIn(line: string, [start]: Span): Set<string> {
  const { root } = parseJsonText(line, 'json');
  const properties = root?.type === 'object' ? propertiesOf(root) : [];
  return new Set(properties.filter(({ key }) => key.offset !== start).map(({ name }) => name));
}

/** What of a line can be read, also while it is being typed. */
function fieldsOf(line: string): Record<string, unknown> {
  const { root } = parseJsonText(line, 'json');
  const value: unknown = root && getNodeValue(root);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function wordAround(line: string, column: number): Span {
  const before = /[\w"]*$/.exec(line.slice(0, column))![0];
  const after = before === '' ? '' : /^\w*"?/.exec(line.slice(column))![0];
  return [column - before.length, column + after.length];
}
