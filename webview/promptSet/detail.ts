import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { DIMENSIONS, type Message } from '../../src/shared/prompt.ts';
import type { RowProblem, SampleDetail, SampleResult, SetFacts } from '../../src/shared/promptSetView.ts';
import { driftText, resultHeadline, resultText } from './columns.ts';
import { fieldValue, type Typing } from './fieldValue.ts';

type Sample = Extract<SampleDetail, { kind: 'sample' }>;

export interface DetailActions {
  /** Gives one field another value; undefined takes it away. */
  set(field: string, value: unknown): void;
  setText(text: string): void;
  fix(problem: RowProblem, fix: number): void;
  openComparison(comparison: string): void;
  openAsText(): void;
  close(): void;
}

/** What was typed as JSON and cannot be read, so that it is in the view alone. */
export interface Draft {
  text: string;
  /** What is wrong with it. */
  error: string;
}

export interface DetailModel {
  detail: SampleDetail;
  facts: SetFacts;
  typing: Typing;
  /** Of this sample, by field. */
  drafts: ReadonlyMap<string, Draft>;
  /** @param draft null: what the field shows is saved */
  setDraft(field: string, draft: Draft | null): void;
  /** Gives a draft up. */
  showSaved(field: string): void;
}

const ROLES: readonly Message['role'][] = ['system', 'user', 'assistant'];

/** The pane in which a whole sample is edited. */
export function detailPane(model: DetailModel, actions: DetailActions): TemplateResult {
  const { detail, facts, typing } = model;
  typing.heard = detail;
  const title = detail.kind === 'sample' && detail.id !== '' ? detail.id : `Line ${detail.line}`;
  return html`<section class="detail" aria-label="The whole sample">
    <header class="detail-head">
      <h2 title=${title}>${title}</h2>
      <button class="link" title="Open the file as text at this line" @click=${actions.openAsText}>line ${detail.line}</button>
      <span class="spring"></span>
      <button class="tool" aria-label="Close the pane" title="Close the pane" @click=${actions.close}>✕</button>
    </header>
    ${keyed(
      detail.key,
      html`<fieldset class="detail-body" ?disabled=${facts.readOnly !== null}>
        ${problemList(detail, facts, actions)}
        ${detail.kind === 'broken' ? brokenLine(detail, model, actions) : sampleFields(detail, model, actions)}
      </fieldset>`,
    )}
  </section>`;
}

function problemList(detail: SampleDetail, { readOnly }: SetFacts, { fix }: DetailActions) {
  if (detail.problems.length === 0) return nothing;
  return html`<ul class="problem-list">
    ${detail.problems.map(
      (problem) => html`<li class="problem ${problem.severity}">
        <span class="problem-mark" aria-label=${problem.severity}>${problem.severity === 'error' ? '✕' : '⚠'}</span>
        <span>${problem.message}
          ${readOnly === null ? problem.fixes.slice(0, 3).map((title, at) => html`<button class="link fix" @click=${() => fix(problem, at)}>${title}</button> `) : nothing}
        </span>
      </li>`,
    )}
  </ul>`;
}

function brokenLine({ text }: { text: string }, { typing }: DetailModel, { setText }: DetailActions) {
  return html`${row(
    'The line as text',
    area('The line as text', text, typing, setText, 'code'),
    'It is no JSON object, so that it can only be edited as a whole.',
  )}`;
}

function sampleFields(detail: Sample, model: DetailModel, actions: DetailActions): TemplateResult {
  const { facts, typing } = model;
  const { set } = actions;
  const known = DIMENSIONS.find((name) => name === detail.dimension);
  const expects = (known && facts.expectations[known]) ?? null;
  return html`
    <div class="pair-of-fields">
      ${row(
        'ID',
        line('ID', detail.id, typing, (value) => set('id', value)),
      )}
      ${row(
        'Dimension',
        choice('Dimension', detail.dimension, DIMENSIONS, typing, (value) =>
          set('dimension', value || undefined),
        ),
      )}
      ${row(
        'Expect',
        expects && (expects.length > 0 || detail.expect !== '')
          ? choice('Expect', detail.expect, expects, typing, (value) => set('expect', value || undefined))
          : expects
            ? html`<span class="dim none">by the target</span>`
            : line('Expect', detail.expect, typing, (value) => set('expect', value || undefined)),
      )}
    </div>
    ${detail.input === null ? nothing : inputField(detail.input, model, actions)}
    ${targetField(detail, model, actions)}
    ${textList('Choices', 'choice', detail.choices, typing, (items) => set('choices', items.length ? items : undefined), 'The answers to choose from, in their order')}
    ${textList('Secrets', 'secret', detail.secrets, typing, (items) => set('secrets', items.length ? items : undefined), 'Strings of the input that an answer must not give away')}
    ${row(
      'Tags',
      line('Tags', detail.tags.join(', '), typing, (value) => set('tags', tagsIn(value)), 'comma, separated'),
    )}
    ${jsonField('metadata', 'Metadata', detail.metadata, model, actions)}
    ${detail.fields.map(({ name, json }) => jsonField(name, name, json, model, actions))}
    ${
      detail.provenance.length === 0
        ? nothing
        : row(
            'Where it came from',
            html`<dl class="provenance">${detail.provenance.map(({ name, value }) => html`<dt>${name.replaceAll('_', ' ')}</dt><dd>${value}</dd>`)}</dl>`,
          )
    }
    ${row('History of results', history(detail.history, actions))}
  `;
}

