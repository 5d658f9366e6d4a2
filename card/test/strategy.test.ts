/** The dashboard: a view for every car, with what it supports. */

import { expect, test } from "vitest";
import { DashboardStrategy, generate } from "../src/strategy";
import type { EntityEntry } from "../src/hass";
import { aHass, entities, type FakeHass, withEntities } from "./fake";

function ofCar(device: string, ...ids: string[]): EntityEntry[] {
  return ids.map((id) => {
    const [domain, key] = id.split(".") as [string, string];
    return { entity_id: `${domain}.${device}_${key}`, device_id: device, platform: "renault_ze", translation_key: key };
  });
}

/** Return the dashboard as text: for each view its title and, by section, its cards. */
async function dashboard(hass: FakeHass): Promise<[string, string[]][]> {
  const { views } = (await generate({}, hass)) as {
    views: { title: string; sections: { cards: { type: string; entity?: string; heading?: string }[] }[] }[];
  };
  return views.map(({ title, sections }) => [
    title,
    sections.map(({ cards }) => cards.map((each) => each.heading ?? each.entity ?? each.type).join(", ")),
  ]);
}

const CARD = "custom:renault-ze-card";
const WEEK = "custom:renault-ze-schedule-card";

test("a car has only what it supports", async () => {
  const hass = withEntities(aHass(), ...entities());
  hass.states["sensor.car_battery"] = {
    entity_id: "sensor.car_battery",
    state: "62",
    attributes: { device_class: "battery" },
  };
  expect(await dashboard(hass)).toEqual([["car", [CARD, "Last 2 days, history-graph"]]]);
});

test("a car that has everything has all of it", async () => {
  const found = ofCar(
    "car",
    "select.charge_mode",
    "sensor.charge_schedule_status",
    "calendar.charging",
    "calendar.departures",
    "event.charge",
    "sensor.last_command",
    "sensor.mileage",
    "number.charge_limit",
    "sensor.energy_charged",
    "sensor.last_charge_cost",
    "sensor.planned_charge",
    "device_tracker.location",
    "select.notify_charge",
    "select.other",
    "switch.do_not_disturb",
  );
  expect(await dashboard(withEntities(aHass(), ...found))).toEqual([
    [
      "car",
      [
        `${CARD}, number.car_charge_limit`,
        WEEK,
        "Calendar, calendar, Last 2 days, event.car_charge, sensor.car_last_command",
        "Energy and cost, sensor.car_planned_charge, sensor.car_last_charge_cost, statistics-graph",
        "Journeys, sensor.car_mileage, map",
        "Notifications, entities",
      ],
    ],
  ]);
});

test("the energy is that of the statistic with the past, once there is one", async () => {
  const hass = withEntities(aHass(), ...ofCar("car", "sensor.energy_charged"));
  const id = "sensor.car_energy_charged";
  expect(JSON.stringify(await generate({}, hass))).toContain(`"entities":["${id}"]`);
  hass.states[id] = { entity_id: id, state: "9.8", attributes: { statistic_id: "renault_ze:car_energy" } };
  expect(JSON.stringify(await generate({}, hass))).toContain('"entities":["renault_ze:car_energy"]');
});

test("the charge mode is shown where no card of the week shows it", async () => {
  const hass = withEntities(aHass(), ...ofCar("car", "select.charge_mode"));
  expect(await dashboard(hass)).toEqual([["car", [`${CARD}, select.car_charge_mode`]]]);
  const both = withEntities(aHass(), ...ofCar("car", "select.charge_mode", "calendar.departures"));
  expect((await dashboard(both))[0]![1][0]).toBe(CARD);
});

test("each car has a view, by name, in the language of the user", async () => {
  const hass = withEntities(aHass(), ...ofCar("zoe", "calendar.departures"), ...ofCar("captur", "sensor.mileage"));
  expect(await dashboard(hass)).toEqual([
    ["captur", [CARD, "Journeys, sensor.captur_mileage"]],
    ["zoe", [CARD, WEEK, "Calendar, calendar"]],
  ]);
});

test("without a car it says what to do", async () => {
  expect(await dashboard(aHass())).toEqual([["Renault", ["markdown"]]]);
  expect(DashboardStrategy.getCreateSuggestions()).toEqual({ title: "Renault", icon: "mdi:car-electric" });
});
