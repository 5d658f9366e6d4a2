/** The dialog to enter a window or a departure. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import { CardElement, type Changed } from "../element";
import { isRefused, type Edited } from "../week/draft";
import type { Form } from "../week/forms";
import { skippableDates } from "../week/layout";
import { addDays, clampedLength, DAY, DAY_MINUTES, MINUTES, modulo, nextDate } from "../week/time";
import { lengthUntil } from "../week/windows";
import { choices, timeField, toggle } from "./fields";
import { controls, dialog } from "../styles";
import type { Localize } from "../texts";
import type { EditorView } from "./view";
import { dateText, dayName, kindText, lengthText, minuteText, quarterText, refusalText } from "./words";

const DEPARTURE_STEP = 5;
const YEARS_AHEAD = 2;
const TARGETS = [50, 60, 70, 80, 90, 100];

/** What the dialog edits: `enter` applies the form, and may return why it was not saved; `remove` deletes the block. */
export interface Task {
  readonly form: Form;
  readonly days: readonly number[];
  readonly enter: (form: Form) => Edited | Promise<string | null>;
  readonly remove: (() => void) | null;
}

export class ScheduleEditor extends CardElement {
  static override styles = [controls, dialog];
  static override properties = {
    view: null,
    task: null,
    form: null,
    refusal: null,
    isSaving: null,
  };

  declare view: EditorView | undefined;
  declare task: Task | null;
  declare form: Form;
  declare refusal: string;
  declare isSaving: boolean | undefined;

  /** Open the dialog. */
  async open(task: Task): Promise<void> {
    this.task = task;
    this.form = task.form;
    this.refusal = "";
    this.isSaving = false;
    await this.updateComplete;
    this.#dialog?.showModal();
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  #close(): void {
    this.#dialog?.close();
  }

