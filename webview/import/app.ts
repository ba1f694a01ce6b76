import { html, nothing, render, type TemplateResult } from 'lit';
import type { Failure } from '../../src/shared/failure.ts';
import type {
  ImportChoice,
  ImportContract,
  ImportField,
  ImportRequest,
  ImportState,
} from '../../src/shared/importView.ts';
import base from '../ui/base.css';
import { type Ask, asking, failureOf } from '../ui/calls.ts';
import type { Host } from '../ui/host.ts';
import { adoptSheets } from '../ui/sheet.ts';
import { fieldsTable } from './fields.ts';
import styles from './import.css';
import { failureBox, grouped, previewOf, skippedRows } from './preview.ts';

/** In the drop-down of formats. */
const BY_HAND = '';
const KEPT = 'kept:';

/** The import view: what a file is read as, what comes of it, and where it goes. Nothing is written before the button. */
export class ImportApp {
  readonly #host: Host<ImportContract>;
  readonly #call: Ask<ImportContract>;
  readonly #root = document.createElement('main');
  #state: ImportState | null = null;
  #failure: Failure | null = null;
  #typing = new Set<ImportField>();
  #target: ImportRequest['target'] | null = null;
  #skipCopies = true;
  /** Null: the mapping is not kept. */
  #keepAs: string | null = null;

  constructor(host: Host<ImportContract>) {
    this.#host = host;
    this.#call = asking(host, (failure) => this.#showFailure(failure));
  }

  async start(): Promise<void> {
    adoptSheets([base, styles]);
    document.body.append(this.#root);
    this.#host.on('changed', (state) => this.#show(state));
    try {
      this.#show(await this.#host.call('ready'));
    } catch (error) {
      this.#showFailure(failureOf(error));
    }
  }

  #show(state: ImportState): void {
    this.#state = state;
    if (!this.#target && state.suggested !== '') {
      this.#target = state.into
        ? { kind: 'existing', path: state.into }
        : { kind: 'new', path: state.suggested };
    }
    this.#render();
  }

  #render(): void {
    const state = this.#state;
    if (!state) {
      render(this.#failure ? failureBox(this.#failure) : html`<p class="empty">Opening…</p>`, this.#root);
      return;
    }
    render(
      html`<header>
          <h1>Import <span class="file">${state.file.name}</span></h1>
          <span class="dim path">${state.file.path}</span>
          ${
            state.recognised
              ? html`<span class="dim">${state.recognised.container} · ${state.recognised.columns.length} ${state.recognised.columns.length === 1 ? 'column' : 'columns'}</span>`
              : nothing
          }
        </header>
        ${this.#failure ? failureBox(this.#failure) : nothing}
        <div class="parts">
          <form class="settings" @submit=${(event: Event) => event.preventDefault()}>
            ${this.#settings(state)}
          </form>
          <section class="preview" aria-label="Preview">
            ${
              state.work.state === 'done'
                ? this.#report(state.work)
                : previewOf(state.preview, { openAt: (line) => this.#call('openAt', line) })
            }
          </section>
        </div>
        <footer>${this.#footer(state)}</footer>`,
      this.#root,
    );
  }

