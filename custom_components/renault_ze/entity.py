"""What all entities of a vehicle have in common."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_platform, entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback, async_get_current_platform
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util.hass_dict import HassKey

from .cloud.models import Capability, Part
from .const import CONF_MOVED, DOMAIN
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator

_TURN: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}.turn")


@dataclass(frozen=True, kw_only=True)
class RenaultZeDescription(EntityDescription):
    """An entity that exists where the account has a `capability`, if it needs one, and lives on a `part`, if any.

    Its id ends in the `object_id`, or in its key: the same in every language, so that dashboards and automations fit.
    """

    capability: Capability | None
    part: Part | None = None
    object_id: str | None = None


class RenaultZeEntity(CoordinatorEntity[VehicleCoordinator]):
    """An entity of one vehicle."""

    _attr_has_entity_name = True
    # These change far more often than the state they belong to, and say nothing once they are past.
    _unrecorded_attributes = frozenset({"at", "explanation", "projected_level"})
    entity_description: RenaultZeDescription
    _shown: object = None

    def __init__(self, coordinator: VehicleCoordinator, description: RenaultZeDescription) -> None:
        """Name the entity after its vehicle."""
        super().__init__(coordinator)
        vehicle = coordinator.vehicle
        self.entity_description = description
        self._attr_unique_id = f"{vehicle.vin}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, vehicle.vin)})

    @property
    @override
    def suggested_object_id(self) -> str:
        """Return what ends the entity's id, behind the name of its vehicle."""
        return self.entity_description.object_id or self.entity_description.key

    @property
    @override
    def available(self) -> bool:
        """Tell whether the value still counts; one failed poll does not take it away."""
        part = self.entity_description.part
        return part is None or part in self.coordinator.data.known

    @callback
    def _async_update_attrs(self) -> object:
        """Set the `_attr_*` that the entity shows, and return their values; called once per update."""

    @override
    async def async_added_to_hass(self) -> None:
        """Set what the first state shows."""
        await super().async_added_to_hass()
        self._shown = self.available, self._async_update_attrs()

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Let Home Assistant do something else before the next of many entities is removed."""
        await super().async_will_remove_from_hass()
        await asyncio.sleep(0)

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        """Write the state if it has changed; most polls change a few of many entities."""
        shown = self.available, self._async_update_attrs()
        if shown != self._shown:
            self._shown = shown
            self.async_write_ha_state()


@callback
def add_entities[D: RenaultZeDescription](
    entry: RenaultZeConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entity: Callable[[VehicleCoordinator, D], Entity],
    descriptions: Collection[D],
) -> None:
    """Have what each vehicle's account allows added when its turn comes."""
    platform = async_get_current_platform().domain

    def entities_of(coordinator: VehicleCoordinator) -> Addition:
        """Return the entities of a vehicle."""
        capabilities = coordinator.vehicle.capabilities
        able = (each for each in descriptions if each.capability is None or each.capability in capabilities)
        return Addition(platform, async_add_entities, [entity(coordinator, each) for each in able])

    entry.runtime_data.additions.append(entities_of)


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
