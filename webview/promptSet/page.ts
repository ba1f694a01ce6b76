import { html, nothing, type TemplateResult } from 'lit';
import type { Failure } from '../../src/shared/failure.ts';
import type { Job, SetSummary } from '../../src/shared/promptSetView.ts';
import { type BulkActions, bulkBar } from './bulk.ts';
import { footer } from './footer.ts';
import { header } from './header.ts';
import type { SetActions, SetModel } from './menus.ts';
import { failureNotice, type Jobs, progressNotices, readOnlyNotice } from './notices.ts';

/** What the view is drawn from. */
export interface PageModel {
  set: SetModel;
  summary: SetSummary;
  failure: Failure | null;
  jobs: Jobs;
  /** What changes all selected rows at once; null: there are not several, or they cannot be changed. */
  bulk: BulkActions | null;
  grid: HTMLElement;
  pane: TemplateResult | typeof nothing;
}

export interface PageActions extends SetActions {
  dismiss(): void;
  stop(job: Job): void;
}

export function page(model: PageModel, actions: PageActions): TemplateResult {
  const { set, summary, failure, jobs, bulk, grid, pane } = model;
  return html`${header(set, actions)}
    ${readOnlyNotice(set.facts.readOnly)}
    ${failureNotice(failure, actions.dismiss)}
    ${progressNotices(jobs, actions.stop)}
    ${bulk ? bulkBar(set.selected, set.facts, bulk) : nothing}
    <div class="split">
      <div class="grid-box">${grid}</div>
      ${pane}
    </div>
    ${footer(summary, (text) => actions.search(text, true))}`;
}

export function openingPage(failure: Failure | null): TemplateResult {
  return html`<p class="opening">${failure ? failure.message : 'Opening the prompt set…'}</p>`;
}
