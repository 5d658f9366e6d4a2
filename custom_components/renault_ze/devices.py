"""Device of a car in the device registry, and its name."""

from collections.abc import Iterable, Iterator
from typing import Any

import attr
from homeassistant.auth.models import User
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import slugify

from .cloud.models import Vehicle
from .const import DOMAIN

_NAME = "Renault Z.E."
# Z.E. Services does not name the model of a car.
_UNKNOWN_MODEL = "Z.E. vehicle"
# Platform and key of the entities that no longer exist.
_FORMER = {("button", "skip_next_departure"), ("switch", "charge_schedule"), ("switch", "charge_plan")}


@callback
def device_of(hass: HomeAssistant, entry: ConfigEntry[Any], vin: str) -> dr.DeviceEntry | None:
    """Return the device of a car, None if there is none yet."""
    return dr.async_get(hass).async_get_device_by_identifier((DOMAIN, vin), entry.entry_id)


@callback
def vins_of(hass: HomeAssistant, entry: ConfigEntry[Any]) -> set[str]:
    """Return the VINs of the devices of an entry."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return {vin for device in devices for vin in vins_in(device)}


@callback
def vins_in(device: dr.AnyDeviceEntry) -> list[str]:
    """Return the VIN of a device, none of a device of another integration, whose identifiers may have other parts."""
    return [each[1] for each in device.identifiers if each[0] == DOMAIN]


@callback
def may_access(hass: HomeAssistant, user: User, device: dr.DeviceEntry, policy: str) -> bool:
    """Return whether a user may access all entities of a device; `policy` is to read or to control them."""
    entities = er.async_entries_for_device(er.async_get(hass), device.id)
    return user.permissions.access_all_entities(policy) or (
        bool(entities) and all(user.permissions.check_entity(each.entity_id, policy) for each in entities)
    )


@callback
def is_device_disabled(hass: HomeAssistant, entry: ConfigEntry[Any], vin: str) -> bool:
    """Return whether the device of a car is disabled."""
    device = device_of(hass, entry, vin)
    return device is not None and device.disabled


@callback
def enable_entities(hass: HomeAssistant, entry: ConfigEntry[Any], vin: str) -> None:
    """Enable the entities that were disabled with the device of a car, unless it still is.

    Home Assistant does so when a device is enabled, but not for deleted entities, which it restores as they were.
    """
    if is_device_disabled(hass, entry, vin):
        return
    registry, by_device = er.async_get(hass), er.RegistryEntryDisabler.DEVICE
    for key, deleted in list(registry.deleted_entities.items()):
        if key[1] == DOMAIN and key[2].startswith(f"{vin}_") and deleted.disabled_by is by_device:
            registry.deleted_entities[key] = attr.evolve(deleted, disabled_by=None)
    for each in er.async_entries_for_config_entry(registry, entry.entry_id):
        if each.unique_id.startswith(f"{vin}_") and each.disabled_by is by_device:
            registry.async_update_entity(each.entity_id, disabled_by=None)


@callback
def remove_former_entities(hass: HomeAssistant, entry: ConfigEntry[Any]) -> list[str]:
    """Remove the replaced entities of an entry, and return their entity IDs."""
    registry = er.async_get(hass)
    found = er.async_entries_for_config_entry(registry, entry.entry_id)
    former = [each.entity_id for each in found if (each.domain, each.unique_id.partition("_")[2]) in _FORMER]
    for entity_id in former:
        registry.async_remove(entity_id)
    return former


@callback
def remove_if_empty(hass: HomeAssistant, entry: ConfigEntry[Any], vin: str) -> bool:
    """Remove the device of a car if it has no entities, and return whether it had none."""
    device = device_of(hass, entry, vin)
    if device is None or er.async_entries_for_device(er.async_get(hass), device.id, include_disabled_entities=True):
        return False
    dr.async_get(hass).async_remove_device(device.id)
    return True


@callback
def move(hass: HomeAssistant, vin: str, old: ConfigEntry[Any], new: ConfigEntry[Any]) -> None:
    """Move the device of a car and its entities to another entry; ids and names stay."""
    if (device := device_of(hass, old, vin)) is None:
        return
    registry = er.async_get(hass)
    for each in er.async_entries_for_device(registry, device.id, include_disabled_entities=True):
        # First, because entities of the old entry are removed when the device moves.
        registry.async_update_entity(each.entity_id, config_entry_id=new.entry_id)
    dr.async_get(hass).async_update_device(device.id, new_config_entry_id=new.entry_id)


@callback
def name_of(hass: HomeAssistant, entry: ConfigEntry[Any], vin: str) -> str:
    """Return the name of a vehicle."""
    return distinct(hass, entry, vin, _display_name(device_of(hass, entry, vin), vin))


@callback
def distinct(hass: HomeAssistant, entry: ConfigEntry[Any], vin: str, text: str) -> str:
    """Return a text about a vehicle, with the end of its VIN if another one has the same name."""
    name = _display_name(device_of(hass, entry, vin), vin)
    others = (each for each in dr.async_get(hass).devices if vins_in(each) not in ([], [vin]))
    is_taken = any((each.name_by_user or each.name) == name for each in others)
    return f"{text} ({vin[-4:]})" if is_taken else text


@callback
def name_elsewhere(hass: HomeAssistant, entry: ConfigEntry[Any], vin: str) -> str:
    """Return the name of a vehicle of another entry."""
    others = (each for each in hass.config_entries.async_entries(DOMAIN) if each is not entry)
    found = (device_of(hass, each, vin) for each in others)
    return _display_name(next(filter(None, found), None), vin)


def _display_name(device: dr.DeviceEntry | None, vin: str) -> str:
    """Return the name of a device, also while there is none."""
    return (device and (device.name_by_user or device.name)) or _name_with_vin(vin)


@callback
def register(hass: HomeAssistant, entry: ConfigEntry[Any], vehicle: Vehicle, *, alone: bool) -> None:
    """Register the device of a vehicle; an existing name stays."""
    device = device_of(hass, entry, vehicle.vin)
    name = entry.title if vehicle.is_demo else _initial_name(hass, vehicle.vin, alone=alone)
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, vehicle.vin)},
        manufacturer="Demo" if vehicle.is_demo else vehicle.brand or "Renault",
        model=vehicle.model or _UNKNOWN_MODEL,
        name=(device and device.name) or name,
        serial_number=vehicle.vin,
    )


def _initial_name(hass: HomeAssistant, vin: str, *, alone: bool) -> str:
    """Return the initial name of a vehicle, with the end of its VIN unless it is the only one.

    A vehicle that is added again gets the name in its entity ids; a replacement does not get its predecessor's.
    """
    ids = set(_entity_ids(hass))
    own = {each for each in ids if each[1] == vin}
    plain = any(_is_plain(*each) for each in own) if own else alone and not any(_is_plain(*each) for each in ids)
    return _NAME if plain and _NAME not in _used_names(hass) else _name_with_vin(vin)


def _name_with_vin(vin: str) -> str:
    """Return the name with the end of the VIN."""
    return f"{_NAME} {vin[-4:]}"


def _is_plain(entity_id: str, vin: str) -> bool:
    """Return whether an entity id was made from the name without the VIN."""
    return f"{slugify(_NAME)}_" in entity_id and f"{slugify(_name_with_vin(vin))}_" not in entity_id


def _entity_ids(hass: HomeAssistant) -> Iterator[tuple[str, str]]:
    """Yield the ids of all current and deleted entities, each with the VIN of its vehicle."""
    registry = er.async_get(hass)
    known: Iterable[er.RegistryEntry | er.DeletedRegistryEntry]
    for known in (registry.deleted_entities.values(), registry.entities.values()):
        yield from ((each.entity_id, each.unique_id.partition("_")[0]) for each in known if each.platform == DOMAIN)


def _used_names(hass: HomeAssistant) -> set[str | None]:
    """Return the names of the cars of all accounts."""
    entries, registry = hass.config_entries.async_entries(DOMAIN), dr.async_get(hass)
    return {device.name for each in entries for device in dr.async_entries_for_config_entry(registry, each.entry_id)}
