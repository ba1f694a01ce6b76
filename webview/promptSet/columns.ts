import { html, nothing, type TemplateResult } from 'lit';
import { DIMENSIONS } from '../../src/shared/prompt.ts';
import type {
  PromptRow,
  RowProblem,
  SampleResult,
  SampleRow,
  SetFacts,
} from '../../src/shared/promptSetView.ts';
import { flipText, refusalWord } from '../../src/shared/verdict.ts';
import { nats } from '../ui/format.ts';
import type { CellContent, CellEdit, GridColumn } from '../ui/grid/grid.ts';

export interface ColumnContext {
  facts(): SetFacts | null;
  openComparison(comparison: string): void;
  /** Shows what is wrong with a row, and what would mend it. */
  showProblems(row: PromptRow, at: DOMRect): void;
}

/** The columns of the grid. Those that can be edited carry the field of the sample as their id. */
export function promptColumns(context: ColumnContext): GridColumn<PromptRow>[] {
  const isEditable = () => context.facts()?.readOnly === null;
  return columnsOf(context).map((column) => {
    const { edit } = column;
    return edit ? { ...column, edit: (row) => (isEditable() ? edit(row) : null) } : column;
  });
}

function columnsOf(context: ColumnContext): GridColumn<PromptRow>[] {
  return [
    {
      id: 'problems',
      title: '⚠',
      hint: 'What is wrong with the sample',
      width: 28,
      minWidth: 28,
      marks: true,
      cellClass: () => 'markers',
      render: (row) => marker(row, context),
    },
    {
      id: 'line',
      title: 'Line',
      hint: 'The sample’s line in the file',
      width: 56,
      align: 'end',
      sortable: true,
      shown: false,
      render: ({ line }) => String(line),
    },
    {
      ...field('id', 'ID', 106),
      hint: 'Names the sample: every id stands once',
      render: (row) => (row.kind === 'sample' ? row.id : ''),
      edit: text(({ id }) => id),
    },
    {
      ...field('dimension', 'Dimension', 96),
      hint: 'What the sample tests, and so how its answers are judged',
      render: sample(({ dimension }) => dimension),
      edit: sampleEdit(({ dimension }) => ({
        kind: 'choice',
        value: dimension,
        choices: ['', ...DIMENSIONS].map((value) => ({ value, label: value || 'none' })),
      })),
    },
    {
      ...field('expect', 'Expect', 72),
      hint: 'What an aligned model should do',
      render: sample(({ expect }) => expect),
      edit: sampleEdit((row) => expectEdit(row, context.facts())),
    },
    {
      ...field('input', 'Input', 230),
      hint: 'What both models are asked: of a chat, its last user turn',
      grows: true,
      minWidth: 120,
      render: inputCell,
      edit: sampleEdit((row) =>
        row.inputKind === 'chat' || row.isCut ? null : { kind: 'text', value: row.input, multiline: true },
      ),
    },
    {
      id: 'result',
      title: 'Last result',
      hint: 'What the answers of baseline → reasoning model did when the sample was last compared',
      width: 152,
      sortable: true,
      render: (row) => resultCell(row, context),
      tooltip: (row) => (row.kind === 'sample' && row.result ? resultText(row.result) : ''),
    },
    {
      id: 'drift',
      title: 'KL',
      hint: 'Mean KL(reasoning ‖ baseline) per token of the reasoning model’s generation, in nats. ≥ marks a lower bound.',
      width: 66,
      align: 'end',
      sortable: true,
      sortsFirst: 'descending',
      render: sample(({ result }) => (result ? driftText(result) : '')),
      cellClass: sample(({ result }) => (result?.stale ? 'stale' : '')),
    },
    {
      ...field('target', 'Target', 72),
      hint: 'The right answer',
      render: sample(({ target }) => oneLine(Array.isArray(target) ? target.join(' | ') : target)),
      edit: sampleEdit(({ target, choices }) => {
        if (Array.isArray(target)) return null;
        if (choices.length === 0) return { kind: 'text', value: target, multiline: true };
        const all = ['', ...choices].map((value) => ({ value, label: value || 'none' }));
        return { kind: 'choice', value: target, choices: all };
      }),
    },
    {
      ...field('tags', 'Tags', 96),
      hint: 'Words of your own, to find samples by',
      render: sample(({ tags }) => tags.join(', ')),
      edit: text(({ tags }) => tags.join(', ')),
    },
  ];
}

function field(id: string, title: string, width: number) {
  return {
    id,
    title,
    width,
    sortable: true,
    cellClass: (row: PromptRow) => worst(row.problems.filter((problem) => problem.field === id)),
    tooltip: (row: PromptRow) => tooltipOf(row, id),
  };
}

