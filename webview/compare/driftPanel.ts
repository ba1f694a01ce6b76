import { html, nothing, type TemplateResult } from 'lit';
import type { ComparisonState } from '../../src/shared/comparison.ts';
import { SIDES, type Side } from '../../src/shared/side.ts';
import { count, nats, percent, visibleText } from '../ui/format.ts';
import { MEASURES, type Measure, type MeasureInfo, measureInfo, SPAN_RATIO, SURPRISAL } from '../ui/scale.ts';
import type { Strip } from '../ui/strip.ts';
import { button, dropdown, radioGroup } from '../ui/toolkit.ts';
import { DEFINITIONS } from './definitions.ts';
import {
  type DriftProgress,
  driftProgress,
  positionAt,
  positionsOf,
  type SummaryRow,
  spansOf,
  surprisalsOf,
} from './driftData.ts';
import type { ViewSettings } from './settings.ts';
import { spanLegend, spanTable } from './spanPanel.ts';
import { surprisalTable } from './surprisalPanel.ts';

export interface DriftPanelModel {
  state: ComparisonState;
  settings: ViewSettings;
  threshold: number;
  strip: Strip;
  summary: readonly SummaryRow[];
  hotspots: number;
}

export interface DriftPanelActions {
  setMeasure(measure: Measure): void;
  setAuthor(author: Side): void;
  setThreshold(threshold: number | null): void;
  jump(side: Side, index: number): void;
  nextHotspot(direction: 1 | -1): void;
}

export function driftPanel(model: DriftPanelModel, actions: DriftPanelActions): TemplateResult {
  const { state, settings, strip } = model;
  const spans = spansOf(state.drift[settings.author]);
  const surprisals = surprisalsOf(state.drift[settings.author]);
  const progress = driftProgress(state, settings.author);
  const nothingToShow =
    (progress.state === 'unavailable' && !surprisals) ||
    (progress.state === 'waiting' && state.done) ||
    (progress.state === 'failed' && positionsOf(state.drift[settings.author]).length === 0);
  return html`<section class="drift" aria-label="Drift">
    <div class="drift-controls">
      ${
        spans || surprisals
          ? instead(spans ? SPAN_RATIO : SURPRISAL)
          : dropdown(
              'Measure',
              MEASURES.map((m) => ({ value: m.id, label: m.label, title: m.meaning })),
              settings.measure,
              actions.setMeasure,
            )
      }
      <span class="dim">on</span>
      ${radioGroup(
        'Whose tokens',
        SIDES.toReversed().map((side) => ({
          value: side,
          label: `${side}’s tokens`,
          title: `Both models read what the ${side} model wrote`,
        })),
        settings.author,
        actions.setAuthor,
      )}
      <span class="progress">${progressText(progress)}</span>
      <span class="spring"></span>
      <label class="threshold" title="What counts as a hotspot, and what the share in the summary is above. Empty: as summarised.">
        threshold
        <input
          type="number"
          min="0"
          step="0.1"
          .value=${String(model.threshold)}
          @change=${(event: Event) => {
            const value = (event.target as HTMLInputElement).valueAsNumber;
            actions.setThreshold(value >= 0 ? value : null);
          }}
        />
        nats
      </label>
      <span class="hotspot-steps">
        ${button({ label: '‹', look: 'icon', title: 'Previous hotspot (Shift+F7)', disabled: model.hotspots === 0, onClick: () => actions.nextHotspot(-1) })}
        <span class="number" title="Stretches above the threshold, in trace and answer">${count(model.hotspots)} ${model.hotspots === 1 ? 'hotspot' : 'hotspots'}</span>
        ${button({ label: '›', look: 'icon', title: 'Next hotspot (F7)', disabled: model.hotspots === 0, onClick: () => actions.nextHotspot(1) })}
      </span>
    </div>
    ${nothingToShow ? nothing : strip.element}
    <div class="drift-foot">
      ${explanation(model, progress)}
      ${nothingToShow ? nothing : spans ? spanTable(spans) : surprisals ? surprisalTable(surprisals) : summaryTable(model, actions)}
      ${nothingToShow || surprisals || progress.state === 'waiting' ? nothing : spans ? spanLegend() : legend(settings.measure, progress)}
    </div>
  </section>`;
}

/** What is shown in the place of the measures. */
function instead({ label, meaning }: MeasureInfo) {
  return html`<span class="span-measure" title=${meaning}>${label}</span>`;
}