  #change(values: Partial<Form>): void {
    this.form = { ...this.form, ...values };
    this.refusal = "";
  }

  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { task, view } = this;
    if (!task || !view || this.isSaving) return;
    const result = task.enter(this.form);
    this.isSaving = result instanceof Promise;
    const problem = result instanceof Promise ? await result : isRefused(result) && refusalText(view.words, result);
    // The dialog may have been closed, and opened again.
    if (task !== this.task) return;
    this.isSaving = false;
    if (problem) this.refusal = problem;
    else this.#close();
  };

  protected override updated(changed: Changed): void {
    if (changed.has("refusal") && this.refusal) this.renderRoot.querySelector(".refusal")?.scrollIntoView();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { view, task, form } = this;
    if (!view || !task) return nothing;
    const { localize } = view.words;
    const hasChoice = form.key === null && view.hasWindows && view.hasDepartures;
    const kind = kindText(view.words, form.kind);
    return html`<dialog aria-labelledby="title" @close=${() => (this.task = null)} @click=${this.#onBackdrop}>
      <form @submit=${this.#submit} novalidate>
        <h2 id="title" tabindex="-1" autofocus>${hasChoice ? localize("common.add") : kind}</h2>
        ${hasChoice ? this.#kinds(view) : nothing}
        ${form.kind === "window" ? this.#windowFields(view) : this.#departureFields(view)} ${this.#repetition(view, task)}
        ${this.#skips(view)}
        <p class="refusal" role="alert">${this.refusal}</p>
        <div class="actions">
          ${
            task.remove === null
              ? nothing
              : html`<button type="button" class="danger" @click=${() => this.#removeBlock(task)}>
                  ${localize("schedule.delete")}
                </button>`
          }
          <span class="space"></span>
          <button type="button" @click=${() => this.#close()}>${localize("common.cancel")}</button>
          <button type="submit" class="primary" ?disabled=${this.isSaving === true}>
            ${localize(this.isSaving ? "phase.sending" : form.key === null ? "common.add" : "schedule.apply")}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  readonly #onBackdrop = (event: MouseEvent): void => {
    if (event.target === this.#dialog) this.#close();
  };

  #removeBlock(task: Task): void {
    this.#close();
    task.remove?.();
  }

  /** Return the choice between a window and a departure. */
  #kinds(view: EditorView): TemplateResult {
    const kinds = ["window", "departure"] as const;
    return html`<div class="segments" role="radiogroup" aria-label=${view.words.localize("common.add")}>
      ${kinds.map(
        (kind) =>
          html`<label>
            <input
              type="radio"
              name="kind"
              .checked=${this.form.kind === kind}
              @change=${() => this.#change({ kind })}
            />
            <span>
              <ha-icon icon=${kind === "window" ? "mdi:ev-station" : "mdi:car-clock"}></ha-icon>
              ${kindText(view.words, kind)}
            </span>
          </label>`,
      )}
    </div>`;
  }

  #windowFields(view: EditorView): TemplateResult {
    const { words } = view;
    const { start, length, main } = this.form;
    const quarters = Array.from({ length: DAY }, (_, index) => index);
    const ends = quarters.map((index) => index + 1);
    const end = start + length;
    return html`
      ${timeField(words.localize, {
        label: words.localize("schedule.start"),
        value: start,
        options: withValue(quarters, start).map((quarter) => [quarter, quarterText(words, quarter)]),
        select: (quarter) => this.#change({ start: quarter, length: lengthUntil(quarter, end) }),
        step: (by) => this.#startEarlier(-by),
      })}
      ${timeField(words.localize, {
        label: words.localize("schedule.end"),
        value: length,
        options: withValue(ends, length).map((each) => [
          each,
          `${start + each > DAY ? `${words.localize("schedule.next_day")} ` : ""}${quarterText(words, start + each)}
           (${lengthText(each)})`,
        ]),
        select: (each) => this.#change({ length: each }),
        step: (by) => this.#change({ length: clampedLength(length + by) }),
      })}
      ${
        view.car.limits.windows_a_day === null || this.form.date !== null
          ? nothing
          : toggle(
              main,
              words.localize("schedule.main"),
              (on) => this.#change({ main: on }),
              words.localize("schedule.main_help"),
            )
      }
    `;
  }

  /** Move the start earlier by some quarters within its day, and keep the end. */
  #startEarlier(quarters: number): void {
    const { start, length } = this.form;
    const by = Math.max(Math.min(quarters, start, DAY - length), start - DAY + 1);
    if (length + by >= 1) this.#change({ start: start - by, length: length + by });
  }

  #departureFields(view: EditorView): TemplateResult {
    const { words } = view;
    const { localize } = words;
    const { form } = this;
    const { at } = form;
    const steps = Array.from({ length: DAY_MINUTES / DEPARTURE_STEP }, (_, index) => index * DEPARTURE_STEP);
    return html`
      <label class="field">
        <span>${localize("schedule.name")}</span>
        <input
          type="text"
          maxlength="100"
          .value=${form.name}
          @input=${(event: Event) => this.#change({ name: (event.target as HTMLInputElement).value })}
        />
      </label>
      ${timeField(localize, {
        label: localize("schedule.time"),
        value: at,
        options: withValue(steps, at).map((each) => [each, minuteText(words, each)]),
        select: (each) => this.#change({ at: each }),
        step: (by) => this.#change({ at: modulo(at + by * MINUTES, DAY_MINUTES) }),
      })}
      ${this.#options(view)}
    `;
  }

  /** Return the options of a departure that the car supports. */
  #options({ words: { localize }, car }: EditorView): TemplateResult {
    const { precondition, timer, override, enabled, target } = this.form;
    const text = localize("schedule.override_help", { percent: car.threshold_percent });
    return html`
      ${toggle(precondition, localize("schedule.precondition"), (on) => this.#change({ precondition: on }))}
      ${
        (precondition && car.limits.timer) || timer
          ? toggle(
              timer,
              localize("schedule.use_timer"),
              (on) => this.#change({ timer: on }),
              localize("schedule.timer_help"),
            )
          : nothing
      }
      ${
        precondition
          ? toggle(override, localize("schedule.override"), (on) => this.#change({ override: on }), text)
          : nothing
      }
      ${car.features.includes("charge_schedule") || target !== null ? this.#target(localize) : nothing}
      ${toggle(enabled, localize("schedule.enabled"), (on) => this.#change({ enabled: on }))}
    `;
  }

  /** Return the field for the battery level to charge to by the departure. */
  #target(localize: Localize): TemplateResult {
    const { target } = this.form;
    const levels = withValue(TARGETS, target ?? 100);
    return html`<label class="field">
      <span>${localize("schedule.target")}</span>
      <select
        @change=${(event: Event) => this.#change({ target: Number((event.target as HTMLSelectElement).value) || null })}
      >
        <option value="" .selected=${target === null}>${localize("car.charge_limit")}</option>
        ${levels.map((each) => html`<option value=${each} .selected=${each === target}>${each}%</option>`)}
      </select>
    </label>`;
  }

  /** Return the choice between days of the week and a date. */
  #repetition(view: EditorView, task: Task): TemplateResult {
    const { words } = view;
    const { localize } = words;
    const { date, days } = this.form;
    const name = (day: number): string => dayName(words, day);
    return html`
      ${
        date === null
          ? choices(localize("schedule.days"), "weekdays", task.days, days, name, (on) => this.#change({ days: on }))
          : nothing
      }
      ${toggle(date !== null, localize("schedule.once"), (isOnce) =>
        this.#change({ date: isOnce ? this.#firstDate(view) : null }),
      )}
      ${date === null ? nothing : this.#dateField(view, date)}
    `;
  }

  #dateField(view: EditorView, date: string): TemplateResult {
    return html`<label class="field">
      <span>${view.words.localize("schedule.date")}</span>
      <input
        type="date"
        required
        min=${view.today}
        max=${addDays(view.today, YEARS_AHEAD * 365)}
        .value=${date}
        @change=${(event: Event) => this.#change({ date: (event.target as HTMLInputElement).value || date })}
      />
    </label>`;
  }

  /** Return the next date of a weekly block, the default when it becomes a block on a single date. */
  #firstDate(view: EditorView): string {
    return this.form.days.map((day) => nextDate(day, view.today)).sort()[0] ?? view.today;
  }

  /** Return the field for the dates on which a weekly block is skipped. */
  #skips(view: EditorView): TemplateResult | typeof nothing {
    const { key, date, days, skipped } = this.form;
    if (key === null || date !== null || days.length === 0) return nothing;
    const { words } = view;
    const dates = skippableDates(days, skipped, view.today);
    const name = (each: string): string => dateText(words, each);
    return choices(words.localize("schedule.skip"), "skip", dates, skipped, name, (on) => this.#change({ skipped: on }));
  }
}

/** Return values with another one, in order. */
function withValue(values: readonly number[], value: number): number[] {
  return [...new Set([...values, value])].sort((one, other) => one - other);
}
