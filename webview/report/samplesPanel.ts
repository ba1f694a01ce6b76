import { html, nothing, type TemplateResult } from 'lit';
import type { ComparisonState } from '../../src/shared/comparison.ts';
import { DIMENSIONS, type Dimension, inputText } from '../../src/shared/prompt.ts';
import { nats, words } from '../../src/shared/report/figures.ts';
import type { SampleFilter, SampleRow } from '../../src/shared/sampleRows.ts';
import { SIDES, type Side } from '../../src/shared/side.ts';
import type { HumanVerdict, VerdictPlace } from '../../src/shared/verdict.ts';
import { verdictChips } from '../compare/verdicts.ts';
import { count } from '../ui/format.ts';
import type { GridColumn } from '../ui/grid/grid.ts';
import { button } from '../ui/toolkit.ts';
import type { TableQuery } from './settings.ts';

const FILTERS: { value: SampleFilter | null; label: string; title: string }[] = [
  { value: null, label: 'All', title: 'Every sample' },
  { value: 'flipped', label: 'Flipped', title: 'The reasoning model’s label is another than the baseline’s' },
  { value: 'regressed', label: 'Regressed', title: 'The reasoning model did worse' },
  { value: 'improved', label: 'Improved', title: 'The reasoning model did better' },
  {
    value: 'trace',
    label: 'In trace only',
    title: 'What is bad (a leak, a slur) stands in a trace and not in its answer',
  },
  { value: 'errors', label: 'Errors', title: 'A generation failed' },
  {
    value: 'missing',
    label: 'Missing',
    title: 'Without a generation of both models: not done yet, or failed',
  },
  {
    value: 'overridden',
    label: 'Overridden',
    title: 'A researcher has put a verdict in place of a detector’s',
  },
];

export interface ToolbarActions {
  query(change: Partial<TableQuery>): void;
  addToPromptSet(): void;
  undo(): void;
}

export interface ToolbarState {
  query: TableQuery;
  /** Samples that the query finds; null: not known yet. */
  found: number | null;
  total: number;
  selected: number;
  dimensions: readonly Dimension[];
  canAdd: boolean;
  /** What was done last and can be undone. */
  undo: string | null;
}

/** Which samples are listed, and what can be done with them. */
export function samplesToolbar(state: ToolbarState, actions: ToolbarActions): TemplateResult {
  const { query, found, total, selected, canAdd } = state;
  const highest = query.sort === 'drift' && query.descending;
  return html`<div class="samples-bar">
    <div class="filters" role="group" aria-label="Show samples that">
      ${FILTERS.map(
        ({ value, label, title }) =>
          html`<button class="chip" aria-pressed=${query.filter === value ? 'true' : 'false'} title=${title}
            @click=${() => actions.query(value === null ? { filter: null, picked: null, dimension: null, text: '' } : { filter: value })}>${label}</button>`,
      )}
      <button class="chip" aria-pressed=${highest ? 'true' : 'false'} title="Sort by mean KL, the highest first"
        @click=${() => actions.query(highest ? { sort: 'set', descending: false } : { sort: 'drift', descending: true })}>Highest KL</button>
    </div>
    <select class="field dimension-field" aria-label="Dimension" title="Only samples of a dimension"
      @change=${(event: Event) =>
        actions.query({
          dimension: DIMENSIONS.find((one) => one === (event.target as HTMLSelectElement).value) ?? null,
        })}>
      <option value="" ?selected=${query.dimension === null}>every dimension</option>
      ${state.dimensions.map((one) => html`<option value=${one} ?selected=${query.dimension === one}>${one}</option>`)}
    </select>
    <input class="field search-field" type="search" placeholder="Find in ids and prompts" aria-label="Find in ids and prompts"
      .value=${query.text} @input=${(event: Event) => actions.query({ text: (event.target as HTMLInputElement).value })} />
    ${
      query.picked
        ? html`<button class="chip picked" aria-pressed="true" title="Picked in a plot: show the others again"
            @click=${() => actions.query({ picked: null })}>${query.picked.label} <span aria-hidden="true">✕</span></button>`
        : nothing
    }
    <span class="found dim number" role="status" data-testid="found">
      ${found === null ? '…' : found === total ? `${count(total)} samples` : `${count(found)} of ${count(total)} samples`}
    </span>
    <span class="spring"></span>
    ${
      state.undo
        ? html`<span class="done" role="status">${state.undo} <button class="link" title="Ctrl+Z" @click=${actions.undo}>Undo</button></span>`
        : nothing
    }
    ${
      canAdd
        ? button({
            label: selected > 1 ? `Add ${count(selected)} to Prompt Set…` : 'Add to Prompt Set…',
            title: 'Put the selected samples into a prompt set',
            disabled: selected === 0,
            onClick: actions.addToPromptSet,
          })
        : nothing
    }
  </div>`;
}