function progressText(progress: DriftProgress) {
  switch (progress.state) {
    case 'waiting':
      return nothing;
    case 'scoring':
      return html`<span class="said busy">scoring ${count(progress.done)}${progress.total ? ` / ${count(progress.total)}` : ''}</span>`;
    case 'failed':
      return html`<span class="said error">scoring failed</span>`;
    case 'unavailable':
      return html`<span class="said">not available</span>`;
    case 'spans':
      return html`<span class="said" title=${progress.reason}>tokenizers differ: no KL</span> <span class="said">nats</span>`;
    case 'exact':
      return html`<span class="said" title=${DEFINITIONS.exact}>exact · nats</span>`;
    case 'bound':
      return html`<span class="said" title=${DEFINITIONS.bound}>lower bound${progress.k ? ` from top ${[...new Set(progress.k)].map(count).join('–')}` : ''} · nats</span>
        ${progress.coverage === null ? nothing : html`<span class="said" title=${DEFINITIONS.coverage}>coverage ${percent(progress.coverage)}</span>`}`;
  }
}

function explanation({ state, settings }: DriftPanelModel, progress: DriftProgress) {
  const drift = state.drift[settings.author];
  if (progress.state === 'unavailable') {
    return html`<div class="notice note">No divergence on these tokens: ${progress.reason} ${progress.note ?? ''}</div>`;
  }
  if (progress.state === 'spans') {
    return html`<div class="notice note">
      ${progress.reason} Both models read these words in their own tokens, and are compared by how likely each held every
      span.
    </div>`;
  }
  if (drift.state === 'failed') {
    // A side that failed says so itself; here it is enough why there are no figures.
    const { message, remedy } = drift.failure;
    return html`<div class="notice note">Not scored: ${message} ${remedy ?? ''}</div>`;
  }
  if (progress.state === 'waiting') {
    return html`<div class="notice note">
      ${state.done ? 'These tokens were not scored.' : 'Scoring begins when both models have answered.'}
    </div>`;
  }
  return nothing;
}

const COLUMNS: [name: string, title: string][] = [
  ['n', DEFINITIONS.n],
  ['mean', DEFINITIONS.mean],
  ['median', DEFINITIONS.median],
  ['p95', DEFINITIONS.p95],
  ['max', DEFINITIONS.max],
  ['above', DEFINITIONS.above],
  ['top-1', DEFINITIONS.top1],
];

function summaryTable({ state, settings, summary, threshold }: DriftPanelModel, actions: DriftPanelActions) {
  const { author, measure } = settings;
  if (summary.length === 0) return nothing;
  const positions = positionsOf(state.drift[author]);
  const bound = driftProgress(state, author).state === 'bound' && measure !== 'logRatio';
  const options = { bound, signed: measureInfo(measure).signed };
  const value = (x: number | null, title: string) => html`<td title=${title}>${nats(x, options)}</td>`;
  return html`<table class="summary">
    <thead>
      <tr>
        <th scope="col"><span class="sr-only">Segment</span></th>
        ${COLUMNS.map(
          ([name, title]) =>
            html`<th scope="col" title=${title}>
              ${name === 'above' ? `> ${nats(threshold)}` : name === 'top-1' ? 'same top-1' : name}
            </th>`,
        )}
      </tr>
    </thead>
    <tbody>
      ${summary.map(({ segment, figures, topAgreement }) => {
        const at = figures.argmaxIndex;
        const token = at === null ? undefined : positionAt(positions, at);
        return html`<tr>
          <th scope="row">${segment}</th>
          <td title=${DEFINITIONS.n}>${count(figures.n)}</td>
          ${value(figures.mean, DEFINITIONS.mean)} ${value(figures.median, DEFINITIONS.median)}
          ${value(figures.p95, DEFINITIONS.p95)}
          <td title=${DEFINITIONS.max}>
            ${nats(figures.max, options)}
            ${
              token
                ? html`<button class="link at-token" title="Token ${token.index}: go there" @click=${() => actions.jump(author, token.index)}>
                    @ ${visibleText(token.text, 12)}
                  </button>`
                : nothing
            }
          </td>
          <td title=${DEFINITIONS.above}>${percent(figures.aboveThreshold)}</td>
          <td title=${DEFINITIONS.top1}>${percent(topAgreement)}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

/** The scale of the heat, in nats, with the marks that stand for uncertainty where there are any. */
function legend(measure: Measure, progress: DriftProgress): TemplateResult {
  const { edges, signed } = measureInfo(measure);
  return html`<div class="legend" role="img" aria-label="Heat scale in nats, from ${edges[0]} to ${edges.at(-1)} and above">
    <span class="legend-swatches">
      ${edges.map((edge, at) => html`<span class="legend-step"><span class="swatch heat-${at + 1}"></span>${edge}</span>`)}
    </span>
    <span class="dim">nats${signed ? ', either way' : ''}</span>
    ${
      progress.state === 'bound' && measure !== 'logRatio'
        ? html`<span class="legend-mark"><span class="bound-sample">abc</span> ≥</span>
            <span class="legend-mark"><span class="swatch heat-faint"></span> coverage below 50 %</span>`
        : nothing
    }
  </div>`;
}
