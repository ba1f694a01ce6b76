import { html, nothing, render, type TemplateResult } from 'lit';
import { type Failure, FailureError } from '../../src/shared/failure.ts';
import type { Dimension } from '../../src/shared/prompt.ts';
import {
  type Job,
  type PromptRow,
  type PromptSetContract,
  type PromptSetState,
  type RowKey,
  type RowProblem,
  type SampleDetail,
  type SetAction,
  SORT_COLUMNS,
  type Working,
} from '../../src/shared/promptSetView.ts';
import { openContextMenu } from '../ui/contextMenu.ts';
import { eachRow, Grid, type GridSort } from '../ui/grid/grid.ts';
import { rangesOf } from '../ui/grid/ranges.ts';
import type { Host } from '../ui/host.ts';
import type { MenuItem } from '../ui/menu.ts';
import { adoptSheets } from '../ui/sheet.ts';
import { bulkBar } from './bulk.ts';
import { promptColumns } from './columns.ts';
import { detailPane, tagsIn } from './detail.ts';
import { emptySet, nothingFound } from './empty.ts';
import { Typing } from './fieldValue.ts';
import { footer } from './footer.ts';
import { header } from './header.ts';
import { problemItems, rowItems } from './menus.ts';
import { Rows } from './rows.ts';
import { Sash } from './sash.ts';
import { restoreSettings, type ViewSettings } from './settings.ts';
import { STYLES } from './styles.ts';

/** ms of quiet after which a search begins. */
const SEARCH_MS = 200;
/** Work is shown once it has taken so long, in ms. */
const PATIENCE_MS = 700;
/** Below this width the pane stands below the grid. CSS px. */
const STACKED_BELOW = 980;

type Calls = PromptSetContract['calls'];

/** The view of a prompt set: a grid of samples, and a pane for the one that is active. The host has the text. */
export class PromptSetApp {
  readonly #host: Host<PromptSetContract>;
  readonly #root = document.createElement('main');
  readonly #grid: Grid<PromptRow>;
  readonly #rows = new Rows();
  readonly #typing = new Typing();
  readonly #sash: Sash;
  readonly #working: Partial<Record<Job, { what: string; share: number; since: number }>> = {};
  readonly #jsonErrors = new Map<string, string>();
  #settings: ViewSettings;
  #state: PromptSetState | null = null;
  #detail: SampleDetail | null = null;
  #failure: Failure | null = null;
  #searching = 0;
  #refreshing = 0;
  #frame = 0;
  #asked = 0;

