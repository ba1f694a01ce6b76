import { html, nothing, render, type TemplateResult } from 'lit';
import type { Failure } from '../../src/shared/failure.ts';
import type { PromptRow, PromptSetContract, PromptSetState } from '../../src/shared/promptSetView.ts';
import { type Ask, asking, failureOf } from '../ui/calls.ts';
import { openContextMenu } from '../ui/contextMenu.ts';
import { Grid, type GridSort } from '../ui/grid/grid.ts';
import { rangesOf } from '../ui/grid/ranges.ts';
import type { Host } from '../ui/host.ts';
import { adoptSheets } from '../ui/sheet.ts';
import { promptColumns } from './columns.ts';
import { emptySet, nothingFound } from './empty.ts';
import { listenToKeyboard, pressInGrid } from './keyboard.ts';
import { problemItems, rowItems, type SetModel } from './menus.ts';
import { type Jobs, jobsAfter } from './notices.ts';
import { openingPage, type PageActions, type PageModel, page } from './page.ts';
import { Pane } from './pane.ts';
import { isWhole, sortedBy } from './query.ts';
import { type RowActions, rowActions } from './rowActions.ts';
import { Rows } from './rows.ts';
import { Sash } from './sash.ts';
import { keptRow, restoreSettings, type ViewSettings } from './settings.ts';
import { STYLES } from './styles.ts';

/** ms of quiet after which a search begins. */
const SEARCH_MS = 200;
/** Below this width the pane stands below the grid. CSS px. */
const STACKED_BELOW = 980;

/** The view of a prompt set: a grid of samples, and a pane for the one that is active. The host has the text. */
export class PromptSetApp {
  readonly #host: Host<PromptSetContract>;
  readonly #root = document.createElement('main');
  readonly #grid: Grid<PromptRow>;
  readonly #rows = new Rows();
  readonly #ask: Ask<PromptSetContract>;
  readonly #actions: RowActions;
  readonly #pane: Pane;
  readonly #sash: Sash;
  #settings: ViewSettings;
  #state: PromptSetState | null = null;
  #jobs: Jobs = new Map();
  #failure: Failure | null = null;
  #searching = 0;
  #refreshing = 0;
  #frame = 0;

