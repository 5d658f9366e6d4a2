/** The integration's rules for charge windows: which are joined, and which are refused. */

import { inOrder, type DraftWindow, type Refused } from "./draft";
import { addDays, DAY, dayOf, numberOf, WEEK } from "./time";

/** Return windows joined as the integration does, or why they are refused; a joined window keeps the edited key. */
export function joinedWindows(
  windows: readonly DraftWindow[],
  edited: string | null,
): { windows: DraftWindow[] } | Refused {
  const joined = withoutCovered(merged(overlapsJoined(windows, edited), edited));
  const tooLong = joined.some((each) => each.length > DAY);
  if (tooLong) return { refused: "longer_than_a_day" };
  const overlap = overlapOnDate(joined);
  if (overlap !== null) return { refused: "overlaps_date", date: overlap };
  return { windows: oneMainADay(joined, edited) };
}

/** Return where in the week a window begins, in quarters. */
function beginOf(each: DraftWindow): number {
  return each.day * DAY + each.start;
}

function endOf(each: DraftWindow): number {
  return beginOf(each) + each.length;
}

/** Return the windows, with overlapping weekly windows joined. */
function overlapsJoined(windows: readonly DraftWindow[], edited: string | null): DraftWindow[] {
  const ordered = [...windows].sort(inOrder);
  const weekly: DraftWindow[] = [];
  for (const each of ordered.filter((one) => one.date === null)) {
    const last = weekly.at(-1);
    if (last && beginOf(each) < endOf(last)) weekly.splice(-1, 1, union(last, each, 0, edited));
    else weekly.push(each);
  }
  // The last window may reach into the next week, and then overlap the first ones.
  for (;;) {
    const [first, last] = [weekly[0], weekly.at(-1)];
    if (weekly.length < 2 || !first || !last || beginOf(first) + WEEK >= endOf(last)) break;
    weekly.pop();
    weekly.splice(0, 1);
    weekly.push(union(last, first, 7, edited));
  }
  return [...weekly, ...ordered.filter((one) => one.date !== null)];
}

/** Return the windows in order, with adjacent windows of the same day joined. */
function merged(windows: readonly DraftWindow[], edited: string | null): DraftWindow[] {
  const found: DraftWindow[] = [];
  const byDate = (one: DraftWindow, other: DraftWindow): number =>
    (one.date ?? "").localeCompare(other.date ?? "") || inOrder(one, other);
  for (const each of [...windows].sort(byDate)) {
    const last = found.at(-1);
    const adjacent = last && last.date === each.date && last.day === each.day && endOf(last) === beginOf(each);
    if (adjacent) found.splice(-1, 1, union(last, each, 0, edited));
    else found.push(each);
  }
  return found.sort(inOrder);
}

/** Return two windows as one, skipped on dates on which both are; `days` is 7 if `later` is in the next week. */
function union(earlier: DraftWindow, later: DraftWindow, days: number, edited: string | null): DraftWindow {
  const end = Math.max(endOf(earlier), endOf(later) + days * DAY);
  const ahead = later.day - earlier.day + days;
  return {
    ...earlier,
    key: later.key === edited ? later.key : earlier.key,
    length: end - beginOf(earlier),
    main: earlier.main || later.main,
    skipped: earlier.skipped.filter((date) => later.skipped.includes(addDays(date, ahead))),
  };
}

/** Return the windows, without those on a single date that a weekly window contains. */
function withoutCovered(windows: readonly DraftWindow[]): DraftWindow[] {
  const weekly = windows.filter((each) => each.date === null);
  return windows.filter((each) => each.date === null || !weekly.some((other) => covers(other, each, each.date ?? "")));
}

/** Return whether a weekly window contains a window on a date, and is not skipped then. */
function covers(weekly: DraftWindow, once: DraftWindow, date: string): boolean {
  return [-WEEK, 0, WEEK].some((shift) => {
    const begin = beginOf(weekly) + shift;
    const contains = begin <= beginOf(once) && endOf(once) <= begin + weekly.length;
    const ahead = Math.floor(beginOf(once) / DAY) - Math.floor(begin / DAY);
    return contains && !weekly.skipped.includes(addDays(date, -ahead));
  });
}

/** Return the date of the first window on a single date that overlaps another window, null if none does. */
function overlapOnDate(windows: readonly DraftWindow[]): string | null {
  const once = windows.flatMap((each) =>
    each.date === null ? [] : [{ each, from: numberOf(each.date) * DAY + each.start }],
  );
  for (const { each, from } of once) {
    const until = from + each.length;
    const overlaps = (start: number, length: number): boolean => start < until && from < start + length;
    if (once.some((other) => other.each !== each && overlaps(other.from, other.each.length))) return each.date;
    // A window lasts a day at most.
    for (const ahead of [-1, 0, 1]) {
      const date = addDays(each.date ?? "", ahead);
      const [day, number] = [dayOf(date), numberOf(date)];
      const onDate = windows.filter((one) => one.date === null && one.day === day && !one.skipped.includes(date));
      if (onDate.some((one) => overlaps(number * DAY + one.start, one.length))) return each.date;
    }
  }
  return null;
}

/** Return the windows with at most one weekly main window a day, preferably the edited one. */
function oneMainADay(windows: readonly DraftWindow[], edited: string | null): DraftWindow[] {
  const mains = new Map<number, string>();
  for (const each of windows) {
    if (each.main && each.date === null && (each.key === edited || !mains.has(each.day))) mains.set(each.day, each.key);
  }
  return windows.map((each) => ({ ...each, main: mains.get(each.day) === each.key && each.main }));
}
