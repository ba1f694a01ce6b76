import { nothing, type TemplateResult } from 'lit';
import type { PromptSetContract, RowKey, SampleDetail, SetFacts } from '../../src/shared/promptSetView.ts';
import type { Ask } from '../ui/calls.ts';
import type { Host } from '../ui/host.ts';
import { detailPane } from './detail.ts';
import { Typing } from './fieldValue.ts';
import type { RowActions } from './rowActions.ts';

export interface PaneOptions {
  host: Host<PromptSetContract>;
  ask: Ask<PromptSetContract>;
  setField: RowActions['setField'];
  close(): void;
  /** It shows something else now. */
  changed(): void;
}

/** The sample that the pane shows, and what is typed into it. */
export class Pane {
  /** What is being typed, to be written after a pause or when something else is shown. */
  readonly typing = new Typing();
  readonly #options: PaneOptions;
  readonly #errors = new Map<string, string>();
  #detail: SampleDetail | null = null;
  #asked = 0;

  constructor(options: PaneOptions) {
    this.#options = options;
  }

  /** Whether there is a sample to show. */
  get isFilled(): boolean {
    return this.#detail !== null;
  }

  /** Shows a row as it is now; null: none. */
  async load(key: RowKey | null): Promise<void> {
    const asked = ++this.#asked;
    const detail = key === null ? null : await this.#options.host.call('detail', key).catch(() => null);
    if (asked !== this.#asked) return;
    if (detail?.key !== this.#detail?.key) {
      this.typing.flush();
      this.#errors.clear();
    }
    this.#detail = detail;
    this.#options.changed();
  }

  empty(): void {
    this.typing.flush();
    this.#detail = null;
  }

  content(facts: SetFacts): TemplateResult | typeof nothing {
    const detail = this.#detail;
    if (!detail) return nothing;
    const { ask, setField, close, changed } = this.#options;
    const { key } = detail;
    return detailPane(
      {
        detail,
        facts,
        typing: this.typing,
        errors: this.#errors,
        setError: (field, error) => {
          if (error) this.#errors.set(field, error);
          else this.#errors.delete(field);
          changed();
        },
      },
      {
        set: (field, value) => setField(key, field, value),
        setText: (text) => ask('setText', key, text),
        fix: (problem, at) => ask('fix', key, problem.code, at),
        openComparison: (comparison) => ask('openComparison', comparison),
        openAsText: () => ask('openAsText', key),
        close,
      },
    );
  }
}
