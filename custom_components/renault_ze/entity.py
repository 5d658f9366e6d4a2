"""What all entities of a vehicle have in common."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback, async_get_current_platform
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .adding import Addition
from .cloud.models import Capability, Part
from .const import DOMAIN
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator


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
    # All that a person sees of the entity; where that is not named, its state is written at each change.
    _shows: attrgetter[Any] | None = None
    _written: object = None

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

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Let Home Assistant do something else before the next of many entities is removed."""
        await super().async_will_remove_from_hass()
        await asyncio.sleep(0)

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        """Write the state if it shows anything new; most polls change a few of many entities."""
        if self._shows is None or self._shows(self) != self._written:
            super()._handle_coordinator_update()

    @override
    @callback
    def _async_write_ha_state(self) -> None:
        """Write the state, and keep in mind what it shows."""
        self._written = None if self._shows is None else self._shows(self)
        super()._async_write_ha_state()


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
