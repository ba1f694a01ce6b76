import type { Node } from 'jsonc-parser';
import type { Span } from '../../shared/diff.ts';
import {
  type JudgeReference,
  type Lineage,
  METHODS,
  type Method,
  type ModelReference,
  type Pair,
  type Sampling,
} from '../../shared/pair.ts';
import { SIDES, type Side } from '../../shared/side.ts';
import { errorAt, type Report, readFields, readNumber, readObject, readString } from '../jsonText/fields.ts';
import {
  kindOf,
  markAsSpace,
  type Property,
  parseJsonText,
  propertiesOf,
  spanOf,
} from '../jsonText/jsonText.ts';
import { suggestion } from '../jsonText/nearest.ts';
import type { Problem } from '../jsonText/problem.ts';
import { readJudgeNames, readJudges } from './judges.ts';
import { readModel } from './models.ts';

/** The name of the file that declares a workspace's pairs. */
export const PAIR_FILE = 'driftscope.json';

/** What a pair that does not say otherwise samples with: greedy, and room for a long trace. */
export const DEFAULT_SAMPLING: Sampling = { temperature: 0, maxTokens: 4096, seed: 1, topP: null };

const TOP_FIELDS = ['$schema', 'pairs', 'judges'];
const PAIR_FIELDS = ['method', 'baseline', 'reasoning', 'sampling', 'scoring', 'lineage', 'judges'];
const SAMPLING_FIELDS = ['temperature', 'maxTokens', 'seed', 'topP'];
const SCORING_FIELDS = ['k'];
const LINEAGE_FIELDS = ['base', 'notes'];

export interface PairFile {
  /** The pairs without an error, in the order of the file. */
  pairs: Pair[];
  /** Where each pair's name stands, whole or not: `[start, end)` in UTF-16 units. */
  places: Map<string, Span>;
  /** The judges without an error. Declaring one sends nothing: a pair or a command has to ask for it. */
  judges: JudgeReference[];
  /** By position. A pair with a warning is still whole. */
  problems: Problem[];
}

/**
 * Reads a pair file: JSON in which comments and trailing commas are welcome. Never throws; what is wrong becomes a
 * problem at its place. Paths of GGUF files stay as written: see `withPathsFrom`.
 */
export function parsePairFile(text: string): PairFile {
  const body = markAsSpace(text);
  const { root, problems } = parseJsonText(body, 'jsonc');
  // A missing comma leaves the values on both sides of it whole.
  const broken = problems.filter((p) => p.code !== 'json-comma').map((p) => p.span[0]);
  const report: Report = (problem) => problems.push(problem);
  const file: PairFile = { pairs: [], places: new Map(), judges: [], problems };
  const asked: AskedJudges[] = [];
  if (root?.type === 'object') {
    const fields = readFields(root, TOP_FIELDS, report);
    const list = readObject(fields.get('pairs'), report);
    if (list) readPairs(list);
    else if (!fields.has('pairs') && broken.length === 0) {
      report(errorAt(root, 'missing-field', 'The pair file has no “pairs”: {"pairs": {"NAME": {…}}}.'));
    }
    const judges = readObject(fields.get('judges'), report);
    if (judges) file.judges = readJudges(body, judges, file.pairs, report);
    giveJudges(judges ? propertiesOf(judges).map(({ name }) => name) : []);
  } else if (root) {
    report(errorAt(root, 'wrong-type', `A pair file holds an object, not ${kindOf(root)}.`));
  }
  problems.sort((a, b) => a.span[0] - b.span[0]);
  return file;

  function readPairs(list: Node): void {
    for (const property of propertiesOf(list)) {
      const { name, key } = property;
      if (name.trim() === '') report(errorAt(key, 'empty', 'A pair needs a name.'));
      else if (file.places.has(name))
        report(errorAt(key, 'duplicate-pair', `Two pairs are called “${name}”.`));
      else {
        file.places.set(name, spanOf(key));
        const found: Problem[] = [];
        const read = readPair(body, property, (problem) => found.push(problem));
        const end = property.value ? property.value.offset + property.value.length : key.offset + key.length;
        const cut = broken.some((offset) => offset >= key.offset && offset <= end);
        // Where the syntax is broken, that something is missing follows from it.
        found.filter((p) => !(cut && p.code === 'missing-field')).forEach(report);
        if (read && !cut && !found.some((p) => p.severity === 'error')) {
          file.pairs.push(read.pair);
          asked.push(read);
        }
      }
    }
  }

  /** Puts the judges that pairs name in their place. A pair that names none that is whole is not whole itself. */
  function giveJudges(declared: readonly string[]): void {
    for (const { pair, names } of asked) {
      const found = names.map(({ name }) => file.judges.find((judge) => judge.name === name));
      names.forEach(({ name, node }, index) => {
        if (found[index] || declared.includes(name)) return; // what is wrong with a declared one is said there
        report(
          errorAt(
            node,
            'unknown-judge',
            `There is no judge “${name}”${suggestion(name, declared) || ' in “judges”.'}`,
          ),
        );
      });
      if (found.includes(undefined)) file.pairs.splice(file.pairs.indexOf(pair), 1);
      else if (found.length > 0) pair.judges = found.filter((judge) => judge !== undefined);
    }
  }
}

