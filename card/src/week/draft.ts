/** A draft of the plan: charge windows and departures as the user edits them, before they are saved. */

import {
  WEEKDAYS,
  type Departure,
  type DepartureInput,
  type Plan,
  type PlanInput,
  type PlannedWindow,
  type WindowInput,
} from "../api";
import { DAY, MINUTES, minutesOf, quarterTime, timeAt, weekday } from "./time";

/**
 * A charge window in quarters of an hour; `start` counts from midnight. `day` is the weekday of `date` if set. Quarters
 * are fractions in a window that another app has written.
 */
export interface DraftWindow {
  readonly key: string;
  readonly day: number;
  readonly start: number;
  readonly length: number;
  readonly date: string | null;
  readonly main: boolean;
  readonly skipped: readonly string[];
}

/** A departure `at` minutes after midnight, on days of the week or a date; a new one has no `id`. */
export interface DraftDeparture {
  readonly key: string;
  readonly id: string | null;
  readonly name: string;
  readonly at: number;
  readonly days: readonly number[];
  readonly date: string | null;
  readonly precondition: boolean;
  readonly enabled: boolean;
  readonly timer: boolean;
  readonly override: boolean;
  readonly target: number | null;
  readonly skipped: readonly string[];
}

/**
 * The plan as edited; `bySchedule` is null while the schedule of the car is not known. `isCheapest` means that the
 * cheapest hours are chosen in place of the windows.
 */
export interface Draft {
  readonly windows: readonly DraftWindow[];
  readonly departures: readonly DraftDeparture[];
  readonly bySchedule: boolean | null;
  readonly isCheapest: boolean;
}

export type Refusal =
  | "longer_than_a_day"
  | "overlaps_date"
  | "not_on_that_day"
  | "no_days"
  | "no_name"
  | "departure_there"
  | "nothing_to_copy";

/** The result of an edit: the draft and the key of the edited block, or why the edit was refused. */
export type Edited = { readonly draft: Draft; readonly key: string | null } | Refused;
export interface Refused {
  readonly refused: Refusal;
  readonly date?: string;
}

/** Return whether an edit was refused. */
export function isRefused<T extends object>(result: T | Refused): result is Refused {
  return "refused" in result;
}

/** Return a plan as a draft without edits. */
export function fromPlan(plan: Plan): Draft {
  return {
    windows: plan.windows.map(draftWindow).sort(inOrder),
    departures: plan.departures.map(draftDeparture),
    bySchedule: plan.charge_enabled,
    isCheapest: plan.cheapest_hours === true,
  };
}

/** Compare two windows by day, start, length, and date. */
export function inOrder(one: DraftWindow, other: DraftWindow): number {
  return (
    one.day - other.day ||
    one.start - other.start ||
    one.length - other.length ||
    (one.date ?? "").localeCompare(other.date ?? "")
  );
}

/** Return the window with a key, undefined if there is none. */
export function findWindow(draft: Draft, key: string | null): DraftWindow | undefined {
  return draft.windows.find((each) => each.key === key);
}

/** Return the departure with a key, undefined if there is none. */
export function findDeparture(draft: Draft, key: string | null): DraftDeparture | undefined {
  return draft.departures.find((each) => each.key === key);
}

/** Return whether an edit of the window with a key has joined it with others. */
export function hasJoined(before: Draft, after: Draft, key: string | null): boolean {
  const count = before.windows.length + (findWindow(before, key) ? 0 : 1);
  return findWindow(after, key) !== undefined && after.windows.length < count;
}

/** Return a key that no block of the draft has. */
export function newKey(draft: Draft): string {
  const keys = [...draft.windows, ...draft.departures].map((each) => each.key);
  const numbers = keys.filter((each) => each.startsWith("n")).map((each) => Number(each.slice(1)));
  return `n${Math.max(-1, ...numbers) + 1}`;
}

/** Return which parts of a draft differ from the saved plan, and the keys of new and changed blocks. */
export function changes(
  draft: Draft,
  saved: Draft,
): { windows: boolean; departures: boolean; mode: boolean; keys: Set<string> } {
  const windows = differing(draft.windows, saved.windows, windowInput);
  const departures = differing(draft.departures, saved.departures, departureInput);
  return {
    windows: windows.length > 0 || draft.windows.length !== saved.windows.length,
    departures: departures.length > 0 || draft.departures.length !== saved.departures.length,
    mode: draft.bySchedule !== saved.bySchedule || draft.isCheapest !== saved.isCheapest,
    keys: new Set([...windows, ...departures]),
  };
}

/** Return whether a draft differs from the saved plan. */
export function isChanged(draft: Draft, saved: Draft): boolean {
  const found = changes(draft, saved);
  return found.windows || found.departures || found.mode;
}

