/** Prices, the planned charge, and the mode that charges in the cheapest hours. */

import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Car, PlannedCharge } from "../../src/api";
import { pricesOn, spansOn } from "../../src/schedule/prices";
import { aDeparture } from "../week/plans";
import { aCar } from "../fake";
import { nightPlan, Page } from "./page";

beforeEach(() => void vi.setSystemTime("2026-10-05T06:00:00Z"));

const PRICES: Car["prices"] = [
  ["2026-10-05T20:00:00+00:00", "2026-10-06T02:00:00+00:00", 0.3],
  ["2026-10-06T02:00:00+00:00", "2026-10-06T04:00:00+00:00", 0.09],
];
const PLANNED: PlannedCharge = {
  slots: [["2026-10-06T02:15:00+00:00", "2026-10-06T04:00:00+00:00"]],
  energy_kwh: 9.83,
  cost: 0.885,
  ready_by: "2026-10-06T05:30:00+00:00",
  target: 80,
};

describe("prices", () => {
  it("are shown by day in the time zone of the car", () => {
    const car = aCar({ prices: PRICES, time_zone: "Europe/Paris" });
    expect(pricesOn(car, "2026-10-05")).toEqual([{ from: 22 / 24, to: 1, price: 0.3, share: 1 }]);
    const tuesday = pricesOn(car, "2026-10-06").map(({ from, to, share }) => [from * 24, to * 24, share]);
    expect(tuesday).toEqual([
      [0, 4, 1],
      [4, 6, 0],
    ]);
    expect(pricesOn(car, "2026-10-07")).toEqual([]);
    expect(pricesOn(aCar(), "2026-10-05")).toEqual([]);
  });

  it("end at midnight, and may last for days", () => {
    const span = (begin: string, end: string, date: string): number[][] =>
      spansOn([[begin, end]], date, "UTC").map(({ from, to }) => [from, to]);
    expect(span("2026-10-05T12:00:00Z", "2026-10-06T00:00:00Z", "2026-10-06")).toEqual([]);
    expect(span("2026-10-05T12:00:00Z", "2026-10-08T06:00:00Z", "2026-10-06")).toEqual([[0, 1]]);
  });

  it("are a strip in each day, with their range, also if all are the same", async () => {
    const page = await Page.open({ prices: PRICES, currency: "EUR" });
    expect(page.all(".prices").map((each) => each.closest<HTMLElement>(".track")!.dataset["day"])).toEqual(["0", "1"]);
    expect(page.get(".prices").getAttribute("aria-label")).toBe("Prices: €0.09 – €0.30/kWh");
    expect(page.all(".prices i").map((each) => each.title)).toContain("02:00–04:00 €0.09/kWh");
    expect(page.texts('[aria-label="Legend"] span')).toEqual(["Prices: €0.09 – €0.30/kWh"]);
    await page.receive({ prices: PRICES!.slice(0, 1), currency: null });
    expect(page.texts('[aria-label="Legend"] span')).toEqual(["Prices: 0.30/kWh"]);
  });
});

describe("the planned charge", () => {
  it("is shown in its slots, in place of the same window in the car", async () => {
    const window = { day: "tue", start: "02:15", end: "04:00", duration_minutes: 105 } as const;
    const copy = { status: "enabled", enabled: true, mode: null, windows: [window], read_at: null, next_change: null } as const;
    const page = await Page.open({ copy: { ...copy, windows: [window] } });
    expect([page.all(".only-in-car").length, page.all(".slot").length]).toEqual([1, 0]);
    await page.receive({ copy: { ...copy, windows: [window] }, planned_charge: PLANNED, currency: "EUR" });
    expect([page.all(".only-in-car").length, page.texts(".track .slot")[0]]).toEqual([
      0,
      "Planned charge02:15–04:00",
    ]);
    expect(page.texts(".status span")).toContain("Planned charge: 80% · by Tue 05:30 · 9.8 kWh · €0.89");
  });

  it("without slots is not shown", async () => {
    const page = await Page.open({ planned_charge: { ...PLANNED, slots: [] } });
    expect([page.all(".slot"), page.texts(".status span").filter((each) => each.includes("Planned"))]).toEqual([[], []]);
  });
});

describe("the cheapest hours", () => {
  const modes = (page: Page): boolean[] => (page.all("[name=mode]") as HTMLInputElement[]).map((each) => each.checked);

  it("are a mode where prices are known", async () => {
    const page = await Page.open();
    expect(modes(page)).toEqual([false, true]);
    await page.receive({ plan: nightPlan({ cheapest_hours: false }) });
    expect(modes(page)).toEqual([false, true, false]);
    page.all("[name=mode]")[2]!.dispatchEvent(new Event("change"));
    await page.settle();
    expect([modes(page), page.texts("p.muted")]).toEqual([
      [false, false, true],
      ["The car charges in the cheapest hours. The charge windows apply while prices are missing."],
    ]);
    await page.press("Save");
    expect(page.hass.calls.at(-1)?.[1]).toEqual({ device_id: "car", revision: "1", cheapest_hours: true });
  });

  it("are left with another mode", async () => {
    const page = await Page.open({ plan: nightPlan({ cheapest_hours: true }) });
    page.all("[name=mode]")[0]!.dispatchEvent(new Event("change"));
    await page.settle();
    await page.press("Save");
    expect(page.hass.calls.at(-1)?.[1]).toMatchObject({ enable: false, cheapest_hours: false });
  });
});

describe("the target level of a departure", () => {
  it("is entered, listed, and saved", async () => {
    const plan = nightPlan({ departures: [aDeparture("07:30 mon", { target_level: 85 })] });
    const page = await Page.open({ plan }, { config: { layout: "list" } });
    expect(page.texts("small")).toContain("Mon · Charge to 85%");
    await page.click(page.all(".item")[1]!);
    const field = [...page.editor.querySelectorAll("select")].at(-1)!;
    expect([...field.options].map((each) => each.textContent)).toEqual(
      ["Charge limit", "50%", "60%", "70%", "80%", "85%", "90%", "100%"],
    );
    field.value = "90";
    field.dispatchEvent(new Event("change"));
    await page.settle();
    await page.submit();
    await page.press("Save");
    expect(page.hass.calls.at(-1)?.[1]).toMatchObject({ departures: [{ target_level: 90 }] });
  });

  it("is not offered to a car without a charge schedule", async () => {
    const plan = nightPlan({ departures: [aDeparture("07:30 mon")] });
    const page = await Page.open({ plan, features: ["preconditioning"] }, { config: { layout: "list" } });
    await page.click(page.all(".item")[0]!);
    expect(page.editor.textContent).not.toContain("Charge to");
  });
});
