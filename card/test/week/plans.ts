/** Plans and edits for the tests of the week, and the rules of the integration checked quarter by quarter. */

import fc from "fast-check";
import { WEEKDAYS, type Departure, type Plan, type PlanInput, type PlannedWindow, type Weekday } from "../../src/api";
import { isRefused, type Draft, type DraftWindow, type Edited } from "../../src/week/draft";
import * as departures from "../../src/week/departures";
import { move } from "../../src/week/moves";
import { addDays, dateAt, dayOf, DAY, minutesOf, numberOf, timeAt, WEEK, weekday } from "../../src/week/time";
import * as windows from "../../src/week/windows";

/** A Thursday. */
export const TODAY = "2026-10-01";

/** Return a plan with some parts. */
export function aPlan(parts: Partial<Plan> = {}): Plan {
  return {
    revision: "1",
    charge_enabled: true,
    departures_enabled: true,
    paused: null,
    departures: [],
    windows: [],
    limit: { percent: 100, how: "none" },
    next_departure: null,
    next_window: null,
    ...parts,
  };
}

/** Return a window of a plan, such as `mon 23:00-07:00`. */
export function aWindow(text: string, parts: Partial<PlannedWindow> = {}): PlannedWindow {
  const [day, times] = text.split(" ") as [Weekday, string];
  const [start, end] = times.split("-") as [string, string];
  const minutes = (minutesOf(end) - minutesOf(start) + 1440) % 1440 || 1440;
  return { day, start, end, duration_minutes: minutes, date: null, main: false, skipped: [], ...parts };
}

/** Return a departure of a plan, such as `07:30 mon tue`. */
export function aDeparture(text: string, parts: Partial<Departure> = {}): Departure {
  const [time, ...days] = text.split(" ") as [string, ...Weekday[]];
  return {
    id: `id-${text}`,
    name: "Work",
    time,
    days,
    date: null,
    precondition: true,
    enabled: true,
    robust: false,
    override: false,
    target_level: null,
    skipped: [],
    next_at: null,
    ...parts,
  };
}

/** Return windows as short texts. */
export function texts(draft: Draft): string[] {
  return draft.windows.map((each) => {
    const times = `${timeAt(each.start * 15)}-${timeAt((each.start + each.length) * 15)}`;
    return `${each.date ?? weekday(each.day)} ${times}`;
  });
}

/** Return the plan that the integration returns after a draft is saved. */
export function saved(input: PlanInput, before: Plan): Plan {
  return {
    ...before,
    revision: "2",
    charge_enabled: input.enable ?? before.charge_enabled,
    windows: input.windows?.flatMap(savedWindows) ?? before.windows,
    departures: input.departures?.map(savedDeparture) ?? before.departures,
  };
}

function savedWindows(each: NonNullable<PlanInput["windows"]>[number]): PlannedWindow[] {
  const days = each.date === undefined ? (each.days ?? []) : [weekday(dayOf(each.date))];
  const parts = { date: each.date ?? null, main: each.main, skipped: each.skipped ?? [] };
  return days.map((day) => aWindow(`${day} ${each.start}-${each.end ?? each.start}`, parts));
}

function savedDeparture(each: NonNullable<PlanInput["departures"]>[number], index: number): Departure {
  const { id, days, date, skipped, ...fields } = each;
  return {
    ...fields,
    id: id ?? `new-${index}`,
    days: days ?? [],
    date: date ?? null,
    skipped: skipped ?? [],
    next_at: null,
  };
}

