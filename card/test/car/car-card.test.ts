/** The car card as a person uses it. */

import { beforeEach, describe, expect, it, vi } from "vitest";
import type { EntityEntry } from "../../src/hass";
import { aCar, entities, withEntities } from "../fake";
import { aDeparture, aPlan } from "../week/plans";
import { aCommand, aHome, CardPage } from "./card";

beforeEach(() => void vi.setSystemTime("2026-10-05T06:00:00Z"));

const PRECONDITION = "Start preconditioning";
const NEXT = {
  id: "work",
  name: "Work",
  at: "2026-10-06T05:30:00+00:00",
  skipped: false,
  can_cancel_until: "2026-10-06T05:20:00+00:00",
  precondition: true,
};

describe("a button", () => {
  it("sends its command once, and shows how far it has come", async () => {
    const page = await CardPage.open();
    let finish = (): void => undefined;
    page.hass.call = () => new Promise((resolve) => (finish = () => resolve(undefined)));
    await page.press(PRECONDITION);
    expect(page.texts(".phase")).toEqual(["Sending…"]);
    await page.press(PRECONDITION);
    expect(page.texts(".notice")[0]).toContain(`“${PRECONDITION}” was sent.`);
    finish();
    await page.settle();
    expect(page.texts(".phase")).toEqual(["Waiting for the car…"]);
    await page.receive({ commands: [aCommand()] });
    expect(page.texts(".notice")[0]).toContain("was sent at 06:00. Wait for the car");
    await page.press("Close");
    expect(page.all(".notice")).toEqual([]);
    await page.press(PRECONDITION);
    expect(page.texts(".notice").length).toBe(1);
    const settled_at = "2026-10-05T06:00:01Z";
    await page.receive({ commands: [aCommand({ settled: true, done: true, status: "confirmed", settled_at })] });
    expect([page.texts(".phase"), page.all(".notice")]).toEqual([["Done"], []]);
    expect(page.hass.calls).toEqual([["precondition", { device_id: "car" }]]);
  });

  it("sends its command once for two clicks at once", async () => {
    const page = await CardPage.open();
    const button = page.get(".command");
    button.click();
    button.click();
    await page.settle();
    expect(page.hass.calls.length).toBe(1);
  });

  it("shows the full reason of a failure until it is closed", async () => {
    const page = await CardPage.open();
    page.hass.call = () => Promise.reject({ message: "The server said no, for a long reason." });
    await page.press(PRECONDITION);
    expect(page.texts(".notice.error p")).toEqual([`${PRECONDITION}: The server said no, for a long reason.`]);
    await page.press("Close");
    expect([page.all(".notice"), page.all(".phase")]).toEqual([[], []]);
    const failed = aCommand({ status: "failed", reason: "car_refused", settled: true, settled_at: "2026-10-05T06:00:01Z" });
    await page.receive({ commands: [{ ...failed, sent_at: "2026-10-05T06:00:10Z" }] });
    expect(page.texts(".notice.error p")).toEqual([`${PRECONDITION}: Refused by the car`]);
  });

  it("asks before it sends what the car will refuse", async () => {
    const battery = { ...aCar().battery!, level_percent: 30 };
    const page = await CardPage.open({ battery });
    await page.press(PRECONDITION);
    expect(page.texts(".notice.warning p")[0]).toContain("The battery is at 30%");
    await page.press("Cancel");
    expect(page.all(".notice")).toEqual([]);
    await page.press(PRECONDITION);
    expect(page.hass.calls).toEqual([]);
    await page.press("Send anyway");
    expect(page.hass.calls).toEqual([["precondition", { device_id: "car" }]]);
  });

  it("is disabled while a command cannot be sent", async () => {
    const disabled = (page: CardPage): number => page.all(".command[disabled]").length;
    const page = await CardPage.open({ accepts_commands: false });
    expect(disabled(page)).toBe(3);
    await page.receive({});
    expect(disabled(page)).toBe(0);
    page.hass.connection.lose();
    await page.settle();
    expect(disabled(page)).toBe(3);
  });
});

