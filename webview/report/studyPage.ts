import { html, nothing, type TemplateResult } from 'lit';
import { type DimensionResult, isRunning } from '../../src/shared/audit.ts';
import { DIMENSIONS, type Dimension } from '../../src/shared/prompt.ts';
import {
  byMethod,
  drift,
  interval,
  METHOD_NAMES,
  overallDrift,
  percent,
  points,
  pText,
  verdict,
} from '../../src/shared/report/figures.ts';
import { forestPicture } from '../../src/shared/report/forest.ts';
import { matchingCard } from '../../src/shared/report/runReport.ts';
import type { ExportFormat, RunFigures, RunHead, RunState } from '../../src/shared/reportView.ts';
import { count } from '../ui/format.ts';
import { menu } from '../ui/menu.ts';
import { button } from '../ui/toolkit.ts';
import { exportMenu } from './header.ts';
import { pictureView } from './pictureView.ts';
import { isPartial } from './progress.ts';

export interface StudyActions {
  exportAs(format: ExportFormat): void;
  addRuns(): void;
  removeRun(run: string): void;
  openReport(run: string): void;
  reread(run: string): void;
}

interface OpenRun {
  run: RunState;
  head: RunHead;
  figures: RunFigures | null;
}

/** Reasoning last: what was to be gained stands beside what it may have cost. */
const COLUMNS: readonly Dimension[] = [...DIMENSIONS.filter((one) => one !== 'reasoning'), 'reasoning'];

/** Several runs as one table: grouped by how the reasoning models were made, a column a dimension. */
export function studyPage(
  runs: readonly RunState[],
  figures: Readonly<Record<string, RunFigures>>,
  width: number,
  actions: StudyActions,
): TemplateResult {
  if (runs.length === 0) {
    return html`<div class="empty-page">
      <h1>Study</h1>
      <p>A study shows several runs in one table: a row a pair, grouped by how its reasoning model was made, a column a dimension.</p>
      ${button({ label: 'Add Runs…', look: 'primary', onClick: actions.addRuns })}
    </div>`;
  }
  const open = runs.flatMap((run): OpenRun[] =>
    run.content.state === 'open' ? [{ run, head: run.content.head, figures: figures[run.run] ?? null }] : [],
  );
  const others = runs.filter(({ content }) => content.state !== 'open');
  const present = COLUMNS.filter((dimension) => open.some((one) => resultOf(one, dimension)));
  const groups = byMethod(open, ({ head }) => head.info.pair.method);
  const unmatched = open.filter(({ head }) => matchingCard(head.info).state === 'differs');
  return html`<header class="report-head">
      ${
        unmatched.length > 0
          ? html`<div class="alert" role="alert">
              <span class="alert-mark" aria-hidden="true">⚠</span>
              <span><strong>Not matched: ${unmatched.map(({ head }) => head.info.pair.name).join(', ')}.</strong>
                A difference in outcomes there may come from more than the training; the run’s own report lists the checks.</span>
            </div>`
          : nothing
      }
      <div class="title-row">
        <h1>Study</h1>
        <div class="facts"><span>${count(runs.length)} ${runs.length === 1 ? 'run' : 'runs'}</span><span>reasoning − baseline in points, the values of both below</span></div>
        <div class="report-actions">
          ${button({ label: 'Add Runs…', onClick: actions.addRuns })} ${exportMenu('study', actions.exportAs)}
        </div>
      </div>
    </header>
    <div class="table-scroll">
      <table class="study" data-testid="study-table">
        <thead>
          <tr>
            <th scope="col">Method</th>
            <th scope="col">Pair</th>
            <th scope="col" class="number" title="Samples of the prompt set, and generations of each model for each">n × K</th>
            ${present.map((dimension) => html`<th scope="col" class="number ${dimension === 'reasoning' ? 'apart' : ''}">${dimension}</th>`)}
            <th scope="col" class="number" title="Mean forward KL per token over all samples, each weighing the same, in nats">KL, nats</th>
            <th scope="col"><span class="sr-only">Actions</span></th>
          </tr>
        </thead>
        ${groups.map(
          ({ method, items }) => html`<tbody>
            ${items.map(
              (one, index) => html`<tr>
                ${index === 0 ? html`<th scope="rowgroup" rowspan=${items.length}>${METHOD_NAMES[method]}</th>` : nothing}
                ${studyRow(one, present, actions)}
              </tr>`,
            )}
          </tbody>`,
        )}
      </table>
    </div>
    ${others.map((run) => otherRun(run, actions))}
    <p class="legend dim">▼ regressed · ▲ improved · = preserved within the margin · ? inconclusive. Verdicts are each run’s own, corrected over its dimensions.</p>
    ${present.length > 0 ? forests(open, present, width) : nothing}`;
}

