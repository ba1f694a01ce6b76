import { html, nothing, type TemplateResult } from 'lit';
import type { ComparisonState } from '../../src/shared/comparison.ts';
import type { Failure } from '../../src/shared/failure.ts';
import { modelLabel } from '../../src/shared/pair.ts';
import { type BySide, SIDES, type Side } from '../../src/shared/side.ts';
import { failureText } from '../ui/failure.ts';
import { nats, percent, visibleText } from '../ui/format.ts';
import type { PlacedTokens } from '../ui/tokenText/offsets.ts';
import { button } from '../ui/toolkit.ts';
import { DEFINITIONS } from './definitions.ts';
import { type Hotspot, tokensOf } from './driftData.ts';
import type { SectionBody } from './sectionBody.ts';
import type { SectionName, ViewSettings } from './settings.ts';
import { type Said, type Speed, sectionFacts, sideNotice, sideStatus } from './sideState.ts';
import { marksInWords, type VerdictActions, verdictChips, verdictRow } from './verdicts.ts';

export interface SectionsModel {
  state: ComparisonState;
  settings: ViewSettings;
  bodies: Record<SectionName, SectionBody>;
  placed: BySide<PlacedTokens | null>;
  speed: BySide<Speed | null>;
  /** Of the chosen author's trace, the largest first; shown while the trace is a preview. */
  traceHotspots: readonly Hotspot[];
  /** Whether the trace is long enough to be shown as a preview. */
  longTrace: boolean;
}

export interface SectionsActions extends VerdictActions {
  toggle(section: SectionName): void;
  toggleWholeTrace(): void;
  jump(side: Side, index: number): void;
  retry(): void;
  showLog(side: Side): void;
}

/** The heads of both columns: who is who, and how far each is. */
export function columnHeads({ state, speed }: SectionsModel, actions: VerdictActions): TemplateResult {
  const now = performance.now();
  return html`<div class="column-heads">
    ${SIDES.map(
      (side) => html`<div class="column-head ${side}" role="group" aria-label="${side} model">
        <span class="side-name">${side}</span>
        <span class="model-name" title=${modelLabel(state.request.pair.models[side])}
          >${modelLabel(state.request.pair.models[side])}</span
        >
        <span class="status">${said(sideStatus(state.sides[side], speed[side], now))}</span>
      </div>`,
    )}
    ${verdictRow(state, actions)}
  </div>`;
}

export function section(name: SectionName, model: SectionsModel, actions: SectionsActions): TemplateResult {
  const { state, settings, bodies, placed, longTrace } = model;
  const collapsed = settings.collapsed[name];
  const preview = name === 'trace' && longTrace && !settings.wholeTrace;
  const title = name === 'trace' ? 'Trace' : 'Answer';
  const diff = state.diff[name];
  const none = name === 'trace' && bodies.trace.isEmpty;
  return html`<section class="section ${name}" aria-label=${title}>
    <div class="section-heads">
      ${SIDES.map(
        (side) => html`<div class="section-head ${side}">
          <button
            class="section-toggle"
            aria-expanded=${collapsed ? 'false' : 'true'}
            tabindex=${side === 'baseline' ? nothing : '-1'}
            @click=${() => actions.toggle(name)}
          >
            <span class="twistie" aria-hidden="true">${collapsed ? '▸' : '▾'}</span>${title}
          </button>
          ${name === 'trace' ? elicited(state, side) : nothing}
          ${marks(placed[side]?.marks[name].before ?? [], side, state, actions)}
          <span class="status">${said(sectionFacts(state.sides[side], name))}</span>
          ${name === 'trace' ? html`<span class="verdicts" role="group" aria-label="Verdicts on the ${side} model’s trace">${verdictChips(state, side, 'trace', actions)}</span>` : nothing}
          ${
            side === 'reasoning' && diff && !bodies[name].isEmpty && comparable(bodies[name])
              ? html`<span class="similarity" title=${DEFINITIONS.similarity}
                  >${percent(diff.similarity)} of words shared</span
                >`
              : nothing
          }
        </div>`,
      )}
    </div>
    <div class="section-content ${preview ? 'preview' : ''}" ?hidden=${collapsed || none}>
      ${bodies[name].element}
    </div>
    ${collapsed ? nothing : marksInWords(state, name)}
    ${name === 'trace' && longTrace && !collapsed ? traceFoot(model, preview, actions) : nothing}
  </section>`;
}