describe("the next departure", () => {
  it.each([
    ["Skip", { next_departure: NEXT }, { departure: "work", date: "2026-10-06", skip: true }, "skip_departure"],
    ["Undo", { next_departure: { ...NEXT, skipped: true } }, { departure: "work", date: "2026-10-06", skip: false }, ""],
    ["Resume", { paused: { from: "2026-10-01", to: "2026-10-09" } }, {}, "pause_departures"],
  ])("%s", async (name, plan, data, action) => {
    const page = await CardPage.open({ plan: aPlan(plan) });
    await page.press(name);
    expect(page.hass.calls).toEqual([[action || "skip_departure", { device_id: "car", ...data }]]);
  });

  it("is there again after departures are turned on", async () => {
    const page = await CardPage.open({ plan: aPlan({ departures_enabled: false }) });
    await page.press("Turn on");
    expect(page.hass.calls).toEqual([["turn_on", { entity_id: "switch.car_departures" }]]);
  });

  it("shows why a change failed, until that is closed", async () => {
    const page = await CardPage.open({ plan: aPlan({ next_departure: NEXT }) });
    page.hass.call = () => Promise.reject({ message: "Too late." });
    await page.press("Skip");
    expect(page.texts(".next .notice p")).toEqual(["Too late."]);
    await page.press("Close");
    expect(page.all(".next .notice")).toEqual([]);
  });

  it("is not changed while another change is on its way, or without a connection", async () => {
    const page = await CardPage.open({ plan: aPlan({ next_departure: NEXT }) });
    const disabled = (): number => page.all(".next button[disabled]").length;
    let finish = (): void => undefined;
    page.hass.call = () => new Promise((resolve) => (finish = () => resolve(undefined)));
    await page.press("Skip");
    expect(disabled()).toBe(2);
    finish();
    await page.settle();
    expect(disabled()).toBe(0);
    page.hass.connection.lose();
    await page.settle();
    expect(disabled()).toBe(2);
    page.hass.connection.restore();
    await page.receive(null);
    const reason = "The account of this car is not loaded.";
    expect(page.all(".next button").map((each) => [each.hasAttribute("disabled"), each.title])).toEqual([
      [true, reason],
      [true, reason],
    ]);
  });

  it("is not offered to be turned on where that is not possible", async () => {
    const page = await CardPage.open({ plan: aPlan({ departures_enabled: false }) }, { device_id: "car" }, aHome());
    page.hass.entities = {};
    await page.receive({ plan: aPlan({ departures_enabled: false }) });
    expect(page.texts(".next button")).toEqual(["Add departure"]);
  });

  it("is added with two presses", async () => {
    const plan = aPlan({ departures: [aDeparture("07:30 mon", { name: "Departure" })], revision: "7" });
    const page = await CardPage.open({ plan });
    await page.press("Add departure");
    await page.settle();
    expect(page.editor.querySelector("h2")?.textContent).toBe("Departure");
    page.editor.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
    await page.settle();
    const [[action, data]] = page.hass.calls as [[string, { revision: string; departures: object[] }]];
    expect([action, data.revision, data.departures.length]).toEqual(["set_plan", "7", 2]);
    expect(data.departures[1]).toMatchObject({ name: "Departure 2", time: "17:30", date: "2026-10-05", precondition: true });
    expect(page.editor.querySelector("dialog")).toBe(null);
  });

  it("stays entered if it cannot be saved, and can be saved again", async () => {
    const page = await CardPage.open();
    const submit = async (): Promise<void> => {
      page.editor.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
      await page.settle();
      await page.settle();
    };
    await page.press("Add departure");
    await page.settle();
    const name = page.editor.querySelector<HTMLInputElement>("input[type=text]")!;
    name.value = "Theater";
    name.dispatchEvent(new Event("input"));
    page.hass.call = () => Promise.reject({ message: "The plan was changed." });
    await submit();
    expect(page.editor.querySelector(".refusal")?.textContent).toBe("The plan was changed.");
    expect([name.value, page.editor.querySelector(".primary")?.textContent?.trim()]).toEqual(["Theater", "Add"]);
    page.hass.call = () => Promise.resolve(undefined);
    await submit();
    expect(page.editor.querySelector("dialog")).toBe(null);
    expect((page.hass.calls.at(-1)?.[1] as { departures: object[] }).departures).toMatchObject([{ name: "Theater" }]);
    expect(page.all(".notice")).toEqual([]);
  });
});

