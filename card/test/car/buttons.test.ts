/** The buttons of a car: which there are, and what prevents or advises against their command. */

import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Car, Command } from "../../src/api";
import { BUTTONS, buttonViews, type ButtonView } from "../../src/car/buttons";
import { storeOf } from "../../src/store";
import { localizer } from "../../src/texts";
import en from "../../../custom_components/renault_ze/translations/en.json";
import { aCar, aHass, entities, messages, NOW, withEntities } from "../fake";
import { aCommand } from "./card";

beforeEach(() => void vi.setSystemTime(NOW));

function buttons(changes: Partial<Car> = {}, wanted = BUTTONS as readonly (typeof BUTTONS)[number][], timer = "unknown") {
  const hass = withEntities(aHass("en", { localize: messages("en") }), ...entities(), {
    entity_id: "sensor.timer",
    device_id: "car",
    platform: "renault_ze",
    translation_key: "preconditioning_timer",
  });
  hass.states = { "sensor.timer": { entity_id: "sensor.timer", state: timer, attributes: {} } };
  const store = storeOf(hass, "car");
  store.car = aCar(changes);
  store.status = "ready";
  return buttonViews(hass, localizer(hass), store, wanted);
}

function kinds(...args: Parameters<typeof buttons>): string[] {
  return buttons(...args).map((each) => each.kind);
}

function only(key: (typeof BUTTONS)[number], changes: Partial<Car> = {}): ButtonView {
  return buttons(changes, [key])[0]!;
}

const BATTERY = aCar().battery!;
const ALL = [...aCar().features, "cancel_preconditioning"];

describe("buttons", () => {
  test("are those of the car's features that are wanted, in one order", () => {
    expect(kinds()).toEqual(["precondition", "start_charge", "request_update"]);
    expect(kinds({}, ["request_update", "precondition"])).toEqual(["precondition", "request_update"]);
    expect(kinds({ features: ["battery"] })).toEqual([]);
    expect(buttons().map((each) => each.label)).toEqual(["Start preconditioning", "Start charge", "Request update"]);
  });

  test("start a charge, or stop the running one if the car can", () => {
    const charging = { battery: { ...BATTERY, charging: true } };
    expect(kinds(charging, ["charge"])).toEqual(["stop_charge"]);
    expect(kinds({ ...charging, features: ["start_charge"] }, ["charge"])).toEqual([]);
    expect(kinds({ ...charging, commands: [aCommand({ command: "start_charge" })] }, ["charge"])).toEqual(["start_charge"]);
    expect(kinds({ battery: null }, ["charge"])).toEqual(["start_charge"]);
  });

  test("cancel a timer that is set", () => {
    expect(kinds({ features: ALL }, ["cancel_precondition"])).toEqual([]);
    expect(kinds({ features: ALL }, ["cancel_precondition"], "2026-10-06T05:20:00+00:00")).toEqual(["cancel_precondition"]);
    const commands: Command[] = [aCommand({ command: "cancel_precondition" })];
    expect(kinds({ features: ALL, commands }, ["cancel_precondition"])).toEqual(["cancel_precondition"]);
  });
});

describe("a command", () => {
  test("waits for the one that is pending", () => {
    const text = "“Start preconditioning” was sent at 06:00. Wait for the car to respond.";
    expect(only("precondition", { commands: [aCommand()] }).blocked).toBe(text);
    expect(only("charge", { commands: [aCommand()] }).blocked).toBeNull();
  });

  test("is not sent while the car preconditions", () => {
    const preconditioning = { ...aCar().preconditioning, reason: "running" };
    expect(only("precondition", { preconditioning }).blocked).toBe(en.exceptions.already_preconditioning.message);
  });

  test("needs a charged battery, as far as that is known", () => {
    const advice = (changes: object): string | null =>
      only("precondition", { battery: { ...BATTERY, ...changes } }).advice;
    expect(advice({ level_percent: 44 })).toMatch(/^The battery is at 44%.*below 45%\. Let it charge first\.$/);
    expect(advice({ level_percent: 44, plugged_in: false })).toMatch(/Plug it in first\.$/);
    expect([advice({ level_percent: 45 }), advice({ level_percent: null })]).toEqual([null, null]);
    expect(only("precondition", { battery: null }).advice).toBeNull();
  });

  test("needs a plug and an empty battery to charge, unless the report is outdated", () => {
    const advice = (changes: object, outdated = false): string | null =>
      only("charge", { battery: { ...BATTERY, ...changes }, outdated }).advice;
    expect(advice({ plugged_in: false })).toBe(en.exceptions.not_plugged_in.message);
    expect(advice({ level_percent: 100 })).toBe("The battery is full.");
    expect([advice({ plugged_in: false }, true), advice({ plugged_in: null }), advice({})]).toEqual([null, null, null]);
  });
});
