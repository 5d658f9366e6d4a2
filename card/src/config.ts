/** Shared parts of the cards' settings. */

import { cars, currentHass, deviceOf } from "./devices";
import type { HomeAssistant } from "./hass";
import { localizer, type TextKey } from "./texts";

export const CAR_TYPE = "renault-ze-card";
export const SCHEDULE_TYPE = "renault-ze-schedule-card";

interface Field {
  name: string;
  selector: object;
}

/** Return the settings of a new card: the first car. */
export function stubConfig(hass: HomeAssistant): { device_id?: string } {
  const first = cars(hass)[0];
  return first === undefined ? {} : { device_id: first.id };
}

/** Return the form of the settings; the first field is the car. */
export function form(fields: readonly Field[], checks: object = {}): object {
  const device = { name: "device_id", selector: { device: { filter: { integration: "renault_ze" } } } };
  return { schema: [device, ...fields], computeLabel: ({ name }: Field) => text(`config.${name}`), ...checks };
}

/** Return a field to select one or more values. */
export function choice(name: string, values: readonly string[], multiple = false): Field {
  const options = values.map((value) => ({ value, label: text(`${name}.${value}`) }));
  return { name, selector: { select: { multiple, mode: multiple ? "list" : "dropdown", options } } };
}

/** Return a text in the language of this page. */
export function text(key: string): string {
  return localizer(currentHass())(key as TextKey);
}

/** Return the function that suggests a card for an entity of the integration, only of one domain if given. */
export function suggestion(type: string, domain = "") {
  return (hass: HomeAssistant, entityId: string): { config: { type: string; device_id: string } } | null => {
    const device = deviceOf(hass, entityId);
    return device && entityId.startsWith(domain) ? { config: { type: `custom:${type}`, device_id: device } } : null;
  };
}
