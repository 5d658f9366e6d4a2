"""Base class of the entities of a vehicle, and how they are added."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, override

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_platform, entity_registry as er
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback, async_get_current_platform
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util.hass_dict import HassKey

from .cloud.models import Capability, Part, Vehicle
from .const import CONF_MOVED, DOMAIN, PLATFORMS
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator
from .devices import device_of

# The platforms whose entities not every vehicle has.
_NEEDS = {
    Platform.IMAGE: {Capability.PICTURE},
    Platform.NUMBER: {Capability.CHARGE_LIMIT, Capability.CHARGE_SCHEDULE, Capability.PRECONDITIONING_TEMPERATURE},
    Platform.TIME: {Capability.NOTIFICATIONS},
}
_LOCK: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}.lock")


@dataclass(frozen=True, kw_only=True)
class RenaultZeDescription(EntityDescription):
    """An entity that needs a `capability` of the account, and shows a `part` of the vehicle's state, if any.

    A vehicle has none that does not apply to one with the capability `unless`.
    One that `sends_command` is unavailable while the vehicle accepts no commands, and one that `needs_schedule` until
    the user's charge schedule is known.
    Its entity id ends in the `object_id`, or in its key, in every language: dashboards and blueprints refer to it.
    """

    capability: Capability | None
    unless: Capability | None = None
    part: Part | None = None
    object_id: str | None = None
    sends_command: bool = False
    needs_schedule: bool = False

    def applies_to(self, capabilities: Collection[Capability]) -> bool:
        """Return whether a vehicle with some capabilities has the entity."""
        return (self.capability is None or self.capability in capabilities) and self.unless not in capabilities


class RenaultZeEntity(CoordinatorEntity[VehicleCoordinator]):
    """An entity of one vehicle."""

    _attr_has_entity_name = True
    # These change far more often than their state, and are of no use afterwards.
    _unrecorded_attributes = frozenset({"at", "explanation", "problem", "projected_level", "warning"})
    entity_description: RenaultZeDescription
    _shown: object = None

    def __init__(self, coordinator: VehicleCoordinator, description: RenaultZeDescription) -> None:
        """Assign the entity to the device of its vehicle."""
        super().__init__(coordinator)
        vehicle = coordinator.vehicle
        self.entity_description = description
        self._attr_unique_id = f"{vehicle.vin}_{description.key}"
        # It is registered already; with its identifiers, Home Assistant would register it again for each entity.
        self.device_entry = device_of(coordinator.hass, coordinator.config_entry, vehicle.vin)

    @property
    @override
    def suggested_object_id(self) -> str:
        """Return the end of the entity id, after the name of the vehicle."""
        return self.entity_description.object_id or self.entity_description.key

    @property
    @override
    def available(self) -> bool:
        """Return whether the value is known, which it stays after a failed poll, and whether a command can be sent."""
        part, coordinator = self.entity_description.part, self.coordinator
        if self.entity_description.sends_command and not coordinator.data.accepts_commands:
            return False
        if self.entity_description.needs_schedule and not coordinator.planner.plan.is_adopted:
            return False
        return part is None or part in coordinator.data.known

    @callback
    def _async_update_attrs(self) -> object:
        """Set the `_attr_*` that the entity shows, and return their values; called once per update."""

    @override
    async def async_added_to_hass(self) -> None:
        """Set what the first state shows, and read a part that is only polled for its entities."""
        await super().async_added_to_hass()
        self._shown = self.available, self._async_update_attrs()
        part, coordinator = self.entity_description.part, self.coordinator
        if part is not None:
            self.async_on_remove(partial(coordinator.poller.hide, part))
            if coordinator.poller.show(part):
                # In the background, and without the requests that are reserved for commands.
                name = f"renault_ze {part}"
                coordinator.config_entry.async_create_background_task(self.hass, self._read_part(part), name)

    async def _read_part(self, part: Part) -> None:
        """Read a part that other entities do not need."""
        await self.coordinator.read_now([part], essential=False)
        self.coordinator.async_update_listeners()

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Yield to the event loop before the next of many entities is removed."""
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
    """Register the entities of a platform, which `add_vehicle` adds for each vehicle as far as its account allows."""
    platform = async_get_current_platform().domain

    def entities_of(coordinator: VehicleCoordinator) -> NewEntities:
        """Return the entities of a vehicle."""
        supported = (each for each in descriptions if each.applies_to(coordinator.vehicle.capabilities))
        return NewEntities(platform, async_add_entities, [entity(coordinator, each) for each in supported])

    entry.runtime_data.entity_factories.append(entities_of)


class NewEntities(NamedTuple):
    """Entities of a vehicle on one platform, and the function that adds them."""

    platform: str
    add: AddConfigEntryEntitiesCallback
    entities: list[Entity]


@asynccontextmanager
async def one_at_a_time(hass: HomeAssistant) -> AsyncIterator[None]:
    """Run a piece of work for one account at a time, and yield to the event loop after it."""
    async with hass.data.setdefault(_LOCK, asyncio.Lock()):
        yield
        await asyncio.sleep(0)


async def add_vehicle(coordinator: VehicleCoordinator) -> bool:
    """Add the entities of a vehicle and return True; beyond Home Assistant's limit, add only those it had before."""
    hass, entry = coordinator.hass, coordinator.config_entry
    async with one_at_a_time(hass):
        new_entities = [entities_of(coordinator) for entities_of in entry.runtime_data.entity_factories]
        if coordinator.vehicle.vin in entry.data.get(CONF_MOVED, ()):
            _remove_unsupported(coordinator, new_entities)
        unregistered = _unregistered(hass, new_entities)
        enabled = er.async_get(hass).entities.get_enabled_count_for_config_entry_id(entry.entry_id)
        wanted = enabled + sum(each.entity_registry_enabled_default for each in unregistered)
        fits = wanted <= entity_platform.MAX_ENABLED_ENTITIES_PER_CONFIG_ENTRY
    for platform in new_entities:
        async with one_at_a_time(hass):
            platform.add([each for each in platform.entities if fits or each not in unregistered])
    return fits


@callback
def _remove_unsupported(coordinator: VehicleCoordinator, new_entities: list[NewEntities]) -> None:
    """Remove the entities of a vehicle that the cloud it was moved to does not support."""
    registry, entry, vin = er.async_get(coordinator.hass), coordinator.config_entry, coordinator.vehicle.vin
    supported = {(platform, each.unique_id) for platform, _, entities in new_entities for each in entities}
    for each in er.async_entries_for_config_entry(registry, entry.entry_id):
        if each.unique_id.startswith(f"{vin}_") and (each.domain, each.unique_id) not in supported:
            registry.async_remove(each.entity_id)


@callback
def _unregistered(hass: HomeAssistant, new_entities: list[NewEntities]) -> set[Entity]:
    """Return the entities that are not in the entity registry yet."""
    known = er.async_get(hass).async_get_entity_id
    return {
        each
        for platform, _, entities in new_entities
        for each in entities
        if each.unique_id is None or known(platform, DOMAIN, each.unique_id) is None
    }


def platforms_of(vehicles: Iterable[Vehicle]) -> list[Platform]:
    """Return the platforms that may have an entity of a vehicle."""
    capabilities = frozenset[Capability]().union(*(each.capabilities for each in vehicles))
    return [each for each in PLATFORMS if each not in _NEEDS or not _NEEDS[each].isdisjoint(capabilities)]
