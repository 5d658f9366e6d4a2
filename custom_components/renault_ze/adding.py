"""Adds the entities of an account one vehicle after another, as many whole vehicles as Home Assistant allows.

Home Assistant adds all it is given at once, and does nothing else meanwhile: for 100 cars that took half a second.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_platform, entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.hass_dict import HassKey

from .const import CONF_MOVED, DOMAIN
from .coordinator import VehicleCoordinator

_TURN: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}.turn")


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