/** A trace that was asked for is not one that the model has learnt to write. */
function elicited(state: ComparisonState, side: Side) {
  const { elicited: words } = state.request.pair.models[side];
  return words === undefined
    ? nothing
    : html`<span class="elicited" title="The pair file’s elicitTrace asks this model for a trace, with the system prompt: ${words}">elicited</span>`;
}

/** Similarity says something of two texts only. */
function comparable(body: SectionBody): boolean {
  return SIDES.every((side) => body.texts[side].content !== '');
}

function traceFoot(
  { state, settings, traceHotspots }: SectionsModel,
  preview: boolean,
  actions: SectionsActions,
): TemplateResult {
  const { author } = settings;
  return html`<div class="trace-foot">
    <button class="link" aria-expanded=${preview ? 'false' : 'true'} @click=${actions.toggleWholeTrace}>
      ${preview ? 'Show the whole trace' : 'Show a preview of the trace'}
    </button>
    ${
      preview && traceHotspots.length > 0
        ? html`<span class="dim">hotspots:</span> ${traceHotspots.map((position) =>
            hotspotLink(
              position,
              () => actions.jump(author, position.index),
              contextOf(state, author, position),
            ),
          )}`
        : nothing
    }
  </div>`;
}

function hotspotLink(hotspot: Hotspot, jump: () => void, context: string): TemplateResult {
  return html`<button class="hotspot" title="Token ${hotspot.index}: go there" @click=${jump}>
    <span class="number">${nats(hotspot.value, hotspot)}</span> ${context}
  </button>`;
}

/** A hotspot's token with a little of what stands before it. */
function contextOf(state: ComparisonState, author: Side, position: Hotspot): string {
  const tokens = tokensOf(state, author);
  const before = tokens
    .slice(Math.max(0, position.index - 6), position.index)
    .filter((t) => t.segment === position.segment)
    .map((t) => t.text)
    .join('');
  // From the first whole word on.
  const context = `${before.replace(/^\S*\s+/, '')}${position.text}`.replace(/\s+/g, ' ').trim();
  return `…${visibleText(context, 40).replaceAll('␣', ' ')}`;
}

/** Shown at most: a model gone astray may repeat one without end. */
const MOST_MARKS = 12;

/** Control tokens, small and dim: there to be pointed at, in no mean. */
function marks(indices: readonly number[], side: Side, state: ComparisonState, actions: SectionsActions) {
  const own = state.sides[side];
  if (own.state !== 'finished' || indices.length === 0) return nothing;
  const token = (index: number) => tokensOf(state, side)[index];
  return html`<span class="marks"
    >${indices.slice(0, MOST_MARKS).map(
      (index) =>
        html`<button
          class="control-mark"
          tabindex="-1"
          data-side=${side}
          data-index=${index}
          title="Control token: shown, but in no mean"
          @click=${() => actions.jump(side, index)}
        >
          ${visibleText(token(index)?.text ?? '', 16)}
        </button>`,
    )}${indices.length > MOST_MARKS ? html`<span class="dim">+${indices.length - MOST_MARKS}</span>` : nothing}</span
  >`;
}

/** What stands right under a side's text: closing control tokens; and why there is no more, where a side failed. */
export function foot(
  name: SectionName,
  side: Side,
  { state, placed }: SectionsModel,
  actions: SectionsActions,
): TemplateResult {
  const notice =
    name === 'answer' ? sideNotice(state.sides[side], state.request.pair.sampling.maxTokens) : null;
  return html`${marks(placed[side]?.marks[name].after ?? [], side, state, actions)}
  ${
    notice === null
      ? nothing
      : notice.kind === 'note'
        ? html`<div class="notice note">${notice.text}</div>`
        : failureNotice(notice.failure, notice.kind, side, actions)
  }`;
}

function failureNotice(
  failure: Failure,
  kind: 'failure' | 'waiting',
  side: Side,
  actions: SectionsActions,
): TemplateResult {
  return html`<div class="notice ${kind}" role=${kind === 'failure' ? 'alert' : 'status'}>
    ${failureText(failure)}
    ${
      kind === 'failure'
        ? html`<div class="failure-actions">
            ${button({ label: '↻ Retry', title: 'Ask both models again', look: 'primary', onClick: actions.retry })}
            ${button({ label: 'Show log', title: 'Open the Driftscope output channel', onClick: () => actions.showLog(side) })}
          </div>`
        : nothing
    }
  </div>`;
}

function said(items: readonly Said[]) {
  return items.map(
    ({ text, title, look }) =>
      html`<span class="said ${look ?? ''}" title=${title ?? nothing}>${text}</span>`,
  );
}
