/** Times, durations, and distances in the user's language and formats. */

import { WEEKDAYS, type Weekday } from "./api";
import type { HomeAssistant } from "./hass";
import { DAY_MS, minutesOf, numberOf } from "./week/time";

const KM_PER_MILE = 1.609344;
// Any Monday.
const MONDAY = Date.UTC(2024, 0, 1);

// Creating a formatter takes as long as using it a hundred times.
const formatters = new Map<string, Intl.DateTimeFormat>();
const twelveHours = new Map<string, boolean | undefined>();

/** Return a cached formatter for a language and options. */
function dateFormat(language: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (found === undefined) formatters.set(key, (found = new Intl.DateTimeFormat(language, options)));
  return found;
}

/** Return whether the user's clock has 12 hours, undefined if that is unknown. */
function hour12(hass: HomeAssistant): boolean | undefined {
  const format = hass.locale.time_format;
  if (format === "12" || format === "24") return format === "12";
  const language = format === "system" ? undefined : hass.locale.language;
  const key = String(language);
  if (!twelveHours.has(key)) {
    twelveHours.set(key, dateFormat(language, { hour: "numeric" }).resolvedOptions().hour12);
  }
  return twelveHours.get(key);
}

function formatter(hass: HomeAssistant, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return dateFormat(hass.locale.language, { timeZone, ...options });
}

function clockOptions(hass: HomeAssistant): Intl.DateTimeFormatOptions {
  const twelve = hour12(hass);
  if (twelve === undefined) return { hour: "numeric", minute: "2-digit" };
  // `hour12: false` alone shows midnight as 24:00 in some languages.
  return twelve
    ? { hour: "numeric", minute: "2-digit", hour12: true }
    : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
}

/** Return an instant as a time of day in a time zone. */
export function formatTime(hass: HomeAssistant, at: Date, timeZone: string): string {
  return formatter(hass, timeZone, clockOptions(hass)).format(at);
}

const clocks = new Map<string, string>();

/** Return a wall-clock time such as `07:30` in the user's format. */
export function formatClock(hass: HomeAssistant, time: string): string {
  const { language, time_format: format } = hass.locale;
  const key = `${language} ${format} ${time}`;
  let found = clocks.get(key);
  if (found === undefined) clocks.set(key, (found = formatTime(hass, new Date(`2024-01-01T${time}:00Z`), "UTC")));
  return found;
}

/** Return the date of an instant in a time zone, as `2026-10-05`. */
export function dateIn(at: Date, timeZone: string): string {
  return wallClock(at, timeZone).slice(0, 10);
}

/** Return the minutes since midnight at an instant in a time zone. */
export function minutesIn(at: Date, timeZone: string): number {
  return minutesOf(wallClock(at, timeZone).slice(-5));
}

/** Return an instant in a time zone, as `2026-10-05, 07:30`. */
export function wallClock(at: Date, timeZone: string): string {
  const date = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  return dateFormat("en-CA", { timeZone, ...date, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** Return an instant as a time, with the weekday if it is not today, or the date if it is a week or more away. */
export function formatWhen(hass: HomeAssistant, at: Date, now: Date, timeZone: string): string {
  const time = formatTime(hass, at, timeZone);
  const days = numberOf(dateIn(at, timeZone)) - numberOf(dateIn(now, timeZone));
  if (days === 0) return time;
  const near = days > -7 && days < 7;
  const day = formatter(hass, timeZone, near ? { weekday: "short" } : { day: "numeric", month: "short" }).format(at);
  return `${day} ${time}`;
}

/** Return a date such as `2026-10-05`, by default with its weekday. */
export function formatDate(
  hass: HomeAssistant,
  date: string,
  options: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" },
): string {
  return formatter(hass, "UTC", options).format(new Date(date));
}

/** Return the name of a weekday. */
export function formatWeekday(hass: HomeAssistant, day: Weekday, length: "short" | "long" = "short"): string {
  const at = new Date(MONDAY + WEEKDAYS.indexOf(day) * DAY_MS);
  return formatter(hass, "UTC", { weekday: length }).format(at);
}

/** Return a duration as `2 h 15 min`. */
export function formatDuration(minutes: number): string {
  const rounded = Math.max(0, Math.round(minutes));
  const [hours, rest] = [Math.floor(rounded / 60), rounded % 60];
  if (hours === 0) return leftToRight(`${rest} min`);
  return leftToRight(rest === 0 ? `${hours} h` : `${hours} h ${rest} min`);
}

/** Return a quantity whose unit stays behind its number on a page from right to left. */
function leftToRight(text: string): string {
  // These characters isolate a part of a text, also in attributes.
  return document.dir === "rtl" ? `\u2066${text}\u2069` : text;
}

/** Return a distance in the unit system of Home Assistant. */
export function formatDistance(hass: HomeAssistant, km: number): string {
  const miles = hass.config.unit_system.length === "mi";
  const value = new Intl.NumberFormat(hass.locale.language, { maximumFractionDigits: 0 });
  return leftToRight(`${value.format(miles ? km / KM_PER_MILE : km)} ${miles ? "mi" : "km"}`);
}

/** Return an amount of money, a price with up to a tenth of a cent (3 decimals); without a currency, as a number. */
export function formatMoney(hass: HomeAssistant, value: number, currency: string | null = null, decimals = 2): string {
  const unit = currency === null ? {} : { style: "currency", currency, currencyDisplay: "narrowSymbol" };
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: decimals };
  return new Intl.NumberFormat(hass.locale.language, { ...unit, ...digits } as Intl.NumberFormatOptions).format(value);
}

/** Return an energy in kWh. */
export function formatEnergy(hass: HomeAssistant, kwh: number): string {
  return leftToRight(`${new Intl.NumberFormat(hass.locale.language, { maximumFractionDigits: 1 }).format(kwh)} kWh`);
}

/** Return a percentage. */
export function formatPercent(hass: HomeAssistant, value: number): string {
  return new Intl.NumberFormat(hass.locale.language, { style: "percent" }).format(value / 100);
}

/** Return how long ago an instant was, such as `10 minutes ago`. */
export function formatAge(hass: HomeAssistant, at: Date, now: Date): string {
  const format = new Intl.RelativeTimeFormat(hass.locale.language, { numeric: "auto" });
  const seconds = Math.min(0, (at.getTime() - now.getTime()) / 1000);
  if (seconds > -60) return format.format(0, "second");
  if (seconds > -3600) return format.format(Math.ceil(seconds / 60), "minute");
  const hours = seconds / 3600;
  return hours > -48 ? format.format(Math.ceil(hours), "hour") : format.format(Math.ceil(hours / 24), "day");
}
