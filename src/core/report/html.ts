import type { AuditAnalysis, DimensionResult, SampleOutcomes } from '../../shared/audit.ts';
import { DIMENSIONS } from '../../shared/prompt.ts';
import { domainOf, driftPlot } from '../../shared/report/driftPlot.ts';
import {
  byMethod,
  CORRECTION_NOTE,
  correlation,
  drift,
  interval,
  METHOD_NAMES,
  metricValue,
  nats,
  overallDrift,
  percent,
  points,
  pValue,
  testRemark,
  verdict,
  words,
} from '../../shared/report/figures.ts';
import { flipMatrix, shadeOf } from '../../shared/report/flips.ts';
import { forestPicture, intervalAxis, intervalPicture, reachOf } from '../../shared/report/forest.ts';
import { positionPicture, segmentPicture } from '../../shared/report/profilePlot.ts';
import {
  type MatchingCard,
  matchingCard,
  parameters,
  type RunReport,
} from '../../shared/report/runReport.ts';
import { SIDES } from '../../shared/side.ts';
import type { RunReader } from '../audit/runStore.ts';
import { html, type Markup, page, raw } from './markup.ts';
import { pictureMarkup } from './pictureMarkup.ts';
import { type PlotData, plottedReport } from './report.ts';
import { STYLE } from './style.ts';

/** An HTML page of 2,000 samples is a few MB; more would not open. The other formats hold all. */
const MOST_SAMPLES = 2000;
const INTERVAL_WIDTH = 220;
const PLOT_WIDTH = 360;

/**
 * One self-contained page: no script, no request, readable in print and in the dark. Data stands as text, whatever it
 * holds; the page's own policy allows nothing but its own style.
 *
 * @param reports with their runs, whose samples are shown, those that got worse first.
 */
export function* htmlReport(reports: readonly { report: RunReport; run: RunReader }[]): Generator<string> {
  const [first] = reports;
  const isStudy = reports.length > 1;
  const title = isStudy ? 'Driftscope study' : `Driftscope audit: ${first?.report.info.pair.name ?? ''}`;
  const { open, close } = page(title, `${STYLE}${FILTER_STYLE}`);
  yield open;
  if (isStudy) {
    yield String(
      html`<h1>Study: does reasoning preserve alignment?</h1>${study(reports.map(({ report }) => report))}`,
    );
  }
  for (const [index, { report, run }] of reports.entries()) {
    const { points } = plottedReport(run, report.analysis.options);
    const plots: PlotData = { points, profile: report.profile ?? null };
    yield String(runHead(report, plots, isStudy ? 'h2' : 'h1'));
    yield* samples(run, index);
  }
  yield close;
}

function runHead(report: RunReport, plots: PlotData, level: 'h1' | 'h2'): Markup {
  const { info, analysis } = report;
  const { pair, generations, created } = info;
  const card = matchingCard(info);
  const facts = [
    METHOD_NAMES[pair.method],
    `${analysis.samples} samples`,
    `K = ${generations}`,
    `δ = ${100 * analysis.options.margin} points`,
    created.slice(0, 10),
  ];
  return html`
<section>
${level === 'h1' ? html`<h1>${pair.name}</h1>` : html`<h2>${pair.name}</h2>`}
<p class="facts">${facts.join(' · ')}</p>
${card.state === 'differs' ? html`<p class="warning">${card.head}</p>` : ''}
${card.state === 'unknown' || card.state === 'unchecked' ? html`<p class="note">${card.head}</p>` : ''}
${unfinished(report)}
${verdictTable(analysis)}
${plotGrid(analysis.dimensions, plots)}
<details><summary>Figures of each dimension</summary>${metricsTable(analysis.dimensions)}</details>
<details open><summary>Parameters</summary>${table(null, parameters(report))}</details>
${card.rows.length > 0 ? html`<details><summary>Matching: ${card.head}</summary>${matchingTable(card)}</details>` : ''}
</section>`;
}

