import {
  type Alternative,
  type Distribution,
  type Drift,
  hasLowCoverage,
  INFINITE_NATS,
  type ScoredPosition,
  type SegmentSummary,
  type SurprisalPosition,
} from '../../shared/drift.ts';
import { hotspots } from '../../shared/hotspots.ts';
import { SIDES } from '../../shared/side.ts';
import { indent, nats, percent, quotedToken, table } from './figures.ts';
import { spanText } from './spanText.ts';
import { type Style, visible, visibleInline } from './terminal.ts';

/** How many of the most drifted tokens are listed, and how many alternatives of each model. */
const LISTED = 5;
const ALTERNATIVES = 4;
/** KL in nats from which the heat behind a token rises by one level. */
const HEAT_STEPS = [0.1, 0.5, 1, 2, 4];
const BARS = '▁▂▃▄▅▆▇█';

/**
 * The drift over one text for a terminal: heat, strip, most drifted tokens, summary.
 * @param what names the text: `reasoning's tokens`.
 */
export function driftText(drift: Drift, what: string, style: Style, columns: number): string {
  const heading = style.bold(`Drift on ${what}: KL(reasoning ‖ baseline)`);
  if (drift.status === 'unavailable' || !drift.summary) {
    const reason = [drift.reason ?? 'the text has no tokens to score.', drift.note].filter(Boolean).join(' ');
    const lines = [heading, `  Not available: ${visibleInline(reason)}`];
    if (drift.spans) lines.push(...spanText(drift.spans, style));
    else lines.push(...surprisalLines(drift.surprisals ?? []));
    return `${lines.join('\n')}\n`;
  }
  const { positions, summary, coverage } = drift;
  const isBound = drift.status === 'bound';
  return [
    `${heading}  ${style.dim(`nats · ${isBound ? `lower bounds ${listsText(positions, coverage)}` : 'exact'}`)}`,
    ...(drift.note === undefined ? [] : [style.dim(`  ${visibleInline(drift.note)}`)]),
    ...(style.colour
      ? [heated(positions, style), style.dim(`  heat from ${legend(style, isBound)}`), '']
      : []),
    ...stripText(positions, columns),
    '',
    ...summaryTable(summary, isBound),
    '',
    ...mostDrifted(positions, style),
  ].join('\n');
}

function listsText(positions: readonly ScoredPosition[], coverage: Drift['coverage']): string {
  if (!coverage) return '';
  const lengths = positions.flatMap(({ k }) => k ?? []);
  const least = lengths.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const lists = lengths.length > 0 ? `lists of ${least} tokens or more` : 'lists';
  return `(the ${lists} cover ${SIDES.map((side) => `${side} ${percent(coverage[side].mean)}`).join(', ')} on average)`;
}

/** The text itself, each token on a background as strong as its KL. */
function heated(positions: readonly ScoredPosition[], style: Style): string {
  const text = positions
    .map((position) => {
      const level = heatLevel(position.klForward);
      const says = level > 0 && hasLowCoverage(position) ? style.faint : style.heat;
      return says(visible(position.text), level);
    })
    .join('');
  return indent(text.replace(/\n+$/, ''));
}

function heatLevel(nats: number): number {
  return HEAT_STEPS.filter((step) => nats >= step).length;
}

function legend(style: Style, isBound: boolean): string {
  const steps = `${HEAT_STEPS.map((step, index) => style.heat(` ${step} `, index + 1)).join('')} nats`;
  return isBound ? `${steps}, ${style.faint(' grey ')} where the lists cover less than half` : steps;
}

/** What the servers tell where there is no KL: the mean surprisal of the text under each model that tells. */
function surprisalLines(told: readonly SurprisalPosition[]): string[] {
  const counted = told.filter(({ segment }) => segment !== 'control');
  return SIDES.flatMap((side) => {
    const given = counted.flatMap(({ surprisal }) => surprisal[side] ?? []);
    if (given.length === 0) return [];
    const mean = given.includes(INFINITE_NATS)
      ? INFINITE_NATS
      : given.reduce((sum, value) => sum + value, 0) / given.length;
    return [`  Surprisal under ${side}: mean ${nats(mean)} nats over ${given.length} tokens`];
  });
}

