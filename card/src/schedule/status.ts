/** The parts above and below the week: the copy in the car, notices, problems, and the progress of saving. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import { errorText, failureText, progress, type Progress } from "../commands";
import type { CommandKind, Problem } from "../api";
import { formatEnergy, formatMoney, formatPercent, formatWhen } from "../format";
import { connectionText, notice } from "../notice";
import type { CarStore } from "../store";
import { isBlocking } from "../week/problems";
import { isOnGrid } from "../week/windows";
import type { View } from "./view";
import { dateText, limitTexts, problemText } from "./words";

export const SAVE = "set_plan";
const KINDS: CommandKind[] = ["set_charge_schedule", "disable_charge_schedule"];
const STATUS = "component.renault_ze.entity.sensor.charge_schedule_status.state";

/** Return the status of the charge schedule in the car, when it was read, and when it changes next. */
export function copyStatus(view: View, now: Date): TemplateResult | typeof nothing {
  const { car, words } = view;
  const { copy } = car;
  if (!view.hasWindows || copy === null) return nothing;
  const when = (at: string): string => formatWhen(words.hass, new Date(at), now, car.time_zone);
  const status = copy.status === null ? "?" : words.hass.localize(`${STATUS}.${copy.status}`) || copy.status;
  const icon =
    copy.status === "enabled" ? "mdi:check" : copy.status === "disabled" ? "mdi:car-off" : "mdi:clock-outline";
  return html`<div class="status">
    <span><ha-icon icon=${icon}></ha-icon>${words.localize("schedule.copy", { status })}</span>
    ${
      copy.read_at === null
        ? nothing
        : html`<span class="muted">${words.localize("schedule.read_at", { time: when(copy.read_at) })}</span>`
    }
    ${
      copy.next_change === null
        ? nothing
        : html`<span class="muted">${words.localize("schedule.next_change", { time: when(copy.next_change) })}</span>`
    }
  </div>`;
}

/** Return the charge that is planned for the cheapest hours: its target, energy, and cost. */
export function plannedCharge({ car, words }: View, now: Date): TemplateResult | typeof nothing {
  const plan = car.planned_charge;
  if (!plan?.slots.length) return nothing;
  const { hass, localize } = words;
  const texts = [
    plan.target === null ? "" : formatPercent(hass, plan.target),
    plan.ready_by === null
      ? ""
      : localize("schedule.ready_by", { time: formatWhen(hass, new Date(plan.ready_by), now, car.time_zone) }),
    plan.energy_kwh === null ? "" : formatEnergy(hass, plan.energy_kwh),
    plan.cost === null ? "" : formatMoney(hass, plan.cost, car.currency),
  ].filter(Boolean);
  const text = localize("common.labeled", { label: localize("schedule.planned"), text: texts.join(" · ") });
  return html`<div class="status">
    <span><ha-icon icon="mdi:lightning-bolt"></ha-icon>${text}</span>
  </div>`;
}

/** Return the notices about the connection, the car, and the plan. */
export function notices(view: View, store: CarStore): TemplateResult[] {
  const { car, words } = view;
  const { localize } = words;
  const { plan } = car;
  const found: TemplateResult[] = [];
  const connection = connectionText(words.hass, store);
  if (connection !== null) found.push(notice("warning", connection));
  else if (!car.available) {
    const reason = car.error === null ? "" : errorText(words.hass, car.error);
    found.push(notice("warning", `${localize("schedule.unavailable")} ${reason}`));
  }
  if (view.supportsWindows && plan.charge_enabled === null) found.push(notice("info", localize("schedule.unread")));
  if (view.hasDepartures && !plan.departures_enabled) found.push(notice("info", localize("schedule.departures_off")));
  if (plan.paused !== null) {
    const [from, to] = [dateText(words, plan.paused.from), dateText(words, plan.paused.to)];
    found.push(notice("info", localize("schedule.paused", { from, to })));
  }
  if (view.hasWindows && car.copy?.status === "differs") found.push(notice("warning", localize("schedule.differs")));
  if (!view.draft.windows.every(isOnGrid)) found.push(notice("info", localize("schedule.rounded")));
  if (car.time_zone !== words.hass.config.time_zone) {
    found.push(notice("info", localize("schedule.zone", { zone: car.time_zone })));
  }
  return found;
}

/** Return problems as notices. */
export function problemList(view: View, problems: readonly Problem[]): TemplateResult | typeof nothing {
  if (problems.length === 0) return nothing;
  return html`${problems.map((each) =>
    notice(isBlocking(each, view.draft) ? "error" : "info", problemText(view, each)),
  )}`;
}

/** Return the progress of the last save, nothing if none is recent. */
export function saveProgress(view: View, store: CarStore): TemplateResult | typeof nothing {
  const found = progress(store, SAVE, KINDS, true);
  const { hass, localize } = view.words;
  if (found.phase === "idle") return nothing;
  if (found.phase === "failed") return notice("error", failureText(hass, localize, found));
  if (found.phase === "done") return notice("success", doneText(view, found));
  return notice("info", localize(`phase.${found.phase}`));
}

function doneText({ words }: View, { command }: Progress): string {
  return words.localize(command === null ? "schedule.saved" : "schedule.saved_in_car");
}

/** Return the limits of the car, collapsed until the user opens them. */
export function limits(view: View): TemplateResult | typeof nothing {
  const texts = view.hasWindows ? limitTexts(view.words, view.car) : [];
  if (texts.length === 0) return nothing;
  return html`<details>
    <summary><ha-icon icon="mdi:information-outline"></ha-icon>${view.words.localize("schedule.limits")}</summary>
    <ul>
      ${texts.map((each) => html`<li>${each}</li>`)}
    </ul>
  </details>`;
}
