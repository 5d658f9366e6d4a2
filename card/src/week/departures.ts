/** Edits of departures, and copies of a day: each takes a draft and returns a changed one, or why it was refused. */

import { findDeparture, isRefused, newKey, type Draft, type DraftDeparture, type Edited, type Refusal } from "./draft";
import { addDays, DAY_MINUTES, dayOf, modulo } from "./time";
import { copyWindows, withDate } from "./windows";

/** The fields of a departure that the user enters: `days` of the week or a `date`, and the options. */
export type DepartureFields = Omit<DraftDeparture, "key" | "id" | "skipped">;

/** Add a departure. */
export function addDeparture(draft: Draft, fields: DepartureFields): Edited {
  const key = newKey(draft);
  return withDeparture(draft, { ...normalized(fields), key, id: null, skipped: [] });
}

/** Change the fields of a departure; skipped dates are kept on the days that it keeps. */
export function changeDeparture(draft: Draft, key: string, fields: DepartureFields): Edited {
  const each = findDeparture(draft, key);
  if (each === undefined) return { draft, key: null };
  const entered = normalized(fields);
  const skipped = each.skipped.filter((date) => entered.days.includes(dayOf(date)));
  return withDeparture(draft, { ...each, ...entered, skipped });
}

/**
 * Move a departure on one of its days to `at` minutes after midnight, `ahead` days later.
 *
 * The departure stays on its other days. The moved one is joined with one that is the same except for the days.
 */
export function moveDeparture(draft: Draft, key: string, day: number, ahead: number, at: number): Edited {
  const each = findDeparture(draft, key);
  if (each === undefined) return { draft, key: null };
  const later = ahead + Math.floor(at / DAY_MINUTES);
  const time = modulo(at, DAY_MINUTES);
  if (each.date !== null) return withDeparture(draft, { ...each, at: time, date: addDays(each.date, later) });
  if (!each.days.includes(day)) return { refused: "not_on_that_day" };
  const target = modulo(day + later, 7);
  const moved = {
    ...each,
    at: time,
    days: [target],
    skipped: each.skipped.filter((date) => dayOf(date) === day).map((date) => addDays(date, later)),
  };
  if (each.days.length === 1) return joined(draft, moved);
  const left = {
    ...each,
    days: each.days.filter((one) => one !== day),
    skipped: each.skipped.filter((date) => dayOf(date) !== day),
  };
  return joined(replaced(draft, left), { ...moved, key: newKey(draft), id: null });
}

/** Skip a weekly departure on a date, or restore it. */
export function skipDeparture(draft: Draft, key: string, date: string, skip: boolean): Edited {
  const each = findDeparture(draft, key);
  if (!each?.days.includes(dayOf(date))) return { refused: "not_on_that_day" };
  return { draft: replaced(draft, { ...each, skipped: withDate(each.skipped, date, skip) }), key };
}

/** Delete a departure on all its days. */
export function deleteDeparture(draft: Draft, key: string): Edited {
  return { draft: { ...draft, departures: draft.departures.filter((each) => each.key !== key) }, key: null };
}

/** Delete a departure on one of its days. */
export function deleteOnDay(draft: Draft, key: string, day: number): Edited {
  const each = findDeparture(draft, key);
  const days = each?.days.filter((other) => other !== day) ?? [];
  if (each === undefined || days.length === 0) return deleteDeparture(draft, key);
  const skipped = each.skipped.filter((date) => dayOf(date) !== day);
  return { draft: replaced(draft, { ...each, days, skipped }), key: null };
}

/** Copy a day to others: its windows replace theirs, its departures are added to theirs. */
export function copyDay(draft: Draft, from: number, to: readonly number[]): Edited {
  const departures = draft.departures.map((each) => (each.days.includes(from) ? onMoreDays(draft, each, to) : each));
  const hasWindows = draft.windows.some((each) => each.date === null && each.day === from);
  if (!hasWindows && !draft.departures.some((each) => each.days.includes(from))) return { refused: "nothing_to_copy" };
  const copied = hasWindows ? copyWindows(draft, from, to) : { draft, key: null };
  return isRefused(copied) ? copied : { draft: { ...copied.draft, departures }, key: null };
}

/** Return a departure on more days, except those with another departure at the same time. */
function onMoreDays(draft: Draft, each: DraftDeparture, days: readonly number[]): DraftDeparture {
  const free = days.filter(
    (day) => !draft.departures.some((other) => other.at === each.at && other.days.includes(day)),
  );
  return { ...each, days: [...new Set([...each.days, ...free])].sort() };
}

/** Return the draft with a departure, joined with one that is the same except for the days. */
function joined(draft: Draft, each: DraftDeparture): Edited {
  const same = draft.departures.find((other) => other.key !== each.key && other.date === null && areSame(other, each));
  if (same === undefined) return withDeparture(draft, each);
  if (each.days.some((day) => same.days.includes(day))) return { refused: "departure_there" };
  const days = [...same.days, ...each.days].sort();
  const skipped = [...same.skipped, ...each.skipped].sort();
  const without = draft.departures.filter((other) => other.key !== each.key);
  return { draft: replaced({ ...draft, departures: without }, { ...same, days, skipped }), key: same.key };
}

/** Return whether two departures differ only in their days. */
function areSame(one: DraftDeparture, other: DraftDeparture): boolean {
  const fields = ["name", "at", "precondition", "enabled", "timer", "override", "target"] as const;
  return fields.every((field) => one[field] === other[field]);
}

function normalized(fields: DepartureFields): DepartureFields {
  return {
    ...fields,
    name: fields.name.trim(),
    at: modulo(Math.round(fields.at), DAY_MINUTES),
    days: fields.date === null ? [...new Set(fields.days)].sort() : [],
  };
}

function problemOf(each: DraftDeparture): Refusal | null {
  if (each.name === "") return "no_name";
  return each.date === null && each.days.length === 0 ? "no_days" : null;
}

function withDeparture(draft: Draft, each: DraftDeparture): Edited {
  const refused = problemOf(each);
  return refused === null ? { draft: replaced(draft, each), key: each.key } : { refused };
}

function replaced(draft: Draft, each: DraftDeparture): Draft {
  const isNew = draft.departures.every((other) => other.key !== each.key);
  const departures = draft.departures.map((other) => (other.key === each.key ? each : other));
  return { ...draft, departures: isNew ? [...departures, each] : departures };
}
