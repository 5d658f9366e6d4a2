/** Edits of windows and departures, and what is shown and saved of a draft. */

import { describe, expect, it } from "vitest";
import type { PlannedWindow, ScheduleCopy } from "../../src/api";
import { addDeparture, changeDeparture, copyDay, moveDeparture, skipDeparture } from "../../src/week/departures";
import { changes, fromPlan, isRefused, rebased, toInput, type Draft, type Edited } from "../../src/week/draft";
import { lanes as lanesOf, laterBlocks, skippableDates, type Extent } from "../../src/week/layout";
import { move } from "../../src/week/moves";
import { problems } from "../../src/week/problems";
import { daysFrom } from "../../src/week/time";
import * as windows from "../../src/week/windows";
import { aDeparture, aPlan, aWindow, texts, TODAY } from "./plans";

const LIMITS = { step_minutes: 15, every_day: true, max_window_times: null, windows_a_day: 1, timer: true };

function draftOf(...list: PlannedWindow[]): Draft {
  return fromPlan(aPlan({ windows: list }));
}

function lanes(draft: Draft, days: number[], today: string, copy: ScheduleCopy | null, extent: Extent) {
  return lanesOf(draft, draft, days, today, copy, extent);
}

function done(result: Edited): Draft {
  if (isRefused(result)) throw new Error(result.refused);
  return result.draft;
}

function keyOf(draft: Draft, at = 0): string {
  return draft.windows[at]?.key ?? "";
}

describe("windows", () => {
  it("move across the end of the week", () => {
    const draft = draftOf(aWindow("sun 22:00-01:00"));
    const moved = done(windows.placeWindow(draft, keyOf(draft), { start: 4 * 23, length: 12 }));
    expect(texts(moved)).toEqual(["sun 23:00-02:00"]);
    const next = done(windows.placeWindow(moved, keyOf(moved), { start: 96 + 4, length: 12 }));
    expect(texts(next)).toEqual(["mon 01:00-04:00"]);
  });

  it("take their skipped dates along", () => {
    const draft = draftOf(aWindow("sun 22:00-01:00", { skipped: ["2026-10-04"] }));
    const moved = done(windows.placeWindow(draft, keyOf(draft), { days: 1, start: 0, length: 4 }));
    expect(moved.windows[0]?.skipped).toEqual(["2026-10-05"]);
  });

  it("become one where they overlap, also into the next week", () => {
    const draft = draftOf(aWindow("mon 00:30-06:00"), aWindow("sun 12:00-13:00"));
    const moved = done(windows.placeWindow(draft, keyOf(draft, 1), { start: 4 * 23, length: 8 }));
    expect(texts(moved)).toEqual(["sun 23:00-06:00"]);
    expect(moved.windows[0]?.key).toBe(keyOf(draft, 1));
  });

  it("are refused longer than a day or over a window for a date", () => {
    const draft = draftOf(
      aWindow("mon 00:00-13:00"),
      aWindow("tue 00:30-06:00"),
      aWindow("wed 01:00-02:00", { date: "2026-10-07" }),
    );
    const long = windows.placeWindow(draft, keyOf(draft), { start: 20, length: 90 });
    expect(long).toEqual({ refused: "longer_than_a_day" });
    const over = windows.placeWindow(draft, keyOf(draft, 1), { days: 1, start: 0, length: 6 });
    expect(over).toEqual({ refused: "overlaps_date", date: "2026-10-07" });
  });

  it("for a date end where a weekly one contains them", () => {
    const draft = draftOf(aWindow("wed 01:00-02:00", { date: "2026-10-07" }));
    const added = windows.addWindow(draft, { day: 2, start: 0, length: 12, date: null, main: false });
    expect(texts(done(added))).toEqual(["wed 00:00-03:00"]);
  });

  it("are copied to other days, whose windows they replace", () => {
    const skipped = ["2026-10-06"];
    const draft = draftOf(
      aWindow("mon 23:00-07:00"),
      aWindow("tue 23:00-07:00", { skipped }),
      aWindow("wed 12:00-13:00"),
    );
    const copied = done(copyDay(draft, 0, [0, 1, 2]));
    expect(texts(copied)).toEqual(["mon 23:00-07:00", "tue 23:00-07:00", "wed 23:00-07:00"]);
    expect(copied.windows[1]?.skipped).toEqual(skipped);
    expect(copyDay(draftOf(), 0, [1])).toEqual({ refused: "nothing_to_copy" });
  });

  it("keep one main window a day", () => {
    const draft = draftOf(aWindow("mon 01:00-02:00", { main: true }), aWindow("tue 03:00-04:00", { main: true }));
    const moved = done(windows.placeWindow(draft, keyOf(draft, 1), { days: -1, start: 12, length: 4 }));
    expect(moved.windows.map((each) => each.main)).toEqual([true, false]);
    const fields = { ...moved.windows[1]!, main: true };
    const marked = done(windows.changeWindow(moved, fields.key, fields));
    expect(marked.windows.map((each) => each.main)).toEqual([false, true]);
  });

  it("are skipped on their own day only", () => {
    const draft = draftOf(aWindow("mon 01:00-02:00"));
    expect(windows.skipWindow(draft, keyOf(draft), "2026-10-06", true)).toEqual({ refused: "not_on_that_day" });
    const skipped = done(windows.skipWindow(draft, keyOf(draft), "2026-10-05", true));
    expect(skipped.windows[0]?.skipped).toEqual(["2026-10-05"]);
    expect(done(windows.skipWindow(skipped, keyOf(draft), "2026-10-05", false))).toEqual(draft);
  });
});

