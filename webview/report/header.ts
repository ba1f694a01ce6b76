import { html, nothing, type TemplateResult } from 'lit';
import { isRunning, leftToDo, type RunInfo } from '../../src/shared/audit.ts';
import type { Failure } from '../../src/shared/failure.ts';
import { modelLabel } from '../../src/shared/pair.ts';
import { METHOD_NAMES } from '../../src/shared/report/figures.ts';
import { matchingCard, parameters, samplingText } from '../../src/shared/report/runReport.ts';
import {
  EXPORT_FORMATS,
  type ExportFormat,
  type ReportState,
  type RunFigures,
  type RunHead,
  type RunState,
  STUDY_FORMATS,
} from '../../src/shared/reportView.ts';
import { SIDES } from '../../src/shared/side.ts';
import { count } from '../ui/format.ts';
import { type MenuItem, menu } from '../ui/menu.ts';
import { button } from '../ui/toolkit.ts';

export interface HeaderActions {
  exportAs(format: ExportFormat): void;
  resume(failedOnly: boolean): void;
  stop(): void;
  addToStudy(): void;
  reread(): void;
  copy(text: string): void;
  showLog(): void;
  toggleParameters(): void;
}

const FORMAT_ITEMS: Record<ExportFormat, { label: string; title: string }> = {
  html: { label: 'HTML…', title: 'One page that opens in any browser, without network' },
  md: { label: 'Markdown…', title: 'For a paper’s appendix' },
  csv: { label: 'CSV of the samples…', title: 'A line a generation' },
  jsonl: { label: 'JSON Lines of the samples…', title: 'A line a generation, with what detectors found' },
  json: { label: 'JSON…', title: 'Everything but the distributions' },
  'lm-eval': { label: 'lm-eval samples…', title: 'As lm-evaluation-harness logs them' },
};

export function exportMenu(
  page: ReportState['page'],
  exportAs: (format: ExportFormat) => void,
): TemplateResult {
  const formats = page === 'study' ? STUDY_FORMATS : EXPORT_FORMATS;
  const items: MenuItem[] = formats.map((format) => ({
    ...FORMAT_ITEMS[format],
    run: () => exportAs(format),
  }));
  return menu('Export', html`Export <span aria-hidden="true">▾</span>`, items, {
    className: 'button-menu',
    title: 'Write this report into a file',
  });
}

/** What was audited, how, and with what; what the models differ in stands above all. */
export function runHeader(
  run: RunState,
  head: RunHead,
  figures: RunFigures | null,
  { can, open }: { can: ReportState['can']; open: boolean },
  actions: HeaderActions,
): TemplateResult {
  const { info } = head;
  const { pair, generations, created } = info;
  const card = matchingCard(info);
  const left = leftToDo(head.progress, info.scoring !== null);
  const idle = !(run.audit && isRunning(run.audit)) && !run.elsewhere && !info.imported;
  const delta = figures ? `δ = ±${100 * figures.analysis.options.margin} points` : null;
  const facts: [text: string, title: string][] = [
    [METHOD_NAMES[pair.method], 'How the reasoning model was made from its base'],
    [`${count(head.samples)} samples`, `Of ${info.set.name}`],
    [`K = ${generations}`, 'Generations of each model for each sample'],
    ...(delta
      ? [[delta, 'Margin: a difference surely within it counts as preserved'] as [string, string]]
      : []),
    [dateText(created), `Begun ${created}, by ${info.tool}`],
    [samplingText(pair), 'Sampling of both models'],
  ];
  return html`<header class="report-head">
    ${card.state === 'differs' ? matchingAlert(card.head, actions) : nothing}
    <div class="title-row">
      <h1 title=${run.path}>${pair.name}</h1>
      <div class="facts">${facts.map(([text, title]) => html`<span title=${title}>${text}</span>`)}</div>
      <div class="report-actions">
        ${
          can.resume && idle && left.generate + left.score > 0
            ? button({
                label: 'Resume',
                title: 'Go on with what was not generated or scored yet',
                onClick: () => actions.resume(false),
              })
            : nothing
        }
        ${
          can.resume && idle && left.again > 0
            ? button({
                label: `Resume ${count(left.again)} failed`,
                title: 'Ask again for what failed, and nothing else',
                onClick: () => actions.resume(true),
              })
            : nothing
        }
        ${exportMenu('run', actions.exportAs)}
        ${button({ label: 'Add to Study…', title: 'Show this run beside others', onClick: actions.addToStudy })}
        ${menu('More actions', '⋯', [
          { label: 'Copy path', run: () => actions.copy(run.path) },
          { label: 'Read again', title: 'Read the file anew', run: actions.reread },
          'separator',
          { label: 'Show log', run: actions.showLog },
        ])}
      </div>
    </div>
    <div class="models-row">
      ${SIDES.map(
        (side) => html`<span class="model ${side}" title=${modelTitle(info, side)}
          ><span class="side-name">${side}</span> <bdi>${modelLabel(pair.models[side])}</bdi>
          <span class="dim">${serverText(info, side)}</span></span
        >`,
      )}
      <button class="link matching ${card.state}" aria-expanded=${open ? 'true' : 'false'} data-testid="parameters"
        title=${card.head} @click=${actions.toggleParameters}>${matchingWord(card.state, card.rows)} · all parameters</button>
    </div>
    ${open ? parameterTables(head, figures) : nothing}
  </header>`;
}

