import { render } from 'lit';
import type { Annotation } from '../../src/shared/annotation.ts';
import type { ComparisonState } from '../../src/shared/comparison.ts';
import type { Alternative } from '../../src/shared/drift.ts';
import { type BySide, SIDES, type Side } from '../../src/shared/side.ts';
import { placeCard } from '../ui/card.ts';
import {
  type Bodies,
  elementOfRef,
  moveBy,
  paintCursor,
  placeOf,
  rectsOfRef,
  refAtPoint,
  type TokenRef,
} from './cursor.ts';
import {
  driftProgress,
  positionAt,
  positionsOf,
  spanAt,
  spansOf,
  surprisalsOf,
  tokensOf,
} from './driftData.ts';
import { annotationsAt } from './found.ts';
import type { SectionName } from './settings.ts';
import { type CardData, describeToken, tokenCard } from './tokenCard.ts';

export interface TokenPointerOptions {
  bodies: Bodies;
  scroll: HTMLElement;
  state(): ComparisonState | null;
  author(): Side;
  /** Asks the host for a position's alternatives, where they were left out of the state. */
  alternatives(side: Side, index: number): Promise<BySide<Alternative[]>>;
  /** Opens what hides a section's text. */
  reveal(section: SectionName): void;
  /** The cursor moved: the strip shows it too. */
  moved(): void;
}

/** A pointer has to rest this long on a token before the card opens. ms. */
const HOVER_DELAY = 70;

/**
 * Which token is looked at, by pointer or keyboard, and the card that tells of it. The pointer's token wins over the
 * keyboard's while it is there.
 */
export class TokenPointer {
  readonly card = document.createElement('div');
  /** Reads out the token at the cursor. */
  readonly live = document.createElement('div');
  readonly #options: TokenPointerOptions;
  #cursor: TokenRef | null = null;
  #hovered: { ref: TokenRef; bar: DOMRect | null } | null = null;
  /** The card is closed until the token changes. */
  #dismissed = false;
  #timer = 0;
  #fetched: { key: string; top: BySide<Alternative[]> | null } = { key: '', top: null };

