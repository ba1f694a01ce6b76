import { html, nothing, type TemplateResult } from 'lit';
import type { AuditAnalysis, DimensionResult } from '../../src/shared/audit.ts';
import {
  correlation,
  drift,
  interval,
  metricValue,
  percent,
  points,
  pText,
  pValue,
  testRemark,
  verdictDetail,
} from '../../src/shared/report/figures.ts';
import { intervalAxis, intervalPicture, reachOf } from '../../src/shared/report/forest.ts';
import type { SampleQuery } from '../../src/shared/sampleRows.ts';
import { count } from '../ui/format.ts';
import { pictureView } from './pictureView.ts';

export interface TableActions {
  toggle(dimension: string): void;
  showSamples(query: SampleQuery): void;
}

/** Below this much room the picture of an interval is small. CSS px. */
const NARROW = 1150;
/** And below this what stands in the details or the plot below too is left to them: the verdict stays in view. */
const TIGHT = 760;

/** The verdict of each dimension: the first thing to read. */
export function verdictTable(
  { dimensions, options }: AuditAnalysis,
  {
    width,
    partial,
    busy,
    expanded,
  }: { width: number; partial: boolean; busy: boolean; expanded: ReadonlySet<string> },
  actions: TableActions,
): TemplateResult {
  const reach = reachOf(dimensions);
  const picture = width < TIGHT ? 84 : width < NARROW ? 120 : width < 1500 ? 230 : 320;
  const columns = width < TIGHT ? 8 : 10;
  const level = `${100 * (1 - options.alpha)} %`;
  return html`<table class="verdict-table" aria-busy=${busy ? 'true' : 'false'} data-testid="verdict-table">
    <caption class="sr-only">
      Verdict per dimension${partial ? ', partial' : ''}
    </caption>
    <thead>
      <tr>
        <th scope="col">Dimension</th>
        <th scope="col" class="number" title="Samples with an outcome of both models, which all figures of the row are over">n</th>
        <th scope="col" class="number" title="Mean value of the baseline’s answers">Baseline</th>
        <th scope="col" class="number" title="Mean value of the reasoning model’s answers">Reasoning</th>
        <th scope="col" class="nowrap" colspan=${width < TIGHT ? 1 : 2} title="Reasoning − baseline in points (hundredths), with its 95 % interval, which is not corrected over the dimensions">Δ <span class="dim loose">[95 % interval]</span></th>
        <th scope="col" class="axis-head">${pictureView(intervalAxis(options.margin, reach, picture))}</th>
        <th scope="col" class="number loose" title="p of the paired test, corrected by Holm over the dimensions of the run; tests at ${level}">p (Holm)</th>
        <th scope="col">Verdict${partial ? html` <span class="partial">so far</span>` : nothing}</th>
        <th scope="col" class="number" title="Mean forward KL per token, KL(reasoning ‖ baseline) in nats, over the reasoning model’s generations; ≥ where only a lower bound is known">KL<span class="loose">, nats</span></th>
      </tr>
    </thead>
    ${dimensions.map((result) =>
      row(
        result,
        { reach, picture, columns, remark: testRemark(result, options.alpha) },
        expanded.has(result.dimension),
        actions,
      ),
    )}
  </table>`;
}

const VERDICT_MARKS = { regressed: '▼', improved: '▲', preserved: '=', inconclusive: '?' } as const;

function row(
  result: DimensionResult,
  { reach, picture, columns, remark }: { reach: number; picture: number; columns: number; remark: string },
  open: boolean,
  actions: TableActions,
): TemplateResult {
  const { dimension, n, missing, means, difference, pHolm, p, verdict } = result;
  const detail = detailText(result);
  const mean = (side: 'baseline' | 'reasoning') =>
    `Mean over ${count(n)} samples of the ${side} model’s value; 100 %: ${result.measure}`;
  return html`<tbody class="dimension ${verdict}" data-dimension=${dimension}>
    <tr>
      <th scope="row">
        <button class="twist" aria-expanded=${open ? 'true' : 'false'} title="100 %: ${result.measure}"
          @click=${() => actions.toggle(dimension)}><span class="twistie" aria-hidden="true">${open ? '▾' : '▸'}</span>${dimension}</button>
      </th>
      <td class="number" title="${count(n)} samples with an outcome of both models; ${count(missing)} without: failed, not generated yet, or nothing to judge">
        ${count(n)}${missing > 0 ? html`<span class="dim loose"> (${count(missing)} missing)</span>` : nothing}
      </td>
      <td class="number" title=${mean('baseline')}>${percent(means.baseline)}</td>
      <td class="number" title=${mean('reasoning')}>${percent(means.reasoning)}</td>
      <td class="number strong" title="Mean difference reasoning − baseline over ${count(n)} paired samples, in points">
        ${points(difference)}
      </td>
      <td class="nowrap interval-cell dim loose" title="95 % interval of the difference: ${result.test}">${interval(result.interval)}</td>
      <td class="picture-cell">${pictureView(intervalPicture(result, reach, picture))}</td>
      <td class="number loose" title="${pText(p)} by ${result.test}; corrected by Holm over the dimensions of the run. ${remark}">
        ${pValue(pHolm)}${remark ? html`<span class="dim" aria-hidden="true">*</span>` : nothing}
      </td>
      <td class="verdict-cell" title="${verdict}${detail ? `: ${detail}` : ''}">
        <span class="verdict-word"><span class="verdict-mark" aria-hidden="true">${VERDICT_MARKS[verdict]}</span>${verdict}</span>
        ${detail ? html`<span class="dim loose">${detail}</span>` : nothing}
      </td>
      <td class="number" title=${result.drift ? driftTitle(result.drift) : 'No drift of this dimension is scored'}>
        ${drift(result.drift)}
      </td>
    </tr>
    ${open ? html`<tr class="detail-row"><td colspan=${columns}>${details(result, remark, actions)}</td></tr>` : nothing}
  </tbody>`;
}

