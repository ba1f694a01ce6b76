import { html, nothing, render, type TemplateResult } from 'lit';
import { type DriftProfile, isRunning } from '../../src/shared/audit.ts';
import { type Failure, FailureError } from '../../src/shared/failure.ts';
import type {
  ReportContract,
  ReportState,
  RunContent,
  RunFigures,
  RunState,
} from '../../src/shared/reportView.ts';
import { count } from '../ui/format.ts';
import type { Host } from '../ui/host.ts';
import { adoptSheets } from '../ui/sheet.ts';
import { failureBox, runHeader } from './header.ts';
import { plots } from './plots.ts';
import { isPartial, progressStrip } from './progress.ts';
import { Samples } from './samples.ts';
import { type PlotId, type ReportSettings, restoreSettings } from './settings.ts';
import { studyPage } from './studyPage.ts';
import { STYLES } from './styles.ts';
import { verdictTable } from './verdictTable.ts';

type Calls = ReportContract['calls'];
type OpenContent = Extract<RunContent, { state: 'open' }>;

/** The report view: of one run, or of several as a study. Takes state from the host and renders from it. */
export class ReportApp {
  readonly #host: Host<ReportContract>;
  readonly #root = document.createElement('main');
  readonly #top = document.createElement('div');
  #settings: ReportSettings;
  #page: ReportState['page'] = 'run';
  #can: ReportState['can'] = { resume: false, addToPromptSet: false };
  /** Null: the host has not answered yet. */
  #runs: RunState[] | null = null;
  #figures: Record<string, RunFigures> = {};
  #profiles: Record<string, DriftProfile> = {};
  #samples: { of: string; panel: Samples } | null = null;
  /** Why something that was asked for did not happen. */
  #failure: Failure | null = null;
  #frame = 0;
  #saving = 0;
  #width = 0;

  constructor(host: Host<ReportContract>) {
    this.#host = host;
    this.#settings = restoreSettings(host.saved());
    adoptSheets(STYLES);
    this.#root.className = 'report';
    this.#root.append(this.#top);
    document.body.append(this.#root);
    new ResizeObserver(() => {
      const { clientWidth } = this.#root;
      if (clientWidth !== this.#width) {
        this.#width = clientWidth;
        this.#schedule();
      }
    }).observe(this.#root);
    this.#root.addEventListener('scroll', () => this.#keep({ scrollTop: this.#root.scrollTop }), {
      passive: true,
    });
  }

