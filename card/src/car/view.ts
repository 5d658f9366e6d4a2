/** The texts and values that the car card shows, computed from the state of a car and the time. */

import type { Battery, Car, NextDeparture } from "../api";
import { errorText } from "../commands";
import { entityId } from "../devices";
import { dateIn, formatAge, formatDistance, formatDuration, formatPercent, formatWhen } from "../format";
import type { HomeAssistant } from "../hass";
import { dayText, entityText, exceptionText, explanationText, momentText, sentence } from "./sentences";
import type { Localize } from "../texts";

export interface Notice {
  kind: "warning" | "error";
  text: string;
}

export interface Line {
  icon: string;
  text: string;
}

/** The next departure, a skipped one, or why there is none; `action` is what its button does. */
export interface DepartureView {
  title: string;
  detail: string;
  action: "skip" | "undo" | "resume" | "turn_on" | null;
  departure: NextDeparture | null;
}

/**
 * The texts and values of a car; `threshold` is null if the car cannot be preconditioned, `limit` if charging ends at a
 * full battery. `marksText` is what both mean.
 */
export interface CarView {
  level: number | null;
  levelText: string;
  range: string | null;
  threshold: number | null;
  limit: number | null;
  limitText: string | null;
  marksText: string;
  isLow: boolean;
  plug: "in" | "out" | "unknown";
  plugText: string;
  isCharging: boolean;
  chargeText: string | null;
  ready: string | null;
  age: string;
  notices: Notice[];
  lines: Line[];
  departure: DepartureView | null;
}

export interface Context {
  hass: HomeAssistant;
  localize: Localize;
  now: Date;
}

// The section of the departure shows these.
const SHOWN_BY_DEPARTURE = new Set(["no_departure", "switched_off", "paused"]);
// States that contain no more than whether the car charges.
const PLAIN_STATES = new Set(["charging", "not_charging"]);

/** Return what the card shows of a car. */
export function carView(context: Context, car: Car): CarView {
  const { hass, localize } = context;
  const battery = car.battery;
  const level = battery?.level_percent ?? null;
  const hasPreconditioning = car.features.includes("preconditioning");
  return {
    level,
    levelText: level === null ? localize("car.level_unknown") : formatPercent(hass, level),
    range: battery?.range_km == null ? null : formatDistance(hass, battery.range_km),
    threshold: hasPreconditioning ? car.threshold_percent : null,
    limit: limitOf(car),
    limitText: limitText(context, car),
    marksText: [
      hasPreconditioning ? localize("car.threshold", { level: formatPercent(hass, car.threshold_percent) }) : "",
      limitText(context, car) ?? "",
    ]
      .filter(Boolean)
      .join(" · "),
    isLow: hasPreconditioning && level !== null && level < car.threshold_percent,
    plug: battery?.plugged_in == null ? "unknown" : battery.plugged_in ? "in" : "out",
    plugText: plugText(localize, battery),
    isCharging: battery?.charging === true,
    chargeText: battery === null ? null : chargeText(hass, battery),
    ready: battery === null ? null : readyText(context, car, battery),
    age: ageText(context, battery),
    notices: notices(context, car),
    lines: lines(context, car),
    departure: hasPreconditioning ? departureView(context, car) : null,
  };
}

function limitOf({ plan: { limit } }: Car): number | null {
  return limit.percent >= 100 ? null : limit.percent;
}

/** Return the charge limit, and whether it has no effect. */
function limitText({ hass, localize }: Context, car: Car): string | null {
  const limit = limitOf(car);
  if (limit === null) return null;
  const text = localize("common.labeled", { label: localize("car.charge_limit"), text: formatPercent(hass, limit) });
  return car.plan.limit.how === "none" ? `${text} (${localize("car.not_enforced")})` : text;
}

function plugText(localize: Localize, battery: Battery | null): string {
  if (battery?.plugged_in == null) return localize("car.plug_unknown");
  return localize(battery.plugged_in ? "car.plugged_in" : "car.not_plugged_in");
}