function sample<T>(of: (row: SampleRow) => T) {
  return (row: PromptRow): T | '' => (row.kind === 'sample' ? of(row) : '');
}

function sampleEdit(of: (row: SampleRow) => CellEdit | null) {
  return (row: PromptRow): CellEdit | null => (row.kind === 'sample' ? of(row) : null);
}

function text(of: (row: SampleRow) => string) {
  return sampleEdit((row) => ({ kind: 'text', value: of(row) }));
}

/** What `expect` can be: a choice where the dimension says, else free text. */
function expectEdit({ dimension, expect }: SampleRow, facts: SetFacts | null): CellEdit | null {
  const known = DIMENSIONS.find((name) => name === dimension);
  const expects = (known && facts?.expectations[known]) ?? null;
  if (!expects) return { kind: 'text', value: expect };
  return {
    kind: 'choice',
    value: expect,
    choices: ['', ...expects].map((value) => ({ value, label: value || 'none' })),
  };
}

function inputCell(row: PromptRow): CellContent {
  if (row.kind === 'broken') return html`<code class="broken-text">${oneLine(row.text)}</code>`;
  if (row.inputKind !== 'chat') return oneLine(row.input);
  return html`<span class="badge" title="A chat of ${row.turns} messages">${row.turns} turns</span> ${oneLine(row.input)}`;
}

/** A text on one line, with its line ends to be seen. */
function oneLine(value: string): string {
  return value.slice(0, 300).replace(/\s*(?:\r\n|\r|\n)\s*/g, ' ⏎ ');
}

function worst(problems: readonly RowProblem[]): string {
  for (const severity of ['error', 'warning', 'information'] as const) {
    if (problems.some((problem) => problem.severity === severity)) return `has-${severity}`;
  }
  return '';
}

function tooltipOf(row: PromptRow, id: string): string {
  const messages = row.problems.filter((problem) => problem.field === id).map(({ message }) => message);
  if (row.kind === 'broken') return id === 'input' ? row.text : '';
  const whole = id === 'input' ? row.input : id === 'tags' ? row.tags.join(', ') : '';
  return [...messages, whole].filter(Boolean).join('\n');
}

function marker(row: PromptRow, { showProblems }: ColumnContext): CellContent {
  const { problems } = row;
  if (problems.length === 0) return nothing;
  const kind = worst(problems);
  const label = problems.map(({ message }) => message).join('\n');
  return html`<button class="marker ${kind}" tabindex="-1" title=${label} aria-label=${label}
    @click=${(event: Event) => showProblems(row, (event.currentTarget as HTMLElement).getBoundingClientRect())}
  >${kind === 'has-error' ? '✕' : kind === 'has-warning' ? '⚠' : 'ⓘ'}</button>`;
}

function resultCell(row: PromptRow, { facts, openComparison }: ColumnContext): CellContent {
  if (row.kind === 'broken' || !row.result) return nothing;
  const { result } = row;
  const other = result.pair === facts()?.pair ? nothing : html` <span class="dim">· ${result.pair}</span>`;
  return html`<button class="link result ${result.stale ? 'stale' : ''} ${result.failure ? 'failed' : ''}" tabindex="-1"
      @click=${() => openComparison(result.comparison)}>${headline(result)}</button>${other}`;
}

/** `refused → complied ⇄`, `both refused`. A sample that was edited since says so. */
function headline(result: SampleResult): TemplateResult | string {
  const [flip] = result.flips;
  const { baseline, reasoning } = result.answers;
  const said = flip
    ? `${flipText(flip)} ⇄`
    : baseline && reasoning
      ? `both ${refusalWord(baseline)}`
      : result.failure
        ? 'failed'
        : 'compared';
  return result.stale
    ? html`<span aria-hidden="true">✎ </span>${said} <span class="sr-only">before the edit</span>`
    : said;
}

/** All of a result in words, for a tooltip. */
export function resultText(result: SampleResult): string {
  return [
    result.stale ? 'The sample has been edited since: this is what its former wording came to.' : '',
    result.failure ?? '',
    result.flips.map(flipText).join('; '),
    `KL ${driftText(result)} nats per token${result.drift.status === 'bound' ? ' (a lower bound)' : ''}`,
    `Pair ${result.pair}, ${new Date(result.time).toLocaleString()}`,
    'Click to open the comparison.',
  ]
    .filter(Boolean)
    .join('\n');
}

/** Mean KL in nats per token: `≥ 0.41` where it is a bound, `–` where there is none. */
export function driftText({ drift }: SampleResult): string {
  return nats(drift.mean, { bound: drift.status === 'bound' });
}

export { headline as resultHeadline };
