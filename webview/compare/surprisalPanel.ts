import { html, type TemplateResult } from 'lit';
import type { SurprisalPosition } from '../../src/shared/drift.ts';
import { INFINITE_NATS } from '../../src/shared/drift.ts';
import { SIDES, type Side } from '../../src/shared/side.ts';
import { count, nats } from '../ui/format.ts';
import { DEFINITIONS } from './definitions.ts';

/** Per segment the mean surprisal of the tokens to each model, where there is no KL; a dash where a server does not tell. */
export function surprisalTable(surprisals: readonly SurprisalPosition[]): TemplateResult {
  const segments = (['trace', 'answer'] as const)
    .map((segment) => ({ segment, own: surprisals.filter((position) => position.segment === segment) }))
    .filter(({ own }) => own.length > 0);
  return html`<table class="summary">
    <thead>
      <tr>
        <th scope="col"><span class="sr-only">Segment</span></th>
        <th scope="col" title=${DEFINITIONS.n}>n</th>
        ${SIDES.map((side) => html`<th scope="col" title=${DEFINITIONS.surprisal}>mean surprisal to ${side}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${segments.map(
        ({ segment, own }) => html`<tr>
          <th scope="row">${segment}</th>
          <td>${count(own.length)}</td>
          ${SIDES.map((side) => html`<td title=${DEFINITIONS.surprisal}>${nats(meanOf(own, side))}</td>`)}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function meanOf(positions: readonly SurprisalPosition[], side: Side): number | null {
  const told = positions.flatMap(({ surprisal }) => surprisal[side] ?? []);
  if (told.length === 0) return null;
  return told.includes(INFINITE_NATS)
    ? INFINITE_NATS
    : told.reduce((sum, value) => sum + value, 0) / told.length;
}
