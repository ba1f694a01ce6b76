import { html, nothing, type TemplateResult } from 'lit';
import { type AuditStatus, isRunning, leftToDo } from '../../src/shared/audit.ts';
import type { RunHead, RunState } from '../../src/shared/reportView.ts';
import { count, duration } from '../ui/format.ts';
import { button } from '../ui/toolkit.ts';

/** Whether outcomes are still to come: what the figures say may then change. */
export function isPartial({ progress, info }: RunHead): boolean {
  return leftToDo(progress, info.scoring !== null).generate > 0;
}

/** How far a run is, while it runs and where it stopped before its end. */
export function progressStrip(
  run: RunState,
  head: RunHead,
  stop: () => void,
): TemplateResult | typeof nothing {
  const { audit } = run;
  if (audit && isRunning(audit)) return running(audit, stop);
  const left = leftToDo(head.progress, head.info.scoring !== null);
  const { total, done, failed } = head.progress;
  if (run.elsewhere) {
    return html`<div class="progress" role="status" data-testid="progress">
      ${bar(done + failed, total)}
      <span>${count(done)} of ${count(total)} generations${failedText(failed)}. Another program runs this audit; the report follows it.</span>
    </div>`;
  }
  const parts = [
    left.generate > 0 ? `${count(left.generate)} of ${count(total)} generations are still to do` : '',
    left.score > 0 ? `${count(left.score)} are not scored yet` : '',
    left.again > 0 ? `${count(left.again)} failed` : '',
  ].filter(Boolean);
  const ended = audit?.failure;
  if (parts.length === 0 && !ended) return nothing;
  return html`<div class="progress ended ${ended ? 'broken' : ''}" role="status" data-testid="progress">
    ${left.generate > 0 ? bar(done + failed, total) : nothing}
    <span>
      ${ended ? html`<strong>${ended.message}</strong> ${ended.remedy ?? ''} ` : nothing}
      ${parts.length > 0 ? `${left.generate > 0 ? 'Partial: ' : ''}${parts.join(', ')}.` : nothing}
    </span>
  </div>`;
}

function running(audit: AuditStatus, stop: () => void): TemplateResult {
  const { phase, progress, scoring, tokensPerSecond, eta, waitingFor } = audit;
  const { total, done, failed, scored } = progress;
  const facts = [
    `${count(done)} of ${count(total)} generations`,
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    ...(scoring ? [`${count(scored)} scored`] : []),
    ...(tokensPerSecond === null ? [] : [`${count(tokensPerSecond)} tokens/s`]),
    ...(eta === null ? [] : [`about ${duration(1000 * eta)} left`]),
  ];
  const doing = { preparing: 'Preparing', running: 'Running', stopping: 'Stopping' }[phase as 'running'];
  return html`<div class="progress" role="status" aria-live="off" data-testid="progress">
    ${bar(done + failed, total)}
    <span class="number"><strong>${doing}</strong> ${facts.join(' · ')}${waitingFor ? html` <span class="dim">${waitingFor}</span>` : nothing}</span>
    ${button({
      label: '■ Stop',
      title: 'Stop the audit; what is done is kept, and can be resumed',
      disabled: phase === 'stopping',
      onClick: stop,
    })}
  </div>`;
}

function bar(done: number, total: number): TemplateResult {
  return html`<progress max=${Math.max(1, total)} value=${done} aria-label="Generations done"></progress>`;
}

function failedText(failed: number): string {
  return failed > 0 ? `, ${count(failed)} failed` : '';
}
