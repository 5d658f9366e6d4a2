/** Edits of charge windows: each takes a draft and returns a changed one, or why it was refused. */

import { findWindow, isRefused, newKey, type Draft, type DraftWindow, type Edited } from "./draft";
import { joinedWindows } from "./join";
import { addDays, clampedLength, DAY, dayOf, modulo } from "./time";

/** The fields of a window that the user enters, with times in quarters of an hour. */
interface WindowFields {
  readonly day: number;
  readonly start: number;
  readonly length: number;
  readonly date: string | null;
  readonly main: boolean;
}

/** Return the length of a window in quarters; if its end is not after its start, it ends on the next day. */
export function lengthUntil(start: number, end: number): number {
  return modulo(end - start, DAY) || DAY;
}

/** Add a window. */
export function addWindow(draft: Draft, fields: WindowFields): Edited {
  const key = newKey(draft);
  return withWindows(draft, [...draft.windows, { key, ...onItsDay(fields), skipped: [] }], key);
}

/**
 * Move a window by some days, or change its times; a `start` outside the day moves it to another day.
 *
 * A main window that is moved to a day with a main window becomes an additional one.
 */
export function placeWindow(
  draft: Draft,
  key: string,
  place: { days?: number; start: number; length: number },
): Edited {
  const days = (place.days ?? 0) + Math.floor(place.start / DAY);
  return changed(draft, key, (each) => ({
    ...each,
    day: modulo(each.day + days, 7),
    start: modulo(place.start, DAY),
    length: place.length,
    date: each.date === null ? null : addDays(each.date, days),
    main: each.main && (days % 7 === 0 || !hasMain(draft, each.day + days)),
    skipped: each.skipped.map((date) => addDays(date, days)),
  }));
}

/** Change the fields of a window; skipped dates are kept if its day stays the same. */
export function changeWindow(draft: Draft, key: string, fields: WindowFields): Edited {
  const entered = onItsDay(fields);
  return changed(draft, key, (each) => ({
    ...each,
    ...entered,
    skipped: entered.date === null && entered.day === each.day ? each.skipped : [],
  }));
}

/** Skip a weekly window on a date, or restore it. */
export function skipWindow(draft: Draft, key: string, date: string, skip: boolean): Edited {
  const each = findWindow(draft, key);
  if (each?.date !== null || each.day !== dayOf(date)) return { refused: "not_on_that_day" };
  return changed(draft, key, (one) => ({ ...one, skipped: withDate(one.skipped, date, skip) }));
}

/** Delete a window. */
export function deleteWindow(draft: Draft, key: string): Edited {
  return withWindows(
    draft,
    draft.windows.filter((each) => each.key !== key),
    null,
  );
}

/** Replace the weekly windows of some days by those of another day. */
export function copyWindows(draft: Draft, from: number, to: readonly number[]): Edited {
  const targets = to.filter((day) => day !== from);
  const sources = draft.windows.filter((each) => each.date === null && each.day === from);
  const before = draft.windows.filter((each) => each.date === null && targets.includes(each.day));
  let copied: Draft = { ...draft, windows: draft.windows.filter((each) => !before.includes(each)) };
  for (const source of sources) {
    for (const day of targets) {
      const same = before.find(
        (each) => each.day === day && each.start === source.start && each.length === source.length,
      );
      const copy = { ...source, key: newKey(copied), day, skipped: same?.skipped ?? [] };
      copied = { ...copied, windows: [...copied.windows, copy] };
    }
  }
  return withWindows(copied, copied.windows, null);
}

/** Return dates in order, with or without one. */
export function withDate(dates: readonly string[], date: string, included: boolean): string[] {
  const others = dates.filter((each) => each !== date);
  return included ? [...others, date].sort() : others;
}

function hasMain(draft: Draft, day: number): boolean {
  return draft.windows.some((each) => each.main && each.day === modulo(day, 7));
}

function onItsDay(fields: WindowFields): WindowFields {
  return fields.date === null ? fields : { ...fields, day: dayOf(fields.date), main: false };
}

function changed(draft: Draft, key: string, change: (each: DraftWindow) => DraftWindow): Edited {
  return withWindows(
    draft,
    draft.windows.map((each) => (each.key === key ? change(each) : each)),
    key,
  );
}

function withWindows(draft: Draft, windows: readonly DraftWindow[], edited: string | null): Edited {
  // All windows are sent at once, and the service accepts only quarters of an hour.
  const found = joinedWindows(windows.map(rounded), edited);
  if (isRefused(found)) return found;
  return { draft: { ...draft, windows: found.windows }, key: edited };
}

/** Return whether a window starts and ends at quarters of an hour. */
export function isOnGrid({ start, length }: { start: number; length: number }): boolean {
  return Number.isInteger(start) && Number.isInteger(length);
}

/** Return a window with its times rounded to quarters of an hour. */
function rounded(each: DraftWindow): DraftWindow {
  if (isOnGrid(each)) return each;
  const start = Math.min(DAY - 1, Math.round(each.start));
  return { ...each, start, length: clampedLength(Math.round(each.start + each.length) - start) };
}
