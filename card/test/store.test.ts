import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Car } from "../src/api";
import { CarController, storeOf } from "../src/store";
import { aCar, aHass, type FakeHass, NOW } from "./fake";

let hass: FakeHass;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(NOW) });
  hass = aHass();
});
afterEach(() => void vi.useRealTimers());

test("cards of a car share one subscription, which ends with the last of them", async () => {
  const store = storeOf(hass, "car");
  const stops = [store.listen(() => undefined), storeOf({ ...hass }, "car").listen(() => undefined)];
  await vi.advanceTimersByTimeAsync(0);
  expect(hass.connection.started).toBe(1);
  stops[0]?.();
  expect(hass.connection.open.size).toBe(1);
  stops[1]?.();
  expect(hass.connection.open.size).toBe(0);
});

test("a subscription that is granted after its card was removed is ended", async () => {
  storeOf(hass, "car").listen(() => undefined)();
  await vi.advanceTimersByTimeAsync(0);
  expect(hass.connection.open.size).toBe(0);
});

test("the account may be unloaded and loaded again", async () => {
  const store = storeOf(hass, "car");
  store.listen(() => undefined);
  expect(store.status).toBe("loading");
  await vi.advanceTimersByTimeAsync(0);
  hass.connection.send(aCar());
  expect([store.status, store.car?.name]).toEqual(["ready", "Zoe"]);
  hass.connection.send(null);
  expect([store.status, store.car?.name]).toEqual(["not_loaded", "Zoe"]);
  hass.connection.send(aCar({ name: "Twingo" }));
  expect([store.status, store.car?.name]).toEqual(["ready", "Twingo"]);
});

test("prices are kept until others are sent", async () => {
  const store = storeOf(hass, "car");
  store.listen(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  const prices: Car["prices"] = [["2026-11-23T00:00:00Z", "2026-11-23T01:00:00Z", 0.2]];
  hass.connection.send(aCar({ prices }));
  hass.connection.send(aCar({ name: "Twingo" }));
  expect([store.car?.name, store.car?.prices]).toEqual(["Twingo", prices]);
  hass.connection.send(aCar({ prices: [] }));
  expect(store.car?.prices).toEqual([]);
});

test("the subscription is renewed after a restart of Home Assistant, also while the integration is not ready", async () => {
  const store = storeOf(hass, "car");
  store.listen(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  hass.connection.send(aCar());
  hass.connection.lose();
  expect(store.connected).toBe(false);
  hass.connection.refusal = { code: "unknown_command", message: "Unknown command." };
  hass.connection.restore();
  await vi.advanceTimersByTimeAsync(2_000);
  expect([store.connected, store.status, hass.connection.started]).toEqual([true, "error", 3]);
  hass.connection.refusal = null;
  await vi.advanceTimersByTimeAsync(5_000);
  hass.connection.send(aCar({ name: "Back" }));
  expect([store.status, store.error, store.car?.name, hass.connection.open.size]).toEqual(["ready", null, "Back", 1]);
});

test("the clock is that of the server", async () => {
  const store = storeOf(hass, "car");
  store.listen(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  hass.connection.send(aCar({ now: "2026-10-05T06:10:00+00:00" }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(store.now.toISOString()).toBe("2026-10-05T06:11:00.000Z");
});

test("an element is updated with each message and as time passes, while it is on the page", async () => {
  const host = { addController: vi.fn(), requestUpdate: vi.fn() };
  const controller = new CarController(host);
  controller.hostConnected();
  controller.watch(hass, "car");
  await vi.advanceTimersByTimeAsync(0);
  hass.connection.send(aCar());
  expect(host.requestUpdate).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(host.requestUpdate).toHaveBeenCalledTimes(2);
  controller.watch(hass, "other");
  await vi.advanceTimersByTimeAsync(0);
  expect([controller.store?.deviceId, hass.connection.open.size]).toEqual(["other", 1]);
  controller.hostDisconnected();
  expect(hass.connection.open.size).toBe(0);
});