/** Return what is wrong with windows by the rules of the integration, checked quarter by quarter. */
export function wrong(draft: Draft): string[] {
  const found: string[] = [];
  const weekly = draft.windows.filter((each) => each.date === null);
  const once = draft.windows.filter((each) => each.date !== null);
  for (const each of draft.windows) {
    const isWhole = [each.day, each.start, each.length].every(Number.isInteger);
    if (!isWhole || each.start < 0 || each.start >= DAY) found.push(`off the grid: ${JSON.stringify(each)}`);
    if (each.length < 1 || each.length > DAY) found.push(`length: ${each.length}`);
    if (each.date !== null && (dayOf(each.date) !== each.day || each.main)) found.push(`date: ${each.date}`);
    if (each.skipped.some((date) => each.date !== null || dayOf(date) !== each.day))
      found.push("skipped on another day");
  }
  if (count(weekly.flatMap(weekQuarters))) found.push("weekly windows overlap");
  if (count(once.flatMap((each) => quartersOn(each, each.date ?? "")))) found.push("windows for a date overlap");
  const dates = once.flatMap((each) => [-1, 0, 1].map((ahead) => addDays(each.date ?? "", ahead)));
  const onDates = [...new Set(dates)].flatMap((date) => weekly.flatMap((each) => occurrence(each, date)));
  const taken = new Set(onDates);
  if (once.flatMap((each) => quartersOn(each, each.date ?? "")).some((each) => taken.has(each)))
    found.push("a date overlaps");
  const mains = weekly.filter((each) => each.main).map((each) => each.day);
  if (new Set(mains).size !== mains.length) found.push("two main windows");
  const ends = new Set(draft.windows.map((each) => `${each.date} ${each.day} ${each.start + each.length}`));
  if (draft.windows.some((each) => ends.has(`${each.date} ${each.day} ${each.start}`)))
    found.push("adjacent windows of a day");
  const keys = [...draft.windows, ...draft.departures].map((each) => each.key);
  if (new Set(keys).size !== keys.length) found.push("a key twice");
  for (const each of draft.departures) {
    if (!Number.isInteger(each.at) || each.at < 0 || each.at >= 1440) found.push(`departure at ${each.at}`);
    if ((each.date === null) === (each.days.length === 0)) found.push("departure with neither days nor a date");
    if (each.skipped.some((date) => !each.days.includes(dayOf(date)))) found.push("departure skipped on another day");
  }
  return found;
}

function count(quarters: number[]): boolean {
  return new Set(quarters).size !== quarters.length;
}

/** Return the quarters of the week in which a window charges. */
export function weekQuarters(each: DraftWindow): number[] {
  return Array.from({ length: each.length }, (_, ahead) => (each.day * DAY + each.start + ahead) % WEEK);
}

/** Return the quarters, since 1970, of a window on a date. */
export function quartersOn(each: DraftWindow, date: string): number[] {
  return Array.from({ length: each.length }, (_, ahead) => numberOf(date) * DAY + each.start + ahead);
}

function occurrence(each: DraftWindow, date: string): number[] {
  return each.day === dayOf(date) && !each.skipped.includes(date) ? quartersOn(each, date) : [];
}

/** An edit of a draft, and the blocks it is about: others may not be lost by it. */
export interface Edit {
  readonly name: string;
  readonly about: (draft: Draft) => string[];
  readonly apply: (draft: Draft) => Edited;
}

const day = fc.integer({ min: 0, max: 6 });
const start = fc.integer({ min: 0, max: DAY - 1 });
const length = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) }, fc.integer({ min: 1, max: 110 }));
const pick = fc.nat();
const date = fc.integer({ min: 0, max: 20 }).map((ahead) => dateAt(numberOf(TODAY) + ahead));
const fields = fc.record({
  day,
  start,
  length,
  date: fc.option(date, { nil: null, freq: 3 }),
  main: fc.boolean(),
});
const departureFields = fc.record({
  name: fc.constantFrom("Work", "Gym", "", " Shop "),
  at: fc.oneof(fc.integer({ min: 0, max: 1439 }), fc.constantFrom(450, 465)),
  days: fc.array(day, { maxLength: 7 }),
  date: fc.option(date, { nil: null, freq: 3 }),
  precondition: fc.boolean(),
  enabled: fc.boolean(),
  timer: fc.constant(false),
  override: fc.constant(false),
  target: fc.constantFrom(null, 80),
});

