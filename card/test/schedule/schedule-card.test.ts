/** The schedule card as a person uses it. */

import { beforeEach, describe, expect, it, vi } from "vitest";
import type { PlanInput } from "../../src/api";
import { aHass, entities, withEntities } from "../fake";
import { aDeparture, aWindow } from "../week/plans";
import { nightPlan, Page } from "./page";

// A Monday, as in the state of the car.
beforeEach(() => void vi.setSystemTime("2026-10-05T06:00:00Z"));

const NO_LIMITS = { step_minutes: 15, every_day: false, max_window_times: null, windows_a_day: null, timer: false };

function saved(page: Page): PlanInput {
  return page.hass.calls.at(-1)?.[1] as PlanInput;
}

describe("the timeline", () => {
  it("shows the week of the plan and today", async () => {
    const page = await Page.open();
    expect(page.all(".track").map((each) => each.dataset["day"])).toEqual(["0", "1", "2", "3", "4", "5", "6"]);
    expect(page.windows(3)).toEqual(["01:00–05:00"]);
    expect(page.departures(1)).toEqual(["07:30 Work"]);
    expect(page.get(".now").closest<HTMLElement>(".track")?.dataset["day"]).toBe("0");
    expect(page.get(".now").getAttribute("style")).toBe("--at: 0.25");
  });

  it("shows what is only in the car, in the user's format", async () => {
    const held = { day: "mon", start: "13:00", end: "14:30", duration_minutes: 90 } as const;
    const copy = { status: "differs", enabled: true, mode: null, windows: [held], read_at: null, next_change: null } as const;
    const hass = aHass();
    hass.locale = { ...hass.locale, time_format: "12" };
    const page = await Page.open({ copy: { ...copy, windows: [held] } }, { hass });
    expect(page.texts(".only-in-car").map((each) => each.replace(/\u202f/g, " "))).toEqual(["Only in the car1:00 PM–2:30 PM"]);
  });

  it("moves a window by dragging it to another time and day, and saves that", async () => {
    const page = await Page.open({ limits: NO_LIMITS });
    await page.drag(page.window(0), 40, 120);
    expect(page.windows(0)).toEqual([]);
    expect(page.windows(2)).toEqual(["01:00–06:00"]);
    await page.press("Undo");
    expect(page.windows(0)).toEqual(["01:00–05:00"]);
    await page.drag(page.window(0), -80, 0);
    expect(page.windows(6)).toEqual(["01:00–05:00", "23:00–03:00"]);
    await page.press("Save");
    const windows = saved(page).windows?.filter((each) => each.start === "23:00");
    expect(windows).toEqual([{ days: ["sun"], start: "23:00", end: "03:00", main: false, skipped: [] }]);
    expect(saved(page).departures).toBeUndefined();
  });

  it("is not left without a question while there are unsaved edits", async () => {
    const page = await Page.open();
    const isAsked = (): boolean => !dispatchEvent(new Event("beforeunload", { cancelable: true }));
    expect(isAsked()).toBe(false);
    await page.drag(page.window(0), 40, 0);
    expect(isAsked()).toBe(true);
    await page.press("Undo");
    expect(isAsked()).toBe(false);
  });

  it("moves only the selected window with a finger", async () => {
    const page = await Page.open();
    await page.drag(page.window(0), 40, 0, "touch");
    expect(page.windows(0)).toEqual(["01:00–05:00"]);
    await page.click(page.window(0));
    await page.drag(page.window(0), 40, 0, "touch");
    expect(page.windows(0)).toEqual(["02:00–06:00"]);
  });

  it("resizes the selected window with its handles", async () => {
    const page = await Page.open();
    expect(page.all(".handle")).toEqual([]);
    await page.click(page.window(0));
    await page.drag(page.get(".handle.end"), 20, 0);
    expect(page.windows(0)).toEqual(["01:00–05:30"]);
    await page.drag(page.get(".handle.start"), -20, 0);
    expect(page.windows(0)).toEqual(["00:30–05:30"]);
  });

  it("runs from right to left in such languages", async () => {
    const page = await Page.open({}, { dir: "rtl" });
    await page.drag(page.window(0), -40, 0);
    expect(page.windows(0)).toEqual(["02:00–06:00"]);
    await page.key(page.window(0), "ArrowRight");
    expect(page.windows(0)).toEqual(["01:45–05:45"]);
  });

  it("shows one day from top to bottom where there is little room", async () => {
    const page = await Page.open({}, { width: 350 });
    expect(page.all(".track").length).toBe(1);
    await page.drag(page.window(0), 0, 40);
    expect(page.windows(0)).toEqual(["02:00–06:00"]);
    await page.key(page.get("#tab-0"), "ArrowRight");
    expect(page.windows(1)).toEqual(["01:00–05:00"]);
  });

  it("draws a window with the mouse, and adds one or a departure where it is clicked", async () => {
    const page = await Page.open();
    const track = page.get('.track[data-day="2"]');
    await page.drag(track, 80, 0);
    expect(page.windows(2)).toEqual(["00:00–05:00"]);
    track.dispatchEvent(new MouseEvent("click", { clientX: 405, clientY: 125, detail: 1 }));
    await page.settle();
    await page.submit();
    expect(page.windows(2)).toEqual(["00:00–05:00", "10:00–14:00"]);
    track.dispatchEvent(new MouseEvent("click", { clientX: 805, clientY: 165, detail: 1 }));
    await page.settle();
    await page.submit();
    expect(page.departures(2)).toEqual(["20:00 Departure"]);
  });
});