  async start(): Promise<void> {
    const host = this.#host;
    host.on('runs', (runs) => {
      this.#runs = runs;
      for (const known of Object.keys(this.#figures)) {
        const run = runs.find(({ run }) => run === known);
        if (run?.content.state === 'open') continue;
        delete this.#figures[known];
        delete this.#profiles[known];
      }
      if (this.#page === 'study') this.#keep({});
      this.#schedule();
    });
    host.on('figures', ({ run, figures }) => {
      this.#figures[run] = figures;
      this.#schedule();
    });
    host.on('profile', ({ run, profile }) => {
      this.#profiles[run] = profile;
      this.#schedule();
    });
    this.#render();
    try {
      const { page, runs, figures, profiles, can } = await host.call('ready');
      this.#page = page;
      this.#runs = runs;
      this.#figures = figures;
      this.#profiles = profiles;
      this.#can = can;
      this.#keep({});
      this.#render();
      this.#root.scrollTo({ top: this.#settings.scrollTop });
    } catch (error) {
      this.#failed(error);
    }
  }

  #schedule(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  #render(): void {
    render(this.#content(), this.#top);
  }

  #content(): TemplateResult {
    const runs = this.#runs;
    const failure = this.#failure ? this.#notice(this.#failure) : nothing;
    if (!runs)
      return html`${failure}${this.#failure ? nothing : html`<div class="empty-page dim">Opening…</div>`}`;
    if (this.#page === 'study') {
      return html`${failure}
        ${studyPage(runs, this.#figures, this.#width, {
          exportAs: (format) => this.#call('exportAs', format),
          addRuns: () => this.#call('addRuns'),
          removeRun: (run) => this.#call('removeRun', run),
          openReport: (run) => this.#call('openReport', run),
          reread: (run) => this.#call('reread', run),
        })}`;
    }
    const [run] = runs;
    if (!run) return html`${failure}`;
    const { content } = run;
    if (content.state === 'open') return html`${failure} ${this.#runPage(run, content)}`;
    this.#dropSamples();
    if (content.state === 'reading')
      return html`${failure}<div class="empty-page dim">Reading ${run.name}…</div>`;
    return html`${failure}
      <div class="empty-page">
        <h1>${run.name}</h1>
        ${failureBox(content.failure, {
          again: () => this.#call('reread', run.run),
          showLog: () => this.#call('showLog'),
        })}
      </div>`;
  }

  #runPage(run: RunState, content: OpenContent): TemplateResult {
    const { head, computing } = content;
    const figures = this.#figures[run.run] ?? null;
    return html`${runHeader(
      run,
      head,
      figures,
      { can: this.#can, open: this.#settings.parameters },
      {
        exportAs: (format) => this.#call('exportAs', format),
        resume: (failedOnly) => this.#call('resume', run.run, failedOnly),
        stop: () => this.#call('stop', run.run),
        addToStudy: () => this.#call('addToStudy', run.run),
        reread: () => this.#call('reread', run.run),
        copy: (text) => this.#call('copy', text),
        showLog: () => this.#call('showLog'),
        toggleParameters: () => this.#set({ parameters: !this.#settings.parameters }),
      },
    )}
      ${progressStrip(run, head, () => this.#call('stop', run.run))}
      ${this.#statistics(run, content, figures)}
      ${figures && figures.analysis.dimensions.length > 0 ? this.#plots(run, figures) : nothing}
      <section class="samples-section" aria-labelledby="samples-title">
        <h2 id="samples-title">Samples</h2>
        ${this.#samplesOf(run, content, figures)}
      </section>
      <div class="sr-only" role="status">${computing && figures && !isPartial(head) ? 'The statistics are being made anew.' : ''}</div>`;
  }

