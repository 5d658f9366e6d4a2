/** What the car card shows, in the words of the integration. */

import { describe, expect, test } from "vitest";
import type { Battery, Car, Sentence } from "../../src/api";
import { carView, type CarView } from "../../src/car/view";
import type { HomeAssistant } from "../../src/hass";
import { localizer } from "../../src/texts";
import en from "../../../custom_components/renault_ze/translations/en.json";
import { aCar, aHass, explained, messages, NOW } from "../fake";
import { aPlan } from "../week/plans";

const BATTERY = aCar().battery as Battery;
const EVENING = "2026-10-05T18:30:00+00:00";
const TUESDAY = "2026-10-06T05:30:00+00:00";

function aUser(language = "en", locale: Partial<HomeAssistant["locale"]> = {}): HomeAssistant {
  const hass = aHass(language, { localize: messages(language) });
  return { ...hass, locale: { ...hass.locale, ...locale } };
}

function view(changes: Partial<Car> = {}, hass = aUser()): CarView {
  return carView({ hass, localize: localizer(hass), now: new Date(NOW) }, aCar(changes));
}

function withBattery(changes: Partial<Battery>, hass = aUser()): CarView {
  return view({ battery: { ...BATTERY, ...changes } }, hass);
}

/** Return the line about charging. */
function charging(key: string, placeholders: Sentence["placeholders"] = {}, hass = aUser()): string {
  return view({ charging: explained(`charging_${key}`, placeholders) }, hass).lines[0]!.text;
}

/** Return the line about preconditioning for a departure. */
function preconditioning(key: string, placeholders: Sentence["placeholders"] = {}, hass = aUser()): string | undefined {
  const values = { departure: "Work", ...placeholders };
  return view({ preconditioning: explained(`preconditioning_${key}`, values) }, hass).lines[1]?.text;
}

describe("the charge limit", () => {
  test.each([
    [{ percent: 80, how: "stop" }, 80, "Charge limit: 80%"],
    [{ percent: 80, how: "none" }, 80, "Charge limit: 80% (not enforced)"],
    [{ percent: 100, how: "car" }, null, null],
  ] as const)("%j is marked on the battery bar", (limit, marked, text) => {
    const found = view({ plan: aPlan({ limit }) });
    expect([found.limit, found.limitText]).toEqual([marked, text]);
    expect(found.marksText).toBe(["Preconditioning threshold: 45%", text].filter(Boolean).join(" · "));
  });
});