describe("the keyboard", () => {
  it("moves, resizes, and deletes blocks, and keeps the focus", async () => {
    const page = await Page.open();
    await page.key(page.window(1), "ArrowRight");
    await page.key(page.window(1), "ArrowRight", { shiftKey: true });
    expect(page.windows(1)).toEqual(["01:15–05:30"]);
    expect(page.card.shadowRoot?.activeElement?.getAttribute("aria-label")).toContain("01:15–05:30, Charge window");
    await page.key(page.window(1), "ArrowUp");
    expect(page.windows(0)).toEqual(["01:00–05:30"]);
    await page.key(page.window(0), "Delete");
    expect(page.windows(0)).toEqual([]);
    await page.key(page.get(".header"), "z", { ctrlKey: true });
    expect(page.windows(0)).toEqual(["01:00–05:30"]);
    await page.key(page.get(".header"), "Z", { ctrlKey: true, shiftKey: true });
    expect(page.windows(0)).toEqual([]);
    await page.press("Undo");
    await page.press("Redo");
    expect(page.windows(0)).toEqual([]);
  });

  it("deletes a departure on the day of the marker only", async () => {
    const page = await Page.open();
    await page.key(page.all(".marker")[1]!, "Delete");
    expect([0, 1].map((day) => page.departures(day))).toEqual([["07:30 Work"], []]);
    await page.key(page.get(".marker"), "Delete");
    expect(page.all(".marker")).toEqual([]);
  });

  it("opens a block with a key press at once", async () => {
    const page = await Page.open();
    await page.click(page.window(1), 0);
    expect(page.editor.querySelector("h2")?.textContent).toBe("Charge window");
  });
});

