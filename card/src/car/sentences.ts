/** Texts of the integration in the user's language, with times in the user's format. */

import { type Car, type ChargingExplanation, type PreconditioningExplanation } from "../api";
import { dateIn, formatDate, formatDuration, formatMoney, formatTime } from "../format";
import type { HomeAssistant } from "../hass";
import { dayOf, numberOf, weekday } from "../week/time";

const DOMAIN = "component.renault_ze";
const WITHOUT_YEAR = { day: "numeric", month: "short" } as const;
// The sentences for these reasons contain no time.
const TIMELESS = new Set(["full", "blocked", "unknown"]);

/** Load sentences and error messages in the user's language; texts of entities are always loaded. */
export async function loadSentences(hass: HomeAssistant): Promise<void> {
  await Promise.all(["common", "exceptions"].map((each) => hass.loadBackendTranslation(each, "renault_ze")));
}

/** Return a sentence of the integration, empty until it is loaded. */
export function sentence(hass: HomeAssistant, key: string, placeholders?: Record<string, string>): string {
  return hass.localize(`${DOMAIN}.common.${key}`, placeholders) || "";
}

/** Return the message of an error by its key, empty until it is loaded. */
export function exceptionText(hass: HomeAssistant, key: string): string {
  return hass.localize(`${DOMAIN}.exceptions.${key}.message`) || "";
}

/** Return the name of an entity, or the text of one of its states. */
export function entityText(hass: HomeAssistant, entity: string, state?: string): string {
  const part = state === undefined ? "name" : `state.${state}`;
  return hass.localize(`${DOMAIN}.entity.${entity}.${part}`) || state || "";
}

/** Return the name of a command. */
export function commandName(hass: HomeAssistant, kind: string): string {
  const path = `${DOMAIN}.entity.sensor.last_command.state_attributes.command.state`;
  return hass.localize(`${path}.${kind}`) || kind;
}

/** Return an instant within a sentence, such as "at 07:30" or "on Monday at 07:30". */
export function momentText(hass: HomeAssistant, at: Date, now: Date, timeZone: string): string {
  const time = formatTime(hass, at, timeZone);
  const date = dateIn(at, timeZone);
  const apart = Math.abs(numberOf(date) - numberOf(dateIn(now, timeZone)));
  if (apart === 0) return sentence(hass, "clock_today", { time }) || time;
  if (apart < 7) return sentence(hass, `clock_${weekday(dayOf(date))}`, { time }) || time;
  const day = formatDate(hass, date, WITHOUT_YEAR);
  return sentence(hass, "clock_date", { date: day, time }) || `${day} ${time}`;
}

/** Return why the car charges or not. */
export function chargingText(hass: HomeAssistant, car: Car, now: Date): string {
  const found: ChargingExplanation = car.charging;
  const isTimeless = found.at === null || TIMELESS.has(found.reason);
  const ending = isTimeless ? "" : found.begun ? "_begun" : "_at";
  const key = `charging_${found.reason}${ending}${found.disabled ? "_disabled" : ""}`;
  const time = found.at === null ? "" : momentText(hass, new Date(found.at), now, car.time_zone);
  const price = found.price == null ? "" : `${formatMoney(hass, found.price, car.currency, 3)}/kWh`;
  return sentence(hass, key, { time, price }) || entityText(hass, "sensor.charging_reason", found.reason);
}

/** Return why the car will be preconditioned or not. */
export function preconditioningText(hass: HomeAssistant, car: Car, now: Date): string {
  const found: PreconditioningExplanation = car.preconditioning;
  const ending = `${found.over ? "_over" : ""}${found.disabled ? "_disabled" : ""}`;
  const text = sentence(hass, `preconditioning_${found.reason}${ending}`, {
    time: found.at === null ? "" : momentText(hass, new Date(found.at), now, car.time_zone),
    departure: found.departure ?? "",
    last: found.last === null ? "" : formatDate(hass, found.last, WITHOUT_YEAR),
    advice: adviceText(hass, found),
  });
  return text || entityText(hass, "sensor.preconditioning_reason", found.reason);
}

function adviceText(hass: HomeAssistant, found: PreconditioningExplanation): string {
  if (found.shortage === null) return "";
  return sentence(hass, `advice_${found.shortage}`, { duration: formatDuration(found.charge_needed_minutes ?? 0) });
}

/** Return what to do about a battery below the preconditioning threshold, null if the level is higher or unknown. */
export function lowBatteryText(hass: HomeAssistant, car: Car): string | null {
  const level = car.battery?.level_percent ?? null;
  if (level === null || level >= car.threshold_percent) return null;
  const key = car.battery?.plugged_in === false ? "low_battery_unplugged" : "low_battery";
  return sentence(hass, key, { level: String(level), threshold: String(car.threshold_percent) }) || `${level} %`;
}