  constructor(host: Host<PromptSetContract>) {
    this.#host = host;
    this.#settings = restoreSettings(host.saved());
    adoptSheets(STYLES);
    document.body.append(this.#root);
    this.#grid = new Grid<PromptRow>({
      label: 'Samples',
      columns: promptColumns({
        facts: () => this.#state?.facts ?? null,
        openComparison: (comparison) => this.#call('openComparison', comparison),
        showProblems: (row, at) => this.#problemMenu(row, at),
      }),
      checkboxes: true,
      fetch: (from, to) => host.call('rows', from, to),
      rowClass: (row) => (row.kind === 'broken' ? 'broken' : ''),
      empty: () => this.#empty(),
      onSelect: () => this.#selected(),
      onActivate: () => this.#openPane(true),
      onSort: (sort) => this.#sort(sort),
      onEdit: ({ row, column, value }) => this.#editCell(row, column.id, value),
      onMenu: (at, index) => this.#rowMenu(at, index),
      onKey: (event) => this.#keyInGrid(event),
      onLayout: (layout) => this.#set({ layout }),
      onError: (error) => this.#fail(error),
    });
    this.#grid.layout = this.#settings.layout;
    this.#grid.sort = this.#settings.query.sort;
    this.#sash = new Sash({
      changed: (share) => this.#set({ paneShare: share }),
      isStacked: () => this.#isStacked(),
    });
    this.#listen();
  }

  async start(): Promise<void> {
    const { on } = this.#host;
    on('reordered', ({ order, total }) => {
      this.#update({ total });
      this.#grid.setRows(orderCount(order), this.#rows.reorder(order));
      this.#schedule();
    });
    on('spliced', ({ at, removed, added, total }) => {
      this.#update({ total });
      const moved = this.#rows.splice(at, removed, added);
      this.#grid.setRows(this.#rows.count, moved);
      this.#schedule();
    });
    on('changed', (rows) => this.#changed(rows));
    on('summary', (summary) => this.#update({ summary }));
    on('facts', (facts) => {
      this.#update({ facts });
      this.#grid.redraw();
    });
    on('working', (working) => this.#work(working));
    this.#render();
    try {
      const state = await this.#host.call('ready', this.#settings.query);
      this.#state = state;
      this.#rows.reorder(state.order);
      // Drawn before the rows are known, the grid would ask for those that are here.
      this.#render();
      this.#grid.setRows(this.#rows.count);
      for (const [index, row] of state.first.entries()) this.#grid.update(index, row);
      const active = this.#settings.active === null ? -1 : this.#rows.indexOf(this.#settings.active);
      if (active >= 0) this.#grid.select(rangesOf([active]));
      this.#grid.focus();
    } catch (error) {
      this.#fail(error);
    }
  }

  #listen(): void {
    window.addEventListener(
      'keydown',
      (event) => {
        const control = event.ctrlKey || event.metaKey;
        if (control && event.key.toLowerCase() === 's') {
          // What is being typed belongs to what is saved.
          this.#typing.flush();
          (document.activeElement as HTMLElement | null)?.closest('.cell-input') && this.#grid.focus();
          this.#call('save');
          event.preventDefault();
          event.stopImmediatePropagation();
        } else if (control && event.key.toLowerCase() === 'f') {
          event.preventDefault();
          event.stopImmediatePropagation();
          const field = this.#root.querySelector<HTMLInputElement>('.search-field');
          field?.focus();
          field?.select();
        } else if (control && 'zy'.includes(event.key.toLowerCase()) && this.#typing.isWaiting) {
          event.stopImmediatePropagation(); // what is not in the document yet, the field undoes by itself
        }
      },
      true,
    );
    window.addEventListener('blur', () => this.#typing.flush());
    const inGrid = () => document.activeElement === this.#grid.element;
    document.addEventListener('copy', (event) => inGrid() && this.#copy(event));
    document.addEventListener('cut', (event) => {
      if (!inGrid() || this.#isReadOnly) return;
      this.#copy(event);
      this.#remove();
    });
    document.addEventListener('paste', (event) => {
      const text = event.clipboardData?.getData('text/plain');
      if (!inGrid() || this.#isReadOnly || !text) return;
      event.preventDefault();
      void this.#adding('paste', text, this.#activeKey());
    });
    new ResizeObserver(() => this.#schedule()).observe(this.#root);
  }

  get #isReadOnly(): boolean {
    return this.#state?.facts.readOnly !== null;
  }

  #isStacked(): boolean {
    return this.#root.clientWidth < STACKED_BELOW;
  }

  // What the host tells

  #update(change: Partial<PromptSetState>): void {
    if (this.#state) this.#state = { ...this.#state, ...change };
    this.#schedule();
  }

  #changed(rows: PromptRow[]): void {
    for (const row of rows) {
      const index = this.#rows.indexOf(row.key);
      if (index >= 0) this.#grid.update(index, row);
    }
    // Others may have become, or ceased to be, copies of these: what is in view is asked for again.
    clearTimeout(this.#refreshing);
    this.#refreshing = window.setTimeout(() => this.#grid.refresh(), 150);
    if (this.#settings.pane) void this.#loadDetail();
  }

  #work({ job, now }: Working): void {
    if (now) this.#working[job] = { ...now, since: this.#working[job]?.since ?? performance.now() };
    else delete this.#working[job];
    this.#schedule();
  }

  // The selection

  #activeKey(): RowKey | null {
    return this.#rows.keyAt(this.#grid.selection.active) ?? null;
  }

  /** The selected rows; where none is, the active one. */
  #keys(): RowKey[] {
    const { rows, count, active } = this.#grid.selection;
    const indices = count > 0 ? [...eachRow(rows)] : active >= 0 ? [active] : [];
    return indices.flatMap((index) => this.#rows.keyAt(index) ?? []);
  }

  #selected(): void {
    const active = this.#activeKey();
    if (active !== this.#settings.active) {
      this.#set({ active });
      if (this.#settings.pane) void this.#loadDetail();
    }
    this.#schedule();
  }

  async #loadDetail(): Promise<void> {
    const key = this.#activeKey();
    const asked = ++this.#asked;
    const detail = key === null ? null : await this.#host.call('detail', key).catch(() => null);
    if (asked !== this.#asked) return;
    if (detail?.key !== this.#detail?.key) {
      this.#typing.flush();
      this.#jsonErrors.clear();
    }
    this.#detail = detail;
    this.#schedule();
  }

  #openPane(andFocus = false): void {
    this.#set({ pane: true });
    void this.#loadDetail().then(() => {
      this.#render();
      if (andFocus) this.#root.querySelector<HTMLElement>('.detail textarea')?.focus();
    });
  }

  #closePane(): void {
    this.#typing.flush();
    this.#set({ pane: false });
    this.#detail = null;
    this.#grid.focus();
  }

  // Searching and sorting

  #search(text: string, now = false): void {
    this.#set({ query: { ...this.#settings.query, text } });
    clearTimeout(this.#searching);
    this.#searching = window.setTimeout(() => this.#call('query', this.#settings.query), now ? 0 : SEARCH_MS);
  }

  #sort(sort: GridSort | null): void {
    if (!this.#state?.facts.canSort) {
      this.#grid.sort = null;
      this.#fail(
        new FailureError({
          kind: 'invalid-input',
          message: 'The rows of a file this large cannot be sorted.',
        }),
      );
      return;
    }
    const column = SORT_COLUMNS.find((name) => name === sort?.column);
    const query = {
      ...this.#settings.query,
      sort: sort && column ? { column, direction: sort.direction } : null,
    };
    this.#set({ query });
    this.#call('query', query);
  }

  get #isWhole(): boolean {
    const { text, sort } = this.#settings.query;
    return text.trim() === '' && sort === null;
  }

  // Editing

  #editCell(row: PromptRow, column: string, value: string): Promise<void> {
    const whole =
      column === 'tags'
        ? tagsIn(value)
        : value === '' && column !== 'input' && column !== 'id'
          ? undefined
          : value;
    return this.#host.call(
      'setFields',
      [row.key],
      whole === undefined ? {} : { [column]: whole },
      whole === undefined ? [column] : [],
    );
  }

  #setField(key: RowKey, field: string, value: unknown): void {
    this.#call(
      'setFields',
      [key],
      value === undefined ? {} : { [field]: value },
      value === undefined ? [field] : [],
    );
  }

  /** Adds samples, and shows them selected. */
  async #adding<K extends 'add' | 'paste' | 'duplicate'>(
    name: K,
    ...args: Parameters<Calls[K]>
  ): Promise<void> {
    this.#failure = null;
    try {
      const answer = (await this.#host.call(name, ...args)) as RowKey | RowKey[] | null;
      const keys = Array.isArray(answer) ? answer : answer === null ? [] : [answer];
      const indices = keys.map((key) => this.#rows.indexOf(key)).filter((index) => index >= 0);
      if (indices.length > 0) this.#grid.select(rangesOf(indices), Math.min(...indices));
      this.#grid.focus();
      if (name === 'add') this.#openPane(true);
    } catch (error) {
      this.#fail(error);
    }
  }

  #add(dimension: Dimension): void {
    void this.#adding('add', dimension, this.#isWhole ? this.#activeKey() : null);
  }

  #remove(): void {
    const keys = this.#keys();
    if (keys.length > 0) this.#call('remove', keys);
  }

  #copy(event: ClipboardEvent): void {
    const keys = this.#keys();
    if (keys.length === 0) return;
    event.preventDefault();
    this.#call('copy', keys);
  }

  #keyInGrid(event: KeyboardEvent): void {
    const control = event.ctrlKey || event.metaKey;
    const keys = this.#keys();
    const editable = !this.#isReadOnly && keys.length > 0;
    const used = (run: () => void) => {
      event.preventDefault();
      run();
    };
    if (event.key === 'Enter' && control) used(() => this.#call('compare', keys));
    else if (!editable) return;
    else if (event.key === 'Delete' || event.key === 'Backspace') used(() => this.#remove());
    else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      used(() => this.#isWhole && this.#call('move', keys, event.key === 'ArrowUp' ? -1 : 1));
    } else if (event.altKey && event.shiftKey && event.key.toLowerCase() === 'd') {
      used(() => void this.#adding('duplicate', keys));
    }
  }

  // Menus

  #actions() {
    const keys = () => this.#keys();
    return {
      add: (dimension: Dimension) => this.#add(dimension),
      duplicate: () => void this.#adding('duplicate', keys()),
      remove: () => this.#remove(),
      move: (by: -1 | 1) => this.#call('move', keys(), by),
      compare: () => this.#call('compare', keys()),
      act: (action: SetAction) => this.#call('act', action, keys()),
      openComparison: (comparison: string) => this.#call('openComparison', comparison),
      openAsText: () => this.#call('openAsText', this.#activeKey()),
      switchPair: () => this.#call('switchPair'),
      copy: () => this.#call('copy', keys()),
      togglePane: () => (this.#settings.pane ? this.#closePane() : this.#openPane()),
      search: (text: string, now?: boolean) => this.#search(text, now),
      fix: (key: RowKey, problem: RowProblem, at: number) => this.#call('fix', key, problem.code, at),
    };
  }

  #model() {
    const state = this.#state!;
    const { count } = this.#grid.selection;
    return {
      facts: state.facts,
      total: state.total,
      found: this.#rows.count,
      selected: Math.max(count, this.#activeKey() === null ? 0 : 1),
      query: this.#settings.query,
      isWhole: this.#isWhole,
      isPaneOpen: this.#settings.pane,
      columnItems: (): MenuItem[] => this.#grid.columnItems(),
    };
  }

  #rowMenu(at: { x: number; y: number }, index: number): void {
    if (!this.#state) return;
    if (index < 0) openContextMenu(at, 'Columns', this.#grid.columnItems());
    else openContextMenu(at, 'Sample', rowItems(this.#model(), this.#grid.row(index), this.#actions()));
  }

  #problemMenu(row: PromptRow, at: DOMRect): void {
    const items = problemItems(row, this.#isReadOnly, this.#actions());
    openContextMenu({ x: at.left, y: at.bottom }, 'Problems', items);
  }

  // Drawing

  #empty(): TemplateResult | typeof nothing {
    if (!this.#state) return nothing;
    if (this.#state.total > 0) return nothingFound(this.#settings.query.text, () => this.#search('', true));
    return emptySet(this.#state.facts, {
      add: (dimension) => this.#add(dimension),
      importPrompts: () => this.#call('act', 'importPrompts', []),
    });
  }

  #schedule(): void {
    this.#frame ||= requestAnimationFrame(() => this.#render());
  }

  #render(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const state = this.#state;
    if (!state) {
      const failure = this.#failure;
      render(
        html`<p class="opening">${failure ? failure.message : 'Opening the prompt set…'}</p>`,
        this.#root,
      );
      return;
    }
    const model = this.#model();
    const actions = this.#actions();
    const pane = this.#settings.pane && this.#detail !== null;
    this.#root.className = ['prompt-set', this.#isStacked() ? 'stacked' : '', pane ? 'with-pane' : ''].join(
      ' ',
    );
    this.#root.style.setProperty('--pane', `${Math.round(this.#settings.paneShare * 100)}%`);
    const { count } = this.#grid.selection;
    render(
      html`${header(model, actions)}
        ${state.facts.readOnly === null ? nothing : html`<p class="notice read-only" role="status">${state.facts.readOnly}</p>`}
        ${this.#failureNotice()} ${this.#progress()}
        ${
          count > 1 && !this.#isReadOnly
            ? bulkBar(count, state.facts, {
                set: (field, value) =>
                  this.#call(
                    'setFields',
                    this.#keys(),
                    value === undefined ? {} : { [field]: value },
                    value === undefined ? [field] : [],
                  ),
                changeTags: (add, remove) => this.#call('changeTags', this.#keys(), add, remove),
              })
            : nothing
        }
        <div class="split">
          <div class="grid-box">${this.#grid.element}</div>
          ${pane ? html`${this.#sash.element}${this.#pane(this.#detail!)}` : nothing}
        </div>
        ${footer(state.summary, (text) => this.#search(text, true))}`,
      this.#root,
    );
  }

  #pane(detail: SampleDetail): TemplateResult {
    const { key } = detail;
    return detailPane(
      {
        detail,
        facts: this.#state!.facts,
        typing: this.#typing,
        errors: this.#jsonErrors,
        setError: (field, error) => {
          if (error) this.#jsonErrors.set(field, error);
          else this.#jsonErrors.delete(field);
          this.#schedule();
        },
      },
      {
        set: (field, value) => this.#setField(key, field, value),
        setText: (text) => this.#call('setText', key, text),
        fix: (problem, at) => this.#call('fix', key, problem.code, at),
        openComparison: (comparison) => this.#call('openComparison', comparison),
        openAsText: () => this.#call('openAsText', key),
        close: () => this.#closePane(),
      },
    );
  }

  #failureNotice(): TemplateResult | typeof nothing {
    const failure = this.#failure;
    if (!failure) return nothing;
    return html`<div class="notice failure" role="alert">
      <span>${failure.message}${failure.remedy ? html` <span class="dim">${failure.remedy}</span>` : nothing}</span>
      <span class="spring"></span>
      <button class="tool" aria-label="Dismiss" @click=${() => {
        this.#failure = null;
        this.#schedule();
      }}>✕</button>
    </div>`;
  }

  #progress(): TemplateResult[] {
    return (Object.entries(this.#working) as [Job, { what: string; share: number; since: number }][])
      .filter(([job, { since }]) => job === 'compare' || performance.now() - since > PATIENCE_MS)
      .map(
        ([job, { what, share }]) => html`<div class="notice progress" role="status">
          <span>${what}…</span>
          <progress max="1" .value=${share} aria-label=${what}></progress>
          <button class="link" @click=${() => this.#call('stop', job)}>Stop</button>
        </div>`,
      );
  }

  #set(change: Partial<ViewSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    this.#host.save(this.#settings);
    this.#schedule();
  }

  #call<K extends keyof Calls & string>(name: K, ...args: Parameters<Calls[K]>): void {
    this.#failure = null;
    this.#host.call(name, ...args).catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#failure =
      error instanceof FailureError
        ? error.failure
        : { kind: 'internal', message: error instanceof Error ? error.message : String(error) };
    this.#schedule();
  }
}

function orderCount(order: PromptSetState['order']): number {
  return order.reduce((sum, [, count]) => sum + count, 0);
}
