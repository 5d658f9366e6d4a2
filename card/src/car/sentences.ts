/** Texts of the integration in the user's language, with times in the user's format. */

import type { Car, Placeholder, Sentence } from "../api";
import { dateIn, formatClock, formatDate, formatDuration, formatMoney, formatTime } from "../format";
import type { HomeAssistant } from "../hass";
import { dayOf, numberOf, weekday } from "../week/time";

const DOMAIN = "component.renault_ze";

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
  const day = dayText(hass, date, now);
  return sentence(hass, "clock_date", { date: day, time }) || `${day} ${time}`;
}

/** Return a sentence of the integration with the values that it sent, empty until the sentence is loaded. */
export function sentenceText(hass: HomeAssistant, { key, placeholders }: Sentence, now: Date, timeZone: string): string {
  const values = Object.entries(placeholders).map(([name, each]) => [name, valueText(hass, each, now, timeZone)]);
  return hass.localize(`${DOMAIN}.${key}`, Object.fromEntries(values) as Record<string, string>) || "";
}

function valueText(hass: HomeAssistant, value: Placeholder, now: Date, timeZone: string): string {
  if (typeof value === "string") return value;
  if ("key" in value) return sentenceText(hass, value, now, timeZone);
  if ("at" in value) return momentText(hass, new Date(value.at), now, timeZone);
  if ("minutes" in value) return formatDuration(value.minutes);
  if ("price" in value) return `${formatMoney(hass, value.price, value.currency, 3)}/kWh`;
  const { date, clock } = value;
  return [date && dayText(hass, date, now), clock && formatClock(hass, clock)].filter(Boolean).join(" ");
}

/** Return a date within a sentence, with its year unless that is the current one. */
export function dayText(hass: HomeAssistant, date: string, now: Date): string {
  const isThisYear = new Date(date).getUTCFullYear() === now.getUTCFullYear();
  return formatDate(hass, date, { day: "numeric", month: "short", ...(isThisYear ? {} : { year: "numeric" }) });
}

/** Return why the car charges or not, or why it will be preconditioned or not; `sensor` shows the same. */
export function explanationText(hass: HomeAssistant, car: Car, sensor: "charging" | "preconditioning", now: Date): string {
  const { reason, text } = car[sensor];
  return sentenceText(hass, text, now, car.time_zone) || entityText(hass, `sensor.${sensor}_reason`, reason);
}

/** Return what to do about a battery below the preconditioning threshold, null if the level is higher or unknown. */
export function lowBatteryText(hass: HomeAssistant, car: Car): string | null {
  const level = car.battery?.level_percent ?? null;
  if (level === null || level >= car.threshold_percent) return null;
  const key = car.battery?.plugged_in === false ? "low_battery_unplugged" : "low_battery";
  return sentence(hass, key, { level: String(level), threshold: String(car.threshold_percent) }) || `${level} %`;
}