  #settings(state: ImportState): TemplateResult {
    const { recognised, preview } = state;
    if (!recognised) return html``;
    return html`<fieldset ?disabled=${state.work.state === 'writing'}>
      <h2><label for="format">Read as</label></h2>
      ${this.#formats(state)}
      ${this.#why(state)}
      <h2>Fields</h2>
      ${fieldsTable(
        {
          recognised,
          choice: state.choice,
          mapping: preview.state === 'ready' ? preview.mapping : {},
          typing: this.#typing,
        },
        {
          map: (field, sources) => this.#map(field, sources),
          type: (field) => {
            this.#typing.add(field);
            this.#render();
          },
        },
      )}
      <p class="dim note">Columns that no field names become metadata, with file and row as provenance.</p>
      ${this.#keeping(state)}
      <h2>Into</h2>
      ${this.#targets(state)}
    </fieldset>`;
  }

  /** Why the file was recognised as what it was, for as long as it is read so; and whose data it is. */
  #why({ recognised, choice, preview }: ImportState): TemplateResult {
    const { formats, why, sureness } = recognised!;
    const chosen = formats.find(({ name }) => name === choice.format);
    const [first] = formats.filter(({ fits }) => fits);
    const isFirst = choice.format === (first?.name ?? null);
    const isMapped = choice.format === null && preview.state === 'ready' && sureness === 'none';
    return html`${isFirst && !isMapped ? html`<p class="why ${sureness}">${why}</p>` : nothing}
      ${chosen?.licence ? html`<p class="dim note">Licence of the data: ${chosen.licence}</p>` : nothing}`;
  }

  #formats({ recognised, choice }: ImportState): TemplateResult {
    const { formats, kept } = recognised!;
    const same = kept.find((one) => JSON.stringify(one.choice) === JSON.stringify(choice));
    const value = same ? `${KEPT}${same.name}` : (choice.format ?? BY_HAND);
    const option = (name: string, label: string) =>
      html`<option value=${name} ?selected=${name === value}>${label}</option>`;
    const fitting = formats.filter(({ fits }) => fits);
    const others = formats.filter(({ fits }) => !fits);
    return html`<select
      id="format"
      class="field"
      @change=${(event: Event) => {
        const now = (event.target as HTMLSelectElement).value;
        const mapping = kept.find(({ name }) => `${KEPT}${name}` === now);
        this.#typing.clear();
        this.#choose(mapping?.choice ?? { format: now === BY_HAND ? null : now, fields: {} });
      }}
    >
      ${
        kept.length > 0
          ? html`<optgroup label="Mappings of this workspace">
              ${kept.map(({ name }) => option(`${KEPT}${name}`, name))}
            </optgroup>`
          : nothing
      }
      ${
        fitting.length > 0
          ? html`<optgroup label="Fits">${fitting.map(({ name, title }) => option(name, `${title} (${name})`))}</optgroup>`
          : nothing
      }
      <optgroup label="By hand">${option(BY_HAND, 'Mapped by hand')}</optgroup>
      <optgroup label="Other formats">
        ${others.map(({ name, title }) => option(name, `${title} (${name})`))}
      </optgroup>
    </select>`;
  }

  #keeping({ choice, file }: ImportState): TemplateResult | typeof nothing {
    if (Object.keys(choice.fields).length === 0) return nothing;
    const suggestion = file.name.replace(/\.\w+$/, '');
    return html`<label class="check">
        <input
          type="checkbox"
          .checked=${this.#keepAs !== null}
          @change=${(event: Event) => {
            this.#keepAs = (event.target as HTMLInputElement).checked ? suggestion : null;
            this.#render();
          }}
        />
        Keep this mapping for files with these columns
      </label>
      ${
        this.#keepAs === null
          ? nothing
          : html`<input
                class="field"
                aria-label="Name of the mapping"
                .value=${this.#keepAs}
                @input=${(event: Event) => {
                  this.#keepAs = (event.target as HTMLInputElement).value;
                }}
              />
              <p class="dim note">Kept in .driftscope/mappings.json, for everybody who has the folder.</p>`
      }`;
  }

  #targets({ sets }: ImportState): TemplateResult {
    const target = this.#target;
    if (!target) return html``;
    const choose = (kind: 'new' | 'existing', path: string) => {
      this.#target = { kind, path };
      this.#render();
    };
    const radio = (kind: 'new' | 'existing', label: string, path: string, disabled = false) =>
      html`<label class="check"
        ><input
          type="radio"
          name="target"
          .checked=${target.kind === kind}
          ?disabled=${disabled}
          @change=${() => choose(kind, path)}
        />${label}</label
      >`;
    return html`<div role="radiogroup" aria-label="Into">
        ${radio('new', 'A new prompt set', this.#state!.suggested)}
        ${
          target.kind === 'new'
            ? html`<input
                class="field"
                aria-label="Name of the new set"
                .value=${target.path}
                @input=${(event: Event) => {
                  this.#target = { kind: 'new', path: (event.target as HTMLInputElement).value };
                }}
              />`
            : nothing
        }
        ${radio('existing', 'A set that is there', sets[0] ?? '', sets.length === 0)}
      </div>
      ${
        target.kind === 'existing'
          ? html`<select
                class="field"
                aria-label="Set"
                @change=${(event: Event) => choose('existing', (event.target as HTMLSelectElement).value)}
              >
                ${sets.map((path) => html`<option value=${path} ?selected=${path === target.path}>${path}</option>`)}
              </select>
              <label class="check"
                ><input
                  type="checkbox"
                  .checked=${this.#skipCopies}
                  @change=${(event: Event) => {
                    this.#skipCopies = (event.target as HTMLInputElement).checked;
                  }}
                />Leave out what the set asks already</label
              >`
          : nothing
      }`;
  }

  #footer({ preview, work, choice }: ImportState): TemplateResult {
    if (work.state === 'writing') {
      const { written, skipped, total } = work;
      const share = total ? Math.min(1, (written + skipped) / total) : null;
      return html`<progress max="1" .value=${share ?? nothing} aria-label="Importing"></progress>
        <span class="number" role="status"
          >${grouped(written)} ${total ? `of ${grouped(total)}` : ''} written${skipped ? `, ${grouped(skipped)} skipped` : ''}</span
        >
        <span class="push"></span>
        <button class="action" @click=${() => this.#call('cancel')}>Cancel</button>`;
    }
    if (work.state === 'done') {
      return html`<button class="action primary" @click=${() => this.#call('openSet')}>Open Prompt Set</button>
        <button class="action" @click=${() => this.#call('close')}>Close</button>`;
    }
    const count = preview.state === 'ready' ? preview.count : null;
    const isReady = count !== null && count.samples > 0;
    const label =
      isReady && count.isWhole
        ? `Import ${grouped(count.samples)} ${count.samples === 1 ? 'Sample' : 'Samples'}`
        : 'Import';
    return html`${work.state === 'failed' ? failureBox(work.failure) : nothing}
      <button
        class="action primary"
        ?disabled=${!isReady || !this.#target}
        @click=${() => this.#start(choice)}
      >
        ${label}
      </button>
      <button class="action" @click=${() => this.#call('close')}>Cancel</button>
      <span class="dim">Nothing is written until then.</span>`;
  }

  #report(work: Extract<ImportState['work'], { state: 'done' }>): TemplateResult {
    const { set, written, copies, skipped, rows, keptAs } = work;
    return html`<div class="report" role="status">
      <h2>${grouped(written)} ${written === 1 ? 'sample' : 'samples'} imported</h2>
      <p>Into <b>${set}</b>.</p>
      ${copies > 0 ? html`<p>${grouped(copies)} left out: the set asks them already.</p>` : nothing}
      ${keptAs === null ? nothing : html`<p>The mapping is kept as <b>${keptAs}</b>.</p>`}
      ${
        skipped === 0
          ? html`<p class="dim">No row was skipped.</p>`
          : skippedRows(skipped, rows, { openAt: (line) => this.#call('openAt', line) })
      }
    </div>`;
  }

  #map(field: ImportField, sources: string[] | undefined): void {
    this.#typing.delete(field);
    const { [field]: _before, ...rest } = this.#state!.choice.fields;
    this.#choose({
      format: this.#state!.choice.format,
      fields: sources ? { ...rest, [field]: sources } : rest,
    });
  }

  #choose(choice: ImportChoice): void {
    // Shown at once: what is changed next goes on top of it, also before the host has answered.
    this.#state = { ...this.#state!, choice };
    this.#call('choose', choice);
    this.#render();
  }

  #start({ fields }: ImportChoice): void {
    const keepAs = Object.keys(fields).length > 0 ? this.#keepAs?.trim() || null : null;
    this.#call('start', { target: this.#target!, skipCopies: this.#skipCopies, keepAs });
  }

  #showFailure(failure: Failure | null): void {
    this.#failure = failure;
    this.#render();
  }
}
