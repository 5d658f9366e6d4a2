/** The settings of the car card, and what it proposes. */

import { describe, expect, test } from "vitest";
import { assertConfig, carSuggestion, colorOf, configForm, newConfig, pictureUrl, type CarConfig } from "../../src/car/config";
import { BUTTONS } from "../../src/car/buttons";
import { proposedName, proposedTime } from "../../src/car/departure";
import { CAR_TYPE, SCHEDULE_TYPE, stubConfig, suggestion } from "../../src/config";
import { register } from "../../src/register";
import { aCar, aHass, entities, withEntities } from "../fake";
import { aDeparture, aPlan } from "../week/plans";

const config = (changes: object): CarConfig => ({ type: `custom:${CAR_TYPE}`, ...changes }) as CarConfig;

describe("settings", () => {
  test.each([{}, { layout: "compact" }, { appearance: "none", buttons: ["charge"] }, { buttons: [] }])("%j are valid", (each) => {
    expect(() => assertConfig(config(each))).not.toThrow();
  });

  test.each([
    [{ layout: "big" }, "layout: full, compact"],
    [{ appearance: "photo" }, "appearance: drawing, picture, none"],
    [{ buttons: ["horn"] }, "buttons: precondition, charge, cancel_precondition, request_update"],
    [{ buttons: "charge" }, "buttons: precondition"],
  ])("%j are not", (each, message) => {
    expect(() => assertConfig(config(each))).toThrow(message);
  });

  test("have a form in words", () => {
    const form = configForm() as {
      schema: { name: string; selector: { select?: { options: { label: string }[] } } }[];
      computeLabel: (each: object) => string;
      computeHelper: (each: object) => string | undefined;
    };
    const labels = form.schema.map((each) => form.computeLabel(each));
    expect(labels).toEqual(["Car", "Name", "Layout", "Buttons", "Appearance", "Color of the drawing", "Picture"]);
    const options = form.schema.flatMap((each) => each.selector.select?.options ?? []).map((each) => each.label);
    expect(options.slice(0, 3)).toEqual(["Full", "Compact", "Start preconditioning"]);
    expect(form.schema.map((each) => form.computeHelper(each)).filter(Boolean).length).toBe(1);
  });

  test("of a new card have the first car", () => {
    const hass = withEntities(aHass(), ...entities("zoe"), ...entities("captur"));
    expect([stubConfig(hass), stubConfig(aHass())]).toEqual([{ device_id: "captur" }, {}]);
    expect(newConfig(hass)).toEqual({ device_id: "captur", buttons: [...BUTTONS] });
    expect(carSuggestion(hass, "sensor.zoe_battery")?.config).toMatchObject({ device_id: "zoe", buttons: [...BUTTONS] });
  });

  test("color the drawing", () => {
    expect([{}, { color: "red" }, { color: [1, 2, 3] }].map((each) => colorOf(config(each)))).toEqual([
      null,
      "red",
      "rgb(1,2,3)",
    ]);
  });

  test("have a picture by address, uploaded, or from the media browser", async () => {
    const hass = aHass("en", { callWS: <T>(message: object) => Promise.resolve({ url: JSON.stringify(message) } as T) });
    const url = (picture: string | { media_content_id: string }) => pictureUrl(hass, picture);
    expect(await url("/local/car.png")).toBe("/local/car.png");
    const uploaded = { media_content_id: "media-source://image_upload/abc" };
    expect(await url(uploaded)).toBe("/api/image/serve/abc/original");
    expect(await url("media-source://media_source/local/car.png")).toContain("media_source/resolve_media");
  });
});

describe("Home Assistant", () => {
  test("suggests the cards for our entities", () => {
    const calendar = { entity_id: "calendar.car_charging", device_id: "car", platform: "renault_ze" };
    const hass = withEntities(aHass(), ...entities(), calendar, { entity_id: "light.a", platform: "hue", device_id: "a" });
    const ids = ["sensor.car_battery", "calendar.car_charging", "light.a", "sensor.none"];
    const suggested = (type: string, domain = "") => ids.map((id) => suggestion(type, domain)(hass, id)?.config.device_id);
    expect(suggested(CAR_TYPE)).toEqual(["car", "car", undefined, undefined]);
    expect(suggested(SCHEDULE_TYPE, "calendar.")).toEqual([undefined, "car", undefined, undefined]);
  });

  test("lists everything once, although the module is loaded twice", () => {
    register();
    register();
    type Lists = Record<string, { type: string; name: string; description: string }[]>;
    const { customCards, customCardFeatures, customStrategies } = window as unknown as Lists;
    const names = [customCards, customCardFeatures, customStrategies].map((list) => list?.map((each) => each.name));
    expect(names).toEqual([["Renault car", "Renault week"], ["Renault: preconditioning and charging"], ["Renault"]]);
    expect(customStrategies?.[0]?.description).toContain("A view for each car");
  });
});

describe("a new departure", () => {
  const car = (...found: [string, string][]) =>
    aCar({ plan: aPlan({ departures: found.map(([time, name]) => aDeparture(`${time} mon`, { name })) }) });

  test("has a time and a name that no other has", () => {
    expect([proposedTime(car()) / 60, proposedName(car(), "Departure")]).toEqual([7.5, "Departure"]);
    const two = car(["07:30", "departure"], ["17:30", "Departure 2"]);
    expect([proposedTime(two) / 60, proposedName(two, "Departure")]).toEqual([12, "Departure 3"]);
    const four = car(["07:30", "a"], ["17:30", "b"], ["12:00", "c"], ["09:00", "d"]);
    expect(proposedTime(four)).toBe(720);
  });
});
