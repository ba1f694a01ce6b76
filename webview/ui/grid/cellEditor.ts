import { html, nothing, type TemplateResult } from 'lit';
import type { CellEdit } from './columns.ts';

/** What ends an edit, and where the cursor goes next. */
export type EditEnd =
  | { kind: 'commit'; value: string; next: 'down' | 'up' | 'right' | 'left' | 'stay' }
  | { kind: 'cancel' };

export interface CellEditorOptions {
  edit: CellEdit;
  /** What was typed to begin the edit, in place of the value; null: the value is edited. */
  typed: string | null;
  label: string;
  /** Unique on the page. */
  id: string;
  end(end: EditEnd): void;
}

/** The control inside a cell that is edited. It takes the focus with {@link focusEditor} once it is on the page. */
export function cellEditor({ edit, typed, label, id, end }: CellEditorOptions): TemplateResult {
  const commit = (event: Event, next: Extract<EditEnd, { kind: 'commit' }>['next']) =>
    end({ kind: 'commit', value: (event.currentTarget as HTMLInputElement).value, next });
  const pressed = (event: KeyboardEvent) => {
    // Keys of the field are its own: also Ctrl+Z, which would otherwise undo what was done before in the document.
    const isCommand = (event.ctrlKey || event.metaKey) && !'azycxv'.includes(event.key.toLowerCase());
    if (!isCommand) event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      end({ kind: 'cancel' });
    } else if (event.key === 'Enter' && event.altKey && edit.kind === 'text' && edit.multiline) {
      event.preventDefault();
      insertText(event.currentTarget as HTMLTextAreaElement, '\n');
    } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      commit(event, event.shiftKey ? 'up' : 'down');
    } else if (event.key === 'Tab') {
      event.preventDefault();
      commit(event, event.shiftKey ? 'left' : 'right');
    }
  };
  const left = (event: Event) => commit(event, 'stay');
  if (edit.kind === 'choice') {
    const known = edit.choices.some(({ value }) => value === edit.value);
    return html`<select class="cell-input" aria-label=${label} @keydown=${pressed} @blur=${left}
      @change=${(event: Event) => commit(event, 'stay')}>
      ${known ? nothing : html`<option value=${edit.value} selected>${edit.value}</option>`}
      ${edit.choices.map(
        (choice) =>
          html`<option value=${choice.value} ?selected=${choice.value === edit.value}>${choice.label}</option>`,
      )}
    </select>`;
  }
  const value = typed ?? edit.value;
  if (edit.multiline) {
    return html`<textarea class="cell-input" rows="1" spellcheck="false" aria-label=${label} .value=${value}
      @keydown=${pressed} @blur=${left} @input=${(event: Event) => fit(event.currentTarget as HTMLElement)}></textarea>`;
  }
  const list = edit.suggestions?.length ? `${id}-list` : null;
  return html`<input class="cell-input" spellcheck="false" autocomplete="off" aria-label=${label} .value=${value}
      list=${list ?? nothing} @keydown=${pressed} @blur=${left} />
    ${list ? html`<datalist id=${list}>${edit.suggestions!.map((s) => html`<option value=${s}></option>`)}</datalist>` : nothing}`;
}

/** Puts the caret behind what is there, or opens the choices. */
export function focusEditor(control: HTMLElement): void {
  control.focus({ preventScroll: true });
  if (control instanceof HTMLSelectElement) {
    try {
      control.showPicker();
    } catch {
      // Not by a gesture of the reader's: it stays closed.
    }
    return;
  }
  const field = control as HTMLInputElement | HTMLTextAreaElement;
  field.setSelectionRange(field.value.length, field.value.length);
  if (field instanceof HTMLTextAreaElement) fit(field);
}

/** As tall as its text; CSS sets the limit. */
function fit(field: HTMLElement): void {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + 2}px`;
}

function insertText(field: HTMLTextAreaElement, text: string): void {
  field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
  fit(field);
}