/** Return how the car charges, or why it says that it does not. */
function chargeText(hass: HomeAssistant, battery: Battery): string | null {
  const state = battery.charge_state;
  const isPlain = state === null || PLAIN_STATES.has(state);
  if (!battery.charging) return isPlain ? null : entityText(hass, "sensor.charge_state", state);
  const charging = isPlain ? "charging" : state;
  const texts = [entityText(hass, isPlain ? "sensor.charging_reason" : "sensor.charge_state", charging)];
  const point = battery.charging_point;
  if (point !== null && point !== "none") texts.push(entityText(hass, "sensor.charging_point", point));
  return texts.join(" · ");
}

/** Return when the charge ends, and the remaining time. */
function readyText({ hass, localize, now }: Context, car: Car, battery: Battery): string | null {
  const end = chargeEnd(battery, now);
  if (end !== null) {
    const time = momentText(hass, end, now, car.time_zone);
    const duration = formatDuration((end.getTime() - now.getTime()) / 60_000);
    return `${localize("car.ready", { time })} · ${localize("car.left", { duration })}`;
  }
  const minutes = battery.charging ? battery.charging_time_remaining_minutes : null;
  return minutes === null ? null : localize("car.left", { duration: formatDuration(minutes) });
}

function chargeEnd(battery: Battery, now: Date): Date | null {
  const end = battery.charging && battery.charge_ends_at !== null ? new Date(battery.charge_ends_at) : null;
  return end !== null && end > now ? end : null;
}

function ageText({ hass, localize, now }: Context, battery: Battery | null): string {
  if (battery?.reported_at == null) return localize("car.never_reported");
  return localize("car.reported", { age: formatAge(hass, new Date(battery.reported_at), now) });
}

function notices(context: Context, car: Car): Notice[] {
  const { hass, localize } = context;
  const found: Notice[] = [];
  if (!car.available) {
    const reason = car.error === null ? "" : errorText(hass, car.error);
    found.push({ kind: "error", text: `${localize("car.unavailable")} ${reason}`.trim() });
  }
  const age = ageText(context, car.battery);
  if (car.outdated) found.push({ kind: "warning", text: `${localize("car.outdated")} ${age}` });
  if (!car.accepts_commands) found.push({ kind: "warning", text: exceptionText(hass, "no_remote_commands") });
  return found;
}

/** Return the reasons of charging, unless its end is shown, and of preconditioning. */
function lines({ hass, now }: Context, car: Car): Line[] {
  const found: Line[] = [];
  if (car.battery === null || chargeEnd(car.battery, now) === null) {
    found.push({ icon: "mdi:ev-station", text: explanationText(hass, car, "charging", now) });
  }
  if (car.features.includes("preconditioning") && !SHOWN_BY_DEPARTURE.has(car.preconditioning.reason)) {
    found.push({ icon: "mdi:fan", text: explanationText(hass, car, "preconditioning", now) });
  }
  return found;
}

function departureView(context: Context, car: Car): DepartureView {
  const { hass, localize, now } = context;
  const { plan, time_zone: zone } = car;
  const none = { detail: "", departure: null };
  if (!plan.departures_enabled) {
    const canTurnOn = entityId(hass, car.device_id, "switch", "departures") !== null;
    return { ...none, title: sentence(hass, "preconditioning_switched_off"), action: canTurnOn ? "turn_on" : null };
  }
  const next = plan.next_departure;
  if (next === null) {
    const paused = plan.paused !== null && plan.paused.to >= dateIn(now, zone) ? plan.paused : null;
    const title =
      paused === null
        ? sentence(hass, "preconditioning_no_departure")
        : sentence(hass, "preconditioning_paused", { last: dayText(hass, paused.to, now) });
    return { ...none, title: title || localize("car.no_departure"), action: paused === null ? null : "resume" };
  }
  const when = formatWhen(hass, new Date(next.at), now, zone);
  if (next.skipped) {
    return { title: localize("car.skipped", { when }), detail: next.name, action: "undo", departure: next };
  }
  const until = next.can_cancel_until === null ? null : new Date(next.can_cancel_until);
  const details = [next.name];
  if (until !== null) details.push(localize("car.skip_until", { time: formatWhen(hass, until, now, zone) }));
  const canSkip = until === null ? !next.precondition : until > now;
  return { title: when, detail: details.join(" · "), action: canSkip ? "skip" : null, departure: next };
}