/** n has a column of its own. */
function detailText(result: DimensionResult): string {
  const detail = verdictDetail(result).replace(/ \(\d+ here\)$/, '');
  return result.verdict === 'preserved' ? `within ${detail}` : detail;
}

function driftTitle({ status, n }: NonNullable<DimensionResult['drift']>): string {
  const what = status === 'bound' ? 'a lower bound from truncated lists' : 'exact, from full distributions';
  return `Mean forward KL per token over the reasoning model’s generations of ${count(n)} samples; ${what}`;
}

function details(result: DimensionResult, remark: string, actions: TableActions): TemplateResult {
  const { dimension, changed, equivalence, metrics, drift: outcome } = result;
  const margin = 100 * equivalence.margin;
  const link = (text: string, query: SampleQuery) =>
    html`<button class="link" @click=${() => actions.showSamples({ dimension, ...query })}>${text}</button>`;
  return html`<div class="details">
    <dl class="facts-list">
      <dt>100 %</dt>
      <dd>${result.measure}</dd>
      <dt>Difference</dt>
      <dd>${points(result.difference)} points ${interval(result.interval)}: ${[result.verdict, detailText(result)].filter(Boolean).join(', ')}</dd>
      <dt>Test</dt>
      <dd>${result.test}: ${pText(result.p)}, after Holm’s correction ${pText(result.pHolm)}${remark ? html`. <span class="dim">${remark}</span>` : nothing}</dd>
      <dt>Equivalence</dt>
      <dd title="Two one-sided tests against the margin; not corrected">
        two one-sided tests against ±${margin} points: ${pText(equivalence.p)}
      </dd>
      <dt>Changed</dt>
      <dd>
        ${link(`${count(changed.regressed)} got worse`, { filter: 'regressed' })},
        ${link(`${count(changed.improved)} got better`, { filter: 'improved' })}
        <span class="dim">of ${count(result.n)} ·</span> ${link('all samples', {})}
      </dd>
      ${
        outcome
          ? html`<dt>Drift</dt>
              <dd title="Spearman’s rank correlation of a sample’s mean KL and the change of its value, with a 95 % interval; and how well KL ranks the ${count(outcome.changed)} samples that changed above the others, ½: by chance">
                ${correlation(outcome)} <span class="dim">(n = ${count(outcome.n)}, ${outcome.status})</span>
              </dd>`
          : nothing
      }
    </dl>
    ${
      metrics.length > 0
        ? html`<table class="metrics">
            <thead>
              <tr>
                <th scope="col">Metric</th>
                <th scope="col" class="number">Baseline</th>
                <th scope="col" class="number">Reasoning</th>
              </tr>
            </thead>
            <tbody>
              ${metrics.map(
                (metric) => html`<tr>
                  <th scope="row" title="${metric.better === 'lower' ? 'Lower' : 'Higher'} is better">
                    ${metric.name} <span class="dim">${metric.better === 'lower' ? '↓' : '↑'}</span>
                  </th>
                  ${(['baseline', 'reasoning'] as const).map(
                    (
                      side,
                    ) => html`<td class="number" title="Over ${count(metric.n[side])} cases; ${metric.better} is better">
                      ${metricValue(metric, metric.values[side])} <span class="dim">of ${count(metric.n[side])}</span>
                    </td>`,
                  )}
                </tr>`,
              )}
            </tbody>
          </table>`
        : nothing
    }
  </div>`;
}
