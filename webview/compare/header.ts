import { html, nothing, type TemplateResult } from 'lit';
import type { ComparisonState } from '../../src/shared/comparison.ts';
import type { Message } from '../../src/shared/prompt.ts';
import { inputText } from '../../src/shared/prompt.ts';
import { count } from '../ui/format.ts';
import { type MenuItem, menu } from '../ui/menu.ts';
import { SPAN_RATIO } from '../ui/scale.ts';
import { button, checkbox } from '../ui/toolkit.ts';
import { spansOf } from './driftData.ts';
import { matchingCard } from './matchingCard.ts';
import { LAYERS, type LayerId, type ViewSettings } from './settings.ts';

export interface HeaderActions {
  stop(): void;
  retry(): void;
  revealOrigin(): void;
  checkPair(): void;
  toggleLayer(layer: LayerId, on: boolean): void;
  setLayout(layout: 'columns' | 'inline'): void;
  togglePrompt(): void;
  menuItems(): MenuItem[];
}

export function header(
  state: ComparisonState,
  settings: ViewSettings,
  inline: boolean,
  actions: HeaderActions,
): TemplateResult {
  const { request } = state;
  const hasSpans = spansOf(state.drift[settings.author]) !== null;
  const labelOf = (id: LayerId, label: string) => (id === 'heat' && hasSpans ? 'ln R/B heat' : label);
  return html`<header class="head">
    <div class="head-row">
      ${prompt(request.input, settings.wholePrompt, actions)}
      <div class="head-actions">
        ${
          state.done
            ? button({ label: '↻ Retry', title: 'Ask both models again', onClick: actions.retry })
            : button({
                label: '■ Stop',
                title: 'Stop both models; what arrived stays',
                onClick: actions.stop,
              })
        }
        ${menu('More actions', '⋯', actions.menuItems())}
      </div>
    </div>
    <div class="head-row facts-row">
      <div class="head-left">
        <div class="facts">${facts(state, actions)}</div>
        ${matchingCard(state.check, actions)}
      </div>
      <div class="layers" role="group" aria-label="Layers on the text">
        ${LAYERS.map(({ id, label, title }) =>
          checkbox(
            html`<span class="mark-sample mark-${id}">${labelOf(id, label)}</span>`,
            settings.layers[id],
            id === 'heat' && hasSpans ? SPAN_RATIO.meaning : title,
            (on) => actions.toggleLayer(id, on),
            labelOf(id, label),
          ),
        )}
      </div>
      <div class="layout switch" role="group" aria-label="Arrangement">
        ${layoutButton('columns', 'Side by side', !inline, actions)}
        ${layoutButton('inline', 'Inline', inline, actions)}
      </div>
    </div>
  </header>`;
}

function layoutButton(layout: 'columns' | 'inline', label: string, on: boolean, actions: HeaderActions) {
  return html`<button class="segment" aria-pressed=${on ? 'true' : 'false'} @click=${() => actions.setLayout(layout)}>
    ${label}
  </button>`;
}

function prompt(input: Message[], whole: boolean, actions: HeaderActions): TemplateResult {
  const single = input.length === 1 && input[0]?.role === 'user';
  const text = inputText(input);
  const long = !single || text.length > 180 || text.split('\n').length > 2;
  return html`<div class="prompt ${whole ? 'whole' : ''}">
    ${
      whole && !single
        ? input.map(
            (message) => html`<div class="turn">
              <span class="role">${message.role}</span>
              <div class="verbatim">${message.content}</div>
            </div>`,
          )
        : html`<h1 class="prompt-text verbatim">${text || 'An empty prompt'}</h1>`
    }
    ${
      long
        ? html`<button class="link" aria-expanded=${whole ? 'true' : 'false'} @click=${actions.togglePrompt}>
            ${whole ? 'Show less' : single ? 'Show whole prompt' : `Show all ${count(input.length)} turns`}
          </button>`
        : nothing
    }
  </div>`;
}

function facts({ request }: ComparisonState, actions: HeaderActions): TemplateResult[] {
  const { pair, origin } = request;
  const { temperature, seed, maxTokens, topP } = pair.sampling;
  const shown: [text: string, title: string][] = [
    [pair.name, 'The pair, as driftscope.json names it'],
    [pair.method, 'How the reasoning model was made from its base'],
    [`T = ${temperature}`, 'Sampling temperature'],
  ];
  if (topP !== null) shown.push([`top-p ${topP}`, 'Nucleus sampling']);
  if (seed !== null) shown.push([`seed ${seed}`, 'Seed of the sampler, where the server takes one']);
  shown.push([
    `≤ ${count(maxTokens)} tokens`,
    'maxTokens: the most tokens a generation may have, trace included',
  ]);
  const facts = shown.map(
    ([text, title], at) => html`<span title=${title} class=${at === 0 ? 'pair-name' : ''}>${text}</span>`,
  );
  if (origin) {
    const where = origin.sampleId ?? `${origin.file.replace(/^.*[/\\]/, '')}:${origin.line + 1}`;
    facts.push(
      html`<button class="link" title="Open ${origin.file} at this sample" @click=${actions.revealOrigin}>${where}</button>`,
    );
  }
  return facts;
}
