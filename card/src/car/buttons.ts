/** The buttons of a car: the command of each, its progress, and reasons not to send it. */

import type { Car, CommandKind } from "../api";
import { isPending, progress, type Progress } from "../commands";
import { entityId } from "../devices";
import { formatTime } from "../format";
import type { HassEntity, HomeAssistant } from "../hass";
import { commandName, entityText, exceptionText, lowBatteryText, sentence } from "./sentences";
import type { CarStore } from "../store";
import type { Localize } from "../texts";

export const BUTTONS = ["precondition", "charge", "cancel_precondition", "request_update"] as const;
export type ButtonKey = (typeof BUTTONS)[number];

/**
 * A button and the command it sends. `blocked` is why the command cannot be sent now; `advice` is a reason not to send
 * it, which the user has to confirm.
 */
export interface ButtonView {
  key: ButtonKey;
  kind: CommandKind;
  icon: string;
  label: string;
  progress: Progress;
  isDisabled: boolean;
  blocked: string | null;
  advice: string | null;
}

const ICONS: Partial<Record<CommandKind, string>> = {
  precondition: "mdi:fan",
  cancel_precondition: "mdi:fan-off",
  start_charge: "mdi:ev-station",
  stop_charge: "mdi:stop-circle-outline",
  request_update: "mdi:car-arrow-right",
};
const FEATURES: Partial<Record<CommandKind, string>> = {
  precondition: "preconditioning",
  cancel_precondition: "cancel_preconditioning",
};
/** The translation keys of the button entities that differ from their commands. */
export const ENTITIES = {
  precondition: "start_preconditioning",
  cancel_precondition: "cancel_preconditioning_timer",
};

/** Return when the car's timer starts preconditioning, null if none is set. */
export function timerAt(hass: HomeAssistant, deviceId: string): Date | null {
  const id = entityId(hass, deviceId, "sensor", "preconditioning_timer");
  const state: HassEntity | undefined = id === null ? undefined : hass.states[id];
  const at = Date.parse(state?.state ?? "");
  return Number.isNaN(at) ? null : new Date(at);
}

/** Return those of the wanted buttons that the car supports. */
export function buttonViews(
  hass: HomeAssistant,
  localize: Localize,
  store: CarStore,
  wanted: readonly ButtonKey[] = BUTTONS,
): ButtonView[] {
  const car = store.car;
  if (car === null) return [];
  return BUTTONS.filter((key) => wanted.includes(key)).flatMap((key) => {
    const kind = kindOf(hass, store, car, key);
    return kind === null ? [] : [buttonView(hass, localize, store, key, kind)];
  });
}

/** Return the command of a button, null if the car does not support it or there is no timer to cancel. */
function kindOf(hass: HomeAssistant, store: CarStore, car: Car, key: ButtonKey): CommandKind | null {
  const supports = (kind: CommandKind): boolean => car.features.includes(FEATURES[kind] ?? kind);
  if (key === "charge") return chargeKind(store, car, supports);
  if (!supports(key)) return null;
  const isNeeded = timerAt(hass, car.device_id) !== null || progress(store, key).phase !== "idle";
  return key !== "cancel_precondition" || isNeeded ? key : null;
}

function chargeKind(store: CarStore, car: Car, supports: (kind: CommandKind) => boolean): CommandKind | null {
  const kinds = (["start_charge", "stop_charge"] as const).filter(supports);
  const pending = kinds.find((kind) => isPending(progress(store, kind)));
  if (pending !== undefined) return pending;
  const wanted = car.battery?.charging ? "stop_charge" : "start_charge";
  // A car that is charging accepts no command to start charging.
  return kinds.find((kind) => kind === wanted) ?? null;
}

function buttonView(
  hass: HomeAssistant,
  localize: Localize,
  store: CarStore,
  key: ButtonKey,
  kind: CommandKind,
): ButtonView {
  const car = store.car as Car;
  const state = progress(store, kind);
  return {
    key,
    kind,
    icon: ICONS[kind] ?? "mdi:car",
    label: entityText(hass, `button.${(ENTITIES as Record<string, string>)[kind] ?? kind}`),
    progress: state,
    isDisabled: !store.connected || store.status !== "ready" || !car.accepts_commands,
    blocked: blocked(hass, localize, car, kind, state),
    advice: advice(hass, car, kind),
  };
}

/** Return why a command cannot be sent now, null if it can. */
function blocked(
  hass: HomeAssistant,
  localize: Localize,
  car: Car,
  kind: CommandKind,
  state: Progress,
): string | null {
  if (isPending(state)) {
    const sentAt = state.command?.sent_at;
    const command = commandName(hass, kind);
    if (!sentAt) return localize("car.pending", { command });
    return localize("car.pending_since", { command, time: formatTime(hass, new Date(sentAt), car.time_zone) });
  }
  const isRunning = kind === "precondition" && car.preconditioning.reason === "running";
  return isRunning ? exceptionText(hass, "already_preconditioning") : null;
}

/** Return a reason not to send a command, null if none is known; an outdated plug state is ignored. */
function advice(hass: HomeAssistant, car: Car, kind: CommandKind): string | null {
  if (kind === "precondition") return lowBatteryText(hass, car);
  if (kind !== "start_charge" || car.outdated) return null;
  if (car.battery?.plugged_in === false) return exceptionText(hass, "not_plugged_in");
  return car.battery?.level_percent === 100 ? sentence(hass, "charging_full") : null;
}