describe("departures", () => {
  const draft = fromPlan(aPlan({ departures: [aDeparture("07:30 mon tue fri", { skipped: ["2026-10-02"] })] }));

  it("move on the day that was moved, and become one again", () => {
    const moved = done(moveDeparture(draft, "did-07:30 mon tue fri", 4, 0, 540));
    expect(moved.departures.map((each) => [each.id, each.at, each.days, each.skipped])).toEqual([
      ["id-07:30 mon tue fri", 450, [0, 1], []],
      [null, 540, [4], ["2026-10-02"]],
    ]);
    const back = done(moveDeparture(moved, moved.departures[1]?.key ?? "", 4, 0, 450));
    expect(back).toEqual(draft);
  });

  it("are refused where the same one is already", () => {
    expect(moveDeparture(draft, "did-07:30 mon tue fri", 0, 1, 450)).toEqual({ refused: "departure_there" });
    const fields = { ...draft.departures[0]!, days: [] };
    expect(changeDeparture(draft, "did-07:30 mon tue fri", fields)).toEqual({ refused: "no_days" });
    expect(addDeparture(draft, { ...fields, days: [1], name: " " })).toEqual({ refused: "no_name" });
  });

  it("are copied to days without one at that time", () => {
    const copied = done(copyDay(draft, 0, [1, 2, 3]));
    expect(copied.departures[0]?.days).toEqual([0, 1, 2, 3, 4]);
  });

  it("are skipped on a date and take place again", () => {
    const skipped = done(skipDeparture(draft, "did-07:30 mon tue fri", "2026-10-05", true));
    expect(skipped.departures[0]?.skipped).toEqual(["2026-10-02", "2026-10-05"]);
    expect(skipDeparture(draft, "did-07:30 mon tue fri", "2026-10-07", true)).toEqual({ refused: "not_on_that_day" });
  });
});

describe("what is saved", () => {
  const plan = aPlan({
    windows: [aWindow("mon 23:00-07:00")],
    departures: [aDeparture("07:30 mon")],
    charge_enabled: false,
  });
  const before = fromPlan(plan);

  it("contains only the parts that changed", () => {
    expect(toInput(before, before, "1")).toEqual({ revision: "1" });
    const on = { ...before, bySchedule: true };
    expect(toInput(on, before, "1")).toEqual({ revision: "1", enable: true });
    const moved = done(move(before, { key: "w0-92-32-", edge: "end", day: 0 }, { quarters: 1, days: 0 }));
    expect(toInput(moved, before, "1")).toEqual({
      revision: "1",
      windows: [{ days: ["mon"], start: "23:00", end: "07:15", main: false, skipped: [] }],
    });
    expect([...changes(moved, before).keys]).toEqual(["w0-92-32-"]);
  });

  it("keeps what was changed elsewhere in the parts that were not edited", () => {
    const moved = done(move(before, { key: "w0-92-32-", edge: "end", day: 0 }, { quarters: 1, days: 0 }));
    const current = fromPlan({ ...plan, departures: [], charge_enabled: true });
    expect(rebased(moved, before, current)).toEqual({ windows: moved.windows, departures: [], bySchedule: true, isCheapest: false });
  });
});

