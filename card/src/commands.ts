/** Commands to the car, and the progress of each: sending, waiting for the car, done, or failed. */

import type { Car, Command, CommandKind } from "./api";
import type { HassError, HomeAssistant } from "./hass";
import type { CarStore } from "./store";
import { localizer, type Localize } from "./texts";

// The clock of the server may be corrected between a call and its command.
const CLOCK_TOLERANCE_MS = 5_000;
const CONNECTION_LOST = 3;
const DONE_SHOWN_MS = 60_000;
const FAILED_SHOWN_MS = 4 * 3_600_000;

/** A call from this page; `at` is its start by the clock of the server. */
export interface Call {
  at: number;
  state: "sending" | "sent" | "failed";
  error: HassError | null;
}

export type Phase = "idle" | "sending" | "waiting" | "done" | "failed";

/** The progress of a command, with its result so far and the error of its call. */
export interface Progress {
  phase: Phase;
  command: Command | null;
  error: HassError | null;
}

const IDLE: Progress = { phase: "idle", command: null, error: null };

/** Make a call to the integration, and track it under a key; return whether it succeeded, false if one is pending. */
export async function run(store: CarStore, key: string, call: () => Promise<unknown>): Promise<boolean> {
  if (store.calls.get(key)?.state === "sending") return false;
  const at = store.now.getTime();
  const finish = (state: Call["state"], error: HassError | null): void => {
    store.calls.set(key, { at, state, error });
    store.notify();
  };
  finish("sending", null);
  try {
    await call();
    finish("sent", null);
    return true;
  } catch (err) {
    finish("failed", errorOf(err));
    return false;
  }
}

/** Perform an action of the integration for a car; throw its error. */
export async function callAction(hass: HomeAssistant, store: CarStore, action: string, data: object = {}) {
  // The card shows the error, so Home Assistant does not.
  await hass.callService("renault_ze", action, { device_id: store.deviceId, ...data }, undefined, false);
}

/** Send a command unless one of its kind is pending; return whether it was accepted. */
export function sendCommand(hass: HomeAssistant, store: CarStore, kind: CommandKind): Promise<boolean> {
  return run(store, kind, () => callAction(hass, store, kind));
}

/** Return the last command of some kinds, null if there is none. */
export function lastCommand(car: Car | null, kinds: readonly CommandKind[]): Command | null {
  const found = (car?.commands ?? []).filter((each) => kinds.includes(each.command));
  return found.reduce<Command | null>((last, each) => (sentAt(each) > sentAt(last) ? each : last), null);
}

/**
 * Return the progress of the call under a key, or of the last command of some kinds if that was sent elsewhere.
 *
 * With `mayEndWithout`, a call may succeed without a command, such as an edit that changes nothing in the car.
 */
export function progress(
  store: CarStore,
  key: string,
  kinds: readonly CommandKind[] = [key as CommandKind],
  mayEndWithout = false,
): Progress {
  const call = store.calls.get(key);
  const last = lastCommand(store.car, kinds);
  const now = store.now.getTime();
  if (call?.state === "sending") return { ...IDLE, phase: "sending" };
  if (call === undefined || (last !== null && sentAt(last) >= call.at - CLOCK_TOLERANCE_MS)) {
    return commandProgress(last, call?.error ?? null, now);
  }
  const isShown = now - call.at < (call.state === "failed" ? FAILED_SHOWN_MS : DONE_SHOWN_MS);
  if (!isShown) return commandProgress(last, null, now);
  if (call.state === "failed") return { ...IDLE, phase: "failed", error: call.error };
  return { ...IDLE, phase: mayEndWithout ? "done" : "waiting" };
}

/** Stop showing the last result under a key; a call on its way has none yet. */
export function dismiss(store: CarStore, key: string): void {
  if (store.calls.get(key)?.state === "sending") return;
  store.calls.delete(key);
  dismissed.add(resultId(store, key));
  store.notify();
}

const dismissed = new Set<string>();

function resultId(store: CarStore, key: string): string {
  const last = lastCommand(store.car, [key as CommandKind]);
  return [store.deviceId, key, store.calls.get(key)?.at, last?.sent_at].join(" ");
}

/** Return whether the last result under a key is no longer shown. */
export function isDismissed(store: CarStore, key: string): boolean {
  return dismissed.has(resultId(store, key));
}

/** Return whether a command is being sent, or waits for the car. */
export function isPending({ phase }: Progress): boolean {
  return phase === "sending" || phase === "waiting";
}

function commandProgress(command: Command | null, error: HassError | null, now: number): Progress {
  if (command === null) return IDLE;
  if (!command.settled) return { phase: "waiting", command, error };
  const age = now - Date.parse(command.settled_at ?? command.sent_at ?? "");
  if (command.done) return age < DONE_SHOWN_MS ? { phase: "done", command, error: null } : IDLE;
  const isReplaced = command.reason === "superseded";
  return !isReplaced && age < FAILED_SHOWN_MS ? { phase: "failed", command, error } : IDLE;
}

function sentAt(command: Command | null): number {
  return command?.sent_at ? Date.parse(command.sent_at) : -Infinity;
}

/** Load the texts of errors and results in the user's language. */
export async function loadCommandTexts(hass: HomeAssistant): Promise<void> {
  await hass.loadBackendTranslation("exceptions", "renault_ze");
}

/** Return an error of a call; one that was lost with the connection has another shape. */
export function errorOf(err: unknown): HassError {
  const found = (err as { error?: unknown } | null)?.error ?? err;
  return typeof found === "object" && found !== null ? (found as HassError) : { code: found as number, message: "" };
}

/** Return the message of an error in the user's language, if it has one. */
export function errorText(hass: HomeAssistant, error: HassError): string {
  if (error.code === CONNECTION_LOST) return localizer(hass)("common.connection_lost");
  const { translation_domain: domain, translation_key: key } = error;
  const name = domain && key ? `component.${domain}.exceptions.${key}.message` : "";
  return (name && hass.localize(name, error.translation_placeholders)) || error.message || String(error.code ?? error);
}

/** Return why a command failed, in the user's language: the error of its call, or its reason. */
export function failureText(hass: HomeAssistant, localize: Localize, { command, error }: Progress): string {
  if (error !== null) return errorText(hass, error);
  const path = "component.renault_ze.entity.sensor.last_command";
  const reason = command?.reason && hass.localize(`${path}.state_attributes.reason.state.${command.reason}`);
  return reason || (command && hass.localize(`${path}.state.${command.status}`)) || localize("phase.failed");
}

/** Return the text of a progress, empty if nothing is in progress. */
export function phaseText(localize: Localize, { phase }: Progress): string {
  return phase === "idle" ? "" : localize(`phase.${phase}`);
}