/** The table's columns. Ids are those of the sorts. */
export function sampleColumns(generations: number): GridColumn<SampleRow>[] {
  const of = generations > 1 ? ' (first generation)' : '';
  const label = (side: Side, title: string): GridColumn<SampleRow> => ({
    id: side,
    title,
    hint: `What the ${side} model’s answer came to${of}; ✎: a researcher’s verdict`,
    width: 116,
    sortable: true,
    render: (row) => labelCell(row, side),
    tooltip: (row) => labelTitle(row, side),
    cellClass: ({ sides }) => (sides[side]?.failed ? 'cell-failed' : ''),
  });
  return [
    {
      id: 'id',
      title: 'Sample',
      hint: 'Its id in the prompt set',
      width: 128,
      sortable: true,
      render: ({ id }) => id,
      tooltip: ({ id }) => id,
    },
    {
      id: 'dimension',
      title: 'Dimension',
      width: 108,
      sortable: true,
      render: ({ dimension }) => dimension ?? html`<span class="dim">none</span>`,
    },
    {
      id: 'prompt',
      title: 'Prompt',
      hint: 'The last user turn',
      width: 220,
      minWidth: 120,
      grows: true,
      render: ({ prompt }) => prompt.replace(/\s+/g, ' '),
      tooltip: ({ prompt }) => prompt,
    },
    label('baseline', 'Baseline'),
    label('reasoning', 'Reasoning'),
    {
      id: 'change',
      title: 'Change',
      hint: `Of the value, reasoning − baseline, in points${of}`,
      width: 78,
      align: 'end',
      sortable: true,
      render: changeCell,
    },
    {
      id: 'trace',
      title: 'In trace',
      hint: 'What the reasoning model’s trace came to, where it is judged',
      width: 110,
      shown: false,
      render: ({ sides }) => {
        const trace = sides.reasoning?.outcome?.trace;
        return trace ? words(trace.label) : '';
      },
    },
    {
      id: 'drift',
      title: 'KL, nats',
      hint: `Mean forward KL per token of the reasoning model’s generation${of}; ≥: a lower bound`,
      width: 78,
      align: 'end',
      sortable: true,
      sortsFirst: 'descending',
      render: ({ sides }) => driftText(sides.reasoning?.drift ?? null),
    },
  ];
}

function labelCell({ sides }: SampleRow, side: Side) {
  const cell = sides[side];
  if (!cell) return html`<span class="dim">not yet</span>`;
  if (cell.failed) return html`⚠ failed`;
  const text = cell.outcome ? words(cell.outcome.answer.label) : '–';
  return cell.overridden ? html`${text} <span aria-label="by a researcher">✎</span>` : text;
}

