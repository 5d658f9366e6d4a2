/** Fields of the dialogs. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Localize } from "../texts";

/** A time to select; `step` is called with -1 or 1 for a quarter of an hour earlier or later. */
export interface TimeField {
  readonly label: string;
  readonly value: number;
  readonly options: readonly (readonly [number, string])[];
  readonly select: (value: number) => void;
  readonly step: (by: number) => void;
}

/** Return a field for a time, with buttons for a quarter of an hour earlier and later. */
export function timeField(localize: Localize, field: TimeField): TemplateResult {
  const button = (by: number, key: "schedule.earlier" | "schedule.later"): TemplateResult =>
    html`<button
      type="button"
      class="step"
      dir="ltr"
      aria-label="${field.label}: ${localize(key)}"
      @click=${() => field.step(by)}
    >
      ${by < 0 ? "−" : "+"}15
    </button>`;
  return html`<div class="field time">
    <label>
      <span>${field.label}</span>
      <select @change=${(event: Event) => field.select(Number((event.target as HTMLSelectElement).value))}>
        ${field.options.map(
          ([value, text]) => html`<option value=${value} .selected=${value === field.value}>${text}</option>`,
        )}
      </select>
    </label>
    ${button(-1, "schedule.earlier")}${button(1, "schedule.later")}
  </div>`;
}

/** Return a checkbox with a label, and a help text if there is one. */
export function toggle(
  checked: boolean,
  label: string,
  change: (checked: boolean) => void,
  help: string | null = null,
): TemplateResult {
  return html`<label class="toggle">
    <input
      type="checkbox"
      .checked=${checked}
      @change=${(event: Event) => change((event.target as HTMLInputElement).checked)}
    />
    <span>${label}${help === null ? nothing : html`<small>${help}</small>`}</span>
  </label>`;
}

/** Return a field to select any of some values, such as days or dates. */
export function choices<T>(
  legend: string,
  classes: string,
  values: readonly T[],
  chosen: readonly T[],
  text: (value: T) => string,
  change: (chosen: T[]) => void,
): TemplateResult {
  const toggled = (value: T): T[] =>
    chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value].sort();
  return html`<fieldset>
    <legend>${legend}</legend>
    <div class="days ${classes}">
      ${values.map(
        (value) =>
          html`<button type="button" aria-pressed=${chosen.includes(value)} @click=${() => change(toggled(value))}>
            ${text(value)}
          </button>`,
      )}
    </div>
  </fieldset>`;
}