/** Words between commas; undefined: none. */
export function tagsIn(text: string): string[] | undefined {
  const tags = text.split(',').map((tag) => tag.trim());
  const named = [...new Set(tags.filter((tag) => tag !== ''))];
  return named.length > 0 ? named : undefined;
}

function inputField(input: string | Message[], { typing }: DetailModel, { set }: DetailActions) {
  const isChat = Array.isArray(input);
  const messages: Message[] = isChat ? input : [{ role: 'user', content: input }];
  const put = (next: Message[]) => set('input', next);
  const at = (index: number, change: Partial<Message>) =>
    put(messages.map((message, place) => (place === index ? { ...message, ...change } : message)));
  const swapped = (index: number, other: number) => {
    const next = [...messages];
    [next[index], next[other]] = [next[other]!, next[index]!];
    put(next);
  };
  const kind = html`<span class="switch" role="group" aria-label="Kind of input">
    <button class="segment" aria-pressed=${isChat ? 'false' : 'true'} ?disabled=${isChat && messages.length > 1}
      title=${isChat && messages.length > 1 ? 'A single prompt has one message: remove the others first' : 'One prompt'}
      @click=${() => isChat && set('input', messages[0]?.content ?? '')}>Prompt</button>
    <button class="segment" aria-pressed=${isChat ? 'true' : 'false'} title="Messages with roles"
      @click=${() => !isChat && put(messages)}>Chat</button>
  </span>`;
  if (!isChat)
    return row(
      'Input',
      area('Input', input, typing, (value) => set('input', value)),
      undefined,
      kind,
    );
  return row(
    'Input',
    html`<div class="messages">
      ${messages.map(
        (message, index) => html`<div class="message">
          <div class="message-head">
            ${choice(`Role of message ${index + 1}`, message.role, ROLES, typing, (role) => at(index, { role: role as Message['role'] }), false)}
            <span class="spring"></span>
            <button class="tool" title="Move up" aria-label="Move message ${index + 1} up" ?disabled=${index === 0} @click=${() => swapped(index, index - 1)}>↑</button>
            <button class="tool" title="Move down" aria-label="Move message ${index + 1} down" ?disabled=${index === messages.length - 1} @click=${() => swapped(index, index + 1)}>↓</button>
            <button class="tool" title="Remove" aria-label="Remove message ${index + 1}" ?disabled=${messages.length === 1} @click=${() => put(messages.filter((_, place) => place !== index))}>✕</button>
          </div>
          ${area(`Message ${index + 1}`, message.content, typing, (content) => at(index, { content }))}
        </div>`,
      )}
      <button class="link" @click=${() => put([...messages, { role: messages.at(-1)?.role === 'user' ? 'assistant' : 'user', content: '' }])}>+ Add message</button>
    </div>`,
    undefined,
    kind,
  );
}

function targetField({ target, choices }: Sample, { typing }: DetailModel, { set }: DetailActions) {
  if (Array.isArray(target)) {
    return textList(
      'Target',
      'target',
      target,
      typing,
      (items) => set('target', items.length ? items : undefined),
      'Each of these is a right answer',
    );
  }
  const several = html`<button class="link" title="Give more than one right answer" @click=${() => set('target', [target ?? '', ''])}>several</button>`;
  const field =
    choices.length > 0
      ? choice('Target', target ?? '', choices, typing, (value) => set('target', value || undefined))
      : area('Target', target ?? '', typing, (value) => set('target', value || undefined));
  return row('Target', field, undefined, several);
}