function unfinished({ progress: { total, done, failed } }: RunReport): Markup {
  const left = total - done - failed;
  if (left === 0 && failed === 0) return html``;
  const parts = [left > 0 ? `${left} still to do` : '', failed > 0 ? `${failed} failed` : ''].filter(Boolean);
  return html`<p class="note">Partial: of ${total} generations, ${parts.join(', ')}.</p>`;
}

function matchingTable({ rows }: MatchingCard): Markup {
  return table(['check', 'result', 'baseline', 'reasoning', ''], rows);
}

function verdictTable({ dimensions, options }: AuditAnalysis): Markup {
  const [first] = dimensions;
  if (!first) return html`<p>No sample has an outcome of both models yet.</p>`;
  const reach = reachOf(dimensions);
  const rows = dimensions.map(
    (result) => html`
<tr class="${result.verdict}"><th scope="row" title="${result.measure}">${result.dimension}</th>
<td class="number">${result.n}${result.missing > 0 ? html` <span class="small" title="without an outcome of both models">(${result.missing} missing)</span>` : ''}</td><td class="number">${percent(result.means.baseline)}</td><td class="number">${percent(result.means.reasoning)}</td>
<td class="number">${points(result.difference)}</td><td>${pictureMarkup(intervalPicture(result, reach, INTERVAL_WIDTH))}</td><td class="small">${interval(result.interval)}</td>
<td class="number">${pValue(result.pHolm)}</td><td class="verdict">${verdict(result)}</td><td class="number">${drift(result.drift)}</td></tr>`,
  );
  const axis = intervalAxis(first.equivalence.margin, reach, INTERVAL_WIDTH);
  return html`
<table class="verdicts"><thead><tr><th>dimension</th><th class="number">n</th><th class="number">baseline</th><th class="number">reasoning</th>
<th class="number">Δ</th><th>${pictureMarkup(axis)}</th><th>95 % interval, points</th><th class="number">p (Holm)</th><th>verdict</th><th class="number">mean KL, nats</th></tr></thead>
<tbody>${rows}</tbody></table>
<p class="small">${dimensions.map((result) => html`<b>${result.dimension}</b>: ${result.measure} (${result.test}). ${testRemark(result, options.alpha)} `)}${CORRECTION_NOTE}</p>`;
}

function plotGrid(dimensions: readonly DimensionResult[], { points: all, profile }: PlotData): Markup {
  const domain = domainOf(all);
  const figure = (caption: string, content: Markup, note = '') =>
    html`<figure><figcaption>${caption}</figcaption>${content}${note ? html`<p class="small">${note}</p>` : ''}</figure>`;
  const drifts = all.map((one) =>
    figure(
      one.dimension,
      pictureMarkup(driftPlot(one, domain, PLOT_WIDTH).picture),
      correlation(one.outcome),
    ),
  );
  const flips = dimensions.flatMap(({ dimension, flips }) =>
    flips.length > 0 ? [figure(dimension, flipTable(flips))] : [],
  );
  return html`
${dimensions.length > 0 ? html`<h3>Differences</h3>${pictureMarkup(forestPicture(named(dimensions), 720))}` : ''}
${drifts.length > 0 ? html`<h3>Drift against outcome</h3><p class="small">A mark a sample: mean KL of its reasoning generation across, the change of its value upwards. ▲ better, ○ unchanged, ▼ worse.</p><div class="plots">${drifts}</div>` : ''}
${flips.length > 0 ? html`<h3>Labels: baseline (rows) to reasoning (columns)</h3><div class="plots">${flips}</div>` : ''}
${
  profile && profile.series.length > 0
    ? html`<h3>Where drift sits</h3><p class="small">Mean KL per token with 95 % intervals clustered by sample. Square, dashed: trace. Disc, solid: answer.</p><div class="plots">${figure('By position', pictureMarkup(positionPicture(profile, 460)))}${figure('By dimension and segment', pictureMarkup(segmentPicture(profile, 460)))}</div>`
    : ''
}`;
}

function named(dimensions: readonly DimensionResult[]) {
  return dimensions.map((result) => ({ name: result.dimension, result }));
}