  #statistics(
    run: RunState,
    { head, computing, failure }: OpenContent,
    figures: RunFigures | null,
  ): TemplateResult {
    const partial = isPartial(head);
    // Of a run that goes on they are made anew all the time: nothing flickers for that.
    const anew = computing && !partial;
    const broken = failure
      ? html`<div class="notice" role="alert">The statistics could not be made. ${failure.message} ${failure.remedy ?? ''}</div>`
      : nothing;
    if (!figures) {
      return html`${broken}${failure ? nothing : html`<p class="waiting dim" role="status" data-testid="computing">Making the statistics of ${count(head.samples)} samples…</p>`}`;
    }
    const { analysis } = figures;
    if (analysis.dimensions.length === 0)
      return html`${broken}${this.#nothingYet(run, head, analysis.undimensioned)}`;
    return html`${broken}
      <div class="verdicts-box ${anew ? 'computing' : ''}">
        ${verdictTable(
          analysis,
          {
            width: this.#width,
            partial,
            busy: anew,
            expanded: new Set(this.#settings.expanded),
          },
          {
            toggle: (dimension) => {
              const { expanded } = this.#settings;
              const without = expanded.filter((one) => one !== dimension);
              this.#set({ expanded: without.length < expanded.length ? without : [...expanded, dimension] });
            },
            showSamples: ({ filter, dimension }) =>
              this.#samples?.panel.only({ filter: filter ?? null, dimension: dimension ?? null }),
          },
        )}
        <p class="under-table facts">
          ${anew ? html`<span class="recomputing" data-testid="recomputing">Making the statistics anew…</span>` : nothing}
          ${
            partial && this.#isLive(run)
              ? html`<span>So far: over what is generated until now. Verdicts can still change.</span>`
              : partial
                ? html`<span>Over what is generated: verdicts are of a partial run.</span>`
                : nothing
          }
          ${analysis.undimensioned > 0 ? html`<span>${count(analysis.undimensioned)} samples have no dimension, and so no outcome.</span>` : nothing}
        </p>
      </div>`;
  }

  #isLive({ audit, elsewhere }: RunState): boolean {
    return elsewhere || (audit !== null && isRunning(audit));
  }

  #nothingYet(run: RunState, head: OpenContent['head'], undimensioned: number): TemplateResult {
    if (head.samples === 0)
      return html`<p class="waiting">The run has no samples: its prompt set was empty.</p>`;
    if (undimensioned === head.samples) {
      return html`<p class="waiting">
        No sample names a dimension, so that nothing is judged. With <code>"dimension"</code> and <code>"expect"</code> in
        the prompt set, an audit says what each answer came to. The texts and their drift are below.
      </p>`;
    }
    return html`<p class="waiting">
      No sample has an outcome of both models yet.
      ${this.#isLive(run) ? 'The verdicts come as the audit goes on.' : 'Resume the audit to go on with it.'}
    </p>`;
  }

  #plots(run: RunState, figures: RunFigures): TemplateResult {
    return plots(
      figures,
      this.#profiles[run.run] ?? null,
      { width: this.#width, closed: new Set(this.#settings.closedPlots) },
      {
        setOpen: (plot, open) => this.#setPlot(plot, open),
        showSamples: ({ labels, samples, dimension }, label) =>
          this.#samples?.panel.only({
            dimension: dimension ?? null,
            picked: label ? { label, ...(labels ? { labels } : {}), ...(samples ? { samples } : {}) } : null,
          }),
      },
    );
  }

  #setPlot(plot: PlotId, open: boolean): void {
    const { closedPlots } = this.#settings;
    if (closedPlots.includes(plot) === !open) return;
    this.#set({ closedPlots: open ? closedPlots.filter((one) => one !== plot) : [...closedPlots, plot] });
  }

  #samplesOf(run: RunState, { head }: OpenContent, figures: RunFigures | null): Node {
    if (this.#samples?.of !== run.run) {
      this.#dropSamples();
      const panel = new Samples({
        host: this.#host,
        run: run.run,
        generations: head.info.generations,
        canAdd: this.#can.addToPromptSet,
        query: this.#settings.query,
        layout: this.#settings.layout,
        sample: this.#settings.sample,
        changed: (kept) => this.#keep(kept),
        failed: (error) => this.#failed(error),
      });
      this.#samples = { of: run.run, panel };
    }
    const { panel } = this.#samples;
    const dimensions = figures?.analysis.dimensions.map(({ dimension }) => dimension) ?? [];
    panel.update(head.samples, run.version, dimensions);
    return panel.element;
  }

  #dropSamples(): void {
    this.#samples?.panel.dispose();
    this.#samples = null;
  }

  #notice({ message, remedy }: Failure): TemplateResult {
    return html`<div class="notice" role="alert">
      <span>${message} ${remedy ?? ''}</span>
      <button class="tool" aria-label="Dismiss" title="Dismiss" @click=${() => this.#dismiss()}>✕</button>
    </div>`;
  }

  #dismiss(): void {
    this.#failure = null;
    this.#schedule();
  }

  #call<K extends keyof Calls & string>(name: K, ...args: Parameters<Calls[K]>): void {
    this.#failure = null;
    this.#host.call(name, ...args).catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    if (!(error instanceof FailureError)) throw error;
    if (error.failure.kind === 'cancelled') return;
    this.#failure = error.failure;
    this.#schedule();
  }

  #set(change: Partial<ReportSettings>): void {
    this.#keep(change);
    this.#schedule();
  }

  #keep(change: Partial<ReportSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => {
      // A study is found again by its runs.
      const runs = this.#page === 'study' ? { runs: this.#runs?.map(({ run }) => run) ?? [] } : {};
      this.#host.save({ ...this.#settings, ...runs });
    }, 200);
  }
}