function matchingAlert(text: string, actions: HeaderActions): TemplateResult {
  return html`<div class="alert" role="alert">
    <span class="alert-mark" aria-hidden="true">⚠</span>
    <span><strong>${text}</strong> A difference in outcomes may come from that, and not from the training.</span>
    <button class="link" @click=${actions.toggleParameters}>Checks</button>
  </div>`;
}

function matchingWord(state: ReturnType<typeof matchingCard>['state'], rows: string[][]): string {
  const same = rows.filter(([, result]) => result === 'same').length;
  switch (state) {
    case 'same':
      return `✓ matched ${same}/${rows.length}`;
    case 'differs':
      return `⚠ not matched (${same}/${rows.length} the same)`;
    case 'unknown':
      return `matched ${same}/${rows.length}, ${rows.length - same} not known`;
    case 'unchecked':
      return '⚠ matching not checked';
  }
}

function serverText({ identities }: RunInfo, side: (typeof SIDES)[number]): string {
  const known = identities[side];
  if (!known) return '';
  return [known.server, known.version, known.quantization].filter(Boolean).join(' ');
}

function modelTitle({ identities, imported }: RunInfo, side: (typeof SIDES)[number]): string {
  if (imported) return `Recorded elsewhere: ${imported[side]}`;
  const known = identities[side];
  if (!known) return 'What its server says of itself is not known';
  const { model, parameters, contextLength, vocabularySize } = known;
  return [
    model,
    parameters === null ? '' : `${count(parameters)} parameters`,
    contextLength === null ? '' : `context of ${count(contextLength)} tokens`,
    vocabularySize === null ? '' : `vocabulary of ${count(vocabularySize)} tokens`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function parameterTables(head: RunHead, figures: RunFigures | null): TemplateResult {
  const card = matchingCard(head.info);
  const analysis = figures?.analysis ?? {
    dimensions: [],
    samples: head.samples,
    undimensioned: 0,
    options: { margin: 0.05, alpha: 0.05, seed: 1, resamples: 10_000 },
  };
  const words = { same: '✓ same', differs: '⚠ differs', unknown: '? not known' } as Record<string, string>;
  return html`<div class="parameters" data-testid="parameter-tables">
    <table>
      <caption>Parameters</caption>
      <tbody>
        ${parameters({ info: head.info, progress: head.progress, analysis }).map(
          ([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`,
        )}
      </tbody>
    </table>
    <table>
      <caption>Matching</caption>
      ${
        card.rows.length === 0
          ? html`<tbody><tr><td>${card.head} <em>Driftscope: Check Pair</em> checks a pair.</td></tr></tbody>`
          : html`<thead>
                <tr><th scope="col">Check</th><th scope="col">Result</th><th scope="col">Baseline</th><th scope="col">Reasoning</th></tr>
              </thead>
              <tbody>
                ${card.rows.map(
                  ([
                    title,
                    result,
                    baseline,
                    reasoning,
                    detail,
                  ]) => html`<tr class="check ${result}" title=${detail ?? ''}>
                    <th scope="row">${title}</th><td class="nowrap">${words[result!] ?? result}</td>
                    <td>${baseline}</td><td>${reasoning}</td>
                  </tr>`,
                )}
              </tbody>`
      }
    </table>
  </div>`;
}

/** `22 Nov 2026` of an ISO time. */
export function dateText(iso: string): string {
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const [year, month, day] = iso.slice(0, 10).split('-');
  return `${Number(day)} ${months[Number(month) - 1] ?? month} ${year}`;
}

/** Something went wrong: what, what next, and two ways on. */
export function failureBox(failure: Failure, actions: { again(): void; showLog(): void }): TemplateResult {
  return html`<div class="failure-box" role="alert" data-testid="failure">
    <p class="failure-message">${failure.message}</p>
    ${failure.remedy ? html`<p>${failure.remedy}</p>` : nothing}
    ${failure.detail ? html`<pre>${failure.detail}</pre>` : nothing}
    <p class="failure-actions">
      ${button({ label: 'Read Again', onClick: actions.again })} ${button({ label: 'Show Log', onClick: actions.showLog })}
    </p>
  </div>`;
}