  constructor(options: TokenPointerOptions) {
    this.#options = options;
    this.card.className = 'card';
    this.card.hidden = true;
    this.card.setAttribute('role', 'tooltip');
    this.live.className = 'sr-only';
    this.live.setAttribute('aria-live', 'polite');
    const { scroll, bodies } = options;
    scroll.addEventListener('pointermove', (event) => this.#pointed(event));
    scroll.addEventListener('pointerleave', () => this.hover(null, null));
    scroll.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    for (const section of ['trace', 'answer'] as const) {
      const { element } = bodies[section];
      element.addEventListener('keydown', (event) => this.#pressed(event, section));
      element.addEventListener('click', (event) => this.#clicked(event));
    }
    window.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#dismiss();
    });
    window.addEventListener('blur', () => this.hover(null, null));
  }

  /** The keyboard's token, if it is one of this side's. */
  cursorOf(side: Side): number | null {
    return this.#cursor?.side === side ? this.#cursor.index : null;
  }

  get hasCursor(): boolean {
    return this.#cursor !== null;
  }

  clear(): void {
    this.#hovered = null;
    this.#moveTo(null);
  }

  say(text: string): void {
    this.live.textContent = text;
  }

  /** Moves to a token, brings it into view and opens its card. */
  jump(ref: TokenRef, { keepFocus = false } = {}): void {
    const { bodies, reveal } = this.#options;
    const section = placeOf(bodies, ref)?.text.section;
    if (section) {
      reveal(section);
      bodies[section].finish();
    }
    this.#hovered = null;
    this.#moveTo(ref);
    this.#bringIntoView(ref);
    if (section && !keepFocus) bodies[section].element.focus({ preventScroll: true });
  }

  /** The pointer is over a token (or its bar in the strip), or left. */
  hover(ref: TokenRef | null, bar: DOMRect | null): void {
    const before = this.#hovered?.ref;
    if (before?.index === ref?.index && before?.side === ref?.side) return;
    clearTimeout(this.#timer);
    const show = () => {
      this.#hovered = ref && { ref, bar };
      if (ref) this.#dismissed = false;
      this.#showCard();
    };
    // From token to token at once; the first one only when the pointer rests.
    if (this.#hovered || !ref) show();
    else this.#timer = setTimeout(show, HOVER_DELAY);
  }

  /** The state may have changed under the card. */
  rendered(): void {
    if (!this.card.hidden) this.#showCard();
  }

  /** What stands at the top of the view, to find it again after the text is laid out anew. */
  anchor(): { ref: TokenRef; top: number } | null {
    const { scroll } = this.#options;
    if (scroll.scrollTop === 0) return null;
    const box = scroll.getBoundingClientRect();
    for (const x of [box.left + box.width * 0.75, box.left + box.width * 0.25]) {
      for (let y = box.top + 60; y < box.bottom; y += 20) {
        const ref = refAtPoint(x, y);
        const rect = ref && rectsOfRef(this.#options.bodies, ref)[0];
        if (ref && rect) return { ref, top: rect.top };
      }
    }
    return null;
  }

  /** Scrolls so that the anchor stands where it stood, and marks the cursor again. */
  restore(anchor: { ref: TokenRef; top: number } | null): void {
    paintCursor(this.#options.bodies, this.#cursor);
    if (!anchor) return;
    for (const body of Object.values(this.#options.bodies)) body.finish();
    const rect = rectsOfRef(this.#options.bodies, anchor.ref)[0];
    if (rect) this.#options.scroll.scrollBy({ top: rect.top - anchor.top });
  }

  #moveTo(ref: TokenRef | null): void {
    this.#cursor = ref;
    this.#dismissed = false;
    paintCursor(this.#options.bodies, ref);
    this.#options.moved();
    this.#showCard();
    const data = ref && this.#data(ref);
    this.live.textContent = data ? describeToken(data) : '';
  }

  #bringIntoView(ref: TokenRef): void {
    const { bodies, scroll } = this.#options;
    const inView = () => {
      const rect = rectsOfRef(bodies, ref)[0];
      const box = scroll.getBoundingClientRect();
      return rect !== undefined && rect.top > box.top + 56 && rect.bottom < box.bottom - 24;
    };
    if (!inView()) elementOfRef(bodies, ref)?.scrollIntoView({ block: 'nearest' });
    // What came into view is laid out only now, and may be of another height than was thought.
    const settle = (tries: number) => {
      const rect = rectsOfRef(bodies, ref)[0];
      if (rect && !inView()) {
        const box = scroll.getBoundingClientRect();
        scroll.scrollBy({ top: rect.top - box.top - box.height * 0.4 });
      }
      this.#showCard();
      if (tries > 0) requestAnimationFrame(() => settle(tries - 1));
    };
    settle(2);
  }

  #pointed(event: PointerEvent): void {
    if (event.buttons !== 0) return;
    this.hover(refAtPoint(event.clientX, event.clientY), null);
  }

  #clicked(event: MouseEvent): void {
    if (!getSelection()?.isCollapsed) return;
    const ref = refAtPoint(event.clientX, event.clientY);
    if (ref) this.#moveTo(ref);
  }

  #pressed(event: KeyboardEvent, section: SectionName): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const { bodies, author } = this.#options;
    const to = moveBy(event.key, bodies, section, this.#cursor, author());
    if (!to) return;
    event.preventDefault();
    this.jump(to);
  }

  #scrolled(): void {
    // The pointer's token has scrolled away from under it; the cursor's card goes along.
    if (this.#hovered && !this.#hovered.bar) this.hover(null, null);
    else if (!this.card.hidden) this.#place();
  }

  #dismiss(): void {
    clearTimeout(this.#timer);
    this.#dismissed = true;
    this.#showCard();
  }

  #shown(): { ref: TokenRef; bar: DOMRect | null } | null {
    if (this.#dismissed) return null;
    return this.#hovered ?? (this.#cursor && { ref: this.#cursor, bar: null });
  }

  #showCard(): void {
    const shown = this.#shown();
    const data = shown && this.#data(shown.ref);
    this.card.hidden = !data;
    if (!data) return;
    render(tokenCard(data), this.card);
    this.#place();
  }

  /** Below the token, above it where there is no room; never outside the viewport, never over the token. */
  #place(): void {
    const shown = this.#shown();
    if (!shown) return;
    const rects = shown.bar ? [shown.bar] : rectsOfRef(this.#options.bodies, shown.ref);
    const first = rects[0];
    const last = rects.at(-1);
    const clip = this.#options.scroll.getBoundingClientRect();
    const away = !first || !last || (!shown.bar && (last.bottom < clip.top || first.top > clip.bottom));
    this.card.hidden = away;
    if (away) return;
    placeCard(this.card, first, last);
  }

  #data({ side, index }: TokenRef): CardData | null {
    const state = this.#options.state();
    const token = state && tokensOf(state, side)[index];
    if (!state || !token) return null;
    const position = positionAt(positionsOf(state.drift[side]), index);
    const spans = spansOf(state.drift[side]);
    const top = position && this.#top(side, index, position.top);
    return {
      index,
      text: token.text,
      segment: token.segment,
      author: side,
      position,
      span: spans ? spanAt(spans, index) : undefined,
      surprisal: surprisalsOf(state.drift[side])?.find((told) => told.index === index)?.surprisal,
      unscored: unscoredReason(state, side),
      top: top ?? null,
      found: this.#found({ side, index }),
    };
  }

  #found(ref: TokenRef): Annotation[] {
    const state = this.#options.state();
    const place = placeOf(this.#options.bodies, ref);
    if (!state || !place?.text.tokens) return [];
    const { starts } = place.text.tokens;
    return annotationsAt(state, ref.side, place.text.section, starts[place.k]!, starts[place.k + 1]!);
  }

  #top(side: Side, index: number, own: BySide<Alternative[]>): BySide<Alternative[]> | null {
    if (SIDES.some((s) => own[s].length > 0)) return own;
    const key = `${this.#options.state()?.request.id} ${side} ${index}`;
    if (this.#fetched.key === key) return this.#fetched.top;
    this.#fetched = { key, top: null };
    const arrived = (top: BySide<Alternative[]>) => {
      if (this.#fetched.key !== key) return;
      this.#fetched = { key, top };
      this.#showCard();
    };
    this.#options.alternatives(side, index).then(arrived, () => arrived(own));
    return null;
  }
}

function unscoredReason(state: ComparisonState, side: Side): string {
  const progress = driftProgress(state, side);
  switch (progress.state) {
    case 'waiting':
      return state.done ? 'Not scored.' : 'Not scored yet.';
    case 'scoring':
      return 'Not scored yet.';
    case 'failed':
      return 'Not scored: scoring failed before this token.';
    case 'spans':
      return 'It ends the turn, or belongs to a delimiter: it is in no span.';
    case 'unavailable':
      return `Not scored: ${progress.reason}`;
    default:
      return 'Not scored.';
  }
}
