import { type JSONPath, modify, type Node } from 'jsonc-parser';
import type { GgufModel, ModelReference, RemoteModel, TraceDelimiters } from '../../shared/pair.ts';
import { DEFAULT_DELIMITERS } from '../endpoints/trace.ts';
import { errorAt, type Report, readFields, readString } from '../jsonText/fields.ts';
import { kindOf, type Property, spanOf } from '../jsonText/jsonText.ts';
import type { Fix } from '../jsonText/problem.ts';
import { originOf } from './keys.ts';

const MODEL_FIELDS = ['url', 'model', 'apiKey', 'gguf', 'trace', 'system', 'elicitTrace'];

/** Where something that a server runs stands in the file, and how messages call it. */
export interface ServedPlace {
  /** The text of the whole file. */
  text: string;
  /** Of the object. */
  path: JSONPath;
  /** As a sentence begins: `The baseline model`. */
  what: string;
  /** What the environment variable for its key may well be called, before it is made one. */
  owner: string;
}

/** A model: a `url` with a `model`, or a `gguf`. To be trusted only where no error was reported. */
export function readModel(
  place: ServedPlace,
  property: Property,
  node: Node,
  report: Report,
): ModelReference | null {
  const fields = readFields(node, MODEL_FIELDS, report);
  const shared = withElicitedTrace(
    {
      trace: readTrace(fields.get('trace'), report),
      system: readString(fields.get('system'), report) ?? null,
    },
    fields.get('elicitTrace'),
    report,
  );
  const url = fields.get('url');
  const gguf = fields.get('gguf');
  if (url && gguf) {
    report(errorAt(gguf.key, 'two-sources', 'A model has a “url” or a “gguf”, not both.'));
    return null;
  }
  if (gguf) {
    for (const name of ['model', 'apiKey']) {
      const field = fields.get(name);
      if (field)
        report(errorAt(field.key, 'two-sources', `“${name}” goes with a “url”; this model is a “gguf”.`));
    }
    const file = readString(gguf, report);
    return file === undefined
      ? null
      : ({ kind: 'gguf', gguf: file, ...shared } satisfies GgufModel & typeof shared);
  }
  if (!url) {
    const message = `${place.what} needs a “url” and a “model”, or a “gguf”.`;
    report(errorAt(property.key, 'missing-field', message));
    return null;
  }
  if (!fields.has('model')) {
    report(errorAt(property.key, 'missing-field', `${place.what} has a “url” but no “model” name.`));
  }
  const address = readUrl(url, report);
  const keyReference = readKey(place, fields.get('apiKey'), address, report);
  const model = readString(fields.get('model'), report);
  if (address === undefined || model === undefined) return null;
  return { kind: 'remote', url: address, model, keyReference, ...shared } satisfies RemoteModel &
    typeof shared;
}

/** An http or https address without user, query or fragment; undefined where it is none, which is reported. */
export function readUrl(field: Property, report: Report): string | undefined {
  const text = readString(field, report);
  if (text === undefined) return undefined;
  const wrong = (code: string, message: string) => {
    report(errorAt(field.value!, code, message));
    return undefined;
  };
  if (!/^https?:\/\//.test(text)) return wrong('bad-url', 'The “url” must begin with http:// or https://.');
  if (/^https?:\/\/[^/]*@/.test(text)) {
    return wrong('credentials-in-url', 'A “url” may not hold a user name or password; use “apiKey”.');
  }
  if (/[?#]/.test(text))
    return wrong('bad-url', 'The “url” is a base URL: it has no query and no #fragment.');
  // The schema has the same pattern.
  if (!/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/.test(text) || !URL.canParse(text)) {
    return wrong('bad-url', 'This “url” cannot be read as a URL.');
  }
  return text;
}

function readTrace(field: Property | undefined, report: Report): TraceDelimiters | null {
  if (!field?.value || field.value.type === 'null') return null;
  const items = field.value.type === 'array' ? (field.value.children ?? []) : [];
  const [open, close] = items;
  if (items.length === 2 && [open, close].every((item) => item?.type === 'string' && item.value !== '')) {
    return [open!.value, close!.value];
  }
  const message = '“trace” must be two non-empty strings: ["<think>", "</think>"].';
  report(errorAt(field.value, 'bad-trace', message));
  return null;
}

/**
 * What a model is told that is to write a trace without having learnt to. Plain words: instruction-tuned models of any
 * size follow them, and no template knows them.
 */
export function elicitation([open, close]: TraceDelimiters): string {
  return (
    'Before you answer, think the question through step by step. ' +
    `Begin with ${open}, write your thoughts, end them with ${close}, and write your answer after that.`
  );
}

type Told = Pick<ModelReference, 'trace' | 'system' | 'elicited'>;

/** `elicitTrace`: true for our words, or words of one's own. They follow the model's own system prompt. */
function withElicitedTrace(model: Told, field: Property | undefined, report: Report): Told {
  if (!field?.value || (field.value.type === 'boolean' && field.value.value === false)) return model;
  const isTrue = field.value.type === 'boolean';
  if (!isTrue && field.value.type !== 'string') {
    const message = `“elicitTrace” must be true, or the words that ask for a trace, not ${kindOf(field.value)}.`;
    report(errorAt(field.value, 'wrong-type', message));
    return model;
  }
  const trace = model.trace ?? DEFAULT_DELIMITERS;
  const elicited = isTrue ? elicitation(trace) : readString(field, report);
  if (elicited === undefined) return model;
  const missing = trace.filter((delimiter) => !elicited.includes(delimiter));
  if (missing.length > 0) {
    report({
      message: `These words do not ask for ${missing.join(' and ')}, by which the trace would be told from the answer.`,
      severity: 'warning',
      span: spanOf(field.value),
      code: 'no-delimiters',
    });
  }
  return { trace, system: [model.system, elicited].filter(Boolean).join('\n\n'), elicited };
}

/**
 * A key is named, never written: `${env:NAME}`, or nothing for the secret store. A key that is written all the same
 * is not used, so that a file that gets shared by mistake never was a way that worked.
 */
export function readKey(
  { text, path, owner }: ServedPlace,
  field: Property | undefined,
  url: string | undefined,
  report: Report,
): RemoteModel['keyReference'] {
  const written = readString(field, report);
  if (written === undefined) return null;
  const env = /^\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(written)?.[1];
  if (env !== undefined) return { env };
  const value = field!.value!;
  if (/^\$|^\{?env:/i.test(written)) {
    // Short of one character, this may still be a key: it is not quoted.
    report(errorAt(value, 'malformed-env', `A key from the environment is written ${envReference('NAME')}.`));
    return null;
  }
  const name = `${owner}_API_KEY`
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^(?=[0-9])/, '_');
  const fixes: Fix[] = [];
  if (url !== undefined) {
    fixes.push({
      title: `Move the key to the secret store, for ${originOf(url)} only`,
      edits: modify(text, [...path, 'apiKey'], undefined, {}).map(({ offset, length, content }) => ({
        span: [offset, offset + length] as const,
        text: content,
      })),
      store: { origin: originOf(url), span: spanOf(value) },
    });
  }
  fixes.push({
    title: `Replace by ${envReference(name)}`,
    edits: [{ span: spanOf(value), text: `"${envReference(name)}"` }],
  });
  report({
    message:
      'An API key is written in this file, and is not used. ' +
      `Take it from the environment with ${envReference('NAME')}, or from the secret store.`,
    severity: 'warning',
    span: spanOf(value),
    code: 'literal-key',
    fixes,
  });
  return null;
}

function envReference(name: string): string {
  return `\${env:${name}}`;
}