/** Return whether a plan is what a draft became when it was saved: new departures have an id now. */
export function isSavedAs(draft: Draft, saved: Draft): boolean {
  const known = new Set(draft.departures.map((each) => each.id));
  const departures = saved.departures.map((each) => (known.has(each.id) ? each : { ...each, id: null }));
  return !isChanged(draft, { ...saved, departures });
}

/**
 * Return a version of the draft `sent` whose departures have the ids that they received when `sent` was saved. Those
 * that were deleted are new again.
 */
export function withIds(draft: Draft, sent: Draft, saved: Draft): Draft {
  const content = (each: DraftDeparture): string => JSON.stringify(departureInput({ ...each, id: null }));
  const known = new Set(sent.departures.map((each) => each.id));
  const created = saved.departures.filter((each) => !known.has(each.id));
  const departures = draft.departures.map((each) => {
    const added = each.id === null && findDeparture(sent, each.key);
    const found = added && created.find((other) => content(other) === content(added));
    if (found) return { ...each, id: found.id, key: found.key };
    return saved.departures.some((other) => other.id === each.id) ? each : { ...each, id: null };
  });
  return { ...draft, departures };
}

/** Return the input of the integration for a draft, without the parts that did not change. */
export function toInput(draft: Draft, saved: Draft, revision: string): PlanInput {
  const changed = changes(draft, saved);
  return {
    revision,
    ...(changed.windows ? { windows: draft.windows.map(windowInput) } : {}),
    ...(changed.departures ? { departures: draft.departures.map(departureInput) } : {}),
    ...(draft.bySchedule !== saved.bySchedule && draft.bySchedule !== null ? { enable: draft.bySchedule } : {}),
    ...(draft.isCheapest === saved.isCheapest ? {} : { cheapest_hours: draft.isCheapest }),
  };
}

/** Return a draft based on a plan that was changed elsewhere, with the parts of that plan that were not edited. */
export function rebased(draft: Draft, saved: Draft, current: Draft): Draft {
  const changed = changes(draft, saved);
  return {
    windows: changed.windows ? draft.windows : current.windows,
    departures: changed.departures ? draft.departures : current.departures,
    bySchedule: changed.mode ? draft.bySchedule : current.bySchedule,
    isCheapest: changed.mode ? draft.isCheapest : current.isCheapest,
  };
}

/** Return a window of a plan; its key is that of no other window, also after the plan was changed elsewhere. */
function draftWindow(each: PlannedWindow): DraftWindow {
  const day = WEEKDAYS.indexOf(each.day);
  const start = minutesOf(each.start) / MINUTES;
  const length = each.duration_minutes / MINUTES;
  return {
    key: `w${[day, start, length, each.date ?? ""].join("-")}`,
    day,
    start,
    length,
    date: each.date,
    main: each.main,
    skipped: [...each.skipped].sort(),
  };
}

function draftDeparture(each: Departure): DraftDeparture {
  return {
    key: `d${each.id}`,
    id: each.id,
    name: each.name,
    at: minutesOf(each.time),
    days: each.days.map((day) => WEEKDAYS.indexOf(day)).sort(),
    date: each.date,
    precondition: each.precondition,
    enabled: each.enabled,
    timer: each.robust,
    override: each.override,
    target: each.target_level,
    skipped: [...each.skipped].sort(),
  };
}

function windowInput(each: DraftWindow): WindowInput {
  return {
    ...(each.date === null ? { days: [weekday(each.day)] } : { date: each.date }),
    start: quarterTime(each.start),
    ...(each.length < DAY
      ? { end: quarterTime(each.start + each.length) }
      : { duration: { minutes: Math.round(each.length * MINUTES) } }),
    main: each.main,
    skipped: [...each.skipped],
  };
}

function departureInput(each: DraftDeparture): DepartureInput {
  return {
    ...(each.id === null ? {} : { id: each.id }),
    name: each.name,
    time: timeAt(each.at),
    ...(each.date === null ? { days: each.days.map(weekday) } : { date: each.date }),
    precondition: each.precondition,
    enabled: each.enabled,
    robust: each.timer,
    override: each.override,
    target_level: each.target,
    skipped: [...each.skipped],
  };
}

/** Return the keys of blocks whose content is not in the saved plan. */
function differing<T extends { key: string }>(
  blocks: readonly T[],
  saved: readonly T[],
  content: (each: T) => object,
): string[] {
  if (blocks === saved) return [];
  const known = new Set(saved.map((each) => JSON.stringify(content(each))));
  return blocks.filter((each) => !known.has(JSON.stringify(content(each)))).map((each) => each.key);
}