describe("the dialog", () => {
  it("changes a departure, and explains what is missing", async () => {
    const page = await Page.open();
    await page.click(page.get(".marker"), 0);
    const name = page.editor.querySelector<HTMLInputElement>("input[type=text]")!;
    name.value = " ";
    name.dispatchEvent(new Event("input"));
    await page.submit();
    expect(page.editor.querySelector(".refusal")?.textContent).toBe("Enter a name.");
    name.value = "Office";
    name.dispatchEvent(new Event("input"));
    await page.press("Time: 15 minutes later", page.editor);
    await page.press("Wed", page.editor);
    await page.press("Mon, Oct 5", page.editor);
    await page.submit();
    await page.press("Save");
    const fields = { precondition: true, enabled: true, robust: false, override: false, target_level: null };
    expect(saved(page)).toEqual({
      device_id: "car",
      revision: "1",
      departures: [
        {
          id: "id-07:30 mon tue",
          name: "Office",
          time: "07:45",
          days: ["mon", "tue", "wed"],
          skipped: ["2026-10-05"],
          ...fields,
        },
      ],
    });
  });

  it("makes a weekly window one for a date, and offers only what the car has", async () => {
    const page = await Page.open({ limits: NO_LIMITS });
    await page.click(page.window(1), 0);
    const [once] = [...page.editor.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
    expect(page.editor.textContent).not.toContain("Main window");
    once!.checked = true;
    once!.dispatchEvent(new Event("change"));
    await page.settle();
    await page.submit();
    await page.press("Save");
    expect(saved(page).windows?.filter((each) => each.date)).toEqual([
      { date: "2026-10-06", start: "01:00", end: "05:00", main: false, skipped: [] },
    ]);
  });

  it("copies a day", async () => {
    const page = await Page.open();
    await page.drag(page.window(0), 40, 0);
    await page.click(page.all("button.day")[0]!);
    await page.press("Monday to Friday", page.copyDialog);
    expect([4, 5].map((day) => page.windows(day))).toEqual([["02:00–06:00"], ["01:00–05:00"]]);
    expect(page.departures(4)).toEqual(["07:30 Work"]);
  });
});

describe("saving", () => {
  it("shows its progress until the car has confirmed", async () => {
    const page = await Page.open();
    await page.drag(page.window(0), 40, 0);
    let finish = (): void => undefined;
    page.hass.call = () => new Promise((resolve) => (finish = () => resolve(undefined)));
    await page.press("Save");
    expect(page.texts("button.primary")).toEqual(["Sending…"]);
    finish();
    await page.settle();
    const command = { command: "set_charge_schedule" as const, route: null, done: false, settled: false, reason: null };
    const sent = { ...command, status: "accepted" as const, sent_at: "2026-10-05T06:00:01Z", settled_at: null };
    const plan = nightPlan({ revision: "2" });
    await page.receive({ plan, commands: [sent] });
    expect(page.texts(".notice p")).toEqual(["Waiting for the car…"]);
    expect(page.all(".dock")).toEqual([]);
    const settled = { ...sent, settled: true, settled_at: "2026-10-05T06:00:02Z" };
    await page.receive({ plan, commands: [{ ...settled, done: true, status: "confirmed" }] });
    expect(page.texts(".notice p")).toEqual(["Saved and in the car"]);
    await page.receive({ plan, commands: [{ ...settled, status: "failed", reason: "car_refused" }] });
    expect(page.texts(".notice.error p")[0]).toContain("reason.state.car_refused");
  });

  it("keeps the edits if it is refused, and says why", async () => {
    const page = await Page.open();
    await page.drag(page.window(0), 40, 0);
    page.hass.call = () => Promise.reject({ message: "The car holds something else." });
    await page.press("Save");
    expect(page.texts(".notice.error p")).toEqual(["The car holds something else."]);
    expect(page.windows(0)).toEqual(["02:00–06:00"]);
    expect(page.texts("button.primary")).toEqual(["Save"]);
  });

  it("is possible once nothing is wrong", async () => {
    const page = await Page.open();
    const problem = { layer: "windows", days: ["mon"], departure: null, translation_key: "x", value: { clock: "01:10" } };
    page.hass.callWS = () => Promise.resolve({ problems: [problem] } as never);
    await page.key(page.window(0), "Delete");
    expect(page.texts(".problem-text")[0]).toContain("windows_days_missing");
    await new Promise((resolve) => setTimeout(resolve, 450));
    await page.settle();
    const text = 'component.renault_ze.exceptions.x.message {"days":"Monday","value":"01:10"}';
    expect([page.texts(".column .problem-text"), page.texts(".bar .problem-text")]).toEqual([[text], [text]]);
    expect(page.get("button.primary").hasAttribute("disabled")).toBe(true);
    page.hass.callWS = () => Promise.resolve({ problems: [] } as never);
    await page.press("Undo");
    expect(page.all(".problem-text")).toEqual([]);
  });
});

describe("edits", () => {
  it("are kept while an earlier draft is saved, and an error ends when they are discarded", async () => {
    const page = await Page.open({ limits: NO_LIMITS });
    await page.drag(page.window(0), 40, 0);
    let finish = (): void => undefined;
    page.hass.call = () => new Promise((resolve) => (finish = () => resolve(undefined)));
    await page.press("Save");
    const windows = nightPlan().windows.map((each) => (each.day === "mon" ? aWindow("mon 02:00-06:00") : each));
    await page.drag(page.window(1), 40, 0);
    await page.receive({ plan: nightPlan({ revision: "2", windows }), limits: NO_LIMITS });
    finish();
    await page.settle();
    expect([page.windows(0), page.windows(1)]).toEqual([["02:00–06:00"], ["02:00–06:00"]]);
    page.hass.call = () => Promise.reject({ message: "No." });
    await page.press("Save");
    expect([saved(page).revision, page.texts(".notice.error p")]).toEqual(["2", ["No."]]);
    await page.press("Discard");
    expect([page.windows(1), page.all(".notice.error")]).toEqual([["01:00–05:00"], []]);
  });

  it("of one car are not those of the next", async () => {
    const hass = withEntities(aHass(), ...entities("beta"));
    const page = await Page.open({ device_id: "beta" }, { hass, config: { device_id: undefined } });
    await page.drag(page.window(0), 40, 0);
    expect(page.windows(0)).toEqual(["02:00–06:00"]);
    page.card.hass = withEntities({ ...hass }, ...entities("alpha"), ...entities("beta"));
    await page.settle();
    await page.receive({ device_id: "alpha", plan: nightPlan({ revision: "7" }) });
    expect([page.windows(0), page.all(".notice.warning"), page.all(".dock")]).toEqual([["01:00–05:00"], [], []]);
  });

  it("in a dialog are of the same block although the plan has changed", async () => {
    const page = await Page.open({ limits: NO_LIMITS });
    await page.click(page.window(1), 0);
    const plan = nightPlan();
    await page.receive({ plan: { ...plan, revision: "2", windows: plan.windows.slice(1) }, limits: NO_LIMITS });
    await page.press("End: 15 minutes later", page.editor);
    await page.submit();
    expect([0, 1, 2].map((day) => page.windows(day))).toEqual([[], ["01:00–05:15"], ["01:00–05:00"]]);
  });
});

describe("a plan that changes elsewhere", () => {
  it("is shown, or offered while there are edits", async () => {
    const page = await Page.open();
    const plan = nightPlan({ revision: "2", windows: [aWindow("mon 12:00-13:00")] });
    await page.drag(page.window(0), 40, 0);
    await page.receive({ plan });
    expect(page.texts(".dock .notice.warning p")).toEqual(["The plan was changed elsewhere."]);
    expect(page.get("button.primary").hasAttribute("disabled")).toBe(true);
    await page.press("Keep editing");
    expect(page.windows(0)).toEqual(["02:00–06:00"]);
    await page.press("Save");
    expect(saved(page).revision).toBe("2");
    await page.receive({ plan: nightPlan({ revision: "3" }) });
    await page.drag(page.window(0), 40, 0);
    await page.receive({ plan: { ...plan, revision: "4" } });
    await page.press("Load the new plan");
    expect(page.windows(0)).toEqual(["12:00–13:00"]);
  });
});

describe("a card", () => {
  it("keeps the edits when it is created anew, as after a restart of Home Assistant", async () => {
    const hass = aHass();
    const page = await Page.open({}, { hass });
    await page.drag(page.window(0), 40, 0);
    const next = await Page.open({}, { hass });
    expect(next.windows(0)).toEqual(["02:00–06:00"]);
    await next.press("Discard");
    expect((await Page.open({}, { hass })).windows(0)).toEqual(["01:00–05:00"]);
  });

  it("shows windows as inactive while the car charges at any time", async () => {
    const page = await Page.open({ plan: nightPlan({ charge_enabled: false }) });
    expect(page.get(".timeline").classList).toContain("inactive");
    const [, bySchedule] = page.all('input[name="mode"]') as HTMLInputElement[];
    bySchedule!.dispatchEvent(new Event("change"));
    await page.settle();
    await page.press("Save");
    expect(saved(page)).toEqual({ device_id: "car", revision: "1", enable: true });
  });

  it("has only what the car has", async () => {
    const departures = await Page.open({ features: ["preconditioning"], plan: nightPlan({ windows: [] }) });
    expect(departures.all('input[name="mode"]')).toEqual([]);
    await departures.press("Add");
    expect(departures.editor.querySelector('input[type="radio"]')).toBeNull();
    expect(departures.editor.querySelector("input[type=text]")).not.toBeNull();
    const windows = await Page.open({ features: ["charge_schedule"], plan: nightPlan({ departures: [] }) });
    await windows.press("Add");
    expect(windows.editor.querySelector("input[type=text]")).toBeNull();
  });

  it("shows today also after midnight, unless another day was chosen", async () => {
    const page = await Page.open({}, { width: 350 });
    expect(page.get(".track").dataset["day"]).toBe("0");
    vi.setSystemTime("2026-10-06T06:00:00Z");
    await page.receive({ now: "2026-10-06T06:00:00Z" });
    expect(page.get(".track").dataset["day"]).toBe("1");
    await page.key(page.get("#tab-1"), "ArrowRight");
    vi.setSystemTime("2026-10-07T06:00:00Z");
    await page.receive({ now: "2026-10-07T06:00:00Z" });
    expect(page.get(".track").dataset["day"]).toBe("2");
  });

  it("is not blank with an integration of another version", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const page = await Page.open({ limits: undefined as never });
    await page.drag(page.window(0), 40, 0).catch(() => undefined);
    await page.receive({ plan: undefined as never });
    expect(page.texts(".notice p")[0]).toContain("different versions");
    await page.receive({});
    expect(page.windows(3)).toEqual(["01:00–05:00"]);
  });

  it("says what is missing", async () => {
    const unread = await Page.open({ plan: nightPlan({ charge_enabled: null, windows: [] }) });
    expect(unread.texts(".notice p")).toEqual(["The charge schedule has not been read from the car yet."]);
    await unread.receive({ available: false, error: { message: "No answer." } });
    expect(unread.texts(".notice p")[0]).toContain("No answer.");
    unread.hass.connection.lose();
    await unread.settle();
    expect(unread.texts(".notice p")).toEqual(["Connection lost. Reconnecting…"]);
    const none = await Page.open({}, { config: { device_id: undefined } });
    expect(none.texts(".notice p")[0]).toContain("No car found.");
  });

  it("shows the week as a list", async () => {
    const once = aDeparture("18:00", { date: "2026-12-24", days: [], name: "Party" });
    const windows = [aWindow("mon 01:00-05:00"), aWindow("mon 13:00-14:00")];
    const plan = nightPlan({ windows, departures: [aDeparture("07:30 mon"), once] });
    const page = await Page.open({ plan }, { config: { layout: "list" } });
    const [monday] = page.all("section");
    expect([...monday!.querySelectorAll(".text")].map((each) => each.textContent)).toEqual([
      "01:00 – 05:00",
      "07:30 Work",
      "13:00 – 14:00",
    ]);
    expect(page.texts(".chip")).toEqual(["Thu, Dec 24 18:00 Party"]);
  });

  it("ignores new states of entities", async () => {
    const hass = aHass();
    const page = await Page.open({}, { hass });
    const render = vi.spyOn(page.card as unknown as { render: () => unknown }, "render");
    page.card.hass = { ...hass, states: {} };
    await page.settle();
    expect(render).not.toHaveBeenCalled();
    page.card.hass = { ...hass, language: "fr" };
    await page.settle();
    expect(render).toHaveBeenCalled();
  });
});
