/** The dialog in which the user selects the days to which a day is copied. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import { CardElement } from "../element";
import { controls, dialog } from "../styles";
import type { View } from "./view";
import { dayName } from "./words";

const WORKDAYS = [0, 1, 2, 3, 4];

export class CopyDialog extends CardElement {
  static override styles = [controls, dialog];
  static override properties = { view: null, day: null };

  declare view: View | undefined;
  declare day: number;
  #copy: (days: readonly number[]) => unknown = () => undefined;

  /** Open the dialog for a day; `copy` is called with the selected days. */
  async open(day: number, copy: (days: readonly number[]) => unknown): Promise<void> {
    this.day = day;
    this.#copy = copy;
    this.requestUpdate();
    await this.updateComplete;
    this.#dialog?.showModal();
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  #choose(days: readonly number[]): void {
    this.#dialog?.close();
    if (days.length > 0) this.#copy(days);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { view, day } = this;
    if (view === undefined || day === undefined) return nothing;
    const { localize } = view.words;
    const all = view.days;
    const others = all.filter((each) => each !== day);
    return html`<dialog
      aria-labelledby="title"
      @click=${(event: Event) => event.target === this.#dialog && this.#choose([])}
    >
      <form @submit=${(event: Event) => event.preventDefault()}>
        <h2 id="title" tabindex="-1" autofocus>
          ${localize("schedule.copy_title", { day: dayName(view.words, day, "long") })}
        </h2>
        <p>${localize("schedule.copy_help")}</p>
        <div class="stack">
          <button type="button" @click=${() => this.#choose(WORKDAYS)}>${localize("schedule.copy_workdays")}</button>
          <button type="button" @click=${() => this.#choose(all)}>${localize("schedule.copy_all")}</button>
        </div>
        <div class="days weekdays">
          ${others.map(
            (each) =>
              html`<button type="button" @click=${() => this.#choose([each])}>${dayName(view.words, each)}</button>`,
          )}
        </div>
        <div class="actions">
          <span class="space"></span>
          <button type="button" @click=${() => this.#choose([])}>${localize("common.cancel")}</button>
        </div>
      </form>
    </dialog>`;
  }
}
