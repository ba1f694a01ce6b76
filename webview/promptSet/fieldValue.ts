import { noChange } from 'lit';
import { Directive, directive, type ElementPart, type PartInfo, PartType } from 'lit/directive.js';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/**
 * What a field shows of a value that others may change meanwhile: what the host said last, unless the reader is typing
 * something else. A text field grows with its text.
 */
class FieldValue extends Directive {
  #heard: unknown;

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT)
      throw new Error('fieldValue stands in an element, not in an attribute');
  }

  render(_value: string, _typing: Typing) {
    return noChange;
  }

  override update(part: ElementPart, [value, typing]: [string, Typing]) {
    const field = part.element as Field;
    // Rendered again for another reason, the value may be the one before what was just written.
    if (typing.heard === this.#heard) return noChange;
    this.#heard = typing.heard;
    if (typing.isWaitingIn(field)) return noChange; // what is typed is written soon, and heard of again
    const show = () => {
      if (field.value !== value) field.value = value;
      fit(field);
    };
    show();
    // Options of a drop-down come with this very rendering: its value is set once they are there.
    if (field instanceof HTMLSelectElement || !field.isConnected) queueMicrotask(show);
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
  /** What the host said last: another object each time. */
  heard: unknown = null;

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

  isWaitingIn(field: Element): boolean {
    return this.#waiting?.field === field;
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
