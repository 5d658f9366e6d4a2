/** The cars and their entities in the registries of Home Assistant's frontend. */

import type { EntityEntry, HomeAssistant } from "./hass";

/** Return the `hass` object of this page, for code to which Home Assistant does not pass it. */
export function currentHass(): HomeAssistant {
  const home = document.querySelector("home-assistant") as { hass?: HomeAssistant } | null;
  return home?.hass ?? ({ locale: { language: "en" } } as HomeAssistant);
}

/** Return the entities of a car, or of all cars if no device is given. */
export function entitiesOf(hass: HomeAssistant, deviceId?: string): EntityEntry[] {
  const ours = Object.values(hass.entities).filter((each) => each?.platform === "renault_ze") as EntityEntry[];
  return ours.filter((each) => deviceId === undefined || each.device_id === deviceId);
}

/** Return the devices of all cars, sorted by name. */
export function cars(hass: HomeAssistant): { id: string; name: string }[] {
  const ids = new Set(entitiesOf(hass).map((each) => each.device_id ?? ""));
  const found = [...ids].flatMap((id) => {
    const device = hass.devices[id];
    return device === undefined ? [] : [{ id, name: device.name_by_user ?? device.name ?? id }];
  });
  return found.sort((one, other) => one.name.localeCompare(other.name) || one.id.localeCompare(other.id));
}

/** Return the device of an entity of the integration, undefined for other entities. */
export function deviceOf(hass: HomeAssistant, entityId = ""): string | undefined {
  const entity = hass.entities[entityId];
  return entity?.platform === "renault_ze" ? entity.device_id : undefined;
}

/** Return the entity id of a car's entity, by the platform's domain and its translation key. */
export function entityId(hass: HomeAssistant, deviceId: string, domain: string, key: string): string | null {
  const isWanted = (each: EntityEntry): boolean =>
    each.translation_key === key && each.entity_id.startsWith(`${domain}.`);
  return entitiesOf(hass, deviceId).find(isWanted)?.entity_id ?? null;
}
