import { html, nothing, render } from 'lit';
import type { RunPlace } from '../../src/shared/audit.ts';
import type { ComparisonState } from '../../src/shared/comparison.ts';
import { DIMENSIONS, type Dimension } from '../../src/shared/prompt.ts';
import type { OverridePlace, ReportContract } from '../../src/shared/reportView.ts';
import { SAMPLE_SORTS, type SampleRow } from '../../src/shared/sampleRows.ts';
import type { HumanVerdict, VerdictPlace } from '../../src/shared/verdict.ts';
import { openContextMenu } from '../ui/contextMenu.ts';
import { eachRow, Grid, type GridLayout } from '../ui/grid/grid.ts';
import type { Host } from '../ui/host.ts';
import { sampleColumns, sampleDetail, samplesToolbar } from './samplesPanel.ts';
import { ALL_SAMPLES, isUnfiltered, sampleQuery, type TableQuery } from './settings.ts';

/** Typing waits so long before it is searched for; moving through the table, before texts are read. ms */
const TYPING_MS = 200;
const READING_MS = 60;

export interface SamplesOptions {
  host: Host<ReportContract>;
  run: string;
  generations: number;
  canAdd: boolean;
  query: TableQuery;
  layout: GridLayout;
  sample: number | null;
  /** What is to be kept has changed. */
  changed(kept: { query?: TableQuery; layout?: GridLayout; sample?: number | null }): void;
  failed(error: unknown): void;
}

interface Done {
  place: RunPlace;
  at: OverridePlace;
  before: HumanVerdict | null;
  id: string;
}

/** The samples of a run: filters, the table, and the texts of the sample that is chosen in it. */
export class Samples {
  readonly element = document.createElement('section');
  readonly #options: SamplesOptions;
  readonly #bar = document.createElement('div');
  readonly #detail = document.createElement('div');
  readonly #grid: Grid<SampleRow>;
  #query: TableQuery;
  #dimensions: readonly Dimension[] = [];
  #total = 0;
  #version = -1;
  /** Positions of the samples that the query finds, in its order. */
  #order: Int32Array = new Int32Array();
  #found: number | null = null;
  #asked = 0;
  #typing = 0;
  /** Position of the chosen sample in the set. */
  #chosen: number | null;
  #row: SampleRow | null = null;
  #k = 0;
  #texts: ComparisonState | null = null;
  #reading = 0;
  #undo: Done[] = [];

