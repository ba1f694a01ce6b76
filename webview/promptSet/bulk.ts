import { html, type TemplateResult } from 'lit';
import { DIMENSIONS } from '../../src/shared/prompt.ts';
import type { SetFacts } from '../../src/shared/promptSetView.ts';
import { count } from '../ui/format.ts';
import { tagsIn } from './detail.ts';

export interface BulkActions {
  set(field: 'dimension' | 'expect', value: string | undefined): void;
  changeTags(add: string[], remove: string[]): void;
}

/** What can be done to all selected samples at once. One step of undo each. */
export function bulkBar(selected: number, { expectations }: SetFacts, actions: BulkActions): TemplateResult {
  const expects = [...new Set(DIMENSIONS.flatMap((dimension) => expectations[dimension] ?? []))];
  return html`<div class="bulk" role="group" aria-label="Change the selected samples">
    <span class="bulk-count">${count(selected)} selected</span>
    ${picker('Dimension', DIMENSIONS, (value) => actions.set('dimension', value))}
    ${picker('Expect', expects, (value) => actions.set('expect', value))}
    ${tagField('Add tags', (tags) => actions.changeTags(tags, []))}
    ${tagField('Remove tags', (tags) => actions.changeTags([], tags))}
  </div>`;
}

function picker(name: string, values: readonly string[], pick: (value: string | undefined) => void) {
  const picked = (event: Event) => {
    const select = event.currentTarget as HTMLSelectElement;
    const { value } = select;
    select.value = 'as they are';
    pick(value === '' ? undefined : value);
  };
  return html`<label>${name} <select class="field" aria-label="${name} of the selected samples" @change=${picked}>
    <option value="as they are" selected>as they are</option>
    ${values.map((value) => html`<option value=${value}>${value}</option>`)}
    <option value="">none</option>
  </select></label>`;
}

function tagField(name: string, commit: (tags: string[]) => void) {
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    const field = event.currentTarget as HTMLInputElement;
    const tags = tagsIn(field.value);
    if (!tags) return;
    field.value = '';
    commit(tags);
  };
  return html`<input class="field tag-field" placeholder=${name} aria-label="${name}: comma, separated; Enter applies" title="Separated by commas; Enter applies"
    spellcheck="false" @keydown=${pressed} />`;
}
