import type { Problem } from '../../../core/jsonText/problem.ts';
import type { SampleResult } from '../../../shared/promptSetView.ts';

/** What a search looks at of one line. */
export interface Searched {
  /** The line as it stands. */
  text: string;
  /** Null: it holds no JSON object. */
  value: Readonly<Record<string, unknown>> | null;
  problems(): readonly Pick<Problem, 'code' | 'severity' | 'message'>[];
  result(): SampleResult | null;
}

export interface Filter {
  /** Every line matches. */
  isEmpty: boolean;
  /** Whether problems are looked at, which takes that every line has been read once. */
  asksProblems: boolean;
  matches(line: Searched): boolean;
}

type Term = (line: Searched) => boolean;

/** Short names of fields. */
const FIELDS: Readonly<Record<string, string>> = {
  dim: 'dimension',
  tag: 'tags',
  secret: 'secrets',
  choice: 'choices',
};

/** Words that say something of a sample rather than stand in it. In quotes they are words. */
const STATES: Readonly<Record<string, Term>> = {
  flipped: (line) => (line.result()?.flips.length ?? 0) > 0,
  compared: (line) => line.result() !== null,
  stale: (line) => line.result()?.stale === true,
  chat: ({ value }) => Array.isArray(value?.input),
};

/**
 * Reads a search: words and `"phrases"`, each of which a line must hold in any case of letters; `field:value`, of which
 * `dimension`, `expect` and `id` must begin with the value and any other field (also of the metadata) hold it, while
 * `field:` alone asks that it be there; `problem:` with a kind, a severity or nothing; `flipped`, `compared`, `stale`,
 * `chat`. A minus in front turns a term round.
 */
export function parseFilter(query: string): Filter {
  let asksProblems = false;
  const terms = [...query.matchAll(/(-?)(?:([\p{L}\w.]+):)?(?:"([^"]*)"?|(\S+))?/gu)]
    .filter(([whole]) => whole.trim() !== '')
    .map(([, minus, field, phrase, word]) => {
      const value = (phrase ?? word ?? '').toLowerCase();
      const name = field?.toLowerCase();
      asksProblems ||= name === 'problem';
      const term =
        name !== undefined
          ? fieldTerm(FIELDS[name] ?? field!, value)
          : phrase === undefined && Object.hasOwn(STATES, value)
            ? STATES[value]!
            : wordTerm(value);
      return minus ? (line: Searched) => !term(line) : term;
    });
  return {
    isEmpty: terms.length === 0,
    asksProblems,
    matches: (line) => terms.every((term) => term(line)),
  };
}

function fieldTerm(field: string, value: string): Term {
  const holds = (text: string) => text.toLowerCase().includes(value);
  switch (field.toLowerCase()) {
    case 'problem':
      return (line) =>
        line
          .problems()
          .some(
            ({ code, severity, message }) =>
              value === '' || severity.startsWith(value) || holds(code) || holds(message),
          );
    case 'is':
      return STATES[value] ?? (() => false);
    case 'dimension':
    case 'expect':
    case 'id':
      return ({ value: sample }) => {
        const own = sample?.[field.toLowerCase()];
        if (value === '') return own === undefined || own === '';
        return own !== undefined && String(own).toLowerCase().startsWith(value);
      };
    default:
      return ({ value: sample }) => {
        const own = sample && (ownField(sample, field) ?? ownField(sample.metadata, field));
        return own !== undefined && own !== null && someText(own, holds);
      };
  }
}

/** Case of letters in a field's name aside. */
function ownField(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined;
  if (Object.hasOwn(object, name)) return (object as Record<string, unknown>)[name];
  const lower = name.toLowerCase();
  return Object.entries(object).find(([own]) => own.toLowerCase() === lower)?.[1];
}

function wordTerm(word: string): Term {
  const holds = (text: string) => text.toLowerCase().includes(word);
  return ({ text, value }) => (value ? someText(value, holds) : holds(text));
}

/** Whether any text in a JSON value is as wanted. */
function someText(value: unknown, accepts: (text: string) => boolean): boolean {
  if (typeof value === 'string') return accepts(value);
  if (typeof value !== 'object' || value === null) return accepts(String(value));
  for (const item of Object.values(value)) if (someText(item, accepts)) return true;
  return Array.isArray(value) && value.length === 0 && accepts('');
}
