/** Texts for windows, departures, and problems in the user's language. */

import type { Car, Problem } from "../api";
import { sentenceText } from "../car/sentences";
import { formatClock, formatDate, formatDuration, formatPercent, formatWeekday } from "../format";
import type { HomeAssistant } from "../hass";
import type { Localize } from "../texts";
import type { DraftDeparture, DraftWindow, Refused } from "../week/draft";
import type { Segment } from "../week/layout";
import { DAY, MINUTES, quarterTime, timeAt, weekday } from "../week/time";
import type { View } from "./view";

/** What the texts depend on. */
export interface Words {
  readonly hass: HomeAssistant;
  readonly localize: Localize;
}

/** Return the texts without those that are false. */
export function present(...texts: (string | false)[]): string[] {
  return texts.filter((each) => each !== false);
}

/** Return the name of a kind of blocks. */
export function kindText({ localize }: Words, kind: "window" | "departure"): string {
  return localize(kind === "window" ? "schedule.window" : "schedule.departure");
}

/** Return the name of a day of the week. */
export function dayName({ hass }: Words, day: number, length: "short" | "long" = "short"): string {
  return formatWeekday(hass, weekday(day), length);
}

/** Return a date, by default with its weekday. */
export function dateText({ hass }: Words, date: string, options?: Intl.DateTimeFormatOptions): string {
  return formatDate(hass, date, options);
}

/** Return the time at which a quarter begins. */
export function quarterText({ hass }: Words, quarter: number): string {
  return formatClock(hass, quarterTime(quarter));
}

/** Return a time in minutes after midnight. */
export function minuteText({ hass }: Words, minutes: number): string {
  return formatClock(hass, timeAt(minutes));
}

/** Return the start and end of a window. */
export function times(words: Words, { start, length }: { start: number; length: number }): [string, string] {
  return [quarterText(words, start), quarterText(words, start + length)];
}

/** Return a window with its days and times, such as `Mon 23:00 – Tue 07:00`. */
export function windowText(words: Words, each: Pick<DraftWindow, "day" | "start" | "length" | "date">): string {
  const day = each.date === null ? dayName(words, each.day) : dateText(words, each.date);
  return `${day} ${spanText(words, each)}`;
}

/** Return the times of a window, with the day of its end if it ends on the next day. */
export function spanText(words: Words, each: Pick<DraftWindow, "day" | "start" | "length">): string {
  const end = each.start + each.length;
  const next = end > DAY ? `${dayName(words, each.day + 1)} ` : "";
  return `${quarterText(words, each.start)} – ${next}${quarterText(words, end)}`;
}

/** Return the duration of a window. */
export function lengthText(length: number): string {
  return formatDuration(length * MINUTES);
}

/** Return when a departure takes place on one of its days. */
export function departureText(words: Words, each: DraftDeparture, day: number): string {
  const on = each.date === null ? dayName(words, day) : dateText(words, each.date);
  return `${on} ${minuteText(words, each.at)}`;
}

/** Return the days of a departure, or its date. */
export function daysText(words: Words, each: DraftDeparture): string {
  if (each.date !== null) return dateText(words, each.date);
  if (each.days.length === 7) return words.localize("schedule.every_day");
  return each.days.map((day) => dayName(words, day)).join(", ");
}

/** Return the accessible name of a window, which begins with the visible text. */
export function windowLabel(view: View, each: Segment): string {
  const { words } = view;
  const kind = words.localize("schedule.window");
  const name = [times(words, each.window).join("–"), kind, windowText(words, each.window)];
  return [...name, ...windowDetails(view, each)].join(", ");
}

/** Return whether a saved window is in the car, null if that is unknown or does not matter. */
export function isInCar(view: View, each: Segment): boolean | null {
  return view.unsaved.has(each.window.key) || !view.bySchedule || view.car.copy === null ? null : each.inCar;
}

/** Return the details of a window other than its times. */
export function windowDetails(view: View, each: Segment): string[] {
  const { words } = view;
  const inCar = isInCar(view, each);
  const { localize } = words;
  const { date, length, main } = each.window;
  return present(
    lengthText(length),
    date !== null && localize("schedule.only_on", { date: dateText(words, date) }),
    main && localize("schedule.main"),
    each.isSkipped && localize("schedule.skipped_on", { date: dateText(words, each.occurs) }),
    view.unsaved.has(each.window.key) && localize("schedule.unsaved"),
    inCar !== null && localize(inCar ? "schedule.in_car" : "schedule.not_in_car"),
  );
}

/** Return the options of a departure that differ from the defaults. */
export function optionTexts({ hass, localize }: Words, each: DraftDeparture): string[] {
  return present(
    each.target !== null && localize("schedule.target_of", { level: formatPercent(hass, each.target) }),
    !each.precondition && localize("schedule.no_precondition"),
    each.timer && localize("schedule.timer"),
    each.override && localize("schedule.override"),
    !each.enabled && localize("schedule.switched_off"),
  );
}

/** Return why an edit was refused. */
export function refusalText(words: Words, refused: Refused): string {
  const date = refused.date === undefined ? "" : dateText(words, refused.date);
  return words.localize(`schedule.refused.${refused.refused}`, { date });
}

/** Return the message of a problem. */
export function problemText({ words, car }: Pick<View, "words" | "car">, problem: Problem): string {
  const { hass, localize } = words;
  const { days, value } = problem;
  const names = days.map((day) => formatWeekday(hass, day, "long"));
  const placeholders = { days: days.length === 7 ? localize("schedule.every_day") : names.join(", "), value };
  const text = { key: `exceptions.${problem.translation_key}.message`, placeholders };
  return sentenceText(hass, text, new Date(car.now), car.time_zone) || localize("schedule.problem");
}

/** Return one sentence for each limit of the car. */
export function limitTexts({ localize }: Words, { limits }: Car): string[] {
  const { windows_a_day: daily, max_window_times: times, every_day: isDaily } = limits;
  return present(
    daily !== null && localize(`schedule.limit.${daily === 1 ? "one" : "some"}_a_day`, { count: daily }),
    times !== null && times > 1 && localize("schedule.limit.times", { count: times }),
    isDaily && localize("schedule.limit.every_day"),
  );
}
