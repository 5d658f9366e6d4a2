"""The device of a car in Home Assistant's registry, by its entry and its VIN."""

from typing import Any

import attr
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .const import DOMAIN


@callback
def device_of(hass: HomeAssistant, entry: ConfigEntry[Any], vin: str) -> dr.DeviceEntry | None:
    """Return the device of a car, if there is one already."""
    return dr.async_get(hass).async_get_device_by_identifier((DOMAIN, vin), entry.entry_id)


@callback
def vins_of(hass: HomeAssistant, entry: ConfigEntry[Any]) -> set[str]:
    """Return the VINs of the devices of an entry."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return {vin for device in devices for domain, vin in device.identifiers if domain == DOMAIN}


@callback
def is_disabled(hass: HomeAssistant, entry: ConfigEntry[Any], vin: str) -> bool:
    """Return whether the device of a car is disabled, so that nobody wants to hear of it."""
    device = device_of(hass, entry, vin)
    return device is not None and device.disabled


@callback
def enable_entities(hass: HomeAssistant, entry: ConfigEntry[Any], vin: str) -> None:
    """Enable what was disabled with the device of a car, unless that still is.

    Home Assistant does so when the device is enabled, but not for what is out of the registry then: that would come
    back as it was when its entry was removed.
    """
    if is_disabled(hass, entry, vin):
        return
    registry, by_device = er.async_get(hass), er.RegistryEntryDisabler.DEVICE
    for key, deleted in list(registry.deleted_entities.items()):
        if key[1] == DOMAIN and key[2].startswith(f"{vin}_") and deleted.disabled_by is by_device:
            registry.deleted_entities[key] = attr.evolve(deleted, disabled_by=None)
    for each in er.async_entries_for_config_entry(registry, entry.entry_id):
        if each.unique_id.startswith(f"{vin}_") and each.disabled_by is by_device:
            registry.async_update_entity(each.entity_id, disabled_by=None)


@callback
def remove_if_empty(hass: HomeAssistant, entry: ConfigEntry[Any], vin: str) -> bool:
    """Remove the device of a car without entities, and return whether it was."""
    device = device_of(hass, entry, vin)
    if device is None or er.async_entries_for_device(er.async_get(hass), device.id, include_disabled_entities=True):
        return False
    dr.async_get(hass).async_remove_device(device.id)
    return True


@callback
def move(hass: HomeAssistant, vin: str, old: ConfigEntry[Any], new: ConfigEntry[Any]) -> None:
    """Move the device of a car and its entities to another entry, which keeps their ids and names."""
    if (device := device_of(hass, old, vin)) is None:
        return
    registry = er.async_get(hass)
    for each in er.async_entries_for_device(registry, device.id, include_disabled_entities=True):
        # First, for what belongs to the old entry still is removed when the device moves.
        registry.async_update_entity(each.entity_id, config_entry_id=new.entry_id)
    dr.async_get(hass).async_update_device(device.id, new_config_entry_id=new.entry_id)