describe("charging", () => {
  test("waits for a price", () => {
    const price = { time: { at: TUESDAY }, price: { price: 0.0925, currency: "EUR" } };
    const text = "The car is waiting for a lower price. Charging starts on Tuesday at 05:30, when the price is";
    expect(charging("waiting_for_price_at", price)).toBe(`${text} €0.093/kWh.`);
  });

  test.each([
    [{}, "charging", "The car is charging. The end of the charge is not known."],
    [{ at: EVENING }, "charging_at", "The car is charging and should be done at 18:30."],
    [{ at: TUESDAY }, "not_plugged_in_at", "The car is not plugged in. Its next charge window starts on Tuesday at 05:30."],
    [{ at: NOW }, "not_plugged_in_begun", "The car is not plugged in, but its charge window started at 06:00."],
    [
      { at: "2026-10-20T05:30:00+00:00" },
      "waiting_for_window_at",
      "The car is waiting for its charge window, which starts on Oct 20 at 05:30.",
    ],
    [
      { at: "2027-10-20T05:30:00+00:00" },
      "waiting_for_window_at",
      "The car is waiting for its charge window, which starts on Oct 20, 2027 at 05:30.",
    ],
  ])("with the time %j, %s is explained", (time, key, text) => {
    expect(charging(key, { time })).toBe(text);
  });

  test("every sentence of the integration can be shown, and a reason without one by its name", () => {
    const values = { time: { at: EVENING }, price: { price: 0.1, currency: null } };
    for (const key of Object.keys(en.common).filter((each) => each.startsWith("charging_"))) {
      expect(charging(key.replace("charging_", ""), values)).toMatch(/^[A-Z][^{}]*\.$/);
    }
    const hass = aUser();
    hass.localize = () => "";
    expect(charging("something_new_at", { time: { at: EVENING } }, hass)).toBe("something_new");
  });

  test("its end and speed are shown instead", () => {
    const ends = { charging: true, charge_ends_at: "2026-10-05T08:15:00+00:00" } as const;
    const shown = withBattery({ ...ends, charging_point: "accelerated" });
    expect([shown.ready, shown.chargeText]).toEqual(["Charge ends at 08:15 · 2 h 15 min left", "Charging · Accelerated"]);
    expect([shown.isCharging, shown.lines]).toEqual([true, []]);
    expect(withBattery({ ...ends, charging: false }).ready).toBeNull();
    expect(withBattery({ ...ends, charge_ends_at: NOW }).ready).toBeNull();
    expect(withBattery({ charging: true, charging_time_remaining_minutes: 59 }).ready).toBe("59 min left");
  });

  test("what the car says about itself is shown if it says more", () => {
    expect(withBattery({ charge_state: "not_charging" }).chargeText).toBeNull();
    const state = Object.keys(en.entity.sensor.charge_state.state).find((each) => each.includes("error"));
    const found = withBattery({ charge_state: state ?? "" });
    expect(found.chargeText).toBe((en.entity.sensor.charge_state.state as Record<string, string>)[state ?? ""]);
  });
});

describe("preconditioning", () => {
  const time = { at: TUESDAY };
  const needed = { advice: { key: "common.advice_window_too_short", placeholders: { duration: { minutes: 95 } } } };

  test.each([
    ["running", { time: { at: NOW } }, "Preconditioning started at 06:00."],
    ["running_now", {}, "The car is preconditioning."],
    ["waiting_for_departure", { time }, "The command to precondition for “Work” will be sent on Tuesday at 05:30."],
    [
      "battery_low",
      { time, ...needed },
      "Make the charge window longer; the car has to charge for about 1 h 35 min. " +
        "Otherwise, the battery will be too low on Tuesday at 05:30 to precondition for “Work”.",
    ],
  ])("that is %s is explained", (key, values, text) => {
    expect(preconditioning(key, values)).toBe(text);
  });

  test("every sentence is told, by a line or by the departure", () => {
    const values = { time, ...needed, last: { date: "2026-10-09" } };
    const keys = Object.keys(en.common).filter((each) => each.startsWith("preconditioning_"));
    for (const key of keys.map((each) => each.replace("preconditioning_", ""))) {
      const isTold = ["switched_off", "paused", "no_departure"].includes(key);
      expect([key, preconditioning(key, values)]).toEqual([
        key,
        isTold ? undefined : expect.stringMatching(/^[A-Z][^{}]*\.$/),
      ]);
    }
  });

  test("is not mentioned for a car without it", () => {
    const shown = view({ features: ["battery"], battery: { ...BATTERY, level_percent: 10 } });
    expect([shown.threshold, shown.isLow, shown.departure, shown.lines.length]).toEqual([null, false, null, 1]);
  });
});

