import { html, nothing, type TemplateResult } from 'lit';
import type { SetAction } from '../../src/shared/promptSetView.ts';
import { count } from '../ui/format.ts';
import { type MenuItem, menu } from '../ui/menu.ts';
import { button } from '../ui/toolkit.ts';
import {
  ACTION_LABELS,
  actionItems,
  addItems,
  type SetActions,
  type SetModel,
  whyNotMoved,
} from './menus.ts';

const SYNTAX: readonly [term: string, meaning: string][] = [
  ['words', 'stand anywhere in the sample; "in quotes" as a phrase'],
  ['dim:safety', 'of a dimension; dim:"" of none'],
  ['expect:refuse', 'with that expectation'],
  ['id:safety-0', 'ids that begin so'],
  ['tag:forge', 'with such a tag; any field works: target:, secrets:, source:'],
  ['problem:', 'with a problem; problem:error, problem:duplicate'],
  ['flipped', 'whose answers differ in what they do; also compared, stale, chat'],
  ['-tag:draft', 'a minus turns a term round'],
];

export function header(model: SetModel, actions: SetActions): TemplateResult {
  const { facts, selected } = model;
  const editable = facts.readOnly === null;
  const none = selected === 0;
  const unmoved = whyNotMoved(model);
  const compare = selected > 1 ? `Compare ${count(selected)}` : 'Compare Pair';
  return html`<header class="head">
    <div class="head-row">
      <h1 title=${facts.name}>${facts.name}</h1>
      <span class="dim number head-count">${counted(model)}</span>
      <span class="spring"></span>
      <div class="tools" role="toolbar" aria-label="Samples">
        ${
          editable
            ? html`${menu('Add a sample', '+ Add', addItems(actions), { className: 'tool', title: 'Add a sample of a dimension, from its template' })}
              ${tool('Duplicate', 'Duplicate the selected samples, with new ids', none, actions.duplicate)}
              ${tool('Delete', 'Delete the selected samples (Delete)', none, actions.remove)}
              ${tool('↑', unmoved ?? 'Move the selected samples up (Alt+Up)', none || unmoved !== undefined, () => actions.move(-1), 'Move up')}
              ${tool('↓', unmoved ?? 'Move the selected samples down (Alt+Down)', none || unmoved !== undefined, () => actions.move(1), 'Move down')}
              <span class="rule"></span>`
            : nothing
        }
        ${actionsOf(facts).map((action) => {
          const { label, title } = ACTION_LABELS[action];
          return html`<span class="wide">${tool(label, title, false, () => actions.act(action))}</span>`;
        })}
        ${menu('More actions', '⋯', moreItems(model, actions), { className: 'tool' })}
        ${button({
          label: compare,
          look: 'primary',
          title: facts.pair
            ? `Ask both models of the pair “${facts.pair}” (Ctrl+Enter)`
            : 'There is no pair yet: a pair file declares one',
          disabled: none,
          onClick: actions.compare,
        })}
      </div>
    </div>
    <div class="head-row search-row">
      <div class="search">
        <input class="field search-field" type="text" placeholder="Search: words, dim:safety, expect:refuse, tag:x, problem:, flipped" aria-label="Search the samples"
          spellcheck="false" .value=${model.query.text}
          @input=${(event: Event) => actions.search((event.currentTarget as HTMLInputElement).value)}
          @keydown=${(event: KeyboardEvent) => searchKey(event, actions)} />
        ${model.query.text === '' ? nothing : html`<button class="tool clear" aria-label="Clear the search" title="Clear the search (Escape)" @click=${() => actions.search('', true)}>✕</button>`}
      </div>
      ${menu(
        'How to search',
        '?',
        SYNTAX.map(([term, meaning]): MenuItem => ({ note: `${term}  –  ${meaning}` })),
        { className: 'tool' },
      )}
      ${menu('Choose columns', 'Columns', model.columnItems(), { className: 'tool' })}
      <button class="tool" aria-pressed=${model.isPaneOpen ? 'true' : 'false'} title="The pane that edits the whole sample" @click=${actions.togglePane}>Details</button>
    </div>
  </header>`;
}

function tool(
  label: string,
  title: string,
  disabled: boolean,
  run: () => void,
  name?: string,
): TemplateResult {
  return html`<button class="tool" title=${title} aria-label=${name ?? nothing} ?disabled=${disabled} @click=${run}>${label}</button>`;
}

/** What other parts can do with the set; into one that is read-only nothing is added. */
function actionsOf({ actions, readOnly }: SetModel['facts']): SetAction[] {
  return actions.filter((action) => readOnly === null || action === 'exportPrompts' || action === 'runAudit');
}

function counted({ total, found, query }: SetModel): string {
  const samples = `${count(total)} ${total === 1 ? 'sample' : 'samples'}`;
  return query.text.trim() === '' ? samples : `${count(found)} of ${samples}`;
}

function searchKey(event: KeyboardEvent, actions: SetActions): void {
  if (event.key === 'Escape') actions.search('', true);
  else if (event.key === 'Enter') actions.search((event.currentTarget as HTMLInputElement).value, true);
  else if (event.key === 'ArrowDown') document.querySelector<HTMLElement>('.grid')?.focus();
  else return;
  event.preventDefault();
}

function moreItems({ facts }: SetModel, actions: SetActions): MenuItem[] {
  return [
    ...actionItems(facts, actions, actionsOf(facts)),
    'separator',
    { label: `Switch Pair…${facts.pair ? ` (${facts.pair})` : ''}`, run: actions.switchPair },
    {
      label: 'Open as Text',
      title: 'Show the file in the text editor, at the active sample',
      run: actions.openAsText,
    },
  ];
}
