/** Dragging, joining, and the meaning of what the timeline shows. */

import { beforeEach, describe, expect, it, vi } from "vitest";
import type { PlanInput, ScheduleCopy } from "../../src/api";
import { aDeparture, aWindow } from "../week/plans";
import { nightPlan, Page } from "./page";

// A Monday, as in the state of the car.
beforeEach(() => void vi.setSystemTime("2026-10-05T06:00:00Z"));

const LIMITS = { step_minutes: 15, every_day: false, max_window_times: null, windows_a_day: null, timer: false };
const TWO = [aWindow("mon 01:00-05:00"), aWindow("mon 07:00-09:00")];
const COPY: ScheduleCopy = { status: "enabled", enabled: true, mode: null, windows: [TWO[0]!], read_at: null, next_change: null };

describe("dragging a window", () => {
  it("shows and announces that it joins another one, before it is dropped", async () => {
    const page = await Page.open({ limits: LIMITS, plan: nightPlan({ windows: TWO }) });
    const seen: string[][] = [];
    await page.drag(page.window(0), 90, 0, "mouse", () => seen.push(page.texts(".bubble"), page.texts(".joined")));
    expect(seen).toEqual([["Joins: Mon 03:15 – 09:00"], ["Joins: Mon 03:15 – 09:00"]]);
    expect([page.windows(0), page.texts(".joined")]).toEqual([["03:15–09:00"], [""]]);
    expect(page.texts("[role=status]")).toContain("Joins: Mon 03:15 – 09:00");
    await page.press("Undo");
    await page.drag(page.window(0), 40, 0, "mouse", () => seen.push(page.texts(".bubble"), page.texts(".joined")));
    expect(seen.slice(2)).toEqual([["Mon 02:00 – 06:00"], [""]]);
  });

  it("draws none unless it is dragged for a quarter of an hour", async () => {
    const page = await Page.open({ limits: LIMITS, plan: nightPlan({ windows: TWO }) });
    const track = page.get('.track[data-day="2"]');
    for (const [dx, dy, pointer] of [[0, 60, "mouse"], [4, 40, "mouse"], [0, 200, "touch"]] as const) {
      await page.drag(track, dx, dy, pointer);
      expect([page.windows(2), page.all(".dock")]).toEqual([[], []]);
    }
    await page.drag(track, 10, 0);
    expect(page.windows(2)).toEqual(["00:00–00:15"]);
  });
});

describe("the timeline", () => {
  it("names the start and end of a window, and whether it is in the car", async () => {
    const page = await Page.open({ limits: LIMITS, plan: nightPlan({ windows: TWO }), copy: COPY });
    const [held, waiting] = [page.window(0), page.window(0, 1)].map((each) => each.getAttribute("aria-label") ?? "");
    expect(held).toMatch(/^01:00–05:00, .*, In the car$/);
    expect(waiting).toMatch(/^07:00–09:00, .*, Not in the car yet$/);
    expect([page.window(0).title, page.window(0, 1).title]).toEqual([held, waiting]);
    expect(page.texts('[aria-label="Legend"] span')).toEqual(["In the car", "Not in the car yet"]);
    await page.receive({ limits: LIMITS, plan: nightPlan({ charge_enabled: false, windows: TWO }), copy: COPY });
    expect(page.all('[aria-label="Legend"]')).toEqual([]);
  });

  it("starts with today, and lists days without dates in the order of the user's week", async () => {
    const page = await Page.open({ now: "2026-10-08T06:00:00Z" });
    expect(page.all(".track").map((each) => each.dataset["day"])).toEqual(["3", "4", "5", "6", "0", "1", "2"]);
    expect(page.texts(".day .number").slice(0, 2)).toEqual(["Oct 8", "Oct 9"]);
    await page.click(page.window(1), 0);
    const days = [...page.editor.querySelectorAll(".weekdays button")].map((each) => each.textContent?.trim());
    expect(days).toEqual(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]);
  });
});

describe("a window with other minutes", () => {
  const windows = [aWindow("mon 01:10-05:20"), aWindow("tue 01:00-05:00")];

  it("is shown as it is, and rounded with the first edit of a window, which is said before", async () => {
    const plan = nightPlan({ windows, departures: [aDeparture("07:30 mon")] });
    const page = await Page.open({ limits: LIMITS, plan });
    expect([page.windows(0), page.texts(".notice p")[0]]).toEqual([["01:10–05:20"], expect.stringContaining("rounded")]);
    await page.key(page.get(".marker"), "Delete");
    await page.press("Save");
    expect([page.windows(0), Object.keys(page.hass.calls.at(-1)?.[1] ?? {})]).toEqual([
      ["01:10–05:20"],
      ["device_id", "revision", "departures"],
    ]);
    await page.press("Undo");
    await page.drag(page.window(1), 40, 0);
    expect([page.windows(0), page.window(0).classList.contains("unsaved")]).toEqual([["01:15–05:15"], true]);
    await page.press("Save");
    const input = page.hass.calls.at(-1)?.[1] as PlanInput;
    expect(input.windows?.map((each) => [each.start, each.end])).toEqual([
      ["01:15", "05:15"],
      ["02:00", "06:00"],
    ]);
  });

  it("can be entered with its own times", async () => {
    const page = await Page.open({ limits: LIMITS, plan: nightPlan({ windows }) });
    await page.click(page.window(0), 0);
    const options = [...page.editor.querySelectorAll("option")].map((each) => each.textContent?.trim());
    expect(options).toEqual(expect.arrayContaining(["01:10", "01:15"]));
  });
});