describe("lanes", () => {
  it("begin on the first day of the week and show the coming dates", () => {
    expect(daysFrom(6)).toEqual([6, 0, 1, 2, 3, 4, 5]);
    const draft = draftOf(aWindow("sun 23:00-02:00", { skipped: ["2026-10-04"] }));
    const shown = lanes(draft, daysFrom(0), TODAY, null, () => 60);
    expect(shown.map((each) => each.date).slice(0, 4)).toEqual(["2026-10-05", "2026-10-06", "2026-10-07", TODAY]);
    const parts = shown.flatMap((lane) => lane.segments.map((each) => [lane.day, each.from, each.to, each.isSkipped]));
    expect(parts).toEqual([
      [0, 0, 8, true],
      [6, 92, 96, true],
    ]);
  });

  it("stack departures at about the same time", () => {
    const departures = [aDeparture("07:30 mon"), aDeparture("07:45 mon"), aDeparture("09:00 mon")];
    const [monday] = lanes(fromPlan(aPlan({ departures })), [0], TODAY, null, () => 60);
    expect(monday?.markers.map((each) => each.row)).toEqual([0, 1, 0]);
    const late = [aDeparture("22:45 mon"), aDeparture("23:30 mon")];
    const [evening] = lanes(fromPlan(aPlan({ departures: late })), [0], TODAY, null, () => 60);
    expect(evening?.markers.map((each) => [each.departure.at, each.isLate, each.row])).toEqual([
      [1410, true, 0],
      [1365, false, 1],
    ]);
  });

  it("show what is in the car, and what only the car has", () => {
    const held = { day: "mon" as const, start: "23:00", end: "07:00", duration_minutes: 480 };
    const copy = {
      status: "differs" as const,
      enabled: true,
      mode: null,
      windows: [held],
      read_at: null,
      next_change: null,
    };
    const same = lanes(draftOf(aWindow("mon 23:00-07:00")), [0], TODAY, copy, () => 60)[0];
    expect(same?.segments[0]?.inCar).toBe(true);
    expect(same?.onlyInCar).toEqual([]);
    const other = lanes(draftOf(), [1], TODAY, copy, () => 60)[0];
    expect(other?.onlyInCar).toEqual([{ from: 0, to: 28, window: held }]);
    const edited = lanesOf(draftOf(), draftOf(aWindow("mon 23:00-07:00")), [1], TODAY, copy, () => 60)[0];
    expect(edited?.onlyInCar).toEqual([]);
  });

  it("leave later dates to a list", () => {
    const draft = draftOf(
      aWindow("thu 01:00-02:00", { date: "2026-10-08" }),
      aWindow("thu 03:00-04:00", { date: TODAY }),
    );
    expect(texts({ ...draft, windows: laterBlocks(draft, TODAY).windows })).toEqual(["2026-10-08 01:00-02:00"]);
    expect(skippableDates([0, 3], ["2026-12-07"], TODAY, 3)).toEqual([TODAY, "2026-10-05", "2026-10-08", "2026-12-07"]);
  });
});

describe("problems", () => {
  const keys = (draft: Draft, limits = {}): string[] =>
    problems(draft, { ...LIMITS, ...limits }).map((each) => `${each.translation_key} ${each.days.join(" ")}`);

  it("are what the car cannot hold", () => {
    expect(keys(draftOf())).toEqual(["schedule_empty "]);
    expect(keys({ ...draftOf(), bySchedule: false })).toEqual([]);
    expect(keys(draftOf(aWindow("mon 23:00-07:00")))).toEqual(["windows_days_missing tue wed thu fri sat sun"]);
    expect(keys(draftOf(aWindow("mon 23:00-07:00")), { every_day: false })).toEqual([]);
    const kinds = draftOf(aWindow("mon 23:00-07:00"), aWindow("tue 22:00-07:00"), aWindow("wed 21:00-07:00"));
    expect(keys(kinds, { every_day: false, max_window_times: 2 })).toEqual(["schedule_kinds_full "]);
    expect(keys(kinds, { every_day: false, max_window_times: 1 })).toEqual([]);
  });

  it("are days on which all is skipped", () => {
    const days = (["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const).map((day) =>
      aWindow(`${day} 01:00-02:00`),
    );
    const draft = draftOf(...days);
    const skipped = done(windows.skipWindow(draft, "w0-4-4-", "2026-10-05", true));
    expect(keys(skipped)).toEqual(["window_day_needed mon"]);
  });
});
