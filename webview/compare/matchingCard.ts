import { html, nothing, type TemplateResult } from 'lit';
import type { CheckState } from '../../src/shared/comparison.ts';
import { headline, type MatchingCheck, matchingWord } from '../../src/shared/probe.ts';
import { matchingTable, resultMark } from '../ui/matching.ts';
import { popover } from '../ui/popover.ts';
import { button } from '../ui/toolkit.ts';

/** Whether the pair matches, on one line; what each check saw when it is opened. Nothing where nobody looked. */
export function matchingCard(
  check: CheckState | undefined,
  actions: { checkPair(): void },
): TemplateResult | typeof nothing {
  if (!check) return nothing;
  switch (check.state) {
    case 'checking':
      return html`<span class="matched said busy" title="Who runs both models, and what their servers can score. The first comparison of a pair tries that out."
        >checking the pair…</span
      >`;
    case 'failed':
      return html`<span class="matched said warning" title="${check.failure.message} ${check.failure.remedy ?? ''}"
        >not checked</span
      >`;
    case 'checked':
      return checked(check.check.matching, check.check.fault, actions);
  }
}

function checked(matching: readonly MatchingCheck[], fault: string | null, actions: { checkPair(): void }) {
  const shown = headline(matching);
  const differing = shown.filter(({ result }) => result === 'differs');
  const label = html`<span class="dim">matched:</span> ${shown.map(
    (check) =>
      html`<span class="match-item ${check.result}">${matchingWord(check)} ${resultMark(check.result)}</span>`,
  )}${fault ? html`<span class="match-item differs">scores ${resultMark('differs')}</span>` : nothing}`;
  const words = shown.map((check) => `${check.title} ${check.result}`).join(', ');
  const name = `Matching of the pair: ${words}`;
  const title = differing
    .map(({ title, detail }) => `${title} differs${detail ? `: ${detail}` : ''}`)
    .join('\n');
  return popover({
    className: 'matched',
    name,
    title: title || 'What both models have in common',
    label,
    content: html`<div class="matching-card">
      ${fault ? html`<p class="match-fault">${fault} No divergence is shown.</p>` : nothing}
      ${matchingTable(matching)}
      <div class="matching-foot">
        ${button({
          label: 'Check Pair',
          title: 'Try out again what both servers can score, and whether the models match',
          onClick: actions.checkPair,
        })}
      </div>
    </div>`,
  });
}
