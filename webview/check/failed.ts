import { html, nothing, type TemplateResult } from 'lit';
import type { Failure } from '../../src/shared/failure.ts';
import { failureText } from '../ui/failure.ts';
import { button } from '../ui/toolkit.ts';

export interface FailureActions {
  setApiKey(): void;
  showLog(): void;
}

/** A failure where what it kept from being found out would stand. */
export function failed(failure: Failure, actions: FailureActions): TemplateResult {
  const wantsKey = failure.kind === 'unauthorized' || failure.kind === 'missing-key';
  return html`<div class="failure" role="alert">
    ${failureText(failure)}
    ${
      wantsKey || failure.kind === 'internal'
        ? html`<div class="failure-actions">
            ${wantsKey ? button({ label: 'Set API key…', onClick: actions.setApiKey }) : nothing}
            ${failure.kind === 'internal' ? button({ label: 'Show log', onClick: actions.showLog }) : nothing}
          </div>`
        : nothing
    }
  </div>`;
}