describe("the card", () => {
  it("shows one of several cars", async () => {
    const hass = withEntities(aHome(), ...entities("alpha"), ...entities("beta"));
    const page = await CardPage.open(null, {}, hass);
    await page.receive({ device_id: "alpha", name: "alpha" });
    const select = page.get(".head select") as HTMLSelectElement;
    expect([...select.options].map((each) => [each.value, each.selected])).toEqual([
      ["alpha", true],
      ["beta", false],
    ]);
    select.value = "beta";
    select.dispatchEvent(new Event("change"));
    await page.settle();
    await page.receive({ device_id: "beta", name: "beta" });
    await page.press(PRECONDITION);
    expect(hass.calls).toEqual([["precondition", { device_id: "beta" }]]);
    expect((await CardPage.open({}, { device_id: "alpha" }, hass)).all(".head select")).toEqual([]);
  });

  it("says why there is no car", async () => {
    const none = await CardPage.open(null, {}, withEntities(aHome()));
    expect(none.texts(".empty")[0]).toContain("No car found.");
    const page = await CardPage.open(null);
    expect(page.texts(".empty")).toEqual(["Loading…"]);
    await page.receive(null);
    expect(page.texts(".notice p")).toEqual(["The account of this car is not loaded."]);
    const hass = aHome();
    hass.connection.refusal = { code: "not_found", message: "Car not found" };
    expect((await CardPage.open(null, {}, hass)).texts(".notice.error p")).toEqual(["Car not found"]);
  });

  it("keeps the values while the connection is lost or the account is not loaded", async () => {
    const page = await CardPage.open();
    await page.receive(null);
    expect([page.texts(".notice p"), page.texts(".level")]).toEqual([["The account of this car is not loaded."], ["62%"]]);
    page.hass.connection.lose();
    await page.settle();
    expect([page.texts(".notice p"), page.texts(".level")]).toEqual([["Connection lost. Reconnecting…"], ["62%"]]);
    page.hass.connection.restore();
    await page.settle();
    await page.receive({});
    expect(page.all(".notice")).toEqual([]);
  });

  it("says that the car can no longer be read", async () => {
    const page = await CardPage.open();
    page.hass.connection.refusal = { code: "unauthorized", message: "Unauthorized" };
    page.hass.connection.lose();
    page.hass.connection.restore();
    await page.settle();
    expect([page.texts(".notice.error p"), page.texts(".level")]).toEqual([["Unauthorized"], ["62%"]]);
    expect(page.all(".command[disabled]").length).toBe(3);
  });

  it("is not blank with an integration of another version", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const page = await CardPage.open({ plan: undefined as never });
    expect(page.texts(".notice p")).toEqual([
      "This page and the integration are of different versions. Reload the page.",
    ]);
    await page.receive({ battery: { ...aCar().battery!, charge_state: "warp", charging_point: "fusion" }, charging: { reason: "x", text: { key: "common.charging_x", placeholders: {} } } });
    expect(page.texts(".level")).toEqual(["62%"]);
  });

  it("shows names as they are", async () => {
    const name = '<img src=x onerror="alert(1)">' + "x".repeat(300);
    const plan = aPlan({ next_departure: { ...NEXT, name } });
    const page = await CardPage.open({ name, plan }, { device_id: "car" });
    expect([page.texts("h2"), page.all("img")]).toEqual([[name], []]);
    expect(page.texts("small")[0]).toContain(name);
  });

  it("draws the battery with the threshold", async () => {
    const page = await CardPage.open();
    const meter = page.get("[role=meter]");
    expect([meter.getAttribute("aria-valuenow"), meter.getAttribute("aria-valuetext")]).toEqual(["62", "62%"]);
    expect([page.get(".fill").getAttribute("style"), page.get(".mark").getAttribute("style")]).toEqual([
      "width: 62%",
      "inset-inline-start: 45%",
    ]);
    await page.receive({ battery: { ...aCar().battery!, charging: true, level_percent: 20 } });
    expect(page.get("[role=meter]").className).toBe("meter charging low");
    expect(page.all(".current").length).toBe(1);
    await page.receive({ features: ["battery"], battery: null });
    expect([page.all(".mark"), page.texts(".level")]).toEqual([[], ["Unknown"]]);
  });

  it("applies its settings", async () => {
    const compact = await CardPage.open({}, { layout: "compact", name: "Mine", buttons: ["request_update"] });
    expect([compact.all("svg.car"), compact.all(".next")]).toEqual([[], []]);
    expect([compact.texts("h2"), compact.texts(".label")]).toEqual([["Mine"], ["Request update"]]);
    expect(compact.card.getGridOptions()).toMatchObject({ columns: 6 });
    const colored = await CardPage.open({}, { color: [200, 0, 0] });
    expect(colored.get(".look").getAttribute("style")).toBe("--car-color: rgb(200,0,0)");
    const picture = await CardPage.open({}, { picture: "/local/car.png" });
    await picture.settle();
    expect(picture.get("img").getAttribute("src")).toBe("/local/car.png");
    expect((await CardPage.open({}, { appearance: "none" })).all(".look, img")).toEqual([]);
  });

  it("shows the picture of the car, or the drawing if there is none", async () => {
    const image: EntityEntry = { entity_id: "image.my", device_id: "car", platform: "renault_ze", translation_key: "picture" };
    const hass = withEntities(aHome(), ...entities(), image);
    const show = (picture?: string): void => {
      const attributes = picture === undefined ? {} : { entity_picture: picture };
      hass.states["image.my"] = { entity_id: "image.my", state: "unknown", attributes };
    };
    show("/api/image_proxy/image.my?token=1");
    const page = await CardPage.open({}, {}, hass);
    expect(page.get("img").getAttribute("src")).toBe("/api/image_proxy/image.my?token=1");
    expect((await CardPage.open({}, { appearance: "drawing" }, hass)).all("img")).toEqual([]);
    const own = await CardPage.open({}, { picture: "/local/car.png" }, hass);
    await own.settle();
    expect(own.get("img").getAttribute("src")).toBe("/local/car.png");
    page.get("img").dispatchEvent(new Event("error"));
    await page.settle();
    expect([page.all("img").length, page.all("svg.car").length]).toEqual([0, 1]);
    show("/api/image_proxy/image.my?token=2");
    page.card.hass = { ...hass };
    await page.settle();
    expect(page.get("img").getAttribute("src")).toBe("/api/image_proxy/image.my?token=2");
    show();
    page.card.hass = { ...hass };
    await page.settle();
    expect(page.all("svg.car").length).toBe(1);
  });
});