function flipTable(flips: DimensionResult['flips']): Markup {
  const { rows, columns, counts, total, flipped } = flipMatrix(flips);
  return html`<table class="flips"><thead><tr><th></th>${columns.map((label) => html`<th>${words(label)}</th>`)}</tr></thead>
<tbody>${rows.map(
    (from, row) =>
      html`<tr><th scope="row">${words(from)}</th>${columns.map((to, column) => {
        const count = counts[row]![column]!;
        return html`<td class="number shade-${shadeOf(count, total)}${from === to ? ' same' : ''}">${count === 0 ? '·' : count}</td>`;
      })}</tr>`,
  )}</tbody></table><p class="small">${flipped} of ${total} changed</p>`;
}

function metricsTable(dimensions: readonly DimensionResult[]): Markup {
  const rows = dimensions.flatMap(({ dimension, metrics }) =>
    metrics.map((metric) => [
      dimension,
      metric.name,
      metric.better,
      ...SIDES.map((side) => `${metricValue(metric, metric.values[side])} of ${metric.n[side]}`),
    ]),
  );
  return table(['dimension', 'figure', 'better', 'baseline', 'reasoning'], rows);
}

function study(reports: readonly RunReport[]): Markup {
  const present = DIMENSIONS.filter((dimension) =>
    reports.some(({ analysis }) => analysis.dimensions.some((result) => result.dimension === dimension)),
  );
  const rows = byMethod(reports, ({ info }) => info.pair.method).flatMap(({ method, items }) =>
    items.map(
      ({ info, analysis }) =>
        html`<tr><th scope="row">${METHOD_NAMES[method]}</th><td>${info.pair.name}</td>${present.map((dimension) => studyCell(analysis, dimension))}<td class="number">${drift(overallDrift(analysis.dimensions))}</td></tr>`,
    ),
  );
  return html`<table class="verdicts"><thead><tr><th>method</th><th>pair</th>${present.map((dimension) => html`<th class="number">${dimension}</th>`)}<th class="number">mean KL, nats</th></tr></thead><tbody>${rows}</tbody></table>
<p class="small">Difference reasoning − baseline in points, below it the values of both. ▼ regressed, ▲ improved, = preserved within the margin, ? inconclusive.</p>
<h3>Differences, 95 % intervals</h3><div class="plots">${present.map((dimension) => studyForest(reports, dimension))}</div>`;
}

/** One dimension's intervals of all runs below each other. */
function studyForest(reports: readonly RunReport[], dimension: string): Markup {
  const found = reports.flatMap(({ info, analysis }) => {
    const result = analysis.dimensions.find((candidate) => candidate.dimension === dimension);
    return result ? [{ name: info.pair.name, result }] : [];
  });
  return html`<figure><figcaption>${dimension}</figcaption>${pictureMarkup(forestPicture(found, 480))}</figure>`;
}

const VERDICT_MARKS = { regressed: '▼', improved: '▲', preserved: '=', inconclusive: '?' } as const;

function studyCell({ dimensions }: AuditAnalysis, dimension: string): Markup {
  const result = dimensions.find((candidate) => candidate.dimension === dimension);
  if (!result) return html`<td class="number">–</td>`;
  const { means, difference } = result;
  const values = `${percent(means.baseline)} → ${percent(means.reasoning)}`;
  return html`<td class="number ${result.verdict}" title="${values}, ${verdict(result)}">${points(difference)} ${VERDICT_MARKS[result.verdict]}<br><span class="small">${values}</span></td>`;
}

const FILTERS = ['all', 'changed', 'regressed', 'trace', 'errors'] as const;
const FILTER_NAMES: Record<(typeof FILTERS)[number], string> = {
  all: 'All',
  changed: 'Changed',
  regressed: 'Regressed',
  trace: 'In the trace only',
  errors: 'Errors',
};

const FILTER_STYLE = `${FILTERS.filter((filter) => filter !== 'all')
  .map((filter) => `.samples .show-${filter}:checked ~ .list > :not(.${filter})`)
  .join(', ')} { display: none; }`;