/** A pair, and the names of the judges that it asks, with where they stand. */
interface AskedJudges {
  pair: Pair;
  names: { name: string; node: Node }[];
}

/** The pair, to be trusted only where no error was reported. */
function readPair(text: string, property: Property, report: Report): AskedJudges | null {
  const node = readObject(property, report);
  if (!node) return null;
  const fields = readFields(node, PAIR_FIELDS, report);
  const model = (side: Side): ModelReference | null => {
    const field = fields.get(side);
    if (!field) {
      report(errorAt(property.key, 'missing-field', `The pair “${property.name}” has no “${side}” model.`));
      return null;
    }
    const object = readObject(field, report);
    const place = {
      text,
      path: ['pairs', property.name, side],
      what: `The ${side} model`,
      owner: property.name,
    };
    return object ? readModel(place, field, object, report) : null;
  };
  const [baseline, reasoning] = SIDES.map(model);
  const method = readMethod(fields.get('method'), report);
  const sampling = readSampling(readObject(fields.get('sampling'), report), report);
  const scoring = readScoring(readObject(fields.get('scoring'), report), report);
  const lineage = readLineage(readObject(fields.get('lineage'), report), report);
  const names = readJudgeNames(fields.get('judges'), report);
  if (!baseline || !reasoning) return null;
  const { name } = property;
  return { pair: { name, method, models: { baseline, reasoning }, sampling, lineage, ...scoring }, names };
}

function readMethod(field: Property | undefined, report: Report): Method {
  const text = readString(field, report);
  if (text === undefined) return 'other';
  const method = METHODS.find((known) => known === text);
  if (!method) {
    const hint = suggestion(text, METHODS) || `; it is one of ${METHODS.join(', ')}.`;
    report(errorAt(field!.value!, 'unknown-method', `Unknown method “${text}”${hint}`));
  }
  return method ?? 'other';
}

function readSampling(node: Node | undefined, report: Report): Sampling {
  if (!node) return { ...DEFAULT_SAMPLING };
  const fields = readFields(node, SAMPLING_FIELDS, report);
  const isNull = (name: string) => fields.get(name)?.value?.type === 'null';
  const number = (name: string, range: Parameters<typeof readNumber>[1]) =>
    readNumber(fields.get(name), range, report);
  return {
    temperature: number('temperature', { min: 0 }) ?? DEFAULT_SAMPLING.temperature,
    maxTokens: number('maxTokens', { min: 1, integer: true }) ?? DEFAULT_SAMPLING.maxTokens,
    seed: isNull('seed') ? null : (number('seed', { min: 0, integer: true }) ?? DEFAULT_SAMPLING.seed),
    topP: isNull('topP') ? null : (number('topP', { min: 0, above: true, max: 1 }) ?? DEFAULT_SAMPLING.topP),
  };
}

function readScoring(node: Node | undefined, report: Report): Pick<Pair, 'scoring'> {
  const field = node && readFields(node, SCORING_FIELDS, report).get('k');
  if (!field) return {};
  if (field.value?.type === 'string') {
    if (field.value.value === 'all') return { scoring: { k: 'all' } };
    report(errorAt(field.value, 'wrong-type', '“k” is a number of tokens, or "all".'));
    return {};
  }
  const k = readNumber(field, { min: 1, integer: true }, report);
  return k === undefined ? {} : { scoring: { k } };
}

function readLineage(node: Node | undefined, report: Report): Lineage | null {
  if (!node) return null;
  const fields = readFields(node, LINEAGE_FIELDS, report);
  const base = readString(fields.get('base'), report);
  const notes = readString(fields.get('notes'), report);
  return { ...(base === undefined ? {} : { base }), ...(notes === undefined ? {} : { notes }) };
}