  constructor(host: Host<PromptSetContract>) {
    this.#host = host;
    this.#settings = restoreSettings(host.saved());
    this.#ask = asking(host, (failure) => this.#show(failure));
    adoptSheets(STYLES);
    document.body.append(this.#root);
    this.#grid = new Grid<PromptRow>({
      label: 'Samples',
      columns: promptColumns({
        facts: () => this.#state?.facts ?? null,
        openComparison: (comparison) => this.#ask('openComparison', comparison),
        showProblems: (row, at) => this.#problemMenu(row, at),
      }),
      checkboxes: true,
      fetch: (from, to) => this.#fetch(from, to),
      rowClass: (row) => (row.kind === 'broken' ? 'broken' : ''),
      empty: () => this.#empty(),
      onSelect: () => this.#selected(),
      onActivate: () => this.#openPane(true),
      onSort: (sort) => this.#sort(sort),
      onEdit: ({ row, column, value }) => this.#actions.editCell(row.key, column.id, value),
      onMenu: (at, index) => this.#rowMenu(at, index),
      onKey: (event) => pressInGrid(event, this.#actions, this.#isReadOnly),
      onLayout: (layout) => this.#set({ layout }),
      onError: (error) => this.#show(failureOf(error)),
    });
    this.#grid.layout = this.#settings.layout;
    this.#grid.sort = this.#settings.query.sort;
    this.#sash = new Sash({
      changed: (share) => this.#set({ paneShare: share }),
      isStacked: () => this.#isStacked(),
    });
    this.#actions = rowActions({
      host,
      ask: this.#ask,
      show: (failure) => this.#show(failure),
      rows: this.#rows,
      grid: this.#grid,
      isWhole: () => isWhole(this.#settings.query),
      added: () => this.#openPane(true),
    });
    this.#pane = new Pane({
      host,
      ask: this.#ask,
      setField: this.#actions.setField,
      close: () => this.#closePane(),
      changed: () => this.#schedule(),
      draw: () => this.#render(),
    });
    listenToKeyboard({
      root: this.#root,
      grid: this.#grid,
      typing: this.#pane.typing,
      actions: this.#actions,
      isReadOnly: () => this.#isReadOnly,
      save: () => this.#ask('save'),
    });
    new ResizeObserver(() => this.#schedule()).observe(this.#root);
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
    on('working', (working) => {
      this.#jobs = jobsAfter(this.#jobs, working);
      this.#schedule();
    });
    this.#render();
    try {
      const state = await this.#host.call('ready', this.#settings.query, this.#settings.active);
      this.#state = state;
      this.#rows.reorder(state.order);
      // Drawn before the rows are known, the grid would ask for those that are here.
      this.#render();
      this.#grid.setRows(this.#rows.count);
      for (const [index, row] of state.first.entries()) this.#grid.update(index, row);
      if (state.active >= 0) this.#grid.select(rangesOf([state.active]));
      this.#grid.focus();
    } catch (error) {
      this.#show(failureOf(error));
    }
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
    this.#keepActive(rows);
    // Others may have become, or ceased to be, copies of these: what is in view is asked for again.
    clearTimeout(this.#refreshing);
    this.#refreshing = window.setTimeout(() => this.#grid.refresh(), 150);
    if (this.#settings.pane) void this.#pane.load(this.#actions.active());
  }

  // The selection

  #selected(): void {
    const before = this.#settings.active;
    this.#keepActive();
    const active = this.#actions.active();
    if (active !== (before?.key ?? null) && this.#settings.pane) void this.#pane.load(active);
    this.#schedule();
  }

  /**
   * Keeps which row is active, so that it is again when the view is opened anew.
   * @param rows those that have just come, since what the active one says may not have been here before
   */
  #keepActive(rows: readonly PromptRow[] = []): void {
    const key = this.#actions.active();
    const index = this.#grid.selection.active;
    const row = [...rows, this.#grid.row(index)].find((one) => one?.key === key);
    const active = keptRow(this.#settings.active, key === null ? null : { key, index }, row);
    if (active !== this.#settings.active) this.#set({ active });
  }

  async #fetch(from: number, to: number): Promise<PromptRow[]> {
    const rows = await this.#host.call('rows', from, to);
    this.#keepActive(rows);
    return rows;
  }

  #openPane(andFocus = false): void {
    this.#set({ pane: true });
    void this.#pane.load(this.#actions.active()).then(() => {
      this.#render();
      if (andFocus) this.#root.querySelector<HTMLElement>('.detail textarea')?.focus();
    });
  }

  #closePane(): void {
    this.#pane.empty();
    this.#set({ pane: false });
    this.#grid.focus();
  }

  // Searching and sorting

  #search(text: string, now = false): void {
    this.#set({ query: { ...this.#settings.query, text } });
    clearTimeout(this.#searching);
    this.#searching = window.setTimeout(() => this.#ask('query', this.#settings.query), now ? 0 : SEARCH_MS);
  }

  #sort(sort: GridSort | null): void {
    if (!this.#state?.facts.canSort) {
      this.#grid.sort = null;
      this.#show({ kind: 'invalid-input', message: 'The rows of a file this large cannot be sorted.' });
      return;
    }
    const query = sortedBy(this.#settings.query, sort);
    this.#set({ query });
    this.#ask('query', query);
  }

  // Menus

  get #pageActions(): PageActions {
    return {
      ...this.#actions,
      openComparison: (comparison) => this.#ask('openComparison', comparison),
      switchPair: () => this.#ask('switchPair'),
      togglePane: () => (this.#settings.pane ? this.#closePane() : this.#openPane()),
      search: (text, now) => this.#search(text, now),
      fix: (key, problem, at) => this.#ask('fix', key, problem.code, at),
      dismiss: () => this.#show(null),
      stop: (job) => this.#ask('stop', job),
    };
  }

  get #model(): SetModel {
    const state = this.#state!;
    const { count } = this.#grid.selection;
    return {
      facts: state.facts,
      total: state.total,
      found: this.#rows.count,
      selected: Math.max(count, this.#actions.active() === null ? 0 : 1),
      query: this.#settings.query,
      isWhole: isWhole(this.#settings.query),
      isPaneOpen: this.#settings.pane,
      columnItems: () => this.#grid.columnItems(),
    };
  }

  #rowMenu(at: { x: number; y: number }, index: number): void {
    if (!this.#state) return;
    if (index < 0) openContextMenu(at, 'Columns', this.#grid.columnItems());
    else openContextMenu(at, 'Sample', rowItems(this.#model, this.#grid.row(index), this.#pageActions));
  }

  #problemMenu(row: PromptRow, at: DOMRect): void {
    const items = problemItems(row, this.#isReadOnly, this.#pageActions);
    openContextMenu({ x: at.left, y: at.bottom }, 'Problems', items);
  }

  // Drawing

  #empty(): TemplateResult | typeof nothing {
    if (!this.#state) return nothing;
    if (this.#state.total > 0) return nothingFound(this.#settings.query.text, () => this.#search('', true));
    return emptySet(this.#state.facts, {
      add: this.#actions.add,
      importPrompts: () => this.#ask('act', 'importPrompts', []),
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
      render(openingPage(this.#failure), this.#root);
      return;
    }
    const { facts, summary } = state;
    const isPaneShown = this.#settings.pane && this.#pane.isFilled;
    const classes = ['prompt-set', this.#isStacked() ? 'stacked' : '', isPaneShown ? 'with-pane' : ''];
    this.#root.className = classes.join(' ');
    this.#root.style.setProperty('--pane', `${Math.round(this.#settings.paneShare * 100)}%`);
    const { setFieldOfSelected: set, changeTagsOfSelected: changeTags } = this.#actions;
    const isMany = this.#grid.selection.count > 1;
    const model: PageModel = {
      set: this.#model,
      summary,
      failure: this.#failure,
      jobs: this.#jobs,
      bulk: isMany && !this.#isReadOnly ? { set, changeTags } : null,
      grid: this.#grid.element,
      pane: isPaneShown ? html`${this.#sash.element}${this.#pane.content(facts)}` : nothing,
    };
    render(page(model, this.#pageActions), this.#root);
  }

  #set(change: Partial<ViewSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    this.#host.save(this.#settings);
    this.#schedule();
  }

  #show(failure: Failure | null): void {
    this.#failure = failure;
    this.#schedule();
  }
}

function orderCount(order: PromptSetState['order']): number {
  return order.reduce((sum, [, count]) => sum + count, 0);
}
