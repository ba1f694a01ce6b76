import { nothing, type TemplateResult } from 'lit';
import type { PromptSetContract, RowKey, SampleDetail, SetFacts } from '../../src/shared/promptSetView.ts';
import type { Ask } from '../ui/calls.ts';
import type { Host } from '../ui/host.ts';
import { type Draft, detailPane } from './detail.ts';
import { Typing } from './fieldValue.ts';
import type { RowActions } from './rowActions.ts';

export interface PaneOptions {
  host: Host<PromptSetContract>;
  ask: Ask<PromptSetContract>;
  setField: RowActions['setField'];
  close(): void;
  /** It shows something else now. */
  changed(): void;
  /** Draws it at once. */
  draw(): void;
}

/** The sample that the pane shows, and what is typed into it. */
export class Pane {
  /** What is being typed, to be written after a pause or when something else is shown. */
  readonly typing = new Typing();
  readonly #options: PaneOptions;
  readonly #drafts = new Map<RowKey, Map<string, Draft>>();
  #detail: SampleDetail | null = null;
  #asked = 0;
  /** Writes under way. */
  #writing = 0;

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
    // The last write asks again: until then this may be the text before it.
    if (this.#writing > 0 && detail?.key === this.#detail?.key) return;
    if (detail?.key !== this.#detail?.key) this.typing.flush();
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
    const { ask, close, changed } = this.#options;
    const { key } = detail;
    return detailPane(
      {
        detail,
        facts,
        typing: this.typing,
        drafts: this.#drafts.get(key) ?? new Map(),
        setDraft: (field, draft) => {
          this.#setDraft(key, field, draft);
          changed();
        },
        showSaved: (field) => {
          this.#setDraft(key, field, null);
          // Another object: fields show anew what they are given.
          if (this.#detail?.key === key) this.#detail = { ...this.#detail };
          changed();
        },
      },
      {
        set: (field, value) => this.#write(detail, field, value),
        setText: (text) => ask('setText', key, text),
        fix: (problem, at) => ask('fix', key, problem.code, at),
        openComparison: (comparison) => ask('openComparison', comparison),
        openAsText: () => ask('openAsText', key),
        close,
      },
    );
  }

  #setDraft(key: RowKey, field: string, draft: Draft | null): void {
    const drafts = this.#drafts.get(key) ?? new Map<string, Draft>();
    if (draft) drafts.set(field, draft);
    else drafts.delete(field);
    this.#drafts.set(key, drafts);
  }

  /** Writes a field, and shows at once what it will say: whatever is done next is done to that. */
  #write({ key }: SampleDetail, field: string, value: unknown): void {
    const { setField, draw } = this.#options;
    if (this.#detail?.key === key) this.#detail = written(this.#detail, field, value);
    draw(); // a click may follow in the same moment
    this.#writing++;
    void setField(key, field, value).finally(() => {
      if (--this.#writing === 0 && this.#detail) void this.load(this.#detail.key);
    });
  }
}

/** A sample whose field of several parts has another value; other fields are no more than what was typed into them. */
function written(detail: SampleDetail, field: string, value: unknown): SampleDetail {
  if (detail.kind === 'broken') return detail;
  switch (field) {
    case 'input':
    case 'target':
      return { ...detail, [field]: value ?? null };
    case 'choices':
    case 'secrets':
      return { ...detail, [field]: value ?? [] };
    default:
      return detail;
  }
}
