"""What a vehicle is called: no two cars of an owner alike, and none anew once there is a device of it."""

from collections.abc import Iterable, Iterator
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import slugify

from . import devices
from .cloud.models import Vehicle
from .const import DOMAIN
from .coordinator import VehicleCoordinator

_NAME = "Renault Z.E."


@callback
def device_of(coordinator: VehicleCoordinator) -> dr.DeviceEntry | None:
    """Return the device of a vehicle, if there is one already."""
    return devices.device_of(coordinator.hass, coordinator.config_entry, coordinator.vehicle.vin)


@callback
def name_of(coordinator: VehicleCoordinator) -> str:
    """Return what the owner calls a vehicle."""
    return _shown_name(device_of(coordinator), coordinator.vehicle.vin)


@callback
def name_elsewhere(hass: HomeAssistant, entry: ConfigEntry[Any], vin: str) -> str:
    """Return what the owner calls a vehicle that another entry has."""
    others = (each for each in hass.config_entries.async_entries(DOMAIN) if each is not entry)
    found = (devices.device_of(hass, each, vin) for each in others)
    return _shown_name(next(filter(None, found), None), vin)


def _shown_name(device: dr.DeviceEntry | None, vin: str) -> str:
    """Return what the owner calls the vehicle of a device."""
    return (device and (device.name_by_user or device.name)) or _numbered(vin)


@callback
def register(hass: HomeAssistant, entry: ConfigEntry[Any], vehicle: Vehicle, *, alone: bool) -> None:
    """Register the device of a vehicle; a name it has already stays."""
    device = devices.device_of(hass, entry, vehicle.vin)
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
