"""The device of a car in Home Assistant's registry, by its entry and its VIN."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import attr
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_platform, entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.hass_dict import HassKey

from .const import CONF_MOVED, DOMAIN
from .coordinator import VehicleCoordinator

_TURN: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}.turn")


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


class Addition(NamedTuple):
    """Entities of a vehicle, the platform of Home Assistant they belong to, and what adds them there."""

    platform: str
    add: AddConfigEntryEntitiesCallback
    entities: list[Entity]


@asynccontextmanager
async def turn(hass: HomeAssistant) -> AsyncIterator[None]:
    """Do a piece of work while no other account does, and let Home Assistant do something else after it."""
    async with hass.data.setdefault(_TURN, asyncio.Lock()):
        yield
        await asyncio.sleep(0)


async def add_vehicle(coordinator: VehicleCoordinator) -> bool:
    """Add the entities of a vehicle, and tell whether there was room for all; else only those it had before."""
    hass, entry = coordinator.hass, coordinator.config_entry
    async with turn(hass):
        additions = [entities_of(coordinator) for entities_of in entry.runtime_data.additions]
        if coordinator.vehicle.vin in entry.data.get(CONF_MOVED, ()):
            _remove_lacking(coordinator, additions)
        new = _new(hass, additions)
        enabled = er.async_get(hass).entities.get_enabled_count_for_config_entry_id(entry.entry_id)
        wanted = enabled + sum(each.entity_registry_enabled_default for each in new)
        fits = wanted <= entity_platform.MAX_ENABLED_ENTITIES_PER_CONFIG_ENTRY
    for addition in additions:
        async with turn(hass):
            addition.add([each for each in addition.entities if fits or each not in new])
    return fits


@callback
def _remove_lacking(coordinator: VehicleCoordinator, additions: list[Addition]) -> None:
    """Remove the entities of a vehicle for which the cloud that it was moved to has nothing."""
    registry, entry, vin = er.async_get(coordinator.hass), coordinator.config_entry, coordinator.vehicle.vin
    offered = {(platform, each.unique_id) for platform, _, entities in additions for each in entities}
    for each in er.async_entries_for_config_entry(registry, entry.entry_id):
        if each.unique_id.startswith(f"{vin}_") and (each.domain, each.unique_id) not in offered:
            registry.async_remove(each.entity_id)


@callback
def _new(hass: HomeAssistant, additions: list[Addition]) -> set[Entity]:
    """Return the entities that Home Assistant has never seen."""
    known = er.async_get(hass).async_get_entity_id
    return {
        each
        for platform, _, entities in additions
        for each in entities
        if each.unique_id is None or known(platform, DOMAIN, each.unique_id) is None
    }
