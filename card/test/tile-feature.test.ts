/** The tile feature as a person uses it. */

import { beforeEach, expect, test, vi } from "vitest";
import { register } from "../src/register";
import { type CommandsFeature, isSupported } from "../src/tile-feature";
import { aCar, aHass, entities, withEntities } from "./fake";
import { aCommand, aHome } from "./car/card";

beforeEach(() => void vi.setSystemTime("2026-10-05T06:00:00Z"));

test("is offered for entities of a car with one of its commands", () => {
  const none = entities("old", []);
  const hass = withEntities(aHass(), ...entities(), ...none, ...entities("other", ["request_update"]), {
    entity_id: "light.a",
    platform: "hue",
    device_id: "car",
  });
  const ids = ["sensor.car_battery", "sensor.old_battery", "sensor.other_battery", "light.a", undefined];
  const supported = ids.map((id) => isSupported(hass, id === undefined ? {} : { entity_id: id }));
  expect(supported).toEqual([true, false, false, false, false]);
});

async function open(level: number) {
  register();
  document.body.replaceChildren();
  const hass = aHome();
  const feature = document.createElement("renault-ze-commands") as CommandsFeature;
  feature.setConfig();
  feature.hass = hass;
  feature.context = { entity_id: "sensor.car_battery" };
  document.body.append(feature);
  const settle = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    await feature.updateComplete;
  };
  const receive = async (...commands: ReturnType<typeof aCommand>[]): Promise<void> => {
    const battery = { ...aCar().battery!, level_percent: level };
    hass.connection.send(aCar({ battery, commands, now: new Date().toISOString() }));
    await settle();
  };
  await settle();
  await receive();
  const buttons = (): HTMLButtonElement[] => [...feature.renderRoot.querySelectorAll("button")];
  const texts = (): (string | undefined)[] => buttons().map((each) => each.textContent?.trim());
  const press = async (): Promise<void> => {
    buttons()[0]?.click();
    await settle();
  };
  const explained: string[] = [];
  feature.addEventListener("hass-notification", (event) => explained.push((event as CustomEvent).detail.message));
  return { hass, buttons, explained, texts, press, receive };
}

test("sends a command, and shows how far it has come", async () => {
  const { hass, buttons, explained, texts, press, receive } = await open(62);
  expect(texts()).toEqual(["Start preconditioning", "Start charge"]);
  await press();
  expect(texts()[0]).toBe("Waiting for the car…");
  expect(buttons()[0]?.getAttribute("aria-label")).toBe("Start preconditioning: Waiting for the car…");
  await press();
  expect(explained.pop()).toContain("was sent");
  expect(hass.calls).toEqual([["precondition", { device_id: "car" }]]);
  const settled_at = "2026-10-05T06:00:01Z";
  await receive(aCommand({ status: "failed", reason: "car_refused", settled: true, settled_at }));
  expect([texts()[0], buttons()[0]?.title]).toEqual(["Failed", "Refused by the car"]);
  expect(explained).toEqual(["Start preconditioning: Refused by the car"]);
});

test("explains a low battery first, and sends with a second press", async () => {
  const { hass, explained, press } = await open(30);
  await press();
  expect([explained[0]?.slice(0, 22), hass.calls]).toEqual(["The battery is at 30%,", []]);
  expect(explained[0]).toContain("Press the button again to send the command anyway.");
  await press();
  expect(hass.calls.length).toBe(1);
});