describe("the departure", () => {
  const next = { id: "1", name: "Work", at: TUESDAY, skipped: false, can_cancel_until: null, precondition: true };
  const departure = (plan: object, changes: Partial<Car> = {}) => {
    const { title, detail, action } = view({ plan: aPlan(plan), ...changes }).departure!;
    return [title, detail, action];
  };

  test("can be skipped until its command is sent", () => {
    const until = "2026-10-06T05:20:00+00:00";
    expect(departure({ next_departure: { ...next, can_cancel_until: until } })).toEqual([
      "Tue 05:30",
      "Work · can be skipped until Tue 05:20",
      "skip",
    ]);
    expect(departure({ next_departure: next })).toEqual(["Tue 05:30", "Work", null]);
    expect(departure({ next_departure: { ...next, can_cancel_until: NOW } })[2]).toBeNull();
    expect(departure({ next_departure: { ...next, precondition: false } })[2]).toBe("skip");
  });

  test("that is skipped can be restored", () => {
    expect(departure({ next_departure: { ...next, skipped: true } })).toEqual(["Skipped: Tue 05:30", "Work", "undo"]);
  });

  test("may be paused or turned off, or there may be none", () => {
    const paused = { from: "2026-10-01", to: "2026-10-09" };
    expect(departure({ paused })).toEqual(["Departures are paused through Oct 9.", "", "resume"]);
    // Without the switch, they cannot be turned on here.
    const off = "Departures are turned off. No commands are sent until you turn them on.";
    expect(departure({ departures_enabled: false, paused })).toEqual([off, "", null]);
    expect(departure({})).toEqual(["No upcoming departures.", "", null]);
    expect(departure({ paused: { from: "2026-09-01", to: "2026-10-04" } })[2]).toBeNull();
  });
});

describe("values", () => {
  test("that are known are shown", () => {
    const { level, levelText, range, threshold, isLow, plug, plugText, age } = view();
    expect([level, levelText, range, threshold, isLow]).toEqual([62, "62%", "150 km", 45, false]);
    expect([plug, plugText, age]).toEqual(["in", "Plugged in", "Reported 10 minutes ago"]);
    expect(withBattery({ level_percent: 44 }).isLow).toBe(true);
    expect(withBattery({ plugged_in: false }).plugText).toBe("Not plugged in");
  });

  test.each([
    ["no battery", null],
    [
      "nothing in it",
      { ...BATTERY, level_percent: null, range_km: null, plugged_in: null, charging: null, reported_at: null },
    ],
  ])("that are unknown are said to be: %s", (_, battery) => {
    const shown = view({ battery });
    expect([shown.level, shown.levelText, shown.range, shown.isLow]).toEqual([null, "Unknown", null, false]);
    expect([shown.plug, shown.plugText, shown.ready]).toEqual(["unknown", "Plug state unknown", null]);
    expect([shown.chargeText, shown.age]).toEqual([null, "The car has not reported yet."]);
  });

  test("that are outdated, or could not be read, are marked", () => {
    const error = { message: "No answer." };
    const found = view({ outdated: true, available: false, error, accepts_commands: false }).notices;
    expect(found.map((each) => [each.kind, each.text])).toEqual([
      ["error", "The last update failed. No answer."],
      ["warning", "The data is outdated. Reported 10 minutes ago"],
      ["warning", en.exceptions.no_remote_commands.message],
    ]);
    expect(view().notices).toEqual([]);
  });

  test("are in the user's format and language", () => {
    const ends = { charging: true, charge_ends_at: EVENING } as const;
    expect(withBattery(ends, aUser("en", { time_format: "12" })).ready).toBe("Charge ends at 6:30 PM · 12 h 30 min left");
    const hass = aUser("fr", { time_format: "language" });
    expect(withBattery({ charging_point: null }, hass).levelText.replace(/\s/, " ")).toBe("62 %");
    expect(charging("waiting_for_window_at", { time: { at: TUESDAY } }, hass)).toContain("mardi à 05:30");
    const error = { message: "Failed to connect.", translation_domain: "renault_ze", translation_key: "cannot_connect" };
    expect(view({ available: false, error }, hass).notices[0]!.text).toContain("Échec de la");
    const miles = { ...aUser(), config: { time_zone: "UTC", unit_system: { length: "mi" } } };
    expect(view({}, miles).range).toBe("93 mi");
  });

  test("are at the time of the car", () => {
    const ends = { ...BATTERY, charging: true, charge_ends_at: EVENING };
    expect(view({ battery: ends, time_zone: "Asia/Tokyo" }).ready).toContain("Charge ends on Tuesday at 03:30");
  });
});
