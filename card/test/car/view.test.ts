/** What the car card shows, in the words of the integration. */

import { describe, expect, test } from "vitest";
import type { Battery, Car, ChargingExplanation, PreconditioningExplanation } from "../../src/api";
import { carView, type CarView } from "../../src/car/view";
import type { HomeAssistant } from "../../src/hass";
import { localizer } from "../../src/texts";
import en from "../../../custom_components/renault_ze/translations/en.json";
import { aCar, aHass, messages, NOW } from "../fake";
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
function charging(changes: Partial<ChargingExplanation>, hass = aUser()): string {
  return view({ charging: { reason: "unknown", at: null, begun: false, disabled: false, ...changes } }, hass).lines[0]!.text;
}

/** Return the line about preconditioning. */
function preconditioning(changes: Partial<PreconditioningExplanation>): string | undefined {
  const found = { ...aCar().preconditioning, departure: "Work", ...changes };
  return view({ preconditioning: found }).lines[1]?.text;
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
    const price = { reason: "waiting_for_price", at: TUESDAY, price: 0.0925 };
    const text = "The car is waiting for a lower price. Charging starts on Tuesday at 05:30, when the price is";
    const found = view({ currency: "EUR", charging: { begun: false, disabled: false, ...price } }).lines[0]!.text;
    expect(found).toBe(`${text} €0.093/kWh.`);
  });

  test.each([
    ["charging", null, false, "The car is charging. The end of the charge is not known."],
    ["charging", EVENING, false, "The car is charging and should be done at 18:30."],
    ["starting", NOW, false, "The command to charge was sent at 06:00. The car has not confirmed it yet."],
    ["full", EVENING, false, "The battery is full."],
    ["not_plugged_in", null, false, "The car is not plugged in."],
    ["not_plugged_in", TUESDAY, false, "The car is not plugged in. Its next charge window starts on Tuesday at 05:30."],
    ["not_plugged_in", NOW, true, "The car is not plugged in, but its charge window started at 06:00."],
    ["waiting_for_window", TUESDAY, false, "The car is waiting for its charge window, which starts on Tuesday at 05:30."],
    [
      "window_missed",
      NOW,
      false,
      "The charge window that started at 06:00 did not reach the car in time. Start a charge if you need it.",
    ],
    ["schedule_not_confirmed", null, false, "The car has not confirmed its charge schedule yet."],
    ["schedule_not_confirmed", EVENING, false, "The car has not yet confirmed the charge window that starts at 18:30."],
    [
      "blocked",
      NOW,
      false,
      "The car is plugged in and allowed to charge, but does not. Check the cable, the charging point, and the car.",
    ],
    ["unknown", NOW, false, "The car has not reported enough data."],
  ])("%s at %s is explained", (reason, at, begun, text) => {
    expect(charging({ reason, at, begun })).toBe(text);
  });

  test("a window that was missed while the account was disabled is explained", () => {
    const text = charging({ reason: "window_missed", at: NOW, disabled: true });
    expect(text).toContain("because the account or the device was disabled");
  });

  test("every reason of the integration has a sentence, and a new one its name", () => {
    for (const reason of Object.keys(en.entity.sensor.charging_reason.state)) {
      for (const at of [null, EVENING]) expect(charging({ reason, at })).toMatch(/^[A-Z].*\.$|^[A-Z]/);
    }
    const hass = aUser();
    hass.localize = () => "";
    expect(charging({ reason: "something_new", at: EVENING }, hass)).toBe("something_new");
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
  test.each([
    [{ reason: "running", at: NOW }, "Preconditioning started at 06:00."],
    [{ reason: "starting", at: NOW }, "The command to precondition was sent at 06:00. The car has not confirmed it yet."],
    [
      { reason: "ordered", at: NOW },
      "The command to precondition was sent at 06:00. The server does not report the result for this car.",
    ],
    [
      { reason: "waiting_for_departure", at: TUESDAY },
      "The command to precondition for “Work” will be sent on Tuesday at 05:30.",
    ],
    [
      { reason: "timer_in_the_car", at: TUESDAY },
      "The car's timer will start preconditioning for “Work” on Tuesday at 05:30.",
    ],
    [
      { reason: "battery_low", at: TUESDAY, shortage: "window_too_short", charge_needed_minutes: 95 },
      "Make the charge window longer; the car has to charge for about 1 h 35 min. " +
        "Otherwise, the battery will be too low on Tuesday at 05:30 to precondition for “Work”.",
    ],
    [
      { reason: "battery_low", at: NOW, over: true },
      "The command to precondition for “Work” at 06:00 was not sent because the battery was too low.",
    ],
    [
      { reason: "failed", at: NOW, over: true },
      "The car did not confirm preconditioning for “Work” at 06:00. Start preconditioning if you still need it.",
    ],
    [
      { reason: "failed", at: NOW, over: true, disabled: true },
      "The command to precondition for “Work” at 06:00 was not sent because the account or the device was disabled in " +
        "Home Assistant. Start preconditioning if you still need it.",
    ],
  ])("%j is explained", (found, text) => {
    expect(preconditioning(found)).toBe(text);
  });

  test.each(Object.keys(en.common).filter((key) => key.startsWith("advice_")))("%s has a sentence", (key) => {
    const shortage = key.replace("advice_", "");
    expect(preconditioning({ reason: "battery_low", at: TUESDAY, shortage })).toMatch(/about 0 min\. Otherwise/);
  });

  test("every reason is told, by a line or by the departure", () => {
    for (const reason of Object.keys(en.entity.sensor.preconditioning_reason.state)) {
      const isTold = ["switched_off", "paused", "no_departure"].includes(reason);
      expect([reason, preconditioning({ reason, at: NOW }) === undefined]).toEqual([reason, isTold]);
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
    const found = view({ outdated: true, available: false, error: "No answer.", accepts_commands: false }).notices;
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
    expect(charging({ reason: "waiting_for_window", at: TUESDAY }, hass)).toContain("mardi à 05:30");
    const miles = { ...aUser(), config: { time_zone: "UTC", unit_system: { length: "mi" } } };
    expect(view({}, miles).range).toBe("93 mi");
  });

  test("are at the time of the car", () => {
    const ends = { ...BATTERY, charging: true, charge_ends_at: EVENING };
    expect(view({ battery: ends, time_zone: "Asia/Tokyo" }).ready).toContain("Charge ends on Tuesday at 03:30");
  });
});