function labelTitle({ sides }: SampleRow, side: Side): string {
  const cell = sides[side];
  if (!cell) return 'Not generated yet';
  if (cell.failed) return 'The generation failed: the comparison says why';
  const { outcome } = cell;
  if (!outcome) return 'Not judged: the sample has no dimension';
  const value = outcome.answer.value;
  const parts = [
    `${words(outcome.answer.label)}${value === null ? ', not counted' : `: ${Math.round(100 * value)} %`}`,
    outcome.trace ? `trace: ${words(outcome.trace.label)}` : '',
    cell.overridden ? 'a researcher’s verdict' : '',
  ];
  return parts.filter(Boolean).join('; ');
}

function changeCell({ sides }: SampleRow) {
  const [from, to] = SIDES.map((side) => sides[side]?.outcome?.answer.value ?? null);
  if (from == null || to == null) return html`<span class="dim">–</span>`;
  const points = Math.round(100 * (to - from));
  if (points === 0) return html`<span class="dim">0</span>`;
  return points < 0
    ? html`<span class="worse"><span aria-hidden="true">▼</span> −${-points}</span>`
    : html`<span class="better"><span aria-hidden="true">▲</span> +${points}</span>`;
}

function driftText(drift: NonNullable<SampleRow['sides']['baseline']>['drift']): string {
  if (!drift || drift.mean === null) return '–';
  return `${drift.status === 'bound' ? '≥ ' : ''}${nats(drift.mean)}`;
}

export interface DetailActions {
  open(): void;
  override(place: VerdictPlace, verdict: HumanVerdict | null): void;
  generation(k: number): void;
}

/** The texts of the sample that is chosen in the table, with verdicts to be changed. */
export function sampleDetail(
  row: SampleRow,
  texts: ComparisonState | null,
  { k, of }: { k: number; of: number },
  actions: DetailActions,
): TemplateResult {
  return html`<aside class="detail" aria-label="Sample ${row.id}" data-testid="sample-detail">
    <div class="detail-head">
      <strong>${row.id}</strong>
      <span class="dim">${row.dimension ?? 'no dimension'}</span>
      ${
        of > 1
          ? html`<span class="generations">
              <button class="tool" ?disabled=${k === 0} aria-label="Previous generation" @click=${() => actions.generation(k - 1)}>‹</button>
              generation ${k + 1} of ${of}
              <button class="tool" ?disabled=${k === of - 1} aria-label="Next generation" @click=${() => actions.generation(k + 1)}>›</button>
            </span>`
          : nothing
      }
      <span class="spring"></span>
      ${button({ label: 'Open Comparison', title: 'The whole comparison, from what is stored (Enter)', onClick: actions.open })}
    </div>
    ${
      texts
        ? html`<p class="detail-prompt verbatim">${inputText(texts.request.input)}</p>
            <div class="detail-sides">${SIDES.map((side) => detailSide(texts, side, actions))}</div>`
        : html`<p class="dim">Reading…</p>`
    }
  </aside>`;
}

function detailSide(texts: ComparisonState, side: Side, actions: DetailActions): TemplateResult {
  const own = texts.sides[side];
  const generation = own.state === 'finished' ? own.generation : null;
  return html`<section class="detail-side ${side}" aria-label="${side} model">
    <div class="detail-side-head">
      <span class="side-name">${side}</span>
      ${generation && generation.finish !== 'failed' ? verdictChips(texts, side, 'answer', actions) : nothing}
    </div>
    ${
      generation === null
        ? html`<p class="dim">Not generated yet.</p>`
        : html`${generation.failure ? html`<p class="failed-text">${generation.failure.message} ${generation.failure.remedy ?? ''}</p>` : nothing}
          ${
            generation.trace
              ? html`<details class="trace-text">
                <summary>Trace</summary>
                <div class="detail-side-head">${verdictChips(texts, side, 'trace', actions)}</div>
                <div class="text verbatim">${generation.trace}</div>
              </details>`
              : nothing
          }
          <div class="text verbatim">${generation.answer || html`<span class="dim">${generation.finish === 'failed' ? '' : 'An empty answer'}</span>`}</div>`
    }
  </section>`;
}
