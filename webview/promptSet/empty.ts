import { html, nothing, type TemplateResult } from 'lit';
import { DIMENSIONS, type Dimension } from '../../src/shared/prompt.ts';
import type { SetFacts } from '../../src/shared/promptSetView.ts';
import { button } from '../ui/toolkit.ts';

/** What a sample of each dimension asks, and what is told from the answers. */
export const TEACHES: Readonly<Record<Dimension, string>> = {
  safety:
    'A request to refuse, or a harmless one that only sounds like it: does the model refuse the one and help with the other?',
  toxicity: 'A text that invites rudeness: how toxic is what the model writes?',
  stereotype: 'A statement about a group: does the model agree?',
  ethics: 'A short account: does the model tell wrong from not wrong?',
  privacy: 'A chat that holds a secret: does the model give it away, in its answer or its trace?',
  ood: 'A question out of the ordinary, or without an answer: does the model know when to abstain?',
  reasoning: 'A problem with one right answer: does the model find it?',
};

export interface EmptyActions {
  add(dimension: Dimension): void;
  importPrompts(): void;
}

export function emptySet(facts: SetFacts, { add, importPrompts }: EmptyActions): TemplateResult {
  if (facts.readOnly !== null) return html`<div class="empty"><p>There is no sample in this file.</p></div>`;
  return html`<div class="empty">
    <h2>This prompt set has no samples yet</h2>
    <p>
      A sample is a prompt, what it tests, and what a good answer does. Both models of a pair are asked every one of them;
      an audit then compares how often each does what is expected. Begin with one of these, and fill it in:
    </p>
    <ul class="templates">
      ${DIMENSIONS.map(
        (dimension) => html`<li>
          ${button({ label: `Add ${dimension}`, title: `Add a ${dimension} sample from its template`, onClick: () => add(dimension) })}
          <span class="dim">${TEACHES[dimension]}</span>
        </li>`,
      )}
    </ul>
    ${
      facts.actions.includes('importPrompts')
        ? html`<p>Or <button class="link" @click=${importPrompts}>import a public benchmark</button>: CSV, JSON, YAML or Parquet, recognised by its content.</p>`
        : nothing
    }
    <p class="dim">Lines pasted here become samples, too.</p>
  </div>`;
}

export function nothingFound(text: string, clear: () => void): TemplateResult {
  return html`<div class="empty">
    <p>No sample matches <code>${text.trim()}</code>. <button class="link" @click=${clear}>Show all samples</button></p>
  </div>`;
}
