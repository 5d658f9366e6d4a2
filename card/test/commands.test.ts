import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Command } from "../src/api";
import { dismiss, errorText, failureText, isDismissed, progress, run, sendCommand } from "../src/commands";
import { type CarStore, storeOf } from "../src/store";
import { localizer } from "../src/texts";
import { aCar, aHass, type FakeHass, NOW } from "./fake";

let hass: FakeHass;
let store: CarStore;

function aCommand(changes: Partial<Command> = {}): Command {
  const pending = { status: "accepted", reason: null, settled_at: null, settled: false, done: false } as const;
  return { command: "precondition", route: null, sent_at: NOW, ...pending, ...changes };
}

function report(...commands: Command[]): void {
  hass.connection.send(aCar({ commands, now: new Date().toISOString() }));
}

beforeEach(async () => {
  vi.useFakeTimers({ now: Date.parse(NOW) });
  hass = aHass();
  store = storeOf(hass, "car");
  store.listen(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  report();
});
afterEach(() => void vi.useRealTimers());

test("a command is sending, then waiting for the car, then done, and then no longer shown", async () => {
  const phase = () => progress(store, "precondition").phase;
  expect(phase()).toBe("idle");
  const sent = sendCommand(hass, store, "precondition");
  expect(phase()).toBe("sending");
  await sent;
  expect(hass.calls).toEqual([["precondition", { device_id: "car" }]]);
  expect(phase()).toBe("waiting");
  report(aCommand());
  expect(phase()).toBe("waiting");
  report(aCommand({ status: "confirmed", settled: true, done: true, settled_at: NOW }));
  expect(phase()).toBe("done");
  await vi.advanceTimersByTimeAsync(90_000);
  expect(phase()).toBe("idle");
});

test("a second press while a command is being sent sends nothing", async () => {
  const presses = [sendCommand(hass, store, "precondition"), sendCommand(hass, store, "precondition")];
  expect(await Promise.all(presses)).toEqual([true, false]);
  expect(hass.calls.length).toBe(1);
});

test("a press that comes before the page shows the first one sends nothing", async () => {
  const presses = [1, 2].map(() => {
    dismiss(store, "precondition");
    return sendCommand(hass, store, "precondition");
  });
  expect(await Promise.all(presses)).toEqual([true, false]);
  expect(hass.calls.length).toBe(1);
});

test.each([[3], [{ type: "result", success: false, error: { code: 3, message: "Connection lost" } }]])(
  "a call that was lost with the connection says so: %o",
  async (lost) => {
    hass.call = () => Promise.reject(lost);
    await sendCommand(hass, store, "precondition");
    const text = failureText(hass, localizer(hass), progress(store, "precondition"));
    expect(text).toBe("The connection to Home Assistant was lost. Check whether this was done.");
  },
);

test("a refused call shows its error, in the user's language", async () => {
  const error = {
    code: "home_assistant_error",
    message: "English",
    translation_domain: "renault_ze",
    translation_key: "throttled",
    translation_placeholders: { duration: "5 min" },
  };
  hass.call = () => Promise.reject(error);
  expect(await sendCommand(hass, store, "precondition")).toBe(false);
  const failed = progress(store, "precondition");
  expect(failed.phase).toBe("failed");
  expect(failureText(hass, localizer(hass), failed)).toBe(
    'component.renault_ze.exceptions.throttled.message {"duration":"5 min"}',
  );
  expect(errorText({ ...hass, localize: () => "" }, error)).toBe("English");
});

test("a command that fails later shows its reason, until it is dismissed", () => {
  report(aCommand({ status: "failed", reason: "below_threshold", settled: true, settled_at: NOW }));
  const failed = progress(store, "precondition");
  expect(failed.phase).toBe("failed");
  expect(failureText(hass, localizer(hass), failed)).toMatch(/reason.state.below_threshold$/);
  dismiss(store, "precondition");
  expect(isDismissed(store, "precondition")).toBe(true);
  report(aCommand({ status: "failed", settled: true, settled_at: NOW, sent_at: "2026-10-05T06:01:00+00:00" }));
  expect(isDismissed(store, "precondition")).toBe(false);
});

test("a command that was replaced by a newer one has not failed", () => {
  report(aCommand({ status: "failed", reason: "superseded", settled: true, settled_at: NOW }));
  expect(progress(store, "precondition").phase).toBe("idle");
});

test("saving a plan ends without a command if nothing changes in the car, and else with it", async () => {
  const kinds = ["set_charge_schedule", "disable_charge_schedule"] as const;
  const phase = () => progress(store, "save", kinds, true).phase;
  report(aCommand({ command: "set_charge_schedule", sent_at: "2026-10-04T06:00:00+00:00", settled: true }));
  await run(store, "save", () => Promise.resolve());
  expect(phase()).toBe("done");
  report(aCommand({ command: "disable_charge_schedule" }));
  expect(phase()).toBe("waiting");
});
