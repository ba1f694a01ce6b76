import { html, nothing, type TemplateResult } from 'lit';
import type { Failure } from '../../src/shared/failure.ts';
import type { Job, Working } from '../../src/shared/promptSetView.ts';

/** Work is shown once it has taken so long, in ms. */
const PATIENCE_MS = 700;

interface Progress {
  what: string;
  /** 0 to 1. */
  share: number;
  /** Of `performance.now()`. */
  since: number;
}

/** What takes time just now, by what it is. */
export type Jobs = ReadonlyMap<Job, Progress>;

export function jobsAfter(jobs: Jobs, { job, now }: Working): Jobs {
  const after = new Map(jobs);
  if (now) after.set(job, { ...now, since: jobs.get(job)?.since ?? performance.now() });
  else after.delete(job);
  return after;
}

/** What goes on, with a way to stop it. A search that is over soon is not worth a flicker. */
export function progressNotices(jobs: Jobs, stop: (job: Job) => void): TemplateResult[] {
  return [...jobs]
    .filter(([job, { since }]) => job === 'compare' || performance.now() - since > PATIENCE_MS)
    .map(
      ([job, { what, share }]) => html`<div class="notice progress" role="status">
        <span>${what}…</span>
        <progress max="1" .value=${share} aria-label=${what}></progress>
        <button class="link" @click=${() => stop(job)}>Stop</button>
      </div>`,
    );
}

export function failureNotice(failure: Failure | null, dismiss: () => void): TemplateResult | typeof nothing {
  if (!failure) return nothing;
  return html`<div class="notice failure" role="alert">
    <span>${failure.message}${failure.remedy ? html` <span class="dim">${failure.remedy}</span>` : nothing}</span>
    <span class="spring"></span>
    <button class="tool" aria-label="Dismiss" @click=${dismiss}>✕</button>
  </div>`;
}

export function readOnlyNotice(why: string | null): TemplateResult | typeof nothing {
  return why === null ? nothing : html`<p class="notice read-only" role="status">${why}</p>`;
}
