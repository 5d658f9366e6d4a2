/** The layout of a draft: a lane for each of the next seven days, with the parts of windows and the departures. */

import type { ChargeWindow, ScheduleCopy } from "../api";
import { WEEKDAYS } from "../api";
import type { Draft, DraftDeparture, DraftWindow } from "./draft";
import { addDays, DAY, DAY_MINUTES, MINUTES, minutesOf, modulo, nextDate } from "./time";

/** The part of a window on one day, in quarters of that day; `occurs` is the date on which the window begins. */
export interface Segment {
  readonly window: DraftWindow;
  readonly from: number;
  readonly to: number;
  readonly isContinued: boolean;
  readonly continues: boolean;
  readonly occurs: string;
  readonly isSkipped: boolean;
  readonly inCar: boolean;
}

/** A departure on one day, in a `row` where it overlaps no other; a late one is drawn before its time, to fit. */
export interface Marker {
  readonly departure: DraftDeparture;
  readonly date: string;
  readonly isLate: boolean;
  readonly isSkipped: boolean;
  readonly row: number;
}

/** The part on one day of a window that is only in the car, in quarters of the day. */
export interface CarSegment {
  readonly from: number;
  readonly to: number;
  readonly window: ChargeWindow;
}

export interface Lane {
  readonly day: number;
  readonly date: string;
  readonly isToday: boolean;
  readonly segments: readonly Segment[];
  readonly markers: readonly Marker[];
  readonly rows: number;
  readonly onlyInCar: readonly CarSegment[];
}

/** How many minutes the marker of a departure covers. */
export type Extent = (departure: DraftDeparture) => number;

/** Return the lanes of days, in their order, with windows in the car that are neither in the draft nor saved. */
export function lanes(
  draft: Draft,
  saved: Draft,
  days: readonly number[],
  today: string,
  copy: ScheduleCopy | null,
  extent: Extent,
): Lane[] {
  const held = new Set((copy?.windows ?? []).map(copyKey));
  const others = copy === null ? [] : copy.windows.filter((each) => isMissing(each, draft) && isMissing(each, saved));
  return days.map((day) => {
    const date = nextDate(day, today);
    const markers = stacked(
      draft.departures.filter((each) => isOn(each, day, date)),
      date,
      extent,
    );
    return {
      day,
      date,
      isToday: date === today,
      segments: draft.windows
        .flatMap((each) => segments(each, day, date, held))
        .sort((one, other) => one.from - other.from),
      markers,
      rows: Math.max(0, ...markers.map((each) => each.row + 1)),
      onlyInCar: others.flatMap((each) => carSegments(each, day)),
    };
  });
}

/** Return the windows and departures on dates after the next seven days. */
export function laterBlocks(draft: Draft, today: string): { windows: DraftWindow[]; departures: DraftDeparture[] } {
  const isLater = ({ date }: { date: string | null }): boolean => date !== null && date >= addDays(today, 7);
  return { windows: draft.windows.filter(isLater), departures: draft.departures.filter(isLater) };
}

/** Return the dates on which a weekly block can be skipped: the next `count`, and those already skipped. */
export function skippableDates(
  days: readonly number[],
  skipped: readonly string[],
  today: string,
  count = 4,
): string[] {
  const next = days.flatMap((day) => {
    const first = nextDate(day, today);
    return Array.from({ length: count }, (_, week) => addDays(first, 7 * week));
  });
  const coming = [...new Set(next)].sort().slice(0, count);
  return [...new Set([...coming, ...skipped.filter((date) => date >= today)])].sort();
}

/** Return the parts of a window on its day and the next, in quarters of each day. */
export function partsOf(day: number, start: number, length: number): { day: number; from: number; to: number }[] {
  const first = { day: modulo(day, 7), from: start, to: Math.min(DAY, start + length) };
  const rest = start + length - DAY;
  return rest > 0 ? [first, { day: modulo(day + 1, 7), from: 0, to: rest }] : [first];
}

/** Return the parts of a window on a day: of the one that begins there, and of the one from the day before. */
function segments(each: DraftWindow, day: number, date: string, held: ReadonlySet<string>): Segment[] {
  return [0, 1].flatMap((ahead) => {
    const occurs = addDays(date, -ahead);
    if (each.date === null ? each.day !== modulo(day - ahead, 7) : each.date !== occurs) return [];
    const [from, to] = [Math.max(0, each.start - ahead * DAY), Math.min(DAY, each.start + each.length - ahead * DAY)];
    if (to <= from) return [];
    return [
      {
        window: each,
        from,
        to,
        isContinued: ahead > 0,
        continues: each.start + each.length > (ahead + 1) * DAY,
        occurs,
        isSkipped: each.skipped.includes(occurs),
        inCar: held.has(windowKey(each)),
      },
    ];
  });
}

function carSegments(window: ChargeWindow, day: number): CarSegment[] {
  const start = minutesOf(window.start) / MINUTES;
  const end = start + window.duration_minutes / MINUTES;
  return [0, 1].flatMap((ahead) => {
    if (WEEKDAYS.indexOf(window.day) !== modulo(day - ahead, 7)) return [];
    const [from, to] = [Math.max(0, start - ahead * DAY), Math.min(DAY, end - ahead * DAY)];
    return to > from ? [{ from, to, window }] : [];
  });
}

function isOn(each: DraftDeparture, day: number, date: string): boolean {
  return each.date === null ? each.days.includes(day) : each.date === date;
}

/** Return departures as markers of a date, in rows so that they do not overlap. */
function stacked(departures: readonly DraftDeparture[], date: string, extent: Extent): Marker[] {
  const ends: number[] = [];
  return departures
    .map((departure) => {
      const isLate = departure.at + extent(departure) > DAY_MINUTES;
      const from = isLate ? departure.at - extent(departure) : departure.at;
      return { departure, isLate, from, to: from + extent(departure) };
    })
    .sort((one, other) => one.from - other.from)
    .map(({ departure, isLate, from, to }) => {
      const free = ends.findIndex((end) => end <= from);
      const row = free < 0 ? ends.length : free;
      ends[row] = to;
      return { departure, date, isLate, isSkipped: departure.skipped.includes(date), row };
    });
}

/** Return whether a draft has no window at the time of a window in the car. */
function isMissing(held: ChargeWindow, draft: Draft): boolean {
  return !draft.windows.some((each) => windowKey(each) === copyKey(held));
}

function windowKey(each: DraftWindow): string {
  return [each.day, ...[each.start, each.length].map((quarters) => Math.round(quarters * MINUTES))].join(" ");
}

function copyKey(each: ChargeWindow): string {
  return `${WEEKDAYS.indexOf(each.day)} ${minutesOf(each.start)} ${each.duration_minutes}`;
}
