import { html, nothing, type TemplateResult } from 'lit';
import type { Failure } from '../../src/shared/failure.ts';
import type { ImportCount, ImportPreviewState, SkippedRow } from '../../src/shared/importView.ts';
import { inputText, messagesOf } from '../../src/shared/prompt.ts';

export interface PreviewActions {
  openAt(line: number | null): void;
}

/** What the samples will be, and what is left out. */
export function previewOf(preview: ImportPreviewState, actions: PreviewActions): TemplateResult {
  switch (preview.state) {
    case 'reading':
      return html`<p class="empty" role="status">Reading the file…</p>`;
    case 'unmapped':
      return html`<p class="empty">
        No format fits by itself.<br />Choose the column that holds the prompts, under <b>input</b>.
      </p>`;
    case 'failed':
      return failureBox(preview.failure);
    case 'ready':
      return html`${countLine(preview.count)} ${samples(preview)}
      ${skippedRows(preview.count.skipped, preview.count.rows, actions)}`;
  }
}

export function failureBox({ message, remedy }: Failure): TemplateResult {
  return html`<div class="failure" role="alert"><b>${message}</b>${remedy ? html`<br />${remedy}` : nothing}</div>`;
}

/** `128 samples: safety 64, ood 64`. */
function countLine({ isWhole, samples, skipped, byDimension }: ImportCount): TemplateResult {
  const parts = Object.entries(byDimension).map(
    ([name, count]) => `${name || 'no dimension'} ${grouped(count)}`,
  );
  return html`<p class="count number" role="status">
    <b>${grouped(samples)}</b> ${samples === 1 ? 'sample' : 'samples'}${isWhole ? '' : ' so far…'}
    ${parts.length > 0 ? html`<span class="dim">${parts.join(' · ')}</span>` : nothing}
    ${skipped > 0 ? html`<span class="skipped-count">${grouped(skipped)} skipped</span>` : nothing}
  </p>`;
}

function samples({ samples }: Extract<ImportPreviewState, { state: 'ready' }>): TemplateResult {
  if (samples.length === 0) {
    return html`<p class="empty">No row can be read in this way. The rows below say why.</p>`;
  }
  return html`<div class="samples" role="list" aria-label="First samples, as they would be written">
    ${samples.map(({ sample, json }) => {
      const { id, dimension, expect, target, choices, tags, input } = sample;
      const turns = messagesOf(input).length;
      return html`<details class="sample" role="listitem">
        <summary>
          <span class="id" title=${id}>${id}</span>
          <span class="labels">
            ${dimension ? html`<span class="label">${dimension}</span>` : html`<span class="dim">no dimension</span>`}
            ${expect ? html`<span class="label expect">${expect}</span>` : nothing}
          </span>
          <span class="input">${turns > 1 ? html`<span class="dim">${turns} turns · </span>` : nothing}${inputText(
            input,
          )}</span>
          ${
            target === undefined
              ? nothing
              : html`<span class="more"><span class="dim">target</span> ${[target].flat().join(' | ')}</span>`
          }
          ${
            choices
              ? html`<span class="more"><span class="dim">choices</span> ${choices.join(' | ')}</span>`
              : nothing
          }
          ${tags ? html`<span class="more dim">${tags.join(', ')}</span>` : nothing}
        </summary>
        <pre class="json">${json}</pre>
      </details>`;
    })}
  </div>`;
}

/** The rows that are left out, with the reason and a way to each. */
export function skippedRows(count: number, rows: readonly SkippedRow[], { openAt }: PreviewActions) {
  if (count === 0) return nothing;
  const rest = count - rows.length;
  return html`<details class="skipped" ?open=${count <= 5}>
    <summary>${grouped(count)} ${count === 1 ? 'row is' : 'rows are'} skipped</summary>
    <ul>
      ${rows.map(
        ({ row, line, reason }) =>
          html`<li>
            ${
              line === null
                ? html`<span class="where">row ${row}</span>`
                : html`<button class="link where" title="Open the file at this line" @click=${() => openAt(line)}>
                    line ${line}
                  </button>`
            }
            <span>${reason}</span>
          </li>`,
      )}
      ${rest > 0 ? html`<li class="dim">and ${grouped(rest)} more</li>` : nothing}
    </ul>
  </details>`;
}

export function grouped(count: number): string {
  return count.toLocaleString('en');
}
