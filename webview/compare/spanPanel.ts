import { html, type TemplateResult } from 'lit';
import type { SpanDrift, SpanSummary } from '../../src/shared/drift.ts';
import { count, nats } from '../ui/format.ts';
import { SPAN_RATIO } from '../ui/scale.ts';
import { DEFINITIONS } from './definitions.ts';

const COLUMNS: [name: string, title: string, value: (summary: SpanSummary) => string][] = [
  ['spans', DEFINITIONS.spans, ({ n }) => count(n)],
  ['bytes', DEFINITIONS.bytes, ({ bytes }) => count(bytes)],
  ['bits/byte baseline', DEFINITIONS.bitsPerByte, ({ bitsPerByte }) => nats(bitsPerByte.baseline)],
  ['bits/byte reasoning', DEFINITIONS.bitsPerByte, ({ bitsPerByte }) => nats(bitsPerByte.reasoning)],
  ['ln R/B', DEFINITIONS.logRatio, ({ logRatio }) => nats(logRatio, { signed: true })],
];

/** What is summed up where the tokenizers differ: both models' bits per byte, and how much likelier one held the text. */
export function spanTable({ summary }: SpanDrift): TemplateResult {
  const segments = (['trace', 'answer'] as const).filter((segment) => summary[segment].n > 0);
  return html`<table class="summary">
    <thead>
      <tr>
        <th scope="col"><span class="sr-only">Segment</span></th>
        ${COLUMNS.map(([name, title]) => html`<th scope="col" title=${title}>${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${segments.map(
        (segment) => html`<tr>
          <th scope="row">${segment}</th>
          ${COLUMNS.map(([, title, value]) => html`<td title=${title}>${value(summary[segment])}</td>`)}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** The two scales, from the strongest in one direction to the strongest in the other. */
export function spanLegend(): TemplateResult {
  const { edges } = SPAN_RATIO;
  const step = (name: string, at: number) =>
    html`<span class="legend-step"><span class="swatch ${name}-${at + 1}"></span>${edges[at]}</span>`;
  const steps = edges.map((_, at) => at).filter((at) => at % 2 === 1);
  return html`<div class="legend" role="img" aria-label="Scale of ln R/B in nats, in either direction from ${edges[1]} to ${edges.at(-1)} and above">
    <span>baseline likelier</span>
    <span class="legend-swatches">${steps.toReversed().map((at) => step('ratio-below', at))}</span>
    <span class="legend-swatches">${steps.map((at) => step('ratio-above', at))}</span>
    <span>reasoning likelier</span>
    <span class="dim">nats</span>
  </div>`;
}