/** KL over position as bars: the largest of each stretch, to the largest of all; `│` where the segment changes. */
function stripText(positions: readonly ScoredPosition[], columns: number): string[] {
  const counted = positions.filter(({ segment }) => segment !== 'control');
  const highest = Math.max(0, ...finiteOf(counted));
  if (counted.length === 0 || highest === 0) return [];
  const perBar = Math.ceil(counted.length / Math.max(20, columns - 6));
  let bars = '';
  for (let at = 0; at < counted.length; ) {
    const { segment } = counted[at]!;
    if (at > 0 && counted[at - 1]!.segment !== segment) bars += '│';
    let value = 0;
    const end = at + perBar;
    for (; at < end && counted[at]?.segment === segment; at++)
      value = Math.max(value, counted[at]!.klForward);
    bars += BARS[Math.min(BARS.length - 1, Math.floor((value / highest) * BARS.length))];
  }
  return [
    `  ${bars}`,
    `  █ ${nats(highest)}  over ${counted.length} tokens${bars.includes('│') ? ', trace │ answer' : ''}`,
  ];
}

function finiteOf(positions: readonly ScoredPosition[]): number[] {
  return positions.map(({ klForward }) => klForward).filter((value) => value < INFINITE_NATS);
}

function summaryTable(summary: NonNullable<Drift['summary']>, isBound: boolean): string[] {
  const segments = (['trace', 'answer', 'all'] as const).filter((name) => summary[name].klForward.n > 0);
  const sign = isBound ? '≥ ' : '';
  const row = (name: string, { klForward, jsd, topAgreement }: SegmentSummary) => [
    name,
    String(klForward.n),
    ...figures(klForward, sign),
    percent(klForward.aboveThreshold),
    orDash(jsd.mean, sign),
    percent(topAgreement),
  ];
  const above = `> ${nats(summary.threshold)}`;
  return table([
    ['', 'tokens', 'mean', 'median', 'p95', 'max', above, 'mean JSD', 'same 1st'],
    ...segments.map((name) => row(name, summary[name])),
  ]);
}

function figures({ mean, median, p95, max }: Distribution, sign: string): string[] {
  return [mean, median, p95, max].map((value) => orDash(value, sign));
}

function orDash(value: number | null, sign: string): string {
  return value === null ? '–' : sign + nats(value);
}

function mostDrifted(positions: readonly ScoredPosition[], style: Style): string[] {
  const listed = hotspots(positions, { figure: 'klForward', threshold: 0, limit: LISTED });
  if (listed.length === 0) return [];
  return ['  Most drifted tokens', ...listed.flatMap((position) => drifted(position, style))];
}

/** The token, then per model how likely it was and what was likelier. */
function drifted({ index, text, segment, status, klForward, ...by }: ScoredPosition, style: Style): string[] {
  const sign = status === 'bound' ? '≥ ' : '';
  const head = `    ${(sign + nats(klForward)).padStart(6)}  ${style.bold(quotedToken(text))}  ${segment}, token ${index}`;
  const models = SIDES.map((side) => {
    const rank = by.rank[side] === null ? '' : `rank ${by.rank[side]}`;
    const told = by.surprisal[side];
    const surprisal = told === null ? 'not listed' : `${nats(told)} nats`;
    const actual = `${rank.padEnd(10)} ${surprisal.padStart(11)}`;
    return `            ${side.padEnd(9)}  ${actual}  ${style.dim('of')} ${alternatives(by.top[side])}`;
  });
  return [head, ...models];
}

function alternatives(top: readonly Alternative[]): string {
  return top
    .slice(0, ALTERNATIVES)
    .map(({ text, logprob }) => `${quotedToken(text)} ${probability(Math.exp(logprob))}`)
    .join('  ');
}

/** `.93`, and `<.001` rather than nothing. */
function probability(value: number): string {
  if (value > 0 && value < 0.001) return '<.001';
  return value.toFixed(value < 0.1 ? 3 : 2).replace(/^0/, '');
}
