/** The settings of the schedule card, and what it uses of Home Assistant. */

import { choice, form } from "../config";
import type { HomeAssistant } from "../hass";
import { WEEKDAYS, type Weekday } from "../api";
import { daysFrom } from "../week/time";

export interface ScheduleConfig {
  type: string;
  device_id?: string;
  layout?: "timeline" | "list";
}

/** Return the form of the settings. */
export function configForm(): object {
  return form([choice("layout", ["timeline", "list"])]);
}

/** Return whether Home Assistant has changed in a way that the card shows; it shows no states of entities. */
export function hasChanged(now: HomeAssistant | undefined, before: HomeAssistant | undefined): boolean {
  if (now === undefined || before === undefined) return now !== before;
  const fields = ["locale", "language", "localize", "config", "connected", "connection", "entities"] as const;
  return fields.some((field) => now[field] !== before[field]);
}

/** Return the days of the user's week, in their order. */
export function daysOfWeek(hass: HomeAssistant): number[] {
  return daysFrom(Math.max(0, firstWeekday(hass)));
}

function firstWeekday(hass: HomeAssistant): number {
  const { first_weekday: chosen, language } = hass.locale;
  if (chosen !== "language") return WEEKDAYS.indexOf(chosen.slice(0, 3).toLowerCase() as Weekday);
  type Info = { firstDay: number };
  const locale = new Intl.Locale(language) as Intl.Locale & { getWeekInfo?: () => Info; weekInfo?: Info };
  const info = locale.getWeekInfo?.() ?? locale.weekInfo;
  return ((info?.firstDay ?? 1) + 6) % 7;
}
