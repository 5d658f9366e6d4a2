/** The form of a window or a departure, and the edit of the draft that it makes. */

import { findDeparture, findWindow, type Draft, type DraftDeparture, type DraftWindow, type Edited } from "./draft";
import {
  addDeparture,
  changeDeparture,
  deleteDeparture,
  deleteOnDay,
  skipDeparture,
  type DepartureFields,
} from "./departures";
import { applyAll } from "./moves";
import { DAY, dayOf, MINUTES, modulo } from "./time";
import { addWindow, changeWindow, deleteWindow, skipWindow } from "./windows";

/** The entered values of a block; a new one has no `key`. `days` are ignored with a `date`. */
export interface Form {
  readonly kind: "window" | "departure";
  readonly key: string | null;
  readonly days: readonly number[];
  readonly date: string | null;
  readonly start: number;
  readonly length: number;
  readonly main: boolean;
  readonly name: string;
  readonly at: number;
  readonly precondition: boolean;
  readonly enabled: boolean;
  readonly timer: boolean;
  readonly override: boolean;
  readonly target: number | null;
  readonly skipped: readonly string[];
}

/** The quarter in which a new block begins if no time was selected: 07:00. */
export const MORNING = 28;
const USUAL_LENGTH = 16;

/** Return the form for a new block that begins in a quarter of a day. */
export function newForm(kind: Form["kind"], day: number, quarter: number, name: string): Form {
  const start = modulo(quarter, DAY);
  const times = { start, length: USUAL_LENGTH, at: start * MINUTES };
  const options = { precondition: true, enabled: true, timer: false, override: false, target: null };
  return { kind, key: null, days: [day], date: null, ...times, main: false, name, ...options, skipped: [] };
}

/** Return the form of a block, null if there is none with this key. */
export function formOf(draft: Draft, key: string): Form | null {
  const window = findWindow(draft, key);
  const blank = newForm("window", 0, 0, "");
  if (window !== undefined) return { ...blank, ...window, days: [window.day] };
  const departure = findDeparture(draft, key);
  return departure === undefined ? null : { ...blank, ...departure, kind: "departure", start: 0 };
}

/** Return the draft after a form was entered. */
export function entered(draft: Draft, form: Form): Edited {
  return form.kind === "window" ? withWindow(draft, form) : withDeparture(draft, form);
}

/** Return the draft without a block; a departure on several days is deleted on a `day` only, if that is given. */
export function without(draft: Draft, key: string, day: number | null = null): Edited {
  const isWindow = draft.windows.some((each) => each.key === key);
  if (isWindow) return deleteWindow(draft, key);
  return day === null ? deleteDeparture(draft, key) : deleteOnDay(draft, key, day);
}

/** Return the draft with the entered window, and a copy of it on each further day. */
function withWindow(draft: Draft, form: Form): Edited {
  if (form.date === null && form.days.length === 0) return { refused: "no_days" };
  const before = findWindow(draft, form.key);
  const [first = 0, ...others] = form.date === null ? ownDayFirst(form.days, before) : [dayOf(form.date)];
  const fields = { day: first, start: form.start, length: form.length, date: form.date, main: form.main };
  const added = others.map((day) => (each: Draft) => addWindow(each, { ...fields, day }));
  if (before === undefined) return applyAll(draft, [(each) => addWindow(each, fields), ...added]);
  const toggled = before.date === null && form.date === null ? toggledDates(before, form, [first]) : [];
  return applyAll(draft, [
    (each) => changeWindow(each, before.key, fields),
    ...toggled.map((date) => (each: Draft) => skipWindow(each, before.key, date, form.skipped.includes(date))),
    ...added,
  ]);
}

function withDeparture(draft: Draft, form: Form): Edited {
  const before = findDeparture(draft, form.key);
  const { name, at, days, date, precondition, enabled, timer, override, target } = form;
  const fields: DepartureFields = { name, at, days, date, precondition, enabled, timer, override, target };
  if (before === undefined) return addDeparture(draft, fields);
  const toggled = toggledDates(before, form, date === null ? days : []);
  return applyAll(draft, [
    (each) => changeDeparture(each, before.key, fields),
    ...toggled.map((on) => (each: Draft) => skipDeparture(each, before.key, on, form.skipped.includes(on))),
  ]);
}

/** Return the dates, on some days of the week, that the form skips or restores. */
function toggledDates(before: DraftWindow | DraftDeparture, form: Form, days: readonly number[]): string[] {
  const either = [...new Set([...before.skipped, ...form.skipped])].filter((date) => days.includes(dayOf(date)));
  return either.filter((date) => before.skipped.includes(date) !== form.skipped.includes(date));
}

/** Return days in an order in which the current day of a window is first, so that the window stays there. */
function ownDayFirst(days: readonly number[], window: DraftWindow | undefined): readonly number[] {
  if (window === undefined || !days.includes(window.day)) return days;
  return [window.day, ...days.filter((day) => day !== window.day)];
}
