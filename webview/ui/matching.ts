import { html, nothing, type TemplateResult } from 'lit';
import type { MatchingCheck } from '../../src/shared/probe.ts';
import { SIDES } from '../../src/shared/side.ts';

const MARKS: Record<MatchingCheck['result'], string> = { same: '✓', differs: '✗', unknown: '?' };

/** A result as a mark and, for whoever does not see it, a word. */
export function resultMark(result: MatchingCheck['result']): TemplateResult {
  return html`<span class="match-mark ${result}" aria-hidden="true">${MARKS[result]}</span>`;
}

/** What both models should have in common, one line each: the result in a word, and the values or the difference. */
export function matchingTable(matching: readonly MatchingCheck[]): TemplateResult {
  return html`<table class="matching">
    <tbody>
      ${matching.map(
        (check) => html`<tr class=${check.result}>
          <th scope="row">${check.title}</th>
          <td class="match-result">${resultMark(check.result)} ${check.result}</td>
          <td class="match-seen">${seen(check)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function seen({ result, values, detail }: MatchingCheck) {
  const told = SIDES.filter((side) => values[side] !== null);
  if (result === 'same' && values.baseline !== null && values.baseline === values.reasoning) {
    return html`${values.baseline}${detail ? html`<div class="dim">${detail}</div>` : nothing}`;
  }
  return html`${detail ? html`<div>${detail}</div>` : nothing}
    ${told.map((side) => html`<div class="match-value"><span class="dim">${side}</span> ${values[side]}</div>`)}
    ${told.length === 1 ? html`<div class="dim">${told[0] === 'baseline' ? 'reasoning' : 'baseline'} does not tell</div>` : nothing}
    ${told.length === 0 && !detail ? html`<span class="dim">neither tells</span>` : nothing}`;
}