function history(results: readonly SampleResult[], { openComparison }: DetailActions): TemplateResult {
  if (results.length === 0) return html`<span class="dim none">Not compared yet.</span>`;
  return html`<ul class="history">
    ${results.map(
      (result) => html`<li class=${result.stale ? 'stale' : ''}>
        <button class="link" title=${resultText(result)} @click=${() => openComparison(result.comparison)}>${resultHeadline(result)}</button>
        <span class="dim number">KL ${driftText(result)} · ${result.pair} · ${new Date(result.time).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}</span>
      </li>`,
    )}
  </ul>`;
}

// The parts that fields are made of

function row(label: string, field: TemplateResult, hint?: string, beside?: TemplateResult): TemplateResult {
  return html`<div class="row">
    <div class="row-head"><span class="label">${label}</span>${hint ? html`<span class="dim hint">${hint}</span>` : nothing}<span class="spring"></span>${beside ?? nothing}</div>
    ${field}
  </div>`;
}

function line(
  name: string,
  value: string,
  typing: Typing,
  commit: (value: string) => void,
  placeholder = '',
) {
  const { input, change } = typing.listeners(commit);
  return html`<input class="field" aria-label=${name} autocomplete="off" spellcheck="false" placeholder=${placeholder || nothing}
    ${fieldValue(value, typing)} @input=${input} @change=${change} />`;
}

function area(
  name: string,
  value: string,
  typing: Typing,
  commit: (value: string) => void,
  kind: 'text' | 'code' = 'text',
) {
  const { input, change } = typing.listeners(commit);
  return html`<textarea class="field ${kind}" rows="1" aria-label=${name} spellcheck="false"
    ${fieldValue(value, typing)} @input=${input} @change=${change}></textarea>`;
}

function choice(
  name: string,
  value: string,
  values: readonly string[],
  typing: Typing,
  commit: (value: string) => void,
  canBeNone = true,
) {
  const isKnown = value === '' || values.includes(value);
  return html`<select class="field" aria-label=${name} ${fieldValue(value, typing)} @change=${(event: Event) => commit((event.currentTarget as HTMLSelectElement).value)}>
    ${canBeNone ? html`<option value="">none</option>` : nothing}
    ${isKnown ? nothing : html`<option value=${value}>${value}</option>`}
    ${values.map((option) => html`<option value=${option}>${option}</option>`)}
  </select>`;
}

/** Texts one below the other, each in a field of its own. */
function textList(
  label: string,
  one: string,
  items: readonly string[],
  typing: Typing,
  commit: (items: string[]) => void,
  hint: string,
) {
  const put = (index: number, value: string) =>
    commit(items.map((item, place) => (place === index ? value : item)));
  const add = html`<button class="link" aria-label="Add a ${one}" @click=${() => commit([...items, ''])}>+ add</button>`;
  return row(
    label,
    html`<div class="text-list" title=${hint}>
      ${items.map(
        (item, index) => html`<div class="text-item">
          ${line(`${label} ${index + 1}`, item, typing, (value) => put(index, value))}
          <button class="tool" title="Remove" aria-label="Remove ${one} ${index + 1}" @click=${() => commit(items.filter((_, place) => place !== index))}>✕</button>
        </div>`,
      )}
    </div>`,
    undefined,
    add,
  );
}

/**
 * JSON as text. What cannot be read stays as it is typed, with what is wrong below it, and changes nothing: also while
 * another sample is looked at.
 */
function jsonField(
  name: string,
  label: string,
  json: string,
  { typing, drafts, setDraft, showSaved }: DetailModel,
  { set }: DetailActions,
) {
  const commit = (text: string) => {
    try {
      set(name, text.trim() === '' ? undefined : JSON.parse(text));
      if (drafts.has(name)) setDraft(name, null);
    } catch (error) {
      setDraft(name, { text, error: jsonError(text, error) });
    }
  };
  const draft = drafts.get(name);
  const wrong = draft
    ? html`<div class="field-error"><span role="alert">${draft.error}</span>
        <button class="link" @click=${() => showSaved(name)}>Show what is saved</button></div>`
    : nothing;
  return row(
    label,
    html`${area(label, draft?.text ?? json, typing, commit, 'code')}${wrong}`,
    json === '' ? undefined : 'JSON',
  );
}

/** Where a JSON text breaks off, by line and column, as far as the engine says. */
export function jsonError(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined)
    return `Not saved: this is not JSON${/end of JSON/.test(message) ? '; it breaks off at its end.' : '.'}`;
  const before = text.slice(0, Number(position)).split('\n');
  const [at] = [...text.slice(Number(position))];
  const what = at === undefined ? 'the text breaks off' : `“${at}” is not expected`;
  return `Not saved: on line ${before.length}, column ${before.at(-1)!.length + 1}, ${what}.`;
}