type Named = { key: string };
const keyAt = (blocks: readonly Named[], at: number): string => blocks[at % Math.max(1, blocks.length)]?.key ?? "none";
const windowAt = (at: number) => (draft: Draft) => keyAt(draft.windows, at);
const departureAt = (at: number) => (draft: Draft) => keyAt(draft.departures, at);

function edit<T>(
  name: string,
  inputs: fc.Arbitrary<T>,
  key: (input: T) => ((draft: Draft) => string) | null,
  apply: (draft: Draft, input: T, key: string) => Edited,
) {
  return inputs.map((input): Edit => {
    const of = key(input);
    return {
      name: `${name} ${JSON.stringify(input)}`,
      about: (draft) => (of === null ? [] : [of(draft)]),
      apply: (draft) => apply(draft, input, of?.(draft) ?? ""),
    };
  });
}

/** Any edit except undo. */
export const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 4,
    arbitrary: edit(
      "add",
      fields,
      () => null,
      (draft, each) => windows.addWindow(draft, each),
    ),
  },
  {
    weight: 4,
    arbitrary: edit(
      "place",
      fc.record({ pick, days: fc.integer({ min: -8, max: 8 }), start: fc.integer({ min: -200, max: 200 }), length }),
      (each) => windowAt(each.pick),
      (draft, each, key) => windows.placeWindow(draft, key, each),
    ),
  },
  edit(
    "change",
    fc.record({ pick, fields }),
    (each) => windowAt(each.pick),
    (draft, each, key) => windows.changeWindow(draft, key, each.fields),
  ),
  edit(
    "resize",
    fc.record({ pick, edge: fc.constantFrom("start" as const, "end" as const), by: fc.integer({ min: -6, max: 6 }) }),
    (each) => windowAt(each.pick),
    (draft, each, key) => move(draft, { key, edge: each.edge, day: 0 }, { quarters: each.by, days: 0 }),
  ),
  edit(
    "skip",
    fc.record({ pick, date, skip: fc.boolean() }),
    (each) => windowAt(each.pick),
    (draft, each, key) => windows.skipWindow(draft, key, each.date, each.skip),
  ),
  edit(
    "delete",
    fc.record({ pick }),
    (each) => windowAt(each.pick),
    (draft, _, key) => windows.deleteWindow(draft, key),
  ),
  edit(
    "add departure",
    departureFields,
    () => null,
    (draft, each) => departures.addDeparture(draft, each),
  ),
  edit(
    "change departure",
    fc.record({ pick, fields: departureFields }),
    (each) => departureAt(each.pick),
    (draft, each, key) => departures.changeDeparture(draft, key, each.fields),
  ),
  edit(
    "move departure",
    fc.record({ pick, day, ahead: fc.integer({ min: -7, max: 7 }), at: fc.integer({ min: -300, max: 1800 }) }),
    (each) => departureAt(each.pick),
    (draft, each, key) => departures.moveDeparture(draft, key, each.day, each.ahead, each.at),
  ),
  edit(
    "skip departure",
    fc.record({ pick, date, skip: fc.boolean() }),
    (each) => departureAt(each.pick),
    (draft, each, key) => departures.skipDeparture(draft, key, each.date, each.skip),
  ),
  edit(
    "delete departure",
    fc.record({ pick }),
    (each) => departureAt(each.pick),
    (draft, _, key) => departures.deleteDeparture(draft, key),
  ),
);

/** Copying a day, which may replace the windows of others. */
export const anyCopy = fc.record({ from: day, to: fc.array(day, { maxLength: 7 }) });

/** Any plan without departures that the integration can have, made by adding windows. */
export const anyPlan: fc.Arbitrary<Draft> = fc.array(fields, { maxLength: 12 }).map((list) =>
  list.reduce<Draft>(
    (draft, each) => {
      const added = windows.addWindow(draft, each);
      return isRefused(added) ? draft : added.draft;
    },
    { windows: [], departures: [], bySchedule: true, isCheapest: false },
  ),
);

/** Return the names of the days in the integration's data. */
export const dayNames = (days: readonly number[]): (Weekday | undefined)[] => days.map((each) => WEEKDAYS[each]);
