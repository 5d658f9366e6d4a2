/** Problems of a draft that the card finds itself; the integration checks the rest. */

import type { Limits, Problem, Weekday } from "../api";
import type { Draft, DraftWindow } from "./draft";
import { dayOf, weekday } from "./time";

// The integration reports these even while the charge mode is any time.
const BY_SCHEDULE = new Set(["schedule_empty", "windows_need_a_week", "windows_days_missing", "window_day_needed"]);

/** Return whether a problem prevents saving; problems of the charge mode by schedule do not if the mode is any time. */
export function isBlocking(problem: Problem, draft: Draft): boolean {
  return draft.bySchedule === true || !BY_SCHEDULE.has(problem.translation_key);
}

/** Return the problems of the windows of a draft, with the translation keys of the integration. */
export function problems(draft: Draft, limits: Limits): Problem[] {
  const weekly = draft.windows.filter((each) => each.date === null);
  const kinds = new Set(draft.windows.map((each) => `${each.start}/${each.length}`));
  const found: Problem[] = [];
  const most = limits.max_window_times ?? 0;
  // A car with a single time is sent one after the other.
  if (most > 1 && kinds.size > most) {
    found.push(problem("schedule_kinds_full", [], String(most)));
  }
  if (draft.bySchedule !== true) return found;
  if (weekly.length === 0)
    return [...found, problem(draft.windows.length > 0 ? "windows_need_a_week" : "schedule_empty", [])];
  if (!limits.every_day) return found;
  const missing = [0, 1, 2, 3, 4, 5, 6].filter((day) => weekly.every((each) => each.day !== day));
  if (missing.length > 0) return [...found, problem("windows_days_missing", missing.map(weekday))];
  const skipped = skippedDays(draft.windows, weekly);
  return skipped.length > 0 ? [...found, problem("window_day_needed", skipped)] : found;
}

/** Return the weekdays of the dates on which all windows are skipped. */
function skippedDays(windows: readonly DraftWindow[], weekly: readonly DraftWindow[]): Weekday[] {
  const empty = weekly
    .flatMap((each) => each.skipped)
    .filter((date) => {
      const others = weekly.filter((each) => each.day === dayOf(date));
      return others.every((each) => each.skipped.includes(date)) && windows.every((each) => each.date !== date);
    });
  return [...new Set(empty.map(dayOf))].sort().map(weekday);
}

function problem(key: string, days: Weekday[], value = ""): Problem {
  return { layer: "windows", days, departure: null, translation_key: key, value };
}
