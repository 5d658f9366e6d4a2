/** The next departure, which can be skipped or restored, and the dialog that adds one. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import { setPlan, type Car, type PlanInput } from "../api";
import { callAction, errorText, isPending, progress, run } from "../commands";
import { entityId } from "../devices";
import { dateIn, minutesIn } from "../format";
import type { HomeAssistant } from "../hass";
import { connectionText, iconButton, notice } from "../notice";
import { daysOfWeek } from "../schedule/config";
import type { ScheduleEditor, Task } from "../schedule/editor";
import type { CarStore } from "../store";
import { localizer } from "../texts";
import { fromPlan, isRefused, toInput } from "../week/draft";
import { entered, newForm } from "../week/forms";
import { addDays, DAY_MINUTES, dayOf, minutesOf } from "../week/time";
import type { Context, DepartureView } from "./view";

const KEY = "departure";
const USUAL_TIMES = ["07:30", "17:30", "12:00", "09:00"];

/** Return the next departure, with a button to skip or restore it and one to add another. */
export function departureSection(context: Context, store: CarStore, car: Car, view: DepartureView): TemplateResult {
  const { hass, localize, now } = context;
  const { phase, error } = progress(store, KEY, [], true);
  const close = (): void => {
    store.calls.delete(KEY);
    store.notify();
  };
  // A change while another one is on its way would be lost.
  const isDisabled = isPending({ phase, error, command: null }) || store.status !== "ready" || !store.connected;
  const why = connectionText(hass, store) ?? nothing;
  const today = dateIn(now, car.time_zone);
  const editor = { words: context, car, today, hasWindows: false, hasDepartures: true };
  const open = (event: Event): void => {
    const dialog = (event.currentTarget as HTMLElement).nextElementSibling as ScheduleEditor;
    void dialog.open(addition(context, store, car));
  };
  return html`<div class="next" role="group" aria-label=${localize("car.next_departure")}>
    <div class="departure">
      <ha-icon icon="mdi:clock-start"></ha-icon>
      <p><strong>${view.title}</strong> <small>${view.detail}</small></p>
      ${view.action === null
        ? nothing
        : html`<button
            ?disabled=${isDisabled}
            title=${why}
            @click=${() => void run(store, KEY, () => change(context, store, car, view))}
          >
            ${localize(`car.action.${view.action}`)}
          </button>`}
    </div>
    ${phase === "failed" && error !== null
      ? notice("error", errorText(hass, error), iconButton("mdi:close", localize("common.close"), close))
      : nothing}
    <button class="add" ?disabled=${isDisabled} title=${why} @click=${open}>
      <ha-icon icon="mdi:plus"></ha-icon>${localize("car.add_departure")}
    </button>
    <renault-ze-schedule-editor .view=${editor}></renault-ze-schedule-editor>
  </div>`;
}

/** Skip or restore the departure, end the pause, or turn departures on. */
async function change({ hass }: Context, store: CarStore, car: Car, view: DepartureView): Promise<void> {
  const { action, departure } = view;
  if (action === "turn_on") {
    const id = entityId(hass, car.device_id, "switch", "departures");
    await hass.callService("switch", "turn_on", { entity_id: id }, undefined, false);
  } else if (departure === null) {
    await callAction(hass, store, "pause_departures");
  } else {
    const date = dateIn(new Date(departure.at), car.time_zone);
    await callAction(hass, store, "skip_departure", { departure: departure.id, date, skip: action === "skip" });
  }
}

/** Return the task of the dialog: a new departure with a name, time, and date, so that one more tap adds it. */
export function addition({ hass, localize, now }: Context, store: CarStore, car: Car): Task {
  const at = proposedTime(car);
  const date = addDays(dateIn(now, car.time_zone), at > minutesIn(now, car.time_zone) ? 0 : 1);
  const blank = newForm("departure", dayOf(date), 0, proposedName(car, localize("schedule.departure")));
  return {
    form: { ...blank, at, date },
    days: daysOfWeek(hass),
    enter: (form) => {
      const { plan } = store.car ?? car;
      const saved = fromPlan(plan);
      const result = entered(saved, form);
      return isRefused(result) ? result : save(hass, store, toInput(result.draft, saved, plan.revision));
    },
    remove: null,
  };
}

/** Save a plan; return why it was not saved, null if it was. */
async function save(hass: HomeAssistant, store: CarStore, input: PlanInput): Promise<string | null> {
  if (await run(store, KEY, () => setPlan(hass, store.deviceId, input))) return null;
  const { error } = progress(store, KEY, [], true);
  return error === null ? localizer(hass)("phase.failed") : errorText(hass, error);
}

/** Return a time that no departure has yet, in minutes after midnight. */
export function proposedTime(car: Car): number {
  const usedTimes = car.plan.departures.map((each) => each.time);
  const free = USUAL_TIMES.find((time) => !usedTimes.includes(time));
  return free === undefined ? DAY_MINUTES / 2 : minutesOf(free);
}

/** Return a name that no departure has yet. */
export function proposedName(car: Car, base: string): string {
  const usedNames = car.plan.departures.map((each) => each.name.toLowerCase());
  const names = [base, ...usedNames.map((_, index) => `${base} ${index + 2}`)];
  return names.find((name) => !usedNames.includes(name.toLowerCase())) ?? base;
}
