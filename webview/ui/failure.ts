import { html, nothing, type TemplateResult } from 'lit';
import type { Failure } from '../../src/shared/failure.ts';

/** What went wrong, what to do, and on demand the words of the server. Styled by failure.css. */
export function failureText({ message, remedy, detail }: Failure): TemplateResult {
  return html`<div class="failure-message">${message}</div>
    ${remedy ? html`<div class="failure-remedy">${remedy}</div>` : nothing}
    ${
      detail
        ? html`<details class="failure-detail">
            <summary>Details</summary>
            <pre>${detail}</pre>
          </details>`
        : nothing
    }`;
}
