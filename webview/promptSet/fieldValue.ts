import { noChange } from 'lit';
import { Directive, directive, type ElementPart, type PartInfo, PartType } from 'lit/directive.js';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/**
 * What a field shows of a value that others may change meanwhile: the new value, unless the reader is typing another.
 * A text field grows with its text.
 */
class FieldValue extends Directive {
  #model: string | undefined;
  #shown = '';

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT)
      throw new Error('fieldValue stands in an element, not in an attribute');
  }

  render(_value: string) {
    return noChange;
  }

  override update(part: ElementPart, [value]: [string]) {
    const field = part.element as Field;
    if (value !== this.#model) {
      const isTyped = field.value !== this.#shown && field === document.activeElement;
      // Options of a drop-down come with this very rendering: its value is set once they are there.
      const show = () => {
        if (field.value !== value) field.value = value;
        fit(field);
      };
      if (!isTyped || field.value === value) {
        show();
        if (field instanceof HTMLSelectElement || !field.isConnected) queueMicrotask(show);
        this.#shown = value;
      }
      this.#model = value;
    }
    return noChange;
  }
}

export const fieldValue = directive(FieldValue);

/** As tall as its text, up to the limit that CSS sets. */
export function fit(field: Element): void {
  if (!(field instanceof HTMLTextAreaElement) || field.dataset.sized) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + 2}px`;
}

/** ms of quiet after which what was typed is written into the document. */
const QUIET_MS = 350;

/** Writes what is typed into fields: after a pause, or when the field is left. */
export class Typing {
  #waiting: { field: Field; timer: number; commit: () => void } | null = null;

  /** The events of a field whose value goes to `commit`. */
  listeners(commit: (value: string) => void) {
    return {
      input: (event: Event) => {
        const field = event.currentTarget as Field;
        fit(field);
        this.flush(field);
        this.#cancel();
        const timer = window.setTimeout(() => this.flush(), QUIET_MS);
        this.#waiting = { field, timer, commit: () => commit(field.value) };
      },
      change: (event: Event) => {
        const field = event.currentTarget as Field;
        if (this.#waiting?.field === field) this.flush();
        else if (field instanceof HTMLSelectElement) commit(field.value);
      },
    };
  }

  /** Whether something is typed that is not in the document yet. */
  get isWaiting(): boolean {
    return this.#waiting !== null;
  }

  /** Writes what waits; given a field, what waits in another. */
  flush(except?: Field): void {
    const waiting = this.#waiting;
    if (!waiting || waiting.field === except) return;
    this.#cancel();
    waiting.commit();
  }

  #cancel(): void {
    if (this.#waiting) clearTimeout(this.#waiting.timer);
    this.#waiting = null;
  }
}
