import { parseJsonText, propertiesOf } from '../../../core/jsonText/jsonText.ts';
import type { Problem } from '../../../core/jsonText/problem.ts';
import { KNOWN_FIELDS, type ParsedLine } from '../../../core/prompts/sample.ts';
import { inputText, type Message } from '../../../shared/prompt.ts';
import {
  PREVIEW,
  type PromptRow,
  type RowProblem,
  type SampleDetail,
  type SampleResult,
} from '../../../shared/promptSetView.ts';
import { prettyJson } from './prettyJson.ts';

/** One line of a set, with what is known of it. */
export interface KnownLine {
  key: number;
  /** 1-based. */
  line: number;
  /** Without its end and a byte order mark. */
  text: string;
  parsed: ParsedLine;
  /** With spans in UTF-16 units of the line. */
  problems: readonly Problem[];
}

/** Fields of the metadata, or of other tools, that say where a sample comes from. */
const PROVENANCE = [
  'source',
  'dataset',
  'license',
  'licence',
  'url',
  'split',
  'row',
  'variant_of',
  'variant',
  'note',
];

/** What the grid shows of a line. */
export function rowOf(known: KnownLine, result: SampleResult | null): PromptRow {
  const { key, line, text, parsed } = known;
  const { value } = parsed;
  const problems = rowProblems(known);
  if (!value) return { kind: 'broken', key, line, problems, ...preview(text, 'text') };
  const { input } = parsed;
  const shown = input === null ? textIn(value.input) : inputText(input);
  return {
    kind: 'sample',
    key,
    line,
    problems,
    id: idIn(parsed),
    dimension: textIn(value.dimension),
    expect: textIn(value.expect),
    ...preview(shown, 'input'),
    inputKind: input === null ? 'none' : typeof input === 'string' ? 'text' : 'chat',
    turns: Array.isArray(input) ? input.length : 1,
    target: isTexts(value.target) ? value.target : textIn(value.target),
    choices: isTexts(value.choices) ? value.choices : [],
    tags: isTexts(value.tags) ? value.tags : [],
    result,
  };
}

/** The id as the grid shows it; '' where there is none. */
export function idIn({ value }: ParsedLine): string {
  return value?.id === undefined ? '' : textIn(value.id);
}

/** All of a line, to be edited. */
export function detailOf(known: KnownLine, history: SampleResult[]): SampleDetail {
  const { key, line, text, parsed } = known;
  const { value, input } = parsed;
  const problems = rowProblems(known);
  if (!value) return { kind: 'broken', key, line, problems, text };
  // An empty input is one to be filled in, whatever the checker says of it.
  const editable = input ?? (typeof value.input === 'string' || isMessages(value.input) ? value.input : null);
  const target = typeof value.target === 'string' || isTexts(value.target) ? value.target : null;
  const isShown: Readonly<Record<string, boolean>> = {
    id: typeof value.id !== 'object',
    dimension: isAbsentOr(value.dimension, 'string'),
    expect: isAbsentOr(value.expect, 'string'),
    input: value.input === undefined || editable !== null,
    target: value.target === undefined || target !== null,
    choices: value.choices === undefined || isTexts(value.choices),
    secrets: value.secrets === undefined || isTexts(value.secrets),
    tags: value.tags === undefined || isTexts(value.tags),
    metadata: value.metadata === undefined || isObject(value.metadata),
  };
  const written = writtenFields(text);
  const others = [...written.keys()].filter((name) => !isShown[name] || !KNOWN_FIELDS.includes(name));
  const metadata = isObject(value.metadata) ? value.metadata : {};
  return {
    kind: 'sample',
    key,
    line,
    problems,
    id: value.id === undefined ? '' : textIn(value.id),
    dimension: typeof value.dimension === 'string' ? value.dimension : '',
    expect: typeof value.expect === 'string' ? value.expect : '',
    input: value.input === undefined ? '' : editable,
    target,
    choices: isTexts(value.choices) ? value.choices : [],
    secrets: isTexts(value.secrets) ? value.secrets : [],
    tags: isTexts(value.tags) ? value.tags : [],
    metadata: isObject(value.metadata) ? prettyJson(written.get('metadata') ?? '{}') : '',
    fields: others.map((name) => ({ name, json: prettyJson(written.get(name)!) })),
    provenance: PROVENANCE.flatMap((name) => {
      const own = metadata[name];
      return own === undefined ? [] : [{ name, value: textIn(own) }];
    }),
    history,
  };
}

/** A problem with the field it stands at, in place of a span that means nothing to a grid. */
function rowProblems({ text, problems }: Pick<KnownLine, 'text' | 'problems'>): RowProblem[] {
  if (problems.length === 0) return [];
  const { root } = parseJsonText(text, 'json');
  const fields = root?.type === 'object' ? propertiesOf(root) : [];
  return problems.map(({ code, severity, message, span, fixes }) => {
    const [first, last] = span;
    const field = fields.find(
      ({ key, value }) => first >= key.offset && last <= (value ? value.offset + value.length : last),
    );
    // What is missing has no place of its own.
    const missing = /^missing-(id|input|target|secrets)$/.exec(code)?.[1];
    return {
      code,
      severity,
      message,
      field: missing ?? field?.name ?? null,
      fixes: fixes?.map(({ title }) => title) ?? [],
    };
  });
}

/** The text of every field as it stands on the line, by name. */
function writtenFields(text: string): Map<string, string> {
  const { root } = parseJsonText(text, 'json');
  if (root?.type !== 'object') return new Map();
  return new Map(
    propertiesOf(root).flatMap(({ name, value }) =>
      value ? [[name, text.slice(value.offset, value.offset + value.length)] as const] : [],
    ),
  );
}

function preview<K extends 'text' | 'input'>(text: string, name: K) {
  let end = Math.min(text.length, PREVIEW);
  if (end < text.length && /[\ud800-\udbff]/.test(text[end - 1]!)) end--;
  return { [name]: text.slice(0, end), isCut: end < text.length } as Record<K, string> & { isCut: boolean };
}

/** A value as a cell shows it: text as it is, anything else as JSON. */
function textIn(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isAbsentOr(value: unknown, type: 'string'): boolean {
  return value === undefined || typeof value === type;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMessages(value: unknown): value is Message[] {
  return (
    Array.isArray(value) &&
    value.every(
      (item) =>
        isObject(item) &&
        typeof item.content === 'string' &&
        ['system', 'user', 'assistant'].includes(item.role as string),
    )
  );
}
