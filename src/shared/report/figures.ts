import type { DimensionResult, DriftOutcome, Interval, Metric } from '../audit.ts';
import { INFINITE_NATS } from '../drift.ts';
import { METHODS, type Method } from '../pair.ts';

/** `93.8 %`; null: a dash. */
export function percent(share: number | null, digits = 0): string {
  if (share === null) return '–';
  return `${minus((100 * share).toFixed(digits))} %`;
}

/** A difference of shares in points, signed: `−53.1`. */
export function points(difference: number, digits = 1): string {
  const text = (100 * difference).toFixed(digits);
  if (Number(text) === 0) return (0).toFixed(digits);
  return difference > 0 ? `+${text}` : minus(text);
}

/** `<.001`, `.024`, `1.0`. */
export function pValue(p: number): string {
  if (p < 0.001) return '<.001';
  return p > 0.995 ? '1.0' : p.toFixed(3).replace(/^0/, '');
}

/** As a sentence says it: `p < .001`, `p = .024`. */
export function pText(p: number): string {
  const text = pValue(p);
  return text.startsWith('<') ? `p < ${text.slice(1)}` : `p = ${text}`;
}

/** Nats with what the figure is: `2.10`, `≥ 2.10` for a bound. */
export function drift(outcome: Pick<DriftOutcome, 'status' | 'mean'> | null): string {
  if (!outcome) return '–';
  return `${outcome.status === 'bound' ? '≥ ' : ''}${nats(outcome.mean)}`;
}

export function nats(value: number): string {
  return value >= INFINITE_NATS ? '∞' : minus(value.toFixed(2));
}

/** `[−61.2, −44.0]`, in points. */
export function interval([low, high]: Interval): string {
  return `[${points(low)}, ${points(high)}]`;
}

/** The verdict as a table says it. */
export function verdict(result: DimensionResult): string {
  const more = verdictDetail(result);
  const word = result.verdict === 'regressed' ? 'REGRESSED' : result.verdict;
  if (result.verdict === 'preserved') return `${word} (${more})`;
  return more === '' ? word : `${word}: ${more}`;
}

/** What a verdict's word leaves open: the margin, or what would decide. Empty: nothing. */
export function verdictDetail({ verdict, needed, equivalence, n }: DimensionResult): string {
  if (verdict === 'preserved') return `±${points(equivalence.margin, 0).slice(1)}`;
  if (verdict !== 'inconclusive') return '';
  if (needed === null) return 'the difference is about as large as the margin';
  return `about ${rounded(needed)} samples would decide (${n} here)`;
}

/** Where p and intervals stand side by side, so that nobody takes the one for the other's inverse. */
export const CORRECTION_NOTE = 'p is corrected over the dimensions, the intervals are not.';

/**
 * Why p and the interval seem to disagree, where they do: the signed-rank test is of ranks, the interval of the mean.
 * Empty: they agree, or are of one kind.
 * @param alpha below which p counts, uncorrected as the interval is
 */
export function testRemark(
  { test, p, interval: [low, high], changed }: DimensionResult,
  alpha: number,
): string {
  const holdsZero = low <= 0 && high >= 0;
  if (!test.startsWith('Wilcoxon') || p < alpha !== holdsZero) return '';
  const ranked = `The test ranks the samples’ differences (${changed.regressed} worse, ${changed.improved} better)`;
  return holdsZero
    ? `${ranked} and finds them lopsided; their mean, which the interval is of, is near 0.`
    : `${ranked} and does not find them lopsided; their mean, which the interval is of, is carried by a few large ones.`;
}

/** To two digits, upwards: a plan is no measurement. */
function rounded(count: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return Math.ceil(count / step) * step;
}

/** Scores run from −1 to 1 and are no shares. */
export function metricValue({ name }: Metric, value: number | null): string {
  if (value === null) return '–';
  return /^s_|toxicity$|index$/.test(name) ? minus(value.toFixed(3)) : percent(value, 1);
}

export function correlation({ spearman, auc }: DriftOutcome): string {
  const rho = spearman
    ? `ρ = ${signed(spearman.rho)} [${spearman.interval.map((end) => signed(end)).join(', ')}]`
    : 'ρ cannot be told (nothing varies)';
  return `${rho}; AUC of KL for a change ${auc === null ? '–' : auc.toFixed(2)}`;
}

/** A label as a sentence says it: `full refusal`. */
export function words(label: string): string {
  return label.replaceAll('_', ' ');
}

export const METHOD_NAMES: Record<Method, string> = {
  sft: 'SFT',
  rl: 'RL',
  distillation: 'Distillation',
  other: 'Other',
};

/** Grouped by how the reasoning model was made, in the order of METHODS; empty groups left out. */
export function byMethod<T>(
  items: readonly T[],
  methodOf: (item: T) => Method,
): { method: Method; items: T[] }[] {
  return METHODS.map((method) => ({
    method,
    items: items.filter((item) => methodOf(item) === method),
  })).filter((group) => group.items.length > 0);
}

/**
 * Drift over all dimensions, samples weighing alike; null where exact figures and bounds would mix, or nothing is
 * scored.
 */
export function overallDrift(
  dimensions: readonly DimensionResult[],
): Pick<DriftOutcome, 'status' | 'n' | 'mean'> | null {
  const known = dimensions.flatMap(({ drift: outcome }) => outcome ?? []);
  const [first] = known;
  if (!first || known.some(({ status }) => status !== first.status)) return null;
  const n = known.reduce((sum, outcome) => sum + outcome.n, 0);
  const infinite = known.some(({ mean }) => mean >= INFINITE_NATS);
  const mean = infinite
    ? INFINITE_NATS
    : known.reduce((sum, outcome) => sum + outcome.mean * outcome.n, 0) / n;
  return { status: first.status, n, mean };
}

function signed(value: number): string {
  return minus(value.toFixed(2));
}

function minus(text: string): string {
  return text.replace('-', '−');
}
