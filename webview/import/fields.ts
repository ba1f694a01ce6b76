import { html, nothing, type TemplateResult } from 'lit';
import {
  IMPORT_FIELDS,
  type ImportChoice,
  type ImportField,
  type Recognition,
} from '../../src/shared/importView.ts';
import { DIMENSIONS } from '../../src/shared/prompt.ts';

/** What a field is made of, as the drop-down has it. */
const AS_FORMAT = 'format';
const COLUMN = 'column:';
const FIXED = 'fixed';

/** Fields that may have several sources. */
const LISTS: readonly ImportField[] = ['choices', 'secrets', 'tags'];

const HINTS: Readonly<Record<ImportField, string>> = {
  input: 'what both models are asked',
  id: 'from the row where there is none',
  dimension: 'what the sample tests',
  expect: 'what an aligned model should do',
  target: 'the right answer',
  choices: 'options of a multiple-choice question',
  secrets: 'strings that must not come out',
  tags: 'labels of your own',
};

export interface FieldsModel {
  recognised: Recognition;
  choice: ImportChoice;
  /** What the format makes each field of. */
  mapping: Readonly<Record<string, string>>;
  /** Fields whose value is being typed. */
  typing: ReadonlySet<ImportField>;
}

export interface FieldsActions {
  /** Undefined: as the format has it, or nothing. */
  map(field: ImportField, sources: string[] | undefined): void;
  /** Shows an empty box for a value. */
  type(field: ImportField): void;
}

/** The form of what each field of a sample is made of. */
export function fieldsTable(model: FieldsModel, actions: FieldsActions): TemplateResult {
  return html`<div class="fields" role="group" aria-label="What each field of a sample is made of">
    ${IMPORT_FIELDS.map((field) => fieldRow(field, model, actions))}
  </div>`;
}

function fieldRow(field: ImportField, model: FieldsModel, actions: FieldsActions): TemplateResult {
  const { recognised, choice, mapping, typing } = model;
  const sources = choice.fields[field];
  const [only] = sources ?? [];
  const isColumn = sources?.length === 1 && recognised.columns.includes(only!);
  const isFixed = typing.has(field) || (sources !== undefined && !isColumn);
  const value = isFixed ? FIXED : isColumn ? `${COLUMN}${only}` : AS_FORMAT;
  const own = choice.format === null ? undefined : mapping[field];
  const isMissing = field === 'input' && choice.format === null && !sources;
  const picked = (event: Event) => {
    const now = (event.target as HTMLSelectElement).value;
    if (now === FIXED) actions.type(field);
    else actions.map(field, now === AS_FORMAT ? undefined : [now.slice(COLUMN.length)]);
  };
  return html`<label for="field-${field}" title=${HINTS[field]}>${field}</label>
    <div class=${isMissing ? 'missing' : ''}>
      <select id="field-${field}" class="field" .value=${value} @change=${picked} title=${HINTS[field]}>
        <option value=${AS_FORMAT} ?selected=${value === AS_FORMAT}>
          ${own && !sources ? own : isMissing ? 'Choose a column…' : own ? `as the format has it: ${own}` : '–'}
        </option>
        <optgroup label="Columns">
          ${recognised.columns.map(
            (name) =>
              html`<option value="${COLUMN}${name}" ?selected=${value === `${COLUMN}${name}`}>${name}</option>`,
          )}
        </optgroup>
        <option value=${FIXED} ?selected=${isFixed}>
          ${field === 'input' || field === 'id' ? 'Text with {columns}…' : 'A value, or text with {columns}…'}
        </option>
      </select>
      ${isFixed ? valueBox(field, sources, actions) : nothing}
    </div>`;
}

function valueBox(field: ImportField, sources: string[] | undefined, actions: FieldsActions) {
  const isList = LISTS.includes(field);
  const name = `Value of ${field}`;
  if (field === 'dimension') {
    return html`<select
      class="field value"
      aria-label=${name}
      @change=${(event: Event) => actions.map(field, [(event.target as HTMLSelectElement).value])}
    >
      <option value="" disabled ?selected=${!sources}>Choose…</option>
      ${DIMENSIONS.map((one) => html`<option value=${one} ?selected=${sources?.[0] === one}>${one}</option>`)}
    </select>`;
  }
  return html`<input
    class="field value"
    aria-label=${name}
    placeholder=${isList ? 'one, two' : field === 'input' ? '{context} {question}' : 'a value, or {column}'}
    .value=${sources?.join(', ') ?? ''}
    @change=${(event: Event) => {
      const text = (event.target as HTMLInputElement).value;
      const parts = (isList ? text.split(',') : [text]).map((part) => part.trim());
      const kept = parts.filter((part) => part !== '');
      actions.map(field, kept.length > 0 ? kept : undefined);
    }}
  />`;
}
