/** A Home Assistant whose messages and calls the tests control. */

import type { Car, CarMessage, Explanation, Sentence } from "../src/api";
import en from "../../custom_components/renault_ze/translations/en.json";
import fr from "../../custom_components/renault_ze/translations/fr.json";
import { aPlan } from "./week/plans";
import type { EntityEntry, HassConnection, HomeAssistant } from "../src/hass";

export const NOW = "2026-10-05T06:00:00+00:00";

/** Return a reason whose sentence has a key that begins with the sensor's name. */
export function explained(key: string, placeholders: Sentence["placeholders"] = {}): Explanation {
  const reason = key.replace(/^[a-z]+_/, "").replace(/(_at|_begun|_over|_now)?(_disabled)?$/, "");
  return { reason, text: { key: `common.${key}`, placeholders } };
}

/** Return a car that waits for its charge window, with some fields changed. */
export function aCar(changes: Partial<Car> = {}): Car {
  return {
    device_id: "car",
    name: "Zoe",
    model: "Zoe",
    time_zone: "UTC",
    now: NOW,
    features: ["battery", "preconditioning", "start_charge", "stop_charge", "request_update", "charge_schedule"],
    available: true,
    error: null,
    accepts_commands: true,
    outdated: false,
    battery: {
      level_percent: 62,
      range_km: 150,
      plugged_in: true,
      charging: false,
      charging_point: null,
      charge_state: null,
      charge_ends_at: null,
      charging_time_remaining_minutes: null,
      energy_kwh: null,
      reported_at: "2026-10-05T05:50:00+00:00",
    },
    battery_read_at: NOW,
    threshold_percent: 45,
    charging: explained("charging_waiting_for_window_at", { time: { at: "2026-10-06T01:00:00+00:00" } }),
    preconditioning: explained("preconditioning_no_departure"),
    commands: [],
    plan: aPlan(),
    copy: null,
    limits: { step_minutes: 15, every_day: true, max_window_times: null, windows_a_day: 1, timer: true },
    ...changes,
  };
}

/** The connection of a fake Home Assistant; with `refusal`, subscriptions fail. */
export class FakeConnection implements HassConnection {
  connected = true;
  refusal: unknown = null;
  readonly open = new Set<(message: CarMessage) => void>();
  started = 0;
  private readonly listeners = new Map<string, Set<() => void>>();

  subscribeMessage<T>(callback: (message: T) => void): Promise<() => Promise<void>> {
    this.started += 1;
    if (this.refusal !== null) return Promise.reject(this.refusal);
    const listener = callback as (message: unknown) => void;
    this.open.add(listener);
    return Promise.resolve(() => Promise.resolve(void this.open.delete(listener)));
  }

  addEventListener(event: string, listener: () => void): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  }

  removeEventListener(event: string, listener: () => void): void {
    this.listeners.get(event)?.delete(listener);
  }

  /** Send a message to all subscriptions. */
  send(car: Car | null): void {
    for (const each of this.open) each({ car });
  }

  /** Lose the connection. */
  lose(): void {
    this.connected = false;
    this.open.clear();
    this.listeners.get("disconnected")?.forEach((each) => each());
  }

  /** Connect again. */
  restore(): void {
    this.connected = true;
    this.listeners.get("ready")?.forEach((each) => each());
  }
}

/** A fake Home Assistant, with the calls of actions in `calls`; `call` replaces what they do. */
export interface FakeHass extends HomeAssistant {
  connection: FakeConnection;
  calls: [string, object][];
  call: () => Promise<unknown>;
}

/** The messages of the integration by language. */
const MESSAGES: Record<string, object> = { en, fr };

/** Return the lookup of the messages of the integration in a language, empty for those it does not have. */
export function messages(language: string): HomeAssistant["localize"] {
  return (key, placeholders = {}) => {
    const path = key.replace("component.renault_ze.", "").split(".");
    const found = path.reduce<unknown>((each, name) => (each as Record<string, unknown>)?.[name], MESSAGES[language]);
    return String(found ?? "").replace(/\{(\w+)\}/g, (_, name: string) => placeholders[name] ?? `{${name}}`);
  };
}

/** Return the entities of a car with the buttons of its commands. */
export function entities(device = "car", buttons = ["start_preconditioning", "start_charge"]): EntityEntry[] {
  const of = (id: string, key?: string): EntityEntry => ({
    entity_id: `${id.split(".")[0]}.${device}_${id.split(".")[1]}`,
    device_id: device,
    platform: "renault_ze",
    ...(key === undefined ? {} : { translation_key: key }),
  });
  const pressed = buttons.map((key) => of(`button.${key}`, key));
  return [of("sensor.battery"), of("switch.departures", "departures"), ...pressed];
}

/** Let a fake Home Assistant have some entities and their devices, named after their ids. */
export function withEntities(hass: FakeHass, ...found: EntityEntry[]): FakeHass {
  hass.entities = Object.fromEntries(found.map((each) => [each.entity_id, each]));
  hass.devices = Object.fromEntries(
    found.flatMap(({ device_id: id }) => (id === undefined ? [] : [[id, { id, name: id, name_by_user: null }]])),
  );
  return hass;
}

/** Return a fake Home Assistant whose texts are their keys and placeholders. */
export function aHass(language = "en", changes: Partial<HomeAssistant> = {}): FakeHass {
  const hass: FakeHass = {
    states: {},
    entities: {},
    devices: {},
    config: { time_zone: "UTC", unit_system: { length: "km" } },
    locale: { language, time_format: "24", time_zone: "server", first_weekday: "language" },
    language,
    localize: (key, placeholders) => (placeholders ? `${key} ${JSON.stringify(placeholders)}` : key),
    loadBackendTranslation: () => Promise.resolve(undefined),
    callWS: () => Promise.reject(new Error("no answer")),
    callService: (_domain, service, data = {}) => {
      hass.calls.push([service, data]);
      return hass.call();
    },
    calls: [],
    call: () => Promise.resolve(undefined),
    ...changes,
    connection: new FakeConnection(),
  };
  return hass;
}
