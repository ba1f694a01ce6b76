import { html, nothing, render } from 'lit';
import type { CompareContract, KeptCompareView } from '../../src/shared/compareView.ts';
import { type ComparisonEvent, type ComparisonState, reduceComparison } from '../../src/shared/comparison.ts';
import type { Failure } from '../../src/shared/failure.ts';
import { type BySide, bySide, SIDES, type Side } from '../../src/shared/side.ts';
import type { HumanVerdict, VerdictPlace } from '../../src/shared/verdict.ts';
import { type Ask, asking, failureOf } from '../ui/calls.ts';
import { failureText } from '../ui/failure.ts';
import type { Host } from '../ui/host.ts';
import { measureInfo, SPAN_RATIO } from '../ui/scale.ts';
import { adoptSheet, adoptSheets } from '../ui/sheet.ts';
import { heatRules, onThemeChange, readTheme } from '../ui/theme.ts';
import { findToken, type PlacedTokens, placeTokens } from '../ui/tokenText/offsets.ts';
import { Painter } from '../ui/tokenText/painter.ts';
import { textsOf } from './copying.ts';
import { positionAt, positionsOf, spanAt, spansOf, thresholdOf, tokensOf } from './driftData.ts';
import { DriftFigures } from './driftFigures.ts';
import { driftPanel } from './driftPanel.ts';
import { FOUND_KINDS, foundOn } from './found.ts';
import { header } from './header.ts';
import { diffLayer, foundLayer, heatLayer, PRIORITIES } from './layers.ts';
import { MarkHover } from './markHover.ts';
import { menuItems } from './menuItems.ts';
import { OPENING } from './opening.ts';
import { SectionBody } from './sectionBody.ts';
import { columnHeads, foot, section } from './sections.ts';
import { restoreSettings, type SectionName, type ViewSettings } from './settings.ts';
import type { Speed } from './sideState.ts';
import { StripView } from './stripView.ts';
import { STYLES } from './styles.ts';
import { TokenPointer } from './tokenPointer.ts';

/** Below this width two columns are too narrow to read. CSS px. */
const INLINE_BELOW = 700;
/** A trace longer than this (UTF-16 units, either side) is shown as a preview first. */
const LONG_TRACE = 1600;

/**
 * The compare view: takes the state from the host, reduces events into it, and renders from it. Lit renders what is
 * small (heads, panel); the texts are kept by {@link SectionBody}, which is told only what changed.
 */
export class CompareApp {
  readonly #host: Host<CompareContract>;
  readonly #call: Ask<CompareContract>;
  readonly #root = document.createElement('main');
  readonly #scroll = document.createElement('div');
  readonly #painter: Painter;
  readonly #bodies: Record<SectionName, SectionBody>;
  readonly #pointer: TokenPointer;
  readonly #marks: MarkHover;
  readonly #strip: StripView;
  readonly #figures = new DriftFigures(() => this.#schedule());
  #state: ComparisonState | null = null;
  #settings: ViewSettings;
  /** Why the host did not answer, if so. */
  #failure: Failure | null = null;
  #placed: BySide<PlacedTokens | null> = bySide(() => null);
  #placedFor: BySide<unknown> = bySide(() => null);
  #speed: BySide<Speed | null> = bySide(() => null);
  #frame = 0;
  #timer = 0;
  #narrow = false;

