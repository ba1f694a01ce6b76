import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { DimensionResult, DriftProfile } from '../../src/shared/audit.ts';
import { domainOf, driftPlot } from '../../src/shared/report/driftPlot.ts';
import { correlation, words } from '../../src/shared/report/figures.ts';
import { flipMatrix, shadeOf } from '../../src/shared/report/flips.ts';
import { forestPicture } from '../../src/shared/report/forest.ts';
import { meanText, positionPicture, segmentPicture } from '../../src/shared/report/profilePlot.ts';
import type { RunFigures } from '../../src/shared/reportView.ts';
import type { SampleQuery } from '../../src/shared/sampleRows.ts';
import { count } from '../ui/format.ts';
import { pictureView } from './pictureView.ts';
import type { PlotId } from './settings.ts';

export interface PlotActions {
  setOpen(plot: PlotId, open: boolean): void;
  /** @param label what the samples are, for the reader */
  showSamples(query: SampleQuery, label?: string): void;
}

export interface PlotState {
  /** CSS px. */
  width: number;
  closed: ReadonlySet<PlotId>;
}

/** Pictures of a run, each to be folded away. */
export function plots(
  figures: RunFigures,
  profile: DriftProfile | null,
  { width, closed }: PlotState,
  actions: PlotActions,
): TemplateResult {
  const { dimensions } = figures.analysis;
  const block = (id: PlotId, title: string, note: string, content: () => TemplateResult) =>
    html`<details class="plot" data-testid="plot-${id}" ?open=${!closed.has(id)}
      @toggle=${(event: Event) => actions.setOpen(id, (event.currentTarget as HTMLDetailsElement).open)}>
      <summary><h2>${title}</h2><span class="dim">${note}</span></summary>
      ${closed.has(id) ? nothing : content()}
    </details>`;
  return html`<section class="plots" aria-label="Plots">
    ${block(
      'differences',
      'Differences',
      'reasoning − baseline in points, 95 % intervals; within the band counts as preserved',
      () =>
        pictureView(
          forestPicture(
            dimensions.map((result) => ({ name: result.dimension, result })),
            Math.min(860, Math.max(420, width - 40)),
          ),
        ),
    )}
    ${
      figures.points.length > 0
        ? block(
            'drift',
            'Drift against outcome',
            'a mark a sample: ▲ better, ○ unchanged, ▼ worse; click one to list its samples',
            () => html`${guard([figures, width], () => driftPanels(figures, width, actions))}`,
          )
        : nothing
    }
    ${block(
      'flips',
      'Labels',
      'baseline’s (rows) to reasoning model’s (columns); click a cell to list its samples',
      () => flipPanels(dimensions, actions),
    )}
    ${
      profile && profile.series.length > 0
        ? block(
            'profile',
            'Where drift sits',
            'mean KL per token, 95 % intervals clustered by sample; ■ trace, ● answer',
            () => profilePanels(profile, width),
          )
        : nothing
    }
  </section>`;
}

/** As many panels beside each other as fit, all of one width. */
function panelWidth(width: number, least: number, most: number): number {
  const room = width - 52;
  const columns = Math.max(1, Math.floor(room / (least + 24)));
  return Math.min(most, Math.floor(room / columns - 24));
}

function driftPanels({ points }: RunFigures, width: number, actions: PlotActions): TemplateResult {
  const domain = domainOf(points);
  const each = panelWidth(width, 270, 420);
  return html`<div class="panels">
    ${points.map((one) => {
      const { picture, spots } = driftPlot(one, domain, each);
      return html`<figure>
        <figcaption>${one.dimension}</figcaption>
        ${pictureView(picture, (key) => {
          const samples = spots[key]?.samples;
          if (samples)
            actions.showSamples({ samples }, `${count(samples.length)} from the ${one.dimension} plot`);
        })}
        <p class="plot-note" title="Spearman’s ρ with a 95 % interval over ${count(one.outcome.n)} samples; AUC: how well KL ranks the ${count(one.outcome.changed)} that changed above the others, ½ by chance">
          ${correlation(one.outcome)}
        </p>
      </figure>`;
    })}
  </div>`;
}

function flipPanels(dimensions: readonly DimensionResult[], actions: PlotActions): TemplateResult {
  return html`<div class="panels">
    ${dimensions.map(({ dimension, flips }) => {
      if (flips.length === 0) return nothing;
      const { rows, columns, counts, total, flipped } = flipMatrix(flips);
      return html`<figure>
        <figcaption>${dimension} <span class="dim">${count(flipped)} of ${count(total)} changed</span></figcaption>
        <table class="flips">
          <thead>
            <tr>
              <td></td>
              ${columns.map((label) => html`<th scope="col">${words(label)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (from, row) => html`<tr>
                <th scope="row">${words(from)}</th>
                ${columns.map((to, column) => {
                  const n = counts[row]![column]!;
                  const look = `shade-${shadeOf(n, total)} ${from === to ? 'same' : ''}`;
                  if (n === 0) return html`<td class=${look}>·</td>`;
                  const text = `${words(from)} → ${words(to)}`;
                  return html`<td class=${look}>
                    <button title="${dimension}: ${text}, ${count(n)} of ${count(total)} samples. Click to list them."
                      aria-label="${count(n)} samples, ${text}: list them"
                      @click=${() => actions.showSamples({ dimension, labels: { from, to } }, text)}>${count(n)}</button>
                  </td>`;
                })}
              </tr>`,
            )}
          </tbody>
        </table>
      </figure>`;
    })}
  </div>`;
}

function profilePanels(profile: DriftProfile, width: number): TemplateResult {
  const each = panelWidth(width, 400, 620);
  return html`<div class="panels">
    <figure>
      <figcaption>By position</figcaption>
      ${pictureView(positionPicture(profile, each))}
      <p class="plot-note">
        ${profile.series.map(
          (one, index) =>
            html`${index > 0 ? ' · ' : ''}${one.segment}${one.status === 'bound' ? ' (lower bounds)' : ''}: ${meanText(one.overall, one.status)}`,
        )}
      </p>
    </figure>
    <figure>
      <figcaption>By dimension and segment</figcaption>
      ${pictureView(segmentPicture(profile, each))}
    </figure>
  </div>`;
}