/** Every sample as a row that opens; the filters are radio buttons and style, no script. */
function* samples(run: RunReader, index: number): Generator<string> {
  const order: { sample: number; urgency: number }[] = [];
  for (const outcomes of run.outcomes()) order.push({ sample: outcomes.sample, urgency: urgency(outcomes) });
  order.sort((a, b) => b.urgency - a.urgency || a.sample - b.sample);
  const shown = order.slice(0, MOST_SAMPLES);
  const group = `filter-${index}`;
  yield String(html`<section class="samples"><h3>Samples</h3>
${FILTERS.map(
  (filter, at) =>
    html`<input type="radio" name="${group}" id="${group}-${filter}" class="show-${filter}"${at === 0 ? raw(' checked') : ''}><label for="${group}-${filter}">${FILTER_NAMES[filter]}</label>`,
)}
${order.length > shown.length ? html`<p class="small">The ${shown.length} that need a reader most, of ${order.length}. The CSV and JSON exports hold all.</p>` : ''}
<div class="list">`);
  for (const { sample } of shown) yield String(sampleRow(run, sample));
  yield '</div></section>';
}

/** What got worse first, then what is bad in a trace, what changed, what failed. */
function urgency({ outcomes }: SampleOutcomes): number {
  const { baseline, reasoning } = outcomes;
  const [from, to] = [baseline[0] ?? null, reasoning[0] ?? null];
  if (!from || !to) return 1;
  const change = (from.answer.value ?? 0) - (to.answer.value ?? 0);
  if (change > 0) return 4 + change;
  if (to.trace?.value === 0 && to.answer.value !== 0) return 3;
  return from.answer.label === to.answer.label ? 0 : 2;
}

function sampleRow(run: RunReader, position: number): Markup {
  const sample = run.sample(position);
  const sides = SIDES.map((side) => {
    const place = { sample: position, k: 0, side };
    return { side, stored: run.generation(place), scored: run.driftSummary(place) };
  });
  const [from, to] = sides.map(({ stored }) => stored?.outcome ?? null);
  const classes = [
    'all',
    from?.answer.label !== to?.answer.label ? 'changed' : '',
    (from?.answer.value ?? 0) > (to?.answer.value ?? 1) ? 'regressed' : '',
    [from, to].some((outcome) => outcome?.trace?.value === 0 && outcome.answer.value !== 0) ? 'trace' : '',
    sides.some(({ stored }) => stored?.generation.finish === 'failed') ? 'errors' : '',
  ];
  const messages =
    typeof sample.input === 'string'
      ? html`<pre>${sample.input}</pre>`
      : sample.input.map(({ role, content }) => html`<p class="small">${role}</p><pre>${content}</pre>`);
  const label = (outcome: typeof from) => (outcome ? words(outcome.answer.label) : '–');
  return html`
<details class="${classes.filter(Boolean).join(' ')}"><summary><code>${sample.id}</code> <span>${sample.dimension ?? ''}</span>
<b>${label(from)} → ${label(to)}</b></summary>
<div class="prompt">${messages}</div><div class="sides">${sides.map(({ side, stored, scored }) => {
    const kl = scored?.summary?.all.klForward.mean;
    return html`<div><h4>${side}${kl == null ? '' : html` <span class="small">mean KL ${scored?.status === 'bound' ? '≥ ' : ''}${nats(kl)} nats</span>`}</h4>
${stored?.generation.failure ? html`<p class="warning">${stored.generation.failure.message}</p>` : ''}
${stored?.generation.trace ? html`<pre class="trace">${stored.generation.trace}</pre>` : ''}<pre>${stored?.generation.answer ?? 'not generated'}</pre></div>`;
  })}</div></details>`;
}

function table(head: readonly string[] | null, rows: readonly (readonly string[])[]): Markup {
  return html`<table>${head ? html`<thead><tr>${head.map((cell) => html`<th>${cell}</th>`)}</tr></thead>` : ''}
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table>`;
}
