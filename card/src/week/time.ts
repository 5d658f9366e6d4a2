/** Quarters of an hour, days of the week (0 is Monday), and dates without a time zone. */

import { WEEKDAYS, type Weekday } from "../api";

export const MINUTES = 15;
export const DAY = 96;
export const WEEK = 7 * DAY;
export const DAY_MINUTES = 1440;
export const DAY_MS = 86_400_000;
// 1970-01-01 was a Thursday.
const FIRST_DAY = 3;

/** Return the remainder of a division, never negative. */
export function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

/** Return a length of a window in quarters, limited to between a quarter of an hour and a day. */
export function clampedLength(length: number): number {
  return Math.min(DAY, Math.max(1, length));
}

/** Return the minutes since midnight of a time such as `07:30`. */
export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** Return the time, such as `07:30`, some minutes after midnight. */
export function timeAt(minutes: number): string {
  const within = modulo(minutes, DAY_MINUTES);
  return [Math.floor(within / 60), within % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

/** Return the time at which a quarter begins, counted from the start of a day or week. */
export function quarterTime(quarter: number): string {
  return timeAt(Math.round(quarter * MINUTES));
}

/** Return the number of days from 1970-01-01 to a date. */
export function numberOf(date: string): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
}

/** Return the date some days after 1970-01-01. */
export function dateAt(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

/** Return the date some days later. */
export function addDays(date: string, days: number): string {
  return dateAt(numberOf(date) + days);
}

/** Return the day of the week of a date. */
export function dayOf(date: string): number {
  return modulo(numberOf(date) + FIRST_DAY, 7);
}

/** Return the first date on a day of the week, not before `from`. */
export function nextDate(day: number, from: string): string {
  return addDays(from, modulo(day - dayOf(from), 7));
}

/** Return the name of a day of the week in the API of the integration. */
export function weekday(day: number): Weekday {
  return WEEKDAYS[modulo(day, 7)] ?? "mon";
}

/** Return the days of the week, starting with one of them. */
export function daysFrom(first: number): number[] {
  return WEEKDAYS.map((_, ahead) => (first + ahead) % 7);
}
