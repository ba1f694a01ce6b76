import type { AuditAnalysis, DriftProfile, RunInfo, RunProgress } from '../audit.ts';
import { modelLabel, type Pair } from '../pair.ts';
import { SIDES } from '../side.ts';
import { METHOD_NAMES } from './figures.ts';

/** One run with all that its outcomes add up to: what every format of a report is made of. */
export interface RunReport {
  info: RunInfo;
  progress: RunProgress;
  analysis: AuditAnalysis;
  /** Absent: not asked for, since it reads every token of the run. Null: no drift is scored by position. */
  profile?: DriftProfile | null;
}

/** All that was set and is known of a run, as name and value. */
export function parameters({ info, progress, analysis }: RunReport): [name: string, value: string][] {
  const { pair, generations, scoring, set, detectors, imported } = info;
  const { options, samples, undimensioned } = analysis;
  const rows: [string, string | null][] = [
    ['Pair', `${pair.name} (${METHOD_NAMES[pair.method]})`],
    ...SIDES.map((side): [string, string] => [
      side === 'baseline' ? 'Baseline' : 'Reasoning model',
      identity(info, side),
    ]),
    [
      'Prompt set',
      `${set.name}, ${samples} samples${set.sha256 ? `, SHA-256 ${set.sha256.slice(0, 12)}…` : ''}`,
    ],
    ['Generations per sample and model (K)', String(generations)],
    ['Sampling', samplingText(pair)],
    ['Generated', generated(progress)],
    [
      'Drift',
      scoring
        ? `KL(reasoning ‖ baseline) in nats, mean over the reasoning model’s tokens; ${progress.scored} of ${progress.done} generations scored`
        : 'not scored',
    ],
    ['Detectors', detectors.join(', ')],
    [
      'Statistics',
      `paired by sample; 95 % intervals; p corrected by Holm; equivalence margin δ = ${100 * options.margin} points; ` +
        `bootstrap of ${options.resamples} resamples, seed ${options.seed}`,
    ],
    ['Lineage', pair.lineage ? [pair.lineage.base, pair.lineage.notes].filter(Boolean).join('. ') : null],
    ['Recorded generations', imported ? SIDES.map((side) => `${side}: ${imported[side]}`).join('; ') : null],
    ['Without a dimension', undimensioned > 0 ? `${undimensioned} samples, which have no outcome` : null],
    ['Run', `${info.id}, ${info.created}, ${info.tool}`],
  ];
  return rows.filter((row): row is [string, string] => Boolean(row[1]));
}

function identity({ pair, identities }: RunInfo, side: (typeof SIDES)[number]): string {
  const known = identities[side];
  if (!known) return modelLabel(pair.models[side]);
  const { server, version, parameters: count, quantization, contextLength } = known;
  const facts = [
    [server, version].filter(Boolean).join(' '),
    count === null ? '' : `${count.toExponential(2)} parameters`,
    quantization ?? '',
    contextLength === null ? '' : `context ${contextLength}`,
  ].filter(Boolean);
  const reference = pair.models[side];
  // The path of a file on somebody's disk says nothing to a reader.
  const name = reference.kind === 'gguf' ? modelLabel(reference) : (known.model ?? modelLabel(reference));
  return `${name} (${facts.join(', ')})`;
}

/** `temperature 0, at most 512 tokens, seed 1` */
export function samplingText({ sampling: { temperature, maxTokens, seed, topP } }: Pair): string {
  const parts = [`temperature ${temperature}`, `at most ${maxTokens} tokens`];
  if (topP !== null) parts.push(`top-p ${topP}`);
  parts.push(seed === null ? 'no seed' : `seed ${seed}`);
  return parts.join(', ');
}

function generated({ total, done, failed }: RunProgress): string {
  const left = total - done - failed;
  return `${done} of ${total}${failed > 0 ? `, ${failed} failed` : ''}${left > 0 ? `, ${left} still to do` : ''}`;
}

/** The matching card: what is known of whether the two models differ in their training alone. */
export interface MatchingCard {
  /** The worst of its checks; `unchecked`: nobody looked. */
  state: 'same' | 'differs' | 'unknown' | 'unchecked';
  /** One sentence. */
  head: string;
  /** Check, result, value of the baseline, value of the reasoning model, detail. */
  rows: string[][];
}

export function matchingCard({ matching: checks }: Pick<RunInfo, 'matching'>): MatchingCard {
  if (!checks || checks.length === 0) {
    return {
      state: 'unchecked',
      head: 'Nobody checked whether the two models match: a difference may come from more than the training.',
      rows: [],
    };
  }
  const titles = (of: 'differs' | 'unknown') =>
    checks.filter(({ result }) => result === of).map(({ title }) => title.toLowerCase());
  const [differing, unknown] = [titles('differs'), titles('unknown')];
  const same = checks.length - differing.length - unknown.length;
  const rows = checks.map(({ title, result, values, detail }) => [
    title,
    result,
    values.baseline ?? '–',
    values.reasoning ?? '–',
    detail ?? '',
  ]);
  if (differing.length > 0) {
    return { state: 'differs', head: `Not matched: the models differ in ${listed(differing)}.`, rows };
  }
  if (unknown.length > 0) {
    return {
      state: 'unknown',
      head: `${same} of ${checks.length} matching checks are the same, none differs; not known: ${listed(unknown)}.`,
      rows,
    };
  }
  return { state: 'same', head: `All ${checks.length} matching checks are the same.`, rows };
}

function listed(items: readonly string[]): string {
  return items.join(', ');
}
