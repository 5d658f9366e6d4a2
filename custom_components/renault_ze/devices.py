"""The device of a car in Home Assistant's registry, and its name."""

from collections.abc import Iterable, Iterator
from typing import Any

import attr
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import slugify

from .cloud.models import Vehicle
from .const import DOMAIN

_NAME = "Renault Z.E."


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


@callback
def name_of(hass: HomeAssistant, entry: ConfigEntry[Any], vin: str) -> str:
    """Return what the owner calls a vehicle."""
    return _shown_name(device_of(hass, entry, vin), vin)


@callback
def name_elsewhere(hass: HomeAssistant, entry: ConfigEntry[Any], vin: str) -> str:
    """Return what the owner calls a vehicle that another entry has."""
    others = (each for each in hass.config_entries.async_entries(DOMAIN) if each is not entry)
    found = (device_of(hass, each, vin) for each in others)
    return _shown_name(next(filter(None, found), None), vin)


def _shown_name(device: dr.DeviceEntry | None, vin: str) -> str:
    """Return what the owner calls the vehicle of a device."""
    return (device and (device.name_by_user or device.name)) or _numbered(vin)


@callback
def register(hass: HomeAssistant, entry: ConfigEntry[Any], vehicle: Vehicle, *, alone: bool) -> None:
    """Register the device of a vehicle; a name it has already stays."""
    device = device_of(hass, entry, vehicle.vin)
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, vehicle.vin)},
        manufacturer="Renault",
        model=vehicle.model,
        name=(device and device.name) or _first_name(hass, vehicle.vin, alone=alone),
        serial_number=vehicle.vin,
    )


def _first_name(hass: HomeAssistant, vin: str, *, alone: bool) -> str:
    """Return the name a vehicle has until its owner gives it another; beside others it is told by its number.

    One that comes back has the name in its entity ids, and one that replaces another does not take over that one's.
    """
    ids = set(_entity_ids(hass))
    own = {each for each in ids if each[1] == vin}
    plain = any(_is_plain(*each) for each in own) if own else alone and not any(_is_plain(*each) for each in ids)
    return _NAME if plain and _NAME not in _taken(hass) else _numbered(vin)


def _numbered(vin: str) -> str:
    """Return the name that tells a vehicle from others."""
    return f"{_NAME} {vin[-4:]}"


def _is_plain(entity_id: str, vin: str) -> bool:
    """Return whether an entity id was made from the name without a number."""
    return f"{slugify(_NAME)}_" in entity_id and f"{slugify(_numbered(vin))}_" not in entity_id


def _entity_ids(hass: HomeAssistant) -> Iterator[tuple[str, str]]:
    """Yield the ids of all entities there are or were, each with the VIN of its vehicle."""
    registry = er.async_get(hass)
    known: Iterable[er.RegistryEntry | er.DeletedRegistryEntry]
    for known in (registry.deleted_entities.values(), registry.entities.values()):
        yield from ((each.entity_id, each.unique_id.partition("_")[0]) for each in known if each.platform == DOMAIN)


def _taken(hass: HomeAssistant) -> set[str | None]:
    """Return the names that the cars of all accounts have."""
    entries, registry = hass.config_entries.async_entries(DOMAIN), dr.async_get(hass)
    return {device.name for each in entries for device in dr.async_entries_for_config_entry(registry, each.entry_id)}