  constructor(options: SamplesOptions) {
    this.#options = options;
    this.#query = options.query;
    this.#chosen = options.sample;
    const { host, run } = options;
    this.#grid = new Grid<SampleRow>({
      label: 'Samples',
      columns: sampleColumns(options.generations),
      navigation: 'rows',
      fetch: async (from, to) => host.call('rows', run, [...this.#order.subarray(from, to)]),
      rowClass: ({ sides }) => {
        const [from, to] = [sides.baseline?.outcome?.answer.value, sides.reasoning?.outcome?.answer.value];
        return from != null && to != null && to < from ? 'row-worse' : '';
      },
      empty: () => this.#empty(),
      onSelect: ({ active }) => this.#choose(active),
      onActivate: (index) => this.#open(index),
      onSort: (sort) =>
        this.query({
          sort: SAMPLE_SORTS.find((one) => one === sort?.column) ?? 'set',
          descending: sort?.direction === 'descending',
        }),
      onLayout: (layout) => options.changed({ layout }),
      onMenu: (at, index) => this.#menu(at, index),
      onKey: (event) => {
        if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && this.#undo.length > 0) {
          event.preventDefault();
          void this.#undoLast();
        }
      },
      onError: options.failed,
    });
    this.#grid.layout = options.layout;
    this.#showSort();
    this.element.className = 'samples';
    this.element.setAttribute('aria-label', 'Samples');
    const body = document.createElement('div');
    body.className = 'samples-body';
    const box = document.createElement('div');
    box.className = 'grid-box';
    box.append(this.#grid.element);
    this.#detail.className = 'detail-box';
    this.#detail.hidden = true;
    body.append(box, this.#detail);
    this.element.append(this.#bar, body);
    this.#renderBar();
  }

  dispose(): void {
    clearTimeout(this.#typing);
    clearTimeout(this.#reading);
    this.#grid.dispose();
    this.element.remove();
  }

  /** The file has other content, where the version is another. */
  update(total: number, version: number, dimensions: readonly Dimension[]): void {
    this.#total = total;
    this.#dimensions = dimensions.length > 0 ? dimensions : DIMENSIONS;
    if (version !== this.#version) {
      this.#version = version;
      void this.#find(true);
    }
    this.#renderBar();
  }

  /** Changes which samples are shown. */
  query(change: Partial<TableQuery>): void {
    this.#query = { ...this.#query, ...change };
    this.#options.changed({ query: this.#query });
    this.#showSort();
    this.#renderBar();
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.#find(false), 'text' in change && change.text ? TYPING_MS : 0);
  }

  /** Shows these samples and nothing else narrows them. */
  only(change: Partial<TableQuery>): void {
    const { sort, descending } = this.#query;
    this.query({ ...ALL_SAMPLES, sort, descending, ...change });
    this.element.scrollIntoView({ block: 'start', behavior: 'instant' });
    this.#grid.focus();
  }

  /** @param again what stays in its place keeps it, and texts are read anew */
  async #find(again: boolean): Promise<void> {
    const asked = ++this.#asked;
    const before = this.#order;
    try {
      const { host, run } = this.#options;
      const order = await host.call('find', run, sampleQuery(this.#query));
      if (asked !== this.#asked) return;
      this.#order = order;
      this.#found = order.length;
      if (sameNumbers(before, order)) {
        this.#grid.refresh();
      } else {
        const places = new Map<number, number>();
        for (const [index, sample] of order.entries()) places.set(sample, index);
        this.#grid.setRows(order.length, (index) => places.get(before[index] ?? -1) ?? -1);
      }
      const chosen = this.#chosen === null ? -1 : order.indexOf(this.#chosen);
      if (chosen >= 0 && this.#grid.selection.active !== chosen)
        this.#grid.select([[chosen, chosen + 1]], chosen);
      if (again && this.#chosen !== null) this.#read();
    } catch (error) {
      if (asked === this.#asked) this.#options.failed(error);
    }
    this.#renderBar();
  }

  #choose(active: number): void {
    const sample = this.#order[active];
    if (sample !== undefined && sample !== this.#chosen) {
      this.#chosen = sample;
      this.#row = this.#grid.row(active) ?? null;
      this.#texts = null;
      this.#k = 0;
      this.#options.changed({ sample });
      this.#read();
    }
    this.#renderBar();
  }

  /** Reads the chosen sample. */
  #read(): void {
    clearTimeout(this.#reading);
    const sample = this.#chosen;
    if (sample === null) return;
    this.#reading = setTimeout(async () => {
      const { host, run } = this.#options;
      const k = this.#k;
      try {
        const [[row], texts] = await Promise.all([
          host.call('rows', run, [sample]),
          host.call('texts', run, sample, k),
        ]);
        if (this.#chosen !== sample || this.#k !== k) return;
        this.#row = row ?? null;
        this.#texts = texts;
      } catch (error) {
        this.#options.failed(error);
      }
      this.#renderDetail();
    }, READING_MS);
    this.#renderDetail();
  }

  #open(index: number): void {
    const sample = this.#order[index];
    if (sample !== undefined) this.#openSample(sample, sample === this.#chosen ? this.#k : 0);
  }

  #openSample(sample: number, k: number): void {
    const { host, run, failed } = this.#options;
    host.call('open', run, sample, k).catch(failed);
  }

  #menu(at: { x: number; y: number }, index: number): void {
    if (index < 0) {
      openContextMenu(at, 'Columns', this.#grid.columnItems());
      return;
    }
    const { count } = this.#grid.selection;
    const row = this.#grid.row(index);
    openContextMenu(at, 'Sample', [
      { label: 'Open Comparison', run: () => this.#open(index) },
      {
        label: count > 1 ? `Add ${count} to Prompt Set…` : 'Add to Prompt Set…',
        disabled: !this.#options.canAdd,
        run: () => this.#add(),
      },
      'separator',
      { label: 'Copy id', disabled: !row, run: () => this.#copy(row?.id ?? '') },
      { label: 'Copy prompt', disabled: !row, run: () => this.#copy(row?.prompt ?? '') },
      'separator',
      {
        label: `Only ${row?.dimension ?? 'this dimension'}`,
        disabled: !row?.dimension,
        run: () => this.query({ dimension: row?.dimension ?? null }),
      },
    ]);
  }

  #copy(text: string): void {
    this.#options.host.call('copy', text).catch(this.#options.failed);
  }

  #add(): void {
    const { host, run, failed } = this.#options;
    const samples = [...eachRow(this.#grid.selection.rows)].flatMap((index) => this.#order[index] ?? []);
    host.call('addToPromptSet', run, samples).catch(failed);
  }

  async #override({ side, section, kind }: VerdictPlace, verdict: HumanVerdict | null): Promise<void> {
    const [sample, row] = [this.#chosen, this.#row];
    if (sample === null || !row) return;
    const place = { sample, k: this.#k, side };
    const at = { section, kind };
    const { host, run, failed } = this.#options;
    try {
      const before = await host.call('override', run, place, at, verdict);
      this.#undo.push({ place, at, before, id: row.id });
      this.#renderBar();
    } catch (error) {
      failed(error);
    }
  }

  async #undoLast(): Promise<void> {
    const last = this.#undo.pop();
    if (!last) return;
    const { host, run, failed } = this.#options;
    try {
      await host.call('override', run, last.place, last.at, last.before);
    } catch (error) {
      failed(error);
    }
    this.#renderBar();
  }

  #showSort(): void {
    const { sort, descending } = this.#query;
    this.#grid.sort =
      sort === 'set' ? null : { column: sort, direction: descending ? 'descending' : 'ascending' };
  }

  #empty() {
    if (this.#found === null) return nothing;
    if (isUnfiltered(this.#query)) return html`The run has no samples.`;
    return html`No sample is like this.
      <button class="link" @click=${() => this.query({ filter: null, dimension: null, text: '', picked: null })}>
        Show all
      </button>`;
  }

  #renderBar(): void {
    const last = this.#undo.at(-1);
    render(
      samplesToolbar(
        {
          query: this.#query,
          found: this.#found,
          total: this.#total,
          selected: this.#grid.selection.count,
          dimensions: this.#dimensions,
          canAdd: this.#options.canAdd,
          undo: last ? `Verdict on ${last.id} changed.` : null,
        },
        {
          query: (change) => this.query(change),
          addToPromptSet: () => this.#add(),
          undo: () => void this.#undoLast(),
        },
      ),
      this.#bar,
    );
  }

  #renderDetail(): void {
    const [row, sample] = [this.#row, this.#chosen];
    this.#detail.hidden = row === null;
    if (!row || sample === null) return;
    render(
      sampleDetail(
        row,
        this.#texts,
        { k: this.#k, of: this.#options.generations },
        {
          open: () => this.#openSample(sample, this.#k),
          override: (place, verdict) => void this.#override(place, verdict),
          generation: (k) => {
            this.#k = k;
            this.#read();
          },
        },
      ),
      this.#detail,
    );
  }
}

function sameNumbers(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
