import { html, nothing, type TemplateResult } from 'lit';
import type { CheckProgress, CheckState } from '../../src/shared/checkView.ts';
import type { Failure } from '../../src/shared/failure.ts';
import type { ModelProbe, ProbeReport } from '../../src/shared/probe.ts';
import { adviceFor } from '../../src/shared/probeAdvice.ts';
import { type BySide, bySide } from '../../src/shared/side.ts';
import { count } from '../ui/format.ts';
import { matchingTable } from '../ui/matching.ts';
import { button } from '../ui/toolkit.ts';
import { type FailureActions, failed } from './failed.ts';
import { modelTable } from './modelTable.ts';

export interface PageActions extends FailureActions {
  recheck(): void;
  cancel(): void;
  copyJson(): void;
  openPairFile(): void;
}

/** @param failure why the host did not do what it was asked last, if so */
export function page(
  state: CheckState | null,
  failure: Failure | null,
  copied: boolean,
  actions: PageActions,
): TemplateResult {
  if (!state) return html`<div class="check">${failure ? failed(failure, actions) : nothing}</div>`;
  const { pair, progress } = state;
  const models = modelsOf(progress);
  return html`<div class="check">
    <header class="check-head">
      <div class="check-title">
        <h1>${pair.name}</h1>
        <div class="dim">${pair.description}</div>
      </div>
      <div class="check-actions">
        ${
          progress.state === 'running'
            ? button({ label: '■ Stop', title: 'What is known by then stays', onClick: actions.cancel })
            : button({
                label: '↻ Check again',
                look: 'primary',
                title: 'Try everything out anew',
                onClick: actions.recheck,
              })
        }
        ${button({
          label: copied ? 'Copied ✓' : 'Copy as JSON',
          title: 'What driftscope probe --json prints',
          disabled: progress.state !== 'done',
          onClick: actions.copyJson,
        })}
        ${pair.hasFile ? button({ label: 'Open pair file', onClick: actions.openPairFile }) : nothing}
      </div>
    </header>
    ${failure ? failed(failure, actions) : nothing}
    <section class="outcome" aria-live="polite">${outcome(progress, models, actions)}</section>
    <section aria-label="Models">
      <h2>What each server can do</h2>
      ${modelTable(pair.models, models, progress.state === 'running', actions)}
    </section>
    ${
      progress.state === 'done'
        ? html`<section aria-label="Matching">
            <h2>What both should have in common</h2>
            ${matchingTable(progress.report.matching)}
          </section>`
        : nothing
    }
  </div>`;
}

function modelsOf(progress: CheckProgress): BySide<ModelProbe | null> {
  return progress.state === 'done' ? bySide((side) => progress.report.models[side]) : progress.models;
}

function outcome(progress: CheckProgress, models: BySide<ModelProbe | null>, actions: PageActions) {
  switch (progress.state) {
    case 'running': {
      const tried = Object.values(models).reduce((sum, model) => sum + (model?.checks.length ?? 0), 0);
      return html`<p class="said busy" role="status">
        Trying out both servers on a short text${tried > 0 ? `: ${tried} checks done` : ''}…
        ${progress.waitingFor ? html`<span class="dim">${progress.waitingFor}</span>` : nothing}
      </p>`;
    }
    case 'cancelled':
      return html`<p class="dim">Stopped before the end. What is known by then stands below.</p>`;
    case 'failed':
      return failed(progress.failure, actions);
    case 'done':
      return verdict(progress.report, progress.at);
  }
}

const DRIFT: Record<ProbeReport['drift'], string> = {
  exact: 'KL and JSD at every token, from both whole distributions.',
  bound: 'A lower bound of KL at every token, and an interval of JSD, with the coverage of the lists.',
  unavailable: 'No KL.',
};

function verdict(report: ProbeReport, at: string) {
  const { drift, models } = report;
  const advice = adviceFor(report);
  const requests = models.baseline.requests + models.reasoning.requests;
  return html`<p class="shown">
      <span class="status ${drift}">${drift}</span>
      <span>A comparison of this pair will show: ${DRIFT[drift]} ${drift === 'unavailable' ? instead(report) : bounds(report)}</span>
    </p>
    <ul class="verdict">
      ${report.verdict.slice(0, -1).map((line) => html`<li>${line}</li>`)}
    </ul>
    ${
      advice.length > 0
        ? html`<div class="advice">
            <h3>To get more</h3>
            <ul>
              ${advice.map((line) => html`<li>${line}</li>`)}
            </ul>
          </div>`
        : nothing
    }
    <p class="dim">Checked at ${new Date(at).toLocaleTimeString()}, with ${count(requests)} requests.</p>`;
}

function bounds({ drift, models }: ProbeReport): string {
  if (drift !== 'bound') return '';
  const limits = Object.values(models).flatMap(({ scoring }) => scoring.maxTop ?? []);
  return limits.length > 0 ? `The lists hold ${count(Math.min(...limits))} tokens at most.` : '';
}

/** What is shown in the place of KL. */
function instead({ matching, models }: ProbeReport): string {
  if (matching.some(({ id, result }) => id === 'tokenizer' && result === 'differs')) {
    return 'In its place the log-ratio of each span that both tokenizers have in common, and bits per byte of both models.';
  }
  return Object.values(models).some(({ scoring }) => scoring.reach === 'actual-token')
    ? 'In its place the surprisal of the tokens, where a server tells it.'
    : '';
}
