import type { ComparisonState } from '../../src/shared/comparison.ts';
import { logRatio, type SpanDrift, type SurprisalPosition } from '../../src/shared/drift.ts';
import { otherSide } from '../../src/shared/side.ts';
import { nats, quotedToken } from '../ui/format.ts';
import {
  isBound,
  isLowCoverage,
  type Measure,
  measured,
  measureInfo,
  SPAN_RATIO,
  SURPRISAL,
} from '../ui/scale.ts';
import { Strip, type StripData } from '../ui/strip.ts';
import type { Theme } from '../ui/theme.ts';
import { positionAt, positionsOf, spanAt, spansOf, surprisalsOf, tokensOf } from './driftData.ts';
import type { ViewSettings } from './settings.ts';
import type { TokenPointer } from './tokenPointer.ts';

/** The strip of the chosen author's drift. */
export class StripView {
  readonly strip: Strip;
  readonly #pointer: TokenPointer;
  #author: ViewSettings['author'] = 'reasoning';
  /** Values by position, and what of `positions` they hold already. */
  #values = new Float64Array(0);
  #filled: { of: unknown; measure: Measure | null; n: number } = { of: null, measure: null, n: 0 };

  #segments: { of: unknown; n: number; found: StripData['segments'] } = { of: null, n: 0, found: [] };

  constructor(theme: Theme, pointer: TokenPointer) {
    this.#pointer = pointer;
    this.strip = new Strip(theme, {
      jump: (index) => pointer.jump({ side: this.#author, index }, { keepFocus: true }),
      hover: (index, bar) => pointer.hover(index === null ? null : { side: this.#author, index }, bar),
    });
  }

  setTheme(theme: Theme): void {
    this.strip.setTheme(theme);
  }

  show(state: ComparisonState, settings: ViewSettings, threshold: number): void {
    const { author, measure } = settings;
    this.#author = author;
    const spans = spansOf(state.drift[author]);
    if (spans) {
      this.#showSpans(spans, state, settings, threshold);
      return;
    }
    const surprisals = surprisalsOf(state.drift[author]);
    if (surprisals) {
      this.#showSurprisals(surprisals, state, settings);
      return;
    }
    const positions = positionsOf(state.drift[author]);
    const tokens = tokensOf(state, author);
    this.#fill(positions, measure, tokens.length);
    const info = measureInfo(measure);
    this.strip.show({
      values: this.#values,
      measure: info,
      faint: (index) => {
        const position = positionAt(positions, index);
        return position !== undefined && (position.segment === 'control' || isLowCoverage(position, measure));
      },
      segments: this.#segmentsOf(tokens),
      threshold,
      cursor: this.#pointer.cursorOf(author),
      description: `${info.label} at each token of the ${author} model. Arrow keys move by token, F7 to the next hotspot.`,
      describe: (index) => {
        const position = positionAt(positions, index);
        const token = tokens[index];
        if (!token) return '';
        if (!position) return `${quotedToken(token.text)}, token ${index}, not scored`;
        const value = nats(measured(position, measure), {
          bound: isBound(position, measure),
          signed: info.signed,
        });
        return `${quotedToken(token.text)}, token ${index}, ${position.segment}, ${value} nats`;
      },
    });
  }

  /** A span's ratio stands at each of its tokens. */
  #showSpans(spans: SpanDrift, state: ComparisonState, { author }: ViewSettings, threshold: number): void {
    const tokens = tokensOf(state, author);
    if (this.#filled.of !== spans || this.#values.length !== tokens.length) {
      this.#values = new Float64Array(tokens.length).fill(Number.NaN);
      for (const {
        tokens: [from, to],
        segment,
        surprisal,
      } of spans.spans) {
        const ratio = segment === 'control' ? null : logRatio(surprisal);
        if (ratio !== null) this.#values.fill(ratio, from, to);
      }
      this.#filled = { of: spans, measure: null, n: tokens.length };
    }
    this.strip.show({
      values: this.#values,
      measure: SPAN_RATIO,
      diverging: true,
      faint: () => false,
      segments: this.#segmentsOf(tokens),
      threshold,
      cursor: this.#pointer.cursorOf(author),
      description: `${SPAN_RATIO.label} at each token of the ${author} model. Arrow keys move by token, F7 to the next hotspot.`,
      describe: (index) => {
        const token = tokens[index];
        const span = spanAt(spans, index);
        if (!token) return '';
        const name = `${quotedToken(token.text)}, token ${index}`;
        if (!span || span.segment === 'control') return `${name}, in no span`;
        return `${name}, ${span.segment}, ${nats(logRatio(span.surprisal), { signed: true })} nats in ${quotedToken(span.text)}`;
      },
    });
  }

  /** In grey: a surprisal is no drift. The author's own where it is told, else the other model's. */
  #showSurprisals(
    surprisals: readonly SurprisalPosition[],
    state: ComparisonState,
    { author }: ViewSettings,
  ): void {
    const tokens = tokensOf(state, author);
    const own = surprisals.some(({ surprisal }) => surprisal[author] !== null);
    const teller = own ? author : otherSide(author);
    if (this.#filled.of !== surprisals || this.#values.length !== tokens.length) {
      this.#values = new Float64Array(tokens.length).fill(Number.NaN);
      for (const { index, surprisal } of surprisals) this.#values[index] = surprisal[teller] ?? Number.NaN;
      this.#filled = { of: surprisals, measure: null, n: tokens.length };
    }
    this.strip.show({
      values: this.#values,
      measure: SURPRISAL,
      faint: () => true,
      segments: this.#segmentsOf(tokens),
      threshold: 0,
      cursor: this.#pointer.cursorOf(author),
      description: `Surprisal of each token of the ${author} model, to the ${teller} model. Arrow keys move by token.`,
      describe: (index) => {
        const token = tokens[index];
        if (!token) return '';
        const value = this.#values[index]!;
        const told = Number.isNaN(value) ? 'not told' : `surprisal ${nats(value)} nats`;
        return `${quotedToken(token.text)}, token ${index}, ${token.segment}, ${told}`;
      },
    });
  }

  /** Looked for once a list of tokens, not at every frame. */
  #segmentsOf(tokens: ReturnType<typeof tokensOf>): StripData['segments'] {
    if (this.#segments.of !== tokens || this.#segments.n !== tokens.length) {
      const answer = tokens.findIndex((t) => t.segment === 'answer');
      const hasTrace = tokens.some((t) => t.segment === 'trace');
      this.#segments = {
        of: tokens,
        n: tokens.length,
        found: [
          ...(hasTrace ? [{ from: 0, label: 'trace' }] : []),
          ...(answer >= 0 ? [{ from: hasTrace ? answer : 0, label: 'answer' }] : []),
        ],
      };
    }
    return this.#segments.found;
  }

  #fill(positions: ReturnType<typeof positionsOf>, measure: Measure, tokens: number): void {
    const n = Math.max(tokens, (positions.at(-1)?.index ?? -1) + 1);
    if (this.#filled.of !== positions || this.#filled.measure !== measure || this.#values.length !== n) {
      this.#values = new Float64Array(n).fill(Number.NaN);
      this.#filled = { of: positions, measure, n: 0 };
    }
    for (let i = this.#filled.n; i < positions.length; i++) {
      this.#values[positions[i]!.index] = measured(positions[i]!, measure);
    }
    this.#filled.n = positions.length;
  }
}
