"""What all entities of a vehicle have in common."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback, async_get_current_platform
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import slugify

from . import devices
from .cloud.models import Capability, Part, Vehicle
from .const import DOMAIN
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator
from .devices import Addition

_NAME = "Renault Z.E."


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
