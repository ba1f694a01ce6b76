import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Annotation } from '../../src/shared/annotation.ts';
import { type Alternative, logRatio, type ScoredPosition, type ScoredSpan } from '../../src/shared/drift.ts';
import type { Segment } from '../../src/shared/generation.ts';
import { type BySide, SIDES, type Side } from '../../src/shared/side.ts';
import { count, nats, percent, probability, quotedToken, tokenCount, visibleText } from '../ui/format.ts';
import { isLowCoverage, measured } from '../ui/scale.ts';
import { DEFINITIONS } from './definitions.ts';
import { foundInWords, foundLines } from './verdicts.ts';

export interface CardData {
  index: number;
  text: string;
  segment: Segment;
  author: Side;
  /** Undefined: not scored (yet); `unscored` says why. */
  position: ScoredPosition | undefined;
  /** Where the tokenizers differ: the span that the token is in. */
  span: ScoredSpan | undefined;
  /** Where there is neither: what servers tell of the token, per model. */
  surprisal: BySide<number | null> | undefined;
  unscored: string;
  /** The position's own, or fetched; null while they are on their way. */
  top: BySide<Alternative[]> | null;
  /** What is marked on the token. */
  found: readonly Annotation[];
}

/** Alternatives shown per model. */
const SHOWN = 5;

export function tokenCard(data: CardData): TemplateResult {
  const { position } = data;
  return html`<div class="card-head">
      <span class="token">${visibleText(data.text)}</span>
      <span class="dim">token ${count(data.index)} of ${data.author} · ${data.segment}</span>
    </div>
    ${foundLines(data.found)}
    ${position ? scored(position, data) : data.span ? spanFigures(data.span) : surprisalOnly(data)}`;
}

function surprisalOnly({ surprisal, unscored }: CardData): TemplateResult {
  if (!surprisal) return html`<div class="dim">${unscored}</div>`;
  return html`<div class="card-models">
      ${SIDES.map(
        (side) => html`<div class="card-model">
          <div class="side-word">${side}</div>
          ${
            surprisal[side] === null
              ? html`<span class="dim">not told</span>`
              : html`<span class="number" title=${DEFINITIONS.surprisal}>${nats(surprisal[side])} nats</span>
                  <span class="number dim">p ${probability(Math.exp(-surprisal[side]))}</span>`
          }
        </div>`,
      )}
    </div>
    <div class="card-bound">surprisal only: ${unscored}</div>`;
}

function spanFigures({ text, segment, surprisal, pieces }: ScoredSpan): TemplateResult {
  return html`<dl class="card-figures">
      ${figure('ln R/B', nats(logRatio(surprisal), { signed: true }))}
      <div class="unit">nats, over the span ${quotedToken(text)}${segment === 'control' ? ', which a delimiter reaches into: in no sum' : ''}</div>
    </dl>
    <div class="card-models">
      ${SIDES.map(
        (side) => html`<div class="card-model">
          <div class="side-word">${side}</div>
          <span class="number" title=${DEFINITIONS.spanSurprisal}>${nats(surprisal[side])} nats</span>
          <span class="dim">in ${tokenCount(pieces[side])} of its own</span>
        </div>`,
      )}
    </div>`;
}

function scored(position: ScoredPosition, data: CardData): TemplateResult {
  const bound = position.status === 'bound';
  return html`<dl class="card-figures">
      ${figure('KL(R ‖ B)', nats(position.klForward, { bound }))}
      ${figure('KL(B ‖ R)', nats(position.klReverse, { bound }))}
      ${figure('JSD', bound ? `${nats(position.jsd)}–${nats(position.jsdMax)}` : nats(position.jsd))}
      ${figure('ln R/B', nats(measured(position, 'logRatio'), { signed: true }))}
      <div class="unit">nats</div>
    </dl>
    <div class="card-models">
      ${SIDES.map(
        (side) => html`<div class="card-model">
          <div class="side-word">${side}</div>
          ${data.top === null ? html`<div class="dim">…</div>` : alternatives(data.top[side], position)}
          <div class="card-actual">${actual(position, side, data)}</div>
        </div>`,
      )}
    </div>
    ${
      bound
        ? html`<div class="card-bound">
            lower bound · mass seen: baseline ${percent(position.coverage.baseline)}, reasoning
            ${percent(position.coverage.reasoning)}${isLowCoverage(position, 'klForward') ? ' · low: says little' : ''}
          </div>`
        : nothing
    }`;
}

function figure(name: string, value: string): TemplateResult {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function alternatives(list: readonly Alternative[], { id }: ScoredPosition): TemplateResult {
  if (list.length === 0) return html`<div class="dim">no alternatives given</div>`;
  return html`${list.slice(0, SHOWN).map((alternative) => {
    const p = Math.exp(alternative.logprob);
    return html`<div class="alternative ${alternative.id === id ? 'actual' : ''}">
      <span class="alternative-text">${visibleText(alternative.text, 16)}</span>
      <svg class="bar" width="48" height="8" aria-hidden="true">
        ${svg`<rect width=${Math.max(1, 48 * p)} height="8"></rect>`}
      </svg>
      <span class="number">${probability(p)}</span>
    </div>`;
  })}`;
}

function actual(position: ScoredPosition, side: Side, data: CardData): TemplateResult {
  const surprisal = position.surprisal[side];
  const rank = position.rank[side];
  if (surprisal === null) return html`<span class="dim">not among the tokens that the server lists</span>`;
  return html`<span class="alternative-text">${visibleText(data.text, 10)}</span>
    <span class="number">${probability(Math.exp(-surprisal))}</span>
    <span class="number" title=${DEFINITIONS.surprisal}>${nats(surprisal)} nats</span>
    ${rank === null ? nothing : html`<span class="number" title=${DEFINITIONS.rank}>rank ${count(rank)}</span>`}`;
}

/** The card in a sentence or two, for a screen reader. */
export function describeToken({
  index,
  text,
  segment,
  position,
  span,
  surprisal,
  unscored,
  top,
  found,
}: CardData): string {
  const what = `${quotedToken(text)}, token ${index}, ${segment}. ${foundInWords(found)}`.trim();
  if (span) {
    return `${what} ln R over B ${nats(logRatio(span.surprisal), { signed: true })} nats over the span ${quotedToken(span.text)}.`;
  }
  if (!position) {
    const told = SIDES.flatMap((side) =>
      (surprisal?.[side] ?? null) === null ? [] : `surprisal to ${side} ${nats(surprisal![side])} nats.`,
    );
    return [what, ...told, unscored].join(' ');
  }
  const bound = position.status === 'bound' ? 'at least ' : '';
  const first = (side: Side) => {
    const best = top?.[side][0];
    return best ? `${side} favours ${quotedToken(best.text)} at ${percent(Math.exp(best.logprob))}` : '';
  };
  const favours = SIDES.map(first).filter(Boolean).join(', ');
  return `${what} KL ${bound}${nats(position.klForward)} nats. ${favours ? `${favours}.` : ''}`;
}