  constructor(host: Host<CompareContract>) {
    this.#host = host;
    this.#call = asking(host, (failure) => this.#showFailure(failure));
    this.#settings = restoreSettings(host.saved());
    const theme = readTheme();
    adoptSheets(STYLES);
    const heat = adoptSheet(heatRules(theme));
    this.#scroll.className = 'scroll';
    this.#scroll.tabIndex = -1;
    document.body.append(this.#root);

    const layers = [
      diffLayer,
      heatLayer(() => ({
        measure: measureInfo(this.#settings.measure),
        positionOf: (text, index) =>
          this.#state ? positionAt(positionsOf(this.#state.drift[text.side]), index) : undefined,
        spanOf: (text, index) => {
          const spans = this.#state && spansOf(this.#state.drift[text.side]);
          return spans ? spanAt(spans, index) : undefined;
        },
      })),
      ...FOUND_KINDS.map(foundLayer),
    ];
    this.#painter = new Painter(this.#scroll, layers, this.#enabledLayers(), PRIORITIES);
    const body = (name: SectionName) =>
      new SectionBody(name, this.#painter, (row) => row.scrollIntoView({ block: 'center' }));
    this.#bodies = { trace: body('trace'), answer: body('answer') };
    this.#pointer = new TokenPointer({
      bodies: this.#bodies,
      scroll: this.#scroll,
      state: () => this.#state,
      author: () => this.#settings.author,
      alternatives: (side, index) => host.call('alternatives', side, index),
      reveal: (name) => this.#reveal(name),
      moved: () => this.#schedule(),
    });
    this.#marks = new MarkHover(this.#scroll, () => this.#state);
    this.#strip = new StripView(theme, this.#pointer);
    onThemeChange(() => {
      const now = readTheme();
      heat.replaceSync(heatRules(now));
      this.#strip.setTheme(now);
    });
    new ResizeObserver(() => {
      const narrow = this.#root.clientWidth < INLINE_BELOW;
      if (narrow !== this.#narrow) {
        this.#narrow = narrow;
        this.#schedule();
      }
    }).observe(this.#root);
    this.#listen();
  }

  async start(): Promise<void> {
    this.#host.on('happened', (events) => this.#happened(events));
    this.#host.on('restarted', (state) => this.#restarted(state));
    this.#render();
    try {
      this.#begin(await this.#host.call('ready'));
      const { scrollTop } = this.#settings;
      if (scrollTop > 0) {
        requestAnimationFrame(() => {
          for (const body of Object.values(this.#bodies)) body.finish();
          this.#scroll.scrollTo({ top: scrollTop });
        });
      }
    } catch (error) {
      this.#showFailure(failureOf(error));
    }
  }

  #listen(): void {
    let saving = 0;
    this.#scroll.addEventListener(
      'scroll',
      () => {
        clearTimeout(saving);
        saving = setTimeout(() => this.#set({ scrollTop: this.#scroll.scrollTop }, false), 300);
      },
      { passive: true },
    );
    window.addEventListener('keydown', (event) => {
      if (event.key !== 'F7' || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      this.#nextHotspot(event.shiftKey ? -1 : 1);
    });
    // A match that find-in-page brings into a preview scrolls the preview: show the trace whole then.
    this.#bodies.trace.element.addEventListener('scroll', () => this.#reveal('trace'));
    for (const body of Object.values(this.#bodies)) {
      // A selection stays in the column it began in, as readers of two columns mean it.
      body.element.addEventListener('pointerdown', (event) => {
        const side = (event.target as HTMLElement).closest<HTMLElement>('[data-side]')?.dataset.side;
        this.#root.dataset.selecting = side ?? '';
      });
    }
  }

  #begin(state: ComparisonState): void {
    this.#failure = null;
    this.#state = state;
    this.#placedFor = bySide(() => null);
    this.#placed = bySide(() => null);
    this.#speed = bySide(() => null);
    this.#figures.clear();
    this.#pointer.clear();
    this.#save();
    this.#showTexts();
    this.#render();
  }

  #restarted(state: ComparisonState): void {
    this.#scroll.scrollTo({ top: 0 });
    this.#begin(state);
  }

  #happened(events: readonly ComparisonEvent[]): void {
    let texts = false;
    for (const event of events) {
      const before = this.#state;
      if (!before) return;
      this.#state = reduceComparison(before, event);
      if (this.#state === before) continue;
      switch (event.type) {
        case 'delta':
          // Straight to the page: taking the whole text from the state would cost its length each time.
          if (!texts) this.#bodies[event.segment].append(event.side, event.text);
          this.#speed[event.side] ??= { since: performance.now(), tokens: this.#tokensSoFar(event.side) };
          break;
        case 'generated':
        case 'diff':
          texts = true;
          break;
        case 'scored': {
          const first = event.positions[0];
          const last = event.positions.at(-1);
          if (first && last) this.#repaintHeat(event.author, first.index, last.index);
          break;
        }
        case 'scoring':
          this.#repaintHeat(event.author);
          break;
        case 'drift':
          // Tokens that the server did not tell are known now; and spans are painted by what they come to.
          this.#showTexts();
          this.#repaintHeat(event.author);
          break;
        case 'annotated':
          this.#showFound(event.side);
          break;
        case 'overridden':
          this.#showFound(event.place.side);
          break;
      }
    }
    if (texts) this.#showTexts();
    this.#schedule();
  }

  #tokensSoFar(side: Side): number {
    const own = this.#state?.sides[side];
    return own?.state === 'streaming' ? own.tokens : 0;
  }

  /** Brings the texts on the page, and the places of their tokens, in line with the state. */
  #showTexts(): void {
    const state = this.#state;
    if (!state) return;
    for (const side of SIDES) {
      const own = state.sides[side];
      const generation = own.state === 'finished' ? own.generation : null;
      const tokens =
        generation && state.drift[side].state === 'scored' ? tokensOf(state, side) : generation?.tokens;
      if (this.#placedFor[side] === (tokens ?? null)) continue;
      this.#placedFor[side] = tokens ?? null;
      this.#placed[side] = generation && tokens ? placeTokens({ ...generation, tokens }) : null;
    }
    const anchor = this.#pointer.anchor();
    for (const name of ['trace', 'answer'] as const) {
      const body = this.#bodies[name];
      // Before the text: what is painted with it needs them.
      for (const side of SIDES) {
        body.texts[side].tokens = this.#placed[side]?.[name] ?? null;
        body.texts[side].found = foundOn(state, side, name);
      }
      body.show(
        bySide((side) => textsOf(state.sides[side])[name] ?? ''),
        state.diff[name],
      );
      body.element.tabIndex = 0;
      body.element.setAttribute('role', 'group');
      body.element.setAttribute(
        'aria-label',
        `${name === 'trace' ? 'Traces' : 'Answers'} of both models. Left and right arrows move by token, up and down by line, O to the other model, Escape closes the card.`,
      );
    }
    this.#pointer.restore(anchor);
  }

  /** Brings the marks of what detectors found in line with the state. */
  #showFound(side: Side): void {
    const state = this.#state;
    if (!state) return;
    for (const name of ['trace', 'answer'] as const) {
      const text = this.#bodies[name].texts[side];
      text.found = foundOn(state, side, name);
      for (const kind of FOUND_KINDS) this.#painter.repaint(kind, text);
    }
  }

  #repaintHeat(author: Side, first?: number, last?: number): void {
    for (const body of Object.values(this.#bodies)) {
      const text = body.texts[author];
      if (first === undefined || last === undefined || !text.tokens) {
        this.#painter.repaint('heat', text);
        continue;
      }
      const { starts, indices } = text.tokens;
      const from = findToken(text.tokens, Math.max(first, indices[0] ?? 0));
      const to = findToken(text.tokens, Math.min(last, indices.at(-1) ?? 0));
      // Either end may be a control token, which stands in neither text.
      this.#painter.repaint('heat', text, from < 0 ? 0 : starts[from]!, to < 0 ? undefined : starts[to + 1]!);
    }
  }

  #schedule(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  #render(): void {
    if (!this.#state && this.#failure) {
      this.#root.className = 'compare';
      render(html`<div class="empty">${this.#callFailed(this.#failure)}</div>`, this.#root);
      return;
    }
    const state = this.#state ?? OPENING;
    const settings = this.#settings;
    const inline = settings.layout === 'auto' ? this.#narrow : settings.layout === 'inline';
    const threshold = thresholdOf(state, settings);
    const { rows, hotspots } = this.#figures.of(state, settings, threshold);
    const longTrace = SIDES.some((side) => this.#bodies.trace.texts[side].content.length > LONG_TRACE);
    const model = {
      state,
      settings,
      bodies: this.#bodies,
      placed: this.#placed,
      speed: this.#speed,
      longTrace,
      traceHotspots: hotspots.filter((p) => p.segment === 'trace').slice(0, 5),
    };
    this.#strip.show(state, settings, threshold);
    const actions = {
      stop: () => this.#call('stop'),
      retry: () => this.#call('retry'),
      revealOrigin: () => this.#call('revealOrigin'),
      checkPair: () => this.#call('checkPair'),
      showLog: (side: Side | null) => this.#call('showLog', side),
      jump: (side: Side, index: number) => this.#pointer.jump({ side, index }),
      override: (place: VerdictPlace, verdict: HumanVerdict | null) => this.#call('override', place, verdict),
      nextHotspot: (direction: 1 | -1) => this.#nextHotspot(direction),
      toggle: (name: SectionName) =>
        this.#set({ collapsed: { ...settings.collapsed, [name]: !settings.collapsed[name] } }),
      toggleWholeTrace: () => this.#set({ wholeTrace: !settings.wholeTrace }),
      togglePrompt: () => this.#set({ wholePrompt: !settings.wholePrompt }),
      toggleLayer: (layer: keyof ViewSettings['layers'], on: boolean) =>
        this.#set({ layers: { ...settings.layers, [layer]: on } }),
      setLayout: (layout: ViewSettings['layout']) => this.#set({ layout }),
      setMeasure: (measure: ViewSettings['measure']) => this.#set({ measure }),
      setAuthor: (author: Side) => this.#set({ author }),
      setThreshold: (value: number | null) => this.#set({ threshold: value }),
      menuItems: () =>
        menuItems(state, {
          copy: (text) => this.#call('copy', text),
          openAsJson: () => this.#call('openAsJson'),
          askJudge: () => this.#call('askJudge'),
          addToPromptSet: () => this.#call('addToPromptSet'),
          showLog: () => this.#call('showLog', null),
        }),
    };
    const classes = ['compare', inline ? 'inline' : 'columns', `author-${settings.author}`];
    if (!this.#state) classes.push('opening');
    if (this.#pointer.hasCursor) classes.push('has-cursor');
    for (const layer of this.#enabledLayers()) classes.push(`layer-${layer}`);
    this.#root.className = classes.join(' ');
    render(
      html`${header(state, settings, inline, actions)} ${this.#failure ? this.#callFailed(this.#failure) : nothing}
        ${this.#scroll}
        ${driftPanel(
          { state, settings, threshold, strip: this.#strip.strip, summary: rows, hotspots: hotspots.length },
          actions,
        )}
        ${this.#pointer.card} ${this.#marks.card} ${this.#pointer.live}`,
      this.#root,
    );
    render(
      html`${columnHeads(model, actions)}
        ${this.#bodies.trace.isEmpty && !state.done && SIDES.every((s) => this.#traceless(s)) ? nothing : section('trace', model, actions)}
        ${section('answer', model, actions)}`,
      this.#scroll,
    );
    for (const name of ['trace', 'answer'] as const) {
      for (const side of SIDES) render(foot(name, side, model, actions), this.#bodies[name].feet[side]);
    }
    this.#pointer.rendered();
    // Speeds and waits go on by themselves.
    clearTimeout(this.#timer);
    if (!state.done) this.#timer = setTimeout(() => this.#schedule(), 500);
  }

  #traceless(side: Side): boolean {
    const own = this.#state?.sides[side];
    return own?.state === 'streaming' && own.trace === null;
  }

  #callFailed(failure: Failure) {
    return html`<div class="notice failure call-failed" role="alert">${failureText(failure)}</div>`;
  }

  #nextHotspot(direction: 1 | -1): void {
    const state = this.#state;
    if (!state) return;
    const { author, measure } = this.#settings;
    const peaks = this.#figures
      .of(state, this.#settings, thresholdOf(state, this.#settings))
      .hotspots.map((p) => p.index)
      .sort((a, b) => a - b);
    if (peaks.length === 0) {
      const { label } = spansOf(state.drift[author]) ? SPAN_RATIO : measureInfo(measure);
      this.#pointer.say(`No ${label} above the threshold.`);
      return;
    }
    const at = this.#pointer.cursorOf(author);
    const next =
      direction === 1
        ? (peaks.find((p) => at === null || p > at) ?? peaks[0]!)
        : (peaks.findLast((p) => at === null || p < at) ?? peaks.at(-1)!);
    this.#pointer.jump({ side: author, index: next });
  }

  /** Opens what hides a section's text. */
  #reveal(name: SectionName): void {
    const { collapsed, wholeTrace } = this.#settings;
    const preview = name === 'trace' && !wholeTrace;
    if (!collapsed[name] && !preview) return;
    this.#set(
      { collapsed: { ...collapsed, [name]: false }, ...(preview ? { wholeTrace: true } : {}) },
      false,
    );
    this.#render();
  }

  #set(change: Partial<ViewSettings>, redraw = true): void {
    const before = this.#settings;
    this.#settings = { ...before, ...change };
    this.#save();
    if (change.layers) this.#painter.enable(this.#enabledLayers());
    if (change.measure && change.measure !== before.measure)
      for (const side of SIDES) this.#repaintHeat(side);
    if (change.author && change.author !== before.author) this.#pointer.clear();
    if (redraw) this.#schedule();
  }

  #save(): void {
    if (!this.#state) return;
    const kept: ViewSettings & KeptCompareView = { ...this.#settings, comparison: this.#state.request.id };
    this.#host.save(kept);
  }

  #enabledLayers(): Set<string> {
    return new Set(
      Object.entries(this.#settings.layers)
        .filter(([, on]) => on)
        .map(([id]) => id),
    );
  }

  #showFailure(failure: Failure | null): void {
    this.#failure = failure;
    this.#schedule();
  }
}
