// The one place that knows @vscode/webview-ui-toolkit. It is archived: a successor replaces this file and nothing else.
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeRadio,
  vsCodeRadioGroup,
} from '@vscode/webview-ui-toolkit';
import { html, nothing, type TemplateResult } from 'lit';

/** Registers the components. Once per page, before the first render. */
export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeRadio(),
    vsCodeRadioGroup(),
  );
}

export interface ButtonOptions {
  label: string | TemplateResult;
  /** Default: secondary. */
  look?: 'primary' | 'secondary' | 'icon';
  /** Tooltip; and the accessible name where the label is a symbol. */
  title?: string;
  disabled?: boolean;
  onClick: (event: Event) => void;
}

export function button({ label, look = 'secondary', title, disabled = false, onClick }: ButtonOptions) {
  return html`<vscode-button
    appearance=${look}
    title=${title ?? nothing}
    aria-label=${look === 'icon' && title ? title : nothing}
    ?disabled=${disabled}
    @click=${onClick}
    >${label}</vscode-button
  >`;
}

export function checkbox(
  label: string | TemplateResult,
  checked: boolean,
  title: string,
  onChange: (checked: boolean) => void,
  /** The accessible name. The component takes it from the label once, so it is to be given where that changes. */
  name?: string,
) {
  return html`<vscode-checkbox
    title=${title}
    aria-label=${name ?? nothing}
    .checked=${checked}
    @change=${(event: Event) => {
      // The component also fires when `checked` is set from outside.
      const now = (event.target as HTMLInputElement).checked;
      if (now !== checked) onChange(now);
    }}
    >${label}</vscode-checkbox
  >`;
}

export interface Choice<T extends string> {
  value: T;
  label: string;
  title?: string;
}

export function radioGroup<T extends string>(
  name: string,
  choices: readonly Choice<T>[],
  value: T,
  onChange: (value: T) => void,
) {
  return html`<vscode-radio-group
    aria-label=${name}
    .value=${value}
    @change=${(event: Event) => {
      const now = (event.target as HTMLInputElement).value as T;
      if (now !== value && choices.some((c) => c.value === now)) onChange(now);
    }}
    >${choices.map(
      (c) => html`<vscode-radio value=${c.value} title=${c.title ?? nothing}>${c.label}</vscode-radio>`,
    )}</vscode-radio-group
  >`;
}

export function dropdown<T extends string>(
  name: string,
  choices: readonly Choice<T>[],
  value: T,
  onChange: (value: T) => void,
) {
  return html`<vscode-dropdown
    aria-label=${name}
    @change=${(event: Event) => {
      const now = (event.target as HTMLSelectElement).value as T;
      if (now !== value && choices.some((c) => c.value === now)) onChange(now);
    }}
    >${choices.map(
      (c) =>
        html`<vscode-option value=${c.value} ?selected=${c.value === value} title=${c.title ?? nothing}
          >${c.label}</vscode-option
        >`,
    )}</vscode-dropdown
  >`;
}