function resultOf({ figures }: OpenRun, dimension: Dimension): DimensionResult | undefined {
  return figures?.analysis.dimensions.find((result) => result.dimension === dimension);
}

const MARKS = { regressed: '▼', improved: '▲', preserved: '=', inconclusive: '?' } as const;

function studyRow(one: OpenRun, present: readonly Dimension[], actions: StudyActions): TemplateResult {
  const { run, head, figures } = one;
  const { info } = head;
  const going = run.elsewhere || (run.audit !== null && isRunning(run.audit));
  const card = matchingCard(info);
  const notes = [
    ...(card.state === 'differs' ? [['⚠ not matched', card.head] as const] : []),
    ...(going
      ? [['running', 'The audit still runs: the row follows it'] as const]
      : isPartial(head)
        ? [['partial', 'Generations are missing or failed'] as const]
        : []),
  ];
  const overall = figures && overallDrift(figures.analysis.dimensions);
  return html`<th scope="row" class="pair-cell">
      <button class="link" title="Open the report of ${run.path}" @click=${() => actions.openReport(run.run)}>${info.pair.name}</button>
      <div class="dim">${run.name}${notes.map(([word, title]) => html` · <span class="note-word" title=${title}>${word}</span>`)}</div>
    </th>
    <td class="number">${count(head.samples)} × ${info.generations}</td>
    ${present.map((dimension) => studyCell(resultOf(one, dimension), dimension, figures !== null))}
    <td class="number" title=${overall ? `Over ${count(overall.n)} samples, ${overall.status}` : 'Not scored, or exact figures beside bounds'}>
      ${figures ? drift(overall) : '…'}
    </td>
    <td>
      ${menu(`Actions for ${info.pair.name}`, '⋯', [
        { label: 'Open Report', run: () => actions.openReport(run.run) },
        { label: 'Read Again', run: () => actions.reread(run.run) },
        { label: 'Remove from Study', run: () => actions.removeRun(run.run) },
      ])}
    </td>`;
}

function studyCell(
  result: DimensionResult | undefined,
  dimension: Dimension,
  known: boolean,
): TemplateResult {
  const apart = dimension === 'reasoning' ? 'apart' : '';
  if (!result) return html`<td class="number ${apart} dim">${known ? '–' : '…'}</td>`;
  const { means, difference, verdict: said, n, pHolm } = result;
  const title = `${dimension}: ${points(difference)} points ${interval(result.interval)}, n = ${n}, ${pText(pHolm)} (Holm); ${verdict(result)}`;
  return html`<td class="number ${apart} ${said}" title=${title}>
    <span class="cell-main"><span class="sr-only">${said}: </span>${points(difference)} <span class="verdict-mark" aria-hidden="true">${MARKS[said]}</span></span>
    <div class="dim">${percent(means.baseline).replace(' %', '')} → ${percent(means.reasoning)}</div>
  </td>`;
}

function otherRun({ run, name, path, content }: RunState, actions: StudyActions): TemplateResult {
  return html`<div class="other-run" title=${path}>
    <strong>${name}</strong>
    ${
      content.state === 'failed'
        ? html`<span class="failed-text" role="alert">${content.failure.message} ${content.failure.remedy ?? ''}</span>`
        : html`<span class="dim">Reading…</span>`
    }
    <button class="link" @click=${() => actions.reread(run)}>Read again</button>
    <button class="link" @click=${() => actions.removeRun(run)}>Remove</button>
  </div>`;
}

/** Of each dimension the intervals of all runs below each other. */
function forests(open: readonly OpenRun[], present: readonly Dimension[], width: number): TemplateResult {
  const room = width - 40;
  const columns = Math.max(1, Math.floor(room / 500));
  const each = Math.min(720, Math.floor(room / columns - 24));
  return html`<section class="plots" aria-label="Differences by dimension">
    <h2>Differences, 95 % intervals</h2>
    <div class="panels">
      ${present.map((dimension) => {
        const named = open.flatMap((one) => {
          const result = resultOf(one, dimension);
          return result ? [{ name: one.head.info.pair.name, result }] : [];
        });
        return html`<figure>
          <figcaption>${dimension}</figcaption>
          ${pictureView(forestPicture(named, each))}
        </figure>`;
      })}
    </div>
  </section>`;
}
