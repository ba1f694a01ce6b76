import { html, nothing, type TemplateResult } from 'lit';
import type { DimensionCount, SetSummary } from '../../src/shared/promptSetView.ts';
import { count, percent } from '../ui/format.ts';

/** px of the longest bar. */
const LONGEST = 90;

/** Which colour an expectation has: those that hold back are alike in every dimension, as are those that go along. */
const TONES: Readonly<Record<string, string>> = {
  refuse: 'holds-back',
  keep: 'holds-back',
  disagree: 'holds-back',
  abstain: 'holds-back',
  polite: 'holds-back',
  comply: 'goes-along',
  tell: 'goes-along',
  agree: 'goes-along',
  answer: 'goes-along',
};

/** How the set is balanced: of every dimension a bar, parted by what is expected, with the numbers in words. */
export function footer(summary: SetSummary, search: (text: string) => void): TemplateResult {
  const most = Math.max(1, ...summary.dimensions.map(({ samples }) => samples));
  return html`<footer class="balance" aria-label="Balance of the set">
    ${summary.dimensions.map((dimension) => dimensionCount(dimension, most, summary, search))}
    ${summary.read < 1 ? html`<span class="dim">reading… ${percent(summary.read)}</span>` : nothing}
  </footer>`;
}

function dimensionCount(
  { dimension, samples, expects, reach }: DimensionCount,
  most: number,
  { needed }: SetSummary,
  search: (text: string) => void,
): TemplateResult {
  const name = dimension || 'no dimension';
  const parts = expects.filter(({ expect }) => expect !== '' || expects.length > 1);
  const words = parts.map(({ expect, samples: n }) => `${expect || 'none'} ${count(n)}`).join(', ');
  const meaning =
    dimension === ''
      ? 'No audit judges samples without a dimension.'
      : reach === 'nothing'
        ? `Too few for a verdict: a change can be found from ${needed.change} samples on.`
        : reach === 'change'
          ? `Enough to find a change; “preserved” takes about ${needed.equivalence}.`
          : 'Enough to find a change, and to say “preserved”.';
  return html`<button class="dimension" title="${name}: ${count(samples)} samples${words ? ` (${words})` : ''}. ${meaning} Click to show them."
    @click=${() => search(`dim:${dimension || '""'}`)}>
    <span class="dimension-name">${name}</span> <span class="number">${count(samples)}</span>
    ${reach === 'nothing' && dimension !== '' ? html`<span class="few" aria-label="too few for a verdict">⚠</span>` : nothing}
    <span class="bar" aria-hidden="true" .style=${`width: ${Math.max(4, Math.round((LONGEST * samples) / most))}px`}>
      ${expects.map(
        ({ expect, samples: n }) =>
          html`<span class="part ${TONES[expect] ?? (expect === '' ? 'unsaid' : 'other')}" .style=${`flex-grow: ${n}`}></span>`,
      )}
    </span>
    ${words ? html`<span class="dim parts">${words}</span>` : nothing}
  </button>`;
}
